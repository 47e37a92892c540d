"""An archive into a library.

It is unpacked beside the library and checked: every bit of it, then every document, page and vector. Only then files
are moved to their places and all rows are replaced, in one transaction: questions see the old library or the new one.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, delete, insert, select

from ingest.archive.manifest import ORIGINALS, PAGES, Manifest
from ingest.archive.target import State, Target
from ingest.archive.transfer import ROWS, read_rows
from ingest.archive.unpack import unpack
from ingest.database import continue_numbers
from ingest.errors import ArchiveError, LibraryNotWritable
from ingest.facts import LIBRARY_ID, MODEL, PURGES, get_count, get_fact, set_fact
from ingest.fulltext import rebuild_fulltext
from ingest.library import Library
from ingest.meter import Meter
from ingest.passages import log_change
from ingest.schema import documents
from ingest.settings import Settings
from ingest.verification import Kind, Problem, Verification

# About a file, that is: a library may have lost some when it was exported, and is better than none.
_BEARABLE = (Kind.ORIGINAL, Kind.IMAGE, Kind.UNFINISHED)
_MOST = 3  # problems named in an error


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Attributes:
        manifest: what the archive says of itself.
        flaws: files that were lost or damaged before the archive was made.
        aside: where a library that was broken was put; None where there was none.
    """

    manifest: Manifest
    flaws: tuple[Problem, ...]
    aside: Path | None


def import_library(archive: Path, settings: Settings, meter: Meter, *, replace: bool = False) -> Imported:
    """Put the library of an archive into the folder, and the database, that the settings name.

    Args:
        archive: of `ingest.archive.export_library`. It is only read.
        settings: name the library. It may be missing, or empty.
        meter: is told how it goes.
        replace: let it take the place of a library that has documents, or is damaged.

    Raises:
        ArchiveError: the archive is damaged, of a newer version or none of ours; or there is a library already.
        LibraryNotWritable: the library's folder or database cannot be written, for example because the disk is full.
        LibraryError: the library that is there cannot be opened.
    """
    name = os.path.abspath(archive)
    target = Target(settings)
    with _opened(Path(name)) as stream, target.alone() as staging:
        target.check(os.fstat(stream.fileno()).st_size, replace=replace)
        manifest = unpack(stream, name, staging, meter)
        flaws = _verified(staging, name, meter)
        with target.opened(manifest.library_id) as library, Library(staging) as source:
            meter.begin("library")
            _move_files(staging, library.folder)
            with source.reading() as rows, library.writing() as connection:
                _replace_rows(rows, connection, meter)
                if target.state is not State.FULL and not target.on_server:
                    set_fact(connection, LIBRARY_ID, manifest.library_id)
            library.sweep(everywhere=True)
    return Imported(manifest, flaws, target.aside)


@contextmanager
def _opened(archive: Path) -> Iterator[BinaryIO]:
    if not archive.is_file():
        what = "is no file" if archive.exists() else "is not there"
        raise ArchiveError(f"{archive} {what}; give the name of an archive that `ingest export` wrote.")
    try:
        stream = archive.open("rb")
    except OSError as error:
        raise ArchiveError(f"{archive} cannot be read ({error.strerror or error}); check permissions.") from error
    with stream:
        yield stream


def _verified(staging: Path, name: str, meter: Meter) -> tuple[Problem, ...]:
    """Bring the unpacked library to today's format and look at all of it; give back what can be borne."""
    with Library(staging) as library:
        check = Verification(library, meter)
        found = [*check.check_truth(), *check.check_leftovers()]
    problems = [finding for finding in found if isinstance(finding, Problem)]
    if bad := [problem for problem in problems if problem.kind not in _BEARABLE or not problem.path]:
        listed = "; ".join(f"{problem.where}: {problem.what}" for problem in bad[:_MOST])
        more = f"; and {len(bad) - _MOST} more" if len(bad) > _MOST else ""
        raise ArchiveError(f"{name} holds a library that is not in order ({listed}{more}); nothing of it is imported.")
    return tuple(problems)


def _move_files(staging: Path, folder: Path) -> None:
    """Move originals and images to their places. Their names tell their content: one that is there is the same."""
    try:
        for source in (staging / ORIGINALS, *(staging / PAGES).glob("*")):
            place = folder / source.relative_to(staging)
            place.mkdir(parents=True, exist_ok=True)
            for path in list(source.glob("*")):
                path.replace(place / path.name)
    except OSError as error:
        raise LibraryNotWritable(
            f"{folder} cannot be written ({error.strerror or error}); check permissions and free space."
        ) from error
    if hasattr(os, "sync"):
        os.sync()  # the files are safe before the rows that name them


def _replace_rows(source: Connection, target: Connection, meter: Meter) -> None:
    """Put all rows of one library in place of another's, with a full-text index of them."""
    old = list(target.scalars(select(documents.c.doc_id)))
    for table in reversed(ROWS):
        target.execute(delete(table))
    for table in ROWS:
        for rows in read_rows(source, table):
            target.execute(insert(table), rows)
            meter.step()
    continue_numbers(target)
    rebuild_fulltext(target)
    set_fact(target, MODEL, get_fact(source, MODEL))
    set_fact(target, PURGES, str(get_count(target, PURGES) + len(old)))
    # Not the archive's own log: every process that has the old vectors must hear of all that changed.
    for doc_id in {*old, *target.scalars(select(documents.c.doc_id))}:
        log_change(target, doc_id)
