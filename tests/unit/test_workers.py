"""Worker processes, with process pools that a test holds in its hand: what starts, what ends, what is tried again."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ingest import workers
from ingest.errors import ModelError, PageError
from ingest.reader import Reading
from ingest.settings import Settings
from ingest.types import Recognition, SourceDocument, TextLine
from ingest.workers import Processes, View
from tests.fakes import FakeEngine

pytestmark = pytest.mark.unit

SOURCE = SourceDocument("0" * 64, "a.tif", Path("a.tif"), "image/tiff", 1)


@dataclass(frozen=True)
class Finished:
    """A process that does its work, and then something happens before anybody hears of it."""

    result: object
    then: Exception


def _expecting_a_page(result: object) -> Callable[[object, object], object]:
    def work(first: object, second: object) -> object:
        assert first == SOURCE or isinstance(second, Recognition)
        return result

    return work


class Pool:
    """In place of a `ProcessPoolExecutor`: nothing runs but what a test sets."""

    def __init__(self, size: int, answers: Callable[["Pool"], Any], changed: threading.Condition) -> None:
        self.size = size
        self.submitted: list[Future[None]] = []
        self.ended = False
        self._answers = answers
        self._changed = changed

    def submit(self, process: Callable[..., None], _work: object, parcel: Path) -> "Future[None]":
        """Note a page; where there is an answer, do as a process does: leave it in the parcel."""
        future: Future[None] = Future()
        with self._changed:
            self.submitted.append(future)
            self._changed.notify_all()
        answer = self._answers(self)
        if isinstance(answer, Finished):
            process(_expecting_a_page(answer.result), parcel)
            answer = answer.then
        elif answer is not None and not isinstance(answer, Exception):
            process(_expecting_a_page(answer), parcel)
            future.set_result(None)
        if isinstance(answer, Exception):
            future.set_exception(answer)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.ended = True
        for future in self.submitted if cancel_futures else []:
            future.cancel()

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()


class Pools:
    """All pools that were made; the first one gives one answer, those after it another."""

    def __init__(self) -> None:
        self.made: list[Pool] = []
        self.changed = threading.Condition()
        self.first: Callable[[Pool], Any] = lambda pool: None
        self.others: Callable[[Pool], Any] = lambda pool: AssertionError("another process was started")

    def __call__(self, size: int, *_: object) -> Pool:
        with self.changed:
            self.made.append(Pool(size, self.others if self.made else self.first, self.changed))
            self.changed.notify_all()
            return self.made[-1]

    def wait_for_pages(self, count: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.made and len(self.made[0].submitted) == count, timeout=30)


@pytest.fixture
def pools(monkeypatch: pytest.MonkeyPatch) -> Pools:
    made = Pools()
    monkeypatch.setattr(workers, "ProcessPoolExecutor", made)
    return made


@pytest.fixture
def processes(pools: Pools) -> Iterator[Processes]:
    made = Processes(View(Settings(workers=2), Reading("fake 1.0")), FakeEngine)
    yield made
    made.close()


def test_no_process_is_started_before_the_first_page(processes: Processes, pools: Pools) -> None:
    assert processes.count == 2 and pools.made == []


def test_all_pages_share_one_pool(processes: Processes, pools: Pools) -> None:
    pools.first = lambda pool: "seen"
    assert [processes.look(SOURCE, number) for number in (1, 2, 3)] == ["seen"] * 3
    assert [(pool.size, len(pool.submitted)) for pool in pools.made] == [(2, 3)]
    assert not pools.made[0].ended


def test_a_page_of_a_pool_that_broke_is_tried_once_more_alone(processes: Processes, pools: Pools) -> None:
    pools.first, pools.others = lambda pool: BrokenProcessPool("died"), lambda pool: "seen alone"
    assert processes.look(SOURCE, 1) == "seen alone"
    assert [pool.size for pool in pools.made] == [2, 1]
    assert pools.made[1].ended


def test_a_page_that_kills_a_process_of_its_own_fails_with_the_remedy(processes: Processes, pools: Pools) -> None:
    pools.first = pools.others = lambda pool: BrokenProcessPool("died")
    with pytest.raises(PageError, match=r"process that rendered it died.*print the file to a new PDF"):
        processes.look(SOURCE, 1)
    assert len(pools.made) == 2


def test_a_page_that_was_done_just_before_the_pool_broke_arrives(processes: Processes, pools: Pools) -> None:
    pools.first, pools.others = lambda pool: Finished("seen", BrokenProcessPool("died")), lambda pool: "seen alone"
    assert processes.look(SOURCE, 1) in ("seen", "seen alone")


def test_after_a_broken_pool_the_next_pages_have_a_new_one(processes: Processes, pools: Pools) -> None:
    pools.first, pools.others = lambda pool: BrokenProcessPool("died"), lambda pool: "seen"
    processes.look(SOURCE, 1)
    processes.look(SOURCE, 2)
    processes.look(SOURCE, 3)
    assert [pool.size for pool in pools.made] == [2, 1, 2]
    assert len(pools.made[2].submitted) == 2


@pytest.mark.parametrize("error", [PageError("it is damaged"), ModelError("none")])
def test_what_a_page_raises_in_its_process_is_raised_and_not_tried_again(
    processes: Processes, pools: Pools, error: Exception
) -> None:
    pools.first = lambda pool: error
    with pytest.raises(type(error), match=str(error)):
        processes.look(SOURCE, 1)
    assert len(pools.made) == 1


def test_a_page_without_markdown_is_put_together_in_a_process(processes: Processes, pools: Pools) -> None:
    pools.first = lambda pool: "composed"
    line = TextLine("Total", (0.1, 0.1, 0.3, 0.2))
    assert processes.compose(None, Recognition((line,))) == "composed"  # type: ignore[arg-type]


def test_pages_that_wait_when_it_is_closed_are_given_up_and_not_tried_again(processes: Processes, pools: Pools) -> None:
    with ThreadPoolExecutor(3) as threads:
        waiting = [threads.submit(processes.look, SOURCE, number) for number in (1, 2, 3)]
        pools.wait_for_pages(3)
        processes.close()
        assert all(page.exception(timeout=30) is not None for page in waiting)
    assert len(pools.made) == 1


def test_a_page_that_comes_after_the_end_starts_no_process(processes: Processes, pools: Pools) -> None:
    pools.first = lambda pool: "seen"
    processes.look(SOURCE, 1)
    processes.close()
    with pytest.raises(Exception):  # noqa: B017 -- whatever it is, the page was given up
        processes.look(SOURCE, 2)
    assert len(pools.made) == 1


def test_pages_are_tried_again_by_no_more_processes_than_there_may_be(processes: Processes, pools: Pools) -> None:
    """What killed a process may be a lack of memory: many processes at once would make it worse."""
    inside = most = 0

    def alone(pool: Pool) -> str:
        nonlocal inside, most
        with pools.changed:
            inside += 1
            most = max(most, inside)
            pools.changed.notify_all()
            pools.changed.wait_for(lambda: most > processes.count, timeout=0.3)  # in vain, where the bound is kept
            inside -= 1
        return "seen alone"

    pools.others = alone
    with ThreadPoolExecutor(6) as threads:
        waiting = [threads.submit(processes.look, SOURCE, number) for number in range(1, 7)]
        pools.wait_for_pages(6)
        for future in pools.made[0].submitted:
            future.set_exception(BrokenProcessPool("died"))
        assert [page.result(timeout=30) for page in waiting] == ["seen alone"] * 6
    assert most <= processes.count
