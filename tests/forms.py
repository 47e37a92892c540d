"""Invoices, receipts and contracts that tests set in type, and the pages that are read from them."""

import io
from collections.abc import Sequence
from pathlib import Path

import pymupdf
from PIL import Image

from ingest.fields.extracting import extract
from ingest.fields.model import Extraction, FieldValue
from ingest.fields.schema import load_schemas
from ingest.textlayer import lines_of, read_words
from ingest.types import Block, PageText, TextSource

# Words with the place where each begins: points from the left, lines from the top.
Words = Sequence[tuple[float, float, str]]

_LINE = 18
_TOP = 60


def set_pages(path: Path, pages: Sequence[Words], attachments: dict[str, bytes] | None = None) -> Path:
    """A PDF with words at their places, and files inside it."""
    with pymupdf.open() as document:
        for words in pages:
            page = document.new_page()
            for x, line, text in words:
                font = "helv" if text.isascii() or all(ord(one) < 256 for one in text) else "china-s"
                page.insert_text((x, _TOP + _LINE * line), text, fontsize=10, fontname=font)
        for name, content in (attachments or {}).items():
            document.embfile_add(name, content, filename=name)
        document.save(path)
    return path


def read_pages(path: Path) -> list[PageText]:
    """The pages of such a PDF, as its text layer has them."""
    found = []
    with pymupdf.open(path) as document:
        for number, page in enumerate(document, start=1):
            image = Image.open(io.BytesIO(page.get_pixmap(dpi=72).tobytes("png")))
            lines = lines_of(read_words(page, image, 1.0))
            blocks = tuple(Block("text", line.text, line.box, at, at + 1) for at, line in enumerate(lines))
            found.append(PageText("d" * 64, number, blocks, lines, "pymupdf", TextSource.LAYER))
    return found


def extracted(path: Path, *, with_file: bool = True) -> Extraction:
    """What is found in such a PDF with the schemas that come along."""
    return extract(read_pages(path), path if with_file else None, load_schemas())


def values(extraction: Extraction) -> dict[str, str]:
    """Values of the whole document by field."""
    return {one.name: one.value for one in extraction.values if one.item < 0}


def value(extraction: Extraction, name: str) -> FieldValue:
    """The one value of a field of the whole document."""
    return next(one for one in extraction.values if one.name == name and one.item < 0)


def items(extraction: Extraction, name: str) -> list[str]:
    """The values of a field of the lines, in their order."""
    return [one.value for one in sorted(extraction.values, key=lambda one: one.item) if one.name == name]


ENGLISH: Words = (
    (60, 0, "Pallas Rigging Ltd"),
    (60, 1, "4 Dock Street, Hull"),
    (60, 2, "VAT no. GB 123 4567 89"),
    (60, 4, "INVOICE"),
    (60, 5, "Invoice No:"),
    (160, 5, "PR-2024/081"),
    (60, 6, "Order date:"),
    (160, 6, "28/01/2024"),
    (60, 7, "Invoice date:"),
    (160, 7, "05/02/2024"),
    (60, 8, "Due date:"),
    (160, 8, "06/03/2024"),
    (60, 10, "Bill to:"),
    (60, 11, "Moss Theatre Company"),
    (60, 13, "Description"),
    (260, 13, "Qty"),
    (340, 13, "Unit price"),
    (440, 13, "Amount"),
    (60, 14, "Stage rope, 20 m"),
    (260, 14, "3"),
    (340, 14, "£40.00"),
    (440, 14, "£120.00"),
    (60, 15, "Shackles"),
    (260, 15, "10"),
    (340, 15, "£8.00"),
    (440, 15, "£80.00"),
    (340, 17, "Subtotal"),
    (440, 17, "£200.00"),
    (340, 18, "VAT 20%"),
    (440, 18, "£40.00"),
    (340, 19, "Total"),
    (440, 19, "£240.00"),
)
