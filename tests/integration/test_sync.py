"""Syncing: the library comes to match the folder, nothing is read twice, and nothing is removed by mistake."""

import os
import shutil
from pathlib import Path

import pytest

from ingest.errors import PageError
from ingest.library import Library
from tests.command_line import Ingest, command_line, events
from tests.drawings import write_encrypted_pdf, write_tiff
from tests.fakes import FakeEngine

pytestmark = pytest.mark.integration


@pytest.fixture
def ingest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ingest:
    return command_line(tmp_path, monkeypatch)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A folder with two contracts, one of them below."""
    folder = tmp_path / "inbox"
    (folder / "2024").mkdir(parents=True)
    write_tiff(folder / "msa.tif", ["master", "services"])
    write_tiff(folder / "2024" / "nda.tif", ["non-disclosure"])
    return folder


def documents(*, everything: bool = False) -> dict[str, tuple[str, ...]]:
    """The documents of the library, each with its places."""
    with Library("data/library") as library:
        return {d.name: d.paths for d in library.documents() if everything or d.status == "ready"}


def lines(text: str) -> list[str]:
    """Lines without the time that the sum ends with."""
    *others, last = text.splitlines()
    return [*others, last.rpartition("; ")[0]]


def test_what_lies_in_the_folder_is_added_and_a_second_sync_opens_nothing(ingest: Ingest, inbox: Path) -> None:
    first = ingest("sync", inbox)
    assert (first.exit_code, first.stderr) == (0, "")
    assert lines(first.stdout) == [
        "added    2024/nda.tif  1 page",
        "added    msa.tif  2 pages",
        "2 added; 3 pages",
    ]
    for file in (inbox / "msa.tif", inbox / "2024" / "nda.tif"):
        before = file.stat()
        file.write_bytes(b"?" * before.st_size)  # who opens it will see
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    second = ingest("sync", inbox)
    assert (second.exit_code, lines(second.stdout)) == (0, ["2 present"])


def test_full_looks_into_every_file(ingest: Ingest, inbox: Path) -> None:
    ingest("sync", inbox)
    before = (inbox / "msa.tif").stat()
    content = (inbox / "msa.tif").read_bytes()
    (inbox / "msa.tif").write_bytes(b"?" * before.st_size)
    os.utime(inbox / "msa.tif", ns=(before.st_atime_ns, before.st_mtime_ns))
    result = ingest("sync", "--full", inbox)
    assert result.exit_code == 1 and "convert it to PDF" in result.stderr
    (inbox / "msa.tif").write_bytes(content)
    assert lines(ingest("sync", "--full", inbox).stdout) == ["2 present"]


def test_a_sync_that_has_nothing_else_to_do_finishes_a_killed_removal(
    ingest: Ingest, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest("sync", inbox)
    (inbox / "msa.tif").unlink()
    with monkeypatch.context() as patch:
        patch.setattr("ingest.shelves.Shelves.remove", _killed)
        assert ingest("sync", inbox).exit_code == 130
    assert ingest("sync", inbox).exit_code == 0
    assert len(list(Path("data/library/originals").glob("*"))) == 1


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def change_everything(inbox: Path) -> None:
    """One change of each kind."""
    for name in ("same", "changed", "moved", "gone"):
        write_tiff(inbox / f"{name}.tif", [name])


def made_changes(inbox: Path) -> None:
    write_tiff(inbox / "changed.tif", ["amended", "again"])
    (inbox / "moved.tif").rename(inbox / "2024" / "moved.tif")
    (inbox / "gone.tif").unlink()
    write_tiff(inbox / "new.tif", ["new"])
    (inbox / "bad.pdf").touch()
    os.utime(inbox / "msa.tif", (1, 1))


def test_a_dry_run_says_what_the_sync_then_does_and_does_nothing(ingest: Ingest, inbox: Path) -> None:
    change_everything(inbox)
    ingest("sync", inbox)
    made_changes(inbox)
    before = documents()
    dry = ingest("sync", "--dry-run", inbox)
    assert documents() == before
    assert dry.exit_code == 1
    assert sorted(dry.stdout.splitlines()) == sorted(
        [
            "fail     bad.pdf  (the file is empty (0 bytes); copy or scan it again)",
            "add      new.tif",
            "update   changed.tif",
            "move     moved.tif -> 2024/moved.tif",
            "touch    msa.tif  (the same content with another date)",
            "remove   gone.tif",
            "Nothing is done yet. It would fail at 1, add 1, update 1, move 1, touch 1, remove 1.",
        ]
    )
    engine = FakeEngine()
    done = ingest("sync", inbox, engine=engine)
    assert done.exit_code == 1 and engine.calls == 3  # the new file and the two pages of the new version
    assert sorted(done.stdout.splitlines()[:-1]) == sorted(
        [
            f"moved    2024/moved.tif  (from {inbox / 'moved.tif'})",
            "added    new.tif  1 page",
            next(line for line in done.stdout.splitlines() if line.startswith("updated  changed.tif  2 pages")),
            "removed  gone.tif  1 page",
        ]
    )
    assert done.stderr == f"failed   {inbox / 'bad.pdf'}: the file is empty (0 bytes); copy or scan it again\n"
    assert (
        "1 added, 1 updated (changed.tif)" in done.stdout and "3 present, 1 moved, 1 removed, 1 failed" in done.stdout
    )
    assert documents() == {
        "changed.tif": (str(inbox / "changed.tif"),),
        "moved.tif": (str(inbox / "2024" / "moved.tif"),),
        "msa.tif": (str(inbox / "msa.tif"),),
        "nda.tif": (str(inbox / "2024" / "nda.tif"),),
        "new.tif": (str(inbox / "new.tif"),),
        "same.tif": (str(inbox / "same.tif"),),
    }
    (inbox / "bad.pdf").unlink()
    again = ingest("sync", "--dry-run", inbox)
    assert (again.exit_code, again.stdout) == (0, "There is nothing to do.\n")


def test_a_dry_run_makes_no_library(ingest: Ingest, inbox: Path, tmp_path: Path) -> None:
    result = ingest("sync", "--dry-run", inbox)
    assert (result.exit_code, result.stdout.splitlines()[:2]) == (0, ["add      2024/nda.tif", "add      msa.tif"])
    assert not (tmp_path / "data").exists()


def test_a_renamed_folder_is_not_read_again(ingest: Ingest, inbox: Path) -> None:
    ingest("sync", inbox)
    (inbox / "2024").rename(inbox / "archive")
    engine = FakeEngine()
    result = ingest("sync", inbox, engine=engine)
    assert lines(result.stdout) == [f"moved    archive/nda.tif  (from {inbox / '2024/nda.tif'})", "1 present, 1 moved"]
    assert engine.calls == 0
    assert documents()["nda.tif"] == (str(inbox / "archive" / "nda.tif"),)
    assert lines(ingest("sync", inbox).stdout) == ["2 present"]


def test_two_files_that_changed_places_are_both_still_there(ingest: Ingest, inbox: Path) -> None:
    ingest("sync", inbox)
    first, second = inbox / "msa.tif", inbox / "2024" / "nda.tif"
    first.rename(inbox / "x")
    second.rename(first)
    (inbox / "x").rename(second)
    engine = FakeEngine()
    assert ingest("sync", inbox, engine=engine).exit_code == 0
    assert documents() == {"msa.tif": (str(second),), "nda.tif": (str(first),)}
    assert engine.calls == 0
    assert lines(ingest("sync", inbox).stdout) == ["2 present"]


def test_a_file_that_took_the_place_of_another_keeps_its_document(ingest: Ingest, inbox: Path) -> None:
    ingest("sync", inbox)
    (inbox / "2024" / "nda.tif").replace(inbox / "msa.tif")
    engine = FakeEngine()
    assert ingest("sync", inbox, engine=engine).exit_code == 0
    assert documents() == {"nda.tif": (str(inbox / "msa.tif"),)} and engine.calls == 0


def test_a_document_that_was_also_added_from_elsewhere_keeps_its_other_place(
    ingest: Ingest, inbox: Path, tmp_path: Path
) -> None:
    shutil.copy(inbox / "msa.tif", tmp_path / "own.tif")
    ingest("add", tmp_path / "own.tif")
    ingest("sync", inbox)
    (inbox / "msa.tif").unlink()
    result = ingest("sync", inbox)
    assert lines(result.stdout)[0] == f"removed  msa.tif  (still in the library from {tmp_path / 'own.tif'})"
    assert documents()["own.tif"] == (str(tmp_path / "own.tif"),)


def test_a_copy_is_another_place_of_its_document_and_is_not_read(ingest: Ingest, inbox: Path) -> None:
    ingest("sync", inbox)
    shutil.copy(inbox / "msa.tif", inbox / "copy.tif")
    engine = FakeEngine()
    result = ingest("sync", inbox, engine=engine)
    assert result.stdout.startswith("present  copy.tif  2 pages  (the library has its content; nothing is read)\n")
    assert engine.calls == 0 and documents()["msa.tif"] == (str(inbox / "copy.tif"), str(inbox / "msa.tif"))


def test_what_lies_outside_of_the_folder_is_left_alone(ingest: Ingest, inbox: Path, tmp_path: Path) -> None:
    other = write_tiff(tmp_path / "inbox-old.tif", ["other"])
    ingest("add", other)
    other.unlink()
    ingest("sync", inbox)
    assert "inbox-old.tif" in documents()


@pytest.mark.parametrize("missing", [True, False], ids=["not there", "empty"])
def test_a_folder_that_lost_everything_is_taken_for_a_disk_that_is_away(
    ingest: Ingest, inbox: Path, missing: bool
) -> None:
    ingest("sync", inbox)
    shutil.rmtree(inbox)
    if not missing:
        inbox.mkdir()
    for arguments in (["--dry-run"], []):
        result = ingest("sync", *arguments, inbox)
        assert result.exit_code == 1
        said = result.stdout if arguments else result.stderr
        assert "is a disk not mounted?" in said and "--allow-empty" in said and "knows 2 files" in said
        assert len(documents()) == 2
    allowed = ingest("sync", "--allow-empty", inbox)
    assert (allowed.exit_code, lines(allowed.stdout)[-1]) == (0, "2 removed")
    assert documents() == {}


def test_a_link_whose_disk_is_away_is_not_taken_for_gone(ingest: Ingest, inbox: Path, tmp_path: Path) -> None:
    target = write_tiff(tmp_path / "target.tif", ["far away"])
    (inbox / "link.tif").symlink_to(target)
    ingest("sync", inbox)
    target.unlink()
    result = ingest("sync", inbox)
    assert result.exit_code == 1 and "the link leads nowhere" in result.stderr
    assert "link.tif" in documents()


def test_keep_missing_adds_and_moves_and_removes_nothing(ingest: Ingest, inbox: Path) -> None:
    ingest("sync", inbox)
    (inbox / "msa.tif").unlink()
    (inbox / "2024" / "nda.tif").rename(inbox / "nda.tif")
    write_tiff(inbox / "new.tif", ["new"])
    result = ingest("sync", "--keep-missing", inbox)
    assert result.exit_code == 0 and "1 moved, 1 kept" in result.stdout
    assert documents() == {
        "msa.tif": (str(inbox / "msa.tif"),),
        "nda.tif": (str(inbox / "nda.tif"),),
        "new.tif": (str(inbox / "new.tif"),),
    }


def test_a_changed_file_is_a_new_version_and_the_old_one_is_listed_on_request_alone(
    ingest: Ingest, inbox: Path
) -> None:
    ingest("sync", inbox)
    write_tiff(inbox / "msa.tif", ["master", "services", "amended"])
    result = ingest("sync", inbox)
    assert "updated  msa.tif  3 pages" in result.stdout
    listed = ingest("list").stdout
    assert listed.count("msa.tif") == 1 and "1 older version is not shown; --all shows them too." in listed
    everything = ingest("list", "--all").stdout
    assert everything.count("retired") == 1 and "superseded by msa.tif (" in everything
    with Library("data/library") as library:
        old = next(record for record in library.documents() if record.status == "retired")
    assert ingest("show", old.doc_id).stdout.count("<!-- page") == 2
    assert ingest("show", "msa.tif").stdout.count("<!-- page") == 3
    (inbox / "msa.tif").unlink()
    ingest("sync", inbox)
    assert documents(everything=True).keys() == {"nda.tif"}


def test_what_failed_or_was_stopped_is_tried_again(ingest: Ingest, inbox: Path) -> None:
    failing = FakeEngine(raises={1: PageError("the model gave up"), 3: KeyboardInterrupt()})
    stopped = ingest("sync", inbox, engine=failing)
    assert stopped.exit_code == 130 and "goes on from there" in stopped.stderr
    engine = FakeEngine()
    result = ingest("sync", inbox, engine=engine)
    assert result.exit_code == 0 and engine.calls == 2
    assert lines(ingest("sync", inbox).stdout) == ["2 present"]


def test_a_file_that_fails_costs_the_others_nothing_and_is_tried_again(ingest: Ingest, inbox: Path) -> None:
    locked = write_encrypted_pdf(inbox / "locked.pdf")
    result = ingest("sync", inbox)
    assert result.exit_code == 1 and "2 added, 1 failed" in result.stdout
    assert result.stderr.startswith(f"failed   {locked}: ")
    assert ingest("sync", inbox).exit_code == 1
    (inbox / "passwords").write_text("wrong\nopen\n")
    opened = ingest("sync", "--password-file", inbox / "passwords", inbox)
    assert (opened.exit_code, lines(opened.stdout)[-1]) == (0, "1 added, 2 present; 1 page")


def test_a_library_in_the_folder_is_left_alone(ingest: Ingest, inbox: Path) -> None:
    for _ in range(2):
        assert ingest("sync", inbox, "--library", inbox / "library").exit_code == 0
    with Library(inbox / "library") as library:
        assert len(library.documents()) == 2


def test_folders_that_overlap_are_looked_through_once(ingest: Ingest, inbox: Path) -> None:
    result = ingest("sync", inbox, inbox / "2024", f"{inbox}/../inbox")
    assert lines(result.stdout)[-1] == "2 added; 3 pages"
    shutil.rmtree(inbox / "2024")
    assert ingest("sync", inbox, inbox / "2024").exit_code == 0
    assert documents().keys() == {"msa.tif"}


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("inbox/msa.tif", "inbox/msa.tif is a file; give its folder, or use `ingest add`, which takes files."),
        ("data/library/pages", "is in the library"),
        ("data/library", "is in the library"),
    ],
)
@pytest.mark.parametrize("command", ["sync", "watch"])
def test_what_is_no_folder_of_documents_is_refused_in_one_line(
    ingest: Ingest, inbox: Path, command: str, place: str, message: str
) -> None:
    ingest("sync", inbox)
    result = ingest(command, place)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("ingest: ") and message in result.stderr and result.stderr.count("\n") == 1


def test_a_misspelled_folder_is_told_and_nothing_is_made(ingest: Ingest, tmp_path: Path) -> None:
    result = ingest("sync", "inbocks")
    assert result.exit_code == 1
    assert result.stderr == f"failed   {tmp_path / 'inbocks'}: there is no such folder; check the path\n"
    assert not (tmp_path / "data").exists()


def test_an_empty_folder_says_so(ingest: Ingest, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = ingest("sync", "empty")
    assert result.exit_code == 0 and "Nothing to add" in result.stdout


def test_the_events_of_a_sync_tell_every_file_and_end_with_the_sum(ingest: Ingest, inbox: Path) -> None:
    ingest("sync", inbox)
    (inbox / "2024" / "nda.tif").rename(inbox / "nda.tif")
    (inbox / "msa.tif").unlink()
    write_tiff(inbox / "new.tif", ["new"])
    planned = events(ingest("sync", "--dry-run", "--json", inbox))
    assert planned[0]["dry_run"] and {e["path"]: e["action"] for e in planned if e["event"] == "planned"} == {
        str(inbox / "new.tif"): "add",
        str(inbox / "nda.tif"): "move",
        str(inbox / "msa.tif"): "remove",
    }
    assert planned[-1]["counts"] == {"add": 1, "move": 1, "remove": 1}
    told = events(ingest("sync", "--json", inbox))
    assert {e["path"]: e["status"] for e in told if e["event"] == "outcome"} == {
        str(inbox / "new.tif"): "added",
        str(inbox / "nda.tif"): "moved",
        str(inbox / "msa.tif"): "removed",
    }
    assert told[-1]["event"] == "summary" and told[-1]["counts"] == {"added": 1, "moved": 1, "removed": 1}
