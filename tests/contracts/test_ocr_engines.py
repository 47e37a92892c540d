"""What every OCR engine must do, on pages that we draw and whose words and places we know."""

import functools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pymupdf
import pytest
from PIL import Image, ImageFilter

from ingest.errors import ConfigError
from ingest.ocr import OcrEngine, build_engine
from ingest.recall import word_recall
from ingest.types import Box, Recognition, TextLine

pytestmark = pytest.mark.integration

DPI = 150
TURNS = {
    90: Image.Transpose.ROTATE_270,  # Pillow turns counter-clockwise
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
ENGLISH = (
    "This Distribution Agreement is made on 23 November 2026 between Harbour Tools Limited, whose office is at",
    "14 Mill Lane, Bristol (the Supplier), and Nordic Paper AB (the Distributor). The Supplier appoints the",
    "Distributor for an initial term of thirty-six months. Either party may terminate this Agreement with ninety",
    "days written notice. Invoices are payable within thirty days of receipt; late payment bears interest at 4.5%.",
)
CHINESE = (
    "甲方应当在本合同签订之日起三十日内",
    "向乙方支付合同总价款的百分之三十作为预付款。",
    "逾期付款的，按未付金额支付违约金。",
    "本合同自双方签字盖章之日起生效。",
)
TABLE = (
    ("Item", "Quantity", "Price", "Amount"),
    ("Copper pipe 22 mm", "140", "3.85", "539.00"),
    ("Brass elbow joint", "60", "2.10", "126.00"),
    ("Delivery to Bristol", "1", "48.50", "48.50"),
    ("Total due in GBP", "", "", "713.50"),
)


@dataclass(frozen=True)
class Drawn:
    """A page image with the words drawn on it and their boxes, in fractions of the page."""

    image: Image.Image
    words: tuple[tuple[str, Box], ...]

    @property
    def text(self) -> str:
        return " ".join(word for word, _ in self.words)


@pytest.fixture(scope="module", params=["rapidocr", "tesseract"])
def engine(request: pytest.FixtureRequest) -> Iterator[OcrEngine]:
    try:
        yield build_engine(request.param, threads=0)
    except ConfigError as error:
        if request.param == "rapidocr":
            raise
        pytest.skip(str(error))


@functools.cache
def english() -> Drawn:
    page = _new_page()
    for index, line in enumerate(ENGLISH):
        page.insert_text((50, 90 + 22 * index), line, fontname="tiro", fontsize=10.5)
    return _drawn(page)


@functools.cache
def chinese() -> Drawn:
    page = _new_page()
    writer = pymupdf.TextWriter(page.rect)
    for index, line in enumerate(CHINESE):
        writer.append((70, 90 + 30 * index), line, font=pymupdf.Font("china-s"), fontsize=14)
    writer.write_text(page)
    return _drawn(page)


@functools.cache
def table() -> Drawn:
    page = _new_page()
    for row, cells in enumerate(TABLE):
        for x, cell in zip((60, 260, 360, 460), cells, strict=True):
            page.insert_text((x, 90 + 26 * row), cell, fontname="helv", fontsize=11)
        page.draw_line((55, 97 + 26 * row), (520, 97 + 26 * row))
    return _drawn(page)


@functools.cache
def columns() -> Drawn:
    page = _new_page()
    for index, line in enumerate(ENGLISH):
        page.insert_text((50, 90 + 22 * index), line[:44], fontname="helv", fontsize=10)
        page.insert_text((315, 90 + 22 * index), line[44:88], fontname="helv", fontsize=10)
    return _drawn(page)


PAGES = {"english": english, "table": table, "chinese": chinese}
LATIN_PAGES = ("english", "table")


@functools.cache
def upright(engine: OcrEngine, page: str) -> Recognition:
    """What an engine reads on a page as it was drawn: read once, looked at by many tests."""
    return engine.read(PAGES[page]().image)


@pytest.mark.parametrize("page", LATIN_PAGES)
def test_clean_text_is_read(engine: OcrEngine, page: str) -> None:
    assert _recall(PAGES[page](), upright(engine, page)) >= 0.99


def test_chinese_is_read(engine: OcrEngine) -> None:
    _needs_chinese(engine)
    assert _recall(chinese(), upright(engine, "chinese")) >= 0.95


@pytest.mark.parametrize("page", LATIN_PAGES)
def test_lines_lie_on_the_words_that_they_say(engine: OcrEngine, page: str) -> None:
    drawn = PAGES[page]()
    lines = upright(engine, page).lines
    for word, box in drawn.words:
        assert any(word in line.text and _covers(line.box, box) for line in lines), word


@pytest.mark.parametrize("page", LATIN_PAGES)
def test_words_lie_where_they_were_drawn(engine: OcrEngine, page: str) -> None:
    drawn = PAGES[page]()
    lines = upright(engine, page).lines
    known = {word: box for word, box in drawn.words if drawn.text.split().count(word) == 1}
    compared = 0
    for line in lines:
        tolerance = (line.box[3] - line.box[1]) * drawn.image.height / drawn.image.width / 2
        for start, end, x0, x1 in line.words:
            if box := known.get(line.text[start:end]):
                assert abs(x0 - box[0]) < tolerance, line.text[start:end]
                assert abs(x1 - box[2]) < tolerance, line.text[start:end]
                compared += 1
    assert compared >= len(known) * 0.9


@pytest.mark.parametrize(("page", "turn"), [("english", 90), ("english", 180), ("english", 270), ("table", 180)])
def test_a_turned_page_is_found_and_reads_like_the_upright_one(engine: OcrEngine, page: str, turn: int) -> None:
    drawn = PAGES[page]()
    read = engine.read(drawn.image.transpose(TURNS[turn]))
    assert (turn + read.rotation) % 360 == 0
    assert _recall(drawn, read) >= 0.99
    # Boxes belong to the upright page: the first word's line is where it was drawn.
    word, box = drawn.words[0]
    assert any(word in line.text and _covers(line.box, box) for line in read.lines)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_chinese_page_is_found(engine: OcrEngine, turn: int) -> None:
    _needs_chinese(engine)
    drawn = chinese()
    read = engine.read(drawn.image.transpose(TURNS[turn]))
    assert (turn + read.rotation) % 360 == 0
    assert _recall(drawn, read) >= 0.95


def test_a_page_set_in_vertical_columns_is_not_turned(engine: OcrEngine) -> None:
    _needs_chinese(engine)
    page = _new_page()
    writer = pymupdf.TextWriter(page.rect)
    for column, line in enumerate(CHINESE):
        for row, character in enumerate(line[:16]):
            writer.append((480 - 60 * column, 100 + 17 * row), character, font=pymupdf.Font("china-s"), fontsize=14)
    writer.write_text(page)
    assert engine.read(_drawn(page).image).rotation == 0


def test_a_blank_page_has_no_lines_and_stays_as_it_is(engine: OcrEngine) -> None:
    assert engine.read(Image.new("RGB", (1240, 834), "white")) == Recognition(lines=(), rotation=0)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_lone_page_number_turns_nothing(engine: OcrEngine, turn: int) -> None:
    page = _new_page()
    page.insert_text((280, 360), "Page 3 of 9", fontsize=10)
    assert engine.read(_drawn(page).image.transpose(TURNS[turn])).rotation == 0


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3), (40, 40)])
def test_tiny_and_thin_images_are_read_as_nothing(engine: OcrEngine, size: tuple[int, int]) -> None:
    assert engine.read(Image.new("RGB", size, "white")).lines == ()


def test_columns_are_not_merged_into_one_line(engine: OcrEngine) -> None:
    drawn = columns()
    read = engine.read(drawn.image)
    assert _recall(drawn, read) >= 0.97
    assert all(line.box[2] < 0.53 or line.box[0] > 0.5 for line in read.lines)


def test_lines_that_are_hard_to_read_are_kept_with_low_confidence(engine: OcrEngine) -> None:
    blurred = english().image.filter(ImageFilter.GaussianBlur(3))
    assert any(line.confidence < 0.7 for line in engine.read(blurred).lines)


@pytest.mark.parametrize("page", PAGES)
def test_lines_are_well_formed(engine: OcrEngine, page: str) -> None:
    for line in upright(engine, page).lines:
        assert line.text
        assert line.text == line.text.strip()
        assert 0 <= line.confidence <= 1
        assert 0 <= line.box[0] < line.box[2] <= 1
        assert 0 <= line.box[1] < line.box[3] <= 1
        assert _words_are_ordered(line)


def test_several_threads_read_like_one(engine: OcrEngine) -> None:
    alone = [upright(engine, page) for page in LATIN_PAGES]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(engine.read, [PAGES[page]().image for page in LATIN_PAGES])) == alone


def test_the_name_tells_engine_and_version(engine: OcrEngine) -> None:
    kind, version = engine.name.split()[:2]
    assert kind in ("rapidocr", "tesseract")
    assert version[0].isdigit()


def _new_page() -> pymupdf.Page:
    return pymupdf.open().new_page(width=595, height=400)


def _drawn(page: pymupdf.Page) -> Drawn:
    pixmap = page.get_pixmap(dpi=DPI, alpha=False)
    width, height = page.rect.width, page.rect.height
    words = tuple(
        (word, (x0 / width, y0 / height, x1 / width, y1 / height))
        for x0, y0, x1, y1, word, *_ in page.get_text("words")
    )
    return Drawn(Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples), words)


def _recall(drawn: Drawn, read: Recognition) -> float:
    return word_recall(drawn.text, (line.text for line in read.lines)).value


def _covers(outer: Box, inner: Box) -> bool:
    """Whether the middle of `inner` lies in `outer`, and much of its width (a drawn 1 is narrow)."""
    middle = (inner[1] + inner[3]) / 2
    shared = min(outer[2], inner[2]) - max(outer[0], inner[0])
    return outer[1] <= middle <= outer[3] and shared >= 0.4 * (inner[2] - inner[0])


def _words_are_ordered(line: TextLine) -> bool:
    ends = [edge for start, end, _, _ in line.words for edge in (start, end)]
    return ends == sorted(ends) and all(0 <= x0 < x1 <= 1 for _, _, x0, x1 in line.words)


def _needs_chinese(engine: OcrEngine) -> None:
    if engine.name.startswith("tesseract") and "chi_sim" not in engine.name:
        pytest.skip("Tesseract's Chinese is not installed: apt-get install tesseract-ocr-chi-sim")
