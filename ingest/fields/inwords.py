"""Amounts in words: 壹仟贰佰叁拾肆圆伍角整, "one thousand two hundred thirty-four dollars and 50/100"."""

import re
from decimal import Decimal

from ingest.values import ValueKind, find_values
from ingest.values.numerals import HAN_NUMERAL, find_english

_HAN = re.compile(HAN_NUMERAL)
_MINUS = re.compile(r"[负負]|\b(?:minus|negative)\b", re.IGNORECASE)
_HUNDREDTHS = re.compile(r"\b(?P<cents>\d{1,2}|no|zero)\s?/\s?100\b", re.IGNORECASE)
_CENTS = re.compile(r"\s{0,3}(?:cents?|pence|penny)\b", re.IGNORECASE)


def amount_in_words(text: str) -> Decimal | None:
    """The amount that a text writes in words.

    Args:
        text: in Chinese or English. With digits beside the words, as in ``壹佰元整 ¥100.00``, both must be the same.

    Returns:
        None where it has no number in words, or more than one.
    """
    amount = _chinese(text) if _HAN.search(text) else _english(text)
    return -amount if amount is not None and _MINUS.search(text) else amount


def _chinese(text: str) -> Decimal | None:
    found = [value for value in find_values(text, ".", names=False) if _HAN.search(value.text)]
    money = [value for value in found if value.kind is ValueKind.MONEY] or found
    readings = {reading for value in money for reading in value.readings}
    if len(readings) != 1 or money[0].kind not in (ValueKind.MONEY, ValueKind.NUMBER):
        return None
    return Decimal(readings.pop())


def _english(text: str) -> Decimal | None:
    numerals = list(find_english(text))
    cents = Decimal(0)
    if written := _HUNDREDTHS.search(text):
        cents = Decimal(written["cents"]) if written["cents"].isdigit() else Decimal(0)
    elif len(numerals) > 1 and _CENTS.match(text, numerals[-1].end):
        cents = numerals.pop().amount
    if len(numerals) != 1 or cents >= 100:
        return None
    return numerals[0].amount + cents / 100
