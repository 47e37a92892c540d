"""Full-text search on PostgreSQL: for each token the rows that have it, scored as FTS5's bm25() does.

PostgreSQL's own ts_rank knows neither how rare a word is nor how long a text, and ranks otherwise than SQLite; so the
same question would find other pages. Tokens are FTS5's own (`ingest.fulltext.tokenizer`), and the score is that of
sqlite.org/fts5.html, "The bm25() function": with k1 = 1.2 and b = 0.75, the sum over the words of the query of

    idf * f * (k1 + 1) / (f + k1 * (1 - b + b * length / mean length))

where f counts a word in a row, each time with its column's weight, and idf is ln((N - n + 0.5) / (n + 0.5)) for n of N
rows that have the word, or 0.000001 where that is not positive. A word of several tokens counts where they stand in a
row.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    delete,
    insert,
    select,
    text,
)
from sqlalchemy.types import TypeEngine

from ingest.fulltext.index import CHUNK_WEIGHTS, DOCUMENT_WEIGHTS, Entry, indexed, queried
from ingest.fulltext.tokenizer import phrases, tokenize
from ingest.registry import READY
from ingest.schema import chunks

_STRIDE = 1 << 24  # a place is column * stride + number of the token: no word goes from one column into the next
_LONGEST = 100  # characters of a token; PostgreSQL's indexes take 2,704 bytes

# The tables; only PostgreSQL has them.
POSTINGS = MetaData()


def _tables(name: str, key: type[TypeEngine[Any]]) -> tuple[Table, Table]:
    postings = Table(
        f"{name}_postings",
        POSTINGS,
        Column("token", Text(collation="C"), nullable=False),
        Column("key", key, nullable=False),
        # how often, each time with its column's weight
        Column("frequency", Float, nullable=False),
        Column("places", ARRAY(Integer), nullable=False),
        Index(f"{name}_postings_by_token", "token", "key", postgresql_include=["frequency"]),
        Index(f"{name}_postings_by_key", "key"),
    )
    # number of tokens of each row, those without any included
    lengths = Table(
        f"{name}_lengths", POSTINGS, Column("key", key, primary_key=True), Column("length", Integer, nullable=False)
    )
    return postings, lengths


_CHUNKS = _tables("chunk", Integer)
_DOCUMENTS = _tables("document", Text)

# A hundred thousand rows a document are common: as whole columns they go in five times as fast as one by one.
_BATCH = 20_000
_ENTRIES = 500  # whose tokens are in memory at once
_INSERT = {
    postings.name: text(
        f"INSERT INTO {postings.name} (token, key, frequency, places) "
        "SELECT token, key, frequency, CAST(string_to_array(places, ' ') AS int[]) FROM unnest("
        f"CAST(:tokens AS text[]), CAST(:keys AS {kind}[]), CAST(:frequencies AS float8[]), CAST(:places AS text[])"
        ") AS given (token, key, frequency, places)"
    )
    for (postings, _), kind in ((_CHUNKS, "int"), (_DOCUMENTS, "text"))
}

# The same for chunks and documents: {name} is one of the two. A word of the query has a row in `parts` for each token.
_HITS = """
    parts AS (
        SELECT word, shift, token, count(*) OVER (PARTITION BY word) AS size
        FROM unnest(CAST(:words AS int[]), CAST(:shifts AS int[]), CAST(:tokens AS text[])) AS p (word, shift, token)
    ),
    starts AS (
        SELECT word, key, place - shift AS start
        FROM parts JOIN {name}_postings USING (token), unnest(places) AS place
        WHERE size > 1 GROUP BY word, size, key, place - shift HAVING count(*) = size
    ),
    hits AS (
        SELECT word, key, frequency FROM parts JOIN {name}_postings USING (token) WHERE size = 1
        UNION ALL
        SELECT word, key, sum((CAST(:weights AS float8[]))[1 + start / :stride]) FROM starts GROUP BY word, key
    )"""
# Added up word by word as FTS5 does: sums of floats depend on the order, and with them the order of near equals.
_SCORES = (
    "WITH"
    + _HITS
    + """,
    totals AS (
        SELECT CAST(count(*) AS float8) AS n, CAST(sum(length) AS float8) / count(*) AS mean FROM {name}_lengths
    ),
    ratios AS (
        SELECT word, ln((n - count(*) + 0.5) / (count(*) + 0.5)) AS idf FROM hits, totals GROUP BY word, n
    ),
    scores AS (
        SELECT key, sum(
            CASE WHEN idf > 0 THEN idf ELSE 0.000001 END
            * (frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * length / mean))) ORDER BY word
        ) AS score
        FROM hits JOIN ratios USING (word) JOIN {name}_lengths USING (key), totals GROUP BY key
    )"""
)
_CHUNK_SCORES = _SCORES.format(name="chunk") + (
    "SELECT c.chunk_id, score FROM scores JOIN chunks c ON c.row = key JOIN documents d ON d.doc_id = c.doc_id "
    f"WHERE d.status = '{READY}' AND (CAST(:doc_ids AS text[]) IS NULL OR c.doc_id = ANY (:doc_ids)) "
    "ORDER BY score DESC, c.row LIMIT :limit"
)
_DOCUMENT_SCORES = _SCORES.format(name="document") + (
    f"SELECT key, score FROM scores JOIN documents d ON d.doc_id = key WHERE d.status = '{READY}' "
    'ORDER BY score DESC, key COLLATE "C" LIMIT :limit'
)
_COUNT = (
    "WITH"
    + _HITS
    + "SELECT count(*) FROM (SELECT key FROM hits GROUP BY key HAVING count(DISTINCT word) = :number) AS found"
)


class Postings:
    """The tables ``chunk_postings`` and ``chunk_lengths``, by the chunks' rows, and two for documents, by their ids."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create(self) -> None:
        """Make the tables where they are missing."""
        POSTINGS.create_all(self._connection)

    def reset(self) -> None:
        """Make the tables empty, whatever state they are in."""
        self.create()
        for table in POSTINGS.sorted_tables:
            self._connection.execute(delete(table))

    def optimise(self) -> None:
        """Nothing is to be done: a deleted row is the server's to clear away (`Database.tidy`)."""

    def add_chunks(self, entries: Sequence[Entry[int]]) -> None:
        """Enter chunks by their rows."""
        for start in range(0, len(entries), _ENTRIES):
            self._add(_CHUNKS, entries[start : start + _ENTRIES], CHUNK_WEIGHTS)

    def add_document(self, entry: Entry[str]) -> None:
        """Enter what a document is about."""
        self._add(_DOCUMENTS, [entry], DOCUMENT_WEIGHTS)

    def delete(self, doc_id: str) -> None:
        """Delete a document and its chunks; to be called while the chunks are still in their table."""
        for table in _CHUNKS:
            rows = select(chunks.c.row).where(chunks.c.doc_id == doc_id)
            self._connection.execute(delete(table).where(table.c.key.in_(rows)))
        for table in _DOCUMENTS:
            self._connection.execute(delete(table).where(table.c.key == doc_id))

    def search_chunks(
        self, words: Sequence[str], limit: int, doc_ids: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """Chunks of visible documents, or of some of them, with any of the words, with BM25 scores, best first."""
        scope = None if doc_ids is None else list(doc_ids)
        return self._pairs(_CHUNK_SCORES, words, {"weights": list(CHUNK_WEIGHTS), "doc_ids": scope, "limit": limit})

    def search_documents(self, words: Sequence[str], limit: int) -> list[tuple[str, float]]:
        """Visible documents with any of the words, with BM25 scores, best first."""
        return self._pairs(_DOCUMENT_SCORES, words, {"weights": list(DOCUMENT_WEIGHTS), "limit": limit})

    def count_chunks(self, word: str) -> int:
        """Number of chunks with a word."""
        return self._count("chunk", [word], CHUNK_WEIGHTS)

    def count_documents(self, words: Sequence[str]) -> int:
        """Number of documents with all of the words, at least one."""
        return self._count("document", words, DOCUMENT_WEIGHTS)

    def _add(self, tables: tuple[Table, Table], entries: Sequence[Entry[Any]], weights: Sequence[float]) -> None:
        postings, lengths = tables
        found: dict[tuple[str, Any], list[tuple[int, int]]] = defaultdict(list)
        size: Counter[Any] = Counter({entry.key: 0 for entry in entries})
        for one in tokenize([[indexed(column) for column in entry.columns] for entry in entries]):
            key = entries[one.text].key
            found[_stored(one.token), key].append((one.column, one.place))
            size[key] += 1
        self._connection.execute(insert(lengths), [{"key": key, "length": size[key]} for key in size])
        rows = _rows(found, weights)
        while part := list(islice(rows, _BATCH)):
            self._connection.execute(_INSERT[postings.name], _columns(part))

    def _pairs(self, query: str, words: Sequence[str], values: dict[str, Any]) -> list[tuple[str, float]]:
        if not words:
            return []
        rows = self._connection.execute(text(query), {**_parts(words), **values})
        return [(key, float(score)) for key, score in rows]

    def _count(self, name: str, words: Sequence[str], weights: Sequence[float]) -> int:
        if not words:
            return 0
        values = {**_parts(words), "weights": list(weights), "number": len(queried(words))}
        return int(self._connection.scalar(text(_COUNT.format(name=name)), values) or 0)


def _stored(token: str) -> str:
    """A token as it is kept: one of absurd length by its hash."""
    if len(token) <= _LONGEST:
        return token
    return hashlib.sha256(token.encode()).hexdigest()


def _rows(
    found: dict[tuple[str, Any], list[tuple[int, int]]], weights: Sequence[float]
) -> Iterator[tuple[str, Any, float, str]]:
    for (token, key), places in found.items():
        frequency = sum(weights[column] for column, _ in places)
        yield token, key, frequency, " ".join(str(column * _STRIDE + place) for column, place in places)


def _columns(rows: Sequence[tuple[str, Any, float, str]]) -> dict[str, list[Any]]:
    return dict(zip(("tokens", "keys", "frequencies", "places"), map(list, zip(*rows, strict=True)), strict=True))


def _parts(words: Sequence[str]) -> dict[str, Any]:
    """The query's words as parameters: for each token its word's number, its place in the word, and itself."""
    parts = [
        (number, shift, _stored(token))
        for number, tokens in enumerate(phrases(queried(words)))
        for shift, token in enumerate(tokens)
    ]
    numbers, shifts, tokens = (list(column) for column in zip(*parts, strict=True)) if parts else ([], [], [])
    return {"words": numbers, "shifts": shifts, "tokens": tokens, "stride": _STRIDE}
