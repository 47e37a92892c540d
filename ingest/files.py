"""Which files to ingest, and what they are: found by content, never by name alone."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ingest.errors import BrokenFile, DocumentError, EmptyFile, UnsupportedFile
from ingest.types import SourceDocument

PDF = "application/pdf"
SUFFIXES = frozenset({".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp"})
READABLE = "PDF, PNG, JPEG, TIFF and WebP"
LIBRARY_FILE = "library.sqlite3"  # what makes a folder a library
MARKER_FILE = "library.json"  # makes it one whose database is on a server, with the id that the database has too
_HEADER_BYTES = 1024


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """List the files to ingest, in a stable order, each once.

    A folder gives the files below it whose suffix is in `SUFFIXES`; hidden ones are left out, and so are the page
    images of a library that lies in it. A path that is not a folder is given back as it is, whatever it is:
    `identify` says what is wrong with it.
    """
    seen: set[Path] = set()
    for path in paths:
        for found in _files_below(path) if os.path.isdir(path) else [path]:
            if found not in seen:
                seen.add(found)
                yield found


def _files_below(folder: Path) -> list[Path]:
    marks = (mark for name in (LIBRARY_FILE, MARKER_FILE) for mark in folder.rglob(name))
    libraries = {mark.parent for mark in marks if is_library(mark.parent)}
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES
        and os.path.isfile(path)
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and libraries.isdisjoint(path.parents)
    )


def is_library(folder: Path) -> bool:
    """Whether a folder is that of a library, wherever its database is; one that nobody may look into is none."""
    return os.path.isfile(folder / LIBRARY_FILE) or bool(marked_id(folder))


def marked_id(folder: Path) -> str:
    """The id in the folder of a library whose database is on a server; empty where it is none."""
    try:
        return str(json.loads((folder / MARKER_FILE).read_text(encoding="utf-8"))["library_id"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""


def identify(path: Path) -> SourceDocument:
    """Read a file's identity and type.

    Raises:
        DocumentError: the path is missing, unreadable, empty, or not of a type we read.
    """
    try:
        # Before its bytes: a change while they are read shows as a change.
        known = path.stat()
        if path.is_dir():
            raise UnsupportedFile("is a folder; give the files in it")
        if known.st_size == 0:
            raise EmptyFile("the file is empty (0 bytes); copy or scan it again")
        with path.open("rb") as stream:
            media_type = _media_type(stream.read(_HEADER_BYTES))
            stream.seek(0)
            doc_id = hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise DocumentError("no such file; check the path") from error
    except PermissionError as error:
        raise DocumentError("no permission to read it; change the file's permissions") from error
    except OSError as error:
        raise BrokenFile(f"cannot be read: {error.strerror or error}") from error
    return SourceDocument(
        doc_id=doc_id,
        name=as_text(path.name),
        path=Path(os.path.abspath(path)),
        media_type=media_type,
        size=known.st_size,
        modified=known.st_mtime_ns,
    )


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex: a document's id.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def as_text(name: str) -> str:
    """A file name that any encoding can write: bytes that are no UTF-8 become the replacement character."""
    return os.fsencode(name).decode("utf-8", errors="replace")


def _media_type(head: bytes) -> str:
    # Adobe's readers accept the PDF header anywhere in the first 1,024 bytes (ISO 32000-1, annex H.3).
    if b"%PDF-" in head:
        return PDF
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head[:4] in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"):
        return "image/tiff"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    raise UnsupportedFile(f"its content is none of {READABLE}; convert it to PDF first")
