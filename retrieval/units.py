"""The quotable pieces of a page: sentences, table rows and labelled values, each with its place on the page."""

import statistics
from dataclasses import dataclass
from itertools import groupby, pairwise

from ingest.scripts import separator
from ingest.types import Box, PageText, TextLine
from retrieval import sentences

_WIDE_GAP = 2.5  # line heights between two pieces of one row that make it a row of cells
_ALIGNED = 0.02  # of the page's width: a value under its label starts this near to it
_LABEL_CHARS = 40
# Headings and page furniture state nothing, but a heading over a page's only lines may be all there is.
_NO_STATEMENT = ("section-header", "page-header", "page-footer")
_MAX_CHARS = 600


@dataclass(frozen=True, slots=True)
class Span:
    """Part of a line: its index on the page and the offsets of its first and last character (exclusive)."""

    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Unit:
    """Words that can be quoted.

    Attributes:
        text: exactly the page's words; pieces of different lines are joined as running text.
        spans: where they stand.
        is_row: whether it is a row of a table or a labelled value rather than a sentence.
    """

    text: str
    spans: tuple[Span, ...]
    is_row: bool = False


def units_of(page: PageText) -> list[Unit]:
    """All units of a page, in reading order."""
    found: list[Unit] = []
    for block in page.blocks:
        if block.kind in _NO_STATEMENT:
            continue
        rows = _rows(page.lines, range(block.line_start, block.line_end))
        if block.kind == "table":
            found += [_row_unit(page.lines, row) for row in rows]
        else:
            found += _block_units(page.lines, rows)
        found += _stacked_values(page.lines, rows)
    return [unit for unit in found if unit.text.strip()]


def boxes_of(page: PageText, unit: Unit) -> tuple[Box, ...]:
    """Boxes of a unit's words, one a line, in fractions of the page."""
    return tuple(span_box(page.lines[span.line], span.start, span.end) for span in unit.spans)


def span_box(line: TextLine, start: int, end: int) -> Box:
    """The box of part of a line; by the places of its words where known, else by their share of the letters."""
    inside = [word for word in line.words if word[0] < end and word[1] > start]
    x0, y0, x1, y1 = line.box
    if inside:
        return (min(word[2] for word in inside), y0, max(word[3] for word in inside), y1)
    width, length = x1 - x0, max(len(line.text), 1)
    return (x0 + width * start / length, y0, x0 + width * end / length, y1)


def _rows(lines: tuple[TextLine, ...], indexes: range) -> list[list[int]]:
    """Neighbouring lines that stand side by side, together."""
    rows: list[list[int]] = []
    for index in indexes:
        if rows and _side_by_side(lines[rows[-1][-1]], lines[index]):
            rows[-1].append(index)
        else:
            rows.append([index])
    return rows


def _side_by_side(left: TextLine, right: TextLine) -> bool:
    shared = min(left.box[3], right.box[3]) - max(left.box[1], right.box[1])
    height = min(left.box[3] - left.box[1], right.box[3] - right.box[1])
    return shared > 0.5 * height and right.box[0] >= left.box[2] - 0.5 * height


def _block_units(lines: tuple[TextLine, ...], rows: list[list[int]]) -> list[Unit]:
    """Rows of cells stay rows; the rows between them are running text, cut into sentences."""
    found: list[Unit] = []
    for is_cells, group in groupby(rows, key=lambda row: _is_cells(lines, row)):
        if is_cells:
            found += [_row_unit(lines, row) for row in group]
        else:
            found += _sentence_units(lines, [index for row in group for index in row])
    return found


def _is_cells(lines: tuple[TextLine, ...], row: list[int]) -> bool:
    if len(row) < 2:
        return False
    height = statistics.median(lines[index].box[3] - lines[index].box[1] for index in row)
    # Widths count in fractions of the page's width, heights of its height; pages are about 1.4 times as high as wide.
    gaps = [lines[b].box[0] - lines[a].box[2] for a, b in pairwise(row)]
    return max(gaps) > _WIDE_GAP * height


def _row_unit(lines: tuple[TextLine, ...], row: list[int]) -> Unit:
    text = ""
    for index in row:
        text += (" " if text else "") + lines[index].text
    return Unit(text, tuple(Span(index, 0, len(lines[index].text)) for index in row), is_row=True)


def _sentence_units(lines: tuple[TextLine, ...], indexes: list[int]) -> list[Unit]:
    text = ""
    places: list[tuple[int, int]] = []  # line index, offset of its first character in the text
    for index in indexes:
        text += separator(text, lines[index].text)
        places.append((index, len(text)))
        text += lines[index].text
    found = []
    for start, end in sentences.split(text):
        for a, b in _limited(start, end):
            spans = [
                Span(index, max(a - first, 0), min(b - first, len(lines[index].text)))
                for index, first in places
                if first < b and first + len(lines[index].text) > a
            ]
            found.append(Unit(text[a:b], tuple(spans)))
    return found


def _limited(start: int, end: int) -> list[tuple[int, int]]:
    return [(a, min(a + _MAX_CHARS, end)) for a in range(start, end, _MAX_CHARS)]


def _stacked_values(lines: tuple[TextLine, ...], rows: list[list[int]]) -> list[Unit]:
    """Values that stand under their label, as "Due date:" over "4 May 2024"."""
    found = []
    for upper, lower in pairwise(rows):
        for label in upper:
            for value in lower:
                if _is_label(lines[label]) and abs(lines[label].box[0] - lines[value].box[0]) < _ALIGNED:
                    spans = (Span(label, 0, len(lines[label].text)), Span(value, 0, len(lines[value].text)))
                    found.append(Unit(f"{lines[label].text} {lines[value].text}", spans, is_row=True))
    return found


def _is_label(line: TextLine) -> bool:
    text = line.text.strip()
    return (len(text) <= _LABEL_CHARS and text.endswith((":", "："))) or (
        len(text) <= _LABEL_CHARS // 2 and text.isupper() and not any(character.isdigit() for character in text)
    )
