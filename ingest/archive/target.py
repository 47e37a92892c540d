"""Where an archive is imported to: a new folder, an empty library, or one whose place the archive's takes."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import func, select

from ingest.display import documents as in_words
from ingest.display import size
from ingest.errors import ArchiveError, LibraryError, LibraryNotWritable
from ingest.files import LIBRARY_FILE, MARKER_FILE
from ingest.library import Library
from ingest.schema import documents
from ingest.settings import Settings
from ingest.verification.database import check_file
from ingest.verification.leftovers import IMPORT_LOCK, STAGING, busy_documents

_OWN = (STAGING, IMPORT_LOCK)
_FILES = ("pages", "originals")


class State(Enum):
    """What is there already."""

    NOTHING = auto()
    EMPTY = auto()  # a library without documents
    FULL = auto()  # one with documents
    BROKEN = auto()  # one that cannot be opened, or whose database is gone


class Target:
    """The library that the settings name, whatever state it is in."""

    def __init__(self, settings: Settings) -> None:
        """Prepare; nothing is touched."""
        self.folder = Path(os.path.abspath(settings.library))
        self.on_server = bool(settings.database_url.get_secret_value())
        self.state = State.NOTHING
        self.aside: Path | None = None
        self._settings = settings

    @contextmanager
    def alone(self) -> Iterator[Path]:
        """An empty folder inside the library's, to unpack into; no other import is at work there meanwhile.

        Raises:
            ArchiveError: another import is at work.
            LibraryNotWritable: the folder cannot be written.
        """
        staging, lock = self.folder / STAGING, FileLock(self.folder / IMPORT_LOCK)
        made = _missing_folders(self.folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(blocking=False)
        except Timeout as error:
            raise ArchiveError(f"Another import into {self.folder} is at work; wait for it.") from error
        except OSError as error:
            raise self._not_writable(error) from error
        try:
            try:
                shutil.rmtree(staging, ignore_errors=True)
                staging.mkdir()
            except OSError as error:
                raise self._not_writable(error) from error
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)
            Path(lock.lock_file).unlink(missing_ok=True)
            lock.release()
            with suppress(OSError):
                for folder in made:
                    folder.rmdir()  # where it is empty

    def check(self, bytes_needed: int, *, replace: bool) -> None:
        """Find out what is there, and whether it may be replaced.

        Raises:
            ArchiveError: it may not, or others work on it.
            LibraryNotWritable: there is not enough room.
            LibraryError: the library cannot be opened.
        """
        self.state = self._look(replace)
        if self.state is State.FULL and (busy := busy_documents(self.folder)):
            raise ArchiveError(f"{self.folder}: another process works on {in_words(len(busy))}; wait for it.")
        free = shutil.disk_usage(self.folder).free
        if free < bytes_needed:
            raise LibraryNotWritable(
                f"{self.folder} has {size(free)} of free space, the archive {size(bytes_needed)}; free some."
            )

    def _look(self, replace: bool) -> State:
        there = {path.name for path in self.folder.iterdir()} - set(_OWN)
        if not there:
            return State.NOTHING
        if there.isdisjoint((LIBRARY_FILE, MARKER_FILE, *_FILES)):
            raise ArchiveError(f"{self.folder} holds no library, but other files; name another folder with --library.")
        fault = self._fault()
        if fault and not replace:
            raise ArchiveError(f"{self.folder}: {fault}; --replace sets it aside and puts the archive in its place.")
        if fault:
            return State.BROKEN
        with Library.of(self._settings) as library, library.reading() as connection:
            count = connection.scalar(select(func.count()).select_from(documents)) or 0
        if count and not replace:
            raise ArchiveError(
                f"{self.folder} holds a library with {in_words(count)}; name another folder with --library, or put "
                "the archive in its place with --replace."
            )
        return State.FULL if count else State.EMPTY

    def _fault(self) -> str:
        """Why the library that is there cannot be opened; empty where it can."""
        database = self.folder / LIBRARY_FILE
        if self.on_server:
            return ""
        if not database.is_file() or not database.stat().st_size:
            return "its database is gone"
        problems = check_file(database)
        return f"its database is damaged ({problems[0].what})" if problems else ""

    @contextmanager
    def opened(self, library_id: str) -> Iterator[Library]:
        """The library, open to be filled. What is there stays, or comes back, where that fails.

        Args:
            library_id: that a new one gets.
        """
        before = {path.name for path in self.folder.iterdir()}
        if self.state is State.BROKEN:
            self._set_aside()
        try:
            if self.on_server and not (self.folder / MARKER_FILE).exists():
                (self.folder / MARKER_FILE).write_text(json.dumps({"library_id": library_id}) + "\n", encoding="utf-8")
            with Library.of(self._settings) as library:
                yield library
        except BaseException:
            self._undo(before)
            raise

    def _set_aside(self) -> None:
        number = 1
        while (aside := self.folder / f"damaged-{number}").exists():
            number += 1
        aside.mkdir()
        for path in [*self.folder.glob(f"{LIBRARY_FILE}*"), *(self.folder / name for name in _FILES)]:
            if path.exists():
                path.rename(aside / path.name)
        shutil.rmtree(self.folder / "chroma", ignore_errors=True)  # copies of what is set aside
        self.aside = aside

    def _undo(self, before: set[str]) -> None:
        if self.state in (State.EMPTY, State.FULL):
            with suppress(LibraryError), Library.of(self._settings) as library:
                library.sweep(everywhere=True)
            return
        set_aside = {path.name for path in self.aside.iterdir()} if self.aside else set()
        for path in self.folder.iterdir():
            if path.name not in before or path.name in set_aside:
                if path.is_dir() and path != self.aside:
                    shutil.rmtree(path, ignore_errors=True)
                elif path != self.aside:
                    path.unlink(missing_ok=True)
        if self.aside:
            for path in self.aside.iterdir():
                path.rename(self.folder / path.name)
            self.aside.rmdir()

    def _not_writable(self, error: OSError) -> LibraryNotWritable:
        return LibraryNotWritable(
            f"{self.folder} cannot be written ({error.strerror or error}); check permissions and free space."
        )


def _missing_folders(folder: Path) -> list[Path]:
    """The folder and those above it that are not there, the innermost first."""
    return [path for path in (folder, *folder.parents) if not path.exists()]
