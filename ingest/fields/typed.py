"""What people type, in the normal form of its kind. What could mean two things is refused: a person can say which."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from ingest.errors import FieldError
from ingest.fields.model import FieldKind
from ingest.fields.money import is_known
from ingest.fields.normal import MOST_DIGITS, is_normal, spelled
from ingest.values import ValueKind, find_values
from ingest.values.currencies import codes
from ingest.values.model import fold
from ingest.values.numbers import readings_of, spell

_LETTERS = {"year": "Y", "month": "M", "week": "W", "day": "D"}
_LONGEST = 2000  # characters that a person types


def normalise_typed(kind: FieldKind, typed: str) -> str:
    """The normal form of what a person typed.

    Raises:
        FieldError: it has none, or could mean two things.
    """
    text = " ".join(typed.split())
    if not text or len(text) > _LONGEST:
        raise FieldError(f"A value has 1 to {_LONGEST} characters; --unset leaves a field without one.")
    return _FORMS[kind](text)


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
    if not re.fullmatch(r"[\d.,' \u2009]{1,40}", digits, re.ASCII) or len(re.findall(r"\d", digits)) > MOST_DIGITS:
        raise FieldError(f"{text} is no number of at most {MOST_DIGITS} digits; write it like 1234.50.")
    readings = [Decimal(digits)] if is_normal(FieldKind.NUMBER, digits) else sorted(readings_of(digits))
    if len(readings) > 1:
        raise FieldError(f"{text} could be {' or '.join(map(spell, readings))}; write one of these.")
    if not readings:
        raise FieldError(f"{text} is no number; write it like 1234.50.")
    return sign * readings[0]


def _date(text: str) -> str:
    if re.fullmatch(r"\d{4}-\d{2}", text, re.ASCII) and is_normal(FieldKind.DATE, text):
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
    if is_normal(FieldKind.DURATION, text.upper()):
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
