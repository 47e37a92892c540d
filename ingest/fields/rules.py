"""The embedded rules: fields from labels, rows and columns, without any model."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from ingest.fields.adjustments import adjustments
from ingest.fields.candidates import Candidate, labelled
from ingest.fields.contracts import contract_candidates
from ingest.fields.dating import ISSUED, NUMBER, unlabelled_dates
from ingest.fields.items import find_items
from ingest.fields.model import ALLOWANCES, CHARGES, WHOLE, FieldKind, FieldValue
from ingest.fields.parties import SELLER, assign_tax_ids, party_candidates
from ingest.fields.printed import dates_in
from ingest.fields.schema import Find
from ingest.fields.totals import CENT, NAMES, NET, TAX, TOTAL, choose_totals
from ingest.fields.vat import vat_candidates
from ingest.fields.view import View
from ingest.types import PageText

_LEAST = 0.25  # what is less likely is not shown
_SURE = 0.95  # no rule is surer
_DATED = 0.15
CURRENCY = "currency"
_CURRENCY_SURE = 0.7


def by_rule(view: View, pages: list[PageText]) -> tuple[FieldValue, ...]:
    """A document's fields: of each the likeliest candidate, amounts as they fit each other."""
    found = list(assign_tax_ids(view, labelled(view)))
    names = {spec.name for spec in view.schema.fields}
    found += vat_candidates(view)
    found = [_beside_date(view, one) for one in found]
    if ISSUED in names:
        found += unlabelled_dates(view, found)
    if SELLER in names:
        found += party_candidates(view)
    chosen = _best(one for one in found if one.name not in NAMES)
    sums = choose_totals(view, found) if TOTAL in names else []
    chosen += sums
    chosen += _currency(view, chosen)
    values = [value_of(one) for one in chosen if one.name in names and one.score >= _LEAST]
    items = list(find_items(view))
    values += [value_of(one, number) for number, one in items]
    between = list(adjustments(view, [one for _, one in items], sums))
    values = [one for one in values if not (one.name == NET and _is_before(values, between))] + between
    if any(spec.find in (Find.CLAUSE, Find.PARTY, Find.TITLE) for spec in view.schema.fields):
        values += contract_candidates(view, pages)
    return _each_once(values)


def value_of(one: Candidate, item: int = WHOLE) -> FieldValue:
    """A candidate as a value."""
    confidence = round(min(one.score, _SURE), 2)
    return FieldValue(
        one.name, one.kind, one.raw, one.value, one.segment.page, (one.segment.box,), confidence, item=item
    )


def _beside_date(view: View, one: Candidate) -> Candidate:
    """A number in whose row a date follows is likelier the document's: "No. 4711 of 5 March 2024"."""
    if one.name != NUMBER:
        return one
    right = view.sheet.rows[one.segment.row][one.segment.place :]
    return replace(one, score=one.score + _DATED) if any(dates_in(it.text, view.habits) for it in right) else one


def _best(found: Iterable[Candidate]) -> list[Candidate]:
    """The likeliest candidate of each field; of equals the first."""
    best: dict[str, Candidate] = {}
    for one in found:
        if one.name not in best or one.score > best[one.name].score + 1e-9:
            best[one.name] = one
    return list(best.values())


def _is_before(values: Iterable[FieldValue], between: Iterable[FieldValue]) -> bool:
    """Whether what is labelled as the net is the sum of the lines before discounts and charges: "Subtotal"."""
    known = {
        one.name: Decimal(one.value)
        for one in (*values, *between)
        if one.item == WHOLE and one.kind is FieldKind.AMOUNT
    }
    if not known.keys() >= {NET, TAX, TOTAL}:
        return False
    missing = known[TOTAL] - known[NET] - known[TAX]
    adjusted = known.get(CHARGES, Decimal(0)) - known.get(ALLOWANCES, Decimal(0))
    return adjusted != 0 and missing != 0 and abs(missing - adjusted) <= CENT


def _currency(view: View, chosen: list[Candidate]) -> list[Candidate]:
    """The currency of the amounts, where no label names it; it stands where the total does."""
    if any(one.name == CURRENCY for one in chosen) or not view.habits.currency:
        return []
    total = next((one for one in chosen if one.name in NAMES), None)
    if total is None:
        return []
    return [
        Candidate(CURRENCY, FieldKind.CURRENCY, total.segment.text, view.habits.currency, total.segment, _CURRENCY_SURE)
    ]


def _each_once(values: list[FieldValue]) -> tuple[FieldValue, ...]:
    best: dict[tuple[str, int], FieldValue] = {}
    for one in values:
        key = (one.name, one.item)
        if key not in best or one.confidence > best[key].confidence:
            best[key] = one
    return tuple(best.values())
