"""Dates, as contracts and invoices write them, in ISO 8601."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache

from ingest.values.model import Scan, ValueKind
from ingest.values.numerals import HAN_NUMERAL, han_number

_MONTHS = (
    "january januar janvier enero gennaio",
    "february februar février fevrier febrero febbraio",
    "march märz mars marzo",
    "april avril abril aprile",
    "may mai mayo maggio",
    "june juni juin junio giugno",
    "july juli juillet julio luglio",
    "august août aout agosto",
    "september septembre septiembre settembre",
    "october oktober octobre octubre ottobre",
    "november novembre noviembre",
    "december dezember décembre decembre diciembre dicembre",
)
_SHORT = "jan feb mar apr may jun jul aug sep oct nov dec sept mrz okt dez"
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth "
    "twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"
).split()
_PIVOT = 70  # 69 is 2069, 70 is 1970, as in POSIX


@cache
def _month_numbers() -> dict[str, int]:
    known = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
    short = dict(zip(_SHORT.split(), [*range(1, 13), 9, 3, 10, 12], strict=True))
    return short | known


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    names = "|".join(sorted(_month_numbers(), key=len, reverse=True))
    month = rf"(?P<name>\b(?:{names})\b)\.?"
    ordinals = "|".join(sorted(_ORDINALS, key=len, reverse=True))
    day = rf"(?<![\d.,])(?P<day>\d{{1,2}}|\b(?:{ordinals}))(?:st|nd|rd|th|er|\.)?"
    year = r"(?P<year>[12]\d{3})(?!\d)"
    gap, h = r"[\s\u2009]{1,3}", rf"(?:\d|{HAN_NUMERAL})"
    s = r"[\s\u2009]{0,2}"
    texts = (
        rf"(?<!\d){year}{s}年{s}(?P<month>\d{{1,2}}){s}月(?:{s}份)?(?:{s}(?P<day>\d{{1,2}}){s}[日号])?",
        rf"(?P<year>{h}{{4}}){s}年{s}(?P<month>{h}{{1,3}}){s}月(?:{s}(?P<day>{h}{{1,3}}){s}[日号])?",
        rf"(?<!\d)(?P<month>\d{{1,2}}|{HAN_NUMERAL}{{1,3}}){s}月{s}(?P<day>\d{{1,2}}|{HAN_NUMERAL}{{1,3}}){s}[日号]",
        r"(?<![\d.,/-])(?P<year>[12]\d{3})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?![\d/]|[-.,]\d)",
        r"(?<![\d.,/-])(?P<first>\d{1,2})(?P<mark>[-/.])\s?(?P<second>\d{1,2})(?P=mark)\s?(?P<year>[12]\d{3}|\d{2})"
        r"(?![\d/]|[-.,]\d)",
        rf"(?i:{day}[-\s\u2009]{{1,3}}(?:day{gap})?(?:of{gap}|de{gap})?{month},?[-\s\u2009]{{1,3}}(?:de{gap})?"
        rf"(?:{year}|'?(?P<short>\d{{2}})(?![\d:.,]|\s?%)))",
        rf"(?i:{month}{gap}{day},?{gap}{year})",
        rf"(?i:{month},?{gap}{year})",
        # Without a year only with a capital: "may 5" may be a verb.
        rf"(?i:{day}){gap}(?:day{gap})?(?:of{gap})?(?P<name>\b[A-Z](?i:{_tails(names)})\b)(?!\.?,?\s?\d)",
        rf"(?P<name>\b[A-Z](?i:{_tails(names)})\b)\.?{gap}(?i:{day})(?![\d.,]*\d|\s?%)",
    )
    return tuple(re.compile(text) for text in texts)


def _tails(names: str) -> str:
    return "|".join(sorted({name[1:] for name in names.split("|")}, key=len, reverse=True))


def find_dates(scan: Scan) -> None:
    """Note all dates. 05/04/2024 is read both ways where both are dates; with points the day comes first."""
    for pattern in _patterns():
        for match in pattern.finditer(scan.folded):
            if scan.is_free(*match.span()) and (readings := frozenset(_readings(match))):
                scan.add(ValueKind.DATE, readings, *match.span())


def _readings(match: re.Match[str]) -> Iterator[str]:
    parts = match.groupdict()
    year = _year(parts)
    if "first" in parts:
        first, second = int(parts["first"]), int(parts["second"])
        day_first, month_first = _iso(year, second, first), _iso(year, first, second)
        yield from filter(None, (day_first, None if parts["mark"] == "." and day_first else month_first))
        return
    name = parts.get("name")
    month = _month_numbers().get(name.casefold()) if name else _number(parts["month"])
    day = parts.get("day")
    found = _iso(year, month, _number(day) if day else 0)
    if found:
        yield found


def _year(parts: dict[str, str | None]) -> int | None:
    written = parts.get("year") or parts.get("short")
    number = _number(written) if written else None
    if number is None or written is None:
        return None
    if len(written) == 2 and written.isascii():
        return number + (2000 if number < _PIVOT else 1900)
    return number


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if text.isdigit() and text.isascii():
        return int(text)
    if text.casefold() in _ORDINALS:
        return _ORDINALS.index(text.casefold()) + 1
    # Digits and characters mixed, as 2〇24, are read by their places.
    amount = han_number("".join("零一二三四五六七八九"[int(c)] if c.isdigit() and c.isascii() else c for c in text))
    return int(amount) if amount is not None else None


def _iso(year: int | None, month: int | None, day: int | None) -> str | None:
    """A date in ISO 8601; day 0 leaves it out, year None too; None where there is no such day."""
    if month is None or day is None or (year is not None and not 1000 <= year <= 2999):
        return None
    try:
        # 2024 is a leap year: a day without a year may be 29 February.
        full = date(year or 2024, month, day or 1)
    except ValueError:
        return None
    if year is None:
        return f"--{full:%m-%d}" if day else None
    return f"{year:04}-{full:%m-%d}" if day else f"{year:04}-{full:%m}"
