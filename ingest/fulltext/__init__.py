"""Full-text search inside the library's database: SQLite's FTS5, or postings on PostgreSQL, with the same scores.

It is derived: chunks and documents are the truth, and `rebuild_fulltext` makes it from them.
"""

from sqlalchemy import Connection, select

from ingest.fulltext.fts5 import Fts5
from ingest.fulltext.index import Entry, FullText
from ingest.fulltext.postings import Postings
from ingest.registry import READY
from ingest.schema import chunks, documents

__all__ = ["Entry", "FullText", "full_text", "optimise", "rebuild_fulltext"]

_BATCH = 500


def full_text(connection: Connection) -> FullText:
    """The full-text search of the database that a connection leads to."""
    return Postings(connection) if connection.dialect.name == "postgresql" else Fts5(connection)


def optimise(connection: Connection) -> None:
    """Leave no word of deleted documents behind in the index; inside a transaction."""
    full_text(connection).optimise()


def rebuild_fulltext(connection: Connection) -> None:
    """Make the index anew from the chunks and their documents; in one transaction, nobody sees it half made."""
    index = full_text(connection)
    index.reset()
    last = -1
    columns = (chunks.c.row, chunks.c.title, chunks.c.heading, chunks.c.text)
    while rows := connection.execute(
        select(*columns).where(chunks.c.row > last).order_by(chunks.c.row).limit(_BATCH)
    ).all():
        index.add_chunks([Entry(row, (title, heading, text)) for row, title, heading, text in rows])
        last = rows[-1].row
    subject = (documents.c.doc_id, documents.c.title, documents.c.intro, documents.c.name)
    for doc_id, title, intro, name in connection.execute(select(*subject).where(documents.c.status == READY)).all():
        index.add_document(Entry(doc_id, (title, intro, name)))
