"""Documents that go: older versions that retire, and those that are removed with all that was made from them.

A removal has three steps, so that a killed process leaves nothing that is half there: the document is marked as removed
and can no longer be found, its files are deleted, its rows are. `Library.sweep` finishes what was begun.
"""

from collections.abc import Iterable

from sqlalchemy import Connection

from ingest import registry
from ingest.facts import PURGES, get_count, set_fact
from ingest.fields.storing import forget
from ingest.passages import delete_passages, log_change


def begin_removal(connection: Connection, doc_ids: Iterable[str], superseded_by: str = "") -> None:
    """The first step: questions find the documents no more, and every process is told to forget their vectors."""
    ids = list(doc_ids)
    if ids:
        _hide(connection, ids)
        registry.put_away(connection, ids, registry.REMOVED, superseded_by)
        set_fact(connection, PURGES, str(get_count(connection, PURGES) + len(ids)))


def give_way(connection: Connection, newer: str, older: Iterable[str], *, drop: bool) -> list[str]:
    """Let a document take the place of others, which no path leads to any more.

    Visible ones retire, unless they are to be dropped with their own older versions; of those that never were visible
    nothing is worth keeping.

    Returns:
        The documents whose removal is begun by this.
    """
    ids = list(older)
    kept = [] if drop else [one for one in ids if registry.get_status(connection, one) == registry.READY]
    _hide(connection, kept)
    registry.put_away(connection, kept, registry.RETIRED, newer)
    gone = [one for one in ids if one not in kept]
    dropped = gone + [older for one in gone for older in registry.older_versions(connection, one)]
    begin_removal(connection, dropped, newer)
    return dropped


def _hide(connection: Connection, doc_ids: Iterable[str]) -> None:
    for doc_id in doc_ids:
        delete_passages(connection, doc_id)
        forget(connection, doc_id)
        log_change(connection, doc_id)
