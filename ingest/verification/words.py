"""The full-text index: an entry for each chunk and each visible document, no other, and each found by its own words."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection, select, text

from ingest.errors import LibraryError
from ingest.fulltext.index import indexed
from ingest.fulltext.tokenizer import tokenize
from ingest.registry import READY
from ingest.schema import chunks
from ingest.verification.problems import REPAIR, Kind, Problem

_BATCH = 200  # chunks in memory at once
_OWN_WORDS = 4  # by which an entry must be found
_SURE = re.compile("[0-9a-z\u4e00-\u9fff]")  # every version of FTS5 knows these for letters
_LONG = 100  # characters
_COLUMNS = (chunks.c.row, chunks.c.chunk_id, chunks.c.title, chunks.c.heading, chunks.c.text)

Reading = Callable[[], AbstractContextManager[Connection]]


def check_words(reading: Reading, watch: Callable[[], None]) -> Iterator[Problem]:
    """Compare the full-text index with the chunks and documents that it is made from, some at a time."""
    counts: dict[str, int] = defaultdict(int)
    try:
        with reading() as connection:
            for fault, query in _QUERIES[connection.dialect.name].items():
                counts[fault] += connection.scalar(text(query)) or 0
        for count in _wrong_entries(reading):
            counts["chunks are indexed with other words than they have"] += count
            watch()
    except LibraryError as error:
        # The database's file was found whole: it is the index that cannot be read.
        yield Problem(Kind.FULL_TEXT, "full text", f"it cannot be read ({error})", REPAIR, True)
        return
    for fault, count in counts.items():
        if count:
            yield Problem(Kind.FULL_TEXT, "full text", f"{count} {fault}", REPAIR, True)


_MISSING = "chunks are missing from it"
_LEFT = "of its entries belong to no chunk"
_BLIND = "of its segments cannot be looked up"
_UNKNOWN = "visible documents are not in it once"
_GONE = "of its documents are not visible"
_QUERIES = {
    "sqlite": {
        _MISSING: "SELECT count(*) FROM chunks WHERE row NOT IN (SELECT id FROM chunk_terms_docsize)",
        _LEFT: "SELECT count(*) FROM chunk_terms_docsize WHERE id NOT IN (SELECT row FROM chunks)",
        # FTS5's own tables (https://sqlite.org/fts5.html, "FTS5 Data Structures"): the bits above 37 number a segment.
        _BLIND: "SELECT count(DISTINCT id >> 37) FROM chunk_terms_data WHERE id > 10 AND id >> 37 NOT IN "
        "(SELECT segid FROM chunk_terms_idx)",
        _UNKNOWN: f"SELECT count(*) FROM documents WHERE status = '{READY}' AND doc_id NOT IN "
        "(SELECT doc_id FROM document_terms GROUP BY doc_id HAVING count(*) = 1)",
        _GONE: "SELECT count(*) FROM document_terms WHERE doc_id NOT IN "
        f"(SELECT doc_id FROM documents WHERE status = '{READY}')",
    },
    "postgresql": {
        _MISSING: "SELECT count(*) FROM chunks WHERE NOT EXISTS (SELECT 1 FROM chunk_lengths WHERE key = row)",
        _LEFT: "SELECT (SELECT count(*) FROM chunk_lengths WHERE NOT EXISTS (SELECT 1 FROM chunks WHERE row = key)) + "
        "(SELECT count(DISTINCT key) FROM chunk_postings WHERE NOT EXISTS (SELECT 1 FROM chunks WHERE row = key))",
        _UNKNOWN: f"SELECT count(*) FROM documents WHERE status = '{READY}' AND NOT EXISTS "
        "(SELECT 1 FROM document_lengths WHERE key = doc_id)",
        _GONE: "SELECT count(*) FROM document_lengths WHERE NOT EXISTS "
        f"(SELECT 1 FROM documents WHERE doc_id = key AND status = '{READY}')",
    },
}


def _wrong_entries(reading: Reading) -> Iterator[int]:
    """How many chunks of each batch have an entry that is not theirs."""
    last = -1
    while True:
        # Each batch sees one state: chunks and entries are written together.
        with reading() as connection:
            query = select(*_COLUMNS).where(chunks.c.row > last).order_by(chunks.c.row).limit(_BATCH)
            rows = connection.execute(query).all()
            if not rows:
                return
            wrong = _wrong_postings if connection.dialect.name == "postgresql" else _wrong_terms
            yield wrong(connection, rows)
        last = rows[-1].row


def _wrong_terms(connection: Connection, rows: Sequence[Any]) -> int:
    """SQLite: the entry holds the chunk's words, and is found by them."""
    entry = text("SELECT title, heading, body FROM chunk_terms WHERE rowid = :row")
    found = text("SELECT count(*) FROM chunk_terms WHERE rowid = :row AND chunk_terms MATCH :match")
    sized = text("SELECT count(*) FROM chunk_terms_docsize WHERE id = :row")
    wrong = 0
    for row in rows:
        expected = tuple(map(indexed, _columns(row)))
        kept = connection.execute(entry, {"row": row.row}).one_or_none()
        if kept is None:
            # One that is missing altogether is counted elsewhere.
            wrong += bool(connection.scalar(sized, {"row": row.row}))
            continue
        words = sorted(set(filter(_SURE.search, expected[2].split())), key=lambda word: (len(word), word))
        match = " AND ".join(f'"{word}"' for word in words[-_OWN_WORDS:])
        lost = bool(match) and not connection.scalar(found, {"row": row.row, "match": match})
        wrong += tuple(kept) != expected or lost
    return wrong


def _wrong_postings(connection: Connection, rows: Sequence[Any]) -> int:
    """PostgreSQL: the entry has as many tokens as the chunk, and each of them as often."""
    expected: dict[int, Counter[str]] = {row.row: Counter() for row in rows}
    for one in tokenize([[indexed(column) for column in _columns(row)] for row in rows]):
        expected[rows[one.text].row][one.token] += 1
    found: dict[int, Counter[str]] = defaultdict(Counter)
    query = text("SELECT key, token, cardinality(places) FROM chunk_postings WHERE key = ANY (:keys)")
    for key, token, count in connection.execute(query, {"keys": list(expected)}):
        found[key][token] = count
    lengths = text("SELECT key, length FROM chunk_lengths WHERE key = ANY (:keys)")
    return sum(
        not expected[key].total() == length == found[key].total()
        # Longer ones are stored shortened.
        or any(found[key][token] != count for token, count in expected[key].items() if len(token) < _LONG)
        for key, length in connection.execute(lengths, {"keys": list(expected)})
    )


def _columns(row: Any) -> tuple[str, str, str]:
    return row.title, row.heading, row.text
