"""Looking through folders: every file once, nothing of a library, and what could not be looked at is not forgotten."""

import os
from pathlib import Path

import pytest

from ingest.errors import DocumentError
from ingest.folders import below, lies_in, refuse_libraries, scan

pytestmark = pytest.mark.unit


def put(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def names(folder: Path, library: Path | None = None) -> list[str]:
    found = scan([folder], library or folder / "none")
    return [os.path.relpath(path, folder) for path in found.files]


def test_every_readable_file_is_found_with_its_size_and_date(tmp_path: Path) -> None:
    file = put(tmp_path / "sub" / "a.PDF", b"12345")
    put(tmp_path / "notes.txt")
    os.utime(file, ns=(0, 1_234_567_890_123_456_789))
    [(path, (opened, stamp))] = scan([tmp_path], tmp_path / "none").files.items()
    assert (path, opened) == (str(file), file)
    assert (stamp.size, stamp.modified) == (5, file.stat().st_mtime_ns)


def test_hidden_files_and_folders_are_left_out(tmp_path: Path) -> None:
    for name in (".a.pdf", ".git/b.pdf", "c.pdf", "~lock.pdf"):
        put(tmp_path / name)
    assert names(tmp_path) == ["c.pdf", "~lock.pdf"]


def test_a_hidden_folder_that_is_asked_for_is_looked_through(tmp_path: Path) -> None:
    put(tmp_path / ".inbox" / "a.pdf")
    assert names(tmp_path / ".inbox") == ["a.pdf"]


@pytest.mark.parametrize("mark", [("library.sqlite3", b"x"), ("library.json", b'{"library_id": "abc"}'), None])
def test_a_library_in_the_folder_is_never_taken_for_documents(tmp_path: Path, mark: tuple[str, bytes] | None) -> None:
    put(tmp_path / "library" / "pages" / "abc" / "0001.webp")
    put(tmp_path / "a.pdf")
    if mark:
        put(tmp_path / "library" / mark[0], mark[1])
    assert names(tmp_path, tmp_path / ("other" if mark else "library")) == ["a.pdf"]


def test_the_library_is_known_by_whatever_path_it_is_reached(tmp_path: Path) -> None:
    put(tmp_path / "real" / "pages" / "0001.webp")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert names(tmp_path, tmp_path / "link") == []


def test_links_to_files_are_files_and_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    put(tmp_path / "inbox" / "a.pdf")
    (tmp_path / "inbox" / "b.pdf").symlink_to("a.pdf")
    (tmp_path / "inbox" / "loop").symlink_to(tmp_path / "inbox")
    (tmp_path / "inbox" / "self.pdf").symlink_to("self.pdf")
    assert names(tmp_path / "inbox") == ["a.pdf", "b.pdf"]


def test_a_link_that_leads_nowhere_is_not_taken_for_a_file_that_is_gone(tmp_path: Path) -> None:
    link = tmp_path / "a.pdf"
    link.symlink_to("/mnt/away/a.pdf")
    found = scan([tmp_path], tmp_path / "none")
    assert found.files == {} and found.blind == {str(link): "the link leads nowhere"}


def test_a_folder_that_cannot_be_listed_is_told_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "locked" / "a.pdf")
    put(tmp_path / "b.pdf")
    scandir = os.scandir

    def refusing(path: str) -> object:  # root, who may run this, is refused nothing
        if os.path.basename(path) == "locked":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found = scan([tmp_path], tmp_path / "none")
    assert list(found.files) == [str(tmp_path / "b.pdf")]
    assert found.blind == {str(tmp_path / "locked"): "Permission denied"}


def test_a_folder_that_is_not_there_is_missing(tmp_path: Path) -> None:
    found = scan([tmp_path / "away", tmp_path], tmp_path / "none")
    assert found.missing == (str(tmp_path / "away"),) and found.blind == {}


def test_names_that_are_no_utf8_are_found_and_two_that_look_alike_are_told(tmp_path: Path) -> None:
    for name in (b"a\xff.pdf", b"b\xfe.pdf", b"b\xff.pdf"):
        put(Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)))
    found = scan([tmp_path], tmp_path / "none")
    assert sorted(found.files) == [f"{tmp_path}/a\ufffd.pdf", f"{tmp_path}/b\ufffd.pdf"]
    assert all(path.is_file() for path, _ in found.files.values())
    assert "rename one of them" in found.blind[f"{tmp_path}/b\ufffd.pdf"]


def test_a_file_reached_through_two_folders_is_found_once(tmp_path: Path) -> None:
    put(tmp_path / "sub" / "a.pdf")
    found = scan([tmp_path, tmp_path / "sub"], tmp_path / "none")
    assert list(found.files) == [str(tmp_path / "sub" / "a.pdf")] and found.blind == {}


@pytest.mark.parametrize("inner", ["", "pages/abc"])
def test_the_insides_of_a_library_are_refused(tmp_path: Path, inner: str) -> None:
    put(tmp_path / "library" / "library.sqlite3")
    put(tmp_path / "library" / "pages" / "abc" / "0001.webp")
    with pytest.raises(DocumentError, match="your own documents"):
        refuse_libraries([tmp_path / "library" / inner], tmp_path / "other")
    refuse_libraries([tmp_path], tmp_path / "other")


@pytest.mark.parametrize(
    ("path", "folder", "is_below"),
    [("/a/b", "/a", True), ("/a", "/a", True), ("/ab", "/a", False), ("/a", "/", True), ("/a", "/a/b", False)],
)
def test_below_is_decided_by_whole_names(path: str, folder: str, is_below: bool) -> None:
    assert below(path, folder) is is_below
    assert lies_in(path, {folder, "/other"}) is is_below
