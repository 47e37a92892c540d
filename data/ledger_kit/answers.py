"""Answers to questions over the table, computed from it directly."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ledger_kit.table import CENT, TODAY, Bill


@dataclass(frozen=True, slots=True)
class Ask:
    """A question and what it means.

    Attributes:
        text: the question.
        want: sum, count, average, min, max, list, top, missing, late, duplicate or compare.
        sellers, buyer: names, as the table has them; empty: any.
        first, last: of the date; None: any.
        by_due: the date is the due date.
        measure: total, net or tax.
        currency: empty: any.
        over, under: bounds, exclusive; None: none.
        group: month, quarter, year, seller, buyer, currency; empty: none.
        top: how many.
        smallest: of the smallest.
        field: of `missing`: date or total.
        periods: to compare.
    """

    text: str
    want: str
    sellers: tuple[str, ...] = ()
    buyer: str = ""
    first: date | None = None
    last: date | None = None
    by_due: bool = False
    measure: str = "total"
    currency: str = ""
    over: Decimal | None = None
    under: Decimal | None = None
    group: str = ""
    top: int = 0
    smallest: bool = False
    field: str = ""
    periods: tuple[tuple[str, date, date], ...] = ()

    @property
    def computes(self) -> bool:
        """Whether amounts are added up or compared."""
        return self.want in ("sum", "average", "min", "max", "top", "compare")

    @property
    def needs_date(self) -> bool:
        """Whether an invoice without a date cannot be used."""
        timed = self.group in ("month", "quarter", "year")
        return bool(self.first or self.last or timed or self.periods or self.want == "late")

    @property
    def needs_measure(self) -> bool:
        """Whether an invoice without the amount, or with a doubtful one, cannot be used."""
        return self.computes or self.over is not None or self.under is not None


def answer_all(bills: list[Bill], asked: Iterable[Ask]) -> list[dict[str, Any]]:
    """All questions with their answers."""
    return [{"question": one.text, **_answer(bills, one)} for one in asked]


def _answer(bills: list[Bill], ask: Ask) -> dict[str, Any]:
    left: dict[str, list[str]] = {}
    usable: list[Bill] = []
    for bill in bills:
        reason = _reason(bill, ask)
        if reason == "":
            usable.append(bill)
        elif reason != "outside":
            left.setdefault(reason, []).append(bill.file)
    copies = [bill for bill in usable if bill.fault == "copy"]
    if ask.want == "duplicate":
        originals = {bill.original for bill in copies}
        rows = [bill for bill in usable if bill.fault == "copy" or bill.file in originals]
    else:
        if copies:
            left["duplicate"] = [bill.original for bill in copies]
        usable = [bill for bill in usable if bill.fault != "copy"]
        rows = _rows(usable, ask)
    files = sorted(bill.original or bill.file for bill in rows)
    return {
        "totals": sorted(_totals(rows, ask), key=str),
        "files": files if ask.want != "top" or not ask.group else None,
        "used": len(usable),
        "left_out": {reason: sorted(files) for reason, files in sorted(left.items())},
    }


def _reason(bill: Bill, ask: Ask) -> str:
    """Why an invoice does not count: ``outside``, or why it is left out; empty where it counts."""
    if bill.fault == "damaged":
        return "failed"
    if (ask.sellers and bill.seller.name not in ask.sellers) or (ask.buyer and bill.buyer[0] != ask.buyer):
        return "outside"
    dated, priced = bill.fault != "no-date", bill.fault not in ("no-total", "wrong-sum")
    day = bill.due if ask.by_due or ask.want == "late" else bill.issued
    if dated and not _within(day, ask):
        return "outside"
    if ask.currency and bill.currency != ask.currency:
        return "outside"
    value = _measure(bill, ask)
    bounded = (ask.over is None or value > ask.over) and (ask.under is None or value < ask.under)
    if priced and not bounded:
        return "outside"
    if ask.needs_date and not dated:
        return "missing"
    if ask.needs_measure and not priced:
        return "missing" if bill.fault == "no-total" else "doubted"
    return ""


def _within(day: date, ask: Ask) -> bool:
    if ask.want == "late":
        return day < TODAY
    return (ask.first is None or day >= ask.first) and (ask.last is None or day <= ask.last)


def _measure(bill: Bill, ask: Ask) -> Decimal:
    value: Decimal = getattr(bill, ask.measure)
    return value


def _rows(usable: list[Bill], ask: Ask) -> list[Bill]:
    if ask.want == "missing":
        return [bill for bill in usable if bill.fault == ("no-date" if ask.field == "date" else "no-total")]
    if ask.want == "compare" and ask.periods:
        return [bill for bill in usable if any(first <= bill.issued <= last for _, first, last in ask.periods)]
    if ask.want in ("min", "max") or (ask.want == "top" and not ask.group):
        small = ask.smallest or ask.want == "min"
        found: list[Bill] = []
        for currency in {bill.currency for bill in usable}:
            own = sorted((bill for bill in usable if bill.currency == currency), key=lambda one: _measure(one, ask))
            number = ask.top or 1
            found += own[:number] if small else own[-number:]
        return found
    return usable


def _labels(bill: Bill, ask: Ask) -> list[str]:
    if ask.periods:
        return [label for label, first, last in ask.periods if first <= bill.issued <= last]
    if ask.want == "compare":
        return [bill.seller.name]
    groups: dict[str, Callable[[], str]] = {
        "month": lambda: f"{bill.issued:%Y-%m}",
        "quarter": lambda: f"{bill.issued.year}-Q{(bill.issued.month + 2) // 3}",
        "year": lambda: str(bill.issued.year),
        "seller": lambda: bill.seller.name,
        "buyer": lambda: bill.buyer[0],
        "currency": lambda: bill.currency,
    }
    return [groups[ask.group]()] if ask.group else []


def _totals(rows: list[Bill], ask: Ask) -> list[list[Any]]:
    """Label, currency, amount and number of each result."""
    groups: dict[tuple[str, str], list[Bill]] = {}
    for bill in rows:
        for label in (*_labels(bill, ask), ""):
            groups.setdefault((label, bill.currency if ask.computes else ""), []).append(bill)
    if not rows and not ask.computes:
        return [["", "", None, 0]]
    found = [[label, currency, _figure(members, ask), len(members)] for (label, currency), members in groups.items()]
    if ask.want == "top" and ask.group:
        best: list[list[Any]] = []
        for currency in {one[1] for one in found}:
            own = [one for one in found if one[1] == currency and one[0]]
            own.sort(key=lambda one: Decimal(one[2]), reverse=not ask.smallest)
            best += own[: ask.top]
        return best
    return found


def _figure(members: list[Bill], ask: Ask) -> str | None:
    if not ask.computes:
        return None
    values = [_measure(bill, ask) for bill in members]
    if ask.want == "average":
        return str((sum(values, Decimal(0)) / len(values)).quantize(CENT, ROUND_HALF_UP))
    if ask.want in ("min", "max"):
        return str(min(values) if ask.want == "min" else max(values))
    return str(sum(values, Decimal(0)))
