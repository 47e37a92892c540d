"""Choosing, from the evidence's pages, the words that answer."""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import snowballstemmer

from ingest.library import Library
from ingest.records import PageRecord
from ingest.scripts import is_cjk
from ingest.tokens import terms
from ingest.types import PageText
from retrieval.clauses import asked_clauses, states_any
from retrieval.edges import edge_pairs
from retrieval.expectation import asked_kind, has_kind
from retrieval.search import Findings, Searcher
from retrieval.types import Citation, CitedPart, Evidence
from retrieval.units import Unit, boxes_of, units_of
from retrieval.words import SYNONYMS, content

Pages = Mapping[tuple[str, int], PageText]  # by document id and page number

LOOKED_AT = 6  # chunks whose pages are searched for quotes
_UNITS = 80  # quotes compared by their vectors
_MIN_LETTERS = 3
# What a quote shares with the question by its own words, beside what its heading adds.
_OWN_WORDS = 0.7
_SUBJECT_WORD = 0.3  # a word that the named document begins with, beside one that it does not
_OTHER_WORD = 0.6  # another word for the same thing
# Of a question's similarity: what it asks, and all of it with the names of documents and parties.
_WITHOUT_NAMES = 0.7
# What follows a Chinese word that is being defined: 总价款为, 开票日期：.
_DEFINES = r"[^，。；,.;\d]{0,4}(为|是|：|:)"
# Parts of a quote's score beside its similarity: shared words, a value of the kind that is asked for, its chunk's rank.
_WEIGHT_WORDS = 0.4
_WEIGHT_KIND = 0.3
_WEIGHT_RANK = 0.15
_WEIGHT_DEFINES = 0.1


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotable unit of a page, as an answer to a question.

    Attributes:
        unit: the words and their place.
        evidence: the chunk they are from.
        page: their page.
        score: higher is better.
        coverage: share of the question's words, weighted by rarity, that stand in it or its heading, 0..1.
        similarity: cosine of question and quote, -1..1; 0 where the model does not know the language.
        fits: whether it has a value of the kind that is asked for; True where none is.
        states: whether it is a clause of the kind that is asked for; None where no known kind is.
        continued: what a page break cut off from it.
        unsaid: share of the question's words, by rarity, that no document has, nor another word for them, 0..1.
    """

    unit: Unit
    evidence: Evidence
    page: PageText
    score: float
    coverage: float
    similarity: float
    fits: bool
    states: bool | None = None
    continued: tuple[CitedPart, ...] = ()
    unsaid: float = 0.0


class Quoter:
    """Finds quotes in the pages of one library."""

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher
        self._library: Library = searcher.library

    def rank(self, findings: Findings) -> list[Quote]:
        """Quotes from the best chunks, best first."""
        evidence = findings.evidence[:LOOKED_AT]
        candidates = list(_candidates(evidence, load_pages(self._library, evidence)))
        if not candidates:
            return []
        counts = self._counts(content(terms(findings.rest)))
        edges = self._counts(content(edge_pairs(findings.question, findings.rest)))
        wider = self._rarity(counts | edges, findings.documents)
        rarity = {word: wider[word] for word in counts}
        kind = asked_kind(findings.question)
        clauses = asked_clauses(findings.rest)
        unsaid = self._unsaid(counts, rarity)
        covers = [_coverage(rarity, one) for one in candidates]
        if edges:  # they may be words or not, and count where they help
            covers = [max(cover, _coverage(wider, one)) for cover, one in zip(covers, candidates, strict=True)]
        similarities = self._similarities(findings, candidates, covers)
        quotes = []
        for one, cover, similarity in zip(candidates, covers, similarities, strict=True):
            fits = kind is None or has_kind(one.unit.text, kind)
            score = similarity + _WEIGHT_WORDS * cover + _WEIGHT_KIND * fits + _WEIGHT_RANK * (1 - one.rank / LOOKED_AT)
            score += _WEIGHT_DEFINES * (fits and _defines(one.unit.text, rarity))
            stated = states_any(one.evidence.chunk.heading, one.unit.text, clauses) if clauses else None
            quotes.append(
                Quote(one.unit, one.evidence, one.page, score, cover, similarity, fits, stated, unsaid=unsaid)
            )
        return sorted(quotes, key=lambda quote: -quote.score)

    def _counts(self, asked: Sequence[str]) -> dict[str, int]:
        """For the stem of each word of a question the passages that have it.

        A pair of Chinese characters that no passage has is no word but the seam between two, and is left out.
        """
        words = {found: word for word in asked if (found := stem(word))}
        # The index stems what it is asked for: a stem's own stem would be another word (exclusive, exclus, exclu).
        counts = {found: self._library.count_chunks_with(word) for found, word in words.items()}
        return {word: count for word, count in counts.items() if count or not is_cjk(word[0])}

    def _rarity(self, counts: Mapping[str, int], doc_ids: Sequence[str]) -> dict[str, float]:
        """Weight of each word of the question: high where few chunks have it.

        Words that a named document begins with tell its passages apart less than others.
        """
        named = self._library.subjects(doc_ids)
        subject = stems(term for record in named for term in terms(f"{record.title} {record.intro}"))
        total = max(self._library.count_chunks(), 1)
        return {
            word: math.log(1 + total / (1 + n)) * (_SUBJECT_WORD if word in subject else 1.0)
            for word, n in counts.items()
        }

    def _unsaid(self, counts: Mapping[str, int], rarity: Mapping[str, float]) -> float:
        """Share of a question's words that no document has, nor another word for them."""
        missing = [word for word, n in counts.items() if not n and not self._has_other(word)]
        return sum(rarity[word] for word in missing) / (sum(rarity.values()) or 1.0)

    def _has_other(self, word: str) -> bool:
        return any(self._library.count_chunks_with(other) for other in others_for(word))

    def _similarities(
        self, findings: Findings, candidates: Sequence["_Candidate"], covers: Sequence[float]
    ) -> list[float]:
        """Cosines with the question, as it was asked and without the documents' names, in the mean; 0 where unknown."""
        result = [0.0] * len(candidates)
        if not self._searcher.understands(findings.question):
            return result
        likely = sorted(range(len(candidates)), key=lambda index: -covers[index])[:_UNITS]
        texts = [findings.rest, findings.question, *(candidates[index].unit.text for index in likely)]
        vectors = self._searcher.embed(texts)
        cosines = vectors[2:] @ (_WITHOUT_NAMES * vectors[0] + (1 - _WITHOUT_NAMES) * vectors[1])
        for index, cosine in zip(likely, cosines, strict=True):
            result[index] = float(cosine)
        return result


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A unit that may be quoted, with the best chunk that has it and that chunk's rank from 0."""

    unit: Unit
    evidence: Evidence
    page: PageText
    rank: int


def load_pages(library: Library, evidence: Iterable[Evidence]) -> Pages:
    """The pages of evidence, by document id and page number."""
    wanted: dict[str, set[int]] = {}
    for found in evidence:
        wanted.setdefault(found.chunk.doc_id, set()).add(found.chunk.page_number)
    records: list[tuple[str, PageRecord]] = [
        (doc_id, record) for doc_id, numbers in wanted.items() for record in library.pages(doc_id, sorted(numbers))
    ]
    return {(doc_id, record.page_number): record.text for doc_id, record in records if record.text is not None}


def _candidates(evidence: Sequence[Evidence], pages: Pages) -> Iterator[_Candidate]:
    """Units of the chunks, each once."""
    seen: set[tuple[str, int, Unit]] = set()
    for rank, found in enumerate(evidence):
        chunk = found.chunk
        page = pages.get((chunk.doc_id, chunk.page_number))
        if page is None:
            continue
        for unit in units_of(page):
            inside = any(chunk.line_start <= span.line < chunk.line_end for span in unit.spans)
            key = (chunk.doc_id, chunk.page_number, unit)
            if inside and key not in seen and _says_something(unit):
                seen.add(key)
                yield _Candidate(unit, found, page, rank)


def _says_something(unit: Unit) -> bool:
    return sum(character.isalnum() for character in unit.text) >= _MIN_LETTERS


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A word's stem as the full-text index has it; words of other scripts as they are."""
    return str(snowballstemmer.stemmer("porter").stemWord(word)) if word.isascii() else word


def stems(words: Iterable[str]) -> set[str]:
    """Stems of words; a word that has none is left out."""
    return {found for word in words if (found := stem(word))}


def _defines(text: str, words: Iterable[str]) -> bool:
    """Whether one of the Chinese words is being defined in a text: 总价款为 ..., 开票日期：...."""
    return any(is_cjk(word[0]) and re.search(re.escape(word) + _DEFINES, text) for word in words)


def _coverage(rarity: dict[str, float], one: _Candidate) -> float:
    """Share of the question's words, by rarity, that stand in a unit, and less in its heading, 0..1."""
    total = sum(rarity.values())
    if not total:
        return 0.0
    own = stems(terms(one.unit.text))
    around = own | stems(terms(one.evidence.chunk.heading))
    shared = 0.0
    for word, weight in rarity.items():
        same = _OTHER_WORD * bool(same_words(word) & own)
        shared += weight * max(_OWN_WORDS * (word in own) + (1 - _OWN_WORDS) * (word in around), same)
    return shared / total


@cache
def _synonyms() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for word, others in SYNONYMS.items():
        # Words of one stem bring their synonyms together: renew and renewal.
        found[stem(word)] = found.get(stem(word), frozenset()) | others
    return found


@lru_cache(maxsize=50_000)
def same_words(word: str) -> frozenset[str]:
    """Stems and bigrams of the words that stand for the same thing."""
    return frozenset(stem(term) for other in others_for(word) for term in terms(other))


def others_for(word: str) -> frozenset[str]:
    """The words that stand for the same thing as a word of this stem."""
    return _synonyms().get(word, frozenset())


def cite(quote: Quote, number: int) -> Citation:
    """The citation of a quote."""
    chunk = quote.evidence.chunk
    return Citation(
        number=number,
        doc_id=chunk.doc_id,
        source=quote.evidence.source,
        title=chunk.title,
        page_number=chunk.page_number,
        quote=quote.unit.text,
        boxes=boxes_of(quote.page, quote.unit),
        image_path=quote.evidence.image_path,
        chunk_id=chunk.chunk_id,
        continued=quote.continued,
    )


def numbers_of(text: str) -> set[str]:
    """The numbers of a text, without separators of thousands and closing zeros after the point: 1,234.50 is 1234.5."""
    found = set()
    for number in re.findall(r"\d[\d,.]*", unicodedata.normalize("NFKC", text)):
        plain = re.sub(r",(?=\d{3}(?!\d))", "", number).strip(".,")
        found.add(plain.rstrip("0").rstrip(".") if "." in plain else plain)
    return found
