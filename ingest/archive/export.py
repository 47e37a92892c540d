"""A library into an archive, while others go on using it.

One state of the database is written into a file beside the archive first; then the files that it names are collected.
They never change: an image is named by its content, an original by its own. Where one is gone since, because its
document was removed or read anew, all begins again with a new state.
"""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from filelock import FileLock, Timeout
from sqlalchemy import Connection, create_engine, select

from ingest import journal, registry
from ingest.archive.manifest import DATABASE, KIND, MANIFEST, ORIGINALS, PAGES, VERSION, Manifest, now
from ingest.archive.tar import TarWriter
from ingest.archive.transfer import count_rows, write_snapshot
from ingest.errors import ArchiveError, LibraryError, LibraryNotWritable
from ingest.facts import LIBRARY_ID, MODEL, get_fact
from ingest.library import Library
from ingest.meter import Meter
from ingest.schema import FORMAT_VERSION, documents, pages
from ingest.verification.journal import hash_of, is_image_name

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote.

    Attributes:
        manifest: what the archive says of itself.
        size: bytes of the archive.
        flaws: what of the library is not in it, or is damaged there as it is in the library.
    """

    manifest: Manifest
    size: int
    flaws: tuple[str, ...]


class _Changed(Exception):
    """A file that the database named is gone, and so is the state that named it."""


def export_library(library: Library, target: Path, meter: Meter, *, force: bool = False) -> Exported:
    """Write a library into an archive: all of it, as it is at one moment.

    Others may use the library and change it meanwhile. The archive gets its name when it is whole.

    Args:
        library: to be read; nothing of it is changed.
        target: the archive.
        meter: is told how it goes.
        force: replace a file that is there.

    Raises:
        ArchiveError: the archive cannot be written there.
        LibraryNotWritable: it cannot be written, for example because the disk is full; nothing is left of it.
        LibraryError: a file of the library cannot be read, or the library changes too fast.
    """
    target = Path(os.path.abspath(target))
    _check_target(library, target, force)
    with _alone(target) as part:
        for _ in range(_TRIES):
            try:
                return _export(library, part, target, meter)
            except _Changed:
                continue
    raise LibraryError(f"Documents were removed or replaced during each of {_TRIES} tries; export again later.")


def _check_target(library: Library, target: Path, force: bool) -> None:
    if target.is_dir() or not target.parent.is_dir():
        what = "is a folder" if target.is_dir() else f"cannot be written: there is no folder {target.parent}"
        raise ArchiveError(f"{target} {what}; give the name of a file to write.")
    if library.folder in target.parents:
        raise ArchiveError(f"{target} lies in the library itself; a backup belongs elsewhere, best on another disk.")
    if target.exists() and not (force and target.is_file()):
        remedy = "replace it with --force, or give another name" if target.is_file() else "give another name"
        raise ArchiveError(f"{target} is there already; {remedy}.")


@contextmanager
def _alone(target: Path) -> Iterator[Path]:
    """The file to write before it gets the archive's name; nobody else writes it, and none is left behind."""
    part = target.with_name(target.name + ".part")
    lock = FileLock(target.with_name(target.name + ".lock"))
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise ArchiveError(f"{target} is being written by another export; wait for it.") from error
    except OSError as error:
        raise _not_writable(target, error) from error
    try:
        yield part
    finally:
        for path in (part, _database_of(part), Path(lock.lock_file)):
            path.unlink(missing_ok=True)
        lock.release()


def _database_of(part: Path) -> Path:
    return part.with_name(part.name + "." + DATABASE)


def _not_writable(target: Path, error: OSError) -> LibraryNotWritable:
    return LibraryNotWritable(
        f"{target} cannot be written ({error.strerror or error}); check permissions and free space."
    )


def _export(library: Library, part: Path, target: Path, meter: Meter) -> Exported:
    snapshot = _database_of(part)
    part.unlink(missing_ok=True)
    snapshot.unlink(missing_ok=True)
    meter.begin("database")
    with library.reading() as connection:
        write_snapshot(connection, snapshot, meter.step)
    try:
        with part.open("xb") as stream, TemporaryFile(dir=part.parent) as sums:
            manifest, flaws = _write(library, snapshot, stream, sums, meter)
            stream.flush()
            os.fsync(stream.fileno())
            size = stream.tell()
        part.replace(target)
    except OSError as error:
        raise _not_writable(target, error) from error
    return Exported(manifest, size, tuple(flaws))


def _write(
    library: Library, snapshot: Path, stream: BinaryIO, sums: BinaryIO, meter: Meter
) -> tuple[Manifest, list[str]]:
    engine = create_engine(f"sqlite:///{snapshot}")
    try:
        with engine.connect() as connection:
            manifest = _manifest(connection)
            writer = TarWriter(stream, sums, int(manifest.made_at.timestamp()))
            writer.add_bytes(MANIFEST, manifest.model_dump_json(indent=2).encode() + b"\n")
            _add_file(writer, DATABASE, snapshot)
            meter.begin("documents", manifest.documents)
            flaws: list[str] = []
            for name, path, needed in _files(connection, library, meter):
                flaws += _collect(writer, library, name, path, needed)
            writer.finish()
    finally:
        engine.dispose()
    return manifest, flaws


def _manifest(connection: Connection) -> Manifest:
    return Manifest(
        kind=KIND,
        version=VERSION,
        library_format=FORMAT_VERSION,
        library_id=get_fact(connection, LIBRARY_ID),
        made_at=now(),
        embedding_model=get_fact(connection, MODEL),
        **count_rows(connection),
    )


def _files(connection: Connection, library: Library, meter: Meter) -> Iterator[tuple[str, Path, bool]]:
    """Names, paths and whether they must be there, of all originals and images that the database names."""
    query = select(documents.c.doc_id, documents.c.status, documents.c.reader).order_by(documents.c.doc_id)
    for doc_id, status, reader in connection.execute(query).all():
        yield f"{ORIGINALS}/{doc_id}", library.original_path(doc_id), status in (registry.READY, registry.RETIRED)
        named = select(pages.c.image, pages.c.reader).where(pages.c.doc_id == doc_id, pages.c.image != "")
        images: dict[str, bool] = {}
        for image, read_by in connection.execute(named):
            images[image] = images.get(image, False) or read_by == reader
        for image in sorted(filter(is_image_name, images)):
            yield f"{PAGES}/{doc_id}/{image}", library.folder / PAGES / doc_id / image, images[image]
        meter.step()


def _collect(writer: TarWriter, library: Library, name: str, path: Path, needed: bool) -> list[str]:
    """Append a file; give back what is wrong with it."""
    try:
        digest = _add_file(writer, name, path)
    except FileNotFoundError as error:
        if not _is_named(library, name):
            raise _Changed from error
        return [f"{name} is missing in the library"] if needed else []
    hashed = path.name if name.startswith(ORIGINALS) else hash_of(path.name)
    return [] if digest.startswith(hashed) else [f"{name} is damaged in the library, and so in the archive"]


def _is_named(library: Library, name: str) -> bool:
    """Whether the library still names a file of an archive."""
    kind, doc_id, *image = name.split("/")
    with library.reading() as connection:
        if kind == ORIGINALS:
            return registry.get_status(connection, doc_id) not in ("", registry.REMOVED)
        return image[0] in journal.image_names(connection, doc_id)


def _add_file(writer: TarWriter, name: str, path: Path) -> str:
    """Append a file of the library; give back its SHA-256.

    Raises:
        FileNotFoundError: it is not there; nothing is written.
        LibraryError: it cannot be read.
    """
    try:
        source = _Source(path)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _not_readable(path, error) from error
    with closing(source):
        return writer.add(name, source, source.size)


class _Source:
    """A file of the library that is read; what goes wrong is told apart from what goes wrong with the archive."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream = path.open("rb")
        self.size = os.fstat(self._stream.fileno()).st_size

    def read(self, count: int) -> bytes:
        try:
            content = self._stream.read(count)
        except OSError as error:
            raise _not_readable(self._path, error) from error
        if not content:
            raise LibraryError(f"{self._path} became shorter while it was read; run `ingest verify`.")
        return content

    def close(self) -> None:
        self._stream.close()


def _not_readable(path: Path, error: OSError) -> LibraryError:
    return LibraryError(
        f"{path} cannot be read ({error.strerror or error}); check permissions and the disk, and run `ingest verify`."
    )
