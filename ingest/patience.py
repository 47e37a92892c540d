"""How long to wait for a process, on a machine that may have other things to do."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

# However busy the machine is: a process may take so many times the time that it has.
_MOST = 20.0
_LEAST = 0.05  # seconds: to look again sooner is of no use


def held_up(pid: int) -> dict[int, float]:
    """Seconds for which each thread of a process could have run and had no processor; empty where nobody tells.

    Linux does, in the second field of ``/proc/<pid>/task/<thread>/schedstat``, in nanoseconds.
    """
    found = {}
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError, ValueError, IndexError):  # it may just have ended
                found[int(task.name)] = int((task / "schedstat").read_text().split()[1]) / 1e9
    return found


class Patience:
    """The time that a process has for a task; what it is kept waiting for a processor does not count.

    Where many programs share a machine, a page would fail else for what is none of its faults.
    """

    def __init__(
        self,
        seconds: float,
        pid: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        waits: Callable[[int], Mapping[int, float]] = held_up,
    ) -> None:
        """Begin.

        Args:
            seconds: that it has.
            pid: of the process.
            clock: seconds from any beginning.
            waits: as `held_up`.
        """
        self._seconds, self._pid, self._clock, self._waits = seconds, pid, clock, waits
        self._began, self._before = clock(), waits(pid)

    def left(self) -> float:
        """Seconds after which to look again; 0 where its time is over."""
        elapsed = self._clock() - self._began
        left = self._seconds - elapsed
        if left <= 0:
            # Of the thread that waited longest: of all together it may be more than the time that passed.
            waits = self._waits(self._pid).items()
            left += min(elapsed, max((waited - self._before.get(thread, 0.0) for thread, waited in waits), default=0.0))
            left = min(left, _MOST * self._seconds - elapsed)
        return max(left, _LEAST) if left > 0 else 0.0
