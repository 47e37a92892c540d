"""Claims on documents: one process, or one thread of it, works on a document at a time."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from ingest.errors import DocumentBusy, LibraryNotWritable

_SUFFIX = ".lock"


class Claim:
    """A document that is ours until `release`, or until the process ends, however it ends.

    The lock is a file which the operating system frees. It is deleted on release, so that a file which is still there,
    and free, tells of a process that was killed.
    """

    def __init__(self, lock: FileLock) -> None:
        """Take over a lock that is held; `claim_document` makes claims."""
        self._lock = lock

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def release(self) -> None:
        """Let others work on the document; done twice it does no harm."""
        if self._lock.is_locked:
            # While it is held: one who opened the file before it was deleted sees that, and opens it anew.
            with suppress(OSError):
                Path(self._lock.lock_file).unlink()
            self._lock.release()


def claim_document(folder: Path, doc_id: str, *, wait: bool = True, notify: Callable[[], None] | None = None) -> Claim:
    """Claim a document.

    Args:
        folder: where the library's locks are.
        doc_id: the document.
        wait: wait until it is free.
        notify: called once before waiting.

    Raises:
        DocumentBusy: it is not free, and `wait` is False.
        LibraryNotWritable: the lock's file cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / (doc_id + _SUFFIX), thread_local=False)
        try:
            lock.acquire(blocking=False)
        except Timeout as error:
            if not wait:
                raise DocumentBusy(f"Another process works on document {doc_id[:12]}; try again later.") from error
            if notify is not None:
                notify()
            lock.acquire()
    except OSError as error:
        raise LibraryNotWritable(
            f"{folder} cannot be written ({error.strerror or error}); check permissions and free space."
        ) from error
    return Claim(lock)


def left_behind(folder: Path) -> list[str]:
    """Documents that have a lock's file: those being worked on, and those whose process was killed."""
    return sorted(path.name.removesuffix(_SUFFIX) for path in folder.glob("*" + _SUFFIX))
