"""Vectors on a real Chroma server: a collection a library, for all its processes, mended when the server lost them."""

import http.server
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from ingest.chroma import ChromaVectors
from ingest.errors import ConfigError, LibraryError, LibraryNotWritable
from ingest.library import Library
from ingest.settings import Settings
from ingest.vector_source import DatabaseSource
from ingest.vectors import VectorIndex
from tests.chroma_server import ChromaServer, free_port, serving
from tests.vectors import entries_of, missing, publish, vectors_of

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def running() -> Iterator[ChromaServer]:
    with serving() as server:
        yield server


@pytest.fixture
def server(running: ChromaServer) -> ChromaServer:
    """One that runs, whatever the last test did with it."""
    running.stop()
    running.start()
    return running


@pytest.fixture
def library(tmp_path: Path, running: ChromaServer) -> Iterator[Library]:
    with Library(tmp_path / "library", chroma_url=running.url) as opened:
        yield opened


def name_of(library: Library) -> str:
    return f"pagecite-{library.library_id()}"


def ids_on(server: ChromaServer, library: Library) -> set[str]:
    return ChromaVectors(server.client().get_collection(name_of(library), embedding_function=None)).ids()


def ask(library: Library) -> list[str]:
    return [chunk_id for chunk_id, _ in library.search_dense(vectors_of("a", 1)[0].tolist(), 10)]


def test_what_is_added_changed_and_removed_is_so_on_the_server(library: Library, running: ChromaServer) -> None:
    assert ask(library) == []
    first = publish(library, "a", 1200)
    publish(library, "b", 5)
    assert missing(library, every=7) == []
    publish(library, "b", vectors=vectors_of("other", 2))
    assert missing(library, every=7) == []
    assert ids_on(running, library) == {*(f"a-{n}" for n in range(1200)), "b-0", "b-1"}
    library.remove(first)
    assert sorted(ask(library)) == ["b-0", "b-1"]
    assert ids_on(running, library) == {"b-0", "b-1"}
    assert not list((library.folder / "chroma").glob("slot-*"))


def test_the_setting_leads_to_the_server(tmp_path: Path, running: ChromaServer) -> None:
    settings = Settings(library=tmp_path / "library", chroma_url=running.url + "/")
    with Library.of(settings) as library:
        publish(library, "a")
        assert len(ask(library)) == 3
        assert len(ids_on(running, library)) == 3


def test_two_libraries_on_one_server_do_not_see_each_other(
    library: Library, tmp_path: Path, running: ChromaServer
) -> None:
    publish(library, "a")
    with Library(tmp_path / "other", chroma_url=running.url) as other:
        publish(other, "b")
        assert sorted(ask(library)) == ["a-0", "a-1", "a-2"]
        assert sorted(ask(other)) == ["b-0", "b-1", "b-2"]


def test_a_process_that_comes_later_finds_all_and_puts_nothing_there_again(
    library: Library, running: ChromaServer
) -> None:
    publish(library, "a", 50)
    ask(library)
    before = running.client().get_collection(name_of(library), embedding_function=None).id
    with Library(library.folder, chroma_url=running.url) as later:
        assert missing(later) == []
    assert running.client().get_collection(name_of(library), embedding_function=None).id == before


# Losses of the server


def test_a_server_that_is_restarted_is_asked_on(library: Library, server: ChromaServer) -> None:
    publish(library, "a", 1200)
    assert missing(library, every=7) == []
    server.stop()
    server.start()
    assert missing(library, every=7) == []
    publish(library, "b")
    server.stop(kill=True)
    server.start()
    assert missing(library, every=7) == []


def delete_collection(library: Library, server: ChromaServer) -> None:
    server.client().delete_collection(name_of(library))


def lose_everything(library: Library, server: ChromaServer) -> None:
    server.stop()
    shutil.rmtree(server.data)
    server.start()


def lose_the_note(library: Library, server: ChromaServer) -> None:
    collection = server.client().get_collection(name_of(library), embedding_function=None)
    collection.modify(metadata={"seq": "many"})


def be_ahead(library: Library, server: ChromaServer) -> None:
    """As a server is when an older database was put back."""
    collection = server.client().get_collection(name_of(library), embedding_function=None)
    collection.modify(metadata=dict(collection.metadata) | {"seq": 1000})
    collection.upsert(ids=["x-0"], embeddings=vectors_of("a", 1), metadatas=[{"doc_id": "x"}])


def take_anothers_place(library: Library, server: ChromaServer) -> None:
    collection = server.client().get_collection(name_of(library), embedding_function=None)
    collection.modify(metadata=dict(collection.metadata) | {"model": "another"})


@pytest.mark.parametrize("loss", [delete_collection, lose_everything, lose_the_note, be_ahead, take_anothers_place])
def test_what_the_server_lost_while_it_is_asked_is_put_there_again(
    library: Library, server: ChromaServer, loss: Callable[[Library, ChromaServer], None]
) -> None:
    publish(library, "a", 20)
    assert missing(library) == []
    loss(library, server)
    assert missing(library) == []
    assert len(ids_on(server, library)) == 20


def lose_a_chunk(library: Library, server: ChromaServer) -> None:
    collection = server.client().get_collection(name_of(library), embedding_function=None)
    collection.delete(ids=entries_of(collection, ["a-7"]))
    collection.upsert(ids=["x-7"], embeddings=vectors_of("x", 1), metadatas=[{"doc_id": "x"}])


def lose_a_vector(library: Library, server: ChromaServer) -> None:
    collection = server.client().get_collection(name_of(library), embedding_function=None)
    collection.update(ids=entries_of(collection, ["a-7"]), embeddings=vectors_of("x", 1))


@pytest.mark.parametrize("loss", [lose_a_chunk, lose_a_vector])
def test_a_server_with_as_many_but_other_vectors_is_noticed_by_the_next_process(
    library: Library, server: ChromaServer, loss: Callable[[Library, ChromaServer], None]
) -> None:
    publish(library, "a", 20)
    assert missing(library) == []
    loss(library, server)
    with Library(library.folder, chroma_url=server.url) as later:
        assert missing(later) == []
    assert missing(library) == []


def test_a_server_that_was_put_back_to_an_earlier_state_gets_what_it_lacks(
    library: Library, server: ChromaServer, tmp_path: Path
) -> None:
    publish(library, "a", 20)
    ask(library)
    server.stop()
    shutil.copytree(server.data, tmp_path / "backup")
    server.start()
    publish(library, "b", 20)
    assert missing(library) == []
    server.stop()
    shutil.rmtree(server.data)
    shutil.copytree(tmp_path / "backup", server.data)
    server.start()
    assert missing(library) == []
    assert len(ids_on(server, library)) == 40


# A process that is killed while it brings the server in step.
KILLED = """
import os, sys
from chromadb.api.models.Collection import Collection
from ingest.library import Library
from tests.vectors import publish, vectors_of

with Library(sys.argv[1], chroma_url=sys.argv[2]) as library:
    work = getattr(Collection, sys.argv[4])
    def killed(*arguments, **named):
        if sys.argv[3] == "before":
            os.kill(os.getpid(), 9)
        work(*arguments, **named)
        os.kill(os.getpid(), 9)
    setattr(Collection, sys.argv[4], killed)
    if sys.argv[5] == "rebuild":
        library._index.rebuild()
    else:
        publish(library, "a", 7)
        publish(library, "b", 7)
        library.search_dense(vectors_of("a", 1)[0].tolist(), 1)
"""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("method", "work"),
    [("upsert", "apply"), ("delete", "apply"), ("modify", "apply"), ("upsert", "rebuild"), ("modify", "rebuild")],
)
def test_after_a_kill_every_vector_is_found(
    library: Library, running: ChromaServer, method: str, work: str, when: str
) -> None:
    publish(library, "a", 20)
    ask(library)
    command = [sys.executable, "-c", KILLED, library.folder, running.url, when, method, work]
    assert subprocess.run(command, cwd=ROOT).returncode == -9
    assert missing(library) == []
    with Library(library.folder, chroma_url=running.url) as later:
        assert missing(later) == []
        later._index.rebuild()
    names = [collection.name for collection in running.client().list_collections()]
    assert [name for name in names if name.startswith(name_of(library))] == [name_of(library)]


# Several processes

ASKING = """
import sys
from ingest.library import Library
from tests.vectors import missing, publish
with Library(sys.argv[1], chroma_url=sys.argv[2]) as library:
    for number in range(10):
        publish(library, f"{sys.argv[3]}{number}", 5)
        print(missing(library, limit=20), flush=True)
"""


def test_two_processes_add_and_ask_at_once(library: Library, running: ChromaServer) -> None:
    commands = [[sys.executable, "-c", ASKING, library.folder, running.url, name] for name in ("b", "c")]
    others = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for command in commands]
    for number in range(10):
        publish(library, f"a{number}", 5)
        ask(library)
    # What another process adds between two looks of one test is no loss: the last look must see all.
    assert [other.communicate()[0].count("\n") for other in others] == [10, 10]
    assert [other.returncode for other in others] == [0, 0]
    assert missing(library, limit=20) == []
    assert len(ids_on(running, library)) == 150


def test_others_ask_while_the_collection_is_made_anew(library: Library, running: ChromaServer) -> None:
    publish(library, "a", 300)
    found: list[int] = []
    with Library(library.folder, chroma_url=running.url) as asking:
        ask(asking)
        done = threading.Event()

        def go_on() -> None:
            while not done.is_set():
                found.append(len(ask(asking)))

        thread = threading.Thread(target=go_on)
        thread.start()
        for _ in range(5):
            library._index.rebuild()
        done.set()
        thread.join()
    assert set(found) == {10}
    assert missing(library) == []


class Watching:
    """A meter that does something at each step."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act

    def begin(self, what: str, total: int | None = None) -> None:
        pass

    def step(self) -> None:
        self._act()


def test_others_need_not_wait_until_the_new_collection_is_complete(library: Library, running: ChromaServer) -> None:
    publish(library, "a", 20)
    found: list[int] = []
    with Library(library.folder, chroma_url=running.url) as asking:
        ask(asking)
        # Who would have to wait for the lock would wait forever: we have it.
        asking._index._store.exclusive = None  # type: ignore[assignment]
        library._index.rebuild(Watching(lambda: found.append(len(ask(asking)))))
    assert found == [10]


def test_a_collection_that_is_replaced_between_two_requests_is_looked_for_again(
    library: Library, running: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(library, "a", 20)
    ask(library)
    nearest, interruptions = ChromaVectors.nearest, [lambda: delete_collection(library, running)]

    def interrupted(vectors: ChromaVectors, vector: Sequence[float], limit: int) -> list[tuple[str, float]]:
        while interruptions:
            interruptions.pop()()
        return nearest(vectors, vector, limit)

    monkeypatch.setattr(ChromaVectors, "nearest", interrupted)
    assert len(ask(library)) == 10


def test_waiting_for_another_process_is_told(
    library: Library, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.chroma_server._MOMENT", 0.01)
    publish(library, "a")
    (library.folder / "chroma").mkdir(exist_ok=True)
    lock = FileLock(library.folder / "chroma" / "server.lock", thread_local=False)
    with lock:
        thread = threading.Thread(target=ask, args=(library,))
        thread.start()
        while "waiting" not in caplog.text:
            assert thread.is_alive()
    thread.join()
    assert "Another process brings the vectors on http://127.0.0.1" in caplog.text


# Servers that cannot be used


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """A server that gives the same answer to everything."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_server_that_is_not_there_is_named_with_the_remedy(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with Library(tmp_path, chroma_url=url) as library:
        publish(library, "a")
        for _ in range(2):
            with pytest.raises(LibraryError, match=rf"{url} does not answer .*start it .*unset PAGECITE_CHROMA_URL"):
                ask(library)


def test_a_server_that_goes_away_is_named_and_asked_again_when_it_is_back(
    library: Library, server: ChromaServer
) -> None:
    publish(library, "a")
    ask(library)
    server.stop(kill=True)
    with pytest.raises(LibraryError, match=f"{server.url} does not answer"):
        ask(library)
    publish(library, "b")
    server.start()
    assert missing(library) == []


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (200, b"<html>hello</html>", "its answer is something else"),
        (200, b"[]", "its answer is something else"),
        (200, b"{}", "its answer is something else"),
        (401, b"", "it answers 401 Unauthorized"),
        (404, b"", "it answers 404 Not Found"),
        (200, json.dumps({"nanosecond heartbeat": 1}).encode(), "does not answer"),
    ],
)
def test_a_server_that_is_none_of_chroma_is_told(tmp_path: Path, status: int, body: bytes, reason: str) -> None:
    with answering(status, body) as url, Library(tmp_path, chroma_url=url) as library:
        with pytest.raises(LibraryError, match=f"{url} .*{reason}.*PAGECITE_CHROMA_URL"):
            ask(library)


@pytest.mark.parametrize(
    "url", ["localhost:8000", "ftp://a", "http://", "http://a:x", "http://a/b", "http://u:p@a", "//"]
)
def test_what_is_no_url_is_told_before_anything_is_asked(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigError, match="PAGECITE_CHROMA_URL"):
        Library(tmp_path, chroma_url=url)


def test_a_server_that_does_not_answer_in_time_is_told(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.chroma_server._ANSWER_SECONDS", 1e-6)
    publish(library, "a")
    with pytest.raises(LibraryError, match=r"does not answer \(.*timed out.*\); start it"):
        ask(library)


def test_removing_goes_on_without_the_server_and_is_made_up_for(
    library: Library, server: ChromaServer, caplog: pytest.LogCaptureFixture
) -> None:
    doc_id = publish(library, "a")
    publish(library, "b")
    ask(library)
    server.stop()
    library.remove(doc_id)
    library._index.purge()
    assert "Removed vectors could not be deleted yet" in caplog.text
    server.start()
    with Library(library.folder, chroma_url=server.url) as later:
        later._index.purge()
        assert ids_on(server, library) == {"b-0", "b-1", "b-2"}


def test_what_is_wrong_on_the_server_is_told_and_left(library: Library, server: ChromaServer) -> None:
    publish(library, "a", 20)
    ask(library)
    with index_beside(library, server) as index:
        assert index.inspect() == []
        lose_a_vector(library, server)
        assert index.inspect() == ["the Chroma server has other vectors than the library"]
        be_ahead(library, server)
        assert index.inspect() == ["the Chroma server has vectors of another state"]
        delete_collection(library, server)
        assert index.inspect() == ["the Chroma server has no vectors of this library"]
        index.sync()
        assert index.inspect() == []


@contextmanager
def index_beside(library: Library, server: ChromaServer) -> Iterator[VectorIndex]:
    index = VectorIndex(library.folder / "chroma", DatabaseSource(library._database), server.url)
    yield index
    index.close()


def test_where_no_lock_can_be_made_the_remedy_is_told(library: Library) -> None:
    publish(library, "a")
    (library.folder / "chroma").write_text("in the way")
    with pytest.raises(LibraryNotWritable, match=r"need a lock there; check permissions, or unset PAGECITE_CHROMA_URL"):
        ask(library)
