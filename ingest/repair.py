"""Mending what verification found, as far as it is derived: made again from what is whole, or superfluous.

What people or an OCR engine once said is never guessed: a problem that only a backup can mend stays.
"""

import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from sqlalchemy import delete, select

from ingest.errors import DocumentBusy, DocumentError, LibraryNotWritable
from ingest.fulltext import rebuild_fulltext
from ingest.library import Library
from ingest.meter import Meter
from ingest.schema import documents, pages, paths, readings
from ingest.settings import Settings
from ingest.types import SourceDocument
from ingest.verification import Kind, Problem
from ingest.verification.database import OWNED
from ingest.verification.journal import is_readable
from ingest.verification.leftovers import IMPORT_LOCK, STAGING
from ingest.verification.originals import fault_of, is_copy

if TYPE_CHECKING:
    from ingest.flow import PageFlow
    from ingest.ocr import OcrEngine

_PART = ".part"


@dataclass(frozen=True, slots=True)
class Hands:
    """What mending needs.

    Attributes:
        library: the library.
        settings: how its pages are read.
        engine: makes the OCR engine, where a page has to be read.
        meter: is told how it goes.
    """

    library: Library
    settings: Settings
    engine: "Callable[[], OcrEngine]"
    meter: Meter


def mend(hands: Hands, problems: Iterable[Problem]) -> list[str]:
    """Mend what can be mended. Verify again afterwards: that tells what is left.

    Returns:
        Why something could not be mended though it should have been.

    Raises:
        LibraryNotWritable: the library cannot be written.
    """
    library = hands.library
    found: dict[Kind, list[Problem]] = {}
    for problem in problems:
        if problem.mendable:
            found.setdefault(problem.kind, []).append(problem)
    hands.meter.begin("mending", None)
    if Kind.REMOVAL in found:
        _delete_rows_of_nothing(library)
    if Kind.REMOVAL in found or Kind.LEFTOVER in found:
        library.sweep(everywhere=True)
        _delete_staging(library.folder)
    if Kind.READING in found:
        _delete_bad_readings(library, {problem.doc_id for problem in found[Kind.READING]})
    for problem in found.get(Kind.UNFINISHED, ()):
        _await_again(library, problem)
    for problem in found.get(Kind.ORIGINAL, ()):
        _restore_original(library, problem.doc_id)
    failures = _read_again(hands, [*found.get(Kind.PAGE, ()), *found.get(Kind.IMAGE, ())])
    if Kind.IMAGE in found:
        library.sweep(everywhere=True)  # the damaged images, whose place others have now
    if Kind.FULL_TEXT in found:
        with library.writing() as connection:
            rebuild_fulltext(connection)
    if Kind.CHROMA in found:
        library.rebuild()
    return failures


def _delete_rows_of_nothing(library: Library) -> None:
    with library.writing() as connection:
        for table in OWNED:
            connection.execute(delete(table).where(table.c.doc_id.not_in(select(documents.c.doc_id))))


def _delete_staging(folder: Path) -> None:
    """Delete what an import left that was killed."""
    lock = FileLock(folder / IMPORT_LOCK)
    with suppress(Timeout, OSError):
        lock.acquire(blocking=False)
        shutil.rmtree(folder / STAGING, ignore_errors=True)
        Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()


def _await_again(library: Library, problem: Problem) -> None:
    """Enter a page that is not visible yet as one that is still to be read."""
    visible = select(documents.c.reader).where(documents.c.doc_id == problem.doc_id).scalar_subquery()
    with suppress(DocumentBusy), library.claim(problem.doc_id, wait=False), library.writing() as connection:
        connection.execute(
            delete(pages).where(
                pages.c.doc_id == problem.doc_id, pages.c.page_number == problem.page_number, pages.c.reader != visible
            )
        )
    if problem.path:
        (library.folder / problem.path).unlink(missing_ok=True)


def _delete_bad_readings(library: Library, doc_ids: Iterable[str]) -> None:
    with library.writing() as connection:
        for doc_id in doc_ids:
            query = select(readings.c.image_hash, readings.c.engine, readings.c.recognition)
            for image_hash, engine, recognition in connection.execute(query.where(readings.c.doc_id == doc_id)).all():
                if not is_readable(recognition):
                    connection.execute(
                        delete(readings).where(
                            readings.c.doc_id == doc_id,
                            readings.c.image_hash == image_hash,
                            readings.c.engine == engine,
                        )
                    )


def _restore_original(library: Library, doc_id: str) -> None:
    """Copy a document's file from where it still is."""
    with library.reading() as connection:
        document = connection.execute(select(documents).where(documents.c.doc_id == doc_id)).one_or_none()
        places = connection.scalars(select(paths.c.path).where(paths.c.doc_id == doc_id)).all()
    target = library.original_path(doc_id)
    part = target.with_name(target.name + _PART)
    with suppress(DocumentBusy), library.claim(doc_id, wait=False):
        for place in places:
            if document is None or not is_copy(place, document):
                continue
            try:
                shutil.copyfile(place, part)
                if not fault_of(part, doc_id):
                    part.replace(target)
                    return
            except OSError as error:
                raise LibraryNotWritable(
                    f"{target} cannot be written ({error.strerror or error}); check permissions and free space."
                ) from error
            finally:
                part.unlink(missing_ok=True)


def _read_again(hands: Hands, damaged: Sequence[Problem]) -> list[str]:
    """Read pages again from the originals in the library: that makes their images, too.

    What an engine read of an image is kept, so that it is not asked again.
    """
    if not damaged:
        return []
    from ingest.flow import page_flow
    from ingest.reading import reading_of
    from ingest.workers import View

    engine = hands.engine()
    view = View(hands.settings, reading_of(hands.settings, engine))
    failures: list[str] = []
    with page_flow(hands.library, engine, view) as flow:
        for doc_id, group in groupby(sorted(damaged, key=lambda problem: problem.doc_id), lambda p: p.doc_id):
            numbers = {problem.page_number for problem in group}
            try:
                with hands.library.claim(doc_id, wait=False):
                    failures += _read_pages(hands, flow, doc_id, sorted(numbers))
            except (DocumentBusy, DocumentError) as error:
                failures.append(f"{doc_id[:12]}: {error}")
    return failures


def _read_pages(hands: Hands, flow: "PageFlow", doc_id: str, numbers: Sequence[int]) -> list[str]:
    from ingest.flow import Job

    with hands.library.reading() as connection:
        document = connection.execute(select(documents).where(documents.c.doc_id == doc_id)).one_or_none()
    if document is None:
        return []
    if document.reader != flow.reader:
        return [
            f"{document.name}: its pages were read with other settings ({document.reader}); set them again, or read it "
            "anew with `ingest add --refresh`"
        ]
    path = hands.library.original_path(doc_id)
    job = Job(SourceDocument(doc_id, document.name, path, document.media_type, document.size))
    flow.open(job.source)
    for number in numbers:
        flow.submit(job, number, lambda _: hands.meter.step())
    flow.finish(job, lambda _: hands.meter.step())
    return [f"{document.name}, {failure}" for _, failure in sorted(job.failures.items())]
