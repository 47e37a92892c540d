"""Numbers with what they count: money, shares, times."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from ingest.values import currencies
from ingest.values.model import Scan, ValueKind
from ingest.values.numbers import DIGITS, readings_of, spell
from ingest.values.numerals import HAN_SCALES, Numeral, find_english, find_han, han_number

_SCALES = {"thousand": 3, "million": 6, "mio": 6, "mn": 6, "billion": 9, "mrd": 9, "bn": 9, "trillion": 12}
_SCALE = re.compile(rf"[\s\u2009]?(?P<word>{'|'.join(_SCALES)})\b\.?", re.IGNORECASE)
_LETTER = re.compile(r"\s?(?P<word>[kKmM])(?![A-Za-z0-9])")  # only beside a currency
_HAN_SCALE = re.compile(r"\s?(?P<han>[百千万亿萬億]{1,3})(?!分之)")
_PERCENT = re.compile(r"[\s\u2009]?(?:%|percent\b|per[\s-]?cent\b|pct\b|Prozent\b)", re.IGNORECASE)
_PER_MILLE = re.compile(r"[\s\u2009]?‰")
_HAN_SHARE = re.compile(r"(百|千|万)分之\s?$")
_SHARES = {"百": 0, "千": 1, "万": 2}  # how far to shift the point for percent
_TIMES = (
    ("workday", r"(?:business|working)[\s-]days?|工作日|营业日|Werktage?n?|Arbeitstage?n?|jours? ouvr[ée]s?"),
    ("hour", r"hours?|hrs?|个?小时|Stunden?|heures?"),
    ("minute", r"minutes?|分钟|Minuten"),
    ("week", r"weeks?|个?星期|周(?!年)|Wochen?|semaines?"),
    ("month", r"months?|个月|個月|Monate?n?|mois|meses|mes"),
    ("quarter", r"quarters?|个?季度|Quartale?n?"),
    ("year", r"years?|yrs?|周年|年|Jahre?n?|ans?|années?|años?"),
    ("day", r"(?:(?:calendar|full|clear|natural)[\s-])?days?|自然日|日历[日天]|个?日|天|Tage?n?|jours?|días?"),
)
_YEAR = range(1900, 2101)
_BRACKET = re.compile(r"[\s-]?\(\s?")
# What may stand between a currency and its amount: 人民币（大写）：, USD:
_BETWEEN = r"[\s\u2009]{0,2}(?:[（(]?大写[)）]?\s?)?[:：]?[\s\u2009]{0,2}"
_FRACTIONS = re.compile(r"(?:(?P<tenths>[^角]{1,2})角)?(?:(?P<cents>[^分]{1,2})分)?")
_YUAN = frozenset("元圆圓")


@dataclass(frozen=True, slots=True)
class _Number:
    """A number in digits or words, with all ways to read it, before its unit is known."""

    amounts: frozenset[Decimal]
    start: int
    end: int
    digits: str = ""


@cache
def _before() -> re.Pattern[str]:
    return re.compile(rf"(?P<name>{currencies.pattern()}){_BETWEEN}$")


@cache
def _after() -> re.Pattern[str]:
    # A sign before the next number belongs to that: 2 $160.00.
    return re.compile(rf"[\s\u2009-]{{0,2}}(?P<name>{currencies.pattern()})(?!\d|(?<=[^\w.])\s\d)")


@cache
def _time() -> re.Pattern[str]:
    names = "|".join(rf"(?P<{name}>(?:{words})(?![a-z]))" for name, words in _TIMES)
    return re.compile(rf"(?:[\s\u2009]{{0,2}}|-)(?:{names})", re.IGNORECASE)


def find_quantities(scan: Scan) -> None:
    """Note all numbers, each with its currency, share or time where one stands beside it."""
    numbers = _merged(scan.folded, sorted(_numbers(scan), key=lambda number: (number.start, -number.end)))
    for number in numbers:
        if scan.is_free(number.start, number.end):
            _add(scan, number)


def _numbers(scan: Scan) -> Iterator[_Number]:
    text = scan.folded
    for match in DIGITS.finditer(text):
        if scan.is_free(*match.span()):
            yield from _digits(match, scan.decimal)
    words: Iterable[Numeral] = (*find_english(text), *find_han(text))
    for numeral in words:
        if scan.is_free(numeral.start, numeral.end):
            yield _Number(frozenset((numeral.amount,)), numeral.start, numeral.end)


def _digits(match: re.Match[str], decimal: str) -> Iterator[_Number]:
    amounts = readings_of(match.group(), decimal)
    if amounts or set(match.group()) <= set("0123456789."):
        # 8.1.2 is no amount, but one value: a clause, a version.
        yield _Number(amounts, match.start(), match.end(), match.group())
        return
    for part in re.finditer(r"\d+", match.group()):
        start = match.start() + part.start()
        yield _Number(frozenset((Decimal(part.group()),)), start, start + len(part.group()), part.group())


def _merged(text: str, numbers: list[_Number]) -> list[_Number]:
    """The same number in words and digits, one in brackets, is one: thirty (30) days."""
    found: list[_Number] = []
    for number in numbers:
        last = found[-1] if found else None
        if last and number.start < last.end:
            continue
        bracket = _BRACKET.match(text, last.end) if last else None
        if last and bracket and bracket.end() == number.start and text[number.end : number.end + 1] == ")":
            same = last.amounts & number.amounts
            if same:
                found[-1] = replace(last, amounts=same, end=number.end + 1)
                continue
        found.append(number)
    return found


def _add(scan: Scan, number: _Number) -> None:
    if not number.amounts:
        scan.add(ValueKind.NUMBER, frozenset((number.digits,)), number.start, number.end)
        return
    text, start, end = scan.folded, number.start, number.end
    before = _free(scan, _before().search(text, max(0, start - 32), start))
    power, end = _scale(text, end, bool(before))
    amounts = frozenset(amount.scaleb(power) for amount in number.amounts)
    share = _free(scan, _HAN_SHARE.search(text, max(0, start - 4), start))
    percent, mille = _PERCENT.match(text, end), _PER_MILLE.match(text, end)
    if share or percent or mille:
        shift = _SHARES[share.group(1)] if share else int(mille is not None)
        end = end if share else (percent or mille or share).end()  # type: ignore[union-attr]
        amounts = frozenset(amount.scaleb(-shift) for amount in amounts)
        scan.add(ValueKind.PERCENT, _spelled(amounts), share.start() if share else start, end, frozenset("%"))
        return
    after = _after().match(text, end)
    if before or after:
        units = currencies.codes(before["name"]) if before else frozenset()
        if after:
            behind = currencies.codes(after["name"])
            # A sign and a code name one currency: $1,000 USD.
            units = (units & behind) or units or behind
            end = after.end()
            more, end = _fractions(text, end) if after["name"] in _YUAN else (Decimal(0), end)
            amounts = frozenset(amount + more for amount in amounts)
        scan.add(ValueKind.MONEY, _spelled(amounts), before.start() if before else start, end, units)
        return
    _add_time(scan, amounts, start, end, number.digits)


def _free(scan: Scan, match: re.Match[str] | None) -> re.Match[str] | None:
    """A match, unless it belongs to the value before."""
    return match if match and scan.is_free(*match.span()) else None


def _add_time(scan: Scan, amounts: frozenset[Decimal], start: int, end: int, digits: str) -> None:
    time = _time().match(scan.folded, end)
    unit = time.lastgroup if time else None
    is_year = unit == "year" and len(digits) == 4 and digits.isdigit() and int(digits) in _YEAR
    if time is None or unit is None or is_year:
        scan.add(ValueKind.NUMBER, _spelled(amounts), start, end)
    else:
        scan.add(ValueKind.DURATION, _spelled(amounts), start, time.end(), frozenset((unit,)))


def _scale(text: str, end: int, has_currency: bool) -> tuple[int, int]:
    """The power of ten of a word behind a number, and where it ends: 2 million, 5万."""
    if found := _SCALE.match(text, end):
        return _SCALES[found["word"].casefold()], found.end()
    if has_currency and (found := _LETTER.match(text, end)):
        return {"k": 3, "m": 6}[found["word"].casefold()], found.end()
    if end and text[end - 1].isascii() and (found := _HAN_SCALE.match(text, end)):
        return sum(len(str(HAN_SCALES[character])) - 1 for character in found["han"]), found.end()
    return 0, end


def _fractions(text: str, end: int) -> tuple[Decimal, int]:
    """Jiao and fen behind yuan, and the closing 整: 伍角陆分 is 0.56."""
    total = Decimal(0)
    found = _FRACTIONS.match(text, end)
    for part, scale in (("tenths", -1), ("cents", -2)) if found else ():
        written = found[part] if found else None
        amount = _small(written.lstrip("零")) if written else None
        if written and amount is None:
            return Decimal(0), end
        total += (amount or Decimal(0)).scaleb(scale)
    end = found.end() if found else end
    return total, end + (text[end : end + 1] in ("整", "正"))


def _small(text: str) -> Decimal | None:
    return Decimal(text) if text.isascii() and text.isdigit() else han_number(text)


def _spelled(amounts: Iterable[Decimal]) -> frozenset[str]:
    return frozenset(spell(amount) for amount in amounts)


def units_named(text: str) -> frozenset[str]:
    """Units that a text names anywhere, as in the head of a column: currencies, ``%``, times."""
    times = {match.lastgroup for match in _unit_words().finditer(text) if match.lastgroup}
    share = {"%"} if re.search(r"[%％‰]|per\s?cent|百分比|Prozent", text, re.IGNORECASE) else set()
    return currencies.named_in(text) | times | share


@cache
def _unit_words() -> re.Pattern[str]:
    names = "|".join(rf"(?P<{name}>(?<![a-z])(?:{words})(?![a-z]))" for name, words in _TIMES)
    return re.compile(names, re.IGNORECASE)
