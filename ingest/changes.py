"""Tells when something changed in folders: from the system, or by looking again and again where it does not tell."""

import os
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from watchfiles import Change, watch

from ingest.errors import ConfigError
from ingest.files import SUFFIXES

_TICK = 200  # milliseconds between two looks at the time, and at whether the folders are there
_QUIET = 50  # milliseconds without further changes before changes are told
_LONGEST = 1600  # milliseconds after which they are told although there are further ones
_POLL = 2000  # milliseconds between two looks where the system does not tell

_Told = Generator[set[tuple[Change, str]], None, None]


class FolderChanges:
    """Waits for changes in folders; also for a folder that is not there, or goes and comes, as mounted disks do."""

    def __init__(
        self, folders: Sequence[Path], library: Path, *, poll: bool = False, remark: Callable[[str], None]
    ) -> None:
        """Prepare; `__enter__` begins, so that nothing which happens afterwards is missed.

        Args:
            folders: absolute paths.
            library: a folder whose own changes do not count.
            poll: look again and again: for network folders, of which systems do not tell.
            remark: is told when looking again and again is the only way.
        """
        self._folders = folders
        self._library = library
        self._poll = poll
        self._remark = remark
        self._there: list[tuple[int, int] | None] = []
        self._told: _Told | None = None

    def __enter__(self) -> Self:
        self._begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._told is not None:
            self._told.close()

    def wait(self, seconds: float | None) -> bool:
        """See `ingest.watch.Changes`."""
        until = None if seconds is None else time.monotonic() + seconds
        while until is None or time.monotonic() < until:
            if [_identity(folder) for folder in self._folders] != self._there:
                self._begin()
                return True
            if self._told is None:
                time.sleep(_TICK / 1000)
            elif any(self._matters(path) for _, path in next(self._told)):
                return True
        return False

    def _begin(self) -> None:
        """Watch the folders that are there."""
        if self._told is not None:
            self._told.close()
        self._there = [_identity(folder) for folder in self._folders]
        present = [folder for folder, identity in zip(self._folders, self._there, strict=True) if identity]
        self._told = self._watching(present) if present else None

    def _watching(self, folders: Sequence[Path]) -> _Told:
        told = _watch(folders, self._poll)
        try:
            next(told)  # from now on nothing is missed
        except (OSError, RuntimeError) as error:
            if self._poll:
                raise ConfigError(
                    f"{folders[0]} cannot be watched ({error}); use `ingest sync` from time to time."
                ) from error
            self._remark(f"The system does not tell of changes ({error}); looking every {_POLL // 1000} s instead.")
            self._poll = True
            return self._watching(folders)
        return told

    def _matters(self, name: str) -> bool:
        path = Path(name)
        if path.is_relative_to(self._library) or any(part.startswith(".") for part in self._inner(path)):
            return False
        return path.suffix.lower() in SUFFIXES or not path.is_file()

    def _inner(self, path: Path) -> tuple[str, ...]:
        for folder in self._folders:
            if path.is_relative_to(folder):
                return path.relative_to(folder).parts
        return ()


def _watch(folders: Sequence[Path], poll: bool) -> _Told:
    return watch(
        *folders,
        watch_filter=None,
        debounce=_LONGEST,
        step=_QUIET,
        rust_timeout=_TICK,
        yield_on_timeout=True,
        force_polling=poll or None,
        poll_delay_ms=_POLL,
        ignore_permission_denied=True,
    )


def _identity(folder: Path) -> tuple[int, int] | None:
    """What a folder is, by whatever path it is reached; None where there is none."""
    try:
        status = os.stat(folder)
    except OSError:
        return None
    return status.st_dev, status.st_ino
