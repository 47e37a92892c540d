"""The same tests on PostgreSQL: with TEST_DATABASE=postgresql each library gets a database of its own on a server.

Tests open libraries by their folders. So there a folder without a database of another kind gets one on the server, the
same each time, wherever in this process the library is opened.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from ingest.database import Database
from ingest.files import LIBRARY_FILE
from tests.postgres_server import PostgresServer

VARIABLE = "TEST_DATABASE"


def on_server() -> bool:
    """Whether libraries of tests are on a server."""
    named = os.environ.get(VARIABLE, "sqlite")
    assert named in ("sqlite", "postgresql"), f"{VARIABLE} is sqlite or postgresql"
    return named == "postgresql"


sqlite_only = pytest.mark.skipif(on_server(), reason="is about SQLite's file")


@contextmanager
def libraries_on(server: PostgresServer) -> Iterator[None]:
    """Put the database of every library that this process opens by its folder alone on a server."""
    urls: dict[Path, str] = {}
    plain = Database.__init__

    def opened(self: Database, folder: Path, url: str = "") -> None:
        if not url and not (folder / LIBRARY_FILE).exists():
            place = folder.resolve()
            url = urls.get(place) or urls.setdefault(place, server.create_database())
        plain(self, folder, url)

    with patch.object(Database, "__init__", opened):
        yield
