"""Worker processes, each with a pipe of its own, lent to one thread at a time, replaced when they fail.

A pool of the standard library shares one pipe among its processes: one that is killed takes the work of all others
with it, and none of them can be stopped alone.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from threading import Condition
from typing import Generic, TypeVar

from ingest.limits import Limits
from ingest.process import Worker

S = TypeVar("S")
T = TypeVar("T")


class Pool(Generic[S]):
    """A bounded number of workers, started when they are needed. Safe to use from several threads."""

    def __init__(self, prepare: Callable[[], S], size: int, limits: Limits) -> None:
        """Prepare; no process is started.

        Args:
            prepare: makes what the tasks of a process work with; runs in each process.
            size: most processes.
            limits: what each may take.
        """
        self.size = size
        self._prepare = prepare
        self._limits = limits
        self._changed = Condition()
        self._idle: list[Worker[S]] = []
        self._all: set[Worker[S]] = set()
        self._closed = False

    def perform(self, key: str, work: Callable[[], T]) -> T:
        """Have work done that needs nothing of what the processes prepared.

        Args:
            key: see `worker`.
            work: can be pickled.

        Raises:
            PageError: it took too much time or memory, or killed its process.
            CancelledError: the pool was closed.
        """
        with self.worker(key) as worker:
            return worker.ask(_perform, work)

    @contextmanager
    def worker(self, key: str) -> Iterator[Worker[S]]:
        """A worker for the time of a ``with`` block.

        Args:
            key: what it is for; one that was last asked for the same is preferred.

        Raises:
            CancelledError: the pool is closed.
            ConfigError: no process can be started.
        """
        worker = self._take(key)
        try:
            while not worker.responds():
                self._give_back(worker)
                worker = self._take(key)
            yield worker
        finally:
            self._give_back(worker)

    def _take(self, key: str) -> Worker[S]:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._idle or len(self._all) < self.size)
            if self._closed:
                raise CancelledError
            for worker in [worker for worker in self._idle if not worker.usable]:
                self._idle.remove(worker)
                self._all.discard(worker)
                worker.end()
            if self._idle:
                chosen = next((worker for worker in self._idle if worker.key == key), self._idle[0])
                self._idle.remove(chosen)
            else:
                chosen = Worker(self._prepare, self._limits)
                self._all.add(chosen)
            chosen.key = key
            return chosen

    def _give_back(self, worker: Worker[S]) -> None:
        """Keep a worker for the next task, or end it; a second time changes nothing."""
        usable = worker.usable
        if not usable:
            worker.end()
        with self._changed:
            if usable and not self._closed:
                self._idle.append(worker)
            else:
                self._all.discard(worker)
            self._changed.notify()

    def close(self) -> None:
        """End all processes; work under way is given up."""
        with self._changed:
            self._closed = True
            workers = list(self._all)
            self._changed.notify_all()
        for worker in workers:
            worker.dismiss()


def _perform(_: object, work: Callable[[], T]) -> T:
    return work()
