"""Keeps a library in step with folders while files arrive, change and go."""

import os
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ingest.display import duration, unexpected
from ingest.errors import PageciteError, was_interrupted
from ingest.events import Result
from ingest.files import as_text
from ingest.folders import FolderScan, Stamp, scan
from ingest.outlook import Wishes, known_paths, look
from ingest.plan import Known, doubtful, within
from ingest.report import Report
from ingest.sync import Sync

_PATIENCE = 30.0  # seconds that a PDF without its end is waited for
_TAIL_BYTES = 2048  # a PDF's end mark stands in its last 1,024 bytes (ISO 32000-1, annex H.3); some writers pad more
_FIRST_PAUSE, _LONGEST_PAUSE = 10.0, 600.0  # seconds between tries while the library or a server cannot be used


class Changes(Protocol):
    """Tells when something may have changed in the folders."""

    def wait(self, seconds: float | None) -> bool:
        """Come back when something may have changed, or after so many seconds (None: only then); tell which."""
        ...


@dataclass(slots=True)
class _Waiting:
    """A path that is new, changed or gone, and since when it is as it is now."""

    stamp: Stamp | None
    since: float


class Settling:
    """Knows which files are whole: those that have not changed for a while."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        """Prepare.

        Args:
            seconds: how long a file must stay as it is.
            clock: seconds from any beginning.
        """
        self._seconds = seconds
        self._clock = clock
        self._paths: dict[str, _Waiting] = {}

    def restless(self, stamps: Mapping[str, tuple[Path | None, Stamp | None]]) -> dict[str, float]:
        """The paths that are to be left alone yet, each with the seconds until it is worth another look.

        Args:
            stamps: new and changed files by path, with the path that opens them and their stamp; None where it is gone.
        """
        now = self._clock()
        before, self._paths = self._paths, {}
        waiting: dict[str, float] = {}
        for path, (file, stamp) in stamps.items():
            old = before.get(path)
            entry = old if old is not None and old.stamp == stamp else _Waiting(stamp, now)
            self._paths[path] = entry
            left = entry.since + self._seconds - now
            if left <= 0 and file is not None and not ends(file):
                left = entry.since + max(self._seconds, _PATIENCE) - now
            if left > 0:
                waiting[path] = left
        return waiting


def ends(path: Path) -> bool:
    """Whether a file looks as if it were written to its end: only of PDF can that be said."""
    if path.suffix.lower() != ".pdf":
        return True
    try:
        with path.open("rb") as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(0, stream.tell() - _TAIL_BYTES))
            return b"%%EOF" in stream.read()
    except OSError:
        return True  # what is wrong with it is found out when it is read


@dataclass(slots=True)
class Watch:
    """Syncs again and again.

    Attributes:
        sync: does what is to be done.
        wishes: how the folders are to be matched.
        changes: tells when to look.
        report: is told everything.
        settling: which files are whole.
        clock: seconds from any beginning.
        every: seconds between two looks, whether or not changes are told; None: only where they are.
    """

    sync: Sync
    wishes: Wishes
    changes: Changes
    report: Report
    settling: Settling
    clock: Callable[[], float] = time.monotonic
    every: float | None = None
    # Files that failed, as they were then: not tried again before they change.
    _failed: dict[str, Stamp] = field(default_factory=dict)

    def run(self) -> None:
        """Watch until interrupted; no failure ends it, be it of a file, the library or a server."""
        pause, one_by_one, first = _FIRST_PAUSE, False, True
        while True:
            try:
                due = self._round(one_by_one=one_by_one, first=first)
            except Exception as error:
                if was_interrupted(error):
                    raise
                self._excuse(error, pause)
                pause, one_by_one = min(2 * pause, _LONGEST_PAUSE), not isinstance(error, PageciteError)
                continue
            pause, one_by_one, first = _FIRST_PAUSE, False, False
            self.report.clear()
            self.changes.wait(due)

    def _round(self, *, one_by_one: bool, first: bool) -> float | None:
        """Look once and do what can be done; give back the seconds until the next look."""
        known = known_paths(self.sync.library)
        found = scan(self.wishes.folders, self.sync.library.folder)
        given_up = self._given_up(found)
        waiting = self._unsettled(known, found, given_up)
        outlook = look(known, found, self.wishes, waiting={*waiting, *given_up}, note=self.report.note)
        for result in self.sync.carry_out(outlook, one_by_one=one_by_one):
            self._remember(result, found)
        if first:
            self.report.tally.count("present", len(outlook.plan.same))
        return min([*waiting.values(), *([self.every] if self.every else [])], default=None)

    def _given_up(self, found: FolderScan) -> set[str]:
        """Files that failed and have not changed since."""
        now = {path: stamp for path, (_, stamp) in found.files.items()}
        self._failed = {path: stamp for path, stamp in self._failed.items() if now.get(path) == stamp}
        return set(self._failed)

    def _unsettled(self, known: Mapping[str, Known], found: FolderScan, given_up: Collection[str]) -> dict[str, float]:
        """The paths that are new, changed or gone too recently, with the seconds until they are worth another look."""
        stamps = {path: stamp for path, (_, stamp) in found.files.items() if path not in given_up}
        candidates: dict[str, tuple[Path | None, Stamp | None]] = {
            path: found.files[path] for path in doubtful(known, stamps)
        }
        gone = within(known, self.wishes.places).keys() - found.files.keys()
        candidates |= dict.fromkeys(gone, (None, None))
        waiting = self.settling.restless(candidates)
        # A file that is gone may come to light as one that is not whole yet: until then it is not taken for gone.
        sizes = {entry[1].size: waiting[path] for path, entry in candidates.items() if path in waiting and entry[1]}
        for path in gone - waiting.keys():
            before = known[path].stamp
            if sizes and (before is None or before.size in sizes):
                waiting[path] = max(sizes.values()) if before is None else sizes[before.size]
        return waiting

    def _remember(self, result: Result, found: FolderScan) -> None:
        path = as_text(result.path)
        if result.reason and path in found.files:
            self._failed[path] = found.files[path][1]

    def _excuse(self, error: Exception, pause: float) -> None:
        """Say why nothing can be done now, and wait."""
        message = str(error) if isinstance(error, PageciteError) else unexpected(error)
        self.report.remark(f"{message.rstrip('.')}. Trying again in {duration(pause)}.")
        until = self.clock() + pause
        while (left := until - self.clock()) > 0:
            self.changes.wait(left)
