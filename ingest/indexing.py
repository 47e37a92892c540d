"""From stored pages to passages: what a document is about, its chunks, their vectors."""

import pickle
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, islice
from tempfile import TemporaryFile
from typing import IO

import numpy as np
from langchain_core.embeddings import Embeddings

from ingest.chunks import cut
from ingest.embeddings import embedding_text
from ingest.errors import LibraryError, PageciteError
from ingest.library import Library
from ingest.outcomes import Progress, Silent
from ingest.passages import Vectors
from ingest.settings import Settings
from ingest.titles import Subject, find_subject
from ingest.types import Chunk, PageText

_FIRST = 2  # pages that say what a document is about
_BATCH = 256  # chunks that are embedded at once
_ROUNDS = 20  # how often documents that change meanwhile are done again

_Passages = tuple[str, Subject, Sequence[Chunk], Vectors]


def prepare(pages: Iterable[PageText], name: str, chunk_chars: int) -> tuple[Subject, list[Chunk]]:
    """Find what a document is about and cut it into chunks; its pages are looked at one after another."""
    coming = iter(pages)
    first = list(islice(coming, _FIRST))
    subject = find_subject(first, name)
    return subject, cut(chain(first, coming), title=subject.title, size=chunk_chars)


def embed(embeddings: Embeddings, chunks: Sequence[Chunk]) -> Vectors:
    """Vectors of chunks, one row each, float32, length 1.

    Raises:
        PageciteError: the model failed.
    """
    parts = [_embedded(embeddings, chunks[start : start + _BATCH]) for start in range(0, len(chunks), _BATCH)]
    return np.concatenate(parts) if parts else np.empty((0, 0), dtype=np.float32)


def _embedded(embeddings: Embeddings, chunks: Sequence[Chunk]) -> Vectors:
    try:
        vectors = embeddings.embed_documents([embedding_text(chunk) for chunk in chunks])
    except RuntimeError as error:
        raise PageciteError(f"The embedding model failed: {error}") from error
    return np.asarray(vectors, dtype=np.float32)


def reindex(library: Library, settings: Settings, embeddings: Embeddings, progress: Progress | None = None) -> int:
    """Cut and embed every document again from its stored pages, as the settings are now; no page is read again.

    Readers see the old index until the last moment, then the new one. A document that is added or changes meanwhile is
    done as well, or done again.

    Returns:
        The number of documents.

    Raises:
        LibraryError: documents change all the time.
        PageciteError: the model failed.
    """
    with TemporaryFile() as kept:  # vectors of a whole library: more than should be in memory
        work = _Reindexing(library, settings, embeddings, progress or Silent(), kept)
        missing = list(library.stamps())
        for _ in range(_ROUNDS):
            work.renew(missing)
            missing = library.replace_index(settings.embedding_model, work.stamps, work.renewed)
            if not missing:
                return len(work.places)
    raise LibraryError("Documents are being added all the time; run `ingest reindex` again when that is done.")


class _Reindexing:
    """Passages that were made anew, in a file until all of them are.

    Attributes:
        stamps: for each document the last change when it was made anew.
        places: where each document's passages begin in the file.
    """

    def __init__(
        self, library: Library, settings: Settings, embeddings: Embeddings, progress: Progress, kept: IO[bytes]
    ) -> None:
        self.stamps: dict[str, int] = {}
        self.places: dict[str, int] = {}
        self._library = library
        self._settings = settings
        self._embeddings = embeddings
        self._progress = progress
        self._kept = kept

    def renew(self, doc_ids: Sequence[str]) -> None:
        """Make passages of documents anew; those that are gone meanwhile are left out."""
        stamps = self._library.stamps()
        for doc_id in doc_ids:
            record = self._library.document(doc_id)
            self.places.pop(doc_id, None)
            if record is None or doc_id not in stamps:
                continue
            self._progress.document(doc_id, record.name, 1)
            texts = self._library.texts(doc_id, record.reader)
            subject, chunks = prepare(texts, record.name, self._settings.chunk_chars)
            self.places[doc_id] = self._kept.seek(0, 2)
            pickle.dump((doc_id, subject, chunks, embed(self._embeddings, chunks)), self._kept)
            self.stamps[doc_id] = stamps[doc_id]
            self._progress.page(doc_id)

    def renewed(self, doc_ids: Collection[str]) -> Iterator[_Passages]:
        """Passages of those among the given documents, one after another; what is made of others is forgotten."""
        self.places = {doc_id: place for doc_id, place in self.places.items() if doc_id in doc_ids}
        for place in self.places.values():
            self._kept.seek(place)
            passages: _Passages = pickle.load(self._kept)  # our own file, without a name
            yield passages
