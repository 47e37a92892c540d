"""The library: one folder with a database, page images, originals and the vector cache.

``library.sqlite3`` · ``pages/<doc_id>/0001-<hash>.webp`` · ``originals/<doc_id>`` · ``locks/`` · ``chroma/`` (can be
rebuilt).
"""

from ingest.library.adding import Adding
from ingest.library.contents import Contents
from ingest.library.ledger import Ledger
from ingest.library.model import Indexed
from ingest.library.search import Search

__all__ = ("Library",)


class Library(Adding, Indexed, Contents, Search, Ledger):
    """A library folder, open. Safe to use from several threads, and beside other processes.

    What works on one document (`begin` and what follows, to `publish`) is for the one who has its `claim`.
    """
