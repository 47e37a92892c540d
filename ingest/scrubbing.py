"""Room in Chroma's files that was never written to.

Its graph (hnswlib) keeps room for more vectors than it has, takes memory for it as it comes, and saves all of it. What
stood there before in this process, a vector of a document that has been removed among it, would go into the file.
"""

import logging
import struct
from contextlib import suppress
from pathlib import Path

logger = logging.getLogger(__name__)

# Beginning of header.bin, as hnswlib's saveIndex has it in Chroma's edition: a version, where level 0 begins, how many
# elements there is room for, how many there are, and the size of one.
_HEADER = struct.Struct("<iQQQQ")
_VERSION = 1


def scrub(folder: Path) -> None:
    """Overwrite the unused room of all graphs below a folder with zeros.

    Files of another form are left as they are, and logged.

    Args:
        folder: of a Chroma client, which must not be writing.

    Raises:
        OSError: a file cannot be written.
    """
    for data in folder.glob("*/data_level0.bin"):
        end = _used(data)
        if end is None:
            logger.info("%s is not of the form that is known; its unused room is left as it is.", data)
            continue
        # Another process may delete what it makes anew.
        with suppress(FileNotFoundError), data.open("r+b") as file:
            file.seek(end)
            left = file.read()
            if left.strip(b"\0"):
                file.seek(end)
                file.write(bytes(len(left)))


def _used(data: Path) -> int | None:
    """How many of a graph's bytes are elements; None where the files do not fit together."""
    try:
        header = data.with_name("header.bin").read_bytes()[: _HEADER.size]
        version, start, room, count, size = _HEADER.unpack(header)
    except (FileNotFoundError, struct.error):
        return None
    fits = version == _VERSION and start == 0 and count <= room and room * size == data.stat().st_size
    return count * size if fits else None
