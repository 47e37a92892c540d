"""Numbers in digits: what they may mean, as separators differ between countries."""

import re
from decimal import Decimal

# 1,234.50  1.234,50  1'234.50  1 234,50 (thin spaces) and, with decimals behind it, with a plain space.
DIGITS = re.compile(r"\d{1,3}(?: \d{3})+[.,]\d{2}(?!\d)|\d+(?:[.,'\u2009]\d+)*")
_SPACED = re.compile(r"(\d{1,3})((?:[ '\u2009]\d{3})+)(?=\D|$)")
_INDIAN = re.compile(r"\d{1,2}(?:,\d{2})+,\d{3}")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")


def spell(amount: Decimal) -> str:
    """A number in one spelling: no separators, no closing zeros, no exponent: ``1234.5``."""
    plain = f"{amount:f}"
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain) or "0"


def readings_of(digits: str, decimal: str = "") -> frozenset[Decimal]:
    """What a number in digits may mean.

    ``1,234`` is a thousand and more in English, and a little over one in German: without `decimal` it is read both
    ways, as is ``1.234``. ``1,234.50`` and ``1234,50`` can be read one way only.

    Args:
        digits: with separators, without sign.
        decimal: ``.`` or ``,`` where the decimal mark is known.

    Returns:
        No reading where it is not one number, as ``8.1.2`` or ``1,2,3``.
    """
    spaced = _SPACED.match(digits)
    if spaced:
        digits = re.sub(r"\D", "", spaced.group()) + digits[spaced.end() :]
    marks = re.findall(r"[.,]", digits)
    if re.search(r"[ '\u2009]", digits):
        return frozenset()
    if not marks:
        return frozenset((Decimal(digits),))
    if len(set(marks)) == 2:
        whole, _, fraction = digits.rpartition(marks[-1])
        grouped = _THOUSANDS.fullmatch(whole) or _INDIAN.fullmatch(whole)
        return frozenset((_plain(whole, fraction),)) if grouped and len(set(marks[:-1])) == 1 else frozenset()
    if len(marks) > 1:
        grouped = _THOUSANDS.fullmatch(digits) or _INDIAN.fullmatch(digits)
        return frozenset((_plain(digits),)) if grouped else frozenset()
    whole, _, fraction = digits.partition(marks[0])
    as_decimal = _plain(whole, fraction)
    if spaced or not _THOUSANDS.fullmatch(digits) or decimal == marks[0]:
        return frozenset((as_decimal,))
    return frozenset((_plain(digits),)) if decimal else frozenset((_plain(digits), as_decimal))


def decimal_mark(text: str) -> str:
    """The decimal mark that a text's unambiguous numbers show: ``.`` or ``,``; empty where there are none, or both."""
    found = set()
    for match in DIGITS.finditer(text):
        digits = match.group()
        marks = re.findall(r"[.,]", digits)
        if not marks or len(readings_of(digits)) != 1:
            continue
        if len(set(marks)) == 2:
            found.add(marks[-1])
        elif len(marks) > 1:
            found.add("." if marks[0] == "," else ",")
        elif len(digits) - digits.index(marks[0]) == 3:
            # Two decimals are an amount; one or four may be a section or a clause: 8.1.
            found.add(marks[0])
    return found.pop() if len(found) == 1 else ""


def _plain(whole: str, fraction: str = "") -> Decimal:
    return Decimal(f"{re.sub(r'[.,]', '', whole)}.{fraction or 0}")
