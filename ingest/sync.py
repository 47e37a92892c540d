"""Makes a library match folders: does what a plan says, and tells what became of each file."""

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ingest.display import unexpected
from ingest.errors import PageciteError, was_interrupted
from ingest.events import Result
from ingest.files import as_text
from ingest.library import Library
from ingest.outlook import TWIN, Outlook, problems
from ingest.report import Report
from ingest.types import SourceDocument

if TYPE_CHECKING:
    from ingest.pipeline import Outcome, Pipeline

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Sync:
    """Does what a plan says.

    Attributes:
        library: what is changed.
        make_pipeline: makes what reads files; called once, when the first file has to be read.
        report: is told everything.
        drop_old: whether older versions are removed, not kept.
    """

    library: Library
    make_pipeline: "Callable[[], Pipeline]"
    report: Report
    drop_old: bool = False
    _pipelines: "list[Pipeline]" = field(default_factory=list)
    _said: frozenset[Result] = frozenset()

    def carry_out(self, outlook: Outlook, *, one_by_one: bool = False) -> Iterator[Result]:
        """Do it, and give back what became of each file that was dealt with.

        First what is there is brought in, then what is gone is forgotten: a document that moved is never lost.

        Args:
            outlook: what has to be done.
            one_by_one: each file by itself, so that one whose reading ends with an error that should not happen costs
                the others nothing.
        """
        plan = outlook.plan
        self.library.sweep()
        yield from self._told(self._problems(outlook))
        yield from self._told(self._relocate(outlook))
        names = sorted(
            {*plan.add, *plan.update, *plan.finish, *self._unfinished_moves(outlook)} - outlook.refused.keys()
        )
        self.report.expect(len(names))
        if one_by_one:
            yield from self._told(result for name in names for result in self._read_alone(outlook, name))
        elif names:
            yield from self._told(self._read(outlook, names))
        yield from self._told(self._forget(plan.remove))

    def _told(self, results: Iterable[Result]) -> Iterator[Result]:
        for result in results:
            self.report.result(result)
            yield result

    def _problems(self, outlook: Outlook) -> Iterator[Result]:
        """What cannot be looked at or read; what was said last time, and still is so, is not said again."""
        refused = (Result(path, "failed", reason=reason) for path, reason in outlook.refused.items())
        found = [*problems(outlook), *refused]
        yield from (result for result in found if result not in self._said)
        self._said = frozenset(found)

    def _unfinished_moves(self, outlook: Outlook) -> list[str]:
        return [move.new for move in outlook.plan.move if not outlook.known[move.old].complete]

    def _relocate(self, outlook: Outlook) -> Iterator[Result]:
        """Note where documents lie now, and their files' dates; nothing is opened."""
        for path in outlook.plan.touch:
            self._note_place(outlook.sources[path])
            self.report.tally.count("present", 1)
        for move in outlook.plan.move:
            source = outlook.sources[move.new]
            if outlook.known[move.old].complete and self._note_place(source):
                self.library.forget_path(move.old, notify=self._wait_note(move.new))
                yield Result(move.new, "moved", source.doc_id, note=f"from {move.old}")

    def _note_place(self, source: SourceDocument) -> bool:
        """Note where a document lies; False where another process removed it meanwhile, so that it is new next time."""
        self.library.note_path(source, drop_old=self.drop_old)
        return self.library.document(source.doc_id) is not None

    def _read(self, outlook: Outlook, names: Sequence[str]) -> Iterator[Result]:
        moved = {move.new: move.old for move in outlook.plan.move}
        for outcome in self._pipeline().add(outlook.paths(names), self.report):
            result = as_result(outcome)
            if as_text(result.path) in outlook.plan.update and result.status == "updated":
                result = replace(result, note=result.note or "a new version")
            elif as_text(result.path) in outlook.plan.add and result.status == "present":
                result = replace(result, note=TWIN)
            old = moved.get(as_text(result.path))
            if old is not None and result.status != "failed":
                self.library.forget_path(old, notify=self._wait_note(result.path))
                result = replace(result, note=f"from {old}")
            yield result

    def _read_alone(self, outlook: Outlook, name: str) -> Iterator[Result]:
        try:
            yield from self._read(outlook, [name])
        except Exception as error:
            if was_interrupted(error) or isinstance(error, PageciteError):
                raise
            logger.error("%s", name, exc_info=error)
            yield Result(name, "failed", reason=unexpected(error))

    def _forget(self, paths: Sequence[str]) -> Iterator[Result]:
        """Forget paths whose file is gone, and documents that were nowhere else."""
        entries = {record.doc_id: record for record in self.library.documents()} if paths else {}
        known = self.library.paths() if paths else {}
        for path in paths:
            entry = known.get(path)
            record = entries.get(entry.doc_id) if entry else None
            removed = self.library.forget_path(path, notify=self._wait_note(path))
            if entry is None or record is None:  # another process was faster
                continue
            gone = record.doc_id in removed
            others = [place for place in record.paths if place != path]
            note = "" if gone or not others else f"still in the library from {others[0]}"
            yield Result(path, "removed", record.doc_id, record.page_count if gone else 0, note=note)

    def _pipeline(self) -> "Pipeline":
        if not self._pipelines:
            self._pipelines.append(self.make_pipeline())
        return self._pipelines[0]

    def _wait_note(self, name: str) -> Callable[[], None]:
        return lambda: self.report.note(f"waiting for another process, which works on {os.path.basename(name)}")


def as_result(outcome: "Outcome") -> Result:
    """What the pipeline tells of a file, as it is told on."""
    return Result(
        str(outcome.path),
        outcome.status,
        outcome.doc_id,
        outcome.pages,
        outcome.reason,
        outcome.note,
        tuple(outcome.warnings),
    )
