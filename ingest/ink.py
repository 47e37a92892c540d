"""A page's text drawn again, by itself, to see whether the page shows it.

A page can hide its words in more ways than can be listed: white on white, under an image, clipped away, transparent, or
below honest words and rules, where something dark is seen at their place all the same. So each piece of text is drawn
alone, in black, and compared with the page: where the words are shown, its pixels rise and fall with the drawing's.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pymupdf
from numpy.typing import NDArray
from pymupdf import mupdf

from ingest.boxes import union
from ingest.types import Box

Grey = NDArray[np.uint8]
# A glyph as PyMuPDF's "rawdict" has it.
Glyph = dict[str, Any]
# Where a glyph begins, in fractions of a point.
_Place = tuple[int, int]

# Pieces of text that lie upon each other are drawn on different sheets. Few honest pages need more than three.
_MOST_SHEETS = 8
_NOTHING = 0  # a sheet takes ink alone, without colour: 0..255
_BLACK = (0.0,)
_PER_POINT = 10
# Below this correlation (0..1), a page shows something else at a word's place. Of 43,000 words of honest pages, those
# shown had 0.6 and more, 999 of 1,000; those that others lay upon, 0.14 and less.
MIN_SHOWN = 0.5
_REACH = 2  # pixels around a word, where its paper is seen
_FLAT = 1.0  # grey levels, squared: less variance than this is no print


class Ink:
    """The text of one page, each piece of it drawn alone.

    Attributes:
        beyond: words that the file writes outside the page.
    """

    def __init__(self, page: pymupdf.Page, grey: Grey, scale: float) -> None:
        """Draw it.

        Args:
            page: rotation removed.
            grey: the page's image.
            scale: its pixels for each point; exactly, or thin letters are drawn beside those of the image.
        """
        self._grey = grey
        self._scale = scale
        self._drawer = _Drawer(_Sheets((grey.shape[1], grey.shape[0])))
        matrix = mupdf.FzMatrix(scale, 0, 0, scale, 0, 0)
        mupdf.fz_run_page(mupdf.FzPage(page.this), self._drawer, matrix, mupdf.FzCookie())
        spans = page.get_texttrace()
        self._sheets = self._placed(spans)
        self.beyond = tuple(word for span in spans for word in _beyond(span, page.rect))

    def _placed(self, spans: list[dict[str, Any]]) -> dict[_Place, set[int]]:
        """On which sheets a glyph was drawn, by its place: the trace has the pieces in the order of the drawing."""
        numbers = {seqno: index for index, seqno in enumerate(sorted({span["seqno"] for span in spans}))}
        found: dict[_Place, set[int]] = {}
        if len(numbers) == len(self._drawer.used):
            for span in spans:
                sheet = self._drawer.used[numbers[span["seqno"]]]
                for _, _, origin, _ in span["chars"]:
                    if sheet is not None:
                        found.setdefault(_place(origin), set()).add(sheet)
        return found

    def likeness(self, glyphs: Sequence[Glyph]) -> float:
        """How far the page shows the letters of a word: correlation of page and drawing, 0..1; the least of its parts.

        A part is what one piece of text has of the word; in doubt, the least of all pieces that stand there.
        """
        parts: list[tuple[set[int], list[Box]]] = []
        for glyph in glyphs:
            sheets = self._sheets.get(_place(glyph["origin"]), parts[-1][0] if parts else set())
            if not parts or parts[-1][0] != sheets:
                parts.append((sheets, []))
            parts[-1][1].extend([glyph["bbox"]] if glyph["c"].isalnum() else [])
        return min((self._part(union(boxes), sheets) for sheets, boxes in parts if boxes), default=1.0)

    def _part(self, box: Box, sheets: set[int]) -> float:
        x0, y0, x1, y1 = (int(value * self._scale) for value in box)
        place = np.s_[max(y0 - _REACH, 0) : max(y1 + _REACH + 1, 0), max(x0 - _REACH, 0) : max(x1 + _REACH + 1, 0)]
        views = self._drawer.sheets.views
        drawn = [view[place] for sheet, view in enumerate(views) if not sheets or sheet in sheets]
        inked = [patch for patch in drawn if patch.size and patch.max() > _NOTHING]
        return min((_correlation(patch, self._grey[place]) for patch in inked), default=0.0)


class _Sheets:
    """Empty sheets of the page's size."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._area = mupdf.FzIrect(0, 0, *size)
        self._devices: list[Any] = []
        self._pixmaps: list[pymupdf.Pixmap] = []
        self.views: list[Grey] = []

    def free(self, area: mupdf.FzRect) -> tuple[int, Any]:
        """The first sheet on which nothing stands in an area, and the device that draws on it."""
        x0, y0, x1, y1 = (max(0, min(int(value), 1 << 20)) for value in (area.x0, area.y0, area.x1 + 1, area.y1 + 1))
        for sheet, view in enumerate(self.views):
            patch = view[y0:y1, x0:x1]
            if not patch.size or patch.max() == _NOTHING or sheet == _MOST_SHEETS - 1:
                return sheet, self._devices[sheet]
        raw = mupdf.fz_new_pixmap_with_bbox(mupdf.FzColorspace(), self._area, mupdf.FzSeparations(), 1)
        mupdf.fz_clear_pixmap(raw)
        pixmap = pymupdf.Pixmap(raw)
        self._pixmaps.append(pixmap)  # the views look into its memory
        pixels = np.frombuffer(pixmap.samples_mv, dtype=np.uint8).reshape(pixmap.height, pixmap.stride)
        self.views.append(pixels[:, : pixmap.width])
        self._devices.append(mupdf.fz_new_draw_device(mupdf.FzMatrix(), pixmap.this))
        return len(self.views) - 1, self._devices[-1]


class _Drawer(mupdf.FzDevice2):  # type: ignore[misc]
    """A device that draws text alone; `used` says on which sheet each piece went, None for what is never painted."""

    def __init__(self, sheets: _Sheets) -> None:
        super().__init__()
        self.use_virtual_fill_text()
        self.use_virtual_stroke_text()
        self.use_virtual_ignore_text()
        self.sheets = sheets
        self.used: list[int | None] = []
        self._space = mupdf.fz_device_gray()

    def fill_text(self, _context: Any, text: Any, matrix: Any, *_colour: Any) -> None:
        text, matrix = mupdf.FzText(mupdf.ll_fz_keep_text(text)), mupdf.FzMatrix(matrix)
        sheet, device = self.sheets.free(mupdf.fz_bound_text(text, mupdf.FzStrokeState(), matrix))
        mupdf.fz_fill_text(device, text, matrix, self._space, _BLACK, 1.0, mupdf.FzColorParams())
        self.used.append(sheet)

    def stroke_text(
        self, _context: Any, text: Any, stroke: Any, matrix: Any, _space: Any, colour: Any, *_rest: Any
    ) -> None:
        text, matrix = mupdf.FzText(mupdf.ll_fz_keep_text(text)), mupdf.FzMatrix(matrix)
        stroke = mupdf.FzStrokeState(mupdf.ll_fz_keep_stroke_state(stroke))
        sheet, device = self.sheets.free(mupdf.fz_bound_text(text, stroke, matrix))
        mupdf.fz_stroke_text(device, text, stroke, matrix, self._space, colour, 1.0, mupdf.FzColorParams())
        self.used.append(sheet)

    def ignore_text(self, *_text: Any) -> None:
        self.used.append(None)


def _place(origin: tuple[float, float]) -> _Place:
    return round(origin[0] * _PER_POINT), round(origin[1] * _PER_POINT)


def _beyond(span: dict[str, Any], page: pymupdf.Rect) -> list[str]:
    if pymupdf.Rect(span["bbox"]).intersects(page):
        return []
    words = "".join(chr(code) for code, *_ in span["chars"]).split()
    return [word for word in words if any(map(str.isalnum, word))]


def _correlation(drawn: Grey, shown: Grey) -> float:
    """Correlation of two patches, row by row, in the mean of the rows that have ink, by how much; 0..1.

    Row by row: a rule below white letters shows them only where it crosses them.
    """
    one, other = (patch.astype(np.float32) for patch in (drawn, shown))
    one -= one.mean(axis=1, keepdims=True)
    other -= other.mean(axis=1, keepdims=True)
    ink, paint = (one * one).mean(axis=1), (other * other).mean(axis=1)
    total = float(ink.sum())
    if total < _FLAT:
        return 0.0
    both = (one * other).mean(axis=1) / np.sqrt(np.maximum(ink, _FLAT) * np.maximum(paint, _FLAT))
    return abs(float((ink * both).sum())) / total
