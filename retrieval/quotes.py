"""Choosing, from the evidence's pages, the words that answer: quote mode, and the proof of an LLM's claims."""

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from ingest.library import Library
from ingest.records import PageRecord
from ingest.tokens import terms
from ingest.types import PageText
from retrieval.expectation import asked_kind, has_kind
from retrieval.search import Findings, Searcher
from retrieval.types import Citation, Evidence
from retrieval.units import Unit, boxes_of, units_of
from retrieval.words import content

_CHUNKS = 6  # chunks whose pages are searched for quotes
_UNITS = 80  # quotes compared by their vectors
_MIN_LETTERS = 3
# Weights of a quote's score, each part 0..1.
_WEIGHT_WORDS = 0.5
_WEIGHT_KIND = 0.25
_WEIGHT_RANK = 0.25
_WEIGHT_ROW = 0.05


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
    """

    unit: Unit
    evidence: Evidence
    page: PageText
    score: float
    coverage: float
    similarity: float
    fits: bool


class Quoter:
    """Finds quotes in the pages of one library."""

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher
        self._library: Library = searcher.library

    def rank(self, findings: Findings) -> list[Quote]:
        """Quotes from the best chunks, best first."""
        evidence = findings.evidence[:_CHUNKS]
        pages = load_pages(self._library, evidence)
        candidates = list(_candidates(evidence, pages))
        if not candidates:
            return []
        words = {stem(term) for term in content(terms(findings.rest))}
        rarity = self._rarity(words)
        kind = asked_kind(findings.question)
        covers = [_coverage(words, _unit_words(unit, found), rarity) for unit, found, _, _ in candidates]
        similarities = self._similarities(findings.rest, [unit for unit, _, _, _ in candidates], covers)
        quotes = []
        for (unit, found, page, rank), cover, similarity in zip(candidates, covers, similarities, strict=True):
            fits = kind is None or has_kind(unit.text, kind)
            score = similarity + _WEIGHT_WORDS * cover + _WEIGHT_RANK / (rank + 1)
            score += _WEIGHT_KIND * (kind is not None and fits) + _WEIGHT_ROW * unit.is_row
            quotes.append(Quote(unit, found, page, score, cover, similarity, fits))
        return sorted(quotes, key=lambda quote: -quote.score)

    def _rarity(self, words: Iterable[str]) -> dict[str, float]:
        """Weight of each word: high where few chunks have it."""
        total = max(self._library.count_chunks(), 1)
        return {word: math.log(1 + total / (1 + self._library.count_chunks_with(word))) for word in words}

    def _similarities(self, rest: str, units: Sequence[Unit], covers: Sequence[float]) -> list[float]:
        if not self._searcher.understands(rest):
            return [0.0] * len(units)
        likely = sorted(range(len(units)), key=lambda index: -covers[index])[:_UNITS]
        vectors = self._searcher.embed([rest, *(units[index].text for index in likely)])
        cosines = vectors[1:] @ vectors[0]
        result = [0.0] * len(units)
        for index, cosine in zip(likely, cosines, strict=True):
            result[index] = float(cosine)
        return result


def load_pages(library: Library, evidence: Iterable[Evidence]) -> dict[tuple[str, int], PageText]:
    """The pages of evidence, by document id and page number."""
    wanted: dict[str, set[int]] = {}
    for found in evidence:
        wanted.setdefault(found.chunk.doc_id, set()).add(found.chunk.page_number)
    records: list[tuple[str, PageRecord]] = [
        (doc_id, record) for doc_id, numbers in wanted.items() for record in library.pages(doc_id, sorted(numbers))
    ]
    return {(doc_id, record.page_number): record.text for doc_id, record in records if record.text is not None}


def _candidates(
    evidence: Sequence[Evidence], pages: dict[tuple[str, int], PageText]
) -> Iterable[tuple[Unit, Evidence, PageText, int]]:
    """Units of the chunks, each once, with the rank of the best chunk that has it."""
    seen: set[tuple[str, int, Unit]] = set()
    for rank, found in enumerate(evidence):
        chunk = found.chunk
        page = pages.get((chunk.doc_id, chunk.page_number))
        if page is None:
            continue
        for unit in units_of(page):
            inside = any(chunk.line_start <= span.line < chunk.line_end for span in unit.spans)
            key = (chunk.doc_id, chunk.page_number, unit)
            if inside and key not in seen and sum(c.isalnum() for c in unit.text) >= _MIN_LETTERS:
                seen.add(key)
                yield unit, found, page, rank


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A word's stem as the full-text index has it; words of other scripts as they are."""
    return str(snowballstemmer.stemmer("porter").stemWord(word)) if word.isascii() else word


def _unit_words(unit: Unit, found: Evidence) -> set[str]:
    return {stem(term) for term in terms(unit.text + "\n" + found.chunk.heading)}


def _coverage(wanted: set[str], present: set[str], rarity: dict[str, float]) -> float:
    total = sum(rarity[word] for word in wanted)
    return sum(rarity[word] for word in wanted & present) / total if total else 0.0


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
    )


def support(claim: str, found: Evidence, page: PageText) -> Quote | None:
    """The unit of a chunk that a claim rests on: the one that shares most with it; None where none shares anything."""
    wanted = {stem(term) for term in content(terms(claim))}
    best: Quote | None = None
    for unit, _, _, _ in _candidates([found], {(found.chunk.doc_id, found.chunk.page_number): page}):
        present = {stem(term) for term in terms(unit.text)}
        shared = len(wanted & present)
        score = shared / math.sqrt(len(present)) if shared else 0.0
        if score > (best.score if best else 0.0):
            best = Quote(unit, found, page, score, shared / len(wanted), 0.0, True)
    return best


def numbers_of(text: str) -> set[str]:
    """The numbers of a text, without separators of thousands and closing zeros after the point: 1,234.50 is 1234.5."""
    found = set()
    for number in re.findall(r"\d[\d,.]*", unicodedata.normalize("NFKC", text)):
        plain = re.sub(r",(?=\d{3}(?!\d))", "", number).strip(".,")
        found.add(plain.rstrip("0").rstrip(".") if "." in plain else plain)
    return found
