"""The tables of a library as they are today, whatever version of Pagecite made it.

Each step leads from one format to the next. All steps that a library needs run in one transaction: a library is of the
old format or of the new one, never in between. A copy of the old file stays beside it until something is removed.
"""

import logging
import sqlite3
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import Connection, insert, inspect, select, text, update

from ingest.errors import LibraryError, LibraryNotWritable
from ingest.schema import FORMAT_VERSION, documents, facts, metadata, pages

logger = logging.getLogger(__name__)

_COPY = "{name}.format-{version}.bak"


def prepare(connection: Connection, where: str, database: Path | None = None) -> None:
    """Make the tables of a new library, or bring those of an older one up to date.

    Args:
        connection: inside a transaction.
        where: what the library is called in messages: its file, or its server.
        database: the file, where there is one.

    Raises:
        LibraryError: it was written by a newer version of Pagecite, or by none.
        LibraryNotWritable: the copy of the old file cannot be written.
    """
    if not inspect(connection).has_table(facts.name):
        _create(connection)
        return
    version = _version(connection, where)
    if version < FORMAT_VERSION and database is not None:
        _keep_copy(database, version)
    for step in range(version, FORMAT_VERSION):
        logger.info("%s: from format %d to %d", where, step, step + 1)
        STEPS[step](connection)
        connection.execute(update(facts).where(facts.c.name == "format").values(value=str(step + 1)))
    metadata.create_all(connection)


def delete_copies(database: Path) -> None:
    """Delete the copies of older formats: they hold what is removed from the library."""
    for copy in database.parent.glob(_COPY.format(name=database.name, version="*")):
        logger.info("%s is deleted: it may hold what is removed now", copy)
        copy.unlink(missing_ok=True)


def _create(connection: Connection) -> None:
    metadata.create_all(connection)
    values = {"format": str(FORMAT_VERSION), "library_id": uuid.uuid4().hex, "purges": "0", "purged": "0"}
    connection.execute(insert(facts), [{"name": name, "value": value} for name, value in values.items()])


def _version(connection: Connection, where: str) -> int:
    known = connection.scalar(select(facts.c.value).where(facts.c.name == "format"))
    if known is None or not known.isdecimal() or not 1 <= int(known):
        raise LibraryError(f"{where} is damaged (it does not say its format); put back a backup.")
    if int(known) > FORMAT_VERSION:
        raise LibraryError(
            f"{where} was written by a newer version of Pagecite (format {known}, this one reads {FORMAT_VERSION}); "
            "update Pagecite."
        )
    return int(known)


def _keep_copy(database: Path, version: int) -> None:
    """Copy a database's file as it is before the transaction that is under way."""
    copy = database.with_name(_COPY.format(name=database.name, version=version))
    part = copy.with_name(copy.name + ".part")
    try:
        part.unlink(missing_ok=True)
        with closing(sqlite3.connect(database)) as old, closing(sqlite3.connect(part)) as new:
            old.backup(new)
        part.replace(copy)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise LibraryNotWritable(
            f"{copy}, the copy of the library as it was, cannot be written ({error}); check permissions and free space."
        ) from error
    logger.info("%s is of format %d; a copy of it is kept as %s", database, version, copy)


def _to_format_2(connection: Connection) -> None:
    """Pages by reader beside each other; documents with the reader that is visible; files with size and date."""
    for statement in _FORMAT_2:
        connection.execute(text(statement))
    _name_images(connection)
    for doc_id in connection.scalars(select(documents.c.doc_id).where(documents.c.status == "ready")).all():
        _choose_reader(connection, doc_id)
    new = {"library_id": uuid.uuid4().hex, "purges": "0", "purged": "0"}
    connection.execute(insert(facts), [{"name": name, "value": value} for name, value in new.items()])


_COLUMNS_1 = "doc_id, page_number, reader, engine, source, blocks, lines, warnings, confidence, status, reason"
_FORMAT_2 = (
    "ALTER TABLE documents ADD COLUMN reader TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE documents ADD COLUMN superseded_by TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE paths ADD COLUMN size BIGINT",
    "ALTER TABLE paths ADD COLUMN modified BIGINT",
    "ALTER TABLE paths ADD COLUMN version INTEGER NOT NULL DEFAULT 1",
    "CREATE INDEX paths_by_path ON paths (path)",
    "ALTER TABLE pages RENAME TO pages_1",
    "CREATE TABLE pages ("
    "doc_id TEXT NOT NULL REFERENCES documents (doc_id) ON DELETE CASCADE, page_number INTEGER NOT NULL, "
    "reader TEXT NOT NULL, engine TEXT NOT NULL, source TEXT NOT NULL, blocks TEXT NOT NULL, lines TEXT NOT NULL, "
    "warnings TEXT NOT NULL, confidence FLOAT NOT NULL, image TEXT NOT NULL DEFAULT '', status TEXT NOT NULL, "
    "reason TEXT NOT NULL, PRIMARY KEY (doc_id, page_number, reader))",
    f"INSERT INTO pages ({_COLUMNS_1}) SELECT {_COLUMNS_1} FROM pages_1",
    "DROP TABLE pages_1",
)


def _name_images(connection: Connection) -> None:
    """Images had the page's number for a name, with four digits or more."""
    read = pages.c.status.in_(("done", "review"))
    for number in connection.scalars(select(pages.c.page_number).where(read).distinct()).all():
        statement = update(pages).where(pages.c.page_number == number, read)
        connection.execute(statement.values(image=f"{number:04d}.webp"))


def _choose_reader(connection: Connection, doc_id: str) -> None:
    """Make the reader of most of a visible document's pages its reader.

    A page that could not be read again kept its earlier reader; what read it stands in its column ``engine`` as well.
    """
    readers = connection.scalars(select(pages.c.reader).where(pages.c.doc_id == doc_id)).all()
    if readers:
        [(reader, _)] = Counter(sorted(readers)).most_common(1)
        connection.execute(update(pages).where(pages.c.doc_id == doc_id).values(reader=reader))
        connection.execute(update(documents).where(documents.c.doc_id == doc_id).values(reader=reader))


def _to_format_3(connection: Connection) -> None:
    """Fields, in tables of their own. Those of documents that are there already are looked for on request."""


# The step that leads on from a format.
STEPS: Mapping[int, Callable[[Connection], None]] = {1: _to_format_2, 2: _to_format_3}
