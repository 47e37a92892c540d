"""Whether a document's values fit each other: sums, words and digits, tax numbers, dates, currencies.

A check looks only at what is there: a value that is missing, or that cannot be read as its kind, fails none.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from ingest.fields import taxids
from ingest.fields.finding import Check, Fault, Finding
from ingest.fields.inwords import amount_in_words
from ingest.fields.model import ALLOWANCES, CHARGES, PREPAID, ROUNDING, WHOLE, FieldKind, FieldValue
from ingest.fields.money import is_known, smallest_unit
from ingest.fields.normal import decimal_of
from ingest.values.currencies import named_in

_ORDERED = (
    ("issue_date", "due_date", "due-before-issue"),
    ("effective_date", "expiration_date", "expires-before-effect"),
    ("agreement_date", "expiration_date", "expires-before-agreed"),
)
# A total may be so many times its net: hardly any sale is taxed at a higher rate.
_MOST_TAX = Decimal("1.28")


def check(values: Sequence[FieldValue]) -> tuple[Finding, ...]:
    """All findings about a document's values, in a fixed order.

    Args:
        values: of one document, each field once at most for each item.
    """
    whole = {value.name: value for value in values if value.item == WHOLE}
    words = list(_words(whole))
    sums = list(_net_plus_tax(whole, sure=_is_said_in_words(whole)))
    lines = list(_lines_sum(values, whole, sure=not sums and {"net", "tax", "total"} <= whole.keys()))
    return (*sums, *lines, *words, *_tax_ids(values), *_dates(whole), *_currency(values, whole))


def _net_plus_tax(whole: dict[str, FieldValue], *, sure: bool) -> Iterator[Finding]:
    net, tax, total = (_amount(whole.get(name)) for name in ("net", "tax", "total"))
    if net is None or tax is None or total is None:
        return
    # Net and tax may each be rounded by themselves. The net may stand before a discount, and freight behind the tax.
    reached = {net + tax + one for one in _between(whole)}
    if not _meets(reached, _totals(whole), 2 * _unit(whole)):
        doubtful = ("net", "tax") if sure else ("net", "tax", "total")
        yield _finding(Check.NET_PLUS_TAX, doubtful, "net-plus-tax", net=net, tax=tax, sum=net + tax, total=total)


def _lines_sum(values: Sequence[FieldValue], whole: dict[str, FieldValue], *, sure: bool) -> Iterator[Finding]:
    """The lines' amounts less discounts and with charges are the net sum, or the total where they include the tax."""
    amounts = {value.item: _amount(value) for value in values if value.name == "item_amount" and value.item != WHOLE}
    items = {value.item for value in values if value.item != WHOLE and value.name.startswith("item_")}
    known = [amount for amount in amounts.values() if amount is not None]
    if not known or len(known) != len(items):
        return  # a line without an amount: nothing can be said of the sum
    net, tax, total = (_amount(whole.get(name)) for name in ("net", "tax", "total"))
    before_tax = total - tax if net is None and total is not None and tax is not None else net
    wanted = {*([] if before_tax is None else [before_tax]), *_totals(whole)}
    between, lines = _between(whole), sum(known, Decimal(0))
    if before_tax is None:  # an unknown tax may be the difference
        wanted |= {lines + one for one in between for total in _totals(whole) if _may_be_tax(lines + one, total)}
    if not wanted or _meets({lines + one for one in between}, wanted, len(known) * _unit(whole)):
        return
    name, amount = ("net", net) if net is not None else ("total", total)
    doubtful = ("item_amount",) if sure else ("item_amount", name)
    code = f"lines-adjusted-{name}" if between[0] else f"lines-{name}"
    counted = {"count": len(known), "lines": lines, "adjusted": lines + between[0]}
    yield _finding(Check.LINES_SUM, doubtful, code, **counted, amount=amount)


def _may_be_tax(net: Decimal, total: Decimal) -> bool:
    return net * total > 0 and abs(net) <= abs(total) <= abs(net) * _MOST_TAX


def _between(whole: dict[str, FieldValue]) -> list[Decimal]:
    """What may stand between two sums: charges less allowances, in parts, or nothing (EN 16931, BR-CO-13).

    Part of them may be among the lines already. Of a credit note that is printed with minuses they are refunds.
    """
    allowances, charges = (_amount(whole.get(name)) or Decimal(0) for name in (ALLOWANCES, CHARGES))
    found = [charges - allowances, charges, -allowances, Decimal(0)]
    sums = (_amount(whole.get(name)) or Decimal(0) for name in ("net", "tax", "total", "payable"))
    return [*found, *(-one for one in found)] if any(one < 0 for one in sums) else found


def _totals(whole: dict[str, FieldValue]) -> set[Decimal]:
    """The total; before it was rounded, and before what is paid already was taken off (EN 16931, BR-CO-16)."""
    total = _amount(whole.get("total"))
    if total is None:
        return set()
    prepaid, rounding = (_amount(whole.get(name)) or Decimal(0) for name in (PREPAID, ROUNDING))
    found = {total + paid + turn for paid in (Decimal(0), prepaid) for turn in (Decimal(0), rounding, -rounding)}
    payable = _amount(whole.get("payable"))
    return found | {payable} if payable is not None and abs(payable - total) < 1 else found


def _meets(reached: Iterable[Decimal], wanted: Iterable[Decimal], allowed: Decimal) -> bool:
    return any(abs(one - other) <= allowed for one in reached for other in wanted)


def _words(whole: dict[str, FieldValue]) -> Iterator[Finding]:
    written, total = _written(whole), _amount(whole.get("total"))
    if written is not None and total is not None and written != total:
        yield _finding(Check.WORDS_AMOUNT, ("total_words", "total"), "words-amount", words=written, digits=total)


def _is_said_in_words(whole: dict[str, FieldValue]) -> bool:
    written = _written(whole)
    return written is not None and written == _amount(whole.get("total"))


def _written(whole: dict[str, FieldValue]) -> Decimal | None:
    words = whole.get("total_words")
    return amount_in_words(words.raw) or amount_in_words(words.value) if words else None


def _tax_ids(values: Sequence[FieldValue]) -> Iterator[Finding]:
    for value in values:
        if value.name.endswith("tax_id") and (fault := taxids.fault_of(value.value)):
            yield Finding(Check.TAX_ID, (value.name,), fault)


def _dates(whole: dict[str, FieldValue]) -> Iterator[Finding]:
    for first, second, code in _ORDERED:
        earlier, later = (whole[name].value if name in whole else "" for name in (first, second))
        exact = min(len(earlier), len(later))  # 2024-03 is before no day of that month
        if exact and later[:exact] < earlier[:exact]:
            yield _finding(Check.DATES, (first, second), code, earlier=earlier, later=later)


def _currency(values: Sequence[FieldValue], whole: dict[str, FieldValue]) -> Iterator[Finding]:
    stated = whole.get("currency")
    if stated is None:
        return
    code = stated.value
    if not is_known(code):
        yield _finding(Check.CURRENCY, ("currency",), "currency-unknown", currency=code)
        return
    for value in values:
        named = named_in(value.raw) if value.kind is FieldKind.AMOUNT else frozenset()
        if named and code not in named:
            doubtful, others = ("currency", value.name), " / ".join(sorted(named))
            yield _finding(Check.CURRENCY, doubtful, "currency-other", currency=code, raw=value.raw, others=others)


def _finding(check: Check, fields: tuple[str, ...], code: str, **values: object) -> Finding:
    return Finding(check, fields, Fault(code, {name: str(value) for name, value in values.items()}))


def _amount(value: FieldValue | None) -> Decimal | None:
    return decimal_of(value.value) if value else None


def _unit(whole: dict[str, FieldValue]) -> Decimal:
    return smallest_unit(whole["currency"].value if "currency" in whole else "")
