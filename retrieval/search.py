"""From a question to ranked evidence: the document first, then the page inside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from langchain_core.embeddings import Embeddings

from ingest.errors import ModelError
from ingest.library import Library
from ingest.passages import Vectors
from ingest.scripts import han_share
from ingest.tokens import terms
from ingest.types import Chunk
from retrieval.fusion import Scored, blend, spread
from retrieval.naming import Reading, names_in, read_question
from retrieval.pointing import pointed_at
from retrieval.question_words import spaced
from retrieval.remainder import without_lead
from retrieval.reranking import Reranker, rerank
from retrieval.types import Evidence
from retrieval.words import content

_POOL = 100  # candidates from each side
_MENTIONS = 200  # passages that are looked through for a name
# What a page counts that the question points at, beside the 1 of the best passage: more than most differences between
# passages. Viewers count from the first page; so the number that is printed on a page counts less.
_POINTED = 0.5
_PRINTED = 0.3
_RERANKED = 30  # what a reranker looks at, at least
_DOCUMENTS = 20  # documents that a question may name, by their words
_HAN_QUESTION = 0.3  # share of Chinese characters that makes a question Chinese
# The embedded English model knows few Chinese words: there the words lead.
_WEIGHTS = (1.0, 1.0)
_WEIGHTS_HAN_ENGLISH_MODEL = (0.2, 1.0)


# A document and the number of a page.
Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Findings:
    """What a search found.

    Attributes:
        question: as searched.
        rest: the question without the names of documents.
        documents: ids of the documents that the question names; empty where it names none.
        evidence: best first.
        unknown: names in the question that no document mentions; empty where another name was found.
    """

    question: str
    rest: str
    documents: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    unknown: tuple[str, ...] = ()


class Searcher:
    """Searches one library: dense and lexical, blended by score on chunk ids."""

    def __init__(
        self, library: Library, embeddings: Embeddings, *, multilingual: bool, reranker: Reranker | None = None
    ) -> None:
        """Prepare.

        Args:
            library: where to search.
            embeddings: the model that its vectors come from.
            multilingual: whether that model understands Chinese.
            reranker: orders what was found anew; None: it stays as it is.
        """
        self.library = library
        self._embeddings = embeddings
        self._multilingual = multilingual
        self._reranker = reranker

    def search(self, question: str, limit: int = 10, history: Sequence[str] = ()) -> Findings:
        """Find the chunks that may answer a question.

        Args:
            question: as asked.
            limit: how many chunks at most.
            history: earlier questions, oldest first; a question that names no document goes on about theirs.

        Raises:
            ModelError: the embedding model or the reranker failed.
            LibraryError: the library cannot be read.
        """
        # One state of the library throughout: what is found is there, whatever is added or replaced meanwhile.
        with self.library.snapshot():
            return self._search(question, limit, history)

    def _search(self, question: str, limit: int, history: Sequence[str]) -> Findings:
        reading = self._read(question)
        unknown = () if reading.doc_ids or reading.likely else self._unknown(question)
        if not reading.doc_ids and not unknown:
            reading = replace(reading, doc_ids=self._carried(history))
        vector = self._vector(question, reading.rest)
        words = content(terms(reading.rest))
        if reading.doc_ids:
            dense = self._dense_inside(reading.doc_ids, vector)
        else:
            dense = self.library.search_dense(vector.tolist(), _POOL)
        lexical = self.library.search_words(words, _POOL, reading.doc_ids or None)
        evidence = self._best(question, reading.rest, vector, dense, lexical, limit)
        return Findings(question, reading.rest, reading.doc_ids, evidence, unknown)

    def _best(
        self, question: str, rest: str, vector: Vectors, dense: Sequence[Scored], lexical: Sequence[Scored], limit: int
    ) -> tuple[Evidence, ...]:
        """The best of what vectors and words found."""
        similarities = dict(dense)
        # A passage that words alone have found is near to the question too, more or less.
        similarities |= self.library.similarities(vector, [key for key, _ in lexical if key not in similarities])
        ranked = blend([list(similarities.items()), lexical], self._weights(question))
        chunks = self.library.chunks(key for key, _ in ranked)
        pages = {key: (chunk.doc_id, chunk.page_number) for key, chunk in chunks.items()}
        kept = spread(self._pointed(question, ranked, chunks, pages), pages)[
            : max(limit, _RERANKED) if self._reranker else limit
        ]
        return rerank(self._reranker, rest, self._evidence(kept, chunks, similarities))[:limit]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts, one row each, of length 1.

        Raises:
            ModelError: the embedding model failed.
        """
        try:
            return np.asarray(self._embeddings.embed_documents(list(texts)), dtype=np.float32)
        except (RuntimeError, OSError) as error:
            raise ModelError(f"The embedding model failed: {error}") from error

    def _read(self, question: str) -> Reading:
        words = content(terms(question))
        ids = [doc_id for doc_id, _ in self.library.search_documents(words, _DOCUMENTS)]
        total = self.library.count_ready()
        return read_question(
            question,
            self.library.subjects(ids),
            total,
            lambda word: self.library.count_subjects(terms(word)),
            self._speaking,
        )

    def _speaking(self, phrase: str) -> set[str]:
        """Documents that have a phrase in their text, or in the most likely passages of a large library."""
        words = content(terms(phrase))
        if not words:
            return set()
        rarest = min(words, key=self.library.count_chunks_with)
        found = self.library.chunks(chunk_id for chunk_id, _ in self.library.search_words([rarest], _MENTIONS))
        wanted = spaced(phrase)
        return {chunk.doc_id for chunk in found.values() if wanted in spaced(chunk.text)}

    def _carried(self, history: Sequence[str]) -> tuple[str, ...]:
        """The documents that the latest of the earlier questions named."""
        for earlier in reversed(history):
            if named := self._read(earlier).doc_ids:
                return named
        return ()

    def _unknown(self, question: str) -> tuple[str, ...]:
        """Names in the question of which no document has a single word."""
        names = names_in(question)
        return tuple(name for name in names if not self.library.search_words(terms(name), 1)) if names else ()

    def _embed(self, text: str) -> Vectors:
        try:
            return np.asarray(self._embeddings.embed_query(text), dtype=np.float32)
        except (RuntimeError, OSError) as error:
            raise ModelError(f"The embedding model failed: {error}") from error

    def _vector(self, question: str, rest: str) -> Vectors:
        """What is near to a question: the mean of what it asks with and without the names in it."""
        asked = without_lead(question, rest)
        if asked == rest:
            return self._embed(rest)
        both = self._embed(rest) + self._embed(asked)
        return np.asarray(both / np.linalg.norm(both), dtype=np.float32)

    def _dense_inside(self, doc_ids: Sequence[str], vector: Vectors) -> list[tuple[str, float]]:
        """Nearest chunks of a few documents, by their vectors in SQLite: exact, and faster than a filter of Chroma."""
        found: list[tuple[str, float]] = []
        for doc_id in doc_ids:
            chunks, vectors = self.library.document_chunks(doc_id)
            if chunks:
                found += zip((chunk.chunk_id for chunk in chunks), (vectors @ vector).tolist(), strict=True)
        return sorted(found, key=lambda pair: -pair[1])[:_POOL]

    def understands(self, text: str) -> bool:
        """Whether the embedding model knows the text's language."""
        return self._multilingual or han_share(text) <= _HAN_QUESTION

    def _weights(self, question: str) -> tuple[float, float]:
        return _WEIGHTS if self.understands(question) else _WEIGHTS_HAN_ENGLISH_MODEL

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
        records = (self.library.document(doc_id) for doc_id in doc_ids)
        return {record.doc_id: record.page_count for record in records if record is not None}

    def _evidence(
        self, ranked: Sequence[Scored], chunks: Mapping[str, Chunk], similarities: Mapping[str, float]
    ) -> tuple[Evidence, ...]:
        names = {s.doc_id: s.name for s in self.library.subjects(list({chunk.doc_id for chunk in chunks.values()}))}
        return tuple(
            self._one(chunks[chunk_id], names, score, similarities.get(chunk_id, 0.0))
            for chunk_id, score in ranked
            if chunk_id in chunks and chunks[chunk_id].doc_id in names
        )

    def _one(self, chunk: Chunk, names: dict[str, str], score: float, similarity: float) -> Evidence:
        path = self.library.image_path(chunk.doc_id, chunk.page_number)
        return Evidence(chunk, names[chunk.doc_id], path, score, similarity)
