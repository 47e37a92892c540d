"""Spans of days in a question: days, months, quarters and years, and those that are counted from today."""

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from ingest.values.numerals import find_english, han_number
from retrieval.dates import Found, find_dates, month, year
from retrieval.dates import Period as Days
from retrieval.ledger.cursor import TAKEN, Cursor, compiled
from retrieval.ledger.plan import Span

_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_HAN = {"一": 1, "二": 2, "三": 3, "四": 4, "上": 1, "下": 2}
_YEARS = {"今年": 0, "本年": 0, "去年": -1, "前年": -2, "明年": 1, "this year": 0, "last year": -1, "next year": 1}
_UNITS = {
    "day": "d",
    "week": "w",
    "month": "m",
    "year": "y",
    "天": "d",
    "日": "d",
    "周": "w",
    "星期": "w",
    "月": "m",
    "年": "y",
}
_NUMBER = r"(?P<count>\d{1,4}|[a-z]+(?:[ -][a-z]+)?)"
_HAN_NUMBER = r"(?P<count>\d{1,4}|[一二三四五六七八九十百两]{1,5})\s*个?"
_AHEAD = (
    rf"\b(?:(?:with)?in|over|during|for)?\s*(?:the\s+)?(?:next|coming"
    rf"|following)\s+(?:{_NUMBER}\s+)?(?P<unit>day|week|month|year)s?\b",
    rf"\bwithin\s+(?:the\s+)?{_NUMBER}\s+(?P<unit>day|week|month|year)s?(?:\s+from\s+(?:now|today))?\b",
    rf"\bin\s+{_NUMBER}\s+(?P<unit>day|week|month|year)s?\s+from\s+(?:now|today)\b",
    rf"(?:在\s*)?(?:未来|今后|接下来|往后|将来)的?\s*{_HAN_NUMBER}\s*(?P<unit>天|日|周|星期|月"
    rf"|年)\s*(?:之内|以内|内|里)?",
    rf"(?:在\s*)?{_HAN_NUMBER}\s*(?P<unit>天|日|周|星期|月|年)\s*(?:之内|以内|内)",
)
_BACK = (
    rf"\b(?:(?:with)?in|over|during|for)?\s*(?:the\s+)?(?:last|past"
    rf"|previous)\s+{_NUMBER}\s+(?P<unit>day|week|month|year)s?\b",
    rf"(?:在\s*)?(?:最近|过去|近)的?\s*{_HAN_NUMBER}\s*(?P<unit>天|日|周|星期|月|年)\s*(?:之内|以内|内|里|来|以来)?",
)
_NAMED = (
    r"\b(?:in\s+|during\s+)?(?:the\s+)?(?P<which>this|last|previous|next|current)\s+(?P<unit>month|quarter|year)\b",
    r"(?P<which>今|本|去|上|明|下)(?:一)?个?(?P<unit>年|月|季度)(?:度)?",
)
_TO_DATE = (
    r"\b(?:this\s+)?year\s+to\s+date\b|\bytd\b|\bso\s+far\s+this\s+year\b|\bthis\s+year\s+so\s+far\b"
    r"|今年(?:以来|至今|到目前为止)"
)
_SHIFT = {
    "this": 0,
    "current": 0,
    "last": -1,
    "previous": -1,
    "next": 1,
    "今": 0,
    "本": 0,
    "去": -1,
    "上": -1,
    "明": 1,
    "下": 1,
}
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_QUARTERS = (
    rf"\bq(?P<quarter>[1-4])\s*(?:of\s+|/|-)?\s*{_YEAR}\b",
    rf"\b{_YEAR}\s*[-/]?\s*q(?P<quarter>[1-4])\b",
    rf"\b(?:the\s+)?(?P<quarter>first|second|third|fourth|1st|2nd|3rd|4th)\s+quarter\s+(?:of\s+|in\s+)?{_YEAR}\b",
    rf"{_YEAR}\s*年?度?\s*第?(?P<quarter>[一二三四1-4])\s*季度",
)
_HALVES = (
    rf"\b(?:the\s+)?(?P<half>first|second|1st|2nd)\s+half\s+(?:of\s+|year\s+(?:of\s+)?)?{_YEAR}\b",
    rf"\bh(?P<half>[12])\s*(?:of\s+)?{_YEAR}\b",
    rf"{_YEAR}\s*年?(?P<half>[上下])半年",
)
_MONTH_NAMES = "|".join(f"{name[:3]}[a-z]*" for name in calendar.month_name if name)
_MONTHS = (
    rf"\b(?P<first>{_MONTH_NAMES})\s*(?:and|to|until|through|till"
    rf"|[-–])\s*(?P<last>{_MONTH_NAMES})\s*,?\s*(?:of\s+)?{_YEAR}\b",
    rf"{_YEAR}\s*年\s*(?P<first>\d{{1,2}})\s*月?\s*[至到\-–~—]\s*(?P<last>\d{{1,2}})\s*月(?:份)?",
)
_JOINS = compiled(r"^\s*(?:and|to|until|through|till|[-–—~至到和])\s*(?:the\s+)?$")
_IN = r"(?:\b(?:in|during|of|from|for|on|dated|between|through)\s+)?(?:(?:the\s+)?(?:year|month\s+of)\s+)?$"
_AFTER = compiled(r"\b(?:after|later\s+than)\s+(?:the\s+)?(?:end\s+of\s+)?$")
_BEFORE = compiled(r"\b(?:before|prior\s+to|earlier\s+than)\s+(?:the\s+)?$")
_UNTIL = compiled(r"(?:\b(?:until|till|up\s+to|through|by|no\s+later\s+than)\s+(?:the\s+end\s+of\s+)?|截至|截止到?)$")
_ON = compiled(_IN)
_HAN_SINCE = compiled(r"^\s*(?:以来|及以后|起(?:至今)?|至今)")
_HAN_AFTER = compiled(r"^\s*(?:以后|之后|后)")
_HAN_BEFORE = compiled(r"^\s*(?:以前|之前|前)")
_HAN_TAIL = compiled(r"^\s*(?:度|份|期间|全年|底|末)?")
_SINCE_ONLY = compiled(r"^\s*(?:onwards?|on)\b")


def with_years(text: str, today: date) -> str:
    """A question with years that hang on today in digits, where a part of one is meant: 去年3月, Q1 last year."""

    def in_digits(found: re.Match[str]) -> str:
        shift = _YEARS[" ".join(found["which"].lower().split())]
        return f"{found['part'] or ''}{today.year + shift}{'年' if found['which'][-1] == '年' else ''}"

    han = compiled(
        r"(?P<part>)(?P<which>今年|去年|前年|明年|本年)(?=度?第?[一二三四1-4]\s*季度|[上下]半年"
        r"|\s*\d{1,2}\s*月|[一二三四五六七八九十]{1,2}月)"
    )
    english = compiled(
        rf"(?P<part>\b(?:{_MONTH_NAMES}|q[1-4]|quarter|half)\s+)(?:of\s+)?(?P<which>this year|last year|next year)\b"
    )
    return english.sub(in_digits, han.sub(in_digits, text))


def take_spans(cursor: Cursor, today: date) -> list[Span]:
    """Take all spans of days of a question, in order."""
    found = [*_counted(cursor, today), *_named(cursor, today), *_fixed(cursor)]
    found += _dated(cursor)
    return [span for _, span in sorted(found, key=lambda one: one[0])]


_Placed = tuple[int, Span]


def _counted(cursor: Cursor, today: date) -> Iterator[_Placed]:
    for patterns, sign in ((_AHEAD, 1), (_BACK, -1)):
        for pattern in patterns:
            match = cursor.find(pattern)
            count = _count(match["count"]) if match else None
            if match is None or count is None:
                continue
            unit = _UNITS[match["unit"].lower()]
            try:
                other = _moved(today, sign * count, unit)
            except (ValueError, OverflowError):
                continue
            cursor.mark(*match.span())
            yield match.start(), Span(first=min(today, other), last=max(today, other))


def _count(text: str | None) -> int | None:
    """A number in digits, in English or in Chinese words; without any, one."""
    if text is None:
        return 1
    if text.isascii() and text.isdecimal():
        return int(text)
    han = han_number(text)
    if han is not None:
        return int(han)
    if text.lower() in ("a", "one"):
        return 1
    numerals = list(find_english(text))
    return (
        int(numerals[0].amount)
        if len(numerals) == 1 and (numerals[0].start, numerals[0].end) == (0, len(text))
        else None
    )


def _moved(day: date, count: int, unit: str) -> date:
    """A day some units later; of a shorter month its last day."""
    if unit in "dw":
        return day + timedelta(days=count * (7 if unit == "w" else 1))
    months = day.year * 12 + day.month - 1 + count * (12 if unit == "y" else 1)
    in_year, number = divmod(months, 12)
    return date(in_year, number + 1, min(day.day, calendar.monthrange(in_year, number + 1)[1]))


def _named(cursor: Cursor, today: date) -> Iterator[_Placed]:
    while match := cursor.find(_TO_DATE):
        cursor.mark(*match.span())
        yield match.start(), Span(first=today.replace(month=1, day=1), last=today)
    for pattern in _NAMED:
        while match := cursor.find(pattern):
            cursor.mark(*match.span())
            shift, unit = _SHIFT[match["which"].lower()], match["unit"].lower()
            yield match.start(), _span(_unit_around(today, shift, unit))


def _unit_around(today: date, shift: int, unit: str) -> Days:
    if unit in ("year", "年"):
        return year(today.year + shift)
    if unit in ("month", "月"):
        there = _moved(today.replace(day=1), shift, "m")
        return month(there.month, there.year)
    there = _moved(today.replace(day=1), 3 * shift, "m")
    return _quarter((there.month + 2) // 3, there.year)


def _quarter(number: int, of: int) -> Days:
    return Days(month(3 * number - 2, of).first, month(3 * number, of).last)


def _fixed(cursor: Cursor) -> Iterator[_Placed]:
    for pattern in _QUARTERS:
        while match := cursor.find(rf"(?:\bin\s+|\bduring\s+)?{pattern}"):
            cursor.mark(*match.span())
            yield match.start(), _span(_quarter(_ordinal(match["quarter"]), int(match["year"])))
    for pattern in _HALVES:
        while match := cursor.find(rf"(?:\bin\s+|\bduring\s+)?{pattern}"):
            cursor.mark(*match.span())
            half, of = _ordinal(match["half"]), int(match["year"])
            yield match.start(), _span(Days(month(6 * half - 5, of).first, month(6 * half, of).last))
    for pattern in _MONTHS:
        while match := cursor.find(rf"(?:\b(?:from|between|in)\s+)?{pattern}"):
            cursor.mark(*match.span())
            first, last, of = _month(match["first"]), _month(match["last"]), int(match["year"])
            if 1 <= first <= last <= 12:
                yield match.start(), Span(first=month(first, of).first, last=month(last, of).last)


def _ordinal(text: str) -> int:
    return int(text) if text.isdecimal() else _ORDINALS.get(text.lower()) or _HAN[text]


def _month(text: str) -> int:
    return int(text) if text.isdecimal() else [name[:3].lower() for name in calendar.month_name].index(text[:3].lower())


def _span(days: Days) -> Span:
    return Span(first=days.first, last=days.last)


def _dated(cursor: Cursor) -> Iterator[_Placed]:
    """Dates as they are written, with the words that say on which side of them."""
    left = cursor.left
    joined: list[tuple[Found, Found]] = []
    for one in find_dates(left):
        last = joined[-1][1] if joined else None
        if last and _is_range(left, joined[-1][0], last, one):
            joined[-1] = (joined[-1][0], one)
        else:
            joined.append((one, one))
    for first, last in joined:
        start, end, span = _sided(left, first, last)
        if span is not None:
            cursor.mark(start, end)
            yield start, span


def _is_range(text: str, start: Found, last: Found, one: Found) -> bool:
    """Whether two dates are the ends of one span: after "between" or "from", or joined by "to"."""
    gap = text[last.end : one.start]
    if start is not last or not _JOINS.match(gap) or last.period.first > one.period.last:
        return False
    opened = re.search(r"\b(?:between|from)\s+(?:the\s+)?$|[从自在]\s*$", text[: last.start], re.IGNORECASE)
    return bool(opened) or gap.strip().casefold() not in ("and", "和")


def _sided(text: str, first: Found, last: Found) -> tuple[int, int, Span | None]:
    before, behind = text[: first.start], text[last.end :]
    low, high = first.period.first, last.period.last
    if first is last:
        sides: tuple[tuple[re.Pattern[str] | None, re.Pattern[str] | None, Callable[[], Span]], ...] = (
            (_AFTER, _HAN_AFTER, lambda: Span(first=high + timedelta(days=1))),
            (_BEFORE, _HAN_BEFORE, lambda: Span(last=low - timedelta(days=1))),
            (_UNTIL, None, lambda: Span(last=high)),
            (
                compiled(r"\bsince\s+(?:the\s+)?(?:beginning\s+of\s+|start\s+of\s+)?$"),
                _HAN_SINCE,
                lambda: Span(first=low),
            ),
            (None, _SINCE_ONLY, lambda: Span(first=low)),
        )
        for lead, tail, make in sides:
            led = lead.search(before) if lead else None
            tailed = tail.match(behind) if tail else None
            if led or tailed:
                try:
                    span = make()
                except OverflowError:
                    return 0, 0, None
                start = led.start() if led else _lead(before)
                return start, last.end + (tailed.end() if tailed else 0), span
    tail_match = _HAN_TAIL.match(behind) if text[last.start : last.end].strip()[-1:] in "年月" else None
    return _lead(before), last.end + (tail_match.end() if tail_match else 0), Span(first=low, last=high)


def _lead(before: str) -> int:
    found = _ON.search(before)
    start = found.start() if found else len(before)
    return max(start, before.rfind(TAKEN) + 1)
