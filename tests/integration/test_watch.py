"""Watching: files are taken when they are whole, and no failure ends the watch. Tests tell the time and the changes."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ingest.changes import FolderChanges
from ingest.errors import LibraryError, PageError
from ingest.folders import Stamp
from ingest.library import Library
from ingest.watch import Settling, ends
from tests.command_line import Ingest, command_line, events
from tests.drawings import write_pdf, write_tiff
from tests.fakes import FakeEngine

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
DEADLINE = 30.0  # seconds
Step = Callable[[], object]


class Script:
    """A clock, and changes that happen when the watch waits: one step a wait, then Ctrl-C."""

    def __init__(self, *steps: Step) -> None:
        self.now = 1000.0
        self.waits: list[float | None] = []
        self.polled = False
        self._steps = list(steps)

    def clock(self) -> float:
        return self.now

    @contextmanager
    def changes(self, folders: Any, library: Path, *, poll: bool, remark: Callable[[str], None]) -> Iterator["Script"]:
        self.polled = poll
        yield self

    def wait(self, seconds: float | None) -> bool:
        """The next step happens at once; without one time passes, and where nothing is waited for it is over."""
        self.waits.append(seconds)
        if self._steps:
            self._steps.pop(0)()
        elif seconds is None or len(self.waits) > 50:
            raise KeyboardInterrupt
        else:
            self.now += seconds
            return False
        return True

    def then(self, *steps: Step) -> "Script":
        self._steps += steps
        return self

    def tools(self) -> dict[str, Any]:
        return {"changes": self.changes, "clock": self.clock}

    def later(self, seconds: float) -> Step:
        def step() -> None:
            self.now += seconds

        return step


@pytest.fixture
def ingest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ingest:
    return command_line(tmp_path, monkeypatch)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def names() -> list[str]:
    with Library("data/library") as library:
        return [record.name for record in library.documents() if record.status == "ready"]


def outcomes(result: Any) -> list[tuple[str, str]]:
    return [(Path(e["path"]).name, e["status"]) for e in events(result) if e["event"] == "outcome"]


def test_what_is_there_is_synced_and_files_that_arrive_are_added(ingest: Ingest, inbox: Path) -> None:
    write_tiff(inbox / "a.tif", ["a"])
    script = Script()
    script.then(script.later(2), lambda: write_tiff(inbox / "b.tif", ["b"]))
    result = ingest("watch", inbox, **script.tools())
    assert result.exit_code == 130
    assert [line for line in result.stdout.splitlines() if line.startswith("added")] == [
        "added    a.tif  1 page",
        "added    b.tif  1 page",
    ]
    assert result.stdout.splitlines()[-1].startswith("2 added; 2 pages; ")
    assert "Stopped." in result.stderr


def test_a_file_that_grows_waits_until_it_is_whole(ingest: Ingest, inbox: Path, tmp_path: Path) -> None:
    whole = write_tiff(tmp_path / "whole.tif", ["one", "two"]).read_bytes()
    engine = FakeEngine()
    read: list[int] = []

    def write(share: float) -> Step:
        def step() -> None:
            read.append(engine.calls)
            script.now += 1.5
            (inbox / "grows.tif").write_bytes(whole[: int(len(whole) * share)])

        return step

    script = Script(write(0.2), write(0.5), write(0.8), write(1.0))
    result = ingest("watch", inbox, "--json", engine=engine, **script.tools())
    assert read == [0, 0, 0, 0]
    assert outcomes(result) == [("grows.tif", "added")] and engine.calls == 2
    assert script.waits[-2:] == [2.0, None]


def test_a_pdf_without_its_end_is_waited_for_and_not_for_ever(ingest: Ingest, inbox: Path, tmp_path: Path) -> None:
    whole = write_pdf(tmp_path / "whole.pdf", [["Mutual Non-Disclosure Agreement"]]).read_bytes()
    (inbox / "slow.pdf").write_bytes(whole[:-30])
    (inbox / "cut.pdf").write_bytes(whole[:-40])
    done: list[list[str]] = []

    def complete() -> None:
        done.append(names() if Library.exists("data/library") else [])
        (inbox / "slow.pdf").write_bytes(whole)

    script = Script(complete)
    result = ingest("watch", inbox, "--json", **script.tools())
    told = outcomes(result)
    assert told[0] == ("slow.pdf", "added") and told[1][0] == "cut.pdf" and len(told) == 2
    assert sum(seconds or 0 for seconds in script.waits) < 40


def test_a_file_that_changes_and_one_that_goes_are_followed(ingest: Ingest, inbox: Path) -> None:
    for name in ("a.tif", "b.tif"):
        write_tiff(inbox / name, [name])
    ingest("sync", inbox)

    def change() -> None:
        write_tiff(inbox / "a.tif", ["a", "amended"])
        (inbox / "b.tif").unlink()

    script = Script(change)
    result = ingest("watch", inbox, "--json", **script.tools())
    assert outcomes(result) == [("a.tif", "updated"), ("b.tif", "removed")]
    assert events(result)[-1]["counts"] == {"updated": 1, "present": 2, "removed": 1}
    assert names() == ["a.tif"]


def test_a_moved_file_is_not_read_again_even_where_its_new_place_is_not_whole_at_once(
    ingest: Ingest, inbox: Path, tmp_path: Path
) -> None:
    content = write_pdf(tmp_path / "x.pdf", [["Mutual Non-Disclosure Agreement"]]).read_bytes()
    (inbox / "a.pdf").write_bytes(content)
    write_tiff(inbox / "b.tif", ["b"])
    ingest("sync", inbox)
    half = content[:-30] + b" " * 30

    def copied_halfway() -> None:
        (inbox / "a.pdf").unlink()
        (inbox / "new.pdf").write_bytes(half)

    engine = FakeEngine()
    script = Script(copied_halfway)
    script.then(script.later(5), lambda: (inbox / "new.pdf").write_bytes(content))
    result = ingest("watch", inbox, "--json", engine=engine, **script.tools())
    assert outcomes(result) == [("new.pdf", "moved")] and engine.calls == 0


def test_the_models_are_loaded_once_and_only_when_something_is_to_be_read(ingest: Ingest, inbox: Path) -> None:
    def loaded(script: Script) -> int:
        told = events(ingest("watch", inbox, "--json", **script.tools()))
        return sum(event.get("text") == "loading models" for event in told)

    assert loaded(Script()) == 0
    script = Script(lambda: write_tiff(inbox / "a.tif", ["a"]))
    script.then(script.later(3), script.later(3), lambda: write_tiff(inbox / "b.tif", ["b"]))
    assert loaded(script) == 1
    assert names() == ["a.tif", "b.tif"]


def test_a_file_that_fails_is_told_once_and_tried_again_when_it_changes(ingest: Ingest, inbox: Path) -> None:
    (inbox / "bad.pdf").write_bytes(b"<html>%%EOF</html>")
    write_tiff(inbox / "good.tif", ["good"])
    engine = FakeEngine(raises={1: PageError("the model gave up")})
    script = Script()
    script.then(script.later(10), script.later(10), script.later(10))
    script.then(lambda: write_pdf(inbox / "bad.pdf", [["Mutual Non-Disclosure Agreement"]]))
    result = ingest("watch", inbox, "--json", "--every", 1, engine=engine, **script.tools())
    assert sorted(outcomes(result)) == [("bad.pdf", "added"), ("bad.pdf", "failed"), ("good.tif", "failed")]


def test_an_error_that_should_not_happen_costs_its_file_alone(ingest: Ingest, inbox: Path) -> None:
    for name in ("a.tif", "b.tif", "c.tif"):
        write_tiff(inbox / name, [name])

    class Faulty(FakeEngine):
        def read(self, image: Any, *, boxes: bool = True) -> Any:
            if len(self.images) in (1, 2):  # twice on the second file: in the batch, and when it is read alone
                self.images.append(image)
                raise ZeroDivisionError("oops")
            return super().read(image, boxes=boxes)

    script = Script()
    result = ingest("watch", inbox, "--json", engine=Faulty(), **script.tools())
    told = outcomes(result)
    assert ("b.tif", "failed") in told and ("a.tif", "added") in told and ("c.tif", "added") in told
    assert names() == ["a.tif", "c.tif"]


def test_a_library_that_cannot_be_used_is_waited_for_longer_and_longer(
    ingest: Ingest, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tiff(inbox / "a.tif", ["a"])
    calls: list[int] = []
    paths = Library.paths

    def busy(self: Library) -> Any:
        calls.append(1)
        if 2 <= len(calls) <= 4:
            raise LibraryError("The library is busy.")
        return paths(self)

    monkeypatch.setattr(Library, "paths", busy)
    script = Script()
    result = ingest("watch", inbox, "--json", **script.tools())
    notes = [e["text"] for e in events(result) if e["event"] == "note"]
    assert [note for note in notes if note.startswith("The library is busy. Trying again in")] == [
        f"The library is busy. Trying again in {pause} s." for pause in (10, 20, 40)
    ]
    assert names() == ["a.tif"]


def test_a_folder_that_goes_away_is_waited_for_and_nothing_of_it_is_removed(ingest: Ingest, inbox: Path) -> None:
    write_tiff(inbox / "a.tif", ["a"])
    ingest("sync", inbox)
    away = inbox.with_name("away")
    script = Script(lambda: inbox.rename(away))
    script.then(script.later(10), script.later(10), lambda: away.rename(inbox), script.later(10))
    result = ingest("watch", inbox, "--json", **script.tools())
    assert outcomes(result) == [("inbox", "failed")]  # said once
    assert "is a disk not mounted?" in result.stdout
    assert names() == ["a.tif"]


def test_every_so_often_it_looks_also_where_no_changes_are_told(ingest: Ingest, inbox: Path) -> None:
    script = Script(lambda: None)
    result = ingest("watch", inbox, "--every", 5, "--poll", **script.tools())
    assert set(script.waits) == {300.0} and script.polled
    assert result.exit_code == 130


def test_a_misspelled_folder_is_not_waited_for(ingest: Ingest, tmp_path: Path) -> None:
    result = ingest("watch", "inbocks", **Script().tools())
    assert result.exit_code == 1
    assert result.stderr == f"ingest: There is no folder {tmp_path / 'inbocks'}; check the path.\n"
    assert not (tmp_path / "data").exists()


def test_a_library_in_the_folder_is_never_taken_for_documents(ingest: Ingest, inbox: Path) -> None:
    write_tiff(inbox / "a.tif", ["a"])
    script = Script(lambda: None)
    result = ingest("watch", inbox, "--library", inbox / "library", "--every", 1, "--json", **script.tools())
    assert outcomes(result) == [("a.tif", "added")]


# The parts


def test_a_path_settles_when_it_has_not_changed_for_so_long() -> None:
    now = [0.0]
    settling = Settling(2, lambda: now[0])

    def look(size: int) -> dict[str, float]:
        return settling.restless({"/a.tif": (Path("/a.tif"), Stamp(size, size))})

    assert look(1) == {"/a.tif": 2}
    now[0] = 1.5
    assert look(1) == {"/a.tif": 0.5}
    assert look(2) == {"/a.tif": 2}
    now[0] = 3.5
    assert look(2) == {}
    assert settling.restless({"/b.tif": (None, None)}) == {"/b.tif": 2}


@pytest.mark.parametrize(
    ("name", "content", "whole"),
    [
        ("a.pdf", b"%PDF-1.7 ... %%EOF\n", True),
        ("a.PDF", b"%PDF-1.7 ...", False),
        ("a.pdf", b"%PDF-1.7 %%EOF" + b"\0" * 1500, True),
        ("a.pdf", b"%%EOF" + b"x" * 5000, False),
        ("a.pdf", b"", False),
        ("a.tif", b"II*", True),
    ],
)
def test_only_a_pdf_says_whether_it_is_whole(tmp_path: Path, name: str, content: bytes, whole: bool) -> None:
    (tmp_path / name).write_bytes(content)
    assert ends(tmp_path / name) is whole


@pytest.fixture
def seen(inbox: Path, tmp_path: Path) -> Iterator[FolderChanges]:
    with FolderChanges([inbox], tmp_path / "library", remark=lambda _: None) as changes:
        yield changes


def test_the_system_tells_of_files_that_arrive_change_move_and_go(seen: FolderChanges, inbox: Path) -> None:
    for happens in (
        lambda: write_tiff(inbox / "a.tif", ["a"]),
        lambda: write_tiff(inbox / "a.tif", ["a", "b"]),
        lambda: (inbox / "sub").mkdir(),
        lambda: (inbox / "a.tif").rename(inbox / "sub" / "a.tif"),
        lambda: (inbox / "sub").rename(inbox / "other"),
        lambda: write_tiff(inbox / "other" / "b.tif", ["b"]),
        lambda: (inbox / "other" / "a.tif").unlink(),
    ):
        happens()
        assert seen.wait(DEADLINE)


def test_other_files_and_the_library_itself_do_not_wake_the_watch(inbox: Path) -> None:
    library = inbox / "library"
    library.mkdir()
    with FolderChanges([inbox], library, remark=lambda _: None) as changes:
        (library / "0001.webp").touch()
        (inbox / "notes.txt").touch()
        (inbox / ".hidden.pdf").touch()
        assert not changes.wait(0.6)


def test_a_folder_that_goes_and_comes_is_watched_again(seen: FolderChanges, inbox: Path) -> None:
    inbox.rmdir()
    assert seen.wait(DEADLINE)
    inbox.mkdir()  # another one by the same name, as a disk that is mounted
    assert seen.wait(DEADLINE)
    while seen.wait(0.3):  # what else is told of that
        pass
    write_tiff(inbox / "a.tif", ["a"])
    assert seen.wait(DEADLINE)


def test_where_the_system_cannot_tell_the_folders_are_looked_at_again_and_again(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ingest.changes

    watch = ingest.changes.watch

    def limited(*folders: Path, force_polling: bool | None, **options: Any) -> Any:
        if not force_polling:
            raise OSError(28, "OS file watch limit reached")
        yield from watch(*folders, force_polling=True, **options)

    monkeypatch.setattr(ingest.changes, "watch", limited)
    remarks: list[str] = []
    with FolderChanges([inbox], tmp_path / "library", remark=remarks.append) as changes:
        write_tiff(inbox / "a.tif", ["a"])
        assert changes.wait(DEADLINE)
    assert "OS file watch limit reached" in remarks[0] and "looking every 2 s instead" in remarks[0]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_real_program_adds_what_arrives_and_ends_cleanly_when_told_to(
    inbox: Path, tmp_path: Path, number: int, status: int
) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PAGECITE_")}
    environment["PYTHONPATH"] = str(ROOT)
    command = [sys.executable, "-m", "ingest.cli", "watch", str(inbox), "--settle", "0.2"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Watching ")
        write_pdf(inbox / "nda.pdf", [["Mutual Non-Disclosure Agreement between Aldermoor and Foxglove"]])
        assert process.stdout.readline() == "added    nda.pdf  1 page\n"
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == status
    assert out.startswith("1 added; 1 page; ") and "Stopped. What is done stays done" in err
