"""The commands verify, rebuild, export and import: one line for each problem, an exit status that tells, JSON."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from ingest.files import LIBRARY_FILE
from ingest.library import Library
from tests.command_line import Ingest, command_line
from tests.drawings import write_tiff
from tests.fakes import FakeEmbeddings, FakeEngine

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]


@pytest.fixture
def ingest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ingest:
    return command_line(tmp_path, monkeypatch)


@pytest.fixture
def folder(ingest: Ingest, tmp_path: Path) -> Path:
    """A library with a scanned contract of two pages; the file is there still."""
    assert ingest("add", write_tiff(tmp_path / "contract.tif", ["one", "two"])).exit_code == 0
    return tmp_path / "data" / "library"


def document(result: Result) -> dict[str, Any]:
    """The one JSON document on stdout."""
    loaded: dict[str, Any] = json.loads(result.stdout)
    return loaded


def image(folder: Path, number: int) -> Path:
    return next(folder.glob(f"pages/*/{number:04d}-*.webp"))


def zero_the_middle(database: Path) -> bytes:
    data = bytearray(database.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 16384] = bytes(16384)
    database.write_bytes(data)
    return bytes(data)


# verify


def test_a_library_in_order_is_said_to_be(ingest: Ingest, folder: Path) -> None:
    result = ingest("verify")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "1 document, 2 pages, 2 chunks: no problem found\n"


def test_each_problem_is_one_line_with_its_remedy_and_repair_mends_it(ingest: Ingest, folder: Path) -> None:
    image(folder, 2).unlink()
    (folder / "originals" / ("0" * 64)).write_bytes(b"nobody's")
    result = ingest("verify")
    assert result.exit_code == 1
    assert result.stdout == "1 document, 2 pages, 2 chunks: 2 problems, of which --repair mends 2\n"
    first, second = result.stderr.splitlines()
    assert first.startswith("problem  contract.tif (") and "page 2, image: its file is missing; `ingest verify" in first
    assert second.startswith("problem  originals/0000") and "left behind: no document has this id" in second
    engine = FakeEngine()
    mended = ingest("verify", "--repair", engine=engine)
    assert mended.exit_code == 0 and engine.calls == 0
    assert mended.stdout == "1 document, 2 pages, 2 chunks: all of 2 problems mended\n"
    assert ingest("verify").exit_code == 0


def test_what_cannot_be_mended_is_left_and_said(ingest: Ingest, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "contract.tif").unlink()
    next((folder / "originals").iterdir()).unlink()
    (folder / "originals" / ("0" * 64)).write_bytes(b"nobody's")
    result = ingest("verify", "--repair")
    assert result.exit_code == 1
    note, verdict = result.stdout.splitlines()
    assert note.startswith("note     contract.tif (") and "there is no file any more at" in note
    assert verdict == "1 document, 2 pages, 2 chunks: 1 mended, 1 problem left"
    problem, leftover, left = result.stderr.splitlines()
    assert problem.startswith("problem  contract.tif") and leftover.startswith("problem  originals/0000")
    assert left.startswith("left     contract.tif (") and "import a backup, or remove the document" in left


def test_verify_tells_scripts_everything(ingest: Ingest, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "contract.tif").unlink()
    image(folder, 1).unlink()
    result = ingest("verify", "--json")
    data = document(result)
    assert result.exit_code == 1 and (data["documents"], data["pages"], data["chunks"]) == (1, 2, 2)
    [problem] = data["problems"]
    assert (problem["kind"], problem["page_number"], problem["mendable"]) == ("image", 1, True)
    assert data["notes"][0]["what"].startswith("there is no file any more at")
    repaired = document(ingest("verify", "--repair", "--json"))
    assert (repaired["mended"], repaired["left"]) == (1, [])


def test_a_damaged_database_is_said_plainly_and_never_touched(ingest: Ingest, folder: Path) -> None:
    damaged = zero_the_middle(folder / LIBRARY_FILE)
    for options in ((), ("--repair",)):
        result = ingest("verify", *options)
        assert result.exit_code == 1
        assert all(
            line.startswith(f"problem  {LIBRARY_FILE}: the file is damaged (") for line in result.stderr.splitlines()
        )
        assert "ingest import --replace" in result.stderr
        assert result.stdout.endswith("of which --repair mends 0\n")
        assert (folder / LIBRARY_FILE).read_bytes() == damaged


def test_a_newer_library_is_refused_with_the_version(ingest: Ingest, folder: Path) -> None:
    with closing(sqlite3.connect(folder / LIBRARY_FILE)) as connection:
        connection.execute("UPDATE facts SET value = '99' WHERE name = 'format'")
        connection.commit()
    result = ingest("verify")
    assert result.exit_code == 3 and "newer version of Pagecite" in result.stderr and result.stdout == ""


# rebuild


def test_rebuild_makes_the_indexes_again_and_embeds_nothing(ingest: Ingest, folder: Path) -> None:
    with Library(folder) as library:
        library.search_dense(FakeEmbeddings().embed_query("pallets"), 2)
    with closing(sqlite3.connect(folder / LIBRARY_FILE)) as connection:
        connection.execute("DELETE FROM chunk_terms")
        connection.commit()
    shutil.rmtree(folder / "chroma")
    result = ingest("rebuild")
    assert (result.exit_code, result.stdout) == (0, "rebuilt the indexes of 1 document, 2 chunks\n")
    with Library(folder) as library:
        assert len(library.search_words(["pallets"], 5)) == 2
        assert len(library.search_dense(FakeEmbeddings().embed_query("pallets"), 2)) == 2
    assert ingest("verify").exit_code == 0
    assert document(ingest("rebuild", "--json")) == {"documents": 1, "chunks": 2}


def test_a_chat_goes_on_while_everything_is_rebuilt(ingest: Ingest, folder: Path) -> None:
    query = FakeEmbeddings().embed_query("pallets")
    with Library(folder) as chat:
        before = chat.search_dense(query, 2), chat.search_words(["pallets"], 2)
        assert ingest("rebuild").exit_code == 0
        assert (chat.search_dense(query, 2), chat.search_words(["pallets"], 2)) == before


# export, import


def test_a_library_goes_into_a_file_and_comes_out_of_it(ingest: Ingest, folder: Path, tmp_path: Path) -> None:
    exported = ingest("export", "backup.tar")
    size = f"{(tmp_path / 'backup.tar').stat().st_size / 1000:.1f} kB"
    assert (exported.exit_code, exported.stderr) == (0, "")
    assert exported.stdout == f"exported 1 document, 2 pages to backup.tar  ({size})\n"
    imported = ingest("import", "backup.tar", "--library", "new")
    assert (imported.exit_code, imported.stderr) == (0, "")
    assert imported.stdout == "imported 1 document, 2 pages into new\n"
    assert ingest("verify", "--library", "new").exit_code == 0
    assert ingest("add", "contract.tif", "--library", "new").stdout.startswith("present")
    assert ingest("show", "contract.tif", "--library", "new").stdout == ingest("show", "contract.tif").stdout


def test_export_and_import_tell_scripts_what_the_archive_holds(ingest: Ingest, folder: Path, tmp_path: Path) -> None:
    exported = document(ingest("export", "backup.tar", "--json"))
    assert (exported["documents"], exported["pages"], exported["chunks"], exported["flaws"]) == (1, 2, 2, [])
    assert exported["bytes"] == (tmp_path / "backup.tar").stat().st_size
    imported = document(ingest("import", "backup.tar", "--library", "new", "--json"))
    assert imported["library_id"] == exported["library_id"] and (imported["flaws"], imported["aside"]) == ([], "")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["export"], 2, "Missing argument 'FILE'"),
        (["import"], 2, "Missing argument 'FILE'"),
        (["export", "a.tar", "b.tar"], 2, "unexpected extra argument"),
        (["export", "."], 1, "is a folder; give the name of a file to write"),
        (["export", "nowhere/a.tar"], 1, "there is no folder"),
        (["export", "contract.tif"], 1, "is there already; replace it with --force"),
        (["export", "data/library/a.tar"], 1, "lies in the library itself"),
        (["export", "a.tar", "--library", "nowhere"], 3, "No library in nowhere"),
        (["verify", "--library", "nowhere"], 3, "No library in nowhere"),
        (["rebuild", "--library", "nowhere"], 3, "No library in nowhere"),
        (["import", "none.tar", "--library", "new"], 1, "none.tar is not there"),
        (["import", ".", "--library", "new"], 1, "is no file"),
        (["import", "contract.tif", "--library", "new"], 1, "was not written by `ingest export`"),
        (["import", "contract.tif"], 1, "holds a library with 1 document"),
        (["import", "contract.tif", "--library", "contract.tif"], 3, "contract.tif cannot be written"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_command_is_one_line_that_says_what_to_do_and_changes_nothing(
    ingest: Ingest, folder: Path, tmp_path: Path, arguments: list[str], status: int, said: str
) -> None:
    before = sorted(path for path in tmp_path.rglob("*") if "locks" not in path.parts)
    result = ingest(*arguments)
    assert result.exit_code == status and result.stdout == "" and said in result.stderr
    assert status == 2 or (len(result.stderr.splitlines()) == 1 and result.stderr.startswith("ingest: "))
    assert sorted(path for path in tmp_path.rglob("*") if "locks" not in path.parts) == before


def test_a_damaged_library_is_replaced_by_its_backup_and_set_aside(ingest: Ingest, folder: Path) -> None:
    ingest("export", "backup.tar")
    damaged = zero_the_middle(folder / LIBRARY_FILE)
    refused = ingest("import", "backup.tar")
    assert refused.exit_code == 1 and "--replace sets it aside" in refused.stderr
    result = ingest("import", "backup.tar", "--replace")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1].startswith(f"The damaged library lies in {folder / 'damaged-1'} now")
    assert (folder / "damaged-1" / LIBRARY_FILE).read_bytes() == damaged
    assert ingest("verify").exit_code == 0


def test_flaws_of_a_library_are_told_by_export_and_by_import(ingest: Ingest, folder: Path) -> None:
    image(folder, 1).unlink()
    exported = ingest("export", "backup.tar")
    assert exported.exit_code == 1 and exported.stdout.startswith("exported 1 document")
    [line] = exported.stderr.splitlines()
    assert line.startswith("flaw     pages/") and "is missing in the library; run `ingest verify --repair`" in line
    imported = ingest("import", "backup.tar", "--library", "new")
    assert imported.exit_code == 1 and imported.stdout.startswith("imported 1 document")
    assert "page 1, image: its file is missing" in imported.stderr
    assert ingest("verify", "--repair", "--library", "new").exit_code == 0


@pytest.mark.parametrize("command", ["verify", "rebuild", "export", "import"])
def test_every_command_explains_itself(ingest: Ingest, command: str) -> None:
    result = ingest(command, "--help")
    assert result.exit_code == 0
    assert all(option in result.stdout for option in ("--library", "--json", "--verbose"))


def test_the_real_program_cares_for_a_library_without_loading_a_model(folder: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PAGECITE_")}
    environment["PYTHONPATH"] = str(ROOT)

    def run(*arguments: str) -> set[str]:
        command = [sys.executable, "-X", "importtime", "-m", "ingest.cli", *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}

    heavy = {"torch", "langchain_core", "chromadb", "rapidocr", "transformers", "pymupdf", "onnxruntime"}
    assert not run("verify") & heavy
    assert not run("export", "backup.tar") & heavy
    assert not run("import", "backup.tar", "--library", "new") & heavy
