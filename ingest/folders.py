"""What lies in folders right now: every readable file with its size and date, and what could not be looked at."""

import os
import stat
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import DocumentError
from ingest.files import LIBRARY_FILE, MARKER_FILE, SUFFIXES, as_text, is_library


@dataclass(frozen=True, slots=True)
class Stamp:
    """What shows, without opening a file, that it changed.

    Attributes:
        size: bytes.
        modified: time of the last change, nanoseconds since 1970; of a link, that of the file it leads to.
    """

    size: int
    modified: int


@dataclass(frozen=True, slots=True)
class FolderScan:
    """What was found.

    Attributes:
        folders: where was looked.
        files: the files whose suffix is in `SUFFIXES`, by their absolute path as the library writes it, with the path
            that opens them (they differ where a name is no UTF-8) and their stamp.
        blind: places that could not be looked at, with the reason. Nothing is known of what lies at or below them.
        missing: the folders that are not there.
    """

    folders: tuple[Path, ...]
    files: dict[str, tuple[Path, Stamp]]
    blind: dict[str, str]
    missing: tuple[str, ...]


def scan(folders: Iterable[Path], library: Path) -> FolderScan:
    """Look through folders and all below them.

    Hidden files and folders are left out, and so is every library. Links to files are files; links to folders are not
    followed, so that no folder is walked twice or for ever.

    Args:
        folders: where to look; absolute paths.
        library: the library's folder, which may lie in one of them.
    """
    places = tuple(folders)
    found = FolderScan(places, {}, {}, tuple(as_text(str(folder)) for folder in places if not os.path.isdir(folder)))
    for folder in places:
        if os.path.isdir(folder):
            for path in _walk(folder, _identity(library), found.blind):
                _note(path, found)
    return found


def below(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies below it; both absolute."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def lies_in(path: str, places: Collection[str]) -> bool:
    """Whether a path is one of many places or lies below one; all absolute. Quick where `places` is a set."""
    while path not in places:
        if path == os.sep:
            return False
        path = path[: path.rfind(os.sep)] or os.sep
    return True


def refuse_libraries(paths: Iterable[Path], library: Path) -> None:
    """Make sure that nobody adds a library's own page images to it.

    Raises:
        DocumentError: one of the paths is a library or lies in one.
    """
    own = _identity(library)
    for path in paths:
        absolute = Path(os.path.abspath(path))
        for place in (absolute, *absolute.parents):
            if is_library(place) or (own is not None and _identity(place) == own):
                raise DocumentError(f"{path} is in the library {place}; give a folder with your own documents.")


def _walk(folder: Path, library: tuple[int, int] | None, blind: dict[str, str]) -> Iterator[Path]:
    def cannot(error: OSError) -> None:
        blind[as_text(str(error.filename or folder))] = error.strerror or str(error)

    for place, folders, files in os.walk(folder, onerror=cannot):
        marked = not {LIBRARY_FILE, MARKER_FILE}.isdisjoint(files) and is_library(Path(place))
        if marked or (library is not None and _identity(Path(place)) == library):
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(place, name)
            if not name.startswith(".") and path.suffix.lower() in SUFFIXES:
                yield path


def _note(path: Path, found: FolderScan) -> None:
    key = as_text(str(path))
    try:
        status = path.stat()
    except OSError as error:
        # Gone since the folder was listed: no news. A link that leads nowhere is another matter: its disk may be away.
        if path.is_symlink() or not isinstance(error, FileNotFoundError):
            found.blind[key] = "the link leads nowhere" if path.is_symlink() else error.strerror or str(error)
        return
    if not stat.S_ISREG(status.st_mode):
        return
    known = found.files.get(key)
    if known is not None and known[0] != path:
        found.blind[key] = "two files have this name but for bytes that are no UTF-8; rename one of them"
        return
    found.files[key] = (path, Stamp(status.st_size, status.st_mtime_ns))


def _identity(folder: Path) -> tuple[int, int] | None:
    """What a folder is, by whatever path it is reached; None where there is none."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISDIR(status.st_mode) else None
