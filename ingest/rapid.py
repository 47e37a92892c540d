"""The embedded OCR engine: RapidOCR on ONNX Runtime. Its models come with the package; it needs no network."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from importlib.metadata import PackageNotFoundError, version
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image, Resampling

from ingest.errors import ConfigError, PageError
from ingest.ocr import Recipe
from ingest.orientation import TALL, Reading, find_turn
from ingest.strips import Pixels, cut_out, stacked, turned, word_spans
from ingest.types import Box, Recognition, TextLine

INSTALL = 'pip install "rapidocr>=3.10,<4" onnxruntime'

# Pages are read at no more pixels than this (A4 at 170 dpi): more costs time and found no further word.
_MOST_PIXELS = 2_900_000
# Smaller images are enlarged until their short side has this many pixels, or they have the most pixels above.
_SHORT_SIDE = 736
# A tall box longer than this many times its width holds several characters; a shorter one may be a lone digit.
_COLUMN = 2.5
# A difference in grey levels between neighbouring pixels, as at the edge of a letter.
_SHARP = 60
# A part of a page no larger than this share of it is looked at again where nothing was found on the whole.
_LONE = 0.3


class RapidEngine:
    """Reads pages with RapidOCR's text detector and recogniser.

    RapidOCR's own line classifier stays off: it decides per line, and turned good lines of upright pages.
    The models are loaded at the first page and shared by all threads.
    """

    def __init__(self, threads: int = 0, load: Callable[[dict[str, Any]], Any] | None = None) -> None:
        """Prepare the engine without loading its models.

        Args:
            threads: processor threads one page may use; 0: one a core.
            load: makes a ``rapidocr.RapidOCR`` from its parameters; another one in tests.

        Raises:
            ConfigError: rapidocr is not installed.
        """
        try:
            self._name = f"rapidocr {version('rapidocr')}"
        except PackageNotFoundError as exc:
            raise ConfigError(f"The OCR engine rapidocr is not installed. Install it: {INSTALL}") from exc
        self._threads = threads
        self._load = load or _load
        self._lock = Lock()
        self._loaded: _Models | None = None

    @property
    def name(self) -> str:
        """Name and version."""
        return self._name

    @property
    def concurrency(self) -> int:
        """One page takes the threads that the setting gives."""
        return 1

    @property
    def recipe(self) -> Recipe | None:
        """How other processes make it; see `Portable`."""
        return partial(_copy, self._threads) if self._load is _load else None

    def read(self, image: Image, *, boxes: bool = True) -> Recognition:
        """Recognise one page. See `OcrEngine.read`.

        Raises:
            PageError: RapidOCR failed on this page.
            ConfigError: its models cannot be loaded.
        """
        models = self._models()
        page = _Page(models, _pixels(image))
        rotation = find_turn(page)
        if rotation:
            page = _Page(models, turned(page.pixels, rotation))
        return Recognition(page.lines(), rotation)

    def close(self) -> None:
        """Nothing is under way between two pages."""

    def _models(self) -> "_Models":
        with self._lock:
            if self._loaded is None:
                self._loaded = _Models(self._load(_parameters(self._threads)))
            return self._loaded


def _copy(threads: int, cores: int) -> RapidEngine:
    return RapidEngine(threads or cores)


class _Page:
    """One page image, its text boxes, and what was read of them so far."""

    def __init__(self, models: "_Models", pixels: Pixels) -> None:
        self.pixels = pixels
        self._models = models
        self._quads = _found(models, pixels)
        self._known: dict[tuple[int, int], _Line] = {}

    @cached_property
    def sizes(self) -> list[tuple[float, float]]:
        """Width and height of each box, along its own sides."""
        widths = np.linalg.norm(self._quads[:, 1] - self._quads[:, 0], axis=1)
        heights = np.linalg.norm(self._quads[:, 3] - self._quads[:, 0], axis=1)
        return [(float(width), float(height)) for width, height in zip(widths, heights, strict=True)]

    def sample(self, indices: Sequence[int], turn: int) -> list[Reading]:
        """Read some boxes turned; see `Sampler.sample`."""
        lines = [self._line(index, turn) for index in indices]
        return [Reading(line.text, line.confidence) for line in lines]

    def lines(self) -> tuple[TextLine, ...]:
        """Read all boxes and keep what has text, however unsure."""
        lines = [self._text_line(index) for index in range(len(self._quads))]
        return tuple(line for line in lines if line.text)

    def _line(self, index: int, turn: int) -> "_Line":
        if (index, turn) not in self._known:
            strip = cut_out(self.pixels, self._quads[index])
            column = turn == 0 and strip.shape[0] >= _COLUMN * strip.shape[1]
            self._known[index, turn] = self._models.recognise(stacked(strip) if column else turned(strip, turn))
        return self._known[index, turn]

    def _text_line(self, index: int) -> TextLine:
        width, height = self.sizes[index]
        box = self._box(index)
        if height >= TALL * width:
            # Text up or down a margin, a column of characters or a lone digit: whichever reads best.
            best = max((self._line(index, turn) for turn in (0, 270, 90)), key=lambda line: line.confidence)
            return TextLine(best.text, box, best.confidence)
        line = self._line(index, 0)
        words = word_spans(line.text, line.middles, (box[0], box[2]), height / self.pixels.shape[1])
        return TextLine(line.text, box, line.confidence, words)

    def _box(self, index: int) -> Box:
        height, width = self.pixels.shape[:2]
        corners = np.clip(self._quads[index] / (width, height), 0.0, 1.0)
        (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
        return float(x0), float(y0), float(x1), float(y1)


def _found(models: "_Models", pixels: Pixels) -> NDArray[np.float32]:
    """Text boxes. On a page that is empty but for a word or two the detector sees nothing: it is shown them alone."""
    quads = models.detect(pixels)
    if len(quads):
        return quads
    top, bottom, left, right = _printed(pixels)
    part = pixels[top:bottom, left:right]
    if not part.size or part.size > _LONE * pixels.size:
        return quads
    return models.detect(part) + np.array([left, top], np.float32)


def _printed(pixels: Pixels) -> tuple[int, int, int, int]:
    """The part of a page where anything is printed, with a margin: its first row, the one after its last, columns."""
    marks = np.abs(np.diff(pixels.min(axis=2).astype(np.int16), axis=1)) > _SHARP
    rows, columns = np.flatnonzero(marks.any(axis=1)), np.flatnonzero(marks.any(axis=0))
    if not len(rows):
        return 0, 0, 0, 0
    margin = max(pixels.shape[:2]) // 10
    return (
        max(0, int(rows[0]) - margin),
        int(rows[-1]) + margin + 1,
        max(0, int(columns[0]) - margin),
        int(columns[-1]) + margin + 1,
    )


@dataclass(frozen=True, slots=True)
class _Line:
    """A recognised line: its text, confidence 0..1, and where the middles of its visible characters stand, 0..1."""

    text: str
    confidence: float
    middles: tuple[float, ...]


class _Models:
    """RapidOCR's detector and recogniser with its errors translated. Safe to use from several threads."""

    def __init__(self, rapid: Any) -> None:
        self._rapid = rapid

    def detect(self, pixels: Pixels) -> NDArray[np.float32]:
        """Find text: corners of each box as (count, 4, 2) pixels, clockwise from the top left."""
        with _translated():
            boxes = self._rapid.text_det(pixels).boxes
        return np.zeros((0, 4, 2), np.float32) if boxes is None else np.asarray(boxes, np.float32)

    def recognise(self, strip: Pixels) -> _Line:
        """Read the image of one line."""
        with _translated():
            # One line at a time: batches are padded to their longest line, which costs a third more time.
            read = self._rapid.recognize_txt([strip])
            info = read.word_results[0]
            columns = [column for word in info.word_cols for column in word]
            middles = tuple(min(1.0, (column + 0.5) / info.line_txt_len) for column in columns)
            return _Line(read.txts[0].strip(), float(read.scores[0]), middles)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except Exception as exc:  # RapidOCR and OpenCV raise a dozen unrelated types, bare Exception among them
        raise PageError(f"RapidOCR failed on this page: {exc}") from exc


def _load(parameters: dict[str, Any]) -> Any:
    try:
        from rapidocr import RapidOCR

        rapid = RapidOCR(params=parameters)
        # Loads both models now, under the caller's lock, and shows what is wrong with them before the first page.
        rapid.run_ocr_steps(_blank(), {})
        rapid.recognize_txt([_blank()])
    except ImportError as exc:
        raise ConfigError(f"The OCR engine rapidocr is not fully installed ({exc}). Install it: {INSTALL}") from exc
    except Exception as exc:
        raise ConfigError(f"RapidOCR's models cannot be loaded ({exc}). Reinstall it: {INSTALL}") from exc
    return rapid


def _blank() -> Pixels:
    return np.full((48, 320, 3), 255, np.uint8)


def _parameters(threads: int) -> dict[str, Any]:
    return {
        "Global.use_cls": False,
        "Global.return_word_box": True,
        "Global.log_level": "error",
        "EngineConfig.onnxruntime.intra_op_num_threads": threads or -1,
        # `_pixels` has chosen the size already; RapidOCR would enlarge narrow images without bound.
        "Det.limit_type": "max",
        "Det.limit_side_len": 1_000_000,
    }


def _pixels(image: Image) -> Pixels:
    """The image as rows of blue, green, red, at the size that it is read at."""
    width, height = image.size
    scale = min((_MOST_PIXELS / (width * height)) ** 0.5, max(1.0, _SHORT_SIDE / min(width, height)))
    if scale != 1.0:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        image = image.resize(size, Resampling.BOX if scale < 1 else Resampling.BICUBIC)
    return np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])
