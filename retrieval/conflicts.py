"""Where documents that belong together do not say the same: which quotes stand against each other."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.scripts import has_han
from retrieval.describing import day
from retrieval.phrases import say
from retrieval.quotes import Quote, cite, numbers_of
from retrieval.types import Citation, Conflict, ConflictKind, Side
from retrieval.versions import Group

# A quote stands against the best of its group where it answers nearly as well.
_AS_GOOD = 0.7
_AS_COVERING = 0.6
_COUNTS = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|forty-five|sixty"
    r"|ninety)\b|[一二三四五六七八九十百千万壹贰叁肆伍陆柒捌玖拾]+",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b[A-Z][\w’'-]+")
# What an amendment calls the place that it changes is no part of what it says there.
_PLACE = re.compile(
    r"\b(?:section|clause|article|paragraph|no\.?)\s*\d+(?:\.\d+)*|第[一二三四五六七八九十百\d]+[条款项章]|^\s*\d+(?:\.\d+)+",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Rivals:
    """Quotes of documents that belong together and do not say the same, newest document first.

    Attributes:
        group: the documents.
        quotes: one of each document that says something on the matter.
    """

    group: Group
    quotes: tuple[Quote, ...]


def find_rivals(quotes: Sequence[Quote], groups: Iterable[Group], documents: Iterable[str]) -> list[Rivals]:
    """Find quotes that stand against each other.

    Args:
        quotes: best first.
        groups: documents that belong together.
        documents: those that the answer rests on.
    """
    used = set(documents)
    best: dict[str, Quote] = {}
    for quote in quotes:
        best.setdefault(quote.evidence.chunk.doc_id, quote)
    found = []
    for group in groups:
        said = [best[one.doc_id] for one in group.versions if one.doc_id in best]
        if len(said) < 2 or not used & {one.evidence.chunk.doc_id for one in said}:
            continue
        top = max(said, key=lambda quote: quote.score)
        sides = [quote for quote in said if quote is top or _answers_as_well(quote, top)]
        if any(says_otherwise(sides[0].unit.text, other.unit.text) for other in sides[1:]):
            found.append(Rivals(group, tuple(sides)))
    return found


def _answers_as_well(quote: Quote, top: Quote) -> bool:
    return (
        quote.score >= _AS_GOOD * top.score
        and quote.coverage >= _AS_COVERING * top.coverage
        and (quote.fits or not top.fits)
    )


def says_otherwise(one: str, other: str) -> bool:
    """Whether two texts on one matter have different numbers, or where none differ, different names."""
    texts = [_PLACE.sub(" ", unicodedata.normalize("NFKC", text)) for text in (one, other)]
    for values in (_numbers, _names):
        left, right = (values(text) for text in texts)
        if left - right and right - left:
            return True
    return False


def _numbers(text: str) -> set[str]:
    return numbers_of(text) | {count.casefold() for count in _COUNTS.findall(text)}


def _names(text: str) -> set[str]:
    # The first word of a sentence has a capital in any case.
    return {name for name in _NAME.findall(re.sub(r"(?:^|[.:;“\"]\s*)[A-Z]\w*", " ", text))}


def settled(chosen: Sequence[Quote], rivals: Sequence[Rivals]) -> list[Quote]:
    """The quotes of an answer with those that stand against each other together, the newest document first."""
    quotes: list[Quote] = []
    grouped = {one.doc_id for rival in rivals for one in rival.group.versions}
    for quote in chosen:
        doc_id = quote.evidence.chunk.doc_id
        added = [quote] if doc_id not in grouped else []
        for rival in rivals:
            if doc_id in {one.doc_id for one in rival.group.versions}:
                added += rival.quotes
        quotes += [one for one in added if one not in quotes]
    return quotes


def conflict_of(rival: Rivals, citations: list[Citation], question: str) -> Conflict:
    """The conflict of an answer; quotes that it does not cite yet are added to its citations."""
    dates = {one.doc_id: one.dated for one in rival.group.versions}
    versions = rival.group.kind is ConflictKind.VERSIONS
    sides = []
    for place, quote in enumerate(rival.quotes):
        citation = _cited(quote, citations)
        sides.append(Side(citation, dates[citation.doc_id], (place == 0) if versions else None))
    chinese = has_han(question)
    told = [_told(side, chinese) for side in sides]
    if versions:
        text = say("versions", question, newest=told[0], earlier=("；" if chinese else "; ").join(told[1:]))
    else:
        text = say("duplicates", question, count=len(told), all=("；" if chinese else "; ").join(told))
    return Conflict(rival.group.kind, tuple(sides), text)


def _told(side: Side, chinese: bool) -> str:
    brackets = "（{}）" if chinese else " ({})"
    return f"{side.citation.source}{brackets.format(day(side.dated, chinese=chinese))} [{side.citation.number}]"


def _cited(quote: Quote, citations: list[Citation]) -> Citation:
    new = cite(quote, len(citations) + 1)
    for citation in citations:
        if (citation.chunk_id, citation.quote) == (new.chunk_id, new.quote):
            return citation
    citations.append(new)
    return new
