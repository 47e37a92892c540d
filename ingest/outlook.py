"""Looks at folders beside a library, and finds out what has to be done so that the one matches the other."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import DocumentError
from ingest.events import Planned, Result
from ingest.files import as_text, identify
from ingest.folders import FolderScan, Stamp, below
from ingest.library import Library
from ingest.plan import Known, Plan, Seen, doubtful, make_plan
from ingest.report import Report
from ingest.types import SourceDocument

TWIN = "the library has its content; nothing is read"
_COMPLETE = ("ready", "review")


@dataclass(frozen=True, slots=True)
class Wishes:
    """How folders are to be matched.

    Attributes:
        folders: absolute paths, none below another.
        full: look into every file, not only into those whose size or date differs.
        keep_missing: remove nothing.
        may_empty: remove also where everything that is known of a folder is gone.
    """

    folders: tuple[Path, ...]
    full: bool = False
    keep_missing: bool = False
    may_empty: bool = False

    @property
    def places(self) -> tuple[str, ...]:
        """The folders as the library writes paths."""
        return tuple(as_text(str(folder)) for folder in self.folders)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is there, and what has to be done.

    Attributes:
        plan: what has to be done.
        known: what the library has.
        sources: the files that were looked into, by path.
        refused: why files cannot be read, by path.
        found: what lies in the folders.
    """

    plan: Plan
    known: dict[str, Known]
    sources: dict[str, SourceDocument]
    refused: dict[str, str]
    found: FolderScan

    def paths(self, names: Iterable[str]) -> list[Path]:
        """The files of paths as the library writes them."""
        return [self.found.files[name][0] for name in names]


def outermost(folders: Iterable[Path]) -> tuple[Path, ...]:
    """Folders as absolute paths, each once, without those that lie in another one."""
    absolute = sorted({os.path.abspath(folder) for folder in folders})
    return tuple(
        Path(place) for place in absolute if not any(below(place, other) for other in absolute if other != place)
    )


def known_paths(library: Library) -> dict[str, Known]:
    """Every path that a library has."""
    states = {record.doc_id: record.state for record in library.documents()}
    return {
        path: Known(entry.doc_id, _stamp(entry.size, entry.modified), states.get(entry.doc_id) in _COMPLETE)
        for path, entry in library.paths().items()
    }


def look(
    known: dict[str, Known],
    found: FolderScan,
    wishes: Wishes,
    *,
    waiting: Collection[str] = (),
    note: Callable[[str], None] = lambda _: None,
) -> Outlook:
    """Find out what has to be done.

    Args:
        known: what the library has.
        found: what lies in the folders.
        wishes: how they are to be matched.
        waiting: paths that are left alone this time.
        note: is told what goes on.
    """
    stamps = {path: stamp for path, (_, stamp) in found.files.items() if path not in waiting}
    asked = doubtful(known, stamps, full=wishes.full)
    if asked:
        note(f"looking into {len(asked)} new or changed {'file' if len(asked) == 1 else 'files'}")
    sources: dict[str, SourceDocument] = {}
    refused: dict[str, str] = {}
    for path in asked:
        try:
            sources[path] = identify(found.files[path][0])
        except DocumentError as error:
            refused[path] = str(error)
    seen = {path: _seen(path, stamp, known, sources, refused) for path, stamp in stamps.items()}
    plan = make_plan(
        known,
        seen,
        wishes.places,
        blind=[*found.blind, *waiting],
        keep_missing=wishes.keep_missing,
        may_empty=wishes.may_empty,
    )
    return Outlook(plan, known, sources, refused, found)


def foresee(outlook: Outlook, wishes: Wishes, report: Report) -> bool:
    """Tell what a sync would do; give back whether it would do all of it."""
    plan, seen = outlook.plan, {known.doc_id for known in outlook.known.values()}
    tell = report.planned
    for action, paths in (("add", plan.add), ("update", plan.update), ("finish", plan.finish)):
        for path in paths:
            if path in outlook.refused:
                tell(Planned(path, "fail", reason=outlook.refused[path]))
                continue
            source = outlook.sources.get(path)
            twin = action != "finish" and source is not None and source.doc_id in seen
            tell(Planned(path, action, reason=TWIN if twin else ""))
    for move in plan.move:
        tell(Planned(move.new, "move", old=move.old))
    for path in plan.touch:
        tell(Planned(path, "touch", reason="the same content with another date"))
    for path in plan.remove:
        tell(Planned(path, "remove"))
    if wishes.keep_missing:
        for path in plan.spare:
            tell(Planned(path, "keep", reason="its file is gone"))
    for result in problems(outlook):
        tell(Planned(result.path, "fail", reason=result.reason))
    return not (outlook.refused or outlook.found.blind or plan.emptied)


def problems(outlook: Outlook) -> Iterator[Result]:
    """What could not be looked at, and the folders that would lose everything."""
    for place, reason in outlook.found.blind.items():
        yield Result(place, "failed", reason=f"{reason}; what the library has from there stays")
    for folder in outlook.plan.emptied:
        count = sum(below(path, folder) for path in outlook.plan.spare)
        state = "is not there" if folder in outlook.found.missing else "has none of them"
        files = "1 file" if count == 1 else f"{count} files"
        reason = f"the library knows {files} from this folder, which {state}; is a disk not mounted?"
        yield Result(folder, "failed", reason=f"{reason} Nothing of it is removed; --allow-empty removes it")
    for folder in outlook.found.missing:
        if not any(below(path, folder) for path in outlook.known):
            yield Result(folder, "failed", reason="there is no such folder; check the path")


def _seen(
    path: str,
    stamp: Stamp,
    known: dict[str, Known],
    sources: dict[str, SourceDocument],
    refused: dict[str, str],
) -> Seen:
    if path in refused:
        return Seen("", stamp)
    source = sources.get(path)
    if source is None:
        return Seen(known[path].doc_id, stamp)
    return Seen(source.doc_id, _stamp(source.size, source.modified) or stamp)


def _stamp(size: int | None, modified: int | None) -> Stamp | None:
    return None if size is None or modified is None else Stamp(size, modified)
