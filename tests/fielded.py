"""A stand-in that reads fields from lines such as ``total: 1,234.50``, and documents whose pages have such lines."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ingest.fields.finder import Finder
from ingest.fields.model import WHOLE, Extraction, FieldKind, FieldValue
from ingest.fields.storing import Found
from ingest.fields.typed import normalise_typed
from ingest.library import Library
from ingest.outcomes import Outcome
from ingest.types import PageText, TextLine, TextSource
from tests.drawings import write_tiff
from tests.fakes import FakeEngine, make_pipeline

KINDS = {
    "number": FieldKind.ID,
    "issue_date": FieldKind.DATE,
    "due_date": FieldKind.DATE,
    "seller": FieldKind.NAME,
    "buyer": FieldKind.NAME,
    "seller_tax_id": FieldKind.ID,
    "currency": FieldKind.CURRENCY,
    "net": FieldKind.AMOUNT,
    "tax": FieldKind.AMOUNT,
    "total": FieldKind.AMOUNT,
    "total_words": FieldKind.TEXT,
    "item_description": FieldKind.TEXT,
    "item_amount": FieldKind.AMOUNT,
}
INVOICE = ("INVOICE", "number: INV-7", "seller: Fernhill Ltd", "issue_date: 2024-03-05", "currency: EUR")
SUMS = ("net: 100.00", "tax: 19.00", "total: 119.00")


def read(pages: Sequence[PageText], original: Path | None, images: Mapping[int, Path]) -> Extraction:
    """An invoice where the first line says so, with the values that its lines name."""
    lines = [(page.page_number, line) for page in pages for line in page.lines]
    if not lines or lines[0][1].text != "INVOICE":
        return Extraction()
    items: dict[str, int] = {}
    values: list[FieldValue] = []
    for number, line in lines:
        name, colon, raw = line.text.partition(": ")
        if colon and name in KINDS:
            item = items.setdefault(name, -1) + 1 if name.startswith("item_") else WHOLE
            items[name] = item
            value = normalise_typed(KINDS[name], raw)
            if (name, item) not in {(one.name, one.item) for one in values}:
                values.append(
                    FieldValue(name, KINDS[name], raw, value, number, (line.box,), line.confidence, item=item)
                )
    return Extraction("invoice", tuple(values))


def finder(version: str = "1", extract: object = read) -> Finder:
    """What looks for them."""
    items = frozenset(name for name in KINDS if name.startswith("item_"))
    return Finder(version, extract, {"invoice": KINDS}, items)  # type: ignore[arg-type]


def found(*lines: str) -> Found:
    """What it would find on a page with such lines."""
    boxes = [(0.1, 0.1 + 0.03 * index, 0.9, 0.12 + 0.03 * index) for index in range(len(lines))]
    read_lines = tuple(TextLine(text, box, 0.9) for text, box in zip(lines, boxes, strict=True))
    return Found(read([PageText("", 1, (), read_lines, "fake 1.0", TextSource.OCR)], None, {}), "1", KINDS)


def add_invoice(
    library: Library, folder: Path, name: str, *lines: str, looking: Finder | None = None, **settings: object
) -> Outcome:
    """Add a scanned invoice with such lines; its picture is its name, so that files differ."""
    path = folder / name
    if not path.exists():
        write_tiff(path, [name])
    pipeline = make_pipeline(library, FakeEngine(*lines), finder=looking or finder(), **settings)
    [outcome] = pipeline.add([path])
    return outcome
