"""What a question itself says about the documents that it is put to: their type, their date, the day that it is about.

A hint is certain where it can mean nothing else ("in invoices from 2024"); there it restricts. Any other only lets such
documents come first ("what does the invoice say about freight").
"""

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from retrieval.dates import Found, Period, find_dates, month
from retrieval.filters import Filter
from retrieval.kinds import DocumentType, find_types

Span = tuple[int, int]

_PLURAL = re.compile(r"(?:s|ae|en|da)$", re.IGNORECASE)
# What stands before a type of documents that are all meant, or any of them.
_SCOPE_BEFORE = re.compile(
    r"(?:\b(?:in|among|across|within|throughout|from|of|on)\s+)?"
    r"(?:\b(?:all|any|every|each|which|what|both|the|our|my|these|those|of)\s+)*$",
    re.IGNORECASE,
)
_PLACES = re.compile(r"\b(?:in|among|across|within|throughout)\b", re.IGNORECASE)
_ON = re.compile(r"\b(?:in|on|from|among|across|within|throughout)\b", re.IGNORECASE)
_ALL = re.compile(r"\b(?:all|any|every|each|which|what)\b", re.IGNORECASE)
_HAN_ALL = re.compile(r"(?:所有|全部|各份?|每份|每张|哪些|哪份|哪张)的?$")
_HAN_INSIDE = re.compile(r"^(?:当中|之中|里面|中|里|内|上)")
# Between a type and its date: "invoices that were issued in", "contracts signed between".
_DATED = re.compile(
    r"^(?P<by>\s*(?:from|by|with)\s+(?-i:[A-Z])[\w&.'’ -]{0,40}?(?=\s))?"
    r"(?P<says>\s*(?:(?:that|which)\s+(?:were|was|are|is)\s+)?(?:issued|dated|signed|made|executed|concluded|written|received)?"
    r"\s*(?:from|of|in|on|dated|between|since|after|before|until|during|for)?\s*(?:the\s+)?(?:year\s+|month\s+of\s+)?)$",
    re.IGNORECASE,
)
_HAN_DATED = re.compile(
    r"^(?:度|份|之间|期间|以来|以后|之后|以前|之前|及以后|年)?(?:的|(?:开具|签订|签署|出具|开出|签的|开的|签|开)的?)"
    r"(?:所有|全部|各|那些|那份|那张)?(?:的)?$"
)
_SINCE = re.compile(r"\bsince\s+(?:the\s+)?$|(?:自|从)$", re.IGNORECASE)
_AFTER = re.compile(r"\bafter\s+(?:the\s+)?$", re.IGNORECASE)
_BEFORE = re.compile(r"\bbefore\s+(?:the\s+)?$", re.IGNORECASE)
_HAN_SINCE = re.compile(r"^(?:以来|及以后|起)")
_HAN_AFTER = re.compile(r"^(?:以后|之后)")
_HAN_BEFORE = re.compile(r"^(?:以前|之前)")
_MONTH_NAMES = "|".join(f"{name}[a-z]*" for name in calendar.month_abbr if name)
# The first month of a span has no year of its own: "between March and May 2024", 2024年3月至5月.
_MONTHS = re.compile(
    rf"\b(?P<first>{_MONTH_NAMES})\s*(?:and|to|until|through|[-–])\s*(?P<last>{_MONTH_NAMES})\s*,?\s*"
    r"(?P<year>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_HAN_MONTHS = re.compile(
    r"(?P<year>(?:19|20)\d\d)\s*年\s*(?P<first>\d{1,2})\s*月?\s*[至到\-–~—]\s*(?P<last>\d{1,2})\s*月"
)
_JOINS = re.compile(r"^\s*(?:and|to|until|through|till|[-–—~至到和])\s*(?:the\s+)?$", re.IGNORECASE)
_AS_OF = re.compile(
    r"\b(?:as\s+(?:of|at|on|per)|(?:in\s+force|in\s+effect|applicable|valid|applied|effective)\s+(?:as\s+of|on|in|at))"
    r"\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_HAN_AS_OF = re.compile(r"(?:截至|截止到?|截至到)\s*$")
_HAN_AS_OF_BEHIND = re.compile(r"^(?:末|底)?(?:时|当时|那时|时点|止|为止|有效|生效|适用)")


@dataclass(frozen=True, slots=True)
class Hints:
    """What a question says about its documents.

    Attributes:
        filter: the documents that it speaks of; empty where it says nothing about them.
        certain: whether no other documents can be meant.
        text: the question without those words, where they are certain; else as it was.
        as_of: the day whose version is asked for; None where none is.
    """

    filter: Filter
    certain: bool
    text: str
    as_of: date | None = None


def read_hints(question: str) -> Hints:
    """Read what a question says about its documents.

    Args:
        question: folded (`retrieval.dates.folded`).
    """
    periods = _periods(question)
    day, text, periods = _as_of(question, periods)
    best = Hints(Filter(), False, text, day)
    for kind, start, end in find_types(question):
        hint = _hint(question, kind, (start, end), periods)
        if hint is None:
            continue
        found, certain, spans = hint
        if certain:
            return Hints(found, True, _without(question, [*spans, *_gone(question, text)]), day)
        if not best.filter:
            best = Hints(found, False, text, day)
    return best


def _hint(
    question: str, kind: DocumentType, word: Span, periods: list[Found]
) -> tuple[Filter, bool, list[Span]] | None:
    """What a type's name says with the words around it."""
    start, end = word
    lead = _SCOPE_BEFORE.search(question[:start])
    before = lead.group() if lead else ""
    from_start = start - len(before)
    wanted = Filter(types=(str(kind),))
    for found in periods:
        if spans := _dating(question, found, (from_start, end), start):
            return _with_period(wanted, question, found), True, spans
    han = _HAN_ALL.search(question[:start])
    inside = _HAN_INSIDE.match(question[end:])
    if han and (inside or start - len(han.group()) == 0):
        return wanted, True, [(start - len(han.group()), end + (inside.end() if inside else 0))]
    if inside:
        return wanted, False, []
    plural = _PLURAL.search(question[start:end]) is not None
    if (plural and _PLACES.search(before)) or (_PLACES.search(before) and _ALL.search(before)):
        return wanted, True, [(from_start, end)]
    if plural and from_start == 0 and _ALL.search(before):
        return wanted, True, []
    return (wanted, False, []) if _ON.search(before) else None


def _dating(question: str, found: Found, phrase: Span, start: int) -> list[Span]:
    """What of a question says that documents of a type are of a date; nothing where the date says something else.

    Args:
        question: folded.
        found: the date.
        phrase: the type's name with the little words before it.
        start: where the name itself begins.
    """
    plural = _PLURAL.search(question[start : phrase[1]]) is not None
    if found.start >= phrase[1]:
        gap = question[phrase[1] : found.start]
        match = _DATED.match(gap) if plural and gap.strip() else None
        if match is None:
            return []
        return [phrase, (found.start - len(match["says"]), found.end)]
    gap = question[found.end : start]
    if not (_HAN_DATED.match(gap) or (plural and re.fullmatch(r"(?:'s)?\s+", gap))):
        return []
    lead = _SCOPE_BEFORE.search(question[: found.start])
    inside = _HAN_INSIDE.match(question[phrase[1] :])
    return [(found.start - len(lead.group() if lead else ""), phrase[1] + (inside.end() if inside else 0))]


def _with_period(wanted: Filter, question: str, found: Found) -> Filter:
    period, before, behind = found.period, question[: found.start], question[found.end :]
    first: date | None = period.first
    last: date | None = period.last
    if _AFTER.search(before) or _HAN_AFTER.match(behind):
        first, last = period.last + timedelta(days=1), None
    elif _SINCE.search(before) or _HAN_SINCE.match(behind):
        last = None
    elif _BEFORE.search(before) or _HAN_BEFORE.match(behind):
        first, last = None, period.first - timedelta(days=1)
    return replace(wanted, dated_from=first, dated_to=last)


def _periods(question: str) -> list[Found]:
    """The dates of a question, those that belong together as one span."""
    spans = [*map(_months, _MONTHS.finditer(question)), *map(_months, _HAN_MONTHS.finditer(question))]
    found = [one for one in spans if one is not None]
    for one in find_dates(question):
        if any(other.start <= one.start < other.end for other in found):
            continue
        last = found[-1] if found else None
        if last and _JOINS.match(question[last.end : one.start]) and last.period.first <= one.period.last:
            found[-1] = Found(Period(last.period.first, one.period.last), last.start, one.end)
        else:
            found.append(one)
    return sorted(found, key=lambda one: one.start)


def _months(match: re.Match[str]) -> Found | None:
    first, last = (_month_number(match[name]) for name in ("first", "last"))
    in_year = int(match["year"])
    if not (1 <= first <= last <= 12):
        return None
    return Found(Period(month(first, in_year).first, month(last, in_year).last), match.start(), match.end())


def _month_number(name: str) -> int:
    return int(name) if name.isdigit() else [m.lower() for m in calendar.month_abbr].index(name[:3].lower())


def _as_of(question: str, periods: list[Found]) -> tuple[date | None, str, list[Found]]:
    """The day whose version is asked for, the question without it, and the other dates."""
    for found in periods:
        lead = _AS_OF.search(question[: found.start]) or _HAN_AS_OF.search(question[: found.start])
        tail = _HAN_AS_OF_BEHIND.match(question[found.end :])
        if lead or tail:
            span = (lead.start() if lead else found.start, found.end + (tail.end() if tail else 0))
            return found.period.last, _without(question, [span]), [one for one in periods if one is not found]
    return None, question, periods


def _gone(question: str, text: str) -> list[Span]:
    """Where words of a question were left out of a text that is else the same."""
    if text == question:
        return []
    start = next((i for i, (a, b) in enumerate(zip(question, text, strict=False)) if a != b), len(text))
    return [(start, start + len(question) - len(text))]


def _without(text: str, spans: list[Span]) -> str:
    """A text without some parts; as it was where nothing else is left."""
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start].rstrip()} {text[end:].lstrip()}" if start else text[end:]
    return re.sub(r"\s+", " ", re.sub(r"^[\s,，、:：的]+|\s+(?=[,?，？])", "", text)).strip()
