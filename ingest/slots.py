"""Folders of one's own for Chroma: ``chroma/slot-0``, ``slot-1``, …, each for one process at a time.

Two processes on one folder of Chroma damage it without any error. So a process takes a slot under a file lock that the
operating system frees when the process ends, however it ends.
"""

import errno
import json
import logging
import os
import shutil
import uuid
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ingest.chroma import ChromaVectors, open_folder, vectors_in
from ingest.errors import LibraryNotWritable
from ingest.scrubbing import scrub
from ingest.seals import seal_of
from ingest.stores import MemoryStore, Store
from ingest.vector_source import Position

logger = logging.getLogger(__name__)

_COLLECTION = "chunks"
_SLOTS = 64
_STATE = "state.json"
# Chroma does not notice when the system takes only part of what it writes: with less room than this it is not trusted.
_ROOM = 16 << 20
# Errors after which no other slot will do.
_NO_PLACE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EBUSY}


class SlotStore:
    """Vectors in a slot. Beside Chroma's files stands ``state.json``: how far they are, and a seal on them."""

    keeps_traces = True

    def __init__(self, folder: Path, *, anew: bool = False) -> None:
        """Prepare; no slot is taken before it is used.

        Args:
            folder: the library's ``chroma`` folder.
            anew: do not trust what is in the slot.
        """
        self._folder = folder
        self._anew = anew
        self._lock: FileLock | None = None
        self._slot = folder
        self._data = folder
        self._client: Any = None
        self._vectors: ChromaVectors | None = None
        self._position: Position | None = None

    def exclusive(self) -> AbstractContextManager[bool]:
        """It is ours alone."""
        return nullcontext(True)

    def read(self) -> Position | None:
        """How far the vectors are; the first time a slot is taken, and its seal compared."""
        if self._lock is None:
            self._take()
            if not self._anew:
                self._position = self._open()
        return self._position

    def vectors(self) -> ChromaVectors:
        """The vectors."""
        assert self._vectors is not None
        return self._vectors

    def begin(self) -> None:
        """Start anew in a folder beside the old one, which Chroma may still hold open."""
        if self._client is not None:
            self._client.close()
        self._position = None
        self._data = self._slot / f"data-{uuid.uuid4().hex[:12]}"
        self._connect()

    def unseal(self) -> None:
        """Delete the state: whoever finds none knows that something was not finished."""
        (self._slot / _STATE).unlink(missing_ok=True)

    def settle(self, position: Position) -> None:
        """Write the state, after the vectors."""
        if not self._data.is_dir():
            raise FileNotFoundError(errno.ENOENT, "it was deleted", str(self._data))
        if shutil.disk_usage(self._slot).free < _ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._slot))
        scrub(self._data)
        state = {
            "data": self._data.name,
            "library": position.library_id,
            "model": position.model,
            "seq": position.seq,
            "purges": position.purges,
            "seal": seal_of(self._data),
        }
        new = self._slot / (_STATE + ".new")
        new.write_text(json.dumps(state), encoding="utf-8")
        new.replace(self._slot / _STATE)
        self._position, self._anew = position, False
        for path in self._slot.glob("data-*"):
            if path != self._data:
                shutil.rmtree(path, ignore_errors=True)

    def instead(self, error: Exception, failures: int) -> Store | None:
        """The slot anew, or else the memory."""
        reason = getattr(error, "strerror", None) or error
        self.close(discard=True)
        if failures < 2 and getattr(error, "errno", None) not in _NO_PLACE:
            logger.warning("The vector cache %s was broken (%s); it is made again.", self._slot, reason)
            return SlotStore(self._folder, anew=True)
        logger.warning("%s cannot be used (%s); vectors are kept in memory meanwhile.", self._slot, reason)
        return MemoryStore()

    def close(self, *, discard: bool = False) -> None:
        """Give the slot back."""
        if self._client is not None:
            with suppress(Exception):  # what is broken is left behind
                self._client.close()
        if self._lock is not None:
            # Where our files are gone the folder was deleted, with the lock: the slot may be another process's by now.
            if discard and self._data.is_dir():
                shutil.rmtree(self._slot, ignore_errors=True)
            self._lock.release()
        self._client = self._vectors = self._position = self._lock = None

    def _take(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for number in range(_SLOTS):
            lock = _lock_of(self._folder, f"slot-{number}")
            with suppress(Timeout):
                lock.acquire(blocking=False)
                self._lock, self._slot = lock, self._folder / f"slot-{number}"
                self._slot.mkdir(exist_ok=True)
                self._data = self._slot
                return
        raise OSError(errno.EBUSY, f"{_SLOTS} programs already ask this library", str(self._folder))

    def _open(self) -> Position | None:
        """Open what the last process left, if nothing happened to it since."""
        left = _read_state(self._slot)
        if left is None:
            return None
        self._data, position, sealed = left
        if not sealed:
            logger.warning("The vector cache %s was damaged; it is made again.", self._slot)
            return None
        self.unseal()  # Chroma writes to its files when it opens them
        self._connect()
        return position

    def _connect(self) -> None:
        self._data.mkdir(parents=True, exist_ok=True)
        self._client = open_folder(self._data)
        self._vectors = vectors_in(self._client, _COLLECTION)


def damaged_slots(folder: Path) -> list[str]:
    """Slots that no process uses, and whose files are not as the last process left them; a line each.

    One without a state was not finished, as by a process that was killed: nobody trusts it, and nothing is wrong.

    Args:
        folder: the library's ``chroma`` folder.
    """
    found = []
    for slot in sorted(folder.glob("slot-*/")):
        with suppress(Timeout, OSError), _lock_of(folder, slot.name).acquire(blocking=False):
            left = _read_state(slot)
            if (slot / _STATE).exists() and not (left and left[2]):
                found.append(f"{folder.name}/{slot.name}")
    return found


def delete_idle(folder: Path, purges: int | None = None) -> bool:
    """Delete slots that no process uses.

    Args:
        folder: the library's ``chroma`` folder.
        purges: how many documents were removed; slots that were begun after the last removal are left alone. None:
            delete all.

    Returns:
        Whether none of these is in use, and left.

    Raises:
        LibraryNotWritable: a file cannot be deleted.
    """
    gone = True
    for slot in sorted(folder.glob("slot-*/")):
        left = _read_state(slot, sealed=False)
        if purges is not None and left is not None and left[1].purges == purges:
            continue
        try:
            with _lock_of(folder, slot.name).acquire(blocking=False):
                shutil.rmtree(slot)
        except Timeout:
            gone = False
        except OSError as error:
            raise LibraryNotWritable(
                f"{slot} cannot be deleted ({error.strerror or error}); check permissions, then delete the folder "
                f"{folder}: it is made again from the database."
            ) from error
    return gone


def _read_state(slot: Path, *, sealed: bool = True) -> tuple[Path, Position, bool] | None:
    """Where a slot's vectors are, how far they are, and whether the seal is whole; None where the state is lost."""
    try:
        state = json.loads((slot / _STATE).read_text(encoding="utf-8"))
        data = slot / str(state["data"])
        position = Position(str(state["library"]), str(state["model"]), int(state["seq"]), int(state["purges"]))
        return data, position, sealed and state["seal"] == seal_of(data)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _lock_of(folder: Path, name: str) -> FileLock:
    return FileLock(folder / f"{name}.lock", thread_local=False)
