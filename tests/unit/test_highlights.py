"""The measure of highlights: it sees boxes that miss words, and boxes that mark what is not quoted."""

from dataclasses import replace
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from ingest.types import Block, BoxOrigin, PageText, TextLine, TextSource
from retrieval.glyphs import glyphs_of, union_area
from retrieval.highlights import Marked, mark
from retrieval.turned import scan, turned_glyphs
from retrieval.units import units_of

pytestmark = pytest.mark.unit

LINES = ("Rent is due on the first day of each month and is", "paid in advance. Pets are welcome.")


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    """A page with two lines."""
    path = tmp_path / "lease.pdf"
    with pymupdf.open() as document:
        page = document.new_page(width=400, height=300)
        for number, text in enumerate(LINES):
            page.insert_text((40, 60 + 20 * number), text, fontsize=11)
        document.save(path)
    return path


def read(page: pymupdf.Page) -> PageText:
    """The page's lines as PyMuPDF has them, with the places of their words."""
    lines = []
    for number, text in enumerate(LINES):
        words = [word for word in page.get_text("words") if abs(word[3] - (60 + 20 * number)) < 8]
        box = (words[0][0] / 400, words[0][1] / 300, words[-1][2] / 400, words[0][3] / 300)
        places, start = [], 0
        for word in words:
            start = text.index(word[4], start)
            places.append((start, start + len(word[4]), word[0] / 400, word[2] / 400))
            start += len(word[4])
        lines.append(TextLine(text, box, 1.0, tuple(places), BoxOrigin.LAYER))
    block = Block("text", "\n".join(LINES), (0, 0, 1, 1), 0, 2)
    return PageText("lease", 1, (block,), tuple(lines), "text-layer", TextSource.LAYER)


def measured(pdf: Path, change: tuple[float, float, float, float] = (0, 0, 0, 0)) -> Marked:
    """What the highlight of the first sentence marks, its second line's box changed."""
    with pymupdf.open(pdf) as document:
        text = read(document[0])
        box = tuple(a + b for a, b in zip(text.lines[1].box, change, strict=True))
        places = tuple((s, e, x0 + change[0], x1 + change[2]) for s, e, x0, x1 in text.lines[1].words)
        moved = replace(text, lines=(text.lines[0], replace(text.lines[1], box=box, words=places)))
        unit = next(unit for unit in units_of(moved) if unit.text.startswith("Rent"))
        return mark(moved, unit, glyphs_of(document[0]))


def test_exact_boxes_cover_every_word_and_nothing_else(pdf: Path) -> None:
    found = measured(pdf)
    assert (found.words, found.covered) == (15, 15) and found.excess < 0.01


def test_a_box_beside_its_words_covers_none_of_them(pdf: Path) -> None:
    found = measured(pdf, (0.3, 0, 0.3, 0))
    assert found.covered == 12 and found.excess > 0.2


def test_a_box_that_is_too_high_marks_what_is_not_quoted(pdf: Path) -> None:
    found = measured(pdf, (0, 0, 0, 0.1))
    assert found.covered == 15 and found.excess > 0.3


def test_the_letters_of_a_page_that_is_shown_turned_are_where_it_shows_them(pdf: Path) -> None:
    with pymupdf.open(pdf) as document:
        upright = glyphs_of(document[0]).boxes[0]
        document[0].set_rotation(90)
        x0, y0, x1, y1 = glyphs_of(document[0]).boxes[0]
    assert (x0, y0) == pytest.approx((1 - upright[3], upright[0]), abs=1e-3)
    assert (x1, y1) == pytest.approx((1 - upright[1], upright[2]), abs=1e-3)


def test_the_ink_of_a_turned_scan_is_dark_where_it_is_said_to_be(pdf: Path, tmp_path: Path) -> None:
    scan(pdf, tmp_path / "scan.tif", 3.0)
    with Image.open(tmp_path / "scan.tif") as image, pymupdf.open(pdf) as document:
        glyphs = turned_glyphs(document[0], 3.0)
        last = glyphs.boxes[-2]
        width, height = image.size
        left, top, right, bottom = (round(v * side) for v, side in zip(last, (width, height) * 2, strict=True))
        patch = image.crop((left, top, right, bottom))
        assert patch.getextrema()[0] < 120


def test_boxes_that_overlap_count_once() -> None:
    assert union_area([(0, 0, 2, 2), (1, 1, 3, 3), (5, 5, 5, 9)]) == pytest.approx(7)
