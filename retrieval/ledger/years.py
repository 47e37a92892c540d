"""Days, months and quarters of a question that name no year, or name it in words, written out with its digits.

"Q1 last year" and "last year's first quarter" are Q1 2023, 去年3月 is 2023年3月, "until the end of the month" is a day.
What no year can be told of stays as it is.
"""

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta

from retrieval.dates import month_of
from retrieval.ledger.counting import count_of
from retrieval.ledger.cursor import compiled

_YEARS = {"今年": 0, "本年": 0, "去年": -1, "前年": -2, "明年": 1, "this": 0, "current": 0, "last": -1, "previous": -1}
_YEARS |= {"next": 1, "coming": 1}
_MONTH_NAMES = "|".join(f"{name[:3]}(?:{name[3:]})?" if name[3:] else name for name in calendar.month_name if name)
_MONTH = rf"(?:{_MONTH_NAMES}|sept)\b\.?"
_WHICH = r"(?P<which>this|last|next|current|previous)"
_ORDINAL = r"(?:first|second|third|fourth|1st|2nd|3rd|4th)"
_PART = rf"(?:{_MONTH}|q[1-4]|h[12]|(?:the\s+)?{_ORDINAL}\s+(?:quarter|half)|quarter|half)"
_SPAN_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_JOINT = r"\s*(?:to|until|till|through|thru|and|[-–—])\s*(?:the\s+)?"
_HAN_MONTH = r"(?:\d{1,2}|十[一二]|[一二三四五六七八九十])月"
_HAN_PART = rf"(?:{_HAN_MONTH}|第?[一二三四1-4]季度|[上下]半年)"
_HAN_DATE = rf"{_HAN_MONTH}(?:底|末|份|\d{{1,2}}[日号])?"
# What is asked lies ahead: "until the end of March" is the next one.
_AHEAD = compiled(r"\b(?:end|ends|ending|expir\w+|due|lapse|run|runs|running|fall|renew\w*)\b|到期|届满|终止|结束|失效")


def with_years(text: str, today: date) -> str:
    """A question with its years in digits, as far as they can be told."""
    for form, write in (*_RELATIVE, *_ENDS, *_SHARED, *_COUNTED, *_BARE):
        text = compiled(form).sub(lambda found, write=write: write(found, today) or found.group(), text)  # type: ignore[misc]
    return text


_Write = Callable[[re.Match[str], date], str | None]


def _year(found: re.Match[str], today: date) -> int:
    return today.year + _YEARS[found["which"].lower()]


_RELATIVE: tuple[tuple[str, _Write], ...] = (
    (
        rf"(?P<which>今年|去年|前年|明年|本年)(?:度|的)?(?=第?[一二三四1-4]\s*季度|[上下]半年|前|\s*{_HAN_MONTH}|全年)",
        lambda found, today: f"{_year(found, today)}年",
    ),
    (
        rf"\b{_WHICH}\s+(?:calendar\s+)?year['’]?s\s+(?P<part>{_PART})",
        lambda found, today: f"{found['part']} {_year(found, today)}",
    ),
    (
        rf"\b(?P<part>{_PART})\s+(?:of\s+|in\s+)?(?:the\s+)?{_WHICH}\s+(?:calendar\s+)?year\b",
        lambda found, today: f"{found['part']} {_year(found, today)}",
    ),
    (
        rf"\b(?P<lead>(?:first|last)\s+\w+\s+(?:months|quarters)\s+of)\s+(?:the\s+)?{_WHICH}\s+year\b",
        lambda found, today: f"{found['lead']} {_year(found, today)}",
    ),
    (r"\b(?:the\s+)?year\s+before\s+last\b", lambda _, today: f"{today.year - 2}"),
    (r"(?<!from )\b(?:today|as\s+of\s+now)\b|今天|今日", lambda _, today: f"{today}"),
    (r"\byesterday\b|昨天|昨日", lambda _, today: f"{today - timedelta(days=1)}"),
    (r"\btomorrow\b|明天|明日", lambda _, today: f"{today + timedelta(days=1)}"),
)


def _end(found: re.Match[str], today: date) -> str | None:
    """The last day of a unit around today, or of the one before or after it."""
    parts = found.groupdict()
    shift = {"next": 1, "下": 1, "明": 1, "last": -1, "previous": -1, "上": -1, "去": -1}
    by = shift.get((parts.get("which") or "").lower(), 0)
    unit = (parts.get("unit") or "year").lower()
    if unit in ("year", "年"):
        end = date(today.year + by, 12, 31)
    else:
        size = 3 if unit in ("quarter", "季", "季度") else 1
        at = (today.year * 12 + today.month - 1) // size * size + by * size + size - 1
        end = date(at // 12, at % 12 + 1, calendar.monthrange(at // 12, at % 12 + 1)[1])
    return f"until {end}" if found.group().isascii() else f"截至{end}"


_BY = r"\b(?:by|before|until|till|up\s+to|to|through)\s+(?:the\s+)?"
_ENDS: tuple[tuple[str, _Write], ...] = (
    (
        rf"{_BY}end\s+of\s+(?:the\s+)?(?:(?P<which>this|next|last|current|previous)\s+)?(?:calendar\s+)?"
        r"(?P<unit>year|quarter|month)\b(?!\s+(?:of\s+)?\d)",
        _end,
    ),
    (
        rf"{_BY}(?:(?P<which>this|next|last|current|previous)\s+)?(?P<unit>year|quarter|month)(?:['’]s)?[\s-]*end\b(?!\s+\d)",
        _end,
    ),
    (
        r"(?:在|截至|截止到?|到)?(?P<which>今|本|明|下|去|上)?个?(?P<unit>年|季度|季|月)(?:底|末)(?:之前|以前|前|为止)",
        _end,
    ),
)


def _shared(found: re.Match[str], _: date) -> str:
    """A range of two days that says its year, or its month and year, once."""
    first, last, year = found["first"], found["last"], found["year"]
    return f"{found['lead'] or 'from '}{first} {year} to {last} {year}"


def _in_month(found: re.Match[str], _: date) -> str:
    """A range of two days of one month, which is said once."""
    month = f"{found['month']} {found['year']}"
    return f"{found['lead'] or 'from '}{found['first']} {month} to {found['last']} {month}"


def _both(found: re.Match[str], _: date) -> str | None:
    """Two months, quarters or halves that say their year once; those that a span runs between stay."""
    if found["lead"] or found["joint"] == "to":
        return None
    return f"{found['first']} {found['year']} {found['joint']} {found['last']} {found['year']}"


_SHARED: tuple[tuple[str, _Write], ...] = (
    (
        rf"(?P<lead>\b(?:between|from)\s+)?\b(?P<first>{_MONTH}|q[1-4]|h[12])\s*(?P<joint>,|and|&|or|to|with|vs\.?|versus|against|over)"
        rf"\s*(?P<last>{_MONTH}|q[1-4]|h[12])\s*(?:of\s+)?{_SPAN_YEAR}\b",
        _both,
    ),
    (
        rf"{_SPAN_YEAR}年度?(?P<first>{_HAN_PART})(?P<joint>\s*(?:和|与|跟|及|、|对比|相比|比|还是)\s*)(?P<last>{_HAN_PART})",
        lambda found, _: f"{found['year']}年{found['first']}{found['joint']}{found['year']}年{found['last']}",
    ),
    (
        rf"(?P<lead>\b(?:from|between)\s+(?:the\s+)?)?\b(?P<first>{_DAY}\s+(?:of\s+)?{_MONTH}){_JOINT}"
        rf"(?P<last>{_DAY}\s+(?:of\s+)?{_MONTH}),?\s*{_SPAN_YEAR}\b",
        _shared,
    ),
    (
        rf"(?P<lead>\b(?:from|between)\s+)?\b(?P<first>{_MONTH}\s*{_DAY}){_JOINT}(?P<last>{_MONTH}\s*{_DAY}),?\s*{_SPAN_YEAR}\b",
        _shared,
    ),
    (
        rf"(?P<lead>\b(?:from|between)\s+(?:the\s+)?)?\b(?P<first>{_DAY}){_JOINT}(?P<last>{_DAY})\s+(?:of\s+)?"
        rf"(?P<month>{_MONTH}),?\s*{_SPAN_YEAR}\b",
        _in_month,
    ),
    (
        rf"(?P<lead>\b(?:from|between)\s+)?\b(?P<month>{_MONTH})\s*(?P<first>{_DAY}){_JOINT}(?P<last>{_DAY}),?\s*{_SPAN_YEAR}\b",
        _in_month,
    ),
    (
        rf"{_SPAN_YEAR}年(?P<month>{_HAN_MONTH})(?P<day>\d{{1,2}}[日号])(?P<joint>\s*[至到~—–-]\s*)"
        rf"(?P<other>{_HAN_MONTH})?(?P<last>\d{{1,2}}[日号])",
        lambda found, _: (
            f"{found['year']}年{found['month']}{found['day']}至"
            f"{found['year']}年{found['other'] or found['month']}{found['last']}"
        ),
    ),
    (
        rf"{_SPAN_YEAR}年(?P<first>{_HAN_MONTH})(?:份)?\s*[至到~—–-]\s*(?P<last>{_HAN_MONTH})",
        lambda found, _: f"{found['year']}年{found['first']}至{found['year']}年{found['last']}",
    ),
    (
        rf"(?<![\d./-])(?P<month>0?[1-9]|1[0-2])\s*[/.]\s*{_SPAN_YEAR}(?![\d./-])",
        lambda found, _: f"{found['year']}-{int(found['month']):02d}",
    ),
)


def _first_months(found: re.Match[str], size: int) -> str | None:
    """The first months of a year as a range of them."""
    months = (count_of(found["count"]) or 0) * size
    return f"{found['year']}-01 to {found['year']}-{months:02d}" if 1 <= months <= 12 else None


def _last_months(found: re.Match[str], size: int) -> str | None:
    months = (count_of(found["count"]) or 0) * size
    return f"{found['year']}-{13 - months:02d} to {found['year']}-12" if 1 <= months <= 12 else None


_COUNTED: tuple[tuple[str, _Write], ...] = (
    (
        rf"\b(?:the\s+)?first\s+(?P<count>\w+)\s+months\s+of\s+{_SPAN_YEAR}\b",
        lambda found, _: _first_months(found, 1),
    ),
    (
        rf"\b(?:the\s+)?first\s+(?P<count>\w+)\s+quarters\s+of\s+{_SPAN_YEAR}\b",
        lambda found, _: _first_months(found, 3),
    ),
    (
        rf"\b(?:the\s+)?last\s+(?P<count>\w+)\s+months\s+of\s+{_SPAN_YEAR}\b",
        lambda found, _: _last_months(found, 1),
    ),
    (rf"\b(?:the\s+)?last\s+quarter\s+of\s+{_SPAN_YEAR}\b", lambda found, _: f"Q4 {found['year']}"),
    (rf"{_SPAN_YEAR}年前(?P<count>[\d一二三四五六七八九十两])个月", lambda found, _: _first_months(found, 1)),
    (rf"{_SPAN_YEAR}年前(?P<count>[一二两三四\d])个?季度", lambda found, _: _first_months(found, 3)),
    (
        r"(?P<lead>近|最近|过去|未来|今后|接下来|往后)(?:的)?(?:这)?半年",
        lambda found, _: f"{found['lead']}6个月",
    ),
    (r"(?<!上)(?<!下)半年(?P<tail>之内|以内|内)", lambda found, _: f"6个月{found['tail']}"),
    (r"\bhalf\s+a\s+year\b", lambda _, __: "six months"),
    (r"\ba\s+fortnight\b", lambda _, __: "two weeks"),
    (r"(?P<lead>近|最近|过去|未来|今后|接下来)(?:的)?(?:这)?一个季度", lambda found, _: f"{found['lead']}3个月"),
)


def _nearest(month: int, day: int, year: int, today: date, *, ahead: bool) -> int:
    """The year in which a day without one last was, or is next."""
    there = (month, day) <= (today.month, today.day)
    return year + (there and (month, day) != (today.month, today.day)) if ahead else year - (not there)


def _month_of(text: str) -> int:
    letters = re.search(r"[a-z]{3}", text.lower())
    return month_of(letters.group()) if letters else count_of(text.partition("月")[0]) or 0


def _day_of(text: str) -> int:
    digits = re.search(r"\d{1,2}(?=st|nd|rd|th|日|号|\b)", text.partition("月")[2] or text)
    return int(digits.group()) if digits else 1


def _since(found: re.Match[str], today: date) -> str:
    return _dated(found, today, ahead=False)


def _until(found: re.Match[str], today: date) -> str:
    return _dated(found, today, ahead=_AHEAD.search(found.string) is not None)


def _dated(found: re.Match[str], today: date, *, ahead: bool) -> str:
    """A day without a year, with the nearest one."""
    lead, day = found["lead"], found["day"]
    year = _nearest(_month_of(day), _day_of(day), today.year, today, ahead=ahead)
    return f"{lead}{day} {year}" if day.isascii() else f"{lead}{year}年{day}"


_ENGLISH_DAY = rf"(?:{_DAY}\s+(?:of\s+)?{_MONTH}|{_MONTH}(?:\s+{_DAY}\b)?)(?!,?\s*\d)"
_BARE: tuple[tuple[str, _Write], ...] = (
    (
        rf"(?P<lead>\bsince\s+(?:the\s+)?(?:beginning\s+of\s+|start\s+of\s+)?)(?P<day>{_ENGLISH_DAY})",
        _since,
    ),
    (
        rf"(?P<lead>\b(?:until|till|up\s+to)\s+(?:the\s+)?(?:end\s+of\s+)?)(?P<day>{_ENGLISH_DAY})",
        _until,
    ),
    (rf"(?P<lead>[自从])(?<!\d)(?P<day>{_HAN_DATE})(?=以来|起|至今|开始)", _since),
    (rf"(?P<lead>(?<![\d年自从]))(?P<day>{_HAN_DATE})(?=以来|至今)", _since),
    (rf"(?P<lead>截至|截止到?)(?P<day>{_HAN_DATE})", _until),
    (
        r"\bsince\s+(?:the\s+)?(?:beginning|start)\s+of\s+(?:the|this)\s+(?:calendar\s+)?year\b|\bsince\s+new\s+year\b",
        lambda _, today: f"since {today.year}",
    ),
    (r"(?:自|从)?(?:今年|本年)?年初(?:以来|至今|起|到现在)", lambda _, today: f"{today.year}年以来"),
)
