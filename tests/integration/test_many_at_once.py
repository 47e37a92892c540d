"""Many processes on one library at once: four add, four ask, and nobody sees an error or misses anything."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from ingest.library import Library
from tests.chroma_server import serving
from tests.vectors import missing, publish

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
WRITERS = READERS = 4
DOCUMENTS = 12  # of each writer
CHUNKS = 9  # of each document
WAITING = "Another process brings the vectors on "

# Adds documents; every third one a second time, with other chunks; of every sixth one the first version is removed.
WRITING = """
import sys
from ingest.library import Library
from tests.vectors import publish, vectors_of
folder, server, name, documents, chunks = *sys.argv[1:4], *map(int, sys.argv[4:])
with Library(folder, chroma_url=server) as library:
    for number in range(documents):
        doc_id = publish(library, f"{name}x{number}", chunks + 3 if number % 3 == 0 else chunks)
        if number % 6 == 0:
            library.remove(doc_id)
        if number % 3 == 0:
            publish(library, f"{name}x{number}", vectors=vectors_of(f"{name}{number} anew", chunks))
"""

# Asks until its standard input ends; what was there before it asked must be found. Then it asks for everything.
READING = """
import json, logging, random, select, sys
logging.basicConfig(stream=sys.stderr)
from ingest.library import Library
from tests.vectors import missing
folder, server = sys.argv[1:]
faults, asked = [], 0
with Library(folder, chroma_url=server) as library:
    while not select.select([sys.stdin], [], [], 0)[0]:
        ready = [record for record in library.documents() if record.status == "ready"]
        if not ready:
            continue
        record = random.choice(ready)
        chunks, vectors = library.document_chunks(record.doc_id)
        if not chunks:
            continue
        if asked == 1:
            print("asking", flush=True)
        asked += 1
        dense = [chunk_id for chunk_id, _ in library.search_dense(vectors[0].tolist(), 5)]
        words = [chunk_id for chunk_id, _ in library.search_words([record.name], 100)]
        # Whoever changed it since has published it anew or removed it: then nothing can be said.
        if library.document_chunks(record.doc_id)[0] == chunks:
            if chunks[0].chunk_id not in dense:
                faults.append(f"vector of {chunks[0].chunk_id}")
            if {chunk.chunk_id for chunk in chunks} - set(words):
                faults.append(f"words of {record.name}")
    print(json.dumps({"faults": faults, "missing": missing(library)}))
"""


def start(script: str, *arguments: object) -> "subprocess.Popen[str]":
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def ends_well(processes: Sequence["subprocess.Popen[str]"]) -> list[str]:
    """End the input of processes and wait for them; give back what they wrote. They may say that they wait, no more."""
    said = [process.communicate(timeout=300) for process in processes]
    for process, (_, errors) in zip(processes, said, strict=True):
        assert (process.returncode, [line for line in errors.splitlines() if WAITING not in line]) == (0, [])
    return [output for output, _ in said]


def start_readers(count: int, folder: Path, server_url: str) -> list["subprocess.Popen[str]"]:
    """Readers that have their first answer."""
    readers = [start(READING, folder, server_url) for _ in range(count)]
    for reader in readers:
        assert reader.stdout
        assert reader.stdout.readline() == "asking\n"
    return readers


@pytest.fixture(params=["folders of their own", "a Chroma server"])
def server_url(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "a Chroma server":
        with serving() as server:
            yield server.url
    else:
        yield ""


def test_four_writers_and_four_readers_miss_nothing(tmp_path: Path, server_url: str) -> None:
    with Library(tmp_path, chroma_url=server_url) as first:
        publish(first, "before", CHUNKS)
        readers = start_readers(READERS, tmp_path, server_url)
        writers = [start(WRITING, tmp_path, server_url, f"w{n}", DOCUMENTS, CHUNKS) for n in range(WRITERS)]
        ends_well(writers)
        told = [json.loads(output) for output in ends_well(readers)]
        assert [(reader["faults"], reader["missing"]) for reader in told] == [([], [])] * READERS
        assert missing(first) == []
        assert len(first.documents()) == 1 + WRITERS * DOCUMENTS
        assert first.count_chunks() == (1 + WRITERS * DOCUMENTS) * CHUNKS
    with Library(tmp_path, chroma_url=server_url) as fresh:
        assert missing(fresh) == []
        for writer in range(WRITERS):
            for number in range(DOCUMENTS):
                name = f"w{writer}x{number}"
                assert len(fresh.search_words([name], 20)) == CHUNKS, name


def test_readers_see_no_error_while_everything_is_made_anew(tmp_path: Path, server_url: str) -> None:
    with Library(tmp_path, chroma_url=server_url) as library:
        for number in range(10):
            publish(library, f"a{number}", 50)
        readers = start_readers(2, tmp_path, server_url)
        for number in range(4):
            library.rebuild()
            library.remove(publish(library, f"b{number}"))
        told = [json.loads(output) for output in ends_well(readers)]
    assert [(reader["faults"], reader["missing"]) for reader in told] == [([], [])] * 2
