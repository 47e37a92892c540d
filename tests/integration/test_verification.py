"""`ingest verify`: a library broken in any way is said to be, with what mends it; `--repair` mends what is derived."""

import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import text

from ingest.files import LIBRARY_FILE, identify
from ingest.library import Library
from ingest.meter import Unwatched
from ingest.ocr import OcrEngine
from ingest.pipeline import Pipeline
from ingest.repair import Hands, mend
from ingest.settings import Settings
from ingest.verification import Kind, Note, Problem, Verification, check_file
from tests.drawings import write_tiff
from tests.fakes import FakeEmbeddings, FakeEngine
from tests.libraries import MODEL, add, read_pages, write_file

pytestmark = pytest.mark.integration

QUIET = Unwatched()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """One test for each kind of database: empty for SQLite."""
    return str(request.getfixturevalue("postgres").create_database()) if request.param == "postgresql" else ""


@pytest.fixture
def settings(tmp_path: Path, url: str) -> Settings:
    return Settings(library=tmp_path / "library", database_url=url, dpi=72, embedding_model=MODEL)  # type: ignore[arg-type]


def ingest(settings: Settings, path: Path, engine: OcrEngine | None = None) -> None:
    """Add a file as `ingest add` does, with a stand-in for the OCR engine."""
    with Library.of(settings) as library:
        pipeline = Pipeline(library, settings, engine or FakeEngine(), FakeEmbeddings())
        assert [outcome.reason for outcome in pipeline.add([path])] == [""]


@pytest.fixture
def scan(tmp_path: Path, settings: Settings) -> Path:
    """A scan of three pages that is in the library, and another document beside it."""
    path = write_tiff(tmp_path / "scan.tif", ["one", "two", "three"])
    ingest(settings, path)
    ingest(settings, write_tiff(tmp_path / "other.tif", ["four"]))
    return path


@pytest.fixture
def library(scan: Path, settings: Settings) -> Iterator[Library]:
    with Library.of(settings) as opened:
        yield opened


def look(library: Library) -> list[Problem | Note]:
    check = Verification(library, QUIET)
    return [*check.check_truth(), *check.check_leftovers(), *check.check_derived()]


def problems(library: Library) -> list[Problem]:
    return [finding for finding in look(library) if isinstance(finding, Problem)]


def repair(library: Library, settings: Settings, engine: FakeEngine | None = None) -> list[str]:
    return mend(Hands(library, settings, lambda: engine or FakeEngine(), QUIET), problems(library))


def run(library: Library, *statements: str, **values: object) -> None:
    """Change the database behind the library's back."""
    with library.writing() as connection:
        for statement in statements:
            connection.execute(text(statement), values)


def without_constraints(library: Library, statement: str) -> None:
    """Change the database in a way that it would not allow."""
    with library.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(statement))
            return
    with closing(sqlite3.connect(library.folder / LIBRARY_FILE)) as connection:
        connection.execute(statement)
        connection.commit()


# A library in order


def test_a_library_in_order_has_no_problem_whatever_states_its_documents_are_in(
    library: Library, tmp_path: Path, settings: Settings
) -> None:
    add(library, write_file(tmp_path, "a.pdf", "first"), [["A contract"], []], "fake 1.0; other")
    add(library, write_file(tmp_path, "a.pdf", "second"), [["A contract, changed"]], "fake 1.0; other")
    read_pages(library, identify(write_file(tmp_path, "pending.pdf")), [["Not published"]])
    library.refuse(identify(write_file(tmp_path, "failed.pdf")), "it is encrypted")
    assert {record.status for record in library.documents()} == {"ready", "retired", "pending", "failed"}
    check = Verification(library, QUIET)
    assert [*check.check_truth(), *check.check_leftovers(), *check.check_derived()] == []
    assert (check.documents, check.pages) == (6, 7) and check.chunks == library.count_chunks()


def test_an_empty_library_has_no_problem(settings: Settings) -> None:
    with Library.of(settings) as empty:
        assert look(empty) == []


def test_looking_changes_nothing(library: Library, settings: Settings) -> None:
    def state() -> dict[str, str]:
        return {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(library.folder.rglob("*"))
            if path.is_file() and not path.name.endswith("-shm")
        }

    library.image_path(library.find("scan.tif").doc_id, 2).unlink()
    run(library, "DELETE FROM pages WHERE page_number = 3")
    before = state()
    assert len(problems(library)) >= 2
    assert state() == before


def test_a_path_that_leads_nowhere_is_a_note_and_no_problem(library: Library, scan: Path) -> None:
    scan.unlink()
    [note] = look(library)
    assert isinstance(note, Note) and note.what == f"there is no file any more at {scan}"


# What can be mended


def lose_image(library: Library, doc_id: str) -> None:
    library.image_path(doc_id, 2).unlink()


def garble_image(library: Library, doc_id: str) -> None:
    path = library.image_path(doc_id, 2)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


def exchange_image(library: Library, doc_id: str) -> None:
    shutil.copyfile(library.image_path(doc_id, 1), library.image_path(doc_id, 2))


def empty_image(library: Library, doc_id: str) -> None:
    library.image_path(doc_id, 2).write_bytes(b"")


def undecodable_image(library: Library, doc_id: str) -> None:
    """Bytes that are those of their name, but no image."""
    name = f"0002-{hashlib.sha256(b'no image').hexdigest()[:12]}.webp"
    library.image_path(doc_id, 2).with_name(name).write_bytes(b"no image")
    library.image_path(doc_id, 2).unlink()
    run(library, "UPDATE pages SET image = :name WHERE doc_id = :doc_id AND page_number = 2", name=name, doc_id=doc_id)


def unnamed_image(library: Library, doc_id: str) -> None:
    run(library, "UPDATE pages SET image = '' WHERE doc_id = :doc_id AND page_number = 2", doc_id=doc_id)


def lose_page(library: Library, doc_id: str) -> None:
    run(library, "DELETE FROM pages WHERE doc_id = :doc_id AND page_number = 2", doc_id=doc_id)


def lose_last_page(library: Library, doc_id: str) -> None:
    run(library, "DELETE FROM pages WHERE doc_id = :doc_id AND page_number = 3", doc_id=doc_id)


def unread_page(library: Library, doc_id: str) -> None:
    run(library, "UPDATE pages SET status = 'pending' WHERE doc_id = :doc_id AND page_number = 1", doc_id=doc_id)


def garble_page(library: Library, doc_id: str) -> None:
    run(library, "UPDATE pages SET lines = '[[1' WHERE doc_id = :doc_id AND page_number = 1", doc_id=doc_id)


def cut_page(library: Library, doc_id: str) -> None:
    run(library, "UPDATE pages SET lines = '[]' WHERE doc_id = :doc_id AND page_number = 1", doc_id=doc_id)


def lose_original(library: Library, doc_id: str) -> None:
    library.original_path(doc_id).unlink()


def garble_original(library: Library, doc_id: str) -> None:
    path = library.original_path(doc_id)
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)


def garble_reading(library: Library, doc_id: str) -> None:
    run(library, "UPDATE readings SET recognition = '{\"lines\": 7}' WHERE doc_id = :doc_id", doc_id=doc_id)


def leave_image(library: Library, doc_id: str) -> None:
    library.image_path(doc_id, 1).with_name("0001-0123456789ab.webp").write_bytes(b"old")


def leave_half_an_image(library: Library, doc_id: str) -> None:
    library.image_path(doc_id, 1).with_name("0001-0123456789ab.webp.part").write_bytes(b"half")


def leave_images_of_nobody(library: Library, doc_id: str) -> None:
    shutil.copytree(library.image_path(doc_id, 1).parent, library.folder / "pages" / ("0" * 64))


def leave_original_of_nobody(library: Library, doc_id: str) -> None:
    (library.folder / "originals" / ("0" * 64)).write_bytes(b"nobody's")


def leave_half_an_original(library: Library, doc_id: str) -> None:
    (library.folder / "originals" / f"{doc_id}.part").write_bytes(b"half")


def leave_lock(library: Library, doc_id: str) -> None:
    (library.folder / "locks").mkdir(exist_ok=True)
    (library.folder / "locks" / f"{doc_id}.lock").touch()


def leave_half_an_import(library: Library, doc_id: str) -> None:
    (library.folder / "import.part" / "pages").mkdir(parents=True)


def begin_removal(library: Library, doc_id: str) -> None:
    run(
        library,
        "UPDATE documents SET status = 'removed' WHERE doc_id = :doc_id",
        "DELETE FROM chunks WHERE doc_id = :doc_id",
        doc_id=doc_id,
    )


def lose_document(library: Library, doc_id: str) -> None:
    without_constraints(library, f"DELETE FROM documents WHERE doc_id = '{doc_id}'")


# Full text: SQLite's, and PostgreSQL's.
WORDS = {
    "sqlite": [
        "DELETE FROM chunk_terms WHERE rowid = (SELECT max(row) FROM chunks)",
        "DELETE FROM document_terms",
        "INSERT INTO chunk_terms (rowid, title, heading, body) VALUES (99999, 'left', 'left', 'left')",
        "INSERT INTO document_terms (title, intro, name, doc_id) VALUES ('left', 'left', 'left', 'nobody')",
        "INSERT INTO document_terms SELECT * FROM document_terms",
        "UPDATE chunk_terms SET body = 'something else' WHERE rowid = (SELECT min(row) FROM chunks)",
        "DELETE FROM chunk_terms_idx",
        "DELETE FROM chunk_terms_data WHERE id > 10",
        "DELETE FROM chunk_terms_content",
    ],
    "postgresql": [
        "DELETE FROM chunk_lengths",
        "DELETE FROM document_lengths",
        "INSERT INTO chunk_lengths (key, length) VALUES (99999, 1)",
        "INSERT INTO document_lengths (key, length) VALUES ('nobody', 1)",
        "DELETE FROM chunk_postings",
        "UPDATE chunk_postings SET token = 'x' WHERE token = 'pallet'",
        "UPDATE chunk_lengths SET length = 1",
    ],
}


@pytest.mark.parametrize("number", range(9))
def test_a_full_text_index_that_is_not_that_of_the_chunks_is_named_and_made_again(
    library: Library, settings: Settings, url: str, number: int
) -> None:
    statements = WORDS["postgresql" if url else "sqlite"]
    if number >= len(statements):
        pytest.skip("there are fewer ways to break PostgreSQL's")
    found = library.search_words(["pallets"], 9)
    assert len(found) == 4
    if url:
        run(library, statements[number])
    else:
        with closing(sqlite3.connect(library.folder / LIBRARY_FILE)) as connection:
            connection.execute(statements[number])
            connection.commit()
    assert {problem.kind for problem in problems(library)} == {Kind.FULL_TEXT}
    assert repair(library, settings) == []
    assert problems(library) == []
    assert library.search_words(["pallets"], 9) == found


Break = Callable[[Library, str], None]
MENDABLE: list[tuple[Break, Kind, str]] = [
    (lose_image, Kind.IMAGE, "scan.tif"),
    (garble_image, Kind.IMAGE, "the bytes are not those of its name"),
    (exchange_image, Kind.IMAGE, "the bytes are not those of its name"),
    (empty_image, Kind.IMAGE, "the bytes are not those of its name"),
    (undecodable_image, Kind.IMAGE, "cannot be decoded"),
    (unnamed_image, Kind.PAGE, "none of ours"),
    (lose_page, Kind.PAGE, "page 2: it has no row"),
    (lose_last_page, Kind.PAGE, "page 3: it has no row"),
    (unread_page, Kind.PAGE, "its status is 'pending'"),
    (garble_page, Kind.PAGE, "its text cannot be read"),
    (cut_page, Kind.PAGE, "outside its lines"),
    (lose_original, Kind.ORIGINAL, "its file is missing"),
    (garble_original, Kind.ORIGINAL, "not those of its id"),
    (garble_reading, Kind.READING, "answers that are kept for it cannot be read"),
    (leave_image, Kind.LEFTOVER, "no page names it"),
    (leave_half_an_image, Kind.LEFTOVER, "no page names it"),
    (leave_images_of_nobody, Kind.LEFTOVER, "no document has this id"),
    (leave_original_of_nobody, Kind.LEFTOVER, "no document has this id"),
    (leave_half_an_original, Kind.LEFTOVER, "half written"),
    (leave_lock, Kind.LEFTOVER, "was killed"),
    (leave_half_an_import, Kind.LEFTOVER, "an import was killed"),
    (begin_removal, Kind.REMOVAL, "not finished"),
    (lose_document, Kind.REMOVAL, "but not the document"),
]


@pytest.mark.parametrize(("damage", "kind", "said"), MENDABLE, ids=[entry[0].__name__ for entry in MENDABLE])
def test_damage_to_what_is_derived_is_named_and_mended_without_reading_anything(
    library: Library, settings: Settings, damage: Break, kind: Kind, said: str
) -> None:
    damage(library, library.find("scan.tif").doc_id)
    found = problems(library)
    [problem] = [problem for problem in found if problem.kind is kind][:1]
    assert problem.mendable and said in str(problem) and "--repair` mends it" in problem.remedy
    engine = FakeEngine()
    assert repair(library, settings, engine) == []
    assert problems(library) == [] and engine.calls == 0


def test_images_made_again_are_the_same_as_before(library: Library, settings: Settings) -> None:
    doc_id = library.find("scan.tif").doc_id
    paths = [library.image_path(doc_id, number) for number in (1, 2, 3)]
    before = [path.read_bytes() for path in paths]
    pages = library.pages(doc_id)
    for path in paths:
        path.unlink()
    repair(library, settings)
    assert [path.read_bytes() for path in paths] == before and library.pages(doc_id) == pages


def test_questions_find_a_document_all_the_time_that_its_images_are_mended(
    library: Library, settings: Settings
) -> None:
    doc_id = library.find("scan.tif").doc_id
    lose_image(library, doc_id)
    seen: list[tuple[int, int]] = []

    class Watching(FakeEngine):
        def read(self, image: Image.Image, *, boxes: bool = True):  # type: ignore[no-untyped-def]
            seen.append((len(library.search_words(["pallets"], 9)), len(library.pages(doc_id))))
            return super().read(image, boxes=boxes)

    run(library, "DELETE FROM readings")
    repair(library, settings, Watching())
    assert seen == [(4, 3)]


# What cannot be mended is said, with what to do


def of_chunk(statement: str) -> Break:
    """Change the second chunk of a document."""

    def damage(library: Library, doc_id: str) -> None:
        run(library, f"{statement} WHERE doc_id = :doc_id AND position = 1", doc_id=doc_id)

    return damage


def change_vector(**change: object) -> Break:
    """Put another vector in the place of the second chunk's."""

    def damage(library: Library, doc_id: str) -> None:
        vector = np.zeros(64, dtype="<f4")
        vector[0] = 1.0
        if "length" in change:
            vector *= change["length"]
        if "dimension" in change:
            vector = vector[: change["dimension"]]
        if "value" in change:
            vector[1] = change["value"]
        run(
            library,
            "UPDATE chunks SET vector = :vector WHERE doc_id = :doc_id AND position = 1",
            vector=vector.tobytes() + (b"x" if "byte" in change else b""),
            doc_id=doc_id,
        )

    return damage


def lose_chunk(library: Library, doc_id: str) -> None:
    run(library, "DELETE FROM chunks WHERE doc_id = :doc_id AND position = 1", doc_id=doc_id)


def lose_model(library: Library, doc_id: str) -> None:
    run(library, "DELETE FROM facts WHERE name = 'embedding_model'")


LASTING: list[tuple[Break, Kind, str, str]] = [
    (of_chunk("UPDATE chunks SET text = 'The fee is nothing.'"), Kind.CHUNK, "its page does not say", "reindex"),
    (of_chunk("UPDATE chunks SET page_number = 3"), Kind.CHUNK, "not that of its place and text", "reindex"),
    (of_chunk("UPDATE chunks SET page_number = 9"), Kind.CHUNK, "no text of its page", "reindex"),
    (of_chunk("UPDATE chunks SET line_end = 77"), Kind.CHUNK, "claims lines 0 to 77 of 2", "reindex"),
    (of_chunk("UPDATE chunks SET line_start = -1"), Kind.CHUNK, "claims lines -1", "reindex"),
    (of_chunk("UPDATE chunks SET position = 7"), Kind.CHUNK, "should be chunk 2", "reindex"),
    (of_chunk("UPDATE chunks SET chunk_id = 'other'"), Kind.CHUNK, "its id is not that", "reindex"),
    (lose_chunk, Kind.CHUNK, "should be chunk 1", "reindex"),
    (change_vector(length=2.0), Kind.VECTOR, "length is 2.000, not 1", "reindex"),
    (change_vector(length=0.0), Kind.VECTOR, "length is 0.000, not 1", "reindex"),
    (change_vector(value=float("nan")), Kind.VECTOR, "what is no number", "reindex"),
    (change_vector(value=float("inf")), Kind.VECTOR, "what is no number", "reindex"),
    (change_vector(dimension=32), Kind.VECTOR, "has 32 numbers, others have 64", "reindex"),
    (change_vector(byte=True), Kind.VECTOR, "257 bytes", "reindex"),
    (lose_model, Kind.DATABASE, "not the name of the model", "reindex"),
]


@pytest.mark.parametrize(
    ("damage", "kind", "said", "remedy"), LASTING, ids=[f"{entry[1]} {entry[2]}" for entry in LASTING]
)
def test_damage_to_chunks_and_vectors_is_named_with_the_command_that_makes_them_again(
    library: Library, settings: Settings, damage: Break, kind: Kind, said: str, remedy: str
) -> None:
    from ingest.pipeline import reindex

    damage(library, library.find("scan.tif").doc_id)
    found = [problem for problem in problems(library) if problem.kind is kind]
    assert said in " ".join(map(str, found)) and not any(problem.mendable for problem in found)
    assert all(remedy in problem.remedy for problem in found)
    assert found and {p.kind for p in problems(library)} >= {kind}
    reindex(library, settings, FakeEmbeddings())
    assert problems(library) == []


def test_an_original_that_is_nowhere_any_more_is_said_to_need_a_backup(
    library: Library, settings: Settings, scan: Path
) -> None:
    scan.write_bytes(scan.read_bytes() + b"changed")
    lose_original(library, library.find(str(scan)).doc_id)
    lose_image(library, library.find(str(scan)).doc_id)
    for _ in range(2):
        found = problems(library)
        assert {problem.kind for problem in found} == {Kind.ORIGINAL, Kind.IMAGE}
        assert not any(problem.mendable for problem in found)
        assert all("import a backup, or remove the document and add its file again" in str(p) for p in found)
        repair(library, settings)


def test_pages_read_with_other_settings_are_not_read_by_these(library: Library, settings: Settings) -> None:
    lose_image(library, library.find("scan.tif").doc_id)
    [failure] = repair(library, settings.model_copy(update={"dpi": 100}))
    assert "read with other settings" in failure and "ingest add --refresh" in failure
    assert [problem.kind for problem in problems(library)] == [Kind.IMAGE]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE documents SET status = 'known'", "which does not exist"),
        ("UPDATE documents SET reader = ''", "visible without pages"),
        ("UPDATE documents SET page_count = 2", "the document has 2 pages"),
        ("UPDATE documents SET size = size + 1", "its size is entered as"),
        ("UPDATE documents SET status = 'pending'", "it is pending, but has 3 chunks"),
        ("UPDATE documents SET superseded_by = 'nobody'", "took its place (nobody) is not there"),
    ],
)
def test_a_document_that_cannot_be_what_its_row_says_is_named(library: Library, statement: str, said: str) -> None:
    run(library, f"{statement} WHERE name = 'scan.tif'")
    assert said in " ".join(map(str, problems(library)))


def test_a_path_that_leads_to_two_visible_documents_is_named(library: Library, scan: Path) -> None:
    other = library.find("other.tif").doc_id
    run(library, "INSERT INTO paths (doc_id, path) VALUES (:doc_id, :path)", doc_id=other, path=str(scan))
    assert "several visible documents are entered for it" in " ".join(map(str, problems(library)))


def test_a_library_without_its_id_is_named(library: Library) -> None:
    run(library, "UPDATE facts SET value = '' WHERE name = 'library_id'")
    assert "the library has no id" in " ".join(map(str, problems(library)))


# Beside others


def test_what_another_process_is_just_writing_is_no_leftover(library: Library) -> None:
    doc_id = library.find("scan.tif").doc_id
    with library.claim(doc_id):
        for leave in (leave_image, leave_half_an_image, leave_half_an_original):
            leave(library, doc_id)
        assert problems(library) == []
    assert {problem.kind for problem in problems(library)} == {Kind.LEFTOVER}


def test_a_document_that_is_removed_while_it_is_looked_at_is_no_problem(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest.verification import verify as module

    real = module.check_original

    def removing(*arguments: object) -> Iterator[Problem]:
        if library.document(doc_id):
            library.remove(doc_id)
        return real(*arguments)  # type: ignore[arg-type]

    doc_id = library.find("scan.tif").doc_id
    monkeypatch.setattr(module, "check_original", removing)
    assert problems(library) == []


def test_files_that_are_not_ours_are_left_alone(library: Library, settings: Settings) -> None:
    for kind in ("pages", "originals"):
        (library.folder / kind / "Thumbs.db").write_bytes(b"x")
    assert problems(library) == []


# A damaged SQLite file


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The closed database file of a library of some size."""
    with Library(tmp_path / "library") as library:
        for number in range(12):
            lines = [
                [f"Contract number {number} line {line} of page {page}" for line in range(20)] for page in range(4)
            ]
            add(library, write_file(tmp_path, f"{number}.pdf"), lines)
    return tmp_path / "library" / LIBRARY_FILE


def test_a_whole_file_has_no_problem(database: Path) -> None:
    assert check_file(database) == []


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_bytes_zeroed_in_the_middle_are_reported_and_the_file_is_not_touched(database: Path, share: float) -> None:
    data = bytearray(database.read_bytes())
    place = int(len(data) * share) // 4096 * 4096
    data[place : place + 8192] = bytes(8192)
    database.write_bytes(data)
    found = check_file(database)
    assert found and all(problem.kind is Kind.DATABASE and not problem.mendable for problem in found)
    assert "ingest import --replace" in found[0].remedy
    assert database.read_bytes() == data
    log = database.with_name(f"{LIBRARY_FILE}-wal")
    assert not log.exists() or log.stat().st_size == 0


@pytest.mark.parametrize("content", [b"", b"no database at all" * 500, b"SQLite format 3\x00" + bytes(4080)])
def test_a_file_that_is_no_database_is_reported(database: Path, content: bytes) -> None:
    database.write_bytes(content)
    assert bool(check_file(database)) == bool(content)
    assert database.read_bytes() == content


def test_a_value_of_another_type_than_its_column_is_reported(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE documents SET name = x'00ff' WHERE name = '1.pdf'")
        connection.commit()
    [problem] = check_file(database)
    assert "documents.name holds what is no text" in problem.what


def test_a_file_that_another_process_writes_is_checked_all_the_same(database: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE documents SET name = 'changed'")
        assert check_file(database) == []
        writer.execute("ROLLBACK")
