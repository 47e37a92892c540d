"""Who should own Chroma's files where several programs ask one library: ``python -m tests.faults.owners``.

Three ways, on the same vectors: a folder for each process, brought in step with the database (what a library does by
itself); one server for all (what ``PAGECITE_CHROMA_URL`` does); and one folder for all, as Chroma is mostly used, which
is tried by itself, for it loses vectors. Nothing is embedded: vectors are drawn.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import IO

import chromadb
import psutil

from ingest.library import Library
from tests.chroma_server import serving
from tests.vectors import publish, vectors_of

DIMENSION = 384
_READERS = 4
_SEARCHES = 200
_PART = 500  # vectors of a document
_ADDED = 50  # vectors of the document that comes while the readers ask
_SHARED = 1000  # vectors that each process puts into the one folder


@dataclass(frozen=True, slots=True)
class Asked:
    """What one reader saw.

    Attributes:
        opened: seconds from opening the library to the first answer.
        search: median seconds of a search.
        step: seconds of the first search after a document came.
        missed: vectors of that document that it did not find.
        memory: its resident set, bytes.
    """

    opened: float
    search: float
    step: float
    missed: int
    memory: int


def main() -> int:
    """Measure and print; 0 always, for there is no bar."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.owners", description=__doc__)
    parser.add_argument("--vectors", type=int, default=20_000, help="in the library")
    parser.add_argument("--read", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--put", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        _read(Path(options.read[0]), options.read[1])
    elif options.put:
        _put(Path(options.put[0]), options.put[1])
    else:
        _compare(options.vectors)
    return 0


def _compare(count: int) -> None:
    with tempfile.TemporaryDirectory(prefix="pagecite-owners-") as scratch:
        folder = Path(scratch) / "library"
        with Library(folder) as library:
            for number in range(count // _PART):
                publish(library, f"d{number}", vectors=vectors_of(f"d{number}", _PART, DIMENSION))
        _say(f"{count} vectors of length {DIMENSION}, {_READERS} readers at once")
        _say(_row("way", "first open", "opened", "search", "in step", "missed", "memory", "disk"))
        _say_way("a folder each", folder, "")
        with serving() as server:
            _say_way("one server", folder, server.url, server.data)
        _say_shared(Path(scratch) / "shared")


def _say_way(name: str, folder: Path, url: str, data: Path | None = None) -> None:
    """One way: everything is filled, then the same readers come again."""
    first = list(_ask(folder, url, f"{name} a"))
    again = list(_ask(folder, url, f"{name} b"))
    servers = [
        one for one in psutil.process_iter(["cmdline"]) if url and "chroma" in " ".join(one.info["cmdline"] or [])
    ]
    memory = sum(one.memory for one in again) + sum(one.memory_info().rss for one in servers)
    disk = sum(path.stat().st_size for path in (data or folder / "chroma").rglob("*") if path.is_file())
    _say(
        _row(
            name,
            f"{max(one.opened for one in first):.2f} s",
            f"{max(one.opened for one in again):.2f} s",
            f"{1000 * median(one.search for one in again):.1f} ms",
            f"{max(one.step for one in again):.2f} s",
            str(sum(one.missed for one in [*first, *again])),
            f"{memory / 2**20:.0f} MB",
            f"{disk / 2**20:.0f} MB",
        )
    )


def _row(name: str, *cells: str) -> str:
    return f"{name:<16}" + "".join(f"{cell:>12}" for cell in cells)


def _ask(folder: Path, url: str, name: str) -> Iterator[Asked]:
    """Readers at once; a document comes when all of them have asked."""
    with ExitStack() as stack:
        readers = [stack.enter_context(_running("--read", str(folder), url)) for _ in range(_READERS)]
        for reader in readers:
            _line(reader)
        with Library(folder) as library:
            publish(library, name, vectors=vectors_of(name, _ADDED, DIMENSION))
        for reader in readers:
            _told(reader).write(name + "\n")
            _told(reader).flush()
        yield from [Asked(**json.loads(_line(reader))) for reader in readers]


def _read(folder: Path, url: str) -> None:
    """A reader's life: open and ask, wait for the name of a document that came, look for it."""
    asked = vectors_of("asked", _SEARCHES, DIMENSION)
    began = time.perf_counter()
    with Library(folder, chroma_url=url) as library:
        library.search_dense(asked[0].tolist(), 10)
        opened = time.perf_counter() - began
        took = [_seconds(library, vector.tolist()) for vector in asked]
        _say("ready")
        name = sys.stdin.readline().strip()
        added = vectors_of(name, _ADDED, DIMENSION)
        step = _seconds(library, added[0].tolist())
        found = [[chunk_id for chunk_id, _ in library.search_dense(vector.tolist(), 10)] for vector in added]
        missed = sum(f"{name}-{number}" not in ids for number, ids in enumerate(found))
        memory = psutil.Process().memory_info().rss
        figures = {"opened": opened, "search": median(took), "step": step, "missed": missed, "memory": memory}
        _say(json.dumps(figures))


def _seconds(library: Library, vector: list[float]) -> float:
    began = time.perf_counter()
    library.search_dense(vector, 10)
    return time.perf_counter() - began


def _say_shared(folder: Path) -> None:
    """Vectors that are missing after several processes have put some into one folder of Chroma."""
    chromadb.PersistentClient(path=str(folder)).create_collection("shared", embedding_function=None)
    with ExitStack() as stack:
        writers = [stack.enter_context(_running("--put", str(folder), str(number))) for number in range(_READERS)]
        ended = [writer.wait() for writer in writers]
    with _running("--put", str(folder), "count") as counting:
        found = int(_line(counting))
    put = _READERS * _SHARED
    _say(
        f"one folder for all: {put - found} of {put} vectors that {_READERS} processes put there are not found, "
        f"{sum(status != 0 for status in ended)} of them ended with an error"
    )


def _put(folder: Path, name: str) -> None:
    collection = chromadb.PersistentClient(path=str(folder)).get_collection("shared", embedding_function=None)
    if name == "count":
        missed = 0
        for number in range(_READERS):
            for start, vector in enumerate(vectors_of(str(number), _SHARED, DIMENSION)):
                found = collection.query(query_embeddings=[vector], n_results=1)["ids"][0]
                missed += found != [f"{number}-{start}"]
        _say(str(_READERS * _SHARED - missed))
        return
    vectors = vectors_of(name, _SHARED, DIMENSION)
    for start in range(0, _SHARED, _ADDED):
        ids = [f"{name}-{number}" for number in range(start, start + _ADDED)]
        collection.add(ids=ids, embeddings=vectors[start : start + _ADDED])


@contextmanager
def _running(*arguments: str) -> "Iterator[subprocess.Popen[str]]":
    command = [sys.executable, "-m", "tests.faults.owners", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process


def _told(process: "subprocess.Popen[str]") -> IO[str]:
    assert process.stdin is not None
    return process.stdin


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise SystemExit(f"A process ended with status {process.wait()}; see above.")
    return line


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
