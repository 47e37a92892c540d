"""Kept libraries: what may change what is in a library changes its key, and nothing else does."""

import inspect
import shutil
from pathlib import Path

import pytest

from ingest.errors import LibraryError
from ingest.settings import Settings
from retrieval import libraries
from retrieval.libraries import fingerprint, provide

pytestmark = pytest.mark.unit


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    (tmp_path / "a.pdf").write_bytes(b"a")
    (tmp_path / "b.pdf").write_bytes(b"b")
    return {"a.pdf": tmp_path / "a.pdf", "b.pdf": tmp_path / "b.pdf"}


@pytest.mark.parametrize(
    "change",
    [
        {"chunk_chars": 400},
        {"dpi": 150},
        {"ocr_engine": "tesseract"},
        {"ocr_pages": "all"},
        {"embedding_model": "BAAI/bge-m3"},
        {"hunyuan_boxes": "detector"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_settings_of_reading_cutting_and_embedding_change_the_key(
    files: dict[str, Path], change: dict[str, object]
) -> None:
    plain = Settings()
    assert fingerprint(files, plain.model_copy(update=change)) != fingerprint(files, plain)


def test_where_a_library_is_and_who_answers_from_it_do_not_change_the_key(files: dict[str, Path]) -> None:
    other = {"library": Path("elsewhere"), "llm_base_url": "http://localhost:1/v1", "llm_model": "m"}
    assert fingerprint(files, Settings().model_copy(update=other)) == fingerprint(files, Settings())


def test_documents_and_their_names_change_the_key(files: dict[str, Path]) -> None:
    plain = fingerprint(files, Settings())
    assert fingerprint({"scan_0001.pdf": files["a.pdf"], "b.pdf": files["b.pdf"]}, Settings()) != plain
    assert fingerprint({"a.pdf": files["a.pdf"]}, Settings()) != plain
    files["a.pdf"].write_bytes(b"c")
    assert fingerprint(files, Settings()) != plain


@pytest.mark.parametrize("module", ["chunks.py", "titles.py", "embeddings.py", "alignment/__init__.py"])
def test_any_change_of_the_code_that_ingests_changes_the_key(
    files: dict[str, Path], module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "ingest"
    shutil.copytree(Path(inspect.getfile(Settings)).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    assert fingerprint(files, Settings()) == (before := _fingerprint_of(copy, files, monkeypatch))
    with (copy / module).open("a") as source:
        source.write("\n# changed\n")
    assert _fingerprint_of(copy, files, monkeypatch) != before


def _fingerprint_of(code: Path, files: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(libraries, "_code", lambda: code)
    return fingerprint(files, Settings())


def test_an_installed_package_changes_the_key(files: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(files, Settings())
    known = list(libraries.distributions())
    monkeypatch.setattr(libraries, "distributions", lambda: known[1:])
    assert fingerprint(files, Settings()) != before


def test_documents_that_cannot_be_ingested_leave_nothing_that_passes_for_a_library(
    files: dict[str, Path], tmp_path: Path
) -> None:
    """Neither file is a PDF, so the command refuses both, in whatever words."""
    broken = Settings().model_copy(update={"embedding_model": "/no/such/model"})
    for _ in range(2):
        with pytest.raises(LibraryError, match="could not be ingested"):
            provide("broken", files, broken, tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("*/complete"))
