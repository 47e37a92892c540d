"""Amounts and currencies in a question: bounds such as "over 1,000 euros", and "in USD"."""

import re
from dataclasses import dataclass
from decimal import Decimal

from ingest.values import ValueKind, find_values
from ingest.values.currencies import codes, pattern
from retrieval.ledger.cursor import Cursor
from retrieval.ledger.plan import AmountRange

# What stands before an amount, and the bound that it is; then what stands behind one in Chinese.
_LEADS = (
    (
        r"\b(?:no|not)\s+(?:less|lower|smaller)\s+than\s+|\bat\s+least\s+|(?:>=|≥)\s*|不少于|不低于|不小于|至少|最少",
        "at_least",
    ),
    (
        r"\b(?:no|not)\s+(?:more|higher|greater)\s+than\s+|\bat\s+most\s+|\bup\s+to\s+|(?:<=|≤)\s*|不超过|不高于"
        r"|不大于|不多于|至多|最多",
        "at_most",
    ),
    (
        r"\b(?:over|above|exceed(?:s|ing)?|(?:more|greater|larger|higher|bigger)\s+than"
        r"|in\s+excess\s+of|beyond)\s+|(?<![<>=])>\s*(?!=)|超过|大于|高于|多于|超出|超|逾",
        "above",
    ),
    (r"\b(?:under|below|(?:less|lower|smaller)\s+than)\s+|(?<![<>=])<\s*(?!=)|低于|小于|少于|不足|不到|不满", "below"),
)
_BOUNDED = (
    r"(?:\b(?:that\s+|which\s+)?(?:have|has|having|with|whose|where)\s+)?(?:\b(?:an?|the|their|its)\s+)?"
    r"\b(?:(?:grand|invoice)\s+)?(?:totals?|amounts?|values?|sums?)\s+(?:is\s+|are\s+|of\s+)?$"
    r"|(?:总?金额|总额|数额)(?:在|为|是|达到?)?\s*$"
)
_TAILS = (
    (r"^\s*(?:及?以上|\s(?:or|and)\s+(?:more|above|over|up|higher)\b|\s?\+)", "at_least"),
    (r"^\s*(?:及?以下|以内|\s(?:or|and)\s+(?:less|below|under|lower)\b)", "at_most"),
)
_BETWEEN = r"\bbetween\s+|\bfrom\s+|介于|在"
# "五千到一万元之间的发票": nothing stands before it.
_HAN_DIGIT = r"\d,.零一二两三四五六七八九十百千万亿"
_HAN_BARE = rf"(?<![{_HAN_DIGIT}])(?=[{_HAN_DIGIT}]+\s*(?:元|块)?\s*(?:至|到|-|–|~)[^年月日]*之间)"
_THOUSANDS = re.compile(
    r"(?<![\w.])(?P<sign>[$€£¥]?)(?P<number>\d{1,3}(?:\.\d{1,3})?)\s?(?P<unit>[km])\b(?!\w)", re.IGNORECASE
)
_AND = r"^\s*(?:and|to|至|到|和|-|–)\s*"
# "More than two invoices" is no amount.
_COUNTED = re.compile(
    r"\s*(?:invoices?|bills?|receipts?|contracts?|agreements?|suppliers?|vendors?|customers?|times)\b|\s*[张份家个次笔]",
    re.IGNORECASE,
)
_BEHIND = r"^\s*(?:之间)?"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a question, the currencies that it may be in, and its place."""

    amount: Decimal
    currencies: tuple[str, ...]
    start: int
    end: int


def with_thousands(text: str) -> str:
    """A question with its amounts written out: 5k is 5000."""

    def written(found: re.Match[str]) -> str:
        amount = Decimal(found["number"]) * (1000 if found["unit"] in "kK" else 1_000_000)
        return f"{found['sign']}{amount.normalize():f}"

    return _THOUSANDS.sub(written, text)


def take_bounds(cursor: Cursor) -> tuple[AmountRange | None, tuple[str, ...]]:
    """Take the bounds of an amount; with the currencies that they name."""
    led = _take_led(cursor)
    if led is not None:
        return led
    for match in re.finditer(f"{_BETWEEN}|{_HAN_BARE}", cursor.left, re.IGNORECASE):
        first = _money_at(cursor.text, match.end())
        joint = re.match(_AND, cursor.text[first.end :], re.IGNORECASE) if first else None
        last = _money_at(cursor.text, first.end + joint.end()) if first and joint else None
        if first and last and _is_money(first, last) and first.amount <= last.amount:
            tail = re.match(_BEHIND, cursor.text[last.end :])
            cursor.mark(_lead(cursor, match.start()), last.end + (tail.end() if tail else 0))
            return AmountRange(at_least=first.amount, at_most=last.amount), last.currencies or first.currencies
    return _take_tailed(cursor)


def _take_led(cursor: Cursor) -> tuple[AmountRange, tuple[str, ...]] | None:
    """Take bounds by the words before them, one below and one above at most: "over 5,000 but under 10,000"."""
    bounds: dict[str, Decimal] = {}
    currencies: tuple[str, ...] = ()
    for lead, bound in _LEADS:
        for match in re.finditer(lead, cursor.left, re.IGNORECASE):
            money = _money_at(cursor.text, match.end())
            if money is None or bound in bounds or (not money.currencies and _COUNTED.match(cursor.text[money.end :])):
                continue
            cursor.mark(_lead(cursor, match.start()), money.end)
            bounds[bound] = money.amount
            currencies = money.currencies or currencies
    if len(bounds) > 1:
        cursor.take(r"\bbut\b|并且|而且|但是?|且")
    return (AmountRange.model_validate(bounds), currencies) if bounds else None


def _lead(cursor: Cursor, start: int) -> int:
    """Where a bound begins with the words that say what is bounded: "with a total of at least"."""
    found = re.search(_BOUNDED, cursor.left[:start], re.IGNORECASE)
    return found.start() if found else start


def _is_money(first: Money, last: Money) -> bool:
    """Whether two numbers are amounts, and not years."""
    return bool(first.currencies or last.currencies or first.amount > 2100)


def _take_tailed(cursor: Cursor) -> tuple[AmountRange | None, tuple[str, ...]]:
    for value in find_values(cursor.left, ".", names=False):
        for tail, bound in _TAILS:
            behind = re.match(tail, cursor.left[value.end :])
            money = _money_at(cursor.text, value.start) if behind else None
            if behind and money:
                cursor.mark(_lead(cursor, value.start), value.end + behind.end())
                return AmountRange.model_validate({bound: money.amount}), money.currencies
    return None, ()


def _money_at(text: str, start: int) -> Money | None:
    """The amount that begins at a place of a text."""
    for value in find_values(text[start:], ".", names=False):
        if value.start > 1 or value.kind not in (ValueKind.MONEY, ValueKind.NUMBER) or len(value.readings) != 1:
            return None
        (reading,) = value.readings
        if not value.units and re.fullmatch(r"(?:19|20)\d\d", reading):
            return None  # rather a year
        return _money(reading, value.units, start + value.start, start + value.end)
    return None


def _money(reading: str, units: frozenset[str], start: int, end: int) -> Money | None:
    try:
        amount = Decimal(reading)
    except ArithmeticError:
        return None
    fits = amount.is_finite() and abs(amount) < 10**12 and amount == round(amount, 4)
    return Money(amount, tuple(sorted(units)), start, end) if fits else None


def take_currencies(cursor: Cursor) -> tuple[str, ...]:
    """Take the currencies that a question names: "in euros", "USD invoices"."""
    found: set[str] = set()
    # Codes are told from words by their capitals: TRY is a currency, "try" is none.
    while match := re.search(rf"(?i:\bin\s+|以)?(?P<currency>{pattern()})(?:计价|结算|计)?", cursor.left):
        name = match["currency"]
        meant = codes(name)
        # The Chinese unit stands in 多少元, too: there it says nothing.
        if not meant or name in ("元", "圆", "圓"):
            break
        found |= meant
        cursor.mark(*match.span())
    return tuple(sorted(found))
