"""What a worker process may take of the machine, what it does for its parent's sake, and what its end says."""

import multiprocessing
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ingest.settings import Settings

REMEDY = "print the file to a new PDF and add that"
# Exit status of a worker that ran out of memory: what it says afterwards can't be relied upon.
OUT_OF_MEMORY = 91
_MB = 1 << 20
_MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD of malloc.h
_CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")
# Each model keeps one thread a core, and the whole stack of each counts as memory, though hardly any of it is used.
_STACKS_A_CORE = 32
_SHORTAGES = (
    "bad_alloc",
    "bad allocation",
    "malloc",
    "calloc",
    "realloc",
    "to allocate",
    "cannot allocate",
    "insufficient memory",
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a worker process may take.

    Attributes:
        seconds: time for one task.
        memory: megabytes of memory; 0: no limit.
    """

    seconds: float = 120.0
    memory: int = 2048

    @property
    def too_slow(self) -> str:
        """What to say of a task that took too long."""
        return _told(f"it took longer than {self.seconds:g} seconds and was stopped", "raise PAGECITE_PAGE_SECONDS")

    def lost(self, status: int | None) -> str:
        """What to say of a task whose process ended.

        Args:
            status: exit status as `multiprocessing` has it: negative for a signal; None where it is unknown.
        """
        return _told(*self._cause(status))

    def not_started(self, status: int | None) -> str:
        """What to say of a process that ended before it was ready."""
        cause, setting = self._cause(status)
        return f"A worker process did not start: {cause}{'; ' if setting else ''}{setting}."

    def _cause(self, status: int | None) -> tuple[str, str]:
        """Why a process ended, and which setting may help."""
        if status == OUT_OF_MEMORY:
            return f"it needs more than {self.memory} MB of memory", "raise PAGECITE_WORKER_MEMORY"
        if was_killed(status):
            return "its process was killed, most often for lack of memory", "lower PAGECITE_WORKERS"
        return f"its process crashed ({_named(status)})", ""


def _told(cause: str, setting: str) -> str:
    return f"{cause}; {setting}, or {REMEDY}" if setting else f"{cause}; {REMEDY}"


def limits_of(settings: Settings) -> Limits:
    """The limits of the settings."""
    return Limits(settings.page_seconds, settings.worker_memory)


def was_killed(status: int | None) -> bool:
    """Whether an exit status is that of a process which the system or a person ended at once."""
    return status is not None and -status == getattr(signal, "SIGKILL", 9)


def _named(status: int | None) -> str:
    if status is None:
        return "no exit status"
    try:
        return signal.Signals(-status).name if status < 0 else f"exit status {status}"
    except ValueError:
        return f"signal {-status}"


def restrain(limits: Limits) -> None:
    """Put this process under the limits, in a group of its own, and have it end with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's affair
    if sys.platform != "win32":
        os.setpgid(0, 0)
    if sys.platform == "linux":
        _limit_memory(limits.memory)
        _end_with_parent()
        # Where the whole machine runs out of memory, this process goes first, not the one that leads the work.
        with suppress(OSError), open("/proc/self/oom_score_adj", "w") as stream:
            stream.write("500")


if sys.platform == "linux":
    import fcntl
    import resource

    def _limit_memory(megabytes: int) -> None:
        """Have the system refuse more memory.

        RLIMIT_DATA counts what is written to. RLIMIT_AS would count address space as well, of which the libraries take
        half a gigabyte without using it.
        """
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # nothing of a document is left in a core file
        if megabytes:
            most = (megabytes + _STACKS_A_CORE * (os.cpu_count() or 1)) * _MB
            _, allowed = resource.getrlimit(resource.RLIMIT_DATA)
            most = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
            resource.setrlimit(resource.RLIMIT_DATA, (most, most))

    def _end_with_parent() -> None:
        """Have the kernel end this process, and what it started, when its parent is gone, however the parent ends.

        The parent holds the other end of a pipe on which nothing is ever sent. When the parent ends it closes, and the
        signal comes whatever this process is at: a thread that waits for it could not run while MuPDF works.
        """
        parent = multiprocessing.parent_process()
        assert parent is not None
        signal.signal(signal.SIGIO, signal.SIG_DFL)
        fcntl.fcntl(parent.sentinel, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(parent.sentinel, fcntl.F_SETFL, fcntl.fcntl(parent.sentinel, fcntl.F_GETFL) | os.O_ASYNC)
        if not parent.is_alive():
            os._exit(1)


def is_shortage(error: BaseException) -> bool:
    """Whether an error, or what led to it, says that memory ran out. Libraries in C say it in words of their own."""
    found: list[BaseException] = [error]
    for seen in found:
        said = str(seen).casefold()
        if isinstance(seen, MemoryError) or any(shortage in said for shortage in _SHORTAGES):
            return True
        found += [e for e in (seen.__cause__, seen.__context__) if e is not None and e not in found]
    return False


def trim() -> None:
    """Give freed memory back to the system, where the C library keeps it (GNU's does; measured: 200 MB a worker)."""
    _c_library("malloc_trim", 0)


def give_back_large_blocks() -> None:
    """Have GNU's C library give large blocks back whenever they are freed, from now on, in this whole process.

    Otherwise it comes to keep them, and the more texts are embedded the more it keeps: 860 MB after 1,200 texts, 960 MB
    after 2,400. This way it is 690 MB after any number, for a third more time in the embedding model.
    """
    _c_library("mallopt", _MMAP_THRESHOLD, _MB)


def _c_library(function: str, *arguments: int) -> None:
    """Call a function of GNU's C library; nothing happens where there is another one."""
    if sys.platform == "linux":
        import ctypes

        found = getattr(ctypes.CDLL(None), function, None)
        if found is not None:
            found(*arguments)


def machine_memory() -> int:
    """Megabytes of memory of this machine, or of the container it is; 4096 where the system does not tell."""
    known = [4096 * _MB]
    with suppress(AttributeError, ValueError, OSError):
        known = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    with suppress(OSError, ValueError):  # "max" where there is no limit
        known.append(int(_CONTAINER_LIMIT.read_text()))
    return min(known) // _MB


def cores() -> int:
    """Processor cores that this process may use."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return allowed or 1
