"""How a document writes numbers and dates, decided once from all of them."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ingest.fields.money import smallest_unit
from ingest.values.currencies import codes, pattern
from ingest.values.model import fold
from ingest.values.numbers import DIGITS, readings_of

_SHORT_DATE = re.compile(r"(?<![\d.,/-])(\d{1,2})([-/.])\s?(\d{1,2})\2\s?(?:[12]\d{3}|\d{2})(?!\d)")
_MONTH_FIRST_CURRENCIES = frozenset(("USD",))
_GROUPED = re.compile(r"[1-9]\d{0,2}([.,])\d{3}(?:\1\d{3})*")
_BESIDE = 5  # characters beside an amount in which its currency stands
_THOUSANDTH = Decimal("0.001")
_LIKELY = {"$": "USD", "¥": "CNY"}


@dataclass(frozen=True, slots=True)
class Habits:
    """A document's habits.

    Attributes:
        decimal: its decimal mark, ``.`` or ``,``.
        day_first: whether 05/04/2024 is in April.
        currency: ISO 4217, of most of its amounts; empty where it names none.
    """

    decimal: str = "."
    day_first: bool = True
    currency: str = ""


def habits_of(texts: Iterable[str]) -> Habits:
    """Decide a document's habits.

    The decimal mark is that of most of its numbers with two decimals or with both marks; where there are none, the one
    that does not group its thousands: amounts have three decimals in a few currencies only. The day stands first where
    a date of the document can only be read so; where none tells, unless the document counts in US dollars.
    """
    lines = [fold(text) for text in texts]
    currency = _currency(lines)
    marks = Counter(mark for line in lines for mark in _marks(line))
    if not marks and smallest_unit(currency) != _THOUSANDTH:
        marks = Counter(mark for line in lines for mark in _beside_groups(line))
    decimal = "," if marks[","] > marks["."] else "."
    return Habits(decimal, _day_first(lines, currency), currency)


def _marks(line: str) -> Iterable[str]:
    for match in DIGITS.finditer(line):
        digits = match.group()
        marks = re.findall(r"[.,]", digits)
        if marks and len(readings_of(digits)) == 1 and len(digits) - digits.rindex(marks[-1]) == 3:
            yield marks[-1]


def _beside_groups(line: str) -> Iterable[str]:
    """For each amount whose digits are in groups of three, the mark that does not part them: a comma in EUR 45.000."""
    for match in DIGITS.finditer(line):
        grouped = _GROUPED.fullmatch(match.group())
        near = line[max(match.start() - _BESIDE, 0) : match.start()], line[match.end() : match.end() + _BESIDE]
        if grouped and any(re.search(pattern(), text) for text in near):
            yield "," if grouped[1] == "." else "."


def _day_first(lines: list[str], currency: str) -> bool:
    votes: Counter[bool] = Counter()
    for line in lines:
        for first, mark, second in _SHORT_DATE.findall(line):
            if int(first) > 12 >= int(second):
                votes[True] += 1
            elif int(second) > 12 >= int(first):
                votes[False] += 1
            elif mark == ".":
                votes[True] += 1
    if votes[True] != votes[False]:
        return votes[True] > votes[False]
    return currency not in _MONTH_FIRST_CURRENCIES


def _currency(lines: list[str]) -> str:
    """The currency that is named most; one that may be several counts for the likeliest, unless another is named."""
    found: Counter[str] = Counter()
    vague: Counter[str] = Counter()
    names = re.compile(pattern())
    for line in lines:
        for match in names.finditer(line):
            meant = codes(match.group())
            if len(meant) == 1:
                found.update(meant)
            else:
                vague[match.group()] += 1
    if vague:
        sign = vague.most_common(1)[0][0]
        sure = [code for code, _ in found.most_common() if code in codes(sign)]
        code = sure[0] if sure else _LIKELY.get(sign, "")
        if code:
            found[code] += vague[sign]
    return found.most_common(1)[0][0] if found else ""
