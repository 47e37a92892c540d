"""Pages: one visible journal row each, whose text can be read, and an image that is what its name says."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import Connection, Row, select

from ingest.files import digest_of
from ingest.journal import DONE, FAILED, REVIEW
from ingest.records import page_from, recognition_from
from ingest.registry import READY
from ingest.schema import pages, readings
from ingest.types import PageText
from ingest.verification.originals import is_id, label
from ingest.verification.problems import REPAIR, RESTORE, Kind, Problem

PAGES = "pages"
# Images carry the beginning of their SHA-256; those of format 1 do not.
_IMAGE = re.compile(r"\d{4,9}(?:-(?P<hash>[0-9a-f]{12}))?\.webp")
_MOST_PIXELS = 100_000_000  # the highest value of PAGECITE_MAX_PIXELS
_HUGE = f"it has more than {_MOST_PIXELS // 1_000_000} million pixels"
_MISSING = "its file is missing"
_UNREADABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)  # of JSON that is not ours
_ROWS = 8  # pages in memory at once


@dataclass(frozen=True, slots=True)
class PageCheck:
    """What was found about one page.

    Attributes:
        page_number: 1-based.
        text: its text; None where it has none.
        problems: what is wrong.
    """

    page_number: int
    text: PageText | None
    problems: tuple[Problem, ...]


def check_pages(connection: Connection, folder: Path, document: Row[Any], *, mendable: bool) -> Iterator[PageCheck]:
    """The pages that are visible of a document, in order.

    Args:
        connection: to read from.
        folder: the library's.
        document: its row.
        mendable: whether its original is whole, so that pages can be made again from it.
    """
    query = select(pages).where(pages.c.doc_id == document.doc_id, pages.c.reader == document.reader)
    rows = connection.execute(query.order_by(pages.c.page_number), execution_options={"yield_per": _ROWS})
    expected = 1
    for row in rows:
        missing = range(expected, min(row.page_number, document.page_count + 1))
        yield from (_missing(document, number, mendable) for number in missing)
        yield _check(folder, document, row, mendable)
        expected = row.page_number + 1
    if document.reader:
        missing = range(expected, document.page_count + 1)
        yield from (_missing(document, number, mendable) for number in missing)


def is_image_name(name: str) -> bool:
    """Whether a name is one that page images get."""
    return _IMAGE.fullmatch(name) is not None


def hash_of(name: str) -> str:
    """Beginning of the SHA-256 of an image of this name; empty where the name does not tell."""
    found = _IMAGE.fullmatch(name)
    return (found and found["hash"]) or ""


def _missing(document: Row[Any], number: int, mendable: bool) -> PageCheck:
    return PageCheck(number, None, (_problem(document, number, "it has no row in the journal", mendable),))


def _check(folder: Path, document: Row[Any], row: Row[Any], mendable: bool) -> PageCheck:
    number, found = row.page_number, []
    text: PageText | None = None
    if not 1 <= number <= document.page_count:
        found.append(_problem(document, number, f"the document has {document.page_count} pages", False))
    elif row.status in (DONE, REVIEW):
        text, fault = _text_of(row)
        if fault:
            found.append(_problem(document, number, fault, mendable))
        if fault := _image_fault(folder, document.doc_id, row.image):
            found.append(_image_problem(document, row, fault, mendable))
    elif document.status == READY and row.status != FAILED:
        found.append(_problem(document, number, f"it is visible, but its status is {row.status!r}", mendable))
    return PageCheck(number, text, tuple(found))


def _problem(document: Row[Any], number: int, what: str, mendable: bool) -> Problem:
    remedy = f"{REPAIR}: the page is read again from the original" if mendable else RESTORE
    return Problem(Kind.PAGE, label(document, number), what, remedy, mendable, document.doc_id, number)


def _image_problem(document: Row[Any], row: Row[Any], what: str, mendable: bool) -> Problem:
    remedy = f"{REPAIR}: it is made again from the original" if mendable else RESTORE
    where = f"{label(document, row.page_number)}, image"
    path = f"{PAGES}/{document.doc_id}/{row.image}" if is_image_name(row.image) else ""
    # No page that we rendered is so large: it is somebody's trap, not a loss.
    kind = Kind.PAGE if what == _HUGE or not path else Kind.IMAGE
    return Problem(kind, where, what, remedy, mendable, document.doc_id, row.page_number, path)


def _text_of(row: Row[Any]) -> tuple[PageText | None, str]:
    """A row's text, and why it is none."""
    try:
        text = page_from(row)
        whole = all(0 <= block.line_start <= block.line_end <= len(text.lines) for block in text.blocks)
        boxes = [block.box for block in text.blocks] + [line.box for line in text.lines]
        placed = all(len(box) == 4 and all(map(math.isfinite, box)) for box in boxes)
    except _UNREADABLE as error:
        return None, f"its text cannot be read ({type(error).__name__}: {error})"
    if not whole:
        return None, "a block of its text lies outside its lines"
    return (text, "") if placed else (None, "a box of its text is none")


def _image_fault(folder: Path, doc_id: str, name: str) -> str:
    """Why a page's image is not what it must be, in words; empty where it is."""
    found = _IMAGE.fullmatch(name)
    if found is None or not is_id(doc_id):
        return f"its file name {name!r} is none of ours"
    path = folder / PAGES / doc_id / name
    try:
        digest = digest_of(path)
        if found["hash"] and not digest.startswith(found["hash"]):
            return "its file is damaged: the bytes are not those of its name"
        return _decoding_fault(path)
    except FileNotFoundError:
        return _MISSING
    except OSError as error:
        return f"its file cannot be read ({error.strerror or error})"


def _decoding_fault(path: Path) -> str:
    try:
        with Image.open(path, formats=["WEBP"]) as image:
            if image.width * image.height > _MOST_PIXELS:
                return _HUGE
            image.load()
    except Image.DecompressionBombError:
        return _HUGE
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        return f"it cannot be decoded ({error})"
    return ""


def is_readable(recognition: str) -> bool:
    """Whether an engine's answer can be read."""
    try:
        recognition_from(recognition)
    except _UNREADABLE:
        return False
    return True


def check_unfinished(connection: Connection, folder: Path, document: Row[Any]) -> Iterator[Problem]:
    """Pages that were read, but are not visible yet. One whose image is missing is read again by itself."""
    query = select(pages).where(
        pages.c.doc_id == document.doc_id, pages.c.reader != document.reader, pages.c.status.in_((DONE, REVIEW))
    )
    for row in connection.execute(query.order_by(pages.c.page_number), execution_options={"yield_per": _ROWS}):
        image = _image_fault(folder, document.doc_id, row.image)
        _, text = _text_of(row)
        what = text or ("" if image == _MISSING else image)
        if what:
            where = f"{label(document, row.page_number)}, not visible yet"
            remedy = f"{REPAIR}: `ingest add` reads it again"
            path = "" if text or what == _HUGE else f"{PAGES}/{document.doc_id}/{row.image}"
            yield Problem(Kind.UNFINISHED, where, what, remedy, True, document.doc_id, row.page_number, path)


def check_readings(connection: Connection, document: Row[Any]) -> Iterator[Problem]:
    """What engines read from its page images and is kept: each can be read."""
    query = select(readings.c.recognition).where(readings.c.doc_id == document.doc_id)
    kept = connection.scalars(query, execution_options={"yield_per": _ROWS})
    if bad := sum(not is_readable(recognition) for recognition in kept):
        what = f"{bad} of the engines' answers that are kept for it cannot be read"
        yield Problem(Kind.READING, label(document), what, REPAIR, True, document.doc_id)
