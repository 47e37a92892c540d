"""The passages of some documents, or of all, in the order of how well they fit a question."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ingest.library import Library
from ingest.passages import Vectors
from ingest.tokens import terms
from ingest.types import Chunk
from retrieval.fusion import Scored, blend, spread
from retrieval.pointing import pointed_at
from retrieval.reranking import Reranker, rerank
from retrieval.scoped import Scope, dense_inside, words_inside
from retrieval.types import Evidence
from retrieval.words import content

_POOL = 100  # candidates from each side
# What a page counts that the question points at, beside the 1 of the best passage: more than most differences between
# passages. Viewers count from the first page; so the number that is printed on a page counts less.
_POINTED = 0.5
_PRINTED = 0.3
_RERANKED = 30  # what a reranker looks at, at least

# A document and the number of a page.
Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What passages are looked for.

    Attributes:
        question: as searched.
        rest: the same without the names of documents.
        vector: of both, of length 1.
        weights: of vectors and of words.
    """

    question: str
    rest: str
    vector: Vectors
    weights: tuple[float, float]


class Ranking:
    """Ranks the passages of one library: dense and lexical, blended by score on chunk ids."""

    def __init__(self, library: Library, reranker: Reranker | None = None) -> None:
        """Prepare.

        Args:
            library: where to search.
            reranker: orders what was found anew; None: it stays as it is.
        """
        self._library = library
        self._reranker = reranker

    def best(self, wanted: Wanted, scope: Scope, limit: int) -> tuple[Evidence, ...]:
        """The best passages of some documents, or of all.

        Args:
            wanted: what is looked for.
            scope: ids of the documents; None: all.
            limit: how many passages at most.

        Raises:
            ModelError: the reranker failed.
            LibraryError: the library cannot be read.
        """
        lexical = words_inside(self._library, content(terms(wanted.rest)), _POOL, scope)
        similarities = dict(dense_inside(self._library, wanted.vector, _POOL, scope, lexical))
        # A passage that words alone have found is near to the question too, more or less.
        alone = [key for key, _ in lexical if key not in similarities]
        similarities |= self._library.similarities(wanted.vector, alone)
        ranked = blend([list(similarities.items()), lexical], wanted.weights)
        chunks = self._library.chunks(key for key, _ in ranked)
        pages = {key: (chunk.doc_id, chunk.page_number) for key, chunk in chunks.items()}
        ranked = spread(self._pointed(wanted.question, ranked, chunks, pages), pages)
        kept = ranked[: max(limit, _RERANKED) if self._reranker else limit]
        return rerank(self._reranker, wanted.rest, self._evidence(kept, chunks, similarities))[:limit]

    def _pointed(
        self, question: str, ranked: list[Scored], chunks: Mapping[str, Chunk], pages: Mapping[str, Place]
    ) -> list[Scored]:
        """The ranking with the pages ahead that the question points at, counted from the first or as printed."""
        pointer = pointed_at(question)
        if not pointer.numbers:
            return ranked
        counts = self._page_counts({doc_id for doc_id, _ in pages.values()}) if pointer.from_end else {}
        lift = {page: _PRINTED for key, page in pages.items() if pointer.is_printed_in(chunks[key].text)}
        lift |= {page: _POINTED for page in pages.values() if pointer.meets(page[1], counts.get(page[0], 0))}
        lifted = [(key, score + lift.get(pages[key], 0.0)) for key, score in ranked if key in pages]
        return sorted(lifted, key=lambda pair: -pair[1])

    def _page_counts(self, doc_ids: Iterable[str]) -> dict[str, int]:
        records = (self._library.document(doc_id) for doc_id in doc_ids)
        return {record.doc_id: record.page_count for record in records if record is not None}

    def _evidence(
        self, ranked: Iterable[Scored], chunks: Mapping[str, Chunk], similarities: Mapping[str, float]
    ) -> tuple[Evidence, ...]:
        subjects = self._library.subjects(list({chunk.doc_id for chunk in chunks.values()}))
        names = {subject.doc_id: subject.name for subject in subjects}
        return tuple(
            self._one(chunks[chunk_id], names, score, similarities.get(chunk_id, 0.0))
            for chunk_id, score in ranked
            if chunk_id in chunks and chunks[chunk_id].doc_id in names
        )

    def _one(self, chunk: Chunk, names: Mapping[str, str], score: float, similarity: float) -> Evidence:
        path = self._library.image_path(chunk.doc_id, chunk.page_number)
        return Evidence(chunk, names[chunk.doc_id], path, score, similarity)
