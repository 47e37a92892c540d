"""Which documents a question names, and what is left of it once they are named.

"In the Supply Agreement between Acme Ltd and Bolt GmbH, how long is the notice period?" names a document by its
title and parties and asks for a notice period. Inside that document its own title says nothing: the rest of the
question must find the page.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.records import SubjectRecord
from ingest.scripts import has_han, is_cjk
from retrieval.words import LEGAL_FORMS, STOP_EN

_TOKEN = re.compile(r"[^\W_]+")
# A part of the question that ends here may be left out where only little words remain of it.
_BREAK = re.compile(r"([,;:，；：。？?!！])")
# Han characters that a name must share with a title, or with a document's first lines.
_MIN_HAN_TITLE = 2
_MIN_HAN_INTRO = 4
# Documents that are named nearly as well as the best are all meant.
_NEARLY = 0.8
# A single word names a document only where few documents carry it.
_RARE = 0.2


@dataclass(frozen=True, slots=True)
class Reading:
    """What a question asks, and of which documents.

    Attributes:
        doc_ids: the documents it names, best first; empty where it names none.
        rest: the question without their names.
    """

    doc_ids: tuple[str, ...]
    rest: str


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int
    marked: bool  # capitalised, or with a digit: perhaps a name


def read_question(
    question: str, candidates: Sequence[SubjectRecord], total: int, count_documents: Callable[[str], int]
) -> Reading:
    """Find the documents that a question names.

    Args:
        question: as asked.
        candidates: documents whose title, beginning or name share words with it.
        total: number of documents in the library.
        count_documents: gives the number of documents whose title, beginning or name has a word.
    """
    text = unicodedata.normalize("NFKC", question)
    tokens = _tokens(text)
    frequencies: dict[str, int] = {}

    def rarity(word: str) -> float:
        if word not in frequencies:
            frequencies[word] = max(count_documents(word), 1)
        return math.log(1 + total / frequencies[word])

    def rare(word: str) -> bool:
        return rarity(word) >= math.log(1 + total / max(1.0, _RARE * total))

    scored = []
    for candidate in candidates:
        spans = _latin_spans(tokens, candidate, rare) + _han_spans(text, candidate)
        strength = sum(_strength(text[start:end], rarity) for start, end in spans)
        if strength > 0:
            scored.append((strength, candidate, spans))
    if not scored:
        return Reading((), text)
    best = max(strength for strength, _, _ in scored)
    meant = sorted((s for s in scored if s[0] >= _NEARLY * best), key=lambda s: -s[0])
    spans = [span for _, _, found in meant for span in found]
    return Reading(tuple(candidate.doc_id for _, candidate, _ in meant), _without(text, spans))


def names_in(question: str) -> list[str]:
    """Runs of capitalised words inside a question, which may be names; its first word is none."""
    names: list[str] = []
    previous_end = -1
    for index, token in enumerate(_tokens(unicodedata.normalize("NFKC", question))):
        word = question[token.start : token.end]
        if index and token.marked and not word.isdigit() and token.text not in STOP_EN:
            gap = question[previous_end : token.start] if previous_end >= 0 else "."
            if names and not gap.strip(" -&"):
                names[-1] += gap + word
            else:
                names.append(word)
            previous_end = token.end
        else:
            previous_end = -1
    return names


def _tokens(text: str) -> list[_Token]:
    found = []
    for match in _TOKEN.finditer(text):
        word = match.group()
        if not is_cjk(word[0]):
            marked = _is_marked(word)
            found.append(_Token(word.casefold(), match.start(), match.end(), marked))
    return found


def _is_marked(word: str) -> bool:
    return any(character.isupper() or character.isdigit() for character in word)


def _latin_spans(tokens: list[_Token], candidate: SubjectRecord, rare: Callable[[str], bool]) -> list[tuple[int, int]]:
    """Longest runs of the question's words that stand together in the document's title, beginning or name."""
    title = _joined(candidate.title)
    subject = title + _joined(candidate.intro) + _joined(candidate.name)
    spans = []
    start = 0
    while start < len(tokens):
        end = start
        while end < len(tokens) and f" {' '.join(token.text for token in tokens[start : end + 1])} " in subject:
            end += 1
        run = _trimmed(tokens[start:end])
        if run and _is_name(run, title, rare):
            spans.append((run[0].start, run[-1].end))
        start = max(end, start + 1)
    return spans


def _trimmed(run: list[_Token]) -> list[_Token]:
    while run and run[0].text in STOP_EN:
        run = run[1:]
    while run and run[-1].text in STOP_EN:
        run = run[:-1]
    return run


def _is_name(run: list[_Token], title: str, rare: Callable[[str], bool]) -> bool:
    """Whether a shared run of words is a name and not a phrase that any contract has."""
    words = [token for token in run if token.text not in STOP_EN]
    in_title = f" {' '.join(token.text for token in run)} " in title
    if len(words) == 1:
        return (words[0].marked or in_title) and rare(words[0].text)
    return all(token.marked for token in words) or in_title


def _han_spans(text: str, candidate: SubjectRecord) -> list[tuple[int, int]]:
    """Longest runs of Han characters that the question shares with the document's title or beginning."""
    spans = []
    start = 0
    while start < len(text):
        end = start
        while end < len(text) and is_cjk(text[end]) and _shares(text[start : end + 1], candidate):
            end += 1
        run = text[start:end]
        enough = len(run) >= _MIN_HAN_INTRO or (len(run) >= _MIN_HAN_TITLE and run in candidate.title + candidate.name)
        if enough and has_han(run):
            spans.append((start, end))
        start = max(end, start + 1)
    return spans


def _shares(run: str, candidate: SubjectRecord) -> bool:
    return run in candidate.title or run in candidate.intro or run in candidate.name


def _strength(span: str, rarity: Callable[[str], float]) -> float:
    words = {match.group().casefold() for match in _TOKEN.finditer(span)} - STOP_EN
    return sum(len(word) / 4 if is_cjk(word[0]) else rarity(word) for word in words)


def _joined(text: str) -> str:
    words = [match.group().casefold() for match in _TOKEN.finditer(unicodedata.normalize("NFKC", text))]
    return f" {' '.join(words)} "


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text without the spans, and without parts that then hold nothing but other names and little words."""
    keep = [True] * len(text)
    for start, end in spans:
        keep[start:end] = [False] * (end - start)
    rests = []
    position = 0
    for part in _BREAK.split(text):
        rests.append("".join(c for c, stays in zip(part, keep[position:], strict=False) if stays))
        position += len(part)
    kept = [rest for rest in rests if _BREAK.fullmatch(rest) or _asks(rest)]
    result = re.sub(r"\s+", " ", "".join(kept)).strip(" ,;:，；：")
    return result if any(map(_asks, rests)) else text


def _asks(part: str) -> bool:
    """Whether a part of a question has a word that is neither a name nor a little word."""
    words = [match.group() for match in _TOKEN.finditer(part)]
    little = STOP_EN | LEGAL_FORMS
    asked = any(not _is_marked(word) and word.casefold() not in little and len(word) > 1 for word in words)
    return asked or has_han(part)
