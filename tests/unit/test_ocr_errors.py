"""What people are told when an OCR engine is missing or fails. Nothing is recognised here."""

import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ingest.errors import ConfigError, PageError
from ingest.ocr import build_engine
from ingest.rapid import RapidEngine
from ingest.tesseract import TesseractEngine

pytestmark = pytest.mark.unit

PAGE = Image.new("RGB", (300, 200), "white")
HEADER = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"


class FakeRapid:
    """Stands for ``rapidocr.RapidOCR``: one text box on every page, read as told."""

    def __init__(self, text: str = "Total", score: float = 0.9, error: Exception | None = None) -> None:
        self._text = text
        self._score = score
        self._error = error

    def text_det(self, pixels: Any) -> Any:
        height, width = pixels.shape[:2]
        box = np.array([[0, 0], [width / 2, 0], [width / 2, height / 10], [0, height / 10]])
        return SimpleNamespace(boxes=box[np.newaxis])

    def recognize_txt(self, strips: list[Any]) -> Any:
        if self._error:
            raise self._error
        word = SimpleNamespace(word_cols=[list(range(len(self._text)))], line_txt_len=float(len(self._text)))
        return SimpleNamespace(txts=(self._text,), scores=(self._score,), word_results=(word,))


class FakeRun:
    """Stands for ``subprocess.run`` of an installed Tesseract, which answers a page as told."""

    def __init__(self, table: str = HEADER, error: Exception | None = None, languages: str = "eng\nosd") -> None:
        self._answers = {"--version": "tesseract 5.3.0", "--list-langs": f"List (2):\n{languages}"}
        self._table = table
        self._error = error
        self.environments: list[dict[str, str]] = []

    def __call__(self, command: list[str], **options: Any) -> "subprocess.CompletedProcess[bytes]":
        self.environments.append(options["env"])
        if self._error and "tsv" in command:
            raise self._error
        answer = self._answers.get(command[1], self._table)
        return subprocess.CompletedProcess(command, 0, answer.encode(), b"")


@pytest.fixture
def tesseract_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/somewhere/{name}")


def test_an_unknown_engine_is_refused_with_the_choices() -> None:
    with pytest.raises(ConfigError, match=r"'abbyy'.*rapidocr, tesseract"):
        build_engine("abbyy", threads=1)


def test_a_missing_tesseract_names_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConfigError, match="apt-get install tesseract-ocr"):
        build_engine("tesseract", threads=1)


@pytest.mark.usefixtures("tesseract_installed")
def test_missing_tesseract_languages_name_the_command_that_installs_them() -> None:
    with pytest.raises(ConfigError, match=r"none of the languages.*apt-get install"):
        TesseractEngine(run=FakeRun(languages="deu"))


@pytest.mark.usefixtures("tesseract_installed")
def test_tesseract_uses_the_languages_that_are_installed() -> None:
    assert TesseractEngine(run=FakeRun()).name == "tesseract 5.3.0 eng"


@pytest.mark.usefixtures("tesseract_installed")
@pytest.mark.parametrize(
    ("error", "message"),
    [
        (subprocess.TimeoutExpired("tesseract", 180), "longer than 180 seconds"),
        (subprocess.CalledProcessError(1, "tesseract", stderr=b"noise\nImage too large"), "Image too large"),
        (PermissionError("not allowed"), "not allowed"),
    ],
)
def test_a_failing_tesseract_is_an_error_of_the_page(error: Exception, message: str) -> None:
    engine = TesseractEngine(run=FakeRun(error=error))
    with pytest.raises(PageError, match=message) as caught:
        engine.read(PAGE)
    assert caught.value.__cause__ is error


@pytest.mark.usefixtures("tesseract_installed")
def test_tesseract_words_of_any_confidence_become_lines_with_offsets() -> None:
    rows = (
        "5\t1\t1\t1\t1\t1\t30\t20\t60\t10\t3.5\tTotal\n5\t1\t1\t1\t1\t2\t93\t20\t30\t10\t96\t12\n"
        "5\t1\t1\t1\t2\t1\t30\t60\t60\t10\t90\t \n"
    )
    lines = TesseractEngine(run=FakeRun(HEADER + rows)).read(PAGE).lines
    assert [line.text for line in lines] == ["Total 12"]
    assert lines[0].box == pytest.approx((0.1, 0.1, 0.41, 0.15))
    assert [(start, end) for start, end, _, _ in lines[0].words] == [(0, 5), (6, 8)]


@pytest.mark.usefixtures("tesseract_installed")
@pytest.mark.parametrize(("threads", "limit"), [(0, "1"), (3, "3")])
def test_tesseract_keeps_to_its_threads(threads: int, limit: str) -> None:
    run = FakeRun()
    TesseractEngine(threads=threads, run=run).read(PAGE)
    assert {environment["OMP_THREAD_LIMIT"] for environment in run.environments} == {limit}


def test_a_missing_rapidocr_names_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    with pytest.raises(ConfigError, match="pip install"):
        build_engine("rapidocr", threads=1).read(PAGE)


@pytest.mark.parametrize("error", [ValueError("bad shape"), RuntimeError("out of memory"), Exception("anything")])
def test_whatever_rapidocr_raises_is_an_error_of_the_page(error: Exception) -> None:
    engine = RapidEngine(load=lambda parameters: FakeRapid(error=error))
    with pytest.raises(PageError, match=str(error)) as caught:
        engine.read(PAGE)
    assert caught.value.__cause__ is error


def test_rapidocr_lines_of_any_confidence_are_kept() -> None:
    lines = RapidEngine(load=lambda parameters: FakeRapid(score=0.05)).read(PAGE).lines
    assert [(line.text, line.confidence) for line in lines] == [("Total", 0.05)]
    assert lines[0].box == pytest.approx((0, 0, 0.5, 0.1), abs=0.01)


def test_rapidocr_boxes_without_text_are_dropped() -> None:
    assert RapidEngine(load=lambda parameters: FakeRapid(text=" ")).read(PAGE).lines == ()


def test_rapidocr_is_loaded_once_at_the_first_page_with_its_line_classifier_off() -> None:
    loaded: list[dict[str, Any]] = []

    def load(parameters: dict[str, Any]) -> FakeRapid:
        loaded.append(parameters)
        return FakeRapid()

    engine = RapidEngine(threads=3, load=load)
    assert loaded == []
    engine.read(PAGE)
    engine.read(PAGE)
    assert len(loaded) == 1
    assert loaded[0]["Global.use_cls"] is False
    assert loaded[0]["EngineConfig.onnxruntime.intra_op_num_threads"] == 3
