"""Questions in common English and Chinese forms, read as plans without a language model.

Each part of a question is taken by what understands it. Where a word is left that nothing understands, there is no
plan: the question is about something that the ledger does not know.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from pydantic import ValidationError

from retrieval.dates import folded
from retrieval.ledger.amounts import with_thousands
from retrieval.ledger.courtesies import without_courtesies
from retrieval.ledger.cursor import TAKEN, Cursor
from retrieval.ledger.hearing import Heard, hear
from retrieval.ledger.parties import Party, find_parties
from retrieval.ledger.plan import (
    MOST_ROWS,
    DateField,
    DateRange,
    Grouping,
    Operation,
    PartyFilter,
    Plan,
    RecordKind,
    Role,
    Span,
)
from retrieval.ledger.roles import are_joined, take_party
from retrieval.ledger.years import with_years

_MANY = 10  # of "the largest invoices"
_MOST = 300  # characters of a question
_ONE = frozenset((Operation.AVERAGE, Operation.MAX, Operation.MIN, Operation.TOP))


class _Unclear(Exception):
    """All words are understood, and do not go together."""


def parse(question: str, known: Sequence[Party], today: date) -> Plan | None:
    """Read a question as a plan; None where any part of it is not understood.

    Args:
        question: as asked.
        known: the ledger's parties, by whose names those of the question are known.
        today: the day of the question.
    """
    text = with_years(with_thousands(without_courtesies(folded(question))), today)
    if not text or len(text) > _MOST or TAKEN in text:
        return None
    cursor = Cursor(text)
    heard = hear(cursor, known, today)
    if not cursor.is_done:
        for mention in find_parties(cursor.left, known, small=True):
            heard.named.append(take_party(cursor, mention))
    if not cursor.is_done or not are_joined(text, [mention for mention, _ in heard.named]):
        return None
    try:
        return _plan(heard, today)
    except (ValidationError, _Unclear):
        return None


def _plan(heard: Heard, today: date) -> Plan | None:
    kind = _kind(heard)
    operation = _operation(heard)
    if kind is None or operation is None or (not heard.subject.several and operation not in _ONE):
        return None
    dates = _dates(heard, kind, operation, today)
    parties = _parties(heard, kind)
    compared = operation is Operation.COMPARE
    group = _group(heard, kind)
    if (
        operation is Operation.LIST
        and kind is RecordKind.CONTRACTS
        and dates
        and dates.field is DateField.EXPIRATION_DATE
    ):
        operation = Operation.EXPIRING
    return Plan(
        operation=operation,
        kind=kind,
        measure=heard.measure,
        field=heard.missing,
        parties=parties,
        dates=dates,
        periods=tuple(heard.spans) if compared and len(heard.spans) > 1 else (),
        currencies=heard.currencies,
        amounts=heard.bounds,
        group=group,
        limit=_limit(heard, operation),
        ascending=heard.wish.ascending,
        by_count=heard.by_count,
        today=today,
    )


def _limit(heard: Heard, operation: Operation) -> int:
    """How many are asked for: "the largest invoices" are several, "the largest invoice" is one."""
    limit = min(max(heard.wish.limit, 1), MOST_ROWS)
    return _MANY if operation is Operation.TOP and heard.superlative and limit == 1 else limit


def _kind(heard: Heard) -> RecordKind | None:
    kind, wish = heard.subject.kind, heard.wish
    if kind is not None:
        return None if kind is RecordKind.CONTRACTS and (wish.paid or wish.late) else kind
    if not heard.subject.several or not heard.is_wide:
        return None
    bills = any(not party.fields.isdisjoint(("seller", "buyer")) for one, _ in heard.named for party in one.parties)
    ranked = wish.ranks is not None or wish.late or heard.billed or (wish.operation is Operation.COMPARE and bills)
    return RecordKind.BILLS if wish.paid or ranked or heard.by_count or _is_of_bills(heard) else None


def _is_of_bills(heard: Heard) -> bool:
    """Whether amounts can be none but those of bills: taxes, or what a seller or a buyer of bills is named for."""
    if heard.group in (Grouping.SELLER, Grouping.BUYER):
        return True
    if heard.wish.operation not in (Operation.SUM, Operation.AVERAGE, None):
        return False
    sides = frozenset(side for one, _ in heard.named for party in one.parties for side in party.fields)
    in_time = heard.group in (Grouping.MONTH, Grouping.QUARTER, Grouping.YEAR)
    return heard.measure is not None or bool(sides and (in_time or "party" not in sides))


def _operation(heard: Heard) -> Operation | None:
    operation = heard.wish.operation
    if heard.bounds is not None and heard.subject.kind is None and operation not in (None, Operation.LIST):
        return None  # "do we spend more than 50,000": the bound is of the sum, and not of each bill
    if heard.missing is not None:
        return Operation.MISSING if operation in (None, Operation.LIST, Operation.COUNT) else None
    if operation is Operation.AVERAGE and heard.group is not None and heard.subject.kind is None:
        return None  # "the average monthly spending" is of months, and not of bills
    if operation in (None, Operation.LIST) and heard.measure is not None and heard.is_measured:
        return Operation.SUM
    if operation is None and heard.group is not None and heard.named and heard.subject.kind is None:
        return Operation.SUM
    if operation is Operation.SUM and heard.may_be_of_one:
        return None
    if operation is Operation.LIST and heard.wish.late:
        return Operation.LATE
    if operation in (Operation.MAX, Operation.MIN) and heard.superlative:
        return Operation.TOP
    if operation is None and heard.is_phrase:
        return Operation.LIST
    return operation


def _dates(heard: Heard, kind: RecordKind, operation: Operation, today: date) -> DateRange | None:
    """The range of days; None: any."""
    contracts = kind is RecordKind.CONTRACTS
    name = DateField.AGREEMENT_DATE if contracts else DateField.ISSUE_DATE
    past = False
    if heard.verb is not None:
        name, past = heard.verb
    spans = heard.spans if operation is Operation.COMPARE else _merged(heard.spans)
    if operation is Operation.COMPARE and len(spans) > 1:
        if name is DateField.ISSUE_DATE:
            return None
        raise _Unclear
    if len(spans) > 1 or (spans and heard.wish.late):
        raise _Unclear
    if heard.wish.late:
        yesterday = today - timedelta(days=1)
        return DateRange(field=DateField.DUE_DATE, last=yesterday)
    if spans:
        first, last = spans[0].first, spans[0].last
        if name is DateField.EXPIRATION_DATE and not past and first is None and last is not None and last >= today:
            first = today  # "that end before July": those that have ended do not end any more
        return DateRange(field=name, first=first, last=last)
    if past and name is DateField.EXPIRATION_DATE:
        return DateRange(field=name, last=today - timedelta(days=1))
    if name in (DateField.ISSUE_DATE, DateField.AGREEMENT_DATE):
        return None
    in_time = heard.group in (Grouping.MONTH, Grouping.QUARTER, Grouping.YEAR)
    if not in_time:
        raise _Unclear
    return DateRange(field=name)


def _merged(spans: list[Span]) -> list[Span]:
    """Spans that follow one another as one: "in January and February 2024"."""
    ordered = sorted(spans, key=lambda span: span.first or date.min)
    closed = [(one.last, other.first) for one, other in pairwise(ordered)]
    if len(spans) > 1 and all(end and begin and end + timedelta(days=1) == begin for end, begin in closed):
        return [Span(first=ordered[0].first, last=ordered[-1].last)]
    return spans


def _parties(heard: Heard, kind: RecordKind) -> PartyFilter | None:
    """Whose records; None: anyone's."""
    if not heard.named:
        return None
    names = tuple(dict.fromkeys(party.name for mention, _ in heard.named for party in mention.parties))
    if kind is RecordKind.CONTRACTS:
        return PartyFilter(names=names)
    roles = {role for _, role in heard.named if role is not None} or ({heard.wish.role} if heard.wish.role else set())
    if len(roles) > 1:
        raise _Unclear
    if roles:
        return PartyFilter(names=names, role=roles.pop())
    sides = frozenset(side for mention, _ in heard.named for party in mention.parties for side in party.fields)
    if "seller" in sides and "buyer" not in sides:
        return PartyFilter(names=names, role=Role.SELLER)
    if "buyer" in sides and "seller" not in sides:
        return PartyFilter(names=names, role=Role.BUYER)
    return PartyFilter(names=names, role=Role.EITHER)


def _group(heard: Heard, kind: RecordKind) -> Grouping | None:
    group = heard.group
    if heard.wish.ranks is not None:
        group = Grouping(str(heard.wish.ranks)) if group is None else group
    contracts = kind is RecordKind.CONTRACTS
    if group is Grouping.PARTY and not contracts:
        return Grouping.SELLER
    if contracts and group in (Grouping.SELLER, Grouping.BUYER):
        return Grouping.PARTY
    return group
