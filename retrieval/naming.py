"""Which documents a question names, and what is left of it once they are named.

"In the Supply Agreement between Acme Ltd and Bolt GmbH, how long is the notice period?" names a document by its
title and parties and asks for a notice period. Inside that document its own title says nothing: the rest of the
question must find the page.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from ingest.records import SubjectRecord
from ingest.scripts import has_han, is_cjk
from ingest.stopwords import STOP_EN
from retrieval.question_words import WORD, Token, can_name, is_acronym, spaced
from retrieval.question_words import tokens as tokens_of
from retrieval.remainder import Span, without_names

# Chinese organisations, and what stands behind the label of a party.
_HAN_NAME = re.compile(
    r"[\u4e00-\u9fff（）()]{2,24}?(?:公司|集团|中心|工厂|银行|学校|医院|大学|酒店|商店|事务所)"
    r"|(?:甲方|乙方|出租方|承租方|出租人|承租人|购买方|销售方|名称|付款人|收款人|交款单位)[^\u4e00-\u9fff]{0,4}[:：][^\u4e00-\u9fff]{0,4}"
    r"[\u4e00-\u9fff]{2,24}"
)
_MIN_HAN = 2
# Documents that are named nearly as well as the best are all meant.
_NEARLY = 0.8
# A single word names a document only where at most this share of all documents carries it.
_RARE = 0.2
# What a common word of a title ("agreement", "invoice") counts beside a name.
_TITLEWORD = 0.3


@dataclass(frozen=True, slots=True)
class Reading:
    """What a question asks, and of which documents.

    Attributes:
        doc_ids: the documents it names, best first; empty where it names none for sure.
        rest: the question without their names.
        likely: documents that have a name of the question, where others speak of it too.
    """

    doc_ids: tuple[str, ...]
    rest: str
    likely: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Named:
    """A document with the parts of the question that may name it."""

    strength: float
    subject: SubjectRecord
    spans: tuple[Span, ...]


class _Rarity:
    """How rare words are among the library's documents."""

    def __init__(self, total: int, count: Callable[[str], int]) -> None:
        self._total = max(total, 1)
        self._count = count
        self._known: dict[str, float] = {}

    def __call__(self, word: str) -> float:
        if word not in self._known:
            self._known[word] = math.log(1 + self._total / max(self._count(word), 1))
        return self._known[word]

    def is_rare(self, word: str) -> bool:
        return self(word) >= math.log(1 + self._total / max(1.0, _RARE * self._total))


def read_question(
    question: str,
    candidates: Sequence[SubjectRecord],
    total: int,
    count_documents: Callable[[str], int],
    speaking: Callable[[str], Collection[str]] = lambda phrase: (),
) -> Reading:
    """Find the documents that a question names.

    Args:
        question: as asked.
        candidates: documents whose title, beginning or name share words with it.
        total: number of documents in the library.
        count_documents: gives the number of documents whose title, beginning or name has a word.
        speaking: gives the documents that have a phrase anywhere in their text. "New York" at the beginning of one
            contract does not name that contract where others speak of New York as well.
    """
    text = unicodedata.normalize("NFKC", question)
    tokens = tokens_of(text)
    rarity = _Rarity(total, count_documents)
    scored: list[_Named] = []
    for candidate in candidates:
        names = _latin_names(tokens, candidate, rarity) + _han_names(text, candidate)
        if names:
            strength = sum(_strength(text[start:end], rarity) for start, end in names)
            strength += _TITLEWORD * sum(map(rarity, _title_words(tokens, candidate)))
            scored.append(_Named(strength, candidate, tuple(names)))
    scored.sort(key=lambda one: -one.strength)
    sure = _sure(text, tokens, scored, speaking)
    if not sure:
        return Reading((), text, tuple(one.subject.doc_id for one in _best(scored)))
    meant = _best(sure)
    spans = [span for one in meant for span in one.spans if _may_go(text[span[0] : span[1]])]
    return Reading(tuple(one.subject.doc_id for one in meant), without_names(text, spans))


def _best(scored: Sequence[_Named]) -> list[_Named]:
    return [one for one in scored if one.strength >= _NEARLY * scored[0].strength]


def _sure(
    text: str, tokens: list[Token], scored: Sequence[_Named], speaking: Callable[[str], Collection[str]]
) -> list[_Named]:
    """Documents that have a name which only they, or others named by it, speak of."""
    having: dict[str, set[str]] = {}
    for one in scored:
        for start, end in one.spans:
            having.setdefault(text[start:end], set()).add(one.subject.doc_id)
    known: dict[str, bool] = {}

    def is_theirs(span: Span) -> bool:
        name = text[span[0] : span[1]]
        if name not in known:
            known[name] = not _is_fragment(tokens, span, text) and set(speaking(name)) <= having[name]
        return known[name]

    # Of two "Supply Agreements" one may have a longer title: both are meant by the words that they share.
    titles = {spaced(text[start:end]) for one in scored for start, end in one.spans if _is_title(text[start:end], one)}

    def is_sure(span: Span) -> bool:
        return spaced(text[span[0] : span[1]]) in titles or is_theirs(span)

    return [one for one in scored if any(map(is_sure, one.spans))]


def _is_title(name: str, one: _Named) -> bool:
    """Whether a name is all of a document's title, of two words or more."""
    return len(name.split()) > 1 and spaced(name) == spaced(one.subject.title)


def _is_fragment(tokens: list[Token], span: Span, text: str) -> bool:
    """Whether a single word is a part of a longer name in the question: "Columbia" of "Columbia University"."""
    inside = [number for number, token in enumerate(tokens) if span[0] <= token.start < span[1]]
    if len(inside) != 1:
        return False
    number = inside[0]
    pairs = [(number - 1, number), (number, number + 1)]
    return any(
        0 <= left and right < len(tokens) and _one_name(tokens[left], tokens[right], text) for left, right in pairs
    )


def _one_name(left: Token, right: Token, text: str) -> bool:
    gap = text[left.start + len(left.text) : right.start]
    return all(token.marked and can_name(token.text) for token in (left, right)) and not gap.strip(" .-&")


def names_in(question: str) -> list[str]:
    """Runs of capitalised words inside a question, which may be names; its first word is none."""
    text = unicodedata.normalize("NFKC", question)
    names: list[str] = []
    previous_end = -1
    for index, token in enumerate(tokens_of(text)):
        word = text[token.start : token.end]
        if not index or not token.marked or word.isdigit() or token.text in STOP_EN:
            previous_end = -1
            continue
        gap = text[previous_end : token.start] if previous_end >= 0 else "."
        if names and not gap.strip(" -&"):
            names[-1] += gap + word
        else:
            names.append(word)
        previous_end = token.end
    return names


def _may_go(span: str) -> bool:
    """Whether a name says nothing beside naming.

    A single word in capitals, such as IBAN, or in small letters, such as "lease" or "equipment", may name a document
    and be what is asked for too.
    """
    return has_han(span) or not span.isalpha() or not (span.islower() or is_acronym(span))


def _latin_names(tokens: list[Token], candidate: SubjectRecord, rarity: _Rarity) -> list[Span]:
    """Longest runs of the question's words that stand together in the document's title, beginning or name."""
    title = spaced(candidate.title)
    subject = title + spaced(candidate.intro) + spaced(candidate.name)
    spans = []
    start = 0
    while start < len(tokens):
        end = start
        while end < len(tokens) and _run_text(tokens[start : end + 1]) in subject:
            end += 1
        name = _name_in(tokens[start:end], title, rarity)
        if name:
            spans.append((name[0].start, name[-1].end))
        start = max(end, start + 1)
    return spans


def _run_text(tokens: list[Token]) -> str:
    return f" {' '.join(token.text for token in tokens)} "


def _name_in(run: list[Token], title: str, rarity: _Rarity) -> list[Token]:
    """The part of a shared run of words that is a name, and not a phrase that any contract has; maybe nothing."""
    if not any(can_name(token.text) for token in run):
        return []
    run = _trimmed(run, lambda token: token.text in STOP_EN)
    words = [token for token in run if token.text not in STOP_EN]
    if run and _run_text(run) in title and (len(words) > 1 or rarity.is_rare(run[0].text)):
        return run
    run = _trimmed(run, lambda token: not token.marked)
    words = [token for token in run if token.text not in STOP_EN]
    if len(words) == 1:
        return run if rarity.is_rare(words[0].text) else []
    return run if all(token.marked for token in words) else []


def _trimmed(run: list[Token], drop: Callable[[Token], bool]) -> list[Token]:
    while run and drop(run[0]):
        run = run[1:]
    while run and drop(run[-1]):
        run = run[:-1]
    return run


def _title_words(tokens: list[Token], candidate: SubjectRecord) -> set[str]:
    title = set(spaced(candidate.title).split())
    return {token.text for token in tokens if token.text in title and token.text not in STOP_EN}


def _han_names(text: str, candidate: SubjectRecord) -> list[Span]:
    """Longest runs of Han characters that the question shares with the document's title, file name or parties."""
    names = [candidate.title, candidate.name, *_HAN_NAME.findall(re.sub(r"\s", "", candidate.intro))]
    spans = []
    start = 0
    while start < len(text):
        end = start
        while end < len(text) and is_cjk(text[end]) and any(text[start : end + 1] in name for name in names):
            end += 1
        if end - start >= _MIN_HAN and has_han(text[start:end]):
            spans.append((start, end))
        start = max(end, start + 1)
    return spans


def _strength(span: str, rarity: Callable[[str], float]) -> float:
    words = {match.group().casefold() for match in WORD.finditer(span)} - STOP_EN
    return sum(len(word) if has_han(word) else rarity(word) for word in words)
