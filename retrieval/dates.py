"""Dates in questions and on first pages: days, months and years, in English and Chinese.

The one place that reads dates for filters, families and versions.
"""

import calendar
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_HAN_COUNT = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
# In this order: what is longer is tried first at each place.
_FORMS = (
    rf"\b{_DAY}(?:\s+day)?(?:\s+of)?\s+{_MONTH},?\s*{_YEAR}\b",
    rf"\b{_MONTH}\s*{_DAY},?\s*{_YEAR}\b",
    rf"(?<!\d){_YEAR}\s*[-/.]\s*(?P<month>\d{{1,2}})\s*[-/.]\s*(?P<day>\d{{1,2}})(?!\d)",
    rf"(?<!\d){_YEAR}\s*年\s*(?P<month>{_HAN_COUNT})\s*月\s*(?P<day>{_HAN_COUNT})\s*[日号]",
    r"(?<![\d.])(?P<first>\d{1,2})(?P<mark>[./])(?P<second>\d{1,2})(?P=mark)" + _YEAR + r"(?!\d)",
    rf"(?<!\d){_YEAR}\s*年\s*(?P<month>{_HAN_COUNT})\s*月",
    rf"\b{_MONTH},?\s*(?:of\s+)?{_YEAR}\b",
    rf"(?<!\d){_YEAR}-(?P<month>0[1-9]|1[0-2])(?![-\d])",
    rf"(?<!\d){_YEAR}\s*年",
    rf"(?<![\w./,-]){_YEAR}(?![\w/-]|[.,]\d)",
)
_PATTERNS = tuple(re.compile(form, re.IGNORECASE) for form in _FORMS)
_HAN_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_HAN_YEAR = re.compile(r"[〇零○一二三四五六七八九]{4}(?=\s*年)")


@dataclass(frozen=True, slots=True)
class Period:
    """A span of days, both ends included; a single day where they are equal."""

    first: date
    last: date

    @property
    def is_day(self) -> bool:
        """Whether it is one day."""
        return self.first == self.last

    def has(self, day: date) -> bool:
        """Whether a day lies in it."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text: what it says, and its first and last character (exclusive) in the text given."""

    period: Period
    start: int
    end: int


def find_dates(text: str) -> list[Found]:
    """All dates of a text, in order: days, months and years.

    A day that may be read in two ways (03/05/2024) is left out. The text's length must not change under NFKC for the
    places to hold; `folded` makes such a text.
    """
    found: list[Found] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(_with_digits(text)):
            taken = any(one.start < match.end() and match.start() < one.end for one in found)
            period = None if taken else _period(match)
            if period is not None:
                found.append(Found(period, match.start(), match.end()))
    return sorted(found, key=lambda one: one.start)


def days_in(text: str) -> Iterator[Found]:
    """The dates of a text that are single days."""
    return (one for one in find_dates(text) if one.period.is_day)


def folded(text: str) -> str:
    """A text with full-width digits and signs made plain, and white space closed up."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()


def year(number: int) -> Period:
    """A whole year."""
    return Period(date(number, 1, 1), date(number, 12, 31))


def month(number: int, of: int) -> Period:
    """A whole month of a year."""
    return Period(date(of, number, 1), date(of, number, calendar.monthrange(of, number)[1]))


def month_of(name: str) -> int:
    """The number of a month, 1 to 12, by its English name or the beginning of that."""
    return _MONTHS[name[:3].lower()]


def _with_digits(text: str) -> str:
    """Chinese years in digits: 二〇二四年 is 2024年."""
    return _HAN_YEAR.sub(lambda found: found.group().translate(_HAN_DIGITS), text)


def _period(match: re.Match[str]) -> Period | None:
    parts = match.groupdict()
    in_year = int(parts["year"])
    try:
        if parts.get("first"):
            return _numeric(int(parts["first"]), int(parts["second"]), in_year, parts["mark"])
        if not parts.get("month"):
            return year(in_year)
        number = _MONTHS.get(parts["month"][:3].lower()) or _count(parts["month"])
        if not parts.get("day"):
            return month(number, in_year)
        day = date(in_year, number, _count(parts["day"]))
    except (ValueError, calendar.IllegalMonthError):
        return None
    return Period(day, day)


def _count(text: str) -> int:
    """A number up to 99, in digits or in Chinese: 十二 is 12, 三十一 is 31."""
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    return (10 * int((tens or "一").translate(_HAN_DIGITS)) if ten else 0) + int((ones or "零").translate(_HAN_DIGITS))


def _numeric(first: int, second: int, in_year: int, mark: str) -> Period | None:
    """05.03.2024 is the fifth of March; of 05/03/2024 only one reading may be possible."""
    days = {_day_or_none(in_year, second, first)}
    if mark == "/":
        days.add(_day_or_none(in_year, first, second))
    days.discard(None)
    day = days.pop() if len(days) == 1 else None
    return Period(day, day) if day else None


def _day_or_none(in_year: int, number: int, day: int) -> date | None:
    try:
        return date(in_year, number, day)
    except ValueError:
        return None
