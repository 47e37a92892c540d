"""Looking for the fields of documents that are in the library already; no page is read again."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from ingest.errors import DocumentBusy, DocumentGone
from ingest.fields.finder import Finder, Hands, find_fields
from ingest.library import Library
from ingest.meter import Meter
from ingest.registry import READY


@dataclass(slots=True)
class Refreshed:
    """What became of documents.

    Attributes:
        done: whose fields were looked for.
        failed: that could not be looked at, with the reason; they are tried again next time.
        busy: that another process works on.
    """

    done: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    busy: list[str] = field(default_factory=list)


def refresh(library: Library, finder: Finder, hands: Hands, doc_ids: Sequence[str], meter: Meter) -> Refreshed:
    """Look for the fields of visible documents on their stored pages. Corrections by hand hold.

    Args:
        library: where they are.
        finder: what looks.
        hands: where it is done.
        doc_ids: the documents; those that are gone meanwhile are passed by.
        meter: is told how it goes.
    """
    refreshed = Refreshed()
    meter.begin("fields", len(doc_ids))
    for doc_id in doc_ids:
        try:
            with library.claim(doc_id, wait=False), suppress(DocumentGone):
                _look(library, finder, hands, doc_id, refreshed)
        except DocumentBusy:
            refreshed.busy.append(doc_id)
        meter.step()
    return refreshed


def _look(library: Library, finder: Finder, hands: Hands, doc_id: str, refreshed: Refreshed) -> None:
    record = library.document(doc_id)
    if record is None or record.status != READY:
        return
    found = find_fields(library, finder, doc_id, record.reader, hands)
    library.save_fields(doc_id, record.reader, found)
    if found.version:
        refreshed.done.append(doc_id)
    else:
        refreshed.failed[doc_id] = " ".join(found.extraction.notes)
