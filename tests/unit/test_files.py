"""Finding files and telling what they are: by content, with a remedy for what cannot be read."""

import os
from pathlib import Path

import pytest

from ingest.errors import BrokenFile, DocumentError, EmptyFile, UnsupportedFile
from ingest.files import find_files, identify

pytestmark = pytest.mark.unit

PNG = b"\x89PNG\r\n\x1a\n rest"


def write(path: Path, content: bytes = PNG) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_folder_gives_its_documents_in_a_stable_order_and_nothing_else(tmp_path: Path) -> None:
    names = ["b.PDF", "a/deep/c.tiff", "a/d.WebP", "notes.txt", ".hidden.pdf", ".cache/x.pdf"]
    for name in names:
        write(tmp_path / name)
    (tmp_path / "folder.pdf").mkdir()
    found = [path.relative_to(tmp_path).as_posix() for path in find_files([tmp_path])]
    assert found == ["a/d.WebP", "a/deep/c.tiff", "b.PDF"]


def test_a_file_named_twice_comes_once_and_a_file_named_alone_comes_whatever_it_is(tmp_path: Path) -> None:
    contract = write(tmp_path / "contract.pdf")
    notes = write(tmp_path / "notes.txt")
    assert list(find_files([contract, notes, tmp_path])) == [contract, notes]


def test_the_page_images_of_a_library_inside_a_folder_are_not_documents(tmp_path: Path) -> None:
    write(tmp_path / "library" / "library.sqlite3")
    write(tmp_path / "library" / "pages" / "abc" / "0001.webp")
    contract = write(tmp_path / "contract.pdf")
    assert list(find_files([tmp_path])) == [contract]
    assert list(find_files([tmp_path / "library"])) == []


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\x00" * 500 + b"%PDF-1.4\n", "application/pdf"),
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"II*\x00", "image/tiff"),
        (b"MM\x00*", "image/tiff"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
    ],
)
def test_the_type_comes_from_the_content_not_from_the_name(tmp_path: Path, head: bytes, media_type: str) -> None:
    assert identify(write(tmp_path / "scan.dat", head)).media_type == media_type


def test_same_bytes_have_the_same_id_and_other_bytes_another(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a.png"), write(tmp_path / "b.png")
    other = write(tmp_path / "c.png", PNG + b"!")
    assert identify(first).doc_id == identify(second).doc_id != identify(other).doc_id


def test_the_place_of_a_file_is_absolute_and_without_detours(tmp_path: Path) -> None:
    write(tmp_path / "a.png")
    (tmp_path / "sub").mkdir()
    assert identify(tmp_path / "sub" / ".." / "a.png").path == tmp_path / "a.png"


@pytest.mark.parametrize(
    ("content", "kind", "remedy"),
    [
        (b"", EmptyFile, "copy or scan it again"),
        (b"<html><body>Sign in</body></html>", UnsupportedFile, "convert it to PDF"),
        (b"PK\x03\x04 word document", UnsupportedFile, "convert it to PDF"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(
    tmp_path: Path, content: bytes, kind: type[DocumentError], remedy: str
) -> None:
    with pytest.raises(kind, match=remedy):
        identify(write(tmp_path / "contract.pdf", content))


def test_a_missing_file_a_folder_and_an_impossible_name_are_document_errors(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="no such file; check the path"):
        identify(tmp_path / "missing.pdf")
    with pytest.raises(UnsupportedFile, match="is a folder"):
        identify(tmp_path)
    with pytest.raises(BrokenFile, match="cannot be read"):
        identify(tmp_path / ("x" * 300 + ".pdf"))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_names_the_permissions(tmp_path: Path) -> None:
    path = write(tmp_path / "secret.pdf")
    path.chmod(0)
    with pytest.raises(DocumentError, match="change the file's permissions"):
        identify(path)


def test_a_name_that_is_no_utf_8_can_still_be_shown(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"facture-\xe9t\xe9.png")
    try:
        write(path)
    except OSError:
        pytest.skip("this file system takes UTF-8 names alone")
    source = identify(path)
    assert source.name == "facture-\ufffdt\ufffd.png"
    assert source.path.read_bytes() == PNG
