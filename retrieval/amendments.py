"""What an amendment says about the contract that it changes: its title, its date, and which amendment this is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ingest.scripts import has_han
from retrieval.dates import Found, days_in

Span = tuple[int, int]

_AMENDS = re.compile(
    r"\b(?:amendment|addendum|supplement(?:al|ary)? (?:agreement|deed|contract)|deed of variation|variation agreement"
    r"|amending agreement|amended and restated|nachtrag|avenant)\b"
    r"|补充协议|补充合同|变更协议|变更合同|修订协议|修改协议|补充条款",
    re.IGNORECASE,
)
# "This Amendment" opens one whose title could not be found.
_OPENS = re.compile(
    r"^.{0,160}\bthis (?:\w+ )?(?:amendment|addendum)\b|^.{0,60}(?:本|订立)补充(?:协议|合同)", re.IGNORECASE
)
_RESTATED = re.compile(r"\bamended and restated\b", re.IGNORECASE)
_NOUN = r"(?i:agreement|contract|lease|licen[cs]e|deed|order|memorandum)\b"
_BASE = re.compile(
    r"\b(?i:to|into|amends?|amending|modif(?:y|ies)|supplements?|under)\s+"
    r"(?:(?i:the|that|a|an|certain|existing|original|its|their|this)\s+)*"
    rf"(?P<title>(?:[A-Z][\w&'’/-]*\s+|(?:and|of|for|the)\s+){{0,8}}?{_NOUN}(?:\s+{_NOUN})*)"
)
_BASE_HAN = re.compile(r"《(?P<title>[^》]{2,40})》")
# Between a base's title and its date.
_DATE_OF_BASE = re.compile(r"\b(?:dated|made|entered into|executed|signed|effective|of)\b", re.IGNORECASE)
_DATE_OF_THIS = re.compile(r"\b(?:is|are|this|hereby)\b|\bshall\b|[.;] ", re.IGNORECASE)
_REACH = 110  # characters
_HAN_BEHIND = re.compile(r"^[^。；]{0,12}?(?:签订|签署|订立)的|^[^。；]{0,60}?(?:签订|签署|订立)[^。；]{0,30}?《")
_HAN_BEFORE = re.compile(r"》[^。；《本自]{0,30}$|原(?:合同|协议)[^。；]{0,16}$")
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth".split(),
    "one two three four five six seven eight nine ten".split(),
    "i ii iii iv v vi vii viii ix x".split(),
    "一二三四五六七八九十",
)
_NUMBER = re.compile(
    r"\b(?P<a>first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d{1,2}(?:st|nd|rd|th))\s+"
    r"(?:amendment|addendum|supplement)"
    r"|\b(?:amendment|addendum|supplement(?:al|ary)? agreement|nachtrag|avenant)\s*(?:no\.?|number|nr\.?|n°|#)?\s*"
    r"(?P<b>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|[ivx]{1,4})\b"
    r"|第(?P<c>[一二三四五六七八九十]|\d{1,2})(?:次|份|号)?(?:补充|变更|修订|修改)"
    r"|(?:补充|变更|修订|修改)(?:协议|合同)\s*[（(]?(?:之|第)?(?P<d>[一二三四五六七八九十]|\d{1,2})(?!\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Amendment:
    """What an amendment says.

    Attributes:
        base_title: of the contract that it changes, as far as it can be read; may be empty.
        base_dates: dates of that contract, as this one says.
        number: which amendment it is, from 1; None where it does not say.
        restates: whether it puts a whole new text in the old one's place.
        skip: places in the text of dates that are the other contract's.
    """

    base_title: str
    base_dates: frozenset[date]
    number: int | None
    restates: bool
    skip: tuple[Span, ...]


def read_amendment(title: str, text: str) -> Amendment | None:
    """Read an amendment; None where it is none.

    Args:
        title: the document's title.
        text: its title and beginning, folded.
    """
    if not (_AMENDS.search(title) or _OPENS.search(text)):
        return None
    dates = list(_dates_of_base(text))
    return Amendment(
        base_title=_base_title(title, text),
        base_dates=frozenset(found.period.first for found in dates),
        number=_number(title) or _number(text[:200]),
        restates=_RESTATED.search(title) is not None,
        skip=tuple((found.start, found.end) for found in dates),
    )


def amendment_number(question: str) -> int | None:
    """Which amendment a question speaks of, from 1; None where it speaks of none, or of any."""
    return _number(question)


def mentions_amendment(text: str) -> bool:
    """Whether a question speaks of an amendment itself."""
    return _AMENDS.search(text) is not None


def without_amendment(title: str) -> str:
    """A title without what makes it an amendment's: "SUPPLY AGREEMENT – AMENDMENT NO. 1" is "SUPPLY AGREEMENT"."""
    plain = _AMENDS.sub(" ", _NUMBER.sub(" ", title))
    plain = re.sub(r"[（(]\s*[)）]|\b(?:no|number)\b\.?", " ", plain, flags=re.IGNORECASE)
    return re.sub(r"\s+", " ", plain).strip(" -–—:,.")


def _base_title(title: str, text: str) -> str:
    if has_han(title):
        found = _BASE_HAN.search(title) or _BASE_HAN.search(text)
        own = without_amendment(title).strip("《》")
        return found["title"] if found and not _AMENDS.search(found["title"]) else own
    for place in (title, text):
        for match in _BASE.finditer(place):
            if not _AMENDS.search(match["title"]) or _RESTATED.search(match["title"]):
                return match["title"]
    return without_amendment(title)


def _dates_of_base(text: str) -> Iterator[Found]:
    ends = [match.end() for match in _BASE.finditer(text)]
    days = list(days_in(text))
    for found in days:
        before = [end for end in ends if 0 <= found.start - end <= _REACH]
        gap = text[before[-1] : found.start] if before else ""
        latin = bool(gap) and _DATE_OF_BASE.search(gap) is not None and _DATE_OF_THIS.search(gap) is None
        # A later date in the same breath is the amendment's own.
        first = before and not any(before[-1] <= other.start < found.start for other in days)
        han = _HAN_BEHIND.search(text[found.end :]) or _HAN_BEFORE.search(text[: found.start])
        if (latin and first) or (han and has_han(text)):
            yield found


def _number(text: str) -> int | None:
    match = _NUMBER.search(text)
    if match is None:
        return None
    word = next(group for group in match.groups() if group).casefold()
    digits = re.match(r"\d+", word)
    if digits:
        return int(digits.group())
    return next((list(names).index(word) + 1 for names in _ORDINALS if word in list(names)), None)
