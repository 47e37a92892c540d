"""The registry: one document for the same bytes, a journal of its pages, and finding by what a person types."""

from pathlib import Path

import pytest

from ingest.errors import AmbiguousDocument, DocumentNotFound, LibraryError, LibraryNotWritable
from ingest.library import Library
from ingest.types import Block, PageText, SourceDocument, TextLine, TextSource

pytestmark = pytest.mark.unit

FIRST, SECOND = "a1" * 32, "b2" * 32


def source(doc_id: str, path: str) -> SourceDocument:
    return SourceDocument(doc_id, Path(path).name, Path(path), "application/pdf", 10)


def page(number: int) -> PageText:
    line = TextLine("Fee 费用 5%", (0.123456789, 0.1, 0.9, 0.2), 0.9, ((0, 3, 0.1, 0.2),))
    block = Block("text", "Fee 费用 5%", (0.1, 0.1, 0.9, 0.2), 0, 1)
    return PageText(FIRST, number, (block,), (line,), "fake 1.0", TextSource.OCR, (f"page {number}: hard to read",))


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


def test_the_same_bytes_under_two_names_are_one_document_found_by_either_name(library: Library) -> None:
    library.begin(source(FIRST, "/in/contract.pdf"), 2)
    library.begin(source(FIRST, "/in/copy of contract.pdf"), 2)
    [record] = library.documents()
    assert record.paths == ("/in/contract.pdf", "/in/copy of contract.pdf")
    assert library.find("contract.pdf") == library.find("copy of contract.pdf") == record


@pytest.mark.parametrize("key", ["lease.pdf", "/in/lease.pdf", "/in/../in/lease.pdf", FIRST, FIRST[:6]])
def test_a_document_is_found_by_name_place_id_and_beginning_of_its_id(library: Library, key: str) -> None:
    library.begin(source(FIRST, "/in/lease.pdf"), 1)
    library.begin(source(SECOND, "/in/other.pdf"), 1)
    assert library.find(key).doc_id == FIRST


@pytest.mark.parametrize("key", ["", "lease", FIRST[:5], "/elsewhere/lease.pdf", "%"])
def test_nothing_is_found_by_a_guess(library: Library, key: str) -> None:
    library.begin(source(FIRST, "/in/lease.pdf"), 1)
    with pytest.raises(DocumentNotFound, match="ingest list"):
        library.find(key)


def test_two_documents_of_one_name_are_told_apart_by_id_or_place(library: Library) -> None:
    library.begin(source(FIRST, "/2023/lease.pdf"), 1)
    library.begin(source(SECOND, "/2024/lease.pdf"), 1)
    with pytest.raises(AmbiguousDocument, match=rf"{FIRST[:12]}, {SECOND[:12]}"):
        library.find("lease.pdf")
    assert library.find("/2024/lease.pdf").doc_id == SECOND


def test_a_page_comes_back_as_it_went_in(library: Library) -> None:
    library.begin(source(FIRST, "/in/lease.pdf"), 1)
    library.save_page("reader", page(1))
    [record] = library.pages(FIRST)
    assert record.text is not None
    assert record.text.lines[0].text == "Fee 费用 5%"
    assert record.text.lines[0].box == pytest.approx(page(1).lines[0].box, abs=1e-5)
    assert record.text.blocks == page(1).blocks and record.text.warnings == page(1).warnings


def test_a_page_is_done_only_for_the_reader_that_read_it_and_only_with_its_image(library: Library) -> None:
    library.begin(source(FIRST, "/in/lease.pdf"), 3)
    for number in (1, 2):
        library.save_page("engine 1", page(number))
    library.save_page_failure("engine 1", FIRST, 3, "page 3: torn")
    library.image_path(FIRST, 1).parent.mkdir(parents=True)
    library.image_path(FIRST, 1).touch()
    library.image_path(FIRST, 3).touch()
    assert library.done_pages(FIRST, "engine 1") == {1}
    assert library.done_pages(FIRST, "engine 2") == set()


def test_a_failed_page_says_why_until_it_is_read(library: Library) -> None:
    library.begin(source(FIRST, "/in/lease.pdf"), 1)
    library.save_page_failure("reader", FIRST, 1, "page 1: torn")
    assert [(record.text, record.reason) for record in library.pages(FIRST)] == [(None, "page 1: torn")]
    library.save_page("reader", page(1))
    assert [record.reason for record in library.pages(FIRST)] == [""]


def test_a_folder_that_cannot_be_a_library_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(LibraryNotWritable, match="choose another folder with --library"):
        Library(tmp_path / "file")
    (tmp_path / "library.sqlite3").write_bytes(b"this is no database, but long enough to look at" * 40)
    with pytest.raises(LibraryError, match="damaged"):
        Library(tmp_path)


def test_a_library_of_a_newer_format_is_not_touched(tmp_path: Path) -> None:
    import sqlite3

    Library(tmp_path).close()
    with sqlite3.connect(tmp_path / "library.sqlite3") as connection:
        connection.execute("UPDATE facts SET value = '99' WHERE name = 'format'")
    with pytest.raises(LibraryError, match="update Pagecite"):
        Library(tmp_path)
