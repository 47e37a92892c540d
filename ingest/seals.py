"""Seals on folders: every file's size and checksum, so that damage shows before anything reads the files.

Chroma must not be let near a damaged index: on files that were cut off or overwritten it ends the whole process
(SIGSEGV), or finds only part of what it says to have.
"""

import zlib
from pathlib import Path

_BLOCK = 1 << 20


def seal_of(folder: Path) -> dict[str, list[int]]:
    """Size in bytes and CRC-32 of all files below a folder, by their paths in it.

    Raises:
        OSError: one cannot be read.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): [path.stat().st_size, _checksum(path)] for path in paths}


def _checksum(path: Path) -> int:
    value = 0
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            value = zlib.crc32(block, value)
    return value
