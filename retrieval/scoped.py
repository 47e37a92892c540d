"""Searching inside some documents of a library: exactly in few, and in as many as a filter lets through."""

from collections.abc import Sequence

from ingest.library import Library
from ingest.passages import Vectors

Scope = tuple[str, ...] | None  # ids of documents; None: all
Hits = list[tuple[str, float]]  # chunk ids with their scores, best first

_FEW = 100  # documents whose vectors are compared one by one
_BATCH = 900  # documents that full text is searched in at once
_WIDER = 20  # times as many neighbours are looked at where most may be of other documents


def words_inside(library: Library, words: Sequence[str], limit: int, scope: Scope) -> Hits:
    """Chunks with any of the words. Scores do not depend on the scope, so those of several batches can be compared."""
    if scope is None:
        return library.search_words(words, limit)
    batches = (scope[start : start + _BATCH] for start in range(0, len(scope), _BATCH))
    found = [pair for batch in batches for pair in library.search_words(words, limit, batch)]
    return sorted(found, key=lambda pair: -pair[1])[:limit]


def dense_inside(
    library: Library, vector: Vectors, limit: int, scope: Scope, lexical: Sequence[tuple[str, float]]
) -> Hits:
    """Nearest chunks by their vectors.

    Inside few documents they are compared one by one, in SQLite: exact, and faster than a filter of Chroma. Inside
    many, the library's nearest are taken as far as they lie in them, and all chunks of documents that the words found.
    """
    if scope is None:
        return library.search_dense(vector.tolist(), limit)
    if len(scope) <= _FEW:
        return _exact(library, vector, scope)[:limit]
    chunks = library.chunks(chunk_id for chunk_id, _ in lexical)
    likely = list(dict.fromkeys(chunks[i].doc_id for i, _ in lexical if i in chunks))[:_FEW]
    nearest = library.search_dense(vector.tolist(), _WIDER * limit)
    owners = library.chunks(chunk_id for chunk_id, _ in nearest)
    allowed = set(scope)
    found = dict(_exact(library, vector, likely))
    found |= {i: cosine for i, cosine in nearest if i in owners and owners[i].doc_id in allowed}
    return sorted(found.items(), key=lambda pair: -pair[1])[:limit]


def _exact(library: Library, vector: Vectors, doc_ids: Sequence[str]) -> Hits:
    found: Hits = []
    for doc_id in doc_ids:
        chunks, vectors = library.document_chunks(doc_id)
        if chunks:
            found += zip((chunk.chunk_id for chunk in chunks), (vectors @ vector).tolist(), strict=True)
    return sorted(found, key=lambda pair: -pair[1])
