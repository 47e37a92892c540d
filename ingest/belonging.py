"""Which folder and which database belong together: the files of documents in one, what is known of them in the other.

A library on a server has a file ``library.json`` in its folder, with the id that its database has too.
"""

import json
from pathlib import Path

from sqlalchemy import Connection, select, update

from ingest.errors import LibraryError, LibraryNotWritable
from ingest.files import LIBRARY_FILE, MARKER_FILE, marked_id
from ingest.schema import facts

_SETTING = "PAGECITE_DATABASE_URL"
_FILES = ("pages", "originals")


def check_readable(folder: Path) -> None:
    """Make sure that one may look into a library's folder, where there is one.

    Raises:
        LibraryError: one may not.
    """
    try:
        (folder / LIBRARY_FILE).stat()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        raise LibraryError(
            f"{folder} cannot be read ({error.strerror or error}); check permissions and the path."
        ) from error


def check_place(folder: Path, place: str, *, on_server: bool) -> None:
    """Make sure, before anything is opened, that a folder is not that of a library whose database is elsewhere.

    Raises:
        LibraryError: it is, or its database is gone; or nobody may look into it.
    """
    check_readable(folder)
    if on_server:
        if (folder / LIBRARY_FILE).exists():
            raise LibraryError(
                f"{folder} is a library with a database of its own, {LIBRARY_FILE}; unset {_SETTING}, or choose "
                "another folder with --library. `ingest export` and `ingest import` move a library to a server."
            )
        return
    if marked_id(folder):
        raise LibraryError(f"The database of {folder} is on a server; name it in {_SETTING}.")
    files = _files(folder)  # looked for first: others make the database before them
    if files and not _has_bytes(folder / LIBRARY_FILE):
        raise _lost(folder, files, place)


def check_new(folder: Path, place: str) -> None:
    """Make sure that an empty database is not taken for that of a folder which has files.

    Raises:
        LibraryError: it would be, and the files would belong to nothing.
    """
    if files := _files(folder):
        raise _lost(folder, files, place)


def check_belonging(connection: Connection, folder: Path, place: str) -> None:
    """Make sure that a database on a server is that of a folder.

    Raises:
        LibraryError: it is not.
    """
    if marked_id(folder) != _known_id(connection):
        raise LibraryError(
            f"{place} is not that of the library folder {folder}; choose the folder that belongs to it with --library, "
            f"or another database with {_SETTING}."
        )


def settle_belonging(connection: Connection, folder: Path) -> None:
    """Let a new database and a folder belong together.

    The folder's file is written first: a process that is killed in between leaves a file without a database, which the
    next one takes up.

    Raises:
        LibraryNotWritable: the file cannot be written.
    """
    known = marked_id(folder)
    if known:
        connection.execute(update(facts).where(facts.c.name == "library_id").values(value=known))
        return
    marker, part = folder / MARKER_FILE, folder / f"{MARKER_FILE}.part"
    try:
        part.write_text(json.dumps({"library_id": _known_id(connection)}) + "\n", encoding="utf-8")
        part.replace(marker)
    except OSError as error:
        raise LibraryNotWritable(
            f"{marker} cannot be written ({error.strerror or error}); check permissions and free space."
        ) from error


def _known_id(connection: Connection) -> str:
    return connection.scalar(select(facts.c.value).where(facts.c.name == "library_id")) or ""


def _files(folder: Path) -> str:
    """Which of the folders of documents' files are there, and not empty."""
    return ", ".join(name for name in _FILES if any((folder / name).glob("*")))


def _has_bytes(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _lost(folder: Path, files: str, place: str) -> LibraryError:
    return LibraryError(
        f"{folder} has files of documents ({files}), but {place} is gone or empty; put back a backup with `ingest "
        "import`, or move the folder away and ingest again."
    )
