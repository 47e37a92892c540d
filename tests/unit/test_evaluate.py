import json
from pathlib import Path

import pymupdf
import pytest
from PIL.Image import Image

from ingest.errors import ConfigError
from ingest.evaluate import PageResult, evaluate_scans, main
from ingest.recall import WordRecall
from ingest.types import Recognition, TextLine

pytestmark = pytest.mark.unit


class FakeEngine:
    """Reads the same words on every page and says it stood upright."""

    name = "fake 1"

    def __init__(self, text: str, rotation: int = 0) -> None:
        self._read = Recognition((TextLine(text, (0.1, 0.1, 0.9, 0.2), confidence=0.5),), rotation)
        self.sizes: list[tuple[int, int]] = []

    def read(self, image: Image) -> Recognition:
        self.sizes.append(image.size)
        return self._read


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    document = pymupdf.open()
    for _ in range(3):
        document.new_page(width=72, height=144)
    document.save(tmp_path / "a.pdf")
    (tmp_path / "a.json").write_text(json.dumps(["one two", "one", "two three"]))
    manifest = [{"file": "a.pdf", "ground_truth": {"page_text": "a.json"}}]
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    return tmp_path


def test_words_are_pooled_over_all_pages(scans: Path) -> None:
    report = evaluate_scans(scans, FakeEngine("one"))
    assert [page.recall for page in report.pages] == [WordRecall(1, 2), WordRecall(1, 1), WordRecall(0, 2)]
    assert report.recall == WordRecall(2, 5)
    assert report.by_document == {"a.pdf": WordRecall(2, 5)}
    assert report.orientations_right == 3


def test_pages_are_rendered_at_200_dpi_and_turned_before_they_are_read(scans: Path) -> None:
    engine = FakeEngine("one", rotation=270)
    report = evaluate_scans(scans, engine, rotation=90)
    assert engine.sizes == [(400, 200)] * 3
    assert report.orientations_right == 3


def test_a_turn_that_was_not_found_is_counted(scans: Path) -> None:
    assert evaluate_scans(scans, FakeEngine("one"), rotation=180).orientations_right == 0


def test_a_limit_takes_pages_and_tells_each_result(scans: Path) -> None:
    told: list[PageResult] = []
    report = evaluate_scans(scans, FakeEngine("one"), limit=2, on_page=told.append)
    assert len(report.pages) == 2
    assert tuple(told) == report.pages


def test_a_folder_without_manifest_is_a_clear_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigError, match="manifest"):
        evaluate_scans(tmp_path, FakeEngine("one"))
    assert main(["--scans", str(tmp_path)]) == 1
    assert "manifest" in capsys.readouterr().err
