"""The story of one run: lines for people as it goes, events for scripts, and the sum at the end."""

import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from ingest import events
from ingest.display import Output, pages
from ingest.files import as_text
from ingest.progress import PageBar
from ingest.tally import Tally

# Exit statuses of a run that was told to stop: 128 and the number of SIGINT or SIGTERM, as shells have it.
INTERRUPTED, TERMINATED = 130, 143


class Report:
    """Tells how a run goes. It is the pipeline's `Progress`, and safe to use from several threads."""

    def __init__(self, output: Output, command: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin; nothing is told before `start`.

        Args:
            output: where to tell it.
            command: the command's name.
            clock: seconds from any beginning.
        """
        self.tally = Tally()
        self.output = output
        self._command = command
        self._clock = clock
        self._began = clock()
        self._bar = PageBar(0, shown=not output.as_json, clock=clock)
        self._done: dict[str, list[int]] = {}
        self._folders: list[str] = []
        self._dry_run = False
        self._planned: Counter[str] = Counter()

    def start(self, library: Path, folders: Iterable[Path] = (), *, dry_run: bool = False) -> None:
        """The run begins.

        Args:
            library: its folder.
            folders: files below them are called by their path in them, others by their name.
            dry_run: nothing is done, only planned.
        """
        self._dry_run = dry_run
        self._folders = [as_text(os.path.abspath(folder)) for folder in folders]
        self.output.event(events.Start(self._command, as_text(str(library)), dry_run))

    def expect(self, files: int) -> None:
        """So many files are to be read next."""
        self._bar.expect(files)

    def note(self, text: str) -> None:
        """Something goes on beside pages."""
        self._bar.note(text)
        self.output.event(events.Note(text))

    def remark(self, text: str) -> None:
        """Something that keeps the run from going on, though nothing failed."""
        with self._bar.aside():
            self.output.remark(text)
        self.output.event(events.Note(text))

    def document(self, doc_id: str, name: str, pages: int) -> None:
        """A document of so many pages is opened."""
        self._done[doc_id] = [0, pages]
        self._bar.document(doc_id, name, pages)
        self.output.event(events.Document(doc_id, name, pages))

    def page(self, doc_id: str) -> None:
        """One of its pages is done."""
        done = self._done.setdefault(doc_id, [0, 0])
        done[0] += 1
        self._bar.page(doc_id)
        self.output.event(events.Page(doc_id, *done))

    def result(self, result: events.Result) -> None:
        """A file is done with."""
        self._done.pop(result.doc_id, None)
        self._bar.end(result.doc_id)
        self.tally.add(result)
        with self._bar.aside():
            self._show(result)
        self.output.event(result)

    def planned(self, plan: events.Planned) -> None:
        """A file would be dealt with so."""
        self._bar.clear()
        self._planned[plan.action] += 1
        source = f"{self._called(plan.old)} -> " if plan.old else ""
        reason = f"  ({plan.reason})" if plan.reason else ""
        self.output.line(f"{plan.action:<8} {source}{self._called(plan.path)}{reason}")
        self.output.event(plan)

    def say(self, text: str) -> None:
        """Something a person should know about the run as a whole."""
        with self._bar.aside():
            self.output.line(text)
        self.output.event(events.Note(text))

    def clear(self) -> None:
        """Take the display away for a while."""
        self._bar.clear()

    def finish(self, status: int, message: str = "") -> None:
        """The run is over.

        Args:
            status: the command's exit status.
            message: what ended it before its time; empty where nothing did.
        """
        self._bar.clear()
        seconds = self._clock() - self._began
        counts = dict(self._planned) if self._dry_run else self.tally.counts
        if counts or self._dry_run:
            self.output.line(self._sum(seconds))
            self._repeat_failures()
        if message:
            self.output.problem(f"ingest: {message}")
        if message and status not in (INTERRUPTED, TERMINATED):
            self.output.event(events.Error(message, status, counts, round(seconds, 3)))
            return
        if message:
            self.output.event(events.Note(message))
        pages, review = self.tally.pages, self.tally.review
        self.output.event(events.Summary(counts, pages, review, status, round(seconds, 3)))

    def _sum(self, seconds: float) -> str:
        if not self._dry_run:
            return self.tally.sentence(seconds)
        said = {"fail": "fail at"}
        planned = ", ".join(f"{said.get(action, action)} {count}" for action, count in self._planned.items())
        return f"Nothing is done yet. It would {planned}." if planned else "There is nothing to do."

    def _show(self, result: events.Result) -> None:
        name = self._called(result.path)
        said = f"  {pages(result.pages)}" if result.pages else ""
        note = f"  ({result.note})" if result.note else ""
        if result.status != "failed":
            self.output.line(f"{result.status:<8} {name}{said}{note}")
        for warning in result.warnings:
            self.output.indented(warning)
        if result.reason:
            self.output.problem(f"failed   {result.path}: {result.reason}")

    def _called(self, path: str) -> str:
        """A path as people are shown it: as it lies in its folder, with the folder's name where there are several."""
        for folder in self._folders:
            if path.startswith(folder + os.sep):
                return os.path.relpath(path, folder if len(self._folders) == 1 else os.path.dirname(folder))
        return os.path.basename(path)

    def _repeat_failures(self) -> None:
        if self.tally.failures and self.output.lines > shutil.get_terminal_size().lines:
            self.output.problem("What failed:")
            for result in self.tally.failures:
                self.output.problem(f"failed   {result.path}: {result.reason}")
