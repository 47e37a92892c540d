"""An archive's entries into a folder. Archives are untrusted: what is not exactly as it must be is refused."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from sqlalchemy import create_engine

from ingest.archive.manifest import DATABASE, MANIFEST, MOST_BYTES, Manifest, read_manifest
from ingest.archive.tar import TarReader
from ingest.archive.transfer import TRUTH, count_rows
from ingest.errors import ArchiveError, LibraryNotWritable
from ingest.facts import LIBRARY_ID, get_fact
from ingest.meter import Meter
from ingest.schema import FORMAT_VERSION, metadata
from ingest.verification.database import check_file

# DATABASE, and what may lie in ORIGINALS and PAGES
_NAME = re.compile(r"library\.sqlite3|originals/[0-9a-f]{64}|pages/[0-9a-f]{64}/[0-9]{4,9}(-[0-9a-f]{12})?\.webp")


def unpack(stream: BinaryIO, name: str, folder: Path, meter: Meter) -> Manifest:
    """Write an archive's entries into a folder and check every bit of them.

    Args:
        stream: the archive.
        name: what it is called in messages.
        folder: where to; it must be there and empty.
        meter: is told how it goes.

    Raises:
        ArchiveError: it is damaged, cut off, of a newer version or none of ours.
        LibraryNotWritable: the folder cannot be written.
    """
    try:
        with TemporaryFile(dir=folder) as sums:
            reader = TarReader(stream, sums, name)
            entries = reader.entries()
            manifest = _manifest(reader, entries, name)
            meter.begin("files", 1 + manifest.documents + manifest.pages)
            for entry, size in entries:
                _write(reader, entry, size, folder, name)
                meter.step()
    except OSError as error:
        raise LibraryNotWritable(
            f"{folder.parent} cannot be written ({error.strerror or error}); check permissions and free space."
        ) from error
    if fault := _database_fault(folder / DATABASE, manifest):
        raise ArchiveError(f"{name} is damaged: {fault}; nothing of it is imported.")
    return manifest


def _manifest(reader: TarReader, entries: Iterator[tuple[str, int]], name: str) -> Manifest:
    entry, size = next(entries, ("", 0))
    if entry != MANIFEST or size > MOST_BYTES:
        raise ArchiveError(f"{name} was not written by `ingest export`.")
    return read_manifest(b"".join(reader.pieces(entry, size)), name, FORMAT_VERSION)


def _write(reader: TarReader, entry: str, size: int, folder: Path, name: str) -> None:
    if not _NAME.fullmatch(entry):
        raise ArchiveError(f"{name} holds {entry!r}, which no export writes; nothing of it is imported.")
    target = folder / entry
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        stream = target.open("xb")
    except FileExistsError as error:
        raise ArchiveError(f"{name} holds {entry} twice; nothing of it is imported.") from error
    with stream:
        for piece in reader.pieces(entry, size):
            stream.write(piece)


def _database_fault(path: Path, manifest: Manifest) -> str:
    """Why a database is not one that an export writes, with what the manifest says; empty where it is."""
    if not path.is_file():
        return "it holds no database"
    try:
        if fault := _schema_fault(path, exact=manifest.library_format == FORMAT_VERSION):
            return fault
    except sqlite3.DatabaseError as error:
        return f"its database cannot be read ({error})"
    if problems := check_file(path):
        return f"its database: {problems[0].what}"
    engine = create_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as connection:
            known = count_rows(connection) | {
                "library_id": get_fact(connection, LIBRARY_ID),
                "library_format": get_fact(connection, "format"),
            }
    finally:
        engine.dispose()
    said = {name: getattr(manifest, name) for name in known} | {"library_format": str(manifest.library_format)}
    return "" if known == said else "its database is not what its manifest says"


def _schema_fault(path: Path, *, exact: bool) -> str:
    """Tables and indexes alone, of today's format exactly ours: a view or a trigger would run an archive's own code."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        found = _schema(connection)
    plain = all(
        kind in ("table", "index") and (sql or "CREATE INDEX").upper().startswith(("CREATE TABLE", "CREATE INDEX"))
        for kind, _, sql in found
    )
    engine = create_engine("sqlite://")
    with engine.connect() as model:
        metadata.create_all(model, tables=TRUTH)
        expected = {tuple(row) for row in model.exec_driver_sql(_SCHEMA)}
    engine.dispose()
    return "" if plain and (found == expected or not exact) else "its database has other tables than a library"


_SCHEMA = "SELECT type, name, sql FROM sqlite_master"


def _schema(connection: sqlite3.Connection) -> set[tuple[str, str, str | None]]:
    return set(connection.execute(_SCHEMA))
