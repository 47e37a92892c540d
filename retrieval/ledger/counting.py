"""Numbers and months in a question's words."""

import calendar

from ingest.values.numerals import find_english, han_number

_MONTHS = [name[:3].lower() for name in calendar.month_name]


def count_of(text: str) -> int | None:
    """A number in digits, in English or in Chinese words; None where the text is none."""
    if text.isascii() and text.isdecimal():
        return int(text)
    han = han_number(text)
    if han is not None:
        return int(han)
    if text.lower() in ("a", "one"):
        return 1
    numerals = list(find_english(text))
    alone = len(numerals) == 1 and (numerals[0].start, numerals[0].end) == (0, len(text))
    return int(numerals[0].amount) if alone else None


def month_of(name: str) -> int:
    """The number of a month, 1 to 12, by the English name that a text begins with."""
    return _MONTHS.index(name[:3].lower())
