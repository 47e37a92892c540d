"""Kill a process while it works on a library, let the same work go on, and compare with an undisturbed run."""

import json
import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ingest.files import LIBRARY_FILE
from ingest.journal import again
from tests.faults.snapshot import Snapshot, differences, take
from tests.faults.work import WORKS, Work, start, write_inputs

_PATIENCE = 300.0  # seconds that a piece of work may take before it counts as hanging; far more than under any load
Moment = tuple[str, int]  # its kind, and the how manieth


@dataclass(frozen=True, slots=True)
class Kill:
    """A kill and what came of it.

    Attributes:
        work: what was being done.
        moment: when the process was killed.
        named: whether that was a named moment, and not a random one.
        problems: what was wrong after the work had been done again; empty where nothing was.
        lost: how many rows, files and vectors were missing then.
        ghosts: how many there were too many.
        twice: how many pages were read again, though they had been read before the kill.
    """

    work: str
    moment: str
    named: bool
    problems: tuple[str, ...]
    lost: int = 0
    ghosts: int = 0
    twice: int = 0


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """A run that nobody disturbed: what it left, how long it took, which moments it passed, and what it read."""

    snapshot: Snapshot
    seconds: float
    moments: dict[str, int]
    read: int


class Bench:
    """A folder in which libraries are made, broken off and compared."""

    def __init__(self, folder: Path, seed: int = 7) -> None:
        self._folder = folder
        self._chance = random.Random(seed)
        self._inputs = folder / "in"
        self._library = folder / "library"
        self._notes = folder / "notes.txt"
        self._counts = folder / "counts.json"

    def kills(self, number: int, works: Sequence[Work] = WORKS) -> Iterator[Kill]:
        """Kill at named points first, then at random moments, in equal parts over all kinds of work."""
        for index, work in enumerate(works):
            share = number // len(works) + (index < number % len(works))
            calm = self._undisturbed(work)
            for fatal, delay in self._plan(calm, share):
                yield self._kill(work, calm, fatal, delay)

    def _plan(self, calm: Undisturbed, number: int) -> list[tuple[Moment | None, float]]:
        """When to kill: two thirds at named moments, each kind at its first and then at any; the rest anywhere."""
        kinds = list(calm.moments)
        self._chance.shuffle(kinds)  # a few kills: other kinds with each seed
        named = [(kind, 1) for kind in kinds]
        named += [(kind, self._chance.randint(2, calm.moments[kind])) for kind in kinds if calm.moments[kind] > 1]
        chosen = named[: max(1, number * 2 // 3)]
        rest = number - len(chosen)
        return [(fatal, 0.0) for fatal in chosen] + [(None, self._chance.random() * calm.seconds) for _ in range(rest)]

    def _undisturbed(self, work: Work) -> Undisturbed:
        self._prepare(work)
        began = time.monotonic()
        self._finish(work, self._library)
        seconds = time.monotonic() - began
        return Undisturbed(take(self._library), seconds, json.loads(self._counts.read_text()), len(self._noted()))

    def _kill(self, work: Work, calm: Undisturbed, fatal: Moment | None, delay: float) -> Kill:
        moment = ""
        try:
            done = self._break_off(work, fatal, delay)
            while done is None:  # it was done before its time: another moment, for only kills count
                fatal, delay = None, self._chance.random() * calm.seconds
                done = self._break_off(work, fatal, delay)
            moment = f"{fatal[0]} {fatal[1]}" if fatal else f"after {delay:.2f} s"
            self._finish(work, self._library)
        except AssertionError as error:
            return Kill(work.name, moment or str(fatal), fatal is not None, (str(error),))
        found = differences(calm.snapshot, take(self._library))
        twice = max(0, len(self._noted()) - (calm.read - done))
        problems = list(map(str, found))
        problems += [f"{twice} pages were read again, of {done} that were read before"] if twice else []
        lost, ghosts = sum(len(one.lost) for one in found), sum(len(one.ghosts) for one in found)
        return Kill(work.name, moment, fatal is not None, tuple(problems), lost, ghosts, twice)

    def _break_off(self, work: Work, fatal: Moment | None, delay: float) -> int | None:
        """Kill the work; give back how many pages it had read, or None if it came to its end."""
        self._prepare(work)
        known = self._pages_done(work)
        process = start(work, self._library, self._inputs, self._notes, fatal, self._counts)
        process.join(_PATIENCE if fatal else delay)
        hung = fatal is not None and process.is_alive()
        process.kill()
        process.join()
        assert not hung, f"{work.name} hung"
        self._notes.unlink(missing_ok=True)
        return self._pages_done(work) - known if process.exitcode == -signal.SIGKILL else None

    def _prepare(self, work: Work) -> None:
        """Make the library on which the work can begin."""
        shutil.rmtree(self._library, ignore_errors=True)
        if work.before is not None:
            kept = self._folder / "before" / work.before.name
            if not kept.exists():
                write_inputs(self._inputs, work.before.inputs)
                self._finish(work.before, kept)
            shutil.copytree(kept, self._library)
        write_inputs(self._inputs, work.inputs)
        self._notes.unlink(missing_ok=True)

    def _finish(self, work: Work, library: Path) -> None:
        process = start(work, library, self._inputs, self._notes, None, self._counts)
        process.join(_PATIENCE)
        if process.is_alive():
            process.kill()
            raise AssertionError(f"{work.name} hung")
        assert process.exitcode == 0, f"{work.name} failed, see above"

    def _noted(self) -> list[str]:
        return self._notes.read_text().splitlines() if self._notes.exists() else []

    def _pages_done(self, work: Work) -> int:
        """Pages that need not be read any more, as the library has it; looked up in a copy, for opening would mend it.

        Documents that are read again count only until they are visible: asked again, they are read again.
        """
        name = f"scan reader {work.engine}"
        look = self._folder / "look"
        shutil.rmtree(look, ignore_errors=True)
        look.mkdir()
        for file in self._library.glob(f"{LIBRARY_FILE}*"):
            shutil.copy(file, look)
        database = look / LIBRARY_FILE
        if not database.exists():
            return 0
        with closing(sqlite3.connect(database)) as connection:
            try:
                # By image: a page that two documents have in common is read once.
                query = "SELECT count(DISTINCT image_hash) FROM readings WHERE engine = ?"
                return int(connection.execute(query, (again(name) if work.refresh else name,)).fetchone()[0])
            except sqlite3.OperationalError:
                return 0  # its tables were not made yet
