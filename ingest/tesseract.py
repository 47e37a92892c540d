"""Tesseract as the OCR engine, where its program is installed."""

import csv
import io
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby, pairwise

import numpy as np
from PIL import Image

from ingest.errors import ConfigError, PageError
from ingest.ocr import Recipe
from ingest.orientation import TALL, Reading, find_turn, mean_confidence
from ingest.scripts import separator
from ingest.strips import Pixels, turned
from ingest.types import Recognition, TextLine

INSTALL = "apt-get install tesseract-ocr tesseract-ocr-chi-sim"
LANGUAGES = ("eng", "chi_sim")

_WORD_LEVEL = "5"
# Page segmentation without orientation detection.
_LAYOUT = "3"
# Words further apart than this many times their line's height stand in different columns.
_COLUMN_GAP = 1.5

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


class TesseractEngine:
    """Reads pages by running the ``tesseract`` program: once for an upright page, up to three times for a turned one.

    Its own orientation detection is not used: on scanned contracts it was as often wrong as right.
    """

    def __init__(
        self,
        threads: int = 0,
        languages: Sequence[str] = LANGUAGES,
        timeout: float = 180.0,
        run: Run = subprocess.run,
    ) -> None:
        """Find the program.

        Args:
            threads: processor threads one page may use; 0: one, as Tesseract gains little from more and loses
                several times its speed where other work keeps the cores busy.
            languages: Tesseract's names of languages; those that are not installed are left out.
            timeout: seconds that one run may take.
            run: what runs programs; another one in tests.

        Raises:
            ConfigError: the program is not installed, or none of the languages is.
        """
        if shutil.which("tesseract") is None:
            raise ConfigError(f"The OCR engine tesseract is not installed. Install it: {INSTALL}")
        self._recipe = partial(_copy, threads, tuple(languages), timeout) if run is subprocess.run else None
        self._run = run
        self._timeout = timeout
        self._environment = os.environ | {"OMP_THREAD_LIMIT": str(threads or 1)}
        self._languages = self._installed(languages)
        self._version = self._output(["--version"]).split()[1].removeprefix("v")

    @property
    def name(self) -> str:
        """Name, version and languages: other languages read a page differently."""
        return f"tesseract {self._version} {self._languages}"

    @property
    def concurrency(self) -> int:
        """One page takes the threads that the setting gives."""
        return 1

    @property
    def recipe(self) -> Recipe | None:
        """How other processes make it; see `Portable`."""
        return self._recipe

    def read(self, image: Image.Image, *, boxes: bool = True) -> Recognition:
        """Recognise one page. See `OcrEngine.read`.

        Raises:
            PageError: Tesseract failed, or took longer than the time limit.
        """
        page = _Page(np.asarray(image.convert("RGB")), self._words)
        rotation = find_turn(page)
        return Recognition(page.lines(rotation), rotation)

    def close(self) -> None:
        """Nothing is under way between two pages."""

    def _installed(self, languages: Sequence[str]) -> str:
        there = self._output(["--list-langs"]).split()
        found = [language for language in languages if language in there]
        if not found:
            raise ConfigError(f"Tesseract has none of the languages {', '.join(languages)}. Install them: {INSTALL}")
        return "+".join(found)

    def _words(self, pixels: Pixels) -> list["_Word"]:
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "PPM")
        arguments = ["stdin", "stdout", "-l", self._languages, "--psm", _LAYOUT, "tsv"]
        return _parsed(self._output(arguments, buffer.getvalue()))

    def _output(self, arguments: list[str], data: bytes = b"") -> str:
        try:
            done = self._run(
                ["tesseract", *arguments],
                input=data,
                capture_output=True,
                timeout=self._timeout,
                env=self._environment,
                check=True,
            )
        except subprocess.TimeoutExpired as exc:
            raise PageError(f"Tesseract took longer than {self._timeout:.0f} seconds and was stopped.") from exc
        except subprocess.CalledProcessError as exc:
            said = exc.stderr.decode("utf-8", "replace").strip().splitlines()
            raise PageError(f"Tesseract failed: {said[-1] if said else f'status {exc.returncode}'}") from exc
        except OSError as exc:
            raise PageError(f"Tesseract cannot be run: {exc}") from exc
        return done.stdout.decode("utf-8", "replace")


def _copy(threads: int, languages: tuple[str, ...], timeout: float, _cores: int) -> TesseractEngine:
    return TesseractEngine(threads, languages, timeout)


@dataclass(frozen=True, slots=True)
class _Word:
    """A word as Tesseract reports it: its line's key, box in pixels, confidence 0..1."""

    line: tuple[str, ...]
    box: tuple[int, int, int, int]
    confidence: float
    text: str


class _Page:
    """A page, read as it is, and turned where that is asked for. What was read is kept."""

    def __init__(self, pixels: Pixels, read: Callable[[Pixels], list[_Word]]) -> None:
        self._pixels = pixels
        self._read = read
        self._known: dict[int, list[list[_Word]]] = {}

    @property
    def sizes(self) -> list[tuple[float, float]]:
        """Width and height of each line of the page as it is, in pixels."""
        return [_size(line) for line in self._lines(0)]

    def sample(self, indices: Sequence[int], turn: int) -> list[Reading]:
        """Read some lines, or the whole page where it must be turned; see `Sampler.sample`."""
        lines = self._lines(turn)
        if turn == 0:
            # Tesseract also reads lines that lie on their side. As columns of characters they are nothing.
            lines = [lines[index] for index in indices if not _is_tall(lines[index])]
        return [Reading(word.text, word.confidence) for line in lines for word in line]

    def lines(self, turn: int) -> tuple[TextLine, ...]:
        """What stands on the page turned so, line by line."""
        height, width = self._pixels.shape[:2]
        if turn in (90, 270):
            height, width = width, height
        return tuple(_text_line(line, width, height) for line in self._lines(turn))

    def _lines(self, turn: int) -> list[list[_Word]]:
        if turn not in self._known:
            words = self._read(turned(self._pixels, turn))
            lines = [list(line) for _, line in groupby(words, key=lambda word: word.line)]
            self._known[turn] = [part for line in lines for part in _split(line)]
        return self._known[turn]


def _parsed(table: str) -> list[_Word]:
    """Read Tesseract's table of words, leaving out empty ones."""
    rows = csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE)
    found = []
    for row in rows:
        text = (row["text"] or "").strip()
        if row["level"] == _WORD_LEVEL and text:
            x0, y0, width, height = (int(row[key]) for key in ("left", "top", "width", "height"))
            line = (row["block_num"], row["par_num"], row["line_num"])
            confidence = min(1.0, max(0.0, float(row["conf"]) / 100))
            found.append(_Word(line, (x0, y0, x0 + width, y0 + height), confidence, text))
    return found


def _split(line: Sequence[_Word]) -> list[list[_Word]]:
    """Part a line where a column or a table's cell ends: Tesseract reads across them on short pages."""
    widest = _COLUMN_GAP * max(word.box[3] - word.box[1] for word in line)
    parts = [[line[0]]]
    for last, word in pairwise(line):
        if word.box[0] - last.box[2] > widest:
            parts.append([])
        parts[-1].append(word)
    return parts


def _text_line(line: Sequence[_Word], width: int, height: int) -> TextLine:
    text = ""
    words = []
    for word in line:
        text += separator(text, word.text)
        words.append((len(text), len(text) + len(word.text), word.box[0] / width, word.box[2] / width))
        text += word.text
    x0, y0, x1, y1 = _union(line)
    confidence = mean_confidence([Reading(word.text, word.confidence) for word in line])
    return TextLine(text, (x0 / width, y0 / height, x1 / width, y1 / height), confidence, tuple(words))


def _union(line: Sequence[_Word]) -> tuple[int, int, int, int]:
    left, top, right, bottom = zip(*(word.box for word in line), strict=True)
    return min(left), min(top), max(right), max(bottom)


def _size(line: Sequence[_Word]) -> tuple[int, int]:
    x0, y0, x1, y1 = _union(line)
    return x1 - x0, y1 - y0


def _is_tall(line: Sequence[_Word]) -> bool:
    width, height = _size(line)
    return height >= TALL * width
