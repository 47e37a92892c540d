"""Files that nothing names any more: of removed documents, of killed runs, of pages that were read anew."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection

from ingest import journal, registry
from ingest.errors import DocumentBusy
from ingest.verification.journal import PAGES
from ingest.verification.originals import ORIGINALS, is_id
from ingest.verification.problems import REPAIR, Kind, Problem

LOCKS = "locks"
# Where an import unpacks, and what it holds meanwhile.
STAGING, IMPORT_LOCK = "import.part", "import.lock"
_PART = ".part"
_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class Place:
    """Where to look, and how to be sure.

    Attributes:
        folder: the library's.
        reading: gives a connection that sees the library as it is now.
        claim: claims a document; raises DocumentBusy where another process works on it.
    """

    folder: Path
    reading: Callable[[], AbstractContextManager[Connection]]
    claim: Callable[[str], AbstractContextManager[object]]


def check_leftovers(place: Place) -> Iterator[Problem]:
    """All files below the library's folder that no row names and no process is about to name."""
    for name in _names(place.folder / PAGES):
        yield from _settled(place, name, _image_leftovers)
    for name in _names(place.folder / ORIGINALS):
        yield from _settled(place, name.removesuffix(_PART), partial(_original_leftovers, name))
    for name in _names(place.folder / LOCKS):
        if name.endswith(_LOCK) and not _is_held(place.folder / LOCKS / name):
            yield _leftover(f"{LOCKS}/{name}", "the process that held it was killed")
    if (place.folder / STAGING).exists() and not _is_held(place.folder / IMPORT_LOCK):
        yield _leftover(STAGING, "an import was killed")


def busy_documents(folder: Path) -> list[str]:
    """Documents that a process works on now.

    Args:
        folder: the library's.
    """
    locks = [name for name in _names(folder / LOCKS) if name.endswith(_LOCK)]
    return [name.removesuffix(_LOCK) for name in locks if _is_held(folder / LOCKS / name)]


def _settled(place: Place, doc_id: str, look: Callable[[Place, str], list[Problem]]) -> list[Problem]:
    """What is found, also while nobody works on the document: a file is there before its row is."""
    if not is_id(doc_id) or not look(place, doc_id):
        return []  # files that are not ours are left alone
    try:
        with place.claim(doc_id):
            return look(place, doc_id)
    except DocumentBusy:
        return []


def _image_leftovers(place: Place, doc_id: str) -> list[Problem]:
    folder = place.folder / PAGES / doc_id
    with place.reading() as connection:
        if not registry.get_status(connection, doc_id):
            return [_leftover(f"{PAGES}/{doc_id}", "no document has this id")]
        named = journal.image_names(connection, doc_id)
    return [_leftover(f"{PAGES}/{doc_id}/{name}", "no page names it") for name in _names(folder) if name not in named]


def _original_leftovers(name: str, place: Place, doc_id: str) -> list[Problem]:
    path = f"{ORIGINALS}/{name}"
    if name.endswith(_PART):
        return [_leftover(path, "it was only half written")]
    with place.reading() as connection:
        known = registry.get_status(connection, doc_id)
    return [] if known else [_leftover(path, "no document has this id")]


def _leftover(path: str, what: str) -> Problem:
    return Problem(Kind.LEFTOVER, path, f"left behind: {what}", REPAIR, True, path=path)


def _names(folder: Path) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            yield from (entry.name for entry in entries)
    except (FileNotFoundError, NotADirectoryError):
        return


def _is_held(path: Path) -> bool:
    if not path.exists():
        return False
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(blocking=False)
    except (Timeout, OSError):
        return True
    lock.release()
    return False
