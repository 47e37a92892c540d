"""Chroma is a cache: never shared by two processes, always in step with SQLite, made again when it is broken."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.library import Library
from ingest.pipeline import reindex
from ingest.settings import Settings
from tests.drawings import write_tiff
from tests.fakes import FakeEmbeddings, FakeEngine, make_pipeline

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
# Another process that searches, adds a document of its own, searches again, and holds its slot until told to end.
OTHER_PROCESS = """
import sys
from pathlib import Path
from ingest.library import Library
from tests.drawings import write_tiff
from tests.fakes import FakeEmbeddings, make_pipeline

folder, scan = Path(sys.argv[1]), Path(sys.argv[2])
query = FakeEmbeddings().embed_query("pallets")
with Library(folder) as library:
    print(len(library.search_dense(query, 10)), flush=True)
    list(make_pipeline(library).add([write_tiff(scan, ["from another process"])]))
    print(len(library.search_dense(query, 10)), flush=True)
    sys.stdin.readline()
    print(len(library.search_dense(query, 10)), flush=True)
"""


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library") as opened:
        yield opened


@pytest.fixture
def add(library: Library, tmp_path: Path) -> Callable[[str], str]:
    """Adds a one-page document, gives back its id."""

    def _add(name: str) -> str:
        [outcome] = make_pipeline(library).add([write_tiff(tmp_path / name, [name])])
        return outcome.doc_id

    return _add


def hits(library: Library, dimension: int = 64) -> list[tuple[str, float]]:
    return library.search_dense(FakeEmbeddings(dimension).embed_query("pallets"), 10)


def data_folders(library: Library) -> set[str]:
    return {path.parent.name for path in (library.folder / "chroma").glob("slot-*/data-*")}


def test_two_processes_use_two_folders_and_see_what_the_other_adds(
    library: Library, add: Callable[[str], str], tmp_path: Path
) -> None:
    add("a.tif")
    assert len(hits(library)) == 1
    command = [sys.executable, "-c", OTHER_PROCESS, str(library.folder), str(tmp_path / "b.tif")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdin and other.stdout
        assert [other.stdout.readline().strip() for _ in range(2)] == ["1", "2"]
        assert data_folders(library) == {"slot-0", "slot-1"}
        assert len(hits(library)) == 2
        add("c.tif")
        other.stdin.write("\n")
        other.stdin.flush()
        assert other.stdout.readline().strip() == "3"
    assert other.returncode == 0


def test_a_slot_is_taken_up_again_when_its_process_has_ended(library: Library, add: Callable[[str], str]) -> None:
    add("a.tif")
    hits(library)
    library.close()
    with Library(library.folder) as again:
        assert len(hits(again)) == 1
        assert data_folders(again) == {"slot-0"}


def test_what_was_removed_elsewhere_is_no_longer_found_here(library: Library, add: Callable[[str], str]) -> None:
    doc_id = add("a.tif")
    add("b.tif")
    assert len(hits(library)) == 2
    with Library(library.folder) as beside:
        beside.remove(doc_id)
    assert len(hits(library)) == 1


def delete(folder: Path) -> None:
    shutil.rmtree(folder)


def overwrite(folder: Path) -> None:
    for file in folder.rglob("*"):
        if file.is_file():
            file.write_bytes(b"broken" * 100)


def lose_the_state(folder: Path) -> None:
    for file in folder.glob("slot-*/state.json"):
        file.write_text("{")


def lose_the_collection(folder: Path) -> None:
    for data in folder.glob("slot-*/data-*"):
        shutil.rmtree(data)
        data.mkdir()


@pytest.mark.parametrize("damage", [delete, overwrite, lose_the_state, lose_the_collection])
def test_a_damaged_cache_is_made_again_without_embedding_again(
    library: Library, add: Callable[[str], str], damage: Callable[[Path], None]
) -> None:
    add("a.tif")
    add("b.tif")
    before = hits(library)
    library.close()
    damage(library.folder / "chroma")
    with Library(library.folder) as again:
        assert hits(again) == before


def test_after_reindexing_with_another_model_the_search_uses_its_vectors(
    library: Library, add: Callable[[str], str]
) -> None:
    add("a.tif")
    add("b.tif")
    assert len(hits(library)) == 2
    engine = FakeEngine()
    settings = Settings(library=library.folder, embedding_model="another-model")
    with Library(library.folder) as beside:
        assert reindex(beside, settings, FakeEmbeddings(32)) == 2
    assert len(hits(library, 32)) == 2
    make_pipeline(library, engine, FakeEmbeddings(32), embedding_model="another-model")
    assert engine.calls == 0


def test_an_empty_library_finds_nothing_and_breaks_nothing(library: Library) -> None:
    assert hits(library) == []
