"""Spans of days in a question: days, months, quarters and years, and those that are counted from today."""

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from retrieval.dates import Found, find_dates, month, month_of, year
from retrieval.dates import Period as Days
from retrieval.ledger.counting import count_of
from retrieval.ledger.cursor import TAKEN, Cursor, compiled
from retrieval.ledger.plan import Span

_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_HAN = {"一": 1, "二": 2, "三": 3, "四": 4, "上": 1, "下": 2}
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
_UNIT_NAME = r"(?:calendar\s+)?(?P<unit>day|week|month|year)s?\b"
_HAN_NUMBER = r"(?P<count>\d{1,4}|[一二三四五六七八九十百两]{1,5})\s*个?"
_AHEAD = (
    rf"\b(?:(?:with)?in|over|during|for)?\s*(?:the\s+)?(?:next|coming|following|upcoming)\s+{_NUMBER}\s+{_UNIT_NAME}",
    # "Next month" is one of the calendar, "the next month" counts from today.
    r"\b(?:(?:with)?in|over|during|for)?\s*the\s+(?P<count>)(?:next|coming|following|upcoming)\s+(?P<unit>week|month|year)\b",
    rf"\b(?:with)?in\s+(?:the\s+|a\s+)?(?:(?:less|fewer|no\s+more)\s+than|under|at\s+most)\s+{_NUMBER}\s+{_UNIT_NAME}"
    r"(?:\s+from\s+(?:now|today))?",
    rf"\bwithin\s+(?:the\s+)?{_NUMBER}\s+{_UNIT_NAME}(?:\s+(?:from|of)\s+(?:now|today))?",
    rf"\bin\s+{_NUMBER}\s+(?P<unit>day|week|month|year)s?\s+from\s+(?:now|today)\b",
    rf"(?:在\s*)?(?:未来|今后|接下来|往后|将来)的?\s*{_HAN_NUMBER}\s*(?P<unit>天|日|周|星期|月"
    rf"|年)\s*(?:之内|以内|内|里)?",
    rf"(?:在\s*)?{_HAN_NUMBER}\s*(?P<unit>天|日|周|星期|月|年)\s*(?:之内|以内|内)",
)
_BACK = (
    rf"\b(?:(?:with)?in|over|during|for)?\s*(?:the\s+|these\s+)?(?:last|past|previous|preceding|trailing|recent)\s+"
    rf"{_NUMBER}\s+{_UNIT_NAME}",
    r"\b(?:(?:with)?in|over|during|for)?\s*(?:the\s+|this\s+)?(?P<count>)past\s+(?P<unit>week|month|year)\b",
    rf"(?:在\s*)?(?:最近|过去|近)的?\s*{_HAN_NUMBER}\s*(?P<unit>天|日|周|星期|月|年)\s*(?:之内|以内|内|里|来|以来)?",
)
_NAMED = (
    r"\b(?:in\s+|during\s+|for\s+)?(?:the\s+)?(?P<which>this|last|previous|next|current)\s+(?:calendar\s+)?"
    r"(?P<unit>week|month|quarter|year)(?:['’]s)?\b",
    r"(?P<which>今|本|去|上|明|下|这|当)(?:一)?个?(?P<unit>年|月|季度?|周|星期)(?:度|份)?",
)
_TO_DATE = (
    r"\b(?:this\s+)?year\s+to\s+date\b|\bytd\b|\bso\s+far\s+this\s+year\b|\bthis\s+year\s+so\s+far\b"
    r"|(?:今|本)年(?:以来|至今|到目前为止|到现在(?:为止)?)"
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
    "这": 0,
    "当": 0,
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
_IN = (
    r"(?:\b(?:in|during|of|from|for|on|dated|between|through(?:out)?|within|in\s+the\s+course\s+of|over)\s+)?"
    r"(?:(?:the\s+)?(?:(?:whole|entire|full|calendar)\s+)*(?:year|month\s+of)\s+|(?:all|whole|calendar)\s+(?:of\s+)?)?$"
)
_AFTER = compiled(r"\b(?:after|later\s+than)\s+(?:the\s+)?(?:end\s+of\s+)?$")
_BEFORE = compiled(r"\b(?:before|prior\s+to|earlier\s+than)\s+(?:the\s+)?(?:(?:start|beginning)\s+of\s+)?$")
_UNTIL = compiled(
    r"(?:\b(?:(?:up\s+)?(?:until|till)|up\s+to(?:\s+and\s+including)?|through|by|(?:no|not)\s+later\s+than|on\s+or\s+before"
    r"|at\s+the\s+latest\s+(?:on|by))\s+(?:the\s+)?(?:end\s+of\s+)?|截至|截止到?|不晚于)$"
)
_SINCE = compiled(
    r"\b(?:since|on\s+or\s+after|from\s+and\s+including|not\s+before|no\s+earlier\s+than)"
    r"\s+(?:the\s+)?(?:beginning\s+of\s+|start\s+of\s+)?$"
)
_BEFORE_END = compiled(r"\bbefore\s+(?:the\s+)?end\s+of\s+$")
_ON = compiled(_IN)
_HAN_SINCE = compiled(r"^\s*(?:以来|及以后|起(?:至今)?|至今)")
_HAN_AFTER = compiled(r"^\s*(?:以后|之后|后)")
_HAN_BEFORE = compiled(r"^\s*(?:以前|之前|前)")
_HAN_UNTIL = compiled(r"^\s*(?:(?:底|末)(?:之前|以前|前|为止)|为止)")
_HAN_TAIL = compiled(r"^\s*(?:度|份|期间|全年|底|末)?")
_SINCE_ONLY = compiled(r"^\s*(?:onwards?|on)\b")


def take_spans(cursor: Cursor, today: date) -> list[Span]:
    """Take all spans of days of a question, in order."""
    found = [*_counted(cursor, today), *_named(cursor, today), *_fixed(cursor)]
    found += _dated(cursor)
    return [span for _, span in sorted(found, key=lambda one: one[0])]


_Placed = tuple[int, Span]


def _counted(cursor: Cursor, today: date) -> Iterator[_Placed]:
    for patterns, sign in ((_BACK, -1), (_AHEAD, 1)):
        for pattern in patterns:
            match = cursor.find(pattern)
            # Without a number it is one: "the next month".
            count = count_of(match["count"] or "one") if match else None
            if match is None or count is None:
                continue
            unit = _UNITS[match["unit"].lower()]
            try:
                other = _moved(today, sign * count, unit)
            except (ValueError, OverflowError):
                continue
            cursor.mark(*match.span())
            yield match.start(), Span(first=min(today, other), last=max(today, other))


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
    if unit in ("week", "周", "星期"):
        monday = today + timedelta(days=7 * shift - today.weekday())
        return Days(monday, monday + timedelta(days=6))
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
    return int(text) if text.isdecimal() else month_of(text)


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
            # "On or after" is not "after", and "no later than" not "later than".
            (_BEFORE_END, None, lambda: Span(last=high)),
            (_UNTIL, _HAN_UNTIL, lambda: Span(last=high)),
            (_SINCE, _HAN_SINCE, lambda: Span(first=low)),
            (_AFTER, _HAN_AFTER, lambda: Span(first=high + timedelta(days=1))),
            (_BEFORE, _HAN_BEFORE, lambda: Span(last=low - timedelta(days=1))),
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
                return start, last.end + (tailed.end() if tailed else _tail(text, last)), span
    return _lead(before), last.end + _tail(text, last), Span(first=low, last=high)


def _tail(text: str, last: Found) -> int:
    """How many characters behind a Chinese month or year belong to it: 2024年度, 3月底."""
    tail = _HAN_TAIL.match(text[last.end :]) if text[last.start : last.end].strip()[-1:] in "年月" else None
    return tail.end() if tail else 0


def _lead(before: str) -> int:
    found = _ON.search(before)
    start = found.start() if found else len(before)
    return max(start, before.rfind(TAKEN) + 1)
