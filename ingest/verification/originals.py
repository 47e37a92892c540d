"""Documents by themselves: their rows, and the copies of their files."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from ingest.files import digest_of
from ingest.registry import FAILED, PENDING, READY, REMOVED, RETIRED
from ingest.verification.problems import REPAIR, RESTORE, Kind, Problem

ORIGINALS = "originals"
_STATUSES = (PENDING, READY, FAILED, RETIRED, REMOVED)
_MISSING = "its file is missing"
_SHA256 = re.compile(r"[0-9a-f]{64}")


def is_id(name: str) -> bool:
    """Whether a name is a document's id: a SHA-256 in hexadecimal."""
    return _SHA256.fullmatch(name) is not None


def label(document: Row[Any], page_number: int = 0) -> str:
    """A document, or one of its pages, for people."""
    page = f", page {page_number}" if page_number else ""
    return f"{document.name} ({document.doc_id[:12]}){page}"


def check_row(document: Row[Any]) -> Iterator[Problem]:
    """A document's row."""
    if not is_id(document.doc_id):
        yield _of(document, "its id is no SHA-256")
    if document.status not in _STATUSES:
        yield _of(document, f"its status is {document.status!r}, which does not exist")
    if document.status == REMOVED:
        what = "its removal was begun and not finished"
        yield Problem(Kind.REMOVAL, label(document), what, REPAIR, True, document.doc_id)
    if document.status == READY and (not document.reader or document.page_count < 1):
        yield _of(document, "it is visible without pages")
    if document.page_count < 0 or document.size < 0:
        yield _of(document, "its row holds a negative number")


def _of(document: Row[Any], what: str) -> Problem:
    return Problem(Kind.DOCUMENT, label(document), what, RESTORE, doc_id=document.doc_id)


def check_original(folder: Path, document: Row[Any], places: Sequence[str]) -> Iterator[Problem]:
    """The copy of a document's file: whole, and what its id says.

    A document that is not finished, or failed, need not have one.

    Args:
        folder: the library's.
        document: its row.
        places: paths that it was added from.
    """
    path = folder / ORIGINALS / document.doc_id
    what = fault_of(path, document.doc_id)
    if what == _MISSING and document.status in (PENDING, FAILED):
        return
    if not what and path.stat().st_size != document.size:
        yield _of(document, f"its size is entered as {document.size} bytes, its file has {path.stat().st_size}")
    if what:
        place = next((place for place in places if is_copy(place, document)), "")
        remedy = f"{REPAIR} from {place}" if place else RESTORE
        name = f"{ORIGINALS}/{document.doc_id}"
        where = f"{label(document)}, original"
        yield Problem(Kind.ORIGINAL, where, what, remedy, bool(place), document.doc_id, path=name)


def is_copy(place: str, document: Row[Any]) -> bool:
    """Whether the file at a path, which may be anything by now, still is the document."""
    # Devices and pipes would be read forever; and what has another size need not be read.
    return (
        os.path.isfile(place) and os.path.getsize(place) == document.size and not fault_of(Path(place), document.doc_id)
    )


def fault_of(path: Path, doc_id: str) -> str:
    """Why a file is not the document of an id, in words; empty where it is."""
    try:
        found = digest_of(path)
    except FileNotFoundError:
        return _MISSING
    except OSError as error:
        return f"its file cannot be read ({error.strerror or error})"
    return "" if found == doc_id else "its file is damaged: the bytes are not those of its id"
