"""The database by itself: whether its file is whole, and its rows belong together."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, func, select

from ingest.errors import LibraryError
from ingest.facts import LIBRARY_ID, MODEL, get_fact
from ingest.registry import READY
from ingest.schema import (
    chunks,
    corrections,
    documents,
    extractions,
    fields,
    findings,
    metadata,
    pages,
    paths,
    readings,
)
from ingest.verification.problems import REPAIR, RESTORE, Kind, Problem

OWNED = (paths, pages, readings, chunks, extractions, fields, corrections, findings)  # rows of documents
_MOST = 20  # complaints of SQLite about one file; a page that is garbled brings hundreds
_BUSY_SECONDS = 60
_DAMAGED = "do not write to it; put a backup in its place with `ingest import --replace`"
_BUSY_CODES = (5, 6)  # SQLITE_BUSY, SQLITE_LOCKED
_KINDS: dict[type, tuple[str, ...]] = {
    str: ("text",),
    int: ("integer",),
    float: ("real", "integer"),
    bytes: ("blob",),
}
_LIBRARY_ID = re.compile(r"[0-9a-f]{32}")


def check_file(path: Path) -> list[Problem]:
    """Have SQLite check its file, page by page and index by index, and each value's type. The file is only read.

    Raises:
        LibraryError: another process has it for itself.
    """
    try:
        # Not by `Database`, which would make tables and bring older formats up to date.
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, timeout=_BUSY_SECONDS, uri=True)) as connection:
            faults = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({_MOST})")]
            faults = [fault for fault in faults if fault != "ok"] or _mistyped(connection)
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _BUSY_CODES:
            raise LibraryError(f"{path} was busy for {_BUSY_SECONDS} s; try again after the other job.") from error
        faults = [str(error)]
    return [Problem(Kind.DATABASE, path.name, f"the file is damaged ({fault})", _DAMAGED) for fault in faults]


def _mistyped(connection: sqlite3.Connection) -> list[str]:
    """Columns that hold values of another type than theirs, which SQLite by itself allows."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    found: list[str] = []
    for table in (table for table in metadata.sorted_tables if table.name in tables):
        there = {row[1] for row in connection.execute(f"PRAGMA table_info({table.name})")}
        for column in (column for column in table.c if column.name in there):
            kinds = _KINDS[column.type.python_type] + (("null",) if column.nullable else ())
            listed = ", ".join(f"'{kind}'" for kind in kinds)
            query = f'SELECT 1 FROM {table.name} WHERE typeof("{column.name}") NOT IN ({listed}) LIMIT 1'
            if connection.execute(query).fetchone():
                found.append(f"{table.name}.{column.name} holds what is no {kinds[0]}")
    return found


def check_rows(connection: Connection) -> Iterator[Problem]:
    """What is known of the library as a whole, and rows that belong to nothing."""
    if not _LIBRARY_ID.fullmatch(get_fact(connection, LIBRARY_ID)):
        yield Problem(Kind.DATABASE, "facts", "the library has no id", RESTORE)
    some = connection.scalar(select(chunks.c.row).limit(1)) is not None
    if some and not get_fact(connection, MODEL):
        what = "there are vectors, but not the name of the model that made them"
        yield Problem(Kind.DATABASE, "facts", what, "`ingest reindex` makes them again")
    for table in OWNED:
        known = select(documents.c.doc_id).where(documents.c.doc_id == table.c.doc_id)
        query = select(table.c.doc_id, func.count()).where(~known.exists()).group_by(table.c.doc_id)
        for doc_id, count in connection.execute(query, execution_options={"yield_per": 1000}):
            where = f"document {doc_id[:12]}"
            what = f"{count} rows of {table.name} are left of it, but not the document"
            yield Problem(Kind.REMOVAL, where, what, REPAIR, True, doc_id)
    yield from _check_versions(connection)


def _check_versions(connection: Connection) -> Iterator[Problem]:
    """A file has one visible version, and what took a retired one's place is there."""
    visible = select(paths.c.path).join(documents).where(documents.c.status == READY)
    several = visible.group_by(paths.c.path).having(func.count() > 1)
    for path in connection.scalars(several, execution_options={"yield_per": 1000}):
        yield Problem(Kind.DOCUMENT, path, "several visible documents are entered for it", "add the file again")
    newer = documents.alias()
    known = select(newer.c.doc_id).where(newer.c.doc_id == documents.c.superseded_by)
    lost = select(documents).where(documents.c.superseded_by != "", ~known.exists())
    for row in connection.execute(lost, execution_options={"yield_per": 1000}):
        what = f"the document that took its place ({row.superseded_by[:12]}) is not there"
        yield Problem(Kind.DOCUMENT, row.name, what, "remove it, or add its file again", doc_id=row.doc_id)
