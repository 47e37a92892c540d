"""Values as pages show them, in the normal form of their kind; what may mean two things is read by habit (`Habits`)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from ingest.fields.habits import Habits
from ingest.fields.model import FieldKind
from ingest.fields.normal import MOST_DIGITS, spelled
from ingest.values import ValueKind, find_values
from ingest.values.currencies import named_in, pattern
from ingest.values.model import Value, fold
from ingest.values.numbers import DIGITS, readings_of, spell

# OCR loses and adds spaces: "25/12/20188:13", "25MAY2017", "9 .00".
_GLUED_TIME = re.compile(r"(\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d{2})(?=\d{1,2}:\d{2})")
_GLUED_MONTH = re.compile(
    r"(?<=\d)(?=[A-Za-z]{3,9}[-\s.,]?\s?(?:19|20)?\d{2})|(?<=[A-Za-z]{3})(?=(?:19|20)\d{2}(?!\d))"
)
_TORN_CENTS = re.compile(r"(?<=\d)(?:\s([.,])|([.,])\s)(?=\d{2}(?!\d))")
_STRAY_BLANK = re.compile(r"\s+(?=,\s)")
_ID = re.compile(r"[A-Za-z0-9#](?:[\w/.\-–#&+()]*[A-Za-z0-9])?")
_ID_PREFIX = re.compile(
    r"^\W*(?:(?:no|nr|num|number|numéro|numero|nº|n°|id|#)(?![A-Za-z])\W{0,3})+|^[^A-Za-z0-9]+", re.IGNORECASE
)
# Tax numbers in groups: "GB 999 5550 62", "FR 60 421 938 861", "IE 1234567 FA".
_GROUPED = re.compile(r"[A-Z]{2} ?\d{2,}(?: \d{2,})*(?: [A-Z]{1,2}(?![\w]))?(?!\w)|\d{2,4}(?: \d{2,4}){2,}(?![\w/.-])")
_UNITS = {"day": "P{}D", "workday": "P{}D", "week": "P{}W", "month": "P{}M", "year": "P{}Y", "hour": "PT{}H"}


@dataclass(frozen=True, slots=True)
class Amount:
    """A number in a text.

    Attributes:
        value: with its sign.
        start: offset of its first character.
        end: one past its last.
        is_money: whether it has two decimals or a currency beside it.
    """

    value: Decimal
    start: int
    end: int
    is_money: bool


def normalise_printed(kind: FieldKind, raw: str, habits: Habits = Habits()) -> str | None:  # noqa: B008
    """A value in the spelling of its kind; None where the text holds none.

    Args:
        kind: what the value is.
        raw: as the page has it, alone or with words around it: the first value of the kind counts.
        habits: of the document.
    """
    match kind:
        case FieldKind.DATE:
            return next(iter(dates_in(raw, habits)), None)
        case FieldKind.AMOUNT | FieldKind.NUMBER:
            found = amounts_in(raw, habits)
            return spelled(kind, found[0].value) if found else None
        case FieldKind.PERCENT:
            return _percent(raw, habits)
        case FieldKind.CURRENCY:
            return _currency(raw, habits)
        case FieldKind.DURATION:
            return next(iter(durations_in(raw)), None)
        case FieldKind.ID:
            return identifier(raw)
        case _:
            return " ".join(raw.split()) or None


def dates_in(text: str, habits: Habits) -> tuple[str, ...]:
    """All whole dates of a text, in order, as ISO 8601."""
    found = [_one_date(value, habits) for value in _date_values(text)]
    return tuple(date for date in found if date)


def _date_values(text: str) -> list[Value]:
    def look(within: str) -> list[Value]:
        return [one for one in find_values(within, names=False) if one.kind is ValueKind.DATE and _whole(one)]

    text = _GLUED_TIME.sub(r"\1 ", _STRAY_BLANK.sub("", text))
    return look(text) or look(_GLUED_MONTH.sub(" ", text))


def _whole(value: Value) -> bool:
    return any(len(reading) == 10 and reading[0] != "-" for reading in value.readings)


def _one_date(value: Value, habits: Habits) -> str:
    readings = sorted(reading for reading in value.readings if len(reading) == 10 and reading[0] != "-")
    if len(readings) < 2:
        return readings[0] if readings else ""
    numbers = re.findall(r"\d+", value.text)
    wanted = (numbers[1], numbers[0]) if habits.day_first else (numbers[0], numbers[1])
    month_day = "-".join(f"{int(one):02}" for one in wanted)
    return next((reading for reading in readings if reading[5:] == month_day), readings[0])


def amounts_in(text: str, habits: Habits) -> list[Amount]:
    """All numbers of a text, in order; shares and dates are left out."""
    plain = _TORN_CENTS.sub(lambda match: match[1] or match[2], fold(text))
    skipped = [(one.start, one.end) for one in find_values(plain, names=False) if one.kind is ValueKind.DATE]
    return [
        amount
        for match in DIGITS.finditer(plain)
        if not any(start < match.end() and match.start() < end for start, end in skipped)
        if (amount := _amount(plain, match, habits)) is not None
    ]


def _amount(text: str, match: re.Match[str], habits: Habits) -> Amount | None:
    start, end, digits = *match.span(), match.group()
    if re.match(r"\s?[%‰]", text[end:]) or len(digits) > MOST_DIGITS or (start and text[start - 1] in "._:/"):
        return None
    if re.match(r":\d", text[end:]):
        return None
    readings = readings_of(digits, habits.decimal)
    if not readings:
        return None
    value = min(readings)
    cents = re.search(r"[.,]\d{2}$", digits) is not None
    before, after = text[max(start - 24, 0) : start], text[end : end + 24]
    sign = _before().search(before)
    if start and text[start - 1].isalnum() and not (sign and sign["name"]) and not cents:
        return None
    money = cents or bool(sign and sign["name"]) or _behind().match(after) is not None
    lead = (sign["lead"] or (sign["name"] and sign["late"]) or "") if sign else ""
    brackets = lead == "(" and cents and after.startswith(")")
    trailing = cents and re.match(r"-(?![\d\w])", after)
    return Amount(-value if brackets or trailing or lead == "-" else value, start, end, money)


@cache
def _before() -> re.Pattern[str]:
    """A sign and a currency before a number; a hyphen behind a word is no sign."""
    return re.compile(rf"(?:(?P<lead>\(|(?<![^\W_])(?<!\w\s)-)\s?)?(?P<name>{pattern()})?[\s\u2009]?(?P<late>-)?\s?$")


@cache
def _behind() -> re.Pattern[str]:
    return re.compile(rf"[\s\u2009]?(?:{pattern()})")


def _percent(raw: str, habits: Habits) -> str | None:
    values = [value for value in find_values(raw, habits.decimal, names=False) if value.kind is ValueKind.PERCENT]
    if values:
        return min(values[0].readings)
    alone = re.fullmatch(r"\D{0,3}(\d{1,2}(?:[.,]\d{1,3})?)\D{0,3}", raw.strip())
    return spell(min(readings_of(alone[1], habits.decimal) or {Decimal(0)})) if alone else None


def _currency(raw: str, habits: Habits) -> str | None:
    codes = named_in(fold(raw))
    if habits.currency in codes:
        return habits.currency
    return min(codes) if len(codes) == 1 else None


def durations_in(text: str) -> tuple[str, ...]:
    """All times of a text, in order, as ISO 8601; a business day counts as a day."""
    return tuple(found for found, _, _ in spans_in(FieldKind.DURATION, text, Habits()))


def spans_in(kind: FieldKind, text: str, habits: Habits) -> list[tuple[str, int, int]]:
    """The dates or times of a text, each with the offsets where it begins and ends; not those that OCR glued."""
    wanted, read = (ValueKind.DATE, _one_date) if kind is FieldKind.DATE else (ValueKind.DURATION, _one_duration)
    values = [value for value in find_values(text, names=False) if value.kind is wanted]
    return [(found, value.start, value.end) for value in values if (found := read(value, habits))]


def _one_duration(value: Value, habits: Habits) -> str:
    unit = next(iter(value.units & _UNITS.keys()), "")
    reading = min(value.readings, key=lambda reading: (len(reading), reading))
    return _UNITS[unit].format(reading) if unit else ""


def identifier(raw: str) -> str | None:
    """The first token of a text that has a digit, without what stands for "number"; None where there is none."""
    text = _ID_PREFIX.sub("", fold(raw).replace("\u2009", " "))
    if grouped := _GROUPED.match(text):
        return grouped.group().replace(" ", "")
    for token in text.split()[:2]:
        found = _ID.match(token)
        if found and any(map(str.isdigit, found.group())):
            return _balanced(found.group()).strip("#.,")
        if not _is_filler(token):
            return None
    return None


def _is_filler(token: str) -> bool:
    """Whether a token before an identifier may be passed over: "No", "#", "-", "RE", "Invoice"."""
    return len(token) <= 3 or token.casefold().strip(":.") in {"number", "invoice", "rechnung", "facture"}


def _balanced(token: str) -> str:
    return token if token.count("(") == token.count(")") else re.split(r"[()]", token)[0]


def numbers_of(text: str, habits: Habits) -> Iterator[Decimal]:
    """The numbers of a text alone."""
    yield from (amount.value for amount in amounts_in(text, habits))
