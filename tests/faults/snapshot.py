"""Everything that a library holds, in a form that two libraries can be compared by."""

import hashlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.files import LIBRARY_FILE
from ingest.library import Library

Snapshot = dict[str, Any]

# Columns that differ between two runs that did the same: times, and numbers that only order rows.
_VOLATILE = {"added_at", "row", "seq"}
_TABLES = ("documents", "paths", "pages", "readings", "chunks")
_FACTS = ("format", "embedding_model")
_FULL_TEXT = {
    "chunk_terms": (
        "SELECT c.chunk_id, t.title, t.heading, t.body FROM chunk_terms t LEFT JOIN chunks c ON c.row = t.rowid"
    ),
    "document_terms": "SELECT doc_id, title, intro, name FROM document_terms",
}


def take(folder: Path) -> Snapshot:
    """Everything in a library: rows, full text, files, and which chunks its Chroma finds by their own vectors."""
    found: Snapshot = {}
    connection = sqlite3.connect(folder / LIBRARY_FILE)
    connection.row_factory = sqlite3.Row
    try:
        for table in _TABLES:
            rows = connection.execute(f"SELECT * FROM {table}").fetchall()
            found[table] = sorted([_stable(row) for row in rows], key=repr)
        for table, query in _FULL_TEXT.items():
            found[table] = sorted([tuple(row) for row in connection.execute(query)], key=repr)
        found["facts"] = [tuple(r) for r in connection.execute("SELECT * FROM facts ORDER BY name") if r[0] in _FACTS]
    finally:
        connection.close()
    found["files"] = {name: content for name, content in _files(folder)}
    found["vectors"] = _vectors(folder)
    return found


@dataclass(frozen=True, slots=True)
class Difference:
    """In what a part of two libraries differs.

    Attributes:
        part: which: a table, the files, the vectors.
        lost: what the first has alone.
        ghosts: what the second has alone.
    """

    part: str
    lost: tuple[Any, ...]
    ghosts: tuple[Any, ...]

    def __str__(self) -> str:
        return f"{self.part}: missing {str(self.lost)[:300]}; too many {str(self.ghosts)[:300]}"


def differences(one: Snapshot, other: Snapshot) -> list[Difference]:
    """In what two libraries differ, part by part; none where they are the same."""
    return [_difference(part, one[part], other[part]) for part in one if one[part] != other[part]]


def _difference(part: str, mine: Any, its: Any) -> Difference:
    mine, its = (list(side.items()) if isinstance(side, dict) else list(side) for side in (mine, its))
    lost, ghosts = list(mine), []
    for item in its:  # one by one: a row that is there twice is a ghost, too
        if item in lost:
            lost.remove(item)
        else:
            ghosts.append(item)
    return Difference(part, tuple(lost), tuple(ghosts))


def _stable(row: sqlite3.Row) -> dict[str, Any]:
    return {name: row[name] for name in row.keys() if name not in _VOLATILE}


def _files(folder: Path) -> list[tuple[str, str]]:
    """Files but for the database and Chroma's, which are compared by what is in them; leftovers count, too."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file() and not name.startswith((LIBRARY_FILE, "chroma/")):
            found.append((name, hashlib.sha256(path.read_bytes()).hexdigest()))
    return found


def _vectors(folder: Path) -> dict[str, str]:
    """What Chroma finds nearest to the vector of each chunk; as many as there are chunks, each of them itself."""
    with Library(folder) as library:
        found = {}
        everything: set[str] = set()
        for record in library.documents():
            chunks, vectors = library.document_chunks(record.doc_id)
            for chunk, vector in zip(chunks, vectors, strict=True):
                nearest = library.search_dense([float(value) for value in vector], 1000)
                everything |= {chunk_id for chunk_id, _ in nearest}
                best = [chunk_id for chunk_id, score in nearest if score > nearest[0][1] - 1e-5]
                found[chunk.chunk_id] = "found" if chunk.chunk_id in best else f"not found, but {best}"
        return found | {chunk_id: "a ghost" for chunk_id in everything - set(found)}
