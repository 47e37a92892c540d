"""What every OCR engine must do, on pages that we draw and whose words and places we know.

Each engine is asked about pages that it can read: the embedded ones about English, Chinese and a table in print, the
tiny HunyuanOCR of the tests about the invoices that it knows by heart. What only some claim is asked of those alone.
"""

import functools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

import pymupdf
import pytest
from PIL import Image, ImageFilter

from ingest.errors import ConfigError, PageError
from ingest.ocr import OcrEngine, choose_engine
from ingest.recall import word_recall
from ingest.settings import Settings
from ingest.tasks import Task, TaskTools, build_tools, run_task
from ingest.types import Box, BoxOrigin, Recognition, TextLine
from tests.tiny.pages import CHECKPOINT, EXTRACTED, FIELDS, INVOICES, invoice
from tests.vllm_server import ServerInfo

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


def settings_of(kind: str, server_url: str = "") -> Settings:
    if kind == "hunyuan":
        return Settings(
            ocr_engine="hunyuan",
            hunyuan_url=server_url,
            hunyuan_model="HunyuanOCR",
            hunyuan_version="1.0",
            hunyuan_retries=2,
        )
    if kind == "native":
        return Settings(ocr_engine="native", hunyuan_model=str(CHECKPOINT), hunyuan_version="1.0", native_device="cpu")
    return Settings(ocr_engine=kind)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def engine(request: pytest.FixtureRequest) -> Iterator[OcrEngine]:
    """The engine that a test is for; a server is started for the one that needs it."""
    kind = request.param
    url = request.getfixturevalue("hunyuan_server").url if kind == "hunyuan" else ""
    try:
        chosen = choose_engine(settings_of(kind, url))
    except ConfigError as error:
        if kind != "tesseract":
            raise
        pytest.skip(str(error))
    with closing(chosen):
        yield chosen


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


def invoice_page(index: int) -> Callable[[], Drawn]:
    """One of the pages that the tiny HunyuanOCR knows; of these the places of whole lines are known."""

    @functools.cache
    def page() -> Drawn:
        return Drawn(invoice(index).image, tuple((line.text, line.box) for line in invoice(index).lines))

    return page


PAGES = {"english": english, "table": table, "chinese": chinese}
LATIN_PAGES = ("english", "table")
TINY_PAGES = tuple(f"invoice {index}" for index in range(INVOICES))
PAGES |= {name: invoice_page(index) for index, name in enumerate(TINY_PAGES)}

EMBEDDED = ("rapidocr", "tesseract")
READABLE = {
    "rapidocr": LATIN_PAGES,
    "tesseract": LATIN_PAGES,
    "hunyuan": TINY_PAGES,
    "native": TINY_PAGES,
}
Engines = pytest.MarkDecorator


def _engines(*kinds: str) -> Engines:
    return pytest.mark.parametrize("engine", kinds, indirect=True, scope="module")


def _with_pages(pages: dict[str, tuple[str, ...]]) -> Engines:
    pairs = [(kind, page) for kind, names in pages.items() for page in names]
    return pytest.mark.parametrize(("engine", "page"), pairs, indirect=["engine"], scope="module")


every_engine = _engines(*READABLE)
every_page = _with_pages(READABLE)
embedded = _engines(*EMBEDDED)
embedded_pages = _with_pages({kind: LATIN_PAGES for kind in EMBEDDED})


@functools.cache
def upright(engine: OcrEngine, page: str) -> Recognition:
    """What an engine reads on a page as it was drawn: read once, looked at by many tests."""
    return engine.read(PAGES[page]().image)


# What every engine must do


@every_page
def test_clean_text_is_read(engine: OcrEngine, page: str) -> None:
    read = upright(engine, page)
    assert _recall(PAGES[page](), read) >= 0.99
    assert read.review == "" and read.rotation == 0
    if read.markdown is not None:
        assert word_recall(PAGES[page]().text, read.markdown.splitlines()).value >= 0.99


@embedded
def test_chinese_is_read(engine: OcrEngine) -> None:
    _needs_chinese(engine)
    assert _recall(chinese(), upright(engine, "chinese")) >= 0.95


@every_page
def test_lines_lie_on_the_words_that_they_say(engine: OcrEngine, page: str) -> None:
    drawn = PAGES[page]()
    lines = upright(engine, page).lines
    for word, box in drawn.words:
        assert any(word in line.text and _covers(line.box, box) for line in lines), word


@embedded_pages
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


@embedded
@pytest.mark.parametrize(("page", "turn"), [("english", 90), ("english", 180), ("english", 270), ("table", 180)])
def test_a_turned_page_is_found_and_reads_like_the_upright_one(engine: OcrEngine, page: str, turn: int) -> None:
    drawn = PAGES[page]()
    read = engine.read(drawn.image.transpose(TURNS[turn]))
    assert (turn + read.rotation) % 360 == 0
    assert _recall(drawn, read) >= 0.99
    # Boxes belong to the upright page: the first word's line is where it was drawn.
    word, box = drawn.words[0]
    assert any(word in line.text and _covers(line.box, box) for line in read.lines)


@embedded
@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_chinese_page_is_found(engine: OcrEngine, turn: int) -> None:
    _needs_chinese(engine)
    drawn = chinese()
    read = engine.read(drawn.image.transpose(TURNS[turn]))
    assert (turn + read.rotation) % 360 == 0
    assert _recall(drawn, read) >= 0.95


@embedded
def test_a_page_set_in_vertical_columns_is_not_turned(engine: OcrEngine) -> None:
    _needs_chinese(engine)
    page = _new_page()
    writer = pymupdf.TextWriter(page.rect)
    for column, line in enumerate(CHINESE):
        for row, character in enumerate(line[:16]):
            writer.append((480 - 60 * column, 100 + 17 * row), character, font=pymupdf.Font("china-s"), fontsize=14)
    writer.write_text(page)
    assert engine.read(_drawn(page).image).rotation == 0


@every_engine
@pytest.mark.parametrize("boxes", [True, False])
def test_a_blank_page_has_no_lines_and_stays_as_it_is(engine: OcrEngine, boxes: bool) -> None:
    read = engine.read(Image.new("RGB", (1240, 834), "white"), boxes=boxes)
    assert read == Recognition(lines=(), rotation=0, markdown=read.markdown, review="")
    assert not read.markdown


@embedded
@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_lone_page_number_turns_nothing(engine: OcrEngine, turn: int) -> None:
    page = _new_page()
    page.insert_text((280, 360), "Page 3 of 9", fontsize=10)
    assert engine.read(_drawn(page).image.transpose(TURNS[turn])).rotation == 0


@every_engine
@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3), (40, 40)])
def test_tiny_and_thin_images_are_read_as_nothing(engine: OcrEngine, size: tuple[int, int]) -> None:
    read = engine.read(Image.new("RGB", size, "white"))
    assert read.lines == () and not read.markdown and read.review == ""


@every_engine
@pytest.mark.parametrize("size", [(2, 1000), (1000, 2), (6, 6)])
def test_a_scrap_with_ink_on_it_costs_no_other_page(engine: OcrEngine, size: tuple[int, int]) -> None:
    scrap = Image.new("RGB", size, "white")
    scrap.paste("black", (0, 0, size[0] // 2, size[1] // 2))
    try:
        engine.read(scrap)
    except PageError as error:
        assert str(error)  # an engine may refuse it, but says so
    page = READABLE[_kind(engine)][0]
    assert engine.read(PAGES[page]().image) == upright(engine, page)


@embedded
def test_columns_are_not_merged_into_one_line(engine: OcrEngine) -> None:
    drawn = columns()
    read = engine.read(drawn.image)
    assert _recall(drawn, read) >= 0.97
    assert all(line.box[2] < 0.53 or line.box[0] > 0.5 for line in read.lines)


@embedded
def test_lines_that_are_hard_to_read_are_kept_with_low_confidence(engine: OcrEngine) -> None:
    blurred = english().image.filter(ImageFilter.GaussianBlur(3))
    assert any(line.confidence < 0.7 for line in engine.read(blurred).lines)


@_with_pages({kind: (*names, "chinese") if kind in EMBEDDED else names for kind, names in READABLE.items()})
def test_lines_are_well_formed(engine: OcrEngine, page: str) -> None:
    for line in upright(engine, page).lines:
        assert line.text
        assert line.text == line.text.strip()
        assert 0 <= line.confidence <= 1
        assert 0 <= line.box[0] < line.box[2] <= 1
        assert 0 <= line.box[1] < line.box[3] <= 1
        assert _words_are_ordered(line)


@every_engine
def test_several_threads_read_like_one(engine: OcrEngine) -> None:
    names = READABLE[_kind(engine)]
    alone = [upright(engine, page) for page in names]
    with ThreadPoolExecutor(len(names)) as pool:
        assert list(pool.map(engine.read, [PAGES[page]().image for page in names])) == alone


@every_page
def test_without_places_the_text_is_the_same(engine: OcrEngine, page: str) -> None:
    wanted, read = upright(engine, page), engine.read(PAGES[page]().image, boxes=False)
    assert (read.markdown, read.rotation, read.review) == (wanted.markdown, wanted.rotation, wanted.review)
    if not read.markdown:
        assert read.lines == wanted.lines


@every_engine
def test_a_closed_engine_begins_anew(engine: OcrEngine) -> None:
    page = READABLE[_kind(engine)][0]
    before = upright(engine, page)
    for _ in range(2):
        engine.close()
        assert engine.read(PAGES[page]().image) == before
    engine.close()
    engine.close()


@every_engine
def test_it_reads_at_least_one_page_at_once(engine: OcrEngine) -> None:
    assert engine.concurrency >= 1
    assert engine.concurrency == 1 or _kind(engine) not in EMBEDDED


@every_engine
def test_the_name_tells_engine_and_version(engine: OcrEngine, request: pytest.FixtureRequest) -> None:
    kind, version = engine.name.split()[:2]
    assert kind == request.node.callspec.params["engine"]
    assert version[0].isdigit()
    if kind not in EMBEDDED:
        assert version == "1.0"


# HunyuanOCR in this process and on a server


@pytest.fixture(scope="module")
def both(hunyuan_server: ServerInfo) -> list[Settings]:
    """HunyuanOCR's settings in this process and on a server."""
    return [settings_of("native"), settings_of("hunyuan", hunyuan_server.url)]


def test_this_process_writes_the_same_as_the_server(both: list[Settings]) -> None:
    read = []
    for settings in both:
        with closing(choose_engine(settings)) as engine, ThreadPoolExecutor(INVOICES) as pool:
            read.append(list(pool.map(lambda page: engine.read(PAGES[page]().image), TINY_PAGES)))
    native, served = read
    for page, ours, theirs in zip(TINY_PAGES, native, served, strict=True):
        assert ours == theirs, page
        assert ours.markdown and len(ours.lines) == len(PAGES[page]().words)
        assert all(line.origin == BoxOrigin.SPOTTING for line in ours.lines)
    assert len({recognition.markdown for recognition in native}) == INVOICES


@pytest.mark.parametrize("task", [Task.TABLE, Task.FIELDS])
def test_tasks_in_this_process_give_the_same_as_on_the_server(both: list[Settings], task: Task) -> None:
    results = []
    for settings in both:
        with closing(build_tools(settings)) as tools:
            results.append([_done(task, index, tools) for index in EXTRACTED])
    native, served = results
    assert native == served
    assert len({text for text, _, _ in native}) == len(EXTRACTED)
    assert all(text and not warnings for text, _, warnings in native)


def _done(task: Task, index: int, tools: TaskTools) -> tuple[str, object, tuple[str, ...]]:
    result = run_task(task, invoice(index).image, tools, fields=FIELDS if task is Task.FIELDS else ())
    return result.text, result.fields, result.warnings


def _kind(engine: OcrEngine) -> str:
    return engine.name.split()[0]


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
