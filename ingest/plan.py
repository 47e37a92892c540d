"""What has to be done so that a library matches folders: worked out first, as a plan, then done."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ingest.folders import Stamp, below, lies_in


@dataclass(frozen=True, slots=True)
class Known:
    """A path that the library has.

    Attributes:
        doc_id: of the document that was last added from there.
        stamp: the file's size and date then; None where the library does not know them.
        complete: whether nothing of the document is missing; else it is tried again.
    """

    doc_id: str
    stamp: Stamp | None = None
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Seen:
    """A file that is there now.

    Attributes:
        doc_id: of its bytes; empty where they cannot be read.
        stamp: its size and date.
    """

    doc_id: str
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Move:
    """A document that lay at `old` and now lies at `new`."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be done, path by path; each path of the folders stands in one of these once, in order.

    Attributes:
        add: files to add, from paths that the library does not have.
        update: files whose bytes changed: new versions.
        finish: files as the library knows them, of which something is missing yet.
        move: files that lie elsewhere now; nothing of them has to be read.
        touch: files with another date, but the bytes that the library has: their date is noted.
        same: files that are as the library has them.
        remove: paths whose file is gone.
        spare: paths whose file is gone, and that are kept nevertheless.
        hidden: paths of the library that could not be looked at.
        emptied: folders of which everything is gone, so that nothing of them is removed.
    """

    add: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    finish: tuple[str, ...] = ()
    move: tuple[Move, ...] = ()
    touch: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()

    @property
    def files(self) -> list[str]:
        """The files to read, in order."""
        return sorted([*self.add, *self.update, *self.finish])

    @property
    def empty(self) -> bool:
        """Whether nothing has to be done."""
        return not (self.files or self.move or self.touch or self.remove)


def within(known: Mapping[str, Known], folders: Iterable[str]) -> dict[str, Known]:
    """The paths of a library that lie in folders."""
    places = set(folders)
    return {path: entry for path, entry in known.items() if lies_in(path, places)}


def doubtful(known: Mapping[str, Known], stamps: Mapping[str, Stamp], *, full: bool = False) -> list[str]:
    """The files whose bytes have to be looked at: new ones, and those whose size or date differs; all with `full`."""
    return sorted(path for path, stamp in stamps.items() if full or path not in known or known[path].stamp != stamp)


def make_plan(
    known: Mapping[str, Known],
    seen: Mapping[str, Seen],
    folders: Collection[str],
    *,
    blind: Collection[str] = (),
    keep_missing: bool = False,
    may_empty: bool = False,
) -> Plan:
    """Compare a library with folders.

    Args:
        known: all paths of the library, also those that lie elsewhere.
        seen: all files in the folders.
        folders: the folders, absolute; paths outside of them are left alone.
        blind: places that could not be looked at: no path at or below them counts as gone.
        keep_missing: remove nothing; what moved is moved nevertheless.
        may_empty: remove also where all that is known of a folder is gone. Without it that counts as a disk that is not
            mounted, not as an order to remove everything.
    """
    mine = within(known, folders)
    unseen = set(blind)
    gone = sorted(path for path in mine.keys() - seen.keys() if not lies_in(path, unseen))
    new = sorted(seen.keys() - known.keys())
    moves = _moves(known, seen, gone, new)
    moved = {path for move in moves for path in (move.old, move.new)}
    lost = [path for path in gone if path not in moved]
    emptied = [] if keep_missing or may_empty else _emptied(mine, lost, folders)
    kept = {path for path in lost if keep_missing or lies_in(path, emptied)}
    return Plan(
        add=tuple(path for path in new if path not in moved),
        move=tuple(moves),
        remove=tuple(path for path in lost if path not in kept),
        spare=tuple(path for path in lost if path in kept),
        hidden=tuple(sorted(mine.keys() - seen.keys() - set(gone))),
        emptied=tuple(emptied),
        **_judged(known, seen),
    )


def _judged(known: Mapping[str, Known], seen: Mapping[str, Seen]) -> dict[str, tuple[str, ...]]:
    """The files at paths that the library has, by what is to be done."""
    judged: dict[str, list[str]] = {"update": [], "finish": [], "touch": [], "same": []}
    for path in sorted(seen.keys() & known.keys()):
        entry, file = known[path], seen[path]
        if entry.doc_id != file.doc_id:
            judged["update"].append(path)
        elif not entry.complete:
            judged["finish"].append(path)
        else:
            judged["same" if entry.stamp == file.stamp else "touch"].append(path)
    return {kind: tuple(paths) for kind, paths in judged.items()}


def _moves(known: Mapping[str, Known], seen: Mapping[str, Seen], gone: list[str], new: list[str]) -> list[Move]:
    """Each new path paired with a path of the same bytes that is gone, while there are any."""
    left: dict[str, list[str]] = {}
    for path in reversed(gone):
        left.setdefault(known[path].doc_id, []).append(path)
    return [Move(left[doc_id].pop(), path) for path in new if left.get(doc_id := seen[path].doc_id)]


def _emptied(mine: Mapping[str, Known], lost: Collection[str], folders: Iterable[str]) -> list[str]:
    """The folders of which nothing would stay that is known of them."""
    known = {folder: {path for path in mine if below(path, folder)} for folder in folders}
    return [folder for folder, here in known.items() if here and here <= set(lost)]
