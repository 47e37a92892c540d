"""Reading order: two columns, digital or scanned, are read one after the other."""

import io
import re
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from ingest.files import identify
from ingest.ocr import OcrEngine, build_engine
from ingest.pages import open_document
from ingest.reader import read_page
from ingest.types import PageText, TextSource

pytestmark = pytest.mark.integration

LEFT = [f"Left paragraph {n} says that the lessee keeps the equipment in good order at its own cost." for n in range(6)]
RIGHT = [f"Right paragraph {n} says that the lessor may inspect it at any time of day after notice." for n in range(6)]


@pytest.fixture(scope="module")
def engine() -> OcrEngine:
    return build_engine("rapidocr", threads=0)


def two_columns(path: Path) -> None:
    with pymupdf.open() as document:
        page = document.new_page(width=595, height=842)
        page.insert_text((200, 60), "GENERAL TERMS", fontsize=16)
        for texts, x, top in ((LEFT, 50, 90), (RIGHT, 310, 96)):
            page.insert_textbox((x, top, x + 235, 700), "\n".join(text * 3 for text in texts), fontsize=10)
        document.save(path)


def scanned(path: Path, target: Path) -> None:
    with pymupdf.open(path) as document, pymupdf.open() as scan:
        pixmap = document[0].get_pixmap(dpi=200)
        buffer = io.BytesIO()
        Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples).save(buffer, "JPEG", quality=70)
        scan.new_page(width=595, height=842).insert_image((0, 0, 595, 842), stream=buffer.getvalue())
        scan.save(target)


def read(path: Path, engine: OcrEngine) -> PageText:
    source = identify(path)
    with open_document(source, dpi=200, max_pixels=8_000_000) as document:
        return read_page(document, 1, source.doc_id, engine).text


def order(page: PageText) -> list[str]:
    """The paragraphs' names in the order in which they first come up."""
    text = " ".join(line.text for line in page.lines)
    return list(dict.fromkeys(" ".join(found) for found in re.findall(r"(Left|Right)\s*paragraph\s*(\d)", text)))


@pytest.mark.parametrize("kind", ["digital", "scanned"])
def test_the_left_column_is_read_before_the_right_one(kind: str, tmp_path: Path, engine: OcrEngine) -> None:
    path = tmp_path / "digital.pdf"
    two_columns(path)
    if kind == "scanned":
        scanned(path, tmp_path / "scanned.pdf")
        path = tmp_path / "scanned.pdf"
    page = read(path, engine)
    assert page.source == (TextSource.OCR if kind == "scanned" else TextSource.LAYER)
    assert order(page) == [f"{side} {n}" for side in ("Left", "Right") for n in range(6)]
    assert page.markdown.index("Left paragraph 5") < page.markdown.index("Right paragraph 0")


def test_a_part_of_a_chinese_line_is_boxed_by_its_own_characters(tmp_path: Path, engine: OcrEngine) -> None:
    path = tmp_path / "rent.pdf"
    with pymupdf.open() as document:
        page = document.new_page(width=595, height=842)
        page.insert_text((60, 100), "租金每月九百元，押金两个月。", fontname="china-s", fontsize=14)
        document.save(path)
    (line,) = read(path, engine).lines
    start = line.text.index("押金")
    inside = [word for word in line.words if word[0] >= start]
    assert inside[0][:2] == (start, start + 1)
    # Thirteen full-width characters of 14 points each from x = 60.
    assert inside[0][2] * 595 == pytest.approx(60 + 14 * start, abs=2)


def test_a_sideways_note_in_the_margin_does_not_discredit_the_page(tmp_path: Path, engine: OcrEngine) -> None:
    path = tmp_path / "margin.pdf"
    with pymupdf.open() as document:
        page = document.new_page(width=595, height=842)
        page.insert_text(
            (30, 700), "arXiv:2103.15348v2 [cs.CV] 21 Jun 2021 and more", fontname="tiro", rotate=90, fontsize=16
        )
        for number, font in enumerate(("helv", "cour", "hebo", "heit")):
            text = f"Clause {number} is set in another font and says the same as it shows."
            page.insert_text((80, 120 + 30 * number), text, fontname=font, fontsize=11)
        document.save(path)
    text = read(path, engine)
    assert text.source == TextSource.LAYER and text.warnings == ()
