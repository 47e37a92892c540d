"""Reading order and Markdown of a page, by PyMuPDF's layout model.

The model decides classes (heading, paragraph, list item, table, header, footer), reading order and table
cells. The words always come from our own lines, so nothing that stands on the page is lost: the model was
seen to return boxes with no text ("Exhibit 10.3" in the corner of a page).
"""

import io
import re
import statistics
from collections import Counter
from dataclasses import dataclass

import pymupdf
from PIL import Image

from ingest.boxes import area, share_within
from ingest.errors import PageError
from ingest.invisible import visible
from ingest.scripts import is_cjk, join
from ingest.types import Block, Box, TextLine

# Share of a block's words that the layout's Markdown must have; below it the lines themselves are used.
_MIN_KEPT = 0.9
# Of a table's, more: on scans the model was seen to draw column borders through words.
_MIN_KEPT_TABLE = 0.97
_LATIN_FONT = "helv"
_CJK_FONT = "china-s"
_SYNTHETIC_WIDTH = 612.0  # points; the page's proportions are kept
_JPEG_QUALITY = 80
_WORD = re.compile(r"\w+")
_PICTURE_TEXT = "<!-- Start of picture text -->"
_MARKUP = re.compile(r"</?u>|</?mark>|\*\*|(?<![\w*])[_*](?=\S)|(?<=\S)[_*](?![\w*])|`")


@dataclass(frozen=True, slots=True)
class _Region:
    kind: str
    box: Box
    markdown: str


def arrange(page: pymupdf.Page, lines: tuple[TextLine, ...]) -> tuple[tuple[Block, ...], tuple[TextLine, ...]]:
    """Put lines into reading order and blocks.

    Args:
        page: a PDF page, rotation removed, whose text is that of the lines.
        lines: the page's lines, in any order.

    Returns:
        Blocks in reading order and the lines, ordered so that each block's lines stand together.

    Raises:
        PageError: the layout model failed.
    """
    regions = _regions(page)
    groups = _assign(regions, lines)
    blocks: list[Block] = []
    ordered: list[TextLine] = []
    for region, members in groups:
        start = len(ordered)
        ordered += members
        blocks.append(_block(region, members, start))
    return tuple(block for block in blocks if block.markdown), tuple(ordered)


def arrange_image(image: Image.Image, lines: tuple[TextLine, ...]) -> tuple[tuple[Block, ...], tuple[TextLine, ...]]:
    """`arrange` for lines that no PDF page has: the layout sees the image with the lines as invisible text.

    Raises:
        PageError: the layout model failed.
    """
    with pymupdf.open() as document:
        return arrange(_compose(document, image, lines), lines)


def _regions(page: pymupdf.Page) -> list[_Region]:
    rect = page.rect
    try:
        chunk = page.parent.to_markdown(pages=[page.number], use_ocr=False, page_chunks=True)[0]
    except (RuntimeError, ValueError, IndexError, KeyError, TypeError, pymupdf.mupdf.FzErrorBase) as error:
        raise PageError(f"its layout cannot be analysed: {error}") from error
    regions = []
    for found in chunk["page_boxes"]:
        x0, y0, x1, y1 = found["bbox"]
        start, end = found["pos"]
        box = (x0 / rect.width, y0 / rect.height, x1 / rect.width, y1 / rect.height)
        regions.append(_Region(found["class"], box, visible(chunk["text"][start:end]).strip()))
    return regions


def _compose(document: pymupdf.Document, image: Image.Image, lines: tuple[TextLine, ...]) -> pymupdf.Page:
    height = _SYNTHETIC_WIDTH * image.height / image.width
    page = document.new_page(width=_SYNTHETIC_WIDTH, height=height)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=_JPEG_QUALITY)
    page.insert_image(page.rect, stream=buffer.getvalue())
    fonts = {name: pymupdf.Font(name) for name in (_LATIN_FONT, _CJK_FONT)}
    for line in lines:
        _write_invisibly(page, line, fonts)
    # Analysed as it was just saved: a page under construction has no settled content stream.
    return document.reload_page(page)


def _write_invisibly(page: pymupdf.Page, line: TextLine, fonts: dict[str, pymupdf.Font]) -> None:
    x0, x1 = (value * page.rect.width for value in (line.box[0], line.box[2]))
    y0, y1 = (value * page.rect.height for value in (line.box[1], line.box[3]))
    name = _LATIN_FONT if all(ord(character) < 256 for character in line.text) else _CJK_FONT
    size = max(0.8 * (y1 - y0), 1.0)
    width = fonts[name].text_length(line.text, fontsize=size)
    if width <= 0 or x1 <= x0:
        return
    origin = pymupdf.Point(x0, y1 - 0.2 * (y1 - y0))
    stretch = pymupdf.Matrix((x1 - x0) / width, 1)
    page.insert_text(origin, line.text, fontsize=size, fontname=name, render_mode=3, morph=(origin, stretch))


def _assign(regions: list[_Region], lines: tuple[TextLine, ...]) -> list[tuple[_Region, list[TextLine]]]:
    """Give each line to the smallest region around its centre; lines outside all regions form their own."""
    members: list[list[TextLine]] = [[] for _ in regions]
    orphans: list[TextLine] = []
    for line in lines:
        around = [index for index, region in enumerate(regions) if share_within(line.box, region.box) > 0.5]
        if around:
            members[min(around, key=lambda index: area(regions[index].box))].append(line)
        else:
            orphans.append(line)
    groups = [(region, in_rows(own)) for region, own in zip(regions, members, strict=True)]
    for orphan in in_rows(orphans):
        _insert_orphan(groups, orphan)
    return groups


def _insert_orphan(groups: list[tuple[_Region, list[TextLine]]], line: TextLine) -> None:
    """Place a line after the last group that ends above it and shares its column, else first."""
    position = 0
    for index, (region, _) in enumerate(groups):
        same_column = region.box[0] < line.box[2] and line.box[0] < region.box[2]
        if same_column and region.box[3] <= (line.box[1] + line.box[3]) / 2:
            position = index + 1
    groups.insert(position, (_Region("text", line.box, ""), [line]))


def in_rows(lines: list[TextLine]) -> list[TextLine]:
    """Order lines of one block: rows from top to bottom, each from left to right."""
    return [line for row in rows_of(lines) for line in row]


def rows_of(lines: list[TextLine]) -> list[list[TextLine]]:
    """Lines that stand side by side, from left to right, row by row from top to bottom."""
    if not lines:
        return []
    height = statistics.median(line.box[3] - line.box[1] for line in lines)
    rows: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda line: (line.box[1] + line.box[3]) / 2):
        middle = (line.box[1] + line.box[3]) / 2
        if rows and abs(middle - (rows[-1][0].box[1] + rows[-1][0].box[3]) / 2) < 0.5 * height:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.box[0]) for row in rows]


def _block(region: _Region, lines: list[TextLine], start: int) -> Block:
    box = region.box if region.markdown or not lines else lines[0].box
    if region.kind == "table":
        markdown = _clean_table(region.markdown)
        if not _keeps_words(markdown, lines, _MIN_KEPT_TABLE):
            markdown = _table_of(lines)
    elif _PICTURE_TEXT in region.markdown:  # a logo, a stamp, or a whole receipt: what stands in it, row by row
        markdown = "\n".join(join([line.text for line in row]) for row in rows_of(lines))
    else:
        markdown = plain_markdown(region.markdown)
        if not _keeps_words(markdown, lines, _MIN_KEPT):
            markdown = join([line.text for line in lines])
    return Block(region.kind, markdown, box, start, start + len(lines))


def _table_of(lines: list[TextLine]) -> str:
    """A Markdown table whose rows are the lines that stand side by side, in the order of the page."""
    rows = [[line.text.replace("|", " ") for line in row] for row in rows_of(lines)]
    width = max(map(len, rows), default=0)
    cells = ["|" + "|".join(row + [""] * (width - len(row))) + "|" for row in rows]
    return "\n".join([*cells[:1], "|" + "---|" * width, *cells[1:]]) if cells else ""


def _keeps_words(markdown: str, lines: list[TextLine], share: float) -> bool:
    wanted = Counter(_pieces(" ".join(line.text for line in lines)))
    if not wanted:
        return bool(lines) or not markdown
    found = Counter(_pieces(markdown))
    return (wanted & found).total() >= share * wanted.total()


def _pieces(text: str) -> list[str]:
    """Words, and single characters of scripts without spaces."""
    return [p for word in _WORD.findall(text) for p in (list(word) if any(map(is_cjk, word)) else [word.casefold()])]


def plain_markdown(markdown: str) -> str:
    """Markdown without inline styling: headings and list marks stay, bold and underline go."""
    return _MARKUP.sub("", markdown).strip()


def _clean_table(markdown: str) -> str:
    """A table whose cells hold no line breaks and no styling."""
    rows = [line for line in markdown.replace("<br>", " ").splitlines() if line.strip().startswith("|")]
    return "\n".join(re.sub(r" {2,}", " ", _MARKUP.sub("", row)).strip() for row in rows)
