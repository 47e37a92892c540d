"""Chroma's copies of the vectors: those of all chunks, and no others."""

from collections.abc import Iterator

from ingest.library import Library
from ingest.verification.problems import REPAIR, Kind, Problem


def check_index(library: Library) -> Iterator[Problem]:
    """Compare what Chroma holds with the chunks: on a server, and in folders that no process uses."""
    for fault in library.inspect_vectors():
        yield Problem(Kind.CHROMA, "vectors", fault, REPAIR, mendable=True)
