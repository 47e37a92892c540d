"""The copy of the vectors in Chroma: never shared by two processes, always in step, made again whenever in doubt."""

import json
import logging
import random
import shutil
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
import pytest

from ingest.chroma import open_folder, vectors_in
from ingest.errors import IndexMismatch
from ingest.library import Library
from ingest.seals import seal_of
from ingest.vector_source import DatabaseSource, Entries
from ingest.vectors import VectorIndex
from tests.vectors import entries_of, missing, publish, vectors_of

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
PERSISTED = 1200  # chunks from which Chroma writes its graph to files of its own: it does so by the thousand


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def library(folder: Path) -> Iterator[Library]:
    with Library(folder) as opened:
        yield opened


@contextmanager
def index_of(library: Library) -> Iterator[VectorIndex]:
    """A copy of the vectors as another process would have it."""
    index = VectorIndex(library.folder / "chroma", DatabaseSource(library._database))
    yield index
    index.close()


def ask(library: Library | VectorIndex) -> list[str]:
    search = library.search_dense if isinstance(library, Library) else library.search
    return [chunk_id for chunk_id, _ in search(vectors_of("a", 1)[0].tolist(), 10)]


def copies(folder: Path) -> set[str]:
    """Folders of Chroma's files, with the slot that each is in."""
    return {str(path.relative_to(folder / "chroma")) for path in folder.glob("chroma/slot-*/data-*")}


def slots(folder: Path) -> set[str]:
    return {copy.partition("/")[0] for copy in copies(folder)}


@contextmanager
def process(script: str, *arguments: object, **options: object) -> Iterator[tuple[IO[str], IO[str]]]:
    """Another process, with its standard input and output; it must end well when its input does."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", script, *map(str, arguments)]
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True, **options) as other:  # type: ignore[call-overload]
        yield other.stdin, other.stdout
        other.stdin.close()
    assert other.returncode == 0


# It asks when it is told a line, until there is none.
ASKING = """
import sys
from ingest.library import Library
from tests.vectors import entries_of, missing, publish, vectors_of
with Library(sys.argv[1]) as library:
    for line in sys.stdin:
        if line.startswith("publish"):
            publish(library, line.split()[1])
        print(len(library.search_dense(vectors_of("a", 1)[0].tolist(), 100)), missing(library, every=7), flush=True)
"""


def test_two_processes_use_two_folders_and_see_what_the_other_adds(library: Library) -> None:
    publish(library, "a")
    assert len(ask(library)) == 3
    with process(ASKING, library.folder) as (other, answers):
        print("", file=other, flush=True)
        assert answers.readline() == "3 []\n"
        print("publish b", file=other, flush=True)
        assert answers.readline() == "6 []\n"
        assert slots(library.folder) == {"slot-0", "slot-1"}
        assert len(ask(library)) == 6
        publish(library, "c")
        print("", file=other, flush=True)
        assert answers.readline() == "9 []\n"


def test_a_slot_is_taken_up_again_as_it_is_when_its_process_has_ended(folder: Path) -> None:
    with Library(folder) as library:
        publish(library, "a", PERSISTED)
        ask(library)
        publish(library, "b")
        ask(library)
        before = copies(folder)
    with Library(folder) as again:
        assert missing(again, every=7) == []
        assert copies(folder) == before
        assert slots(folder) == {"slot-0"}


@pytest.mark.parametrize("count", [3, PERSISTED])
def test_a_process_that_is_killed_while_it_does_nothing_costs_no_copy(library: Library, count: int) -> None:
    publish(library, "a", count)
    killed = ASKING.replace("flush=True)", "flush=True); import os; os.kill(os.getpid(), 9)")
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", killed, library.folder], cwd=ROOT, input="\n", text=True)
        assert done.returncode == -signal.SIGKILL
        before = copies(library.folder)
    assert missing(library, every=7) == []
    assert copies(library.folder) == before


# It is killed in the middle of putting vectors into Chroma, or just after, or while it writes the state.
KILLED = """
import os, sys
from pathlib import Path
from chromadb.api.models.Collection import Collection
from ingest.library import Library
from tests.vectors import publish, vectors_of

moment = sys.argv[2]
with Library(sys.argv[1]) as library:
    library.search_dense(vectors_of("a", 1)[0].tolist(), 1)
    publish(library, "a", 1100)
    publish(library, "b", 900)
    upsert, delete, replace = Collection.upsert, Collection.delete, Path.replace
    def killed(when, work):
        def wrapped(*arguments, **named):
            if moment == "before " + when:
                os.kill(os.getpid(), 9)
            result = work(*arguments, **named)
            if moment == "after " + when:
                os.kill(os.getpid(), 9)
            return result
        return wrapped
    Collection.upsert, Collection.delete = killed("upsert", upsert), killed("delete", delete)
    Path.replace = killed("state", replace)
    library.search_dense(vectors_of("a", 1)[0].tolist(), 1)
"""


@pytest.mark.parametrize(
    "moment", ["before upsert", "after upsert", "before delete", "after delete", "before state", "after state"]
)
def test_after_a_kill_while_changes_are_applied_every_vector_is_found(library: Library, moment: str) -> None:
    publish(library, "a", PERSISTED)
    killed = subprocess.run([sys.executable, "-c", KILLED, library.folder, moment], cwd=ROOT)
    assert killed.returncode == -signal.SIGKILL
    assert library._index.inspect() == []  # not finished, but nothing is wrong
    assert missing(library, every=7) == []


def test_a_process_that_is_killed_by_a_timer_at_any_moment_harms_no_vector(library: Library) -> None:
    publish(library, "a", PERSISTED)
    changing = """
import signal, sys
from ingest.library import Library
from tests.vectors import publish, vectors_of
with Library(sys.argv[1]) as library:
    library.search_dense(vectors_of("a", 1)[0].tolist(), 1)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, float(sys.argv[2]))
    for number in range(10_000):
        publish(library, f"b{number % 7}", 100 + number % 50)
        library.search_dense(vectors_of("a", 1)[0].tolist(), 1)
"""
    for number in range(3):
        seconds = random.Random(number).uniform(0.05, 0.6)
        killed = subprocess.run([sys.executable, "-c", changing, library.folder, str(seconds)], cwd=ROOT)
        assert killed.returncode == -signal.SIGALRM
        assert missing(library, every=7) == []
        library.close()


# Damage


def delete(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def zero(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def garble(path: Path) -> None:
    path.write_bytes(random.Random(3).randbytes(path.stat().st_size))


def garble_the_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    third = len(content) // 3
    content[third : 2 * third] = random.Random(3).randbytes(third)
    path.write_bytes(content)


def zero_the_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    third = len(content) // 3
    content[third : 2 * third] = bytes(third)
    path.write_bytes(content)


def flip_bits(path: Path) -> None:
    content, chance = bytearray(path.read_bytes()), random.Random(4)
    for _ in range(20 if content else 0):
        content[chance.randrange(len(content))] ^= 0xFF
    path.write_bytes(content)


DAMAGES = [delete, empty, truncate, zero, garble, garble_the_middle, zero_the_middle, flip_bits]
# Each library on its standard input is asked for each of its vectors. A process of its own: damage has killed some.
FINDING = """
import sys
from ingest.library import Library
from tests.vectors import entries_of, missing
for line in sys.stdin:
    with Library(line.strip()) as library:
        lost = missing(library, every=7)
    print(len(lost), flush=True)
"""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with a slot that nobody uses, for copying."""
    folder = tmp_path_factory.mktemp("kept") / "library"
    with Library(folder) as library:
        publish(library, "a", PERSISTED)
        publish(library, "b", 50)
        assert missing(library, every=7) == []
    return folder


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_to_any_file_of_a_slot_is_noticed_and_mended(
    kept: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    files = [path.relative_to(kept) for path in (kept / "chroma" / "slot-0").rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".json", ".sqlite3", ".bin", ".pickle"}
    with process(FINDING) as (paths, answers):
        for number, file in enumerate(files):
            copy = Path(shutil.copytree(kept, tmp_path / str(number)))
            damage(copy / file)
            print(copy, file=paths, flush=True)
            assert answers.readline() == "0\n", f"{damage.__name__} {file}"
            shutil.rmtree(copy)


def lose_the_graph(chroma: Path) -> None:
    for path in chroma.glob("slot-0/data-*/*/"):
        shutil.rmtree(path)


def lose_the_slot(chroma: Path) -> None:
    shutil.rmtree(chroma / "slot-0")


def lose_everything(chroma: Path) -> None:
    shutil.rmtree(chroma)


def take_another_state(chroma: Path) -> None:
    (chroma / "slot-0" / "state.json").write_text('{"data": "../../pages", "seq": [], "seal": {}}')


def nest_the_state(chroma: Path) -> None:
    (chroma / "slot-0" / "state.json").write_text("[" * 200_000)


@pytest.mark.parametrize("loss", [lose_the_graph, lose_the_slot, lose_everything, take_another_state, nest_the_state])
def test_a_lost_copy_is_made_again(kept: Path, tmp_path: Path, loss: Callable[[Path], None]) -> None:
    copy = Path(shutil.copytree(kept, tmp_path / "library"))
    loss(copy / "chroma")
    with Library(copy) as library:
        assert missing(library, every=7) == []


@contextmanager
def tampering(folder: Path) -> Iterator[Any]:
    """Chroma's collection in an idle slot; afterwards the slot has a whole seal again."""
    state = folder / "chroma" / "slot-0" / "state.json"
    known = json.loads(state.read_text())
    data = state.parent / known["data"]
    client = open_folder(data)
    yield vectors_in(client, "chunks").collection
    client.close()
    state.write_text(json.dumps(known | {"seal": seal_of(data)}))


def test_a_copy_with_the_right_number_of_other_chunks_is_noticed(kept: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(kept, tmp_path / "library"))
    with tampering(copy) as collection:
        collection.delete(ids=entries_of(collection, ["a-7"]))
        collection.upsert(ids=["x-7"], embeddings=vectors_of("x", 1), metadatas=[{"doc_id": "x"}])
    with Library(copy) as library:
        assert missing(library, every=7) == []


def test_a_copy_that_has_all_chunks_but_does_not_find_them_is_noticed(kept: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(kept, tmp_path / "library"))
    with tampering(copy) as collection:
        count = PERSISTED // 4
        names = entries_of(collection, [f"a-{n}" for n in range(count)])
        collection.update(ids=names, embeddings=vectors_of("x", count))
    with Library(copy) as library:
        assert missing(library, every=7) == []


def test_in_a_small_library_every_vector_is_asked_for(folder: Path) -> None:
    with Library(folder) as library:
        publish(library, "a", 150)
        ask(library)
    with tampering(folder) as collection:
        collection.update(ids=entries_of(collection, ["a-1"]), embeddings=vectors_of("x", 1))
    with Library(folder) as library:
        assert missing(library) == []


def test_files_that_are_lost_while_the_slot_is_in_use_cost_nothing(library: Library) -> None:
    publish(library, "a", PERSISTED)
    ask(library)
    shutil.rmtree(library.folder / "chroma")
    assert missing(library, every=7) == []
    publish(library, "b")
    assert missing(library, every=7) == []
    assert slots(library.folder) == {"slot-0"}


def test_a_process_whose_folder_was_deleted_leaves_the_new_owner_of_the_slot_alone(library: Library) -> None:
    publish(library, "a")
    ask(library)
    shutil.rmtree(library.folder / "chroma")
    with process(ASKING, library.folder) as (other, answers):
        print("", file=other, flush=True)
        assert answers.readline() == "3 []\n"
        owned = copies(library.folder)
        publish(library, "b")
        assert missing(library, every=7) == []
        assert owned <= copies(library.folder)
        print("", file=other, flush=True)
        assert answers.readline() == "6 []\n"


# Staying in step


def test_what_was_removed_elsewhere_is_no_longer_found_here(library: Library) -> None:
    doc_id = publish(library, "a")
    publish(library, "b")
    assert len(ask(library)) == 6
    with Library(library.folder) as beside:
        beside.remove(doc_id)
    assert ask(library) == [chunk_id for chunk_id in ask(library) if chunk_id.startswith("b-")]
    assert len(ask(library)) == 3


def test_a_new_version_of_a_document_takes_the_place_of_the_old_one(library: Library) -> None:
    publish(library, "a", 5)
    ask(library)
    publish(library, "a", vectors=vectors_of("other", 2))
    assert sorted(ask(library)) == ["a-0", "a-1"]
    assert missing(library, limit=1) == []


def test_an_entry_of_chroma_never_gets_another_vector_in_its_place(tmp_path: Path) -> None:
    old, new = vectors_of("old", 3), vectors_of("new", 3)
    collection = vectors_in(open_folder(tmp_path), "chunks")

    def put(vectors: np.ndarray) -> set[str]:  # type: ignore[type-arg]
        return collection.put(Entries(("a-0", "a-1", "a-2"), ("a", "a", "a"), vectors))

    before = put(old)
    assert put(old) == before
    after = put(np.stack([new[0], old[1], new[2]]))
    assert len(before & after) == 1
    # Who asks meanwhile finds the old and the new, but no chunk twice.
    assert next(chunk_id for chunk_id, _ in collection.nearest(new[0].tolist(), 10)) == "a-0"
    assert sorted(chunk_id for chunk_id, _ in collection.nearest(old[0].tolist(), 10)) == ["a-0", "a-1", "a-2"]
    collection.keep_only(["a"], after)
    assert dict(collection.nearest(old[0].tolist(), 10))["a-0"] == pytest.approx(float(old[0] @ new[0]), abs=1e-3)
    assert set(collection.collection.get(include=[])["ids"]) == after


def test_after_reindexing_with_another_model_the_search_uses_its_vectors(library: Library) -> None:
    publish(library, "a")
    publish(library, "b")
    assert len(ask(library)) == 6
    reindex(library, "another-model", dimension=32)
    assert missing(library, every=7) == []
    with pytest.raises(IndexMismatch, match=r"has 16 numbers, the library's have 32: .* another-model\. Set PAGECITE_"):
        ask(library)
    assert missing(library, every=7) == []


def reindex(library: Library, model: str, dimension: int) -> None:
    """Put other vectors in place of all."""
    from ingest.titles import Subject

    renewed = []
    for record in library.documents():
        chunks, _ = library.document_chunks(record.doc_id)
        vectors = vectors_of(record.name + model, len(chunks), dimension)
        renewed.append((record.doc_id, Subject(record.name, record.name), chunks, vectors))
    assert library.replace_index(model, library.stamps(), lambda _: renewed) == []


def put_back(kept: Path, folder: Path) -> None:
    """Put an older copy of the database in place of the library's."""
    for path in folder.glob("library.sqlite3*"):
        path.unlink()
    shutil.copy(kept / "library.sqlite3", folder)


def test_an_older_database_that_is_put_back_is_noticed(kept: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(kept, tmp_path / "library"))
    with Library(folder) as library:
        publish(library, "later")
        assert missing(library, every=7) == []
    put_back(kept, folder)
    with Library(folder) as library:
        assert missing(library, every=7) == []


def test_an_older_database_that_has_as_many_changes_again_is_noticed(kept: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(kept, tmp_path / "library"))
    with Library(folder) as library:
        publish(library, "later")
        assert missing(library, every=7) == []
    put_back(kept, folder)
    with Library(folder) as library:
        publish(library, "other")
        assert missing(library, every=7) == []


def test_a_search_in_a_snapshot_does_not_set_the_copy_back(library: Library) -> None:
    publish(library, "a")
    ask(library)
    before = copies(library.folder)
    with library.snapshot(), Library(library.folder) as beside:
        assert len(library.documents()) == 1
        publish(beside, "b")
        with index_of(library) as index:
            assert len(ask(index)) == 6
        assert len(ask(library)) == 3
    assert len(ask(library)) == 6
    assert before <= copies(library.folder)


def test_many_equal_vectors_do_not_hide_the_others(library: Library) -> None:
    vectors = vectors_of("mixed", 2000, dimension=64)
    vectors[:300] = vectors[0]
    publish(library, "a", vectors=vectors)
    searched = [library.search_dense(vector.tolist(), 10) for vector in vectors[300::3]]
    itself = [found[0][0] == f"a-{number}" for number, found in zip(range(300, 2000, 3), searched, strict=True)]
    # The graph is an approximation; where equal entries hide others, more than one in twenty is missing.
    assert itself.count(False) <= len(searched) // 100
    assert [found[0][1] == pytest.approx(1.0, abs=1e-4) for found in searched] == itself


def test_an_empty_library_finds_nothing_and_breaks_nothing(library: Library) -> None:
    assert ask(library) == []
    doc_id = publish(library, "a")
    assert len(ask(library)) == 3
    library.remove(doc_id)
    assert ask(library) == []


# Removing


def traces(folder: Path, doc_id: str, vectors: np.ndarray) -> list[str]:  # type: ignore[type-arg]
    """Files below a folder in which a document's id, or a vector of it, can be read."""
    needles = [doc_id.encode(), *(row[1:].tobytes() for row in vectors.astype("<f4"))]
    files = [path for path in (folder / "chroma").rglob("*") if path.is_file()]
    return [str(path) for path in files if any(needle in path.read_bytes() for needle in needles)]


@contextmanager
def plain_vectors(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Vectors go into Chroma as they are, so that they can be looked for in its files."""
    monkeypatch.setattr("ingest.chroma._NOISE", 0.0)
    yield


def test_no_removed_vector_stays_in_files_of_slots_that_nobody_uses(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    with plain_vectors(monkeypatch):
        doc_id = publish(library, "a", PERSISTED)
        publish(library, "b")
        with index_of(library) as first, index_of(library) as second:
            first.sync()
            second.sync()
        assert slots(library.folder) == {"slot-0", "slot-1"}
        assert traces(library.folder, doc_id, vectors_of("a", PERSISTED)) != []
        library.remove(doc_id)
        assert library._index.purge()
        assert traces(library.folder, doc_id, vectors_of("a", PERSISTED)) == []
        assert missing(library, every=7) == []


def test_no_removed_vector_stays_in_the_slot_of_a_process_once_it_has_ended(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    with plain_vectors(monkeypatch):
        doc_id = publish(library, "a", PERSISTED)
        publish(library, "b")
        with index_of(library) as running:
            assert any(chunk_id.startswith("a-") for chunk_id in ask(running))
            library.remove(doc_id)
            assert not library._index.purge()
            assert ask(running) == ask(library)
            assert sorted(ask(running)) == ["b-0", "b-1", "b-2"]
        library.close()
        assert traces(library.folder, doc_id, vectors_of("a", PERSISTED)) == []


def test_no_removed_vector_stays_in_the_slot_of_a_killed_process_once_it_is_used_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    doc_id = publish(library, "a", PERSISTED)
    publish(library, "b")
    killed = ASKING.replace("flush=True)", "flush=True); sys.stdin.readline(); import os; os.kill(os.getpid(), 9)")
    command = [sys.executable, "-c", "from ingest import chroma; chroma._NOISE = 0.0\n" + killed, library.folder]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin and other.stdout
        print("", file=other.stdin, flush=True)
        other.stdout.readline()
        library.remove(doc_id)
        assert not library._index.purge()
        assert traces(library.folder, doc_id, vectors_of("a", PERSISTED)) != []
    with plain_vectors(monkeypatch):
        assert missing(library, every=7) == []
    assert traces(library.folder, doc_id, vectors_of("a", PERSISTED)) == []


def test_slots_that_hold_nothing_of_what_was_removed_are_kept(library: Library) -> None:
    doc_id = publish(library, "a")
    publish(library, "b")
    library.remove(doc_id)
    with index_of(library) as index:
        index.sync()
        before = copies(library.folder)
    assert library._index.purge()
    assert copies(library.folder) == before


# Making anew


def test_rebuilding_makes_the_copy_anew_and_deletes_those_that_nobody_uses(library: Library) -> None:
    publish(library, "a", PERSISTED)
    with index_of(library) as running, index_of(library) as idle, index_of(library) as rebuilding:
        for index in (running, idle, rebuilding):
            index.sync()
        before = copies(library.folder)
        idle.close()
        rebuilding.close()
        rebuilding.rebuild()
        assert slots(library.folder) == {"slot-0", "slot-1"}
        assert len(copies(library.folder) & before) == 1
        assert len(ask(running)) == len(ask(rebuilding)) == 10
        assert missing(library, every=7) == []


def test_damaged_slots_are_told_and_nothing_is_made_worse(kept: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(kept, tmp_path / "library"))
    with Library(folder) as library, index_of(library) as index:
        assert index.inspect() == []
        [database] = folder.glob("chroma/slot-0/data-*/chroma.sqlite3")
        flip_bits(database)
        before = seal_of(folder / "chroma")
        assert index.inspect() == ["chroma/slot-0 is damaged"]
        assert seal_of(folder / "chroma") == before
        index.sync()
        assert index.inspect() == []


# Where nothing can be written


def test_on_a_read_only_folder_vectors_are_kept_in_memory(
    library: Library, caplog: pytest.LogCaptureFixture, read_only: Callable[[Path], None]
) -> None:
    publish(library, "a", PERSISTED)
    (library.folder / "chroma").mkdir(exist_ok=True)
    read_only(library.folder / "chroma")
    with caplog.at_level(logging.WARNING):
        assert missing(library, every=7) == []
    assert "Read-only file system); vectors are kept in memory meanwhile" in caplog.text
    publish(library, "b")
    assert missing(library, every=7) == []
    assert copies(library.folder) == set()


@pytest.fixture
def read_only() -> Iterator[Callable[[Path], None]]:
    """Mounts a folder over itself, read-only; skips where that is not allowed."""
    mounted: list[Path] = []

    def mount(folder: Path) -> None:
        commands = (["mount", "--bind", folder, folder], ["mount", "-o", "remount,bind,ro", folder, folder])
        for command in commands:
            if subprocess.run(command, capture_output=True).returncode:
                pytest.skip("no right to mount a folder read-only")
            mounted.append(folder)

    yield mount
    for folder in mounted[:1]:
        subprocess.run(["umount", "--lazy", folder], check=True)


# It may write files of so many bytes at most: to Chroma a full disk is not much different.
LIMITED = """
import logging, resource, sys
logging.basicConfig(stream=sys.stdout, format="%(message)s")
from ingest.library import Library
from tests.vectors import entries_of, missing
with Library(sys.argv[1]) as library:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
    print("missing", missing(library))
"""


def test_where_files_cannot_grow_vectors_are_kept_in_memory(library: Library) -> None:
    publish(library, "a", PERSISTED)
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, library.folder, "250000"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    *warnings, told = done.stdout.splitlines()
    assert told == "missing []"
    assert "is made again" in warnings[0]
    assert "kept in memory meanwhile" in warnings[-1]
    assert missing(library, every=7) == []


@pytest.mark.parametrize("megabytes", [1, 2, 12])
def test_on_a_full_disk_vectors_are_kept_in_memory(
    library: Library, caplog: pytest.LogCaptureFixture, megabytes: int
) -> None:
    publish(library, "a", vectors=vectors_of("a", 2000, 128))
    chroma = library.folder / "chroma"
    chroma.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", chroma]
    if subprocess.run(command, capture_output=True).returncode:
        pytest.skip("no right to mount a small disk")
    try:
        assert missing(library, every=7) == []
        assert "kept in memory meanwhile" in caplog.text
        assert copies(library.folder) == set()
        library.close()
    finally:
        subprocess.run(["umount", "--lazy", chroma], check=True)
    assert missing(library, every=7) == []


def test_the_room_that_chroma_keeps_for_more_vectors_is_empty(library: Library) -> None:
    """Chroma saves memory as it comes; without `scrub` it may hold vectors of documents that were removed."""
    publish(library, "a", PERSISTED)
    assert missing(library, every=7) == []
    library.close()
    [data] = (library.folder / "chroma").glob("slot-*/data-*/*/data_level0.bin")
    _, _, room, count, size = struct.unpack("<iQQQQ", data.with_name("header.bin").read_bytes()[:36])
    assert 0 < count < room and data.read_bytes()[count * size :].strip(b"\0") == b""
