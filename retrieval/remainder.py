"""What is left of a question once the documents that it names are known."""

import re

from ingest.scripts import has_han
from ingest.stopwords import STOP_EN
from retrieval.question_words import WORD, is_acronym, is_marked
from retrieval.words import LEGAL_FORMS

# A part of the question that ends here may be left out where only little words remain of it.
_BREAK = re.compile(r"([,;:，；：。？?!！])")
# What a part begins with that says where to look.
_LEAD = re.compile(r"\s*(?:in|under|of|for|from|per|regarding|concerning|according to)\b", re.IGNORECASE)
_ASKS = re.compile(r"\b(?:who|whom|whose|what|when|where|which|how|why)\b", re.IGNORECASE)

Span = tuple[int, int]


def without_names(text: str, spans: list[Span]) -> str:
    """The text without the spans, and without parts that then hold nothing but other names and little words."""
    keep = [True] * len(text)
    for start, end in spans:
        keep[start:end] = [False] * (end - start)
    rests = []
    position = 0
    for part in _BREAK.split(text):
        rest = "".join(c for c, stays in zip(part, keep[position:], strict=False) if stays)
        # "In the Deed between Ann Bo and the firm of Cy, ..." says where to look, whatever of it was not recognised.
        rests.append("" if _leads(part, rest) else rest)
        position += len(part)
    return _joined(rests) or text


def without_lead(text: str, rest: str) -> str:
    """A question without the parts that only say where to look, but with the names that stand where it asks.

    "How many figures are related to Airbus?" asks for Airbus, even where that is the document's name.

    Args:
        text: the question.
        rest: what `without_names` left of it.
    """
    if rest == text:
        return text
    parts = _BREAK.split(text)
    leads = [_LEAD.match(part) and not _ASKS.search(part) and part.strip() not in rest for part in parts]
    return _joined(["" if lead else part for part, lead in zip(parts, leads, strict=True)]) or text


def _leads(part: str, rest: str) -> bool:
    return bool(_LEAD.match(part) and not _ASKS.search(rest) and _count_words(rest) < _count_words(part) / 2)


def _joined(rests: list[str]) -> str:
    """Those parts that ask for something, with the marks between them; nothing where none does."""
    for asks in (_has_plain_word, _has_acronym):
        if any(map(asks, rests)):
            kept = [rest for rest in rests if _BREAK.fullmatch(rest) or asks(rest)]
            return re.sub(r"\s+", " ", "".join(kept)).strip(" ,;:，；：")
    return ""


def _count_words(part: str) -> int:
    return sum(match.group().casefold() not in STOP_EN for match in WORD.finditer(part))


def _has_plain_word(part: str) -> bool:
    """Whether a part of a question has a word that is neither a name nor a little word."""
    words = [match.group() for match in WORD.finditer(part)]
    little = STOP_EN | LEGAL_FORMS
    return has_han(part) or any(
        not is_marked(word) and word.casefold() not in little and len(word) > 1 for word in words
    )


def _has_acronym(part: str) -> bool:
    return any(is_acronym(match.group()) for match in WORD.finditer(part))
