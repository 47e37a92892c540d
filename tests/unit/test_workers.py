"""Who reads pages, how many at once, and what is said of those that fail. No process is started here."""

import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import limits, workers
from ingest.desk import Desk
from ingest.errors import PageError
from ingest.flow import OneAtATime
from ingest.limits import OUT_OF_MEMORY, REMEDY, Limits, is_shortage, limits_of
from ingest.ocr import recipe_of
from ingest.rapid import RapidEngine
from ingest.reading import Reading, reader_key
from ingest.settings import Settings
from ingest.tesseract import TesseractEngine
from ingest.workers import Readers, Showers, View, reading_processes, staff_for
from tests.fakes import FakeEngine
from tests.unit.test_ocr_errors import FakeRapid, FakeRun

pytestmark = pytest.mark.unit


def view(**settings: object) -> View:
    return View(Settings(**settings), Reading("some engine 1.0"))  # type: ignore[arg-type]


class ServedEngine(FakeEngine):
    """An engine that reads several pages at once, somewhere else."""

    concurrency = 7


# Who


def test_an_embedded_engine_reads_in_processes_with_one_page_more_under_way_than_they_read() -> None:
    staff, most = staff_for(RapidEngine(), view(workers=3))
    assert (type(staff), most) == (Readers, 4)


def test_an_engine_elsewhere_is_kept_busy_by_processes_that_show_pages_ahead_of_it() -> None:
    staff, most = staff_for(ServedEngine(), view(workers=3))
    assert (type(staff), most) == (Showers, 7 + 2 * 3)


def test_an_engine_that_only_this_process_has_reads_one_page_after_another_in_it() -> None:
    staff, most = staff_for(FakeEngine(), view())
    assert (type(staff), most) == (Desk, 1)


def test_a_server_that_reads_one_page_at_a_time_has_pages_shown_ahead_of_it_all_the_same() -> None:
    staff, _ = staff_for(FakeEngine(), view(ocr_engine="hunyuan"))
    assert type(staff) is Showers


@pytest.mark.parametrize(("threads", "cores", "expected"), [(0, 3, 3), (2, 3, 2)])
def test_a_copy_of_an_engine_takes_its_share_of_the_cores_unless_the_setting_says_otherwise(
    threads: int, cores: int, expected: int
) -> None:
    recipe = recipe_of(RapidEngine(threads=threads))
    assert recipe is not None
    copy = pickle.loads(pickle.dumps(recipe))(cores)
    assert isinstance(copy, RapidEngine)
    assert (copy.name, copy._threads) == (RapidEngine().name, expected)


def test_engines_of_tests_stay_in_the_process_that_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/somewhere/{name}")
    for engine in (RapidEngine(load=lambda parameters: FakeRapid()), TesseractEngine(run=FakeRun()), FakeEngine()):
        assert recipe_of(engine) is None


@pytest.mark.parametrize(
    ("cores", "megabytes", "processes"),
    [(1, 64_000, 1), (2, 24_000, 2), (16, 64_000, 4), (8, 6_000, 2), (8, 512, 1)],
)
def test_as_many_processes_read_as_cores_and_memory_allow(
    monkeypatch: pytest.MonkeyPatch, cores: int, megabytes: int, processes: int
) -> None:
    monkeypatch.setattr(workers, "cores", lambda: cores)
    monkeypatch.setattr(workers, "machine_memory", lambda: megabytes)
    assert reading_processes(Settings()) == processes
    assert reading_processes(Settings(workers=5)) == 5


def test_a_container_counts_as_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(limits, "_CONTAINER_LIMIT", limit)
    whole = limits.machine_memory()
    for said, expected in (("max\n", whole), (f"{300 << 20}\n", 300)):
        limit.write_text(said)
        assert limits.machine_memory() == expected


def test_passwords_are_shown_nowhere() -> None:
    secret = View(Settings(), Reading("some engine 1.0"), passwords=("geheim",))
    assert "geheim" not in repr(secret) + str(secret)
    assert "geheim" not in reader_key(secret.reading, 200, 8_000_000)
    assert pickle.loads(pickle.dumps(secret)).passwords == ("geheim",)


# What is said


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (OUT_OF_MEMORY, "it needs more than 700 MB of memory; raise PAGECITE_WORKER_MEMORY, or "),
        (-9, "its process was killed, most often for lack of memory; lower PAGECITE_WORKERS, or "),
        (-11, "its process crashed (SIGSEGV); "),
        (-200, "its process crashed (signal 200); "),
        (3, "its process crashed (exit status 3); "),
        (None, "its process crashed (no exit status); "),
    ],
)
def test_what_ended_a_process_is_said_with_what_to_do(status: int | None, said: str) -> None:
    assert Limits(memory=700).lost(status) == said + REMEDY


def test_limits_are_those_of_the_settings() -> None:
    chosen = limits_of(Settings(page_seconds=7.5, worker_memory=900))
    assert (chosen.seconds, chosen.memory) == (7.5, 900)
    assert chosen.too_slow.startswith(
        "it took longer than 7.5 seconds and was stopped; raise PAGECITE_PAGE_SECONDS, or"
    )


@pytest.mark.parametrize(
    "said",
    [
        "std::bad_alloc",
        "code=2: malloc (4000 bytes) failed",
        "Failed to allocate memory for requested buffer of size 4000",
        "OpenCV(4.10): error: (-4:Insufficient memory) Failed to allocate 4000 bytes",
        "[Errno 12] Cannot allocate memory",
    ],
)
def test_a_lack_of_memory_is_known_by_the_words_of_each_library(said: str) -> None:
    error = PageError("it cannot be rendered")
    error.__cause__ = RuntimeError(said)
    assert is_shortage(error) and is_shortage(RuntimeError(said))


def test_other_errors_are_no_lack_of_memory() -> None:
    assert is_shortage(MemoryError())
    error = PageError("it is damaged (cycle in page tree); get the file from its source again")
    error.__context__ = error.__cause__ = ValueError("cycle in page tree")
    assert not is_shortage(error)


@given(st.text())
def test_any_error_text_is_looked_at_without_harm(said: str) -> None:
    assert isinstance(is_shortage(RuntimeError(said)), bool)


# One at a time


def test_equal_things_are_done_one_after_another_and_others_at_once() -> None:
    turns, inside, met = OneAtATime(), [], threading.Barrier(2, timeout=30)

    def enter(key: str) -> None:
        with turns.turn(key):
            inside.append(key)
            assert inside.count(key) == 1
            met.wait()
            inside.remove(key)

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(enter, key) for key in "aabb"]:
            done.result(60)
    assert turns._taken == set()


def test_who_fails_at_a_thing_lets_the_next_one_in() -> None:
    turns = OneAtATime()
    for _ in range(2):
        with pytest.raises(PageError), turns.turn("a"):
            raise PageError("it is damaged")
