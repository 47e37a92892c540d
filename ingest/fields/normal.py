"""Values in their normal form: what a person types, by the field's kind, and whether a stored value has that form."""

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from ingest.errors import FieldError
from ingest.fields.model import SCALE, FieldKind
from ingest.fields.money import is_known
from ingest.fields.normalising import spelled
from ingest.values import ValueKind, find_values
from ingest.values.currencies import codes
from ingest.values.model import fold
from ingest.values.numbers import readings_of, spell

_MOST_SCALED = 2**63 - 1
_NUMBER = re.compile(r"-?\d{1,30}(?:\.\d{1,20})?", re.ASCII)
_DATE = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?", re.ASCII)
_DURATION = re.compile(r"P(?=\d|T\d)(?:\d+(?:\.\d+)?[YMWD])*(?:T(?:\d+(?:\.\d+)?[HMS])+)?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_LETTERS = {"year": "Y", "month": "M", "week": "W", "day": "D"}
_LONGEST = 2000  # characters that a person types
_MOST_DIGITS = 18
_NUMERIC = (FieldKind.AMOUNT, FieldKind.NUMBER, FieldKind.PERCENT)


def normalise(kind: FieldKind, typed: str) -> str:
    """The normal form of what a person typed.

    Raises:
        FieldError: it has none, or could mean two things.
    """
    text = " ".join(typed.split())
    if not text or len(text) > _LONGEST:
        raise FieldError(f"A value has 1 to {_LONGEST} characters; --unset leaves a field without one.")
    return _FORMS[kind](text)


def is_normal(kind: FieldKind, value: str) -> bool:
    """Whether a stored value has the form of its kind."""
    if kind in _NUMERIC:
        return _NUMBER.fullmatch(value) is not None
    patterns = {FieldKind.DATE: _DATE, FieldKind.CURRENCY: _CURRENCY, FieldKind.DURATION: _DURATION}
    return patterns[kind].fullmatch(value) is not None if kind in patterns else bool(value.strip())


def decimal_of(value: str) -> Decimal | None:
    """A normal number; None where it is none."""
    try:
        return Decimal(value) if _NUMBER.fullmatch(value) else None
    except InvalidOperation:  # pragma: no cover -- the pattern lets nothing through that is none
        return None


def scaled(kind: FieldKind, value: str) -> int | None:
    """A number in ten-thousandths, rounded half up; None of other kinds, and where it does not fit into 64 bits."""
    number = decimal_of(value) if kind in _NUMERIC else None
    if number is None:
        return None
    whole = int((number * SCALE).to_integral_value(ROUND_HALF_UP))
    return whole if abs(whole) <= _MOST_SCALED else None


def _text(text: str) -> str:
    return text


def _amount(text: str) -> str:
    """A currency beside it belongs to the field ``currency``."""
    return spelled(FieldKind.AMOUNT, _number(text))


def _plain(text: str) -> str:
    return spelled(FieldKind.NUMBER, _number(text))


def _percent(text: str) -> str:
    return _plain(text.removesuffix("%").removesuffix("％").rstrip())


def _number(text: str) -> Decimal:
    """In digits: ``1234.50``, ``1,234.50``, ``1.234,50``. A point alone is a decimal point."""
    plain = fold(text)
    sign, digits = (-1, plain[1:].lstrip()) if plain.startswith("-") else (1, plain)
    if not re.fullmatch(r"[\d.,' \u2009]{1,40}", digits, re.ASCII) or len(re.findall(r"\d", digits)) > _MOST_DIGITS:
        raise FieldError(f"{text} is no number of at most {_MOST_DIGITS} digits; write it like 1234.50.")
    readings = [Decimal(digits)] if _NUMBER.fullmatch(digits) else sorted(readings_of(digits))
    if len(readings) > 1:
        raise FieldError(f"{text} could be {' or '.join(map(spell, readings))}; write one of these.")
    if not readings:
        raise FieldError(f"{text} is no number; write it like 1234.50.")
    return sign * readings[0]


def _date(text: str) -> str:
    if re.fullmatch(r"\d{4}-\d{2}", text, re.ASCII) and _DATE.fullmatch(text):
        return text
    found = [value for value in find_values(text, names=False) if value.kind is ValueKind.DATE]
    readings = sorted(found[0].readings) if len(found) == 1 and found[0].text == text else []
    if len(readings) > 1:
        raise FieldError(f"{text} could be {' or '.join(readings)}; write one of these.")
    if not readings or readings[0].startswith("--"):
        raise FieldError(f"{text} is no date; write it like 2024-03-05 (year, month, day).")
    return readings[0]


def _currency(text: str) -> str:
    if is_known(text.upper()):
        return text.upper()
    known = sorted(codes(text))
    if len(known) == 1:
        return known[0]
    remedy = f"it could be {', '.join(known)}" if known else "it is none of ISO 4217"
    raise FieldError(f"{text}: {remedy}; write a currency's three letters, like EUR.")


def _duration(text: str) -> str:
    if _DURATION.fullmatch(text.upper()):
        return text.upper()
    found = [value for value in find_values(text, ".", names=False) if value.kind is ValueKind.DURATION]
    units = found[0].units & _LETTERS.keys() if len(found) == 1 and found[0].text == text else frozenset[str]()
    if len(units) == 1 and len(found[0].readings) == 1:
        return f"P{min(found[0].readings)}{_LETTERS[min(units)]}"
    raise FieldError(f"{text} is no length of time; write it like 30 days, or P30D (ISO 8601).")


_FORMS: Mapping[FieldKind, Callable[[str], str]] = {
    FieldKind.TEXT: _text,
    FieldKind.NAME: _text,
    FieldKind.ID: _text,
    FieldKind.DATE: _date,
    FieldKind.AMOUNT: _amount,
    FieldKind.NUMBER: _plain,
    FieldKind.PERCENT: _percent,
    FieldKind.CURRENCY: _currency,
    FieldKind.DURATION: _duration,
}
