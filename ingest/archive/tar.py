"""The archive's form: a plain tar file that is written and read as a stream, whatever its size.

Only regular files, each with one header of 512 bytes as GNU tar writes it: no links, no folders, no extension headers,
no compression. So nothing that is unpacked can be larger than the archive itself, and ``tar`` and ``sha256sum -c
SHA256SUMS`` read it too. The last entry, ``SHA256SUMS``, names every entry before it with its hash, in order.

The format is that of GNU tar ("Basic Tar Format" in its manual); `tarfile` writes and reads the headers.
"""

import hashlib
import tarfile
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, Protocol

from ingest.errors import ArchiveError

SUMS = "SHA256SUMS"
_BLOCK = 512
_RECORD = 10_240  # tar files are padded to a multiple of it
_PIECE = 1 << 20


class Source(Protocol):
    """What an entry is read from."""

    def read(self, count: int, /) -> bytes:
        """The next bytes, at most so many, at least one."""
        ...


class TarWriter:
    """Writes entries to a stream, one after another."""

    def __init__(self, stream: BinaryIO, sums: BinaryIO, made_at: int) -> None:
        """Prepare.

        Args:
            stream: where the archive goes.
            sums: an empty temporary file for the list of hashes.
            made_at: time that all entries get, in seconds since 1970.
        """
        self._stream = stream
        self._sums = sums
        self._made_at = made_at
        self._written = 0

    def add(self, name: str, source: Source, size: int) -> str:
        """Append an entry of so many bytes, which the source must have, and give back their SHA-256."""
        self._write(_header(name, size, self._made_at))
        digest = hashlib.sha256()
        left = size
        while left:
            piece = source.read(min(left, _PIECE))
            digest.update(piece)
            self._write(piece)
            left -= len(piece)
        self._write(bytes(-size % _BLOCK))
        self._sums.write(_sum_line(digest.hexdigest(), name))
        return digest.hexdigest()

    def add_bytes(self, name: str, content: bytes) -> None:
        """Append an entry of little content."""
        self.add(name, BytesIO(content), len(content))

    def finish(self) -> None:
        """Append the list of hashes and the end mark."""
        size = self._sums.tell()
        self._sums.seek(0)
        self._write(_header(SUMS, size, self._made_at))
        while piece := self._sums.read(_PIECE):
            self._write(piece)
        self._write(bytes(-size % _BLOCK + 2 * _BLOCK))
        self._write(bytes(-self._written % _RECORD))

    def _write(self, content: bytes) -> None:
        self._stream.write(content)
        self._written += len(content)


class TarReader:
    """Reads what `TarWriter` wrote, and nothing else: every bit of the stream is checked."""

    def __init__(self, stream: BinaryIO, sums: BinaryIO, name: str) -> None:
        """Prepare.

        Args:
            stream: the archive, from its beginning.
            sums: an empty temporary file for the hashes of what is read.
            name: what the archive is called in messages.
        """
        self._name = name
        self._stream = stream
        self._sums = sums
        self._taken = 0
        self._left = 0

    def entries(self) -> Iterator[tuple[str, int]]:
        """Names and sizes of the entries in order; `pieces` gives the content of the one given last.

        When all are read, their hashes have been compared with the list at the end.

        Raises:
            ArchiveError: the archive is cut off, damaged, or holds what no export writes.
        """
        while True:
            name, size = self._read_header()
            if name == SUMS:
                self._compare_sums(size)
                return
            self._left = size
            yield name, size
            if self._left:
                raise AssertionError(f"{name} was not read to its end")

    def pieces(self, name: str, size: int) -> Iterator[bytes]:
        """The content of the entry that `entries` gave last."""
        digest = hashlib.sha256()
        while self._left:
            piece = self._take(min(self._left, _PIECE))
            self._left -= len(piece)
            digest.update(piece)
            yield piece
        self._expect(bytes(-size % _BLOCK))
        self._sums.write(_sum_line(digest.hexdigest(), name))

    def _read_header(self) -> tuple[str, int]:
        block = self._take(_BLOCK)
        try:
            info = tarfile.TarInfo.frombuf(block, "ascii", "strict")
            # Written once more it must be the same: no other kinds of entries, and no bit that is not looked at.
            if info.size >= 0 and _header(info.name, info.size, int(info.mtime)) == block:
                return info.name, info.size
        except (tarfile.TarError, ValueError, OverflowError):
            pass
        raise self._error("is damaged, or was not written by `ingest export`")

    def _compare_sums(self, size: int) -> None:
        if size != self._sums.tell():
            raise self._error("lacks an entry, or holds one that does not belong to it")
        self._sums.seek(0)
        while expected := self._sums.read(_PIECE):
            if self._take(len(expected)) != expected:
                raise self._error("is damaged: an entry is not what its checksum says")
        self._expect(bytes(-size % _BLOCK + 2 * _BLOCK))
        self._expect(bytes(-self._taken % _RECORD))
        if self._stream.read(1):
            raise self._error("is damaged: something follows its end")

    def _error(self, what: str) -> ArchiveError:
        return ArchiveError(f"{self._name} {what}; nothing of it is imported.")

    def _expect(self, content: bytes) -> None:
        if self._take(len(content)) != content:
            raise self._error("is damaged, or was not written by `ingest export`")

    def _take(self, count: int) -> bytes:
        content = self._stream.read(count)
        if len(content) < count:
            raise self._error("is cut off")
        self._taken += count
        return content


def _header(name: str, size: int, made_at: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mtime = size, made_at
    block = info.tobuf(tarfile.GNU_FORMAT, "ascii", "strict")
    if len(block) != _BLOCK:
        raise ValueError(f"{name} is too long a name")
    return block


def _sum_line(digest: str, name: str) -> bytes:
    """A line as ``sha256sum`` writes it."""
    return f"{digest}  {name}\n".encode("ascii")
