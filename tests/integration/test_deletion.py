"""What is removed leaves nothing behind: no row, no word, no vector, no image, in no file, wherever it is stopped."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ingest.errors import LibraryNotWritable
from ingest.fields.model import WHOLE, FieldKind
from ingest.fields.storing import hand_value
from ingest.library import Library
from ingest.outcomes import Outcome
from ingest.passages import Vectors
from ingest.shelves import Shelves
from ingest.tokens import terms
from tests.databases import sqlite_only
from tests.drawings import write_tiff
from tests.fakes import FakeEmbeddings, FakeEngine, make_pipeline
from tests.fielded import add_invoice

pytestmark = pytest.mark.integration

# Words that stand nowhere else, as they are written and as the index has them: stemmed, or in pairs of characters.
SECRET = ("Zyxwvutsrq Holdings pays quarterly xylophonists.", "机密条款之赔偿金额")
TRACES = ("Zyxwvutsrq", "zyxwvutsrq", "xylophonists", "xylophonist", "机密条款", "机密", "赔偿金")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library") as opened:
        yield opened


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    return write_tiff(tmp_path / "zyxwvutsrq.tif", ["secret one", "secret two"])


@pytest.fixture
def other(tmp_path: Path) -> Path:
    return write_tiff(tmp_path / "other.tif", ["other"])


def add(library: Library, path: Path, *lines: str, **settings: object) -> Outcome:
    [outcome] = make_pipeline(library, FakeEngine(*lines), **settings).add([path])
    return outcome


def traces(folder: Path, vectors: Vectors | None = None) -> list[str]:
    """Files below a folder, names included, in which something of the secret stands."""
    found = []
    for path in folder.rglob("*"):
        content = str(path).encode() + (path.read_bytes() if path.is_file() else b"")
        words = {trace for trace in TRACES if trace.encode() in content or escaped(trace) in content}
        near = {
            number for number, vector in enumerate(vectors if vectors is not None else ()) if holds(content, vector)
        }
        if words or near:
            found.append(f"{path.relative_to(folder)}: {words} {near}")
    return found


def escaped(text: str) -> bytes:
    """As JSON may have it."""
    return text.encode("ascii", "backslashreplace")


def holds(content: bytes, vector: Vectors) -> bool:
    """Whether a vector stands somewhere among bytes; Chroma makes its length 1 once more, so nearly."""
    for offset in range(4):
        numbers = np.frombuffer(content[offset : offset + (len(content) - offset) // 4 * 4], dtype="<f4")
        numbers = np.where(np.isfinite(numbers) & (np.abs(numbers) <= 2), numbers, 0).astype(np.float64)
        if len(numbers) < len(vector):
            continue
        lengths = np.sqrt(np.correlate(numbers**2, np.ones(len(vector)), "valid"))
        if np.any((np.correlate(numbers, vector, "valid") > 0.9999 * lengths) & (lengths > 0.5)):
            return True
    return False


def test_the_scan_finds_what_is_there(tmp_path: Path) -> None:
    vector = np.asarray(FakeEmbeddings().embed_query(SECRET[0]), dtype="<f4")
    (tmp_path / "words").write_text(f"...{SECRET[1]}...", encoding="utf-8")
    (tmp_path / "vectors").write_bytes(b"odd" + (vector * 1.00001).tobytes() + b"end")
    (tmp_path / "innocent").write_bytes(vector[::-1].tobytes())
    assert {line.partition(":")[0] for line in traces(tmp_path, vector[None])} == {"words", "vectors"}


@sqlite_only
def test_no_word_and_no_vector_of_what_is_removed_is_left_in_any_file(
    tmp_path: Path, secret: Path, other: Path
) -> None:
    with Library(tmp_path / "library") as library:
        add(library, other, "The fee is forty dollars.")
        removed = add(library, secret, *SECRET)
        _, vectors = library.document_chunks(removed.doc_id)
        assert library.search_dense(FakeEmbeddings().embed_query(SECRET[0]), 3)
    folder = tmp_path / "library"
    assert {re.split("[/:]", trace)[0] for trace in traces(folder, vectors)} >= {"library.sqlite3", "chroma"}
    with Library(folder) as library:
        assert library.remove(removed.doc_id) == [removed.doc_id]
        assert traces(folder, vectors) == [], "while the library is open"
        assert library.search_words(terms("dollars"), 5) and len(library.documents()) == 1
    assert traces(folder, vectors) == []
    assert not any(removed.doc_id in str(path) for path in folder.rglob("*"))


def test_what_the_removing_process_itself_has_in_its_copy_of_the_vectors_goes_when_it_closes(
    tmp_path: Path, secret: Path, other: Path
) -> None:
    folder = tmp_path / "library"
    with Library(folder) as library:
        add(library, other, "The fee is forty dollars.")
        removed = add(library, secret, *SECRET)
        _, vectors = library.document_chunks(removed.doc_id)
        library.search_dense(FakeEmbeddings().embed_query(SECRET[0]), 3)
        library.remove(removed.doc_id)
        found = library.search_dense(FakeEmbeddings().embed_query(SECRET[0]), 3)
        assert len(found) == 1
    assert traces(folder, vectors) == []


@sqlite_only
def test_what_a_reader_keeps_alive_is_wiped_when_it_is_gone(library: Library, secret: Path) -> None:
    removed = add(library, secret, *SECRET)
    with closing(sqlite3.connect(library.folder / "library.sqlite3")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM chunks").fetchone()
        library.remove(removed.doc_id)
        assert library.documents() == []
    library.sweep()
    assert traces(library.folder) == []


@sqlite_only
def test_nothing_of_the_fields_of_what_is_removed_is_left_not_even_in_what_is_said_of_others(
    library: Library, secret: Path, other: Path
) -> None:
    lines = ("INVOICE", "number: 7", "seller: Zyxwvutsrq Holdings", "total: 12", "total_words: xylophonists")
    first = add_invoice(library, other.parent, other.name, *lines[:2], "seller: Fernhill Ltd")
    removed = add_invoice(library, secret.parent, secret.name, *lines)
    seller = hand_value("seller", FieldKind.NAME, "Fernhill Ltd", WHOLE)
    library.correct_fields(removed.doc_id, [seller], "机密条款")
    assert "zyxwvutsrq" in library.duplicates()[first.doc_id][0].fault.values["name"]
    library.remove(removed.doc_id)
    assert traces(library.folder) == []


def test_an_older_version_goes_with_the_newer_one(library: Library, secret: Path) -> None:
    add(library, secret, *SECRET)
    newer = add(library, write_tiff(secret, ["new"]), *SECRET)
    library.remove(newer.doc_id)
    assert traces(library.folder) == []


def test_a_version_that_is_dropped_leaves_nothing(library: Library, secret: Path) -> None:
    path = secret.rename(secret.with_name("plain.tif"))
    add(library, path, *SECRET)
    add(library, write_tiff(path, ["new"]), "The fee is forty dollars.", old_versions="drop")
    assert traces(library.folder) == []
    assert library.search_words(terms("dollars"), 5)


@pytest.mark.parametrize("step", ["files", "rows"])
def test_a_removal_that_is_killed_is_finished_by_the_next_run(
    library: Library, secret: Path, other: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed = add(library, secret, *SECRET)
    with monkeypatch.context() as patch:
        if step == "files":
            patch.setattr(Shelves, "remove", _killed)
        else:
            patch.setattr("ingest.registry.delete_removed", _killed)
        with pytest.raises(KeyboardInterrupt):
            library.remove(removed.doc_id)
    assert library.documents() == [] and library.pages(removed.doc_id) == [], "it is gone for everybody at once"
    assert library.search_words(terms(SECRET[0]), 5) == []
    add(library, other, "The fee is forty dollars.")
    assert traces(library.folder) == []


def _killed(*arguments: object) -> None:
    raise KeyboardInterrupt


def test_a_document_whose_removal_was_killed_can_be_added_again(
    library: Library, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed = add(library, secret, *SECRET)
    with monkeypatch.context() as patch:
        patch.setattr("ingest.registry.delete_removed", _killed)
        with pytest.raises(KeyboardInterrupt):
            library.remove(removed.doc_id)
    engine = FakeEngine(*SECRET)
    [again] = make_pipeline(library, engine).add([secret])
    assert (again.status, again.pages, engine.calls) == ("added", 2, 2), "and is read, for nothing of it was left"
    assert len(library.search_words(terms("xylophonists"), 5)) == 2


def test_a_file_that_cannot_be_deleted_is_named_and_the_removal_goes_on_later(
    library: Library, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed = add(library, secret, *SECRET)

    def denied(folder: Path) -> None:
        raise PermissionError(13, "Permission denied", str(folder))

    with monkeypatch.context() as patch:
        patch.setattr("ingest.shelves.shutil.rmtree", denied)
        with pytest.raises(LibraryNotWritable, match=f"pages/{removed.doc_id} cannot be deleted"):
            library.remove(removed.doc_id)
    library.sweep()
    assert traces(library.folder) == []


def test_images_and_halves_of_files_that_a_killed_run_left_are_swept(library: Library, other: Path) -> None:
    outcome = add(library, other)
    library.keep_image(outcome.doc_id, 1, Image.new("RGB", (9, 9), "red"))
    half = library.original_path("ab" * 32).with_suffix(".part")
    half.write_bytes(b"half")
    for doc_id in (outcome.doc_id, "ab" * 32):  # the locks of a killed process stay, free
        (library.folder / "locks").mkdir(exist_ok=True)
        (library.folder / "locks" / f"{doc_id}.lock").touch()
    library.sweep()
    assert not half.exists()
    assert [path.name for path in library.folder.glob("pages/*/*")] == [library.image_path(outcome.doc_id, 1).name]
    assert list((library.folder / "locks").glob("*")) == []


def test_what_another_process_works_on_is_not_swept(library: Library, other: Path) -> None:
    outcome = add(library, other)
    kept = library.keep_image(outcome.doc_id, 1, Image.new("RGB", (9, 9), "red"))
    with library.claim(outcome.doc_id), Library(library.folder) as beside:
        beside.sweep(everywhere=True)
        assert (library.folder / "pages" / outcome.doc_id / kept).is_file()
    library.sweep(everywhere=True)
    assert not (library.folder / "pages" / outcome.doc_id / kept).exists()


def test_a_removal_counts_so_that_every_process_learns_of_it(library: Library, other: Path) -> None:
    outcome = add(library, other)
    assert library.purges() == 0
    library.remove(outcome.doc_id)
    assert library.purges() == 1
