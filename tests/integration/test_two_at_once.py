"""Two at work on one library: nothing is read twice, nothing is lost, and the one who has to wait says so."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from ingest.errors import DocumentBusy, IndexMismatch
from ingest.indexing import reindex
from ingest.library import Library
from ingest.outcomes import Outcome
from ingest.settings import Settings
from ingest.tokens import terms
from ingest.types import Recognition
from tests.drawings import write_tiff
from tests.fakes import FakeEmbeddings, FakeEngine, make_pipeline

pytestmark = pytest.mark.integration

# A process that claims a document, says so, and keeps it until it is told otherwise or killed.
CLAIMANT = """
import pathlib, sys
from ingest.locks import claim_document
with claim_document(pathlib.Path(sys.argv[1]) / "locks", sys.argv[2]):
    print("claimed", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library") as opened:
        yield opened


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return [write_tiff(tmp_path / f"{name}.tif", [name, f"{name}, page two"]) for name in ("first", "second", "third")]


class SlowEngine(FakeEngine):
    """Stops before its first page until it may go on."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)
        self.begun, self.go_on = Event(), Event()

    def read(self, image: object, *, boxes: bool = True) -> Recognition:
        self.begun.set()
        assert self.go_on.wait(60)
        return super().read(image, boxes=boxes)  # type: ignore[arg-type]


class Watcher:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.pages: list[str] = []

    def document(self, doc_id: str, name: str, pages: int) -> None:
        self.notes.append(f"{name}, {pages}")

    def page(self, doc_id: str) -> None:
        self.pages.append(doc_id)

    def note(self, text: str) -> None:
        self.notes.append(text)


def held(library: Library, doc_id: str) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", CLAIMANT, str(library.folder), doc_id],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stdout.readline() == "claimed\n"
    return process


def test_a_document_that_another_process_works_on_comes_last_and_is_waited_for(
    library: Library, files: list[Path]
) -> None:
    engine, watcher = FakeEngine(), Watcher()
    slow = SlowEngine()
    with Library(library.folder) as beside:
        other: list[Outcome] = []
        worker = Thread(target=lambda: other.extend(make_pipeline(beside, slow).add(files[:1])))
        worker.start()
        assert slow.begun.wait(60)
        outcomes = []
        for outcome in make_pipeline(library, engine).add(files, watcher):
            outcomes.append(outcome)
            if len(outcomes) == 2:  # what is free is done; now the other may end
                slow.go_on.set()
        worker.join()
    assert [(outcome.path.name, outcome.status) for outcome in outcomes] == [
        ("second.tif", "added"),
        ("third.tif", "added"),
        ("first.tif", "present"),
    ]
    assert [outcome.status for outcome in other] == ["added"]
    assert "waiting for another process, which works on first.tif" in watcher.notes
    assert (slow.calls, engine.calls) == (2, 4), "no page was read twice"
    assert library.count_ready() == 3


def test_the_progress_of_each_document_is_told_with_its_id(library: Library, files: list[Path]) -> None:
    watcher = Watcher()
    outcomes = list(make_pipeline(library).add(files, watcher))
    assert watcher.notes == ["first.tif, 2", "second.tif, 2", "third.tif, 2"]
    assert watcher.pages == [outcome.doc_id for outcome in outcomes for _ in range(2)]


def test_a_claim_of_a_killed_process_is_free(library: Library, files: list[Path]) -> None:
    [outcome] = make_pipeline(library).add(files[:1])
    process = held(library, outcome.doc_id)
    with pytest.raises(DocumentBusy):
        library.claim(outcome.doc_id, wait=False)
    process.kill()
    process.communicate()
    library.claim(outcome.doc_id, wait=False).release()
    assert list((library.folder / "locks").glob("*")) == []


def test_a_claim_is_released_when_the_work_breaks_off(library: Library, files: list[Path]) -> None:
    with pytest.raises(KeyboardInterrupt):
        list(make_pipeline(library, FakeEngine(raises={2: KeyboardInterrupt()})).add(files))
    adding = make_pipeline(library).add(files)
    next(adding)
    adding.close()
    for record in library.documents():
        library.claim(record.doc_id, wait=False).release()
    assert list((library.folder / "locks").glob("*")) == []


def test_a_removal_waits_for_who_reads_the_document_and_says_so(library: Library, files: list[Path]) -> None:
    [outcome] = make_pipeline(library).add(files[:1])
    process = held(library, outcome.doc_id)
    said: list[str] = []

    def notify() -> None:
        said.append("waiting")
        process.communicate("")

    library.remove(outcome.doc_id, notify=notify)
    assert said == ["waiting"] and library.documents() == []


def test_a_claim_has_one_owner_at_a_time_though_its_file_comes_and_goes(library: Library) -> None:
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        for _ in range(50):
            with library.claim("ab" * 32):
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 200 and max(most) == 1


class Interfering(FakeEmbeddings):
    """Does something to the library when it embeds for the first time."""

    def __init__(self, dimension: int, deed: object) -> None:
        super().__init__(dimension)
        self._deed = deed

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        if callable(deed := self._deed):
            self._deed = None
            deed()
        return super().embed_documents(texts)


def new_settings(library: Library) -> Settings:
    return Settings(library=library.folder, dpi=72, embedding_model="another-model")


def test_what_is_added_changed_or_removed_while_the_index_is_made_anew_is_neither_lost_nor_stale(
    library: Library, files: list[Path]
) -> None:
    first, second, third = files
    [kept, gone] = make_pipeline(library, FakeEngine("The fee is forty dollars.")).add([first, second])
    beside = Library(library.folder)
    plain = make_pipeline(beside, FakeEngine("The fee is ninety dollars."))

    def interfere() -> None:
        list(plain.add([first], refresh=True))
        list(plain.add([third]))
        beside.remove(gone.doc_id)

    count = reindex(library, new_settings(library), Interfering(32, interfere))
    beside.close()
    assert count == 2
    assert len(library.search_words(terms("ninety"), 10)) == 4 and library.search_words(terms("forty"), 10) == []
    for record in library.documents():
        chunks, vectors = library.document_chunks(record.doc_id)
        assert len(chunks) == 2 and vectors.shape == (2, 32), f"{record.name} has vectors of the new model"
    assert library.generation() == "another-model" and library.find(kept.doc_id).status == "ready"


def test_vectors_of_the_old_model_do_not_come_in_after_the_index_was_made_anew(
    library: Library, files: list[Path]
) -> None:
    list(make_pipeline(library).add(files[:1]))
    with Library(library.folder) as beside:
        pipeline = make_pipeline(beside)
        reindex(library, new_settings(library), FakeEmbeddings(32))
        with pytest.raises(IndexMismatch, match="another-model"):
            list(pipeline.add(files[1:2]))
    assert library.generation() == "another-model"
    [outcome] = make_pipeline(library, engine := FakeEngine(), FakeEmbeddings(32), embedding_model="another-model").add(
        files[1:2]
    )
    assert (outcome.status, engine.calls) == ("added", 0), "its pages were read already"


def test_an_index_that_cannot_be_made_leaves_the_old_one(library: Library, files: list[Path]) -> None:
    list(make_pipeline(library).add(files[:2]))

    def fail() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reindex(library, new_settings(library), Interfering(32, fail))
    assert library.generation() != "another-model"
    assert len(library.search_dense(FakeEmbeddings().embed_query("pallets"), 10)) == 4
