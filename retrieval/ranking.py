"""The passages of some documents, or of all, in the order of how well they fit a question."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingest.library import Library
from ingest.passages import Vectors
from ingest.tokens import terms
from ingest.types import Chunk
from retrieval.fusion import Scored, blend, spread
from retrieval.lifting import lifted
from retrieval.reranking import Reranker, rerank
from retrieval.scoped import Scope, dense_inside, words_inside
from retrieval.types import Evidence
from retrieval.words import content

_POOL = 100  # candidates from each side
_RERANKED = 30  # what a reranker looks at, at least


@dataclass(frozen=True, slots=True)
class Wanted:
    """What passages are looked for.

    Attributes:
        question: as searched.
        rest: the same without the names of documents.
        vector: of both, of length 1.
        weights: of vectors and of words.
        likely: documents that the question may name.
    """

    question: str
    rest: str
    vector: Vectors
    weights: tuple[float, float]
    likely: tuple[str, ...] = ()


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
        ranked = spread(lifted(wanted.question, ranked, chunks, wanted.likely, self._page_count), pages)
        kept = ranked[: max(limit, _RERANKED) if self._reranker else limit]
        return rerank(self._reranker, wanted.rest, self._evidence(kept, chunks, similarities))[:limit]

    def evidence(self, chunks: Sequence[Chunk], vector: Vectors) -> tuple[Evidence, ...]:
        """Passages as evidence, in their order, scored by their cosine with a question's vector."""
        similarities = self._library.similarities(vector, [chunk.chunk_id for chunk in chunks])
        by_id = {chunk.chunk_id: chunk for chunk in chunks}
        return self._evidence([(key, similarities.get(key, 0.0)) for key in by_id], by_id, similarities)

    def _page_count(self, doc_id: str) -> int:
        record = self._library.document(doc_id)
        return record.page_count if record is not None else 0

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
