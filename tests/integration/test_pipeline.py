"""From files to a library: nothing is done twice, nothing is lost, and a failure costs what failed and no more."""

import shutil
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.errors import IndexMismatch, LibraryNotWritable, PageError
from ingest.files import identify
from ingest.indexing import prepare
from ingest.library import Library
from ingest.pipeline import Outcome, Pipeline
from ingest.tokens import terms
from ingest.types import PageText, TextLine, TextSource
from tests.drawings import write_tiff, write_truncated_png
from tests.fakes import LINES, FakeEmbeddings, FakeEngine, make_pipeline

pytestmark = pytest.mark.integration

TEXTS = ["page one", "page two", "page three"]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library") as opened:
        yield opened


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    """A scanned contract of three pages."""
    return write_tiff(tmp_path / "contract.tif", TEXTS)


def add(pipeline: Pipeline, *paths: Path) -> list[Outcome]:
    return list(pipeline.add(paths))


def found_words(library: Library, text: str) -> set[int]:
    """Pages that the full-text search finds."""
    return {chunk.page_number for chunk in library.chunks(i for i, _ in library.search_words(terms(text), 50)).values()}


def found_vectors(library: Library, text: str) -> set[int]:
    """Pages that the vector search finds."""
    ids = [chunk_id for chunk_id, _ in library.search_dense(FakeEmbeddings().embed_query(text), 50)]
    return {chunk.page_number for chunk in library.chunks(ids).values()}


def test_a_scan_becomes_pages_images_and_passages_that_are_found(library: Library, contract: Path) -> None:
    [outcome] = add(make_pipeline(library), contract)
    assert (outcome.status, outcome.pages, outcome.reason) == ("added", 3, "")
    pages = library.pages(outcome.doc_id)
    assert [page.text.source for page in pages if page.text] == ["ocr"] * 3
    assert all(library.image_path(outcome.doc_id, number).is_file() for number in (1, 2, 3))
    assert found_words(library, "pallets") == found_vectors(library, "pallets") == {1, 2, 3}
    assert library.find("contract.tif").title == LINES[0]


def test_the_same_bytes_under_two_names_are_one_document_with_two_places(library: Library, contract: Path) -> None:
    copy = contract.with_name("copy.tif")
    shutil.copy(contract, copy)
    engine = FakeEngine()
    outcomes = add(make_pipeline(library, engine), contract, copy)
    assert [outcome.status for outcome in outcomes] == ["added", "present"]
    [record] = library.documents()
    assert record.paths == (str(contract), str(copy))
    assert engine.calls == 3
    assert library.count_chunks() == 3


def test_what_is_there_is_not_read_or_embedded_again(library: Library, contract: Path) -> None:
    add(make_pipeline(library), contract)
    engine, embeddings = FakeEngine(), FakeEmbeddings()
    [outcome] = add(make_pipeline(library, engine, embeddings), contract)
    assert (outcome.status, outcome.pages) == ("present", 3)
    assert engine.calls == 0 and embeddings.texts == []


def test_after_an_interruption_it_goes_on_with_the_first_page_that_is_not_done(
    library: Library, contract: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        add(make_pipeline(library, FakeEngine(raises={2: KeyboardInterrupt()})), contract)
    assert library.find("contract.tif").status == "pending"
    assert found_words(library, "pallets") == found_vectors(library, "pallets") == set()
    engine = FakeEngine()
    [outcome] = add(make_pipeline(library, engine), contract)
    assert (outcome.status, outcome.pages) == ("added", 3)
    assert engine.calls == 2
    assert found_words(library, "pallets") == {1, 2, 3}


def test_an_interruption_that_an_engine_turns_into_an_error_is_still_one(library: Library, contract: Path) -> None:
    masked = PageError("cleaning up failed")
    masked.__cause__ = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        add(make_pipeline(library, FakeEngine(raises={1: masked})), contract)
    assert [page.reason for page in library.pages(library.find("contract.tif").doc_id)] == []


def test_a_page_that_fails_costs_that_page_and_the_next_add_completes_the_document(
    library: Library, contract: Path
) -> None:
    [outcome] = add(make_pipeline(library, FakeEngine(raises={2: PageError("the model gave up")})), contract)
    assert (outcome.status, outcome.pages, outcome.reason) == ("added", 2, "page 2: the model gave up")
    assert outcome.failed
    assert found_words(library, "pallets") == found_vectors(library, "pallets") == {1, 3}
    assert library.find("contract.tif").reason == "page 2: the model gave up"

    engine = FakeEngine()
    [outcome] = add(make_pipeline(library, engine), contract)
    assert (outcome.status, outcome.pages, outcome.reason) == ("updated", 3, "")
    assert engine.calls == 1
    assert found_words(library, "pallets") == found_vectors(library, "pallets") == {1, 2, 3}
    assert library.find("contract.tif").reason == ""


def test_a_page_that_fails_again_the_same_way_leaves_the_document_as_it_is(library: Library, contract: Path) -> None:
    failing = {2: PageError("the model gave up")}
    add(make_pipeline(library, FakeEngine(raises=failing)), contract)
    before = library.last_change()
    engine, embeddings = FakeEngine(raises={1: PageError("the model gave up")}), FakeEmbeddings()
    [outcome] = add(make_pipeline(library, engine, embeddings), contract)
    assert (outcome.status, outcome.pages, outcome.reason) == ("present", 2, "page 2: the model gave up")
    assert (engine.calls, embeddings.texts, library.last_change()) == (1, [], before)
    [outcome] = add(make_pipeline(library, FakeEngine(raises={1: PageError("no power")})), contract)
    assert outcome.reason == library.find("contract.tif").reason == "page 2: no power"


def test_a_document_of_which_no_page_can_be_read_is_listed_as_failed_with_the_reason(
    library: Library, tmp_path: Path
) -> None:
    [outcome] = add(make_pipeline(library), write_truncated_png(tmp_path / "cut.png"))
    assert outcome.status == "failed" and "page 1" in outcome.reason
    record = library.find("cut.png")
    assert record.status == "failed" and "scan or save it again" in record.reason


def test_pages_are_read_again_when_the_engine_changed_before_the_end(library: Library, contract: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        add(make_pipeline(library, FakeEngine(raises={3: KeyboardInterrupt()})), contract)
    engine = FakeEngine()
    engine.name = "fake 2.0"
    add(make_pipeline(library, engine), contract)
    assert engine.calls == 3


def test_the_same_page_image_in_another_document_is_not_read_again(library: Library, contract: Path) -> None:
    add(make_pipeline(library), contract)
    longer = write_tiff(contract.with_name("longer.tif"), [*TEXTS, "page four"])
    engine = FakeEngine()
    [outcome] = add(make_pipeline(library, engine), longer)
    assert (outcome.status, outcome.pages, engine.calls) == ("added", 4, 1)
    library.remove(library.find("contract.tif").doc_id)
    engine = FakeEngine()
    add(make_pipeline(library, engine), write_tiff(contract.with_name("again.tif"), [*TEXTS, "page five"]))
    assert engine.calls == 1, "what was read goes with the last document that has it, not with the first"


def test_refresh_reads_every_page_again(library: Library, contract: Path) -> None:
    add(make_pipeline(library), contract)
    engine = FakeEngine("A better reading of the page.")
    [outcome] = list(make_pipeline(library, engine).add([contract], refresh=True))
    assert (outcome.status, engine.calls) == ("updated", 3)
    assert found_words(library, "better") == {1, 2, 3} and found_words(library, "pallets") == set()


def test_a_page_to_be_looked_at_is_listed_with_the_reason_and_not_read_again(library: Library, contract: Path) -> None:
    [outcome] = add(make_pipeline(library, FakeEngine(reviews={2: "no text was found"})), contract)
    assert (outcome.status, outcome.pages) == ("added", 3)
    assert outcome.warnings == ("page 2 needs review: no text was found",) and not outcome.failed
    assert (library.find("contract.tif").state, library.find("contract.tif").reason) == ("review", outcome.warnings[0])
    assert library.counts()["pages"]["needs review"] == 1
    engine = FakeEngine()
    [again] = add(make_pipeline(library, engine), contract)
    assert (again.status, again.warnings, engine.calls) == ("present", outcome.warnings, 0)


def test_a_page_that_fails_when_it_is_read_again_keeps_the_text_it_had(library: Library, contract: Path) -> None:
    add(make_pipeline(library), contract)
    engine = FakeEngine("A better reading.", raises={2: PageError("the model gave up")})
    [outcome] = list(make_pipeline(library, engine).add([contract], refresh=True))
    assert (outcome.pages, outcome.reason) == (3, "page 2: the model gave up")
    assert found_words(library, "better") == {1, 3} and found_words(library, "pallets") == {2}


def test_an_identical_clause_in_two_contracts_stays_in_both(library: Library, tmp_path: Path) -> None:
    first = write_tiff(tmp_path / "first.tif", ["one"])
    second = write_tiff(tmp_path / "second.tif", ["another"])
    add(make_pipeline(library), first, second)
    chunks = library.chunks(chunk_id for chunk_id, _ in library.search_words(terms("pallets"), 10)).values()
    assert len({chunk.text for chunk in chunks}) == 1
    assert {chunk.doc_id for chunk in chunks} == {library.find("first.tif").doc_id, library.find("second.tif").doc_id}
    dense = library.search_dense(FakeEmbeddings().embed_query("pallets"), 10)
    assert len(dense) == 2


def test_what_is_removed_leaves_no_row_no_term_no_vector_no_image_and_no_copy(library: Library, contract: Path) -> None:
    pipeline = make_pipeline(library)
    other = write_tiff(contract.with_name("other.tif"), ["other"])
    [outcome, kept] = add(pipeline, contract, other)
    assert len(library.search_dense(FakeEmbeddings().embed_query("pallets"), 10)) == 4
    library.remove(outcome.doc_id)

    assert [record.name for record in library.documents()] == ["other.tif"]
    assert library.pages(outcome.doc_id) == []
    assert library.document_chunks(outcome.doc_id)[0] == []
    assert found_words(library, "pallets") == {1} and library.count_chunks_with("pallet") == 1
    assert len(library.search_documents(terms("supply agreement"), 10)) == 1
    assert len(library.search_dense(FakeEmbeddings().embed_query("pallets"), 10)) == 1
    left = [path.relative_to(library.folder).as_posix() for path in library.folder.rglob("*")]
    assert not any(outcome.doc_id in path for path in left)
    assert any(kept.doc_id in path for path in left)
    assert contract.is_file(), "the admin's own file stays"


def test_a_removed_document_can_be_added_again(library: Library, contract: Path) -> None:
    pipeline = make_pipeline(library)
    [outcome] = add(pipeline, contract)
    library.remove(outcome.doc_id)
    [again] = add(pipeline, contract)
    assert (again.status, again.doc_id) == ("added", outcome.doc_id)
    assert found_vectors(library, "pallets") == {1, 2, 3}


def test_vectors_of_another_model_are_refused_with_the_way_out(library: Library) -> None:
    make_pipeline(library)
    with pytest.raises(IndexMismatch, match="ingest reindex"):
        make_pipeline(library, embedding_model="another-model")


def test_a_library_that_can_no_longer_be_written_stops_with_one_error(library: Library, contract: Path) -> None:
    (library.folder / "originals").write_text("a file where the folder should be")
    with pytest.raises(LibraryNotWritable, match="cannot be written"):
        add(make_pipeline(library), contract)


def test_a_long_document_is_not_in_memory_as_a_whole_when_it_is_cut(library: Library, contract: Path) -> None:
    source, count = identify(contract), 400
    lines = tuple(
        TextLine(f"Line {n} of many words", (0.1, 0.1, 0.9, 0.2), 0.9, ((0, 4, 0.1, 0.2),)) for n in range(40)
    )
    library.begin(source, count, "reader")
    for number in range(1, count + 1):
        library.save_page("reader", PageText(source.doc_id, number, (), lines, "fake 1.0", TextSource.OCR), "")

    def most_memory(work: Callable[[], object]) -> int:
        tracemalloc.start()
        try:
            work()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    one_by_one = most_memory(lambda: prepare(library.texts(source.doc_id, "reader"), source.name, 900))
    at_once = most_memory(lambda: library.pages(source.doc_id, reader="reader"))
    assert one_by_one < at_once / 3
