"""Whether a page's text layer may be believed, by comparing it with what the page shows."""

import unicodedata
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rapidfuzz import fuzz

from ingest.ocr import OcrEngine
from ingest.scripts import is_cjk
from ingest.textlayer import LayerWord, lines_of
from ingest.types import TextLine

# More than this share of characters without a meaning, and the layer can be neither searched nor quoted.
MAX_UNMAPPED = 0.05
# More than this share of words that the page does not show, and the whole page is read by OCR.
MAX_HIDDEN = 0.2
# OCR agrees with sound fonts at 0.9 and more (rapidfuzz ratio / 100), with scrambled ones below 0.3.
MIN_AGREEMENT = 0.5
# Share of a page's sharp edges that lie outside the text layer's words: above it, there is more text to read.
MAX_UNCOVERED = 0.25
# Fewer edge pixels than this share of the page: nothing is printed on it.
MIN_INK = 0.0002
# Fewer than this share, and there is not even a letter on it: 40 pixels of an A4 page at 200 dpi.
_TRACE = 0.00001
_EDGE_LEVELS = 60
_PROBE_CHARS = 12
_PROBES_AT_ONCE = 8
_CANVAS_WIDTH = 1400
_MARGIN = 40
_LEVEL = 3  # times as wide as high: not the sideways note on a page's edge

# A font's name, and whether the words in it were painted over.
Face = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with a page's text layer.

    Attributes:
        lines: the lines that may be believed; empty where none may.
        needs_ocr: whether the page shows text that these lines do not have.
        hidden: words that the layer claims and the page does not show.
        reason: why the layer was not believed as it is, for people; empty where it was.
        replaced: whether the file has other words in place of those that are shown; they are not among the lines.
    """

    lines: tuple[TextLine, ...]
    needs_ocr: bool
    hidden: tuple[str, ...] = ()
    reason: str = ""
    replaced: bool = False


class LayerJudge:
    """Judges the pages of one document, remembering which of its fonts were found sound."""

    def __init__(self, engine: OcrEngine) -> None:
        self._engine = engine
        self._fonts: dict[Face, bool] = {}

    def judge(self, words: list[LayerWord], image: Image.Image) -> Verdict:
        """Compare the text layer's words with the page.

        Raises:
            PageError: the OCR engine failed.
        """
        grey = np.asarray(image.convert("L"))
        if not words:
            return Verdict((), needs_ocr=has_ink(grey, least=_TRACE))
        if sum(not word.painted for word in words) > len(words) / 2:
            return Verdict((), needs_ocr=True, reason="its text layer is invisible, as an earlier OCR leaves it")
        if unmapped_share("".join(word.text for word in words)) > MAX_UNMAPPED:
            return Verdict((), needs_ocr=True, reason="its text layer has characters without a meaning")
        self._probe(words, image)
        shown = [word for word in words if self._is_shown(word)]
        hidden = tuple(word.text for word in words if not self._is_shown(word))
        if len(hidden) > MAX_HIDDEN * len(words):
            return Verdict((), True, hidden, "its text layer does not say what the page shows")
        lines = lines_of(shown)
        reason = f"{len(hidden)} hidden words were set aside" if hidden else ""
        return Verdict(lines, uncovered_share(grey, shown) > MAX_UNCOVERED, hidden, reason)

    def _is_shown(self, word: LayerWord) -> bool:
        return word.painted and word.seen and self._fonts.get((word.font, word.covered), not word.covered)

    def _probe(self, words: list[LayerWord], image: Image.Image) -> None:
        """Have OCR read one line of each font that was not yet checked in this document."""
        lines: dict[Face, TextLine] = {}
        for _, group in groupby(words, key=lambda word: word.line):
            run = list(group)
            faces = {(word.font, word.covered) for word in run}
            (line,) = lines_of(run)
            # A line of several fonts would be read with the words of the others in it.
            face = faces.pop() if len(faces) == 1 and all(word.painted and word.seen for word in run) else None
            if face is None or face in self._fonts or not is_probe(line, image):
                continue
            if len(line.text) > len(lines[face].text if face in lines else ""):
                lines[face] = line
        chosen = list(lines.items())[:_PROBES_AT_ONCE]
        if chosen:
            agreements = read_probes([line for _, line in chosen], image, self._engine)
            self._fonts |= {
                face: agreement >= MIN_AGREEMENT for (face, _), agreement in zip(chosen, agreements, strict=True)
            }


def is_probe(line: TextLine, image: Image.Image) -> bool:
    """Whether a line can be compared with its reading: it runs level, is long enough, and of a known script."""
    width, height = (line.box[2] - line.box[0]) * image.width, (line.box[3] - line.box[1]) * image.height
    return width > _LEVEL * height and is_readable(line.text)


def is_readable(text: str) -> bool:
    """Whether a line is long enough, and in a script that the embedded OCR knows, to be compared with its reading."""
    letters = [character for character in text if character.isalnum()]
    known = [c for c in letters if c.isascii() or is_cjk(c)]
    wanted = _PROBE_CHARS // 2 if any(map(is_cjk, letters)) else _PROBE_CHARS
    return len(letters) >= wanted and len(known) > 0.9 * len(letters)


def unmapped_share(text: str) -> float:
    """Share of characters that stand for nothing: replacement, private use, control, unassigned; 0..1."""
    if not text:
        return 0.0
    return sum(character == "\ufffd" or unicodedata.category(character)[0] == "C" for character in text) / len(text)


def read_probes(lines: list[TextLine], image: Image.Image, engine: OcrEngine) -> list[float]:
    """Read lines by OCR from the page image and compare.

    Returns:
        For each line the agreement of its text with the reading, 0..1.

    Raises:
        PageError: the engine failed.
    """
    strips = [_strip(line, image) for line in lines]
    gap = max(max(strip.height for strip in strips), _MARGIN)
    canvas = Image.new("RGB", (_CANVAS_WIDTH, sum(strip.height + gap for strip in strips) + gap), "white")
    tops, top = [], gap
    for strip in strips:
        canvas.paste(strip, (_MARGIN, top))
        tops.append(top)
        top += strip.height + gap
    seen = engine.read(canvas).lines
    agreements = []
    for line, strip, top in zip(lines, strips, tops, strict=True):
        low, high = (top - gap / 2) / canvas.height, (top + strip.height + gap / 2) / canvas.height
        inside = [read for read in seen if low <= (read.box[1] + read.box[3]) / 2 < high]
        reading = "".join(read.text for read in sorted(inside, key=lambda read: read.box[0]))
        agreements.append(fuzz.ratio(_letters(line.text), _letters(reading)) / 100)
    return agreements


def _strip(line: TextLine, image: Image.Image) -> Image.Image:
    x0, y0, x1, y1 = line.box
    margin = 0.15 * (y1 - y0) * image.height
    box = (x0 * image.width - margin, y0 * image.height - margin, x1 * image.width + margin, y1 * image.height + margin)
    strip = image.crop(tuple(int(value) for value in box))  # type: ignore[arg-type]
    widest = _CANVAS_WIDTH - 2 * _MARGIN
    if strip.width > widest:
        strip = strip.resize((widest, max(1, strip.height * widest // strip.width)))
    return strip


def _letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def _edges(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where neighbouring pixels differ sharply, as at the edges of letters; not within fills or soft pictures."""
    levels = grey.astype(np.int16)
    edges = np.zeros(grey.shape, dtype=np.bool_)
    edges[:, 1:] = np.abs(np.diff(levels, axis=1)) > _EDGE_LEVELS
    return edges


def has_ink(grey: NDArray[np.uint8], least: float = MIN_INK) -> bool:
    """Whether anything is printed on the page, more than a share of its pixels: by default more than dust."""
    return bool(_edges(grey).mean() > least)


def uncovered_share(grey: NDArray[np.uint8], words: list[LayerWord]) -> float:
    """Share of the page's sharp edges outside the boxes of the words, 0..1; 0 on an empty page."""
    edges = _edges(grey)
    total = int(edges.sum())
    if total <= MIN_INK * edges.size:
        return 0.0
    height, width = edges.shape
    for word in words:
        x0, x1 = max(int(word.box[0] * width) - 2, 0), int(word.box[2] * width) + 3
        y0, y1 = max(int(word.box[1] * height) - 2, 0), int(word.box[3] * height) + 3
        edges[y0:y1, x0:x1] = False
    return int(edges.sum()) / total
