"""Normal forms: the one spelling that values of each kind have (see `FieldKind`), and what numbers in it mean.

`ingest.fields.printed` gives what pages show its normal form, `ingest.fields.typed` what people type.
"""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from ingest.fields.model import SCALE, FieldKind
from ingest.values.numbers import spell

_MOST_SCALED = 2**63 - 1
_CENTS = Decimal("0.01")
MOST_DIGITS = 18  # of a number that is believed to be one
_NUMBER = re.compile(r"-?\d{1,30}(?:\.\d{1,20})?", re.ASCII)
_DATE = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?", re.ASCII)
_DURATION = re.compile(r"P(?=\d|T\d)(?:\d+(?:\.\d+)?[YMWD])*(?:T(?:\d+(?:\.\d+)?[HMS])+)?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_NUMERIC = (FieldKind.AMOUNT, FieldKind.NUMBER, FieldKind.PERCENT)
_PATTERNS = {
    **dict.fromkeys(_NUMERIC, _NUMBER),
    FieldKind.DATE: _DATE,
    FieldKind.CURRENCY: _CURRENCY,
    FieldKind.DURATION: _DURATION,
}


def is_normal(kind: FieldKind, value: str) -> bool:
    """Whether a value has the form of its kind."""
    pattern = _PATTERNS.get(kind)
    return pattern.fullmatch(value) is not None if pattern else bool(value.strip())


def decimal_of(value: str) -> Decimal | None:
    """A normal number; None where it is none."""
    try:
        return Decimal(value) if _NUMBER.fullmatch(value) else None
    except InvalidOperation:  # pragma: no cover -- the pattern lets nothing through that is none
        return None


def parse_decimal(text: str) -> Decimal | None:
    """A number with a decimal point as machines write it, in XML or JSON: ``1E3``, ``+5``; None where it is none."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    digits = value.as_tuple()
    sane = value.is_finite() and len(digits.digits) <= MOST_DIGITS and abs(value.adjusted()) <= MOST_DIGITS
    return value if sane else None


def spelled(kind: FieldKind, value: Decimal) -> str:
    """A number in the spelling of its kind: an amount has two decimals at least, a number none without need."""
    if kind is FieldKind.AMOUNT:
        exponent = value.as_tuple().exponent
        text = f"{value:f}" if isinstance(exponent, int) and exponent <= -2 else f"{value.quantize(_CENTS):f}"
        return text.removeprefix("-") if not value else text
    return spell(value)


def scaled(kind: FieldKind, value: str) -> int | None:
    """A number in ten-thousandths, rounded half up; None of other kinds, and where it does not fit into 64 bits."""
    number = decimal_of(value) if kind in _NUMERIC else None
    if number is None:
        return None
    whole = int((number * SCALE).to_integral_value(ROUND_HALF_UP))
    return whole if abs(whole) <= _MOST_SCALED else None
