"""What is counted in a library, for a person who looks after it."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select

from ingest.facts import get_fact
from ingest.journal import DONE, FAILED, PENDING, REVIEW
from ingest.registry import REMOVED, RETIRED
from ingest.schema import documents, pages


@dataclass(frozen=True, slots=True)
class Figures:
    """A library in numbers.

    Attributes:
        format: version of its tables.
        journal: number of pages by status: done, to be looked at, failed, and yet to be read. Retired documents, and
            those whose removal is begun, are left out.
        removals: documents whose removal is begun and has to be finished.
        slots: number of Chroma's copies of the vectors in the folder.
    """

    format: str
    journal: dict[str, int]
    removals: int
    slots: int


def count(connection: Connection, folder: Path) -> Figures:
    """Count."""
    counted = (
        select(pages.c.status, func.count())
        .join(documents, documents.c.doc_id == pages.c.doc_id)
        .where(documents.c.status.not_in((RETIRED, REMOVED)))
        .group_by(pages.c.status)
    )
    found = {status: number for status, number in connection.execute(counted)}
    removals = select(func.count()).select_from(documents).where(documents.c.status == REMOVED)
    return Figures(
        format=get_fact(connection, "format"),
        journal={status: found.get(status, 0) for status in (DONE, REVIEW, FAILED, PENDING)},
        removals=connection.scalar(removals) or 0,
        slots=sum(path.is_dir() for path in folder.glob("chroma/slot-*")),
    )
