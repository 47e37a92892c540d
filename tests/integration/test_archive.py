"""Backups: a whole library in one file, made while others use it; refused unless every bit of it is in order."""

import hashlib
import io
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from ingest.archive import Imported, export_library, import_library
from ingest.archive import target as target_module
from ingest.archive.tar import TarReader, TarWriter
from ingest.archive.transfer import ROWS
from ingest.errors import ArchiveError, LibraryError, LibraryNotWritable
from ingest.fields.model import WHOLE, FieldKind
from ingest.fields.storing import hand_value
from ingest.files import LIBRARY_FILE, identify
from ingest.library import Library
from ingest.meter import Unwatched
from ingest.schema import facts, metadata
from ingest.settings import Settings
from ingest.verification import Problem, Verification
from tests.fakes import FakeEmbeddings
from tests.fielded import INVOICE, SUMS, found
from tests.libraries import add, read_pages, write_file
from tests.postgres_server import PostgresServer

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
QUIET = Unwatched()
PAGES = [["SUPPLY AGREEMENT", "The Supplier delivers forty pallets a month."], ["交付期限为三十天。", "Fee: 12,000.50"]]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """One test for each kind of database: empty for SQLite."""
    return str(request.getfixturevalue("postgres").create_database()) if request.param == "postgresql" else ""


def fill(library: Library, folder: Path) -> None:
    """Documents in every state: ready, retired, pending, failed, and one whose removal is begun."""
    add(library, write_file(folder, "a.pdf", "first"), PAGES)
    fields = found(*INVOICE, *SUMS, "total_words: ten euros")
    add(library, write_file(folder, "a.pdf", "second"), PAGES, found=fields)  # the first version retires
    add(library, write_file(folder, "b.pdf"), [["Another contract, about forklifts."]], found=fields)
    value = hand_value("due_date", FieldKind.DATE, "2024-04-05", WHOLE)
    library.correct_fields(library.find("b.pdf").doc_id, [value], "Ada")
    assert library.duplicates()
    read_pages(library, identify(write_file(folder, "pending.pdf")), [["Not published yet"]])
    library.refuse(identify(write_file(folder, "failed.pdf")), "it is encrypted")
    assert {record.status for record in library.documents()} == {"ready", "retired", "pending", "failed"}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A library with documents in every state."""
    with Library(tmp_path / "library") as opened:
        fill(opened, tmp_path)
        yield opened


@pytest.fixture
def archive(library: Library, tmp_path: Path) -> Path:
    """A good archive of it."""
    export_library(library, tmp_path / "backup.tar", QUIET)
    return tmp_path / "backup.tar"


def settings(folder: Path, url: str = "") -> Settings:
    return Settings(library=folder, database_url=url)  # type: ignore[arg-type]


def restore(archive: Path, folder: Path, url: str = "", **options: bool) -> Imported:
    return import_library(archive, settings(folder, url), QUIET, **options)


def rows(library: Library) -> dict[str, list[tuple[object, ...]]]:
    """All rows of a library that cannot be made again from others."""
    with library.reading() as connection:
        return {table.name: sorted(map(tuple, connection.execute(select(table)))) for table in ROWS}


def fact(library: Library, name: str) -> str | None:
    with library.reading() as connection:
        return connection.scalar(select(facts.c.value).where(facts.c.name == name))


def files(folder: Path) -> dict[str, str]:
    """All files of a library that are no caches, with their hashes."""
    found = (path for kind in ("pages", "originals") for path in (folder / kind).rglob("*"))
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found if path.is_file()
    }


def everything(folder: Path) -> dict[str, str]:
    """All there is in a folder, with the hashes of files."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
    }


def problems(library: Library) -> list[str]:
    check = Verification(library, QUIET)
    found = [*check.check_truth(), *check.check_leftovers(), *check.check_derived()]
    return [str(finding) for finding in found if isinstance(finding, Problem)]


def entries(archive: Path) -> list[tuple[str, bytes]]:
    """An archive's entries as any program would read them, without the list of hashes."""
    with tarfile.open(archive) as opened:
        return [(m.name, opened.extractfile(m).read()) for m in opened if m.name != "SHA256SUMS"]  # type: ignore[union-attr]


def forge(archive: Path, entries: list[tuple[str, bytes]]) -> Path:
    """An archive with these entries and hashes that are right."""
    with archive.open("wb") as stream:
        writer = TarWriter(stream, io.BytesIO(), 1_790_000_000)
        for name, content in entries:
            writer.add_bytes(name, content)
        writer.finish()
    return archive


# There and back


def test_an_imported_library_equals_the_exported_one_in_all_rows_and_files(
    library: Library, archive: Path, tmp_path: Path, url: str
) -> None:
    done = restore(archive, tmp_path / "new", url)
    assert (done.flaws, done.aside, done.manifest.documents) == ((), None, 5)
    with Library(tmp_path / "new", url) as imported:
        assert rows(imported) == rows(library)
        assert files(imported.folder) == files(library.folder)
        assert fact(imported, "library_id") == fact(library, "library_id")
        assert problems(imported) == []


def test_questions_find_in_the_imported_library_what_they_found_before(
    library: Library, archive: Path, tmp_path: Path, url: str
) -> None:
    restore(archive, tmp_path / "new", url)
    vector = FakeEmbeddings().embed_query("forklifts")
    with Library(tmp_path / "new", url) as imported:
        for words in (["pallets"], ["三十"], ["forklifts", "contract"]):
            expected = library.search_words(words, 9)
            assert [key for key, _ in imported.search_words(words, 9)] == [key for key, _ in expected] != []
        assert dict(imported.search_documents(["supply"], 9)) == pytest.approx(
            dict(library.search_documents(["supply"], 9))
        )
        assert [key for key, _ in imported.search_dense(vector, 2)] == [
            key for key, _ in library.search_dense(vector, 2)
        ]


def test_a_library_goes_from_sqlite_to_postgresql_and_back_unchanged(
    library: Library, archive: Path, tmp_path: Path, postgres: PostgresServer
) -> None:
    url = postgres.create_database()
    restore(archive, tmp_path / "there", url)
    with Library(tmp_path / "there", url) as there:
        export_library(there, tmp_path / "second.tar", QUIET)
    restore(tmp_path / "second.tar", tmp_path / "back")
    with Library(tmp_path / "back") as back:
        assert rows(back) == rows(library)
        assert files(back.folder) == files(library.folder)
        assert problems(back) == []


def test_an_imported_library_goes_on_working(archive: Path, tmp_path: Path, url: str) -> None:
    restore(archive, tmp_path / "new", url)
    with Library(tmp_path / "new", url) as imported:
        source = add(imported, write_file(tmp_path, "c.pdf"), [["A lease of warehouses"]])
        assert imported.search_words(["warehouses"], 5)
        assert imported.search_dense(FakeEmbeddings().embed_query("warehouses"), 1)
        read_pages(imported, identify(tmp_path / "pending.pdf"), [["Not published yet"]])
        imported.remove(source.doc_id)
        assert problems(imported) == []


def test_a_document_whose_removal_is_begun_is_not_in_the_archive(library: Library, tmp_path: Path) -> None:
    gone = library.find("b.pdf").doc_id
    with library.writing() as connection:
        connection.exec_driver_sql(f"UPDATE documents SET status = 'removed' WHERE doc_id = '{gone}'")
    export_library(library, tmp_path / "backup.tar", QUIET)
    assert gone.encode() not in (tmp_path / "backup.tar").read_bytes()
    assert b"forklifts" not in (tmp_path / "backup.tar").read_bytes()
    restore(tmp_path / "backup.tar", tmp_path / "new")
    with Library(tmp_path / "new") as imported:
        assert problems(imported) == []


def test_every_table_is_either_in_the_archive_or_known_to_be_derived() -> None:
    assert {table.name for table in metadata.sorted_tables} == {table.name for table in ROWS} | {"facts", "changes"}


def test_an_empty_library_can_be_exported_and_imported(tmp_path: Path) -> None:
    with Library(tmp_path / "library") as empty:
        export_library(empty, tmp_path / "backup.tar", QUIET)
    restore(tmp_path / "backup.tar", tmp_path / "new")
    with Library(tmp_path / "new") as imported:
        assert imported.documents() == []


# Exporting


def test_an_archive_that_is_there_is_replaced_only_when_wanted(library: Library, archive: Path) -> None:
    before = archive.read_bytes()
    with pytest.raises(ArchiveError, match="is there already; replace it with --force"):
        export_library(library, archive, QUIET)
    assert archive.read_bytes() == before
    more = add(library, write_file(archive.parent, "d.pdf"), [["More"]])
    export_library(library, archive, QUIET, force=True)
    assert f"originals/{more.doc_id}" in dict(entries(archive))


@pytest.mark.parametrize(
    ("place", "said"),
    [("", "is a folder"), ("nowhere/backup.tar", "there is no folder"), ("library/backup.tar", "lies in the library")],
)
def test_a_place_where_no_archive_can_be_is_named(library: Library, tmp_path: Path, place: str, said: str) -> None:
    before = everything(tmp_path)
    with pytest.raises(ArchiveError, match=said):
        export_library(library, tmp_path / place, QUIET)
    assert everything(tmp_path) == before


def test_lost_and_damaged_files_are_told_and_the_rest_is_saved(library: Library, tmp_path: Path) -> None:
    a, b = library.find("a.pdf").doc_id, library.find("b.pdf").doc_id
    library.image_path(a, 1).unlink()
    library.original_path(b).write_bytes(b"something else")
    done = export_library(library, tmp_path / "backup.tar", QUIET)
    assert [flaw.partition(" is ")[2] for flaw in done.flaws] == (
        ["missing in the library", "damaged in the library, and so in the archive"]
        if a < b
        else ["damaged in the library, and so in the archive", "missing in the library"]
    )
    flaws = restore(tmp_path / "backup.tar", tmp_path / "new").flaws
    assert {(flaw.doc_id, flaw.kind) for flaw in flaws} == {(a, "image"), (b, "original")}


def test_a_removal_during_an_export_leaves_a_consistent_archive(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed = library.find("b.pdf").doc_id
    snapshots: list[Path] = []

    class Remover(Unwatched):
        """Removes a document once the first state is written, before its files are collected."""

        def begin(self, what: str, total: int | None = None) -> None:
            if what == "documents":
                snapshots.append(tmp_path)
                if len(snapshots) == 1:
                    library.remove(removed)

    done = export_library(library, tmp_path / "backup.tar", Remover())
    assert len(snapshots) == 2 and done.flaws == () and done.manifest.documents == 4
    restore(tmp_path / "backup.tar", tmp_path / "new")
    with Library(tmp_path / "new") as imported:
        assert problems(imported) == [] and removed not in {record.doc_id for record in imported.documents()}


def test_removals_without_end_stop_an_export_with_a_plain_sentence(library: Library, tmp_path: Path) -> None:
    class Remover(Unwatched):
        """Removes another document each time."""

        def begin(self, what: str, total: int | None = None) -> None:
            if what == "documents":
                library.remove(add(library, write_file(tmp_path, f"{os.urandom(4).hex()}.pdf"), [["x"]]).doc_id)
                last = max(library.documents(), key=lambda record: record.doc_id)
                library.remove(last.doc_id)
                add(library, write_file(tmp_path, f"{os.urandom(4).hex()}.pdf"), [["y"]])

    with pytest.raises(LibraryError, match="export again later"):
        export_library(library, tmp_path / "backup.tar", Remover())
    assert not list(tmp_path.glob("backup.tar*"))


WRITER = """
import sys
from pathlib import Path
from ingest.library import Library
from tests.fielded import INVOICE, SUMS, found
from tests.libraries import add, write_file
folder = Path(sys.argv[1])
with Library(folder / "library") as library:
    print("ready", flush=True)
    for number in range(1000):
        source = add(library, write_file(folder, f"w{number}.pdf"), [[f"Contract number {number}"], ["Second page"]])
        if number % 3 == 0:
            library.remove(source.doc_id)
        if number % 5 == 0:
            add(library, write_file(folder, f"w{number}.pdf", "changed"), [[f"Contract number {number}, changed"]])
"""


def test_an_archive_made_while_another_process_writes_is_one_state_of_the_library(
    library: Library, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": "."}) as writer:
        try:
            assert writer.stdout is not None and writer.stdout.readline() == b"ready\n"
            for number in range(3):
                done = export_library(library, tmp_path / f"{number}.tar", QUIET)
                assert writer.poll() is None and done.flaws == ()
        finally:
            writer.kill()
    for number in range(3):
        restore(tmp_path / f"{number}.tar", tmp_path / f"new{number}")
        with Library(tmp_path / f"new{number}") as imported:
            assert problems(imported) == []


LIMITED = """
import resource, sys
from pathlib import Path
from ingest.archive import export_library, import_library
from ingest.errors import LibraryNotWritable
from ingest.library import Library
from ingest.meter import Unwatched
from ingest.settings import Settings
what, folder, limit = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
opened = Library(folder / "library") if what == "export" else None
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    if opened is not None:
        export_library(opened, folder / "full.tar", Unwatched())
    else:
        import_library(folder / "backup.tar", Settings(library=folder / "new"), Unwatched())
except LibraryNotWritable as error:
    print(error)
"""


@pytest.mark.parametrize("limit", [1_000, 20_000, 90_000])
@pytest.mark.parametrize("what", ["export", "import"])
def test_a_disk_that_is_full_is_said_and_nothing_half_made_is_left(
    library: Library, archive: Path, tmp_path: Path, what: str, limit: int
) -> None:
    add(library, write_file(tmp_path, "long.pdf", "x" * 200_000), [["Long"]])
    export_library(library, archive, QUIET, force=True)
    library.close()
    before = files(library.folder)
    command = [sys.executable, "-c", LIMITED, what, str(tmp_path), str(limit)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "cannot be written" in done.stdout and len(done.stdout.splitlines()) == 1
    assert not list(tmp_path.glob("full.tar*")) and not (tmp_path / "new").exists()
    assert files(library.folder) == before


# Importing


def test_a_flipped_bit_and_a_truncation_are_refused_and_nothing_is_left(archive: Path, tmp_path: Path) -> None:
    good = archive.read_bytes()
    places = random.Random(5)
    for _ in range(12):
        bad = bytearray(good)
        bad[places.randrange(len(bad))] ^= 1 << places.randrange(8)
        archive.write_bytes(bad)
        with pytest.raises(ArchiveError, match=r"backup\.tar"):
            restore(archive, tmp_path / "new")
    for _ in range(6):
        archive.write_bytes(good[: places.randrange(len(good))])
        with pytest.raises(ArchiveError, match=r"backup\.tar"):
            restore(archive, tmp_path / "new")
    assert not (tmp_path / "new").exists()


Change = Callable[[dict[str, bytes]], None]


def with_another_original(content: dict[str, bytes]) -> None:
    content["originals/" + "0" * 64] = b"nobody's"


def with_another_image(content: dict[str, bytes]) -> None:
    name = next(name for name in content if name.startswith("pages/"))
    content[name.rpartition("/")[0] + "/0009-0123456789ab.webp"] = b"nobody's"


def with_entry(name: str) -> Change:
    def change(content: dict[str, bytes]) -> None:
        content[name] = b"evil"

    return change


def with_manifest(**values: Any) -> Change:
    def change(content: dict[str, bytes]) -> None:
        content["manifest.json"] = json.dumps(json.loads(content["manifest.json"]) | values).encode()

    return change


def with_statement(*statements: str) -> Change:
    """The database with something changed in it."""

    def change(content: dict[str, bytes]) -> None:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(content["library.sqlite3"])
            for statement in statements:
                connection.execute(statement)
            connection.commit()
            content["library.sqlite3"] = connection.serialize()

    return change


def without_database(content: dict[str, bytes]) -> None:
    content.pop("library.sqlite3")


def with_a_database_of_zeros(content: dict[str, bytes]) -> None:
    content["library.sqlite3"] = content["library.sqlite3"][:8192] + bytes(8192) + content["library.sqlite3"][16384:]


FORGED: list[tuple[Change, str]] = [
    (with_another_original, "left behind: no document has this id"),
    (with_another_image, "left behind: no page names it"),
    (with_entry("../evil"), "which no export writes"),
    (with_entry("/etc/cron.d/evil"), "which no export writes"),
    (with_entry("originals/../../evil"), "which no export writes"),
    (with_entry("pages/evil.webp"), "which no export writes"),
    (with_entry("chroma/evil"), "which no export writes"),
    (with_manifest(kind="zip"), "was not written by `ingest export`"),
    (with_manifest(version=2), "newer version of Pagecite .*update Pagecite"),
    (with_manifest(library_format=99), "newer version of Pagecite .*update Pagecite"),
    (with_manifest(library_format=1), "not what its manifest says"),
    (with_manifest(documents=7), "not what its manifest says"),
    (with_manifest(library_id="0" * 32), "not what its manifest says"),
    (with_manifest(documents="many"), "manifest cannot be read"),
    (without_database, "holds no database"),
    (with_a_database_of_zeros, "database"),
    (with_statement("CREATE TRIGGER t AFTER INSERT ON documents BEGIN SELECT 1; END"), "other tables than a library"),
    (with_statement("CREATE VIEW v AS SELECT 1"), "other tables than a library"),
    (with_statement("CREATE TABLE more (x)"), "other tables than a library"),
    (with_statement("DROP TABLE readings"), "other tables than a library"),
    (with_statement("UPDATE documents SET name = x'00ff'"), "documents.name holds what is no text"),
    (with_statement("UPDATE chunks SET vector = 'text'"), "chunks.vector holds what is no blob"),
    (with_statement("UPDATE pages SET lines = '[[1]]'"), "its text cannot be read"),
    (with_statement("UPDATE pages SET lines = " + "'" + "[" * 5000 + "'"), "its text cannot be read"),
    (with_statement("UPDATE pages SET image = '../../../../etc/passwd'"), "is none of ours"),
    (with_statement("UPDATE chunks SET vector = zeroblob(256)"), "length is 0.000"),
    (with_statement("UPDATE chunks SET text = 'The fee is nothing.'"), "its id is not that of its place and text"),
    (with_statement("UPDATE documents SET status = 'known'"), "which does not exist"),
    (
        with_statement(*(f"UPDATE {table.name} SET doc_id = '../evil/' || doc_id" for table in ROWS)),
        "its id is no SHA-256",
    ),
    (
        with_statement("UPDATE fields SET value = 'many', scaled = 1 WHERE name = 'total'"),
        "has not the form of its kind",
    ),
    (with_statement("UPDATE fields SET scaled = 1 WHERE name = 'total'"), "is added up as 1 ten-thousandths"),
    (with_statement("UPDATE fields SET boxes = '[[1]]'"), "its boxes cannot be read"),
    (with_statement("UPDATE fields SET page_number = 7"), "on page 7 of 2"),
    (with_statement("UPDATE fields SET kind = 'colour'"), "does not exist"),
    (with_statement("UPDATE findings SET fields = '{'"), "the fields that it concerns cannot be read"),
    (with_statement("UPDATE findings SET other = 'nobody' WHERE \"check\" = 'duplicate'"), "is not there"),
    (with_statement("UPDATE extractions SET notes = '1'"), "the notes on its fields cannot be read"),
    (with_statement("DELETE FROM extractions"), "nothing says what found them"),
    (with_statement("UPDATE readings SET recognition = '{}'"), "answers that are kept for it cannot be read"),
]


@pytest.mark.parametrize(("change", "said"), FORGED, ids=[said[:30] for _, said in FORGED])
def test_an_archive_with_right_hashes_but_a_wrong_content_is_refused_and_nothing_is_left(
    archive: Path, tmp_path: Path, change: Change, said: str
) -> None:
    content = dict(entries(archive))
    change(content)
    forge(archive, list(content.items()))
    before = everything(tmp_path)
    with pytest.raises(ArchiveError, match=said):
        restore(archive, tmp_path / "new")
    assert everything(tmp_path) == before and not Path("/etc/cron.d/evil").exists()


def test_a_lost_file_is_told_and_the_rest_is_imported(archive: Path, library: Library, tmp_path: Path) -> None:
    content = dict(entries(archive))
    image = library.image_path(library.find("b.pdf").doc_id, 1)
    content.pop(str(image.relative_to(library.folder)))
    [flaw] = restore(forge(archive, list(content.items())), tmp_path / "new").flaws
    assert flaw.kind == "image" and flaw.what == "its file is missing"


def test_an_entry_that_is_there_twice_is_refused(archive: Path, tmp_path: Path) -> None:
    content = entries(archive)
    forge(archive, [*content, content[-1]])
    with pytest.raises(ArchiveError, match="twice"):
        restore(archive, tmp_path / "new")


def test_a_page_image_that_unpacks_to_too_many_pixels_is_refused(archive: Path, tmp_path: Path) -> None:
    from PIL import Image

    stream = io.BytesIO()
    Image.new("1", (16_000, 16_000)).save(stream, "WEBP", lossless=True, quality=0, method=0)
    bomb = stream.getvalue()
    assert len(bomb) < 100_000
    content = dict(entries(archive))
    old = next(name for name in content if name.startswith("pages/"))
    image = f"0001-{hashlib.sha256(bomb).hexdigest()[:12]}.webp"
    content.pop(old)
    content[old.rpartition("/")[0] + "/" + image] = bomb
    with_statement(f"UPDATE pages SET image = '{image}' WHERE image = '{old.rpartition('/')[2]}'")(content)
    forge(archive, list(content.items()))
    with pytest.raises(ArchiveError, match="million pixels"):
        restore(archive, tmp_path / "new")


def test_a_file_that_is_no_archive_is_named(tmp_path: Path) -> None:
    other = write_file(tmp_path, "a.pdf", "x" * 5000)
    for path, said in (
        (other, "was not written by `ingest export`"),
        (tmp_path, "is no file"),
        (tmp_path / "none.tar", "is not there"),
    ):
        with pytest.raises(ArchiveError, match=said):
            restore(path, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_an_archive_larger_than_the_free_space_is_refused_before_anything_is_unpacked(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target_module.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 10))
    with pytest.raises(LibraryNotWritable, match="10 bytes of free space"):
        restore(archive, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_folder_with_other_files_is_left_alone(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("dear")
    before = everything(tmp_path)
    with pytest.raises(ArchiveError, match="holds no library, but other files"):
        restore(archive, tmp_path / "home", replace=True)
    assert everything(tmp_path) == before


# Replacing


def test_a_library_with_documents_is_replaced_only_when_wanted(archive: Path, tmp_path: Path, url: str) -> None:
    with Library(tmp_path / "other", url) as other:
        kept = add(other, write_file(tmp_path, "kept.pdf"), [["What must not be lost"]])
        library_id = fact(other, "library_id")
    with pytest.raises(ArchiveError, match=r"holds a library with 1 document; .*--replace"):
        restore(archive, tmp_path / "other", url)
    with Library(tmp_path / "other", url) as other:
        assert [record.name for record in other.documents()] == ["kept.pdf"] and problems(other) == []
    restore(archive, tmp_path / "other", url, replace=True)
    with Library(tmp_path / "other", url) as other:
        assert {record.name for record in other.documents()} == {"a.pdf", "b.pdf", "pending.pdf", "failed.pdf"}
        assert problems(other) == [] and fact(other, "library_id") == library_id
        assert not any(kept.doc_id in name for name in everything(other.folder))


def test_a_bad_archive_does_not_replace_a_library(archive: Path, tmp_path: Path) -> None:
    with Library(tmp_path / "other") as other:
        add(other, write_file(tmp_path, "kept.pdf"), [["What must not be lost"]])
    archive.write_bytes(archive.read_bytes()[:-20_000])
    with pytest.raises(ArchiveError, match="is cut off"):
        restore(archive, tmp_path / "other", replace=True)
    with Library(tmp_path / "other") as other:
        assert [record.name for record in other.documents()] == ["kept.pdf"] and problems(other) == []


def test_whoever_asks_meanwhile_finds_what_is_in_the_archive_and_nothing_of_the_old_library(
    archive: Path, tmp_path: Path, url: str
) -> None:
    query = FakeEmbeddings().embed_query
    with Library(tmp_path / "other", url) as chat:
        add(chat, write_file(tmp_path, "old.pdf"), [["An old lease of warehouses"]])
        assert len(chat.search_dense(query("warehouses"), 9)) == 1
        restore(archive, tmp_path / "other", url, replace=True)
        found = chat.chunks(key for key, _ in chat.search_dense(query("forklifts"), 9))
        assert "Another contract, about forklifts." in {chunk.text for chunk in found.values()}
        assert not any("warehouses" in chunk.text for chunk in found.values())
        assert chat.search_words(["warehouses"], 9) == [] and chat.search_words(["forklifts"], 9)


def test_a_library_on_which_an_ingest_is_at_work_is_not_replaced(archive: Path, library: Library) -> None:
    with library.claim(library.find("pending.pdf").doc_id), pytest.raises(ArchiveError, match="works on 1 document"):
        restore(archive, library.folder, replace=True)
    assert restore(archive, library.folder, replace=True).flaws == ()


def test_two_imports_at_once_are_one_after_the_other(archive: Path, tmp_path: Path) -> None:
    class Second(Unwatched):
        """Imports the same while the first is unpacking."""

        def begin(self, what: str, total: int | None = None) -> None:
            if what == "files":
                with pytest.raises(ArchiveError, match="Another import"):
                    restore(archive, tmp_path / "new")

    import_library(archive, settings(tmp_path / "new"), Second())
    with Library(tmp_path / "new") as imported:
        assert problems(imported) == []


def test_a_damaged_library_is_set_aside_and_replaced(archive: Path, library: Library, tmp_path: Path) -> None:
    expected = rows(library), files(library.folder)
    library.close()
    database = library.folder / LIBRARY_FILE
    damaged = bytearray(database.read_bytes())
    damaged[8192:40960] = bytes(32768)
    database.write_bytes(damaged)
    with pytest.raises(ArchiveError, match=r"damaged .*--replace sets it aside"):
        restore(archive, library.folder)
    assert database.read_bytes() == damaged
    done = restore(archive, library.folder, replace=True)
    assert done.aside is not None and (done.aside / LIBRARY_FILE).read_bytes() == damaged
    with Library(library.folder) as restored:
        assert (rows(restored), files(restored.folder)) == expected and problems(restored) == []


def test_a_library_whose_database_is_gone_is_set_aside_and_replaced(archive: Path, library: Library) -> None:
    expected = rows(library)
    library.close()
    for path in library.folder.glob(f"{LIBRARY_FILE}*"):
        path.unlink()
    with pytest.raises(ArchiveError, match="database is gone; --replace"):
        restore(archive, library.folder)
    assert restore(archive, library.folder, replace=True).aside is not None
    with Library(library.folder) as restored:
        assert rows(restored) == expected and problems(restored) == []


def test_a_damaged_library_comes_back_where_the_import_fails_late(
    archive: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.close()
    (library.folder / LIBRARY_FILE).write_bytes(b"no database" * 1000)
    before = everything(library.folder)

    class Stopped(Unwatched):
        """Ctrl-C while rows are copied."""

        def begin(self, what: str, total: int | None = None) -> None:
            self.what = what

        def step(self) -> None:
            if self.what == "library":
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_library(archive, settings(library.folder), Stopped(), replace=True)
    assert everything(library.folder) == before


KILLED = """
import os, signal, sys
from pathlib import Path
from ingest.archive import import_library
from ingest.meter import Unwatched
from ingest.settings import Settings
archive, folder, after = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
class Killer(Unwatched):
    steps = 0
    def begin(self, what, total=None):
        self.step()
    def step(self):
        Killer.steps += 1
        if Killer.steps == after:
            os.kill(os.getpid(), signal.SIGKILL)
import_library(archive, Settings(library=folder), Killer(), replace=True)
"""


@pytest.mark.parametrize("full", [False, True], ids=["new", "replaced"])
def test_an_import_that_is_killed_anywhere_can_be_done_again(
    archive: Path, library: Library, tmp_path: Path, full: bool
) -> None:
    expected = rows(library), files(library.folder)
    new = tmp_path / "new"
    if full:
        with Library(new) as other:
            add(other, write_file(tmp_path, "kept.pdf"), [["What must not be lost"]])
    survived = 0
    for after in range(1, 40, 3):
        command = [sys.executable, "-c", KILLED, str(archive), str(new), str(after)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True)
        if done.returncode == 0:
            break
        assert done.returncode == -9, done.stderr
        survived += 1
        if full:
            with Library(new) as other:
                assert [record.name for record in other.documents()] == ["kept.pdf"]
                assert [record.text for record in other.pages(other.documents()[0].doc_id)]
    assert survived >= 5
    with Library(new) as imported:
        assert (rows(imported), files(imported.folder)) == expected and problems(imported) == []
        assert fact(imported, "library_id") == fact(library, "library_id") or full
    assert {path.name for path in new.iterdir()} <= {LIBRARY_FILE, "pages", "originals", "locks", "chroma"}


def test_reading_an_archive_needs_all_of_each_entry() -> None:
    stream = io.BytesIO()
    writer = TarWriter(stream, io.BytesIO(), 0)
    writer.add_bytes("a", b"x")
    writer.finish()
    stream.seek(0)
    entries = TarReader(stream, io.BytesIO(), "backup.tar").entries()
    next(entries)
    with pytest.raises(AssertionError):
        next(entries)
