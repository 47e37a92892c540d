"""Kill a process while it works on a library, let the same work go on, and compare with an undisturbed run."""

import json
import random
import shutil
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.files import LIBRARY_FILE
from tests.faults.snapshot import Snapshot, differences, take
from tests.faults.work import WORKS, Work, start, write_inputs

_PATIENCE = 120.0  # seconds that a piece of work may take before it counts as hanging


@dataclass(frozen=True, slots=True)
class Kill:
    """A kill and what came of it.

    Attributes:
        work: what was being done.
        moment: when the process was killed.
        problems: what was wrong after the work had been done again; empty where nothing was.
    """

    work: str
    moment: str
    problems: tuple[str, ...]


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
        self._notes = folder / "notes.txt"

    def kills(self, number: int) -> Iterator[Kill]:
        """Kill at named points first, then at random moments, in equal parts over all kinds of work."""
        for index, work in enumerate(WORKS):
            share = number // len(WORKS) + (index < number % len(WORKS))
            calm = self._undisturbed(work)
            for fatal, delay in self._plan(calm, share):
                yield self._kill(work, calm, fatal, delay)

    def _plan(self, calm: Undisturbed, number: int) -> list[tuple[tuple[str, int] | None, float]]:
        """When to kill: each kind of moment at its first and at a random time, the rest anywhere."""
        named = [(kind, 1) for kind in calm.moments]
        named += [(kind, self._chance.randint(2, count)) for kind, count in calm.moments.items() if count > 1]
        chosen = named[: max(1, number * 2 // 3)]
        rest = number - len(chosen)
        return [(fatal, 0.0) for fatal in chosen] + [(None, self._chance.random() * calm.seconds) for _ in range(rest)]

    def _undisturbed(self, work: Work) -> Undisturbed:
        library = self._prepared(work)
        counts = self._folder / "counts.json"
        began = time.monotonic()
        self._finish(work, library, counts)
        seconds = time.monotonic() - began
        return Undisturbed(take(library), seconds, json.loads(counts.read_text()), len(self._noted()))

    def _kill(self, work: Work, calm: Undisturbed, fatal: tuple[str, int] | None, delay: float) -> Kill:
        library = self._prepared(work)
        known = _pages_done(library, work.engine)
        process = start(work, library, self._inputs, self._notes, fatal, self._folder / "counts.json")
        process.join(_PATIENCE if fatal else delay)
        hung = fatal is not None and process.is_alive()
        process.kill()
        process.join()
        moment = f"{fatal[0]} {fatal[1]}" if fatal else f"after {delay:.2f} s"
        done = _pages_done(library, work.engine) - known
        problems = [f"it hung at {moment}"] if hung else []
        try:
            self._notes.unlink(missing_ok=True)
            self._finish(work, library, self._folder / "counts.json")
            problems += self._compared(library, calm, done)
        except AssertionError as error:
            problems.append(str(error))
        return Kill(work.name, moment, tuple(problems))

    def _compared(self, library: Path, calm: Undisturbed, done: int) -> list[str]:
        problems = differences(calm.snapshot, take(library))
        noted = self._noted()
        if len(noted) > calm.read - done:
            problems.append(f"{len(noted)} pages were read after the kill, though {done} of {calm.read} were done")
        return problems

    def _prepared(self, work: Work) -> Path:
        """A library on which the work can begin."""
        library = self._folder / "library"
        shutil.rmtree(library, ignore_errors=True)
        if work.before is not None:
            kept = self._folder / "before" / work.before.name
            if not kept.exists():
                write_inputs(self._inputs, work.before.inputs)
                self._finish(work.before, kept, self._folder / "counts.json")
            shutil.copytree(kept, library)
        write_inputs(self._inputs, work.inputs)
        self._notes.unlink(missing_ok=True)
        return library

    def _finish(self, work: Work, library: Path, counts: Path) -> None:
        process = start(work, library, self._inputs, self._notes, None, counts)
        process.join(_PATIENCE)
        if process.is_alive():
            process.kill()
            raise AssertionError(f"{work.name} hung")
        assert process.exitcode == 0, f"{work.name} failed, see above"

    def _noted(self) -> list[str]:
        return self._notes.read_text().splitlines() if self._notes.exists() else []


def _pages_done(library: Path, engine: str) -> int:
    """Pages that this engine has in the journal, of the library as the killed process left it."""
    database = library / LIBRARY_FILE
    if not database.exists():
        return 0
    connection = sqlite3.connect(database)
    try:
        query = "SELECT count(*) FROM readings WHERE engine = ?"
        return int(connection.execute(query, (f"scan reader {engine}",)).fetchone()[0])
    except sqlite3.OperationalError:
        return 0  # its tables were not made yet
    finally:
        connection.close()
