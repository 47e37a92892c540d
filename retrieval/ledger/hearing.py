"""What is understood of a question, part by part, before it is known whether the parts make a plan."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from retrieval.ledger.amounts import take_bounds, take_currencies
from retrieval.ledger.cursor import Cursor
from retrieval.ledger.operations import Wish, take_missing, take_wish
from retrieval.ledger.parties import Mention, Party, find_parties
from retrieval.ledger.periods import take_spans
from retrieval.ledger.plan import (
    AmountRange,
    DateField,
    Grouping,
    Measure,
    Operation,
    RecordField,
    RecordKind,
    Role,
    Span,
)
from retrieval.ledger.roles import take_party
from retrieval.ledger.subjects import Subject, take_group, take_kind, take_measure, take_verb

_CONTRACTS = re.compile(r"\b(?:contract|agreement)s?\b|合同|协议", re.IGNORECASE)
_OF_US = re.compile(r"\b(?:we|i|us|our|my|any|anything)\b|我|咱|每|各", re.IGNORECASE)
# Of one contract, or of one invoice, 总额 is its own total.
_HAN_TOTAL = re.compile(r"总额|总金额")
_HAN_TOGETHER = re.compile(r"共|合计|总计|累计|总和|加起来|汇总|统计")
_SUPERLATIVE = re.compile(
    r"\b(?:largest|biggest|highest|greatest|smallest|lowest|cheapest|expensive|top)\s+(?:\w+\s+)?"
    r"(?:invoices|bills|receipts|contracts|agreements)\b",
    re.IGNORECASE,
)
_BILLED = re.compile(
    r"\b(?:bill(?:ed)?|charged?|invoiced?|costs?|paid|pay)\s+(?:us|by)\b|\b(?:billed|charged|invoiced|invoicing|billing)\b"
    r"|开票|开出|开具|开给|收费",
    re.IGNORECASE,
)
_BY_COUNT = (
    r"\bby\s+(?:the\s+)?(?:number|count)(?:\s+of\s+(?:invoices|receipts|contracts))?\b|按(?:发票"
    r"|合同)?(?:数量|张数|份数)"
)
_ALL = re.compile(r"\b(?:all|every)\b|所有|全部", re.IGNORECASE)
_ASKS = re.compile(
    r"\b(?:when|who|whom|whose|how|what|is|are|does|do|did)\b|多少|什么|几|谁|吗|金额|总额|是", re.IGNORECASE
)
_WHAT_IS = re.compile(r"\bwhat(?:['’]s|\s+(?:is|was|were|are))\s+(?:the|our)\b", re.IGNORECASE)
_NO_SUBJECT = Subject(None, True)
_NO_WISH = Wish(None)


@dataclass(slots=True)
class Heard:
    """What was understood of a question so far.

    Attributes:
        named: parties, and on which side of a bill each is said to be.
        spans: of days.
        bounds: of amounts.
        currencies: codes; empty: any.
        missing: the field that records are asked for that lack it.
        group: by what amounts or counts are told apart.
        measure: which amount.
        subject: which kind of record, and whether several are meant.
        verb: the date that a verb speaks of, and whether it is past.
        wish: what is to be done.
        by_count: whether records are ranked by their number, and not by amounts.
        of_all: whether "all" or "every" is said.
        asks: whether a word is left that makes a question.
        billed: whether it speaks of billing.
        superlative: whether it speaks of the largest or smallest of several.
        of_us: whether it speaks of us, or of any record.
        han_total: whether a Chinese total is asked for that may be one document's own.
        asks_what: whether it begins like "what is the".
    """

    named: list[tuple[Mention, Role | None]] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    bounds: AmountRange | None = None
    currencies: tuple[str, ...] = ()
    missing: RecordField | None = None
    group: Grouping | None = None
    measure: Measure | None = None
    subject: Subject = _NO_SUBJECT
    verb: tuple[DateField, bool] | None = None
    wish: Wish = _NO_WISH
    by_count: bool = False
    of_all: bool = False
    asks: bool = False
    billed: bool = False
    superlative: bool = False
    of_us: bool = False
    han_total: bool = False
    asks_what: bool = False

    @property
    def is_wide(self) -> bool:
        """Whether it is about records at large, and not about a figure of some document that goes without saying."""
        return bool(self.named or self.spans or self.group or self.wish.ranks or self.by_count or self.of_us)

    @property
    def may_be_of_one(self) -> bool:
        """Whether a Chinese question for a total may mean the total of one document."""
        if not self.han_total or self.of_all:
            return False
        return self.subject.kind is RecordKind.CONTRACTS or not self.is_wide

    @property
    def is_measured(self) -> bool:
        """Whether an amount is asked for, of more than one document: "VAT by quarter", "net amount billed to Acme"."""
        if self.wish.operation is Operation.LIST and not self.asks_what:
            return self.group is not None
        return bool(self.of_all or self.group or self.spans or self.named)

    @property
    def is_phrase(self) -> bool:
        """Whether it is no sentence, but names records that are restricted: "contracts that end in 2025"."""
        has_passed = self.verb is not None and self.verb[1]
        restricted = self.named or self.spans or self.bounds or self.currencies or has_passed
        return bool(restricted and self.subject.kind and self.measure is None and not self.asks)


def hear(cursor: Cursor, known: Sequence[Party], today: date) -> Heard:
    """Take each part of a question by what understands it.

    Args:
        cursor: the question; what is understood of it is taken from it.
        known: the ledger's parties.
        today: the day of the question.
    """
    heard = Heard(of_all=_ALL.search(cursor.text) is not None)
    heard.of_us = heard.of_all or _OF_US.search(cursor.text) is not None
    heard.han_total = bool(_HAN_TOTAL.search(cursor.text)) and not _HAN_TOGETHER.search(cursor.text)
    heard.asks_what = _WHAT_IS.search(cursor.text) is not None
    heard.superlative = _SUPERLATIVE.search(cursor.text) is not None
    heard.billed = _BILLED.search(cursor.text) is not None
    heard.named = [take_party(cursor, mention) for mention in find_parties(cursor.left, known)]
    heard.bounds, heard.currencies = take_bounds(cursor)
    heard.asks = _ASKS.search(cursor.left) is not None
    heard.spans = take_spans(cursor, today)
    contracts = _CONTRACTS.search(cursor.left) is not None
    heard.by_count = bool(cursor.take(_BY_COUNT))
    heard.missing = take_missing(cursor, contracts=contracts)
    heard.group = take_group(cursor)
    heard.measure = None if contracts else take_measure(cursor)
    heard.currencies = heard.currencies or take_currencies(cursor)
    heard.wish = take_wish(cursor, contracts=contracts)
    heard.by_count |= heard.wish.by_count
    heard.subject = take_kind(cursor)
    heard.verb = take_verb(cursor, contracts=contracts)
    return heard
