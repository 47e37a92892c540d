"""The registry: one document for the same bytes, a journal of its pages, and finding by what a person types."""

from pathlib import Path

import pytest
from PIL import Image

from ingest.errors import AmbiguousDocument, DocumentNotFound, LibraryError, LibraryNotWritable
from ingest.library import Library
from ingest.records import PathRecord
from ingest.types import Block, PageText, SourceDocument, TextLine, TextSource
from tests.databases import sqlite_only

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
    library.begin(source(FIRST, "/in/contract.pdf"), 2, "reader")
    library.begin(source(FIRST, "/in/copy of contract.pdf"), 2, "reader")
    [record] = library.documents()
    assert record.paths == ("/in/contract.pdf", "/in/copy of contract.pdf")
    assert library.find("contract.pdf") == library.find("copy of contract.pdf") == record


@pytest.mark.parametrize("key", ["lease.pdf", "/in/lease.pdf", "/in/../in/lease.pdf", FIRST, FIRST[:6]])
def test_a_document_is_found_by_name_place_id_and_beginning_of_its_id(library: Library, key: str) -> None:
    library.begin(source(FIRST, "/in/lease.pdf"), 1, "reader")
    library.begin(source(SECOND, "/in/other.pdf"), 1, "reader")
    assert library.find(key).doc_id == FIRST


@pytest.mark.parametrize("key", ["", "lease", FIRST[:5], "/elsewhere/lease.pdf", "%"])
def test_nothing_is_found_by_a_guess(library: Library, key: str) -> None:
    library.begin(source(FIRST, "/in/lease.pdf"), 1, "reader")
    with pytest.raises(DocumentNotFound, match="ingest list"):
        library.find(key)


def test_two_documents_of_one_name_are_told_apart_by_id_or_place(library: Library) -> None:
    library.begin(source(FIRST, "/2023/lease.pdf"), 1, "reader")
    library.begin(source(SECOND, "/2024/lease.pdf"), 1, "reader")
    with pytest.raises(AmbiguousDocument, match=rf"{FIRST[:12]}, {SECOND[:12]}"):
        library.find("lease.pdf")
    assert library.find("/2024/lease.pdf").doc_id == SECOND


def test_a_page_comes_back_as_it_went_in(library: Library) -> None:
    library.begin(source(FIRST, "/in/lease.pdf"), 1, "reader")
    library.save_page("reader", page(1), "0001-abc.webp")
    [record] = library.pages(FIRST)
    assert record.text is not None and record.image == "0001-abc.webp"
    assert record.text.lines[0].text == "Fee 费用 5%"
    assert record.text.lines[0].box == pytest.approx(page(1).lines[0].box, abs=1e-5)
    assert record.text.blocks == page(1).blocks and record.text.warnings == page(1).warnings


def test_every_page_stands_in_the_journal_before_it_is_read(library: Library) -> None:
    library.begin(source(FIRST, "/in/lease.pdf"), 3, "reader")
    assert library.page_notes(FIRST, "reader") == {1: ("pending", ""), 2: ("pending", ""), 3: ("pending", "")}
    assert library.pages(FIRST) == []
    library.save_page("reader", page(2), "0002-abc.webp")
    library.begin(source(FIRST, "/in/lease.pdf"), 3, "reader")
    assert library.page_notes(FIRST, "reader")[2][0] == "done"


def test_a_page_is_done_only_for_the_reader_that_read_it_and_only_with_its_image(library: Library) -> None:
    library.begin(source(FIRST, "/in/lease.pdf"), 3, "engine 1")
    for number, kept in ((1, True), (2, False)):
        name = library.keep_image(FIRST, number, Image.new("RGB", (9, 9)))
        library.save_page("engine 1", page(number), name if kept else "0002-lost.webp")
    library.save_page_failure("engine 1", FIRST, 3, "page 3: torn")
    assert library.done_pages(FIRST, "engine 1") == {1}
    assert library.done_pages(FIRST, "engine 2") == set()
    assert library.image_path(FIRST, 1).is_file() and not library.image_path(FIRST, 3).is_file()


def test_another_image_of_a_page_never_overwrites_the_one_that_is_shown(library: Library) -> None:
    first = library.keep_image(FIRST, 1, Image.new("RGB", (9, 9), "black"))
    second = library.keep_image(FIRST, 1, Image.new("RGB", (9, 9), "white"))
    assert first != second and {first[:5], second[:5]} == {"0001-"}
    assert library.keep_image(FIRST, 1, Image.new("RGB", (9, 9), "black")) == first


def test_a_failed_page_says_why_until_it_is_read(library: Library) -> None:
    library.begin(source(FIRST, "/in/lease.pdf"), 1, "reader")
    library.save_page_failure("reader", FIRST, 1, "page 1: torn")
    assert [(record.text, record.reason) for record in library.pages(FIRST)] == [(None, "page 1: torn")]
    library.save_page("reader", page(1), "0001-abc.webp")
    assert [record.reason for record in library.pages(FIRST)] == [""]
    library.save_page_failure("reader", FIRST, 1, "page 1: torn")
    assert [record.reason for record in library.pages(FIRST)] == [""], "what is read is not lost again"


def test_pages_of_two_readers_stand_beside_each_other(library: Library) -> None:
    library.begin(source(FIRST, "/in/lease.pdf"), 2, "engine 1")
    for number in (1, 2):
        library.save_page("engine 1", page(number), f"{number}.webp")
    library.expect(FIRST, "engine 2", 2)
    library.save_page("engine 2", page(1), "new.webp")
    assert library.page_notes(FIRST, "engine 2") == {1: ("done", ""), 2: ("pending", "")}
    assert [record.image for record in library.pages(FIRST)] == ["1.webp", "2.webp"], "of the one that has read most"
    assert [record.image for record in library.pages(FIRST, reader="engine 2")] == ["new.webp"]


def test_a_file_that_was_never_opened_is_listed_with_the_reason(library: Library) -> None:
    library.refuse(source(FIRST, "/in/lease.pdf"), "a password is needed")
    [record] = library.documents()
    assert (record.status, record.page_count, record.reason) == ("failed", 0, "a password is needed")
    assert record.paths == ("/in/lease.pdf",)
    assert library.begin(source(FIRST, "/in/lease.pdf"), 2, "reader") == "pending"
    [record] = library.documents()
    assert (record.status, record.page_count, record.reason) == ("pending", 2, "")


def test_a_path_tells_size_and_date_of_what_was_last_seen_there(library: Library) -> None:
    old = SourceDocument(FIRST, "lease.pdf", Path("/in/lease.pdf"), "application/pdf", 10, 1_700_000_000_123_456_789)
    new = SourceDocument(SECOND, "lease.pdf", Path("/in/lease.pdf"), "application/pdf", 5_000_000_000, 42)
    library.begin(old, 1, "reader")
    assert library.paths() == {"/in/lease.pdf": PathRecord(FIRST, "pending", 10, 1_700_000_000_123_456_789)}
    library.begin(new, 1, "reader")
    assert library.paths() == {"/in/lease.pdf": PathRecord(SECOND, "pending", 5_000_000_000, 42)}
    library.begin(old, 1, "reader")
    assert library.paths()["/in/lease.pdf"].doc_id == FIRST, "the file that was put back is the newest again"


def test_a_folder_that_cannot_be_a_library_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(LibraryNotWritable, match="choose another folder with --library"):
        Library(tmp_path / "file")
    (tmp_path / "library.sqlite3").write_bytes(b"this is no database, but long enough to look at" * 40)
    with pytest.raises(LibraryError, match="damaged"):
        Library(tmp_path)


@sqlite_only
def test_a_library_of_a_newer_format_is_not_touched(tmp_path: Path) -> None:
    import sqlite3

    Library(tmp_path).close()
    with sqlite3.connect(tmp_path / "library.sqlite3") as connection:
        connection.execute("UPDATE facts SET value = '99' WHERE name = 'format'")
    with pytest.raises(LibraryError, match="update Pagecite"):
        Library(tmp_path)
