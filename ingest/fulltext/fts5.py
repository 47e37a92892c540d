"""Full-text search by SQLite's FTS5 (sqlite.org/fts5.html)."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from ingest.fulltext.index import CHUNK_WEIGHTS, DOCUMENT_WEIGHTS, Entry, indexed, queried
from ingest.registry import READY

# The text is made by `ingest.tokens.terms`; Porter stems its English words.
TOKENIZER = "porter unicode61 remove_diacritics 2"
_TABLES = {"chunk_terms": "title, heading, body", "document_terms": "title, intro, name, doc_id UNINDEXED"}
_MAX_VARIABLES = 900  # bound parameters in one statement


class Fts5:
    """The tables ``chunk_terms``, by the chunks' rows, and ``document_terms``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create(self) -> None:
        """Make the tables where they are missing."""
        for table, columns in _TABLES.items():
            self._run(f'CREATE VIRTUAL TABLE IF NOT EXISTS {table} USING fts5({columns}, tokenize = "{TOKENIZER}")')

    def reset(self) -> None:
        """Make the tables empty, whatever state they are in."""
        for table in _TABLES:
            self._run(f"DROP TABLE IF EXISTS {table}")
        self.create()

    def optimise(self) -> None:
        """Leave no deleted word behind: what was deleted stays in FTS5's segments until they are merged."""
        for table in _TABLES:
            self._run(f"INSERT INTO {table} ({table}) VALUES ('optimize')")

    def add_chunks(self, entries: Sequence[Entry[int]]) -> None:
        """Enter chunks by their rows."""
        if entries:
            self._connection.execute(
                text("INSERT INTO chunk_terms (rowid, title, heading, body) VALUES (:key, :c0, :c1, :c2)"),
                [_values(entry) for entry in entries],
            )

    def add_document(self, entry: Entry[str]) -> None:
        """Enter what a document is about."""
        self._connection.execute(
            text("INSERT INTO document_terms (title, intro, name, doc_id) VALUES (:c0, :c1, :c2, :key)"),
            _values(entry),
        )

    def delete(self, doc_id: str) -> None:
        """Delete a document and its chunks; to be called while the chunks are still in their table."""
        self._run(
            "DELETE FROM chunk_terms WHERE rowid IN (SELECT row FROM chunks WHERE doc_id = :doc_id)", doc_id=doc_id
        )
        self._run("DELETE FROM document_terms WHERE doc_id = :doc_id", doc_id=doc_id)

    def search_chunks(
        self, words: Sequence[str], limit: int, doc_ids: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """Chunks of visible documents, or of some of them, with any of the words, with BM25 scores, best first."""
        scope, values = _scope(doc_ids)
        return self._pairs(
            f"SELECT c.chunk_id, -bm25(chunk_terms, {_listed(CHUNK_WEIGHTS)}) AS score FROM chunk_terms "
            "JOIN chunks c ON c.row = chunk_terms.rowid JOIN documents d ON d.doc_id = c.doc_id "
            f"WHERE chunk_terms MATCH :match AND d.status = '{READY}' {scope} ORDER BY score DESC, c.row LIMIT :limit",
            words,
            {"limit": limit, **values},
        )

    def search_documents(self, words: Sequence[str], limit: int) -> list[tuple[str, float]]:
        """Visible documents with any of the words, with BM25 scores, best first."""
        return self._pairs(
            f"SELECT t.doc_id, -bm25(document_terms, {_listed(DOCUMENT_WEIGHTS)}) AS score FROM document_terms t "
            f"JOIN documents d ON d.doc_id = t.doc_id WHERE document_terms MATCH :match AND d.status = '{READY}' "
            "ORDER BY score DESC, t.doc_id LIMIT :limit",
            words,
            {"limit": limit},
        )

    def count_chunks(self, word: str) -> int:
        """Number of chunks with a word."""
        return self._count("chunk_terms", _match([word]))

    def count_documents(self, words: Sequence[str]) -> int:
        """Number of documents with all of the words, at least one."""
        return self._count("document_terms", _match(words, " AND ")) if words else 0

    def _pairs(self, query: str, words: Sequence[str], values: dict[str, object]) -> list[tuple[str, float]]:
        if not words:
            return []
        rows = self._connection.execute(text(query), {"match": _match(words), **values})
        return [(key, float(score)) for key, score in rows]

    def _count(self, table: str, match: str) -> int:
        query = text(f"SELECT count(*) FROM {table} WHERE {table} MATCH :match")
        return int(self._connection.scalar(query, {"match": match}) or 0)

    def _run(self, statement: str, **values: object) -> None:
        self._connection.execute(text(statement), values)


def _values(entry: Entry[int] | Entry[str]) -> dict[str, object]:
    return {"key": entry.key, **{f"c{number}": indexed(column) for number, column in enumerate(entry.columns)}}


def _listed(weights: Sequence[float]) -> str:
    return ", ".join(map(str, weights))


def _scope(doc_ids: Sequence[str] | None) -> tuple[str, dict[str, object]]:
    if doc_ids is None:
        return "", {}
    names: dict[str, object] = {f"doc{number}": doc_id for number, doc_id in enumerate(doc_ids[:_MAX_VARIABLES])}
    return f"AND c.doc_id IN ({', '.join(':' + name for name in names)})", names


def _match(words: Sequence[str], connective: str = " OR ") -> str:
    return connective.join('"' + word.replace('"', '""') + '"' for word in queried(words))
