"""A small typesetter on top of PyMuPDF: typefaces, pages, running text in columns, and tables.

Text is set glyph by glyph without ligatures, so that what a reader extracts from a page is what was written.
Running text knows one mark, `**bold**`, and breaks Chinese lines without stranding punctuation.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pymupdf

A4 = pymupdf.Rect(0, 0, 595, 842)
LETTER = pymupdf.Rect(0, 0, 612, 792)
INK = (0.10, 0.11, 0.13)
MUTED = (0.40, 0.43, 0.47)
HAIRLINE = (0.78, 0.80, 0.83)
WHITE = (1.0, 1.0, 1.0)

NO_LINE_START = set("，。；：、！？）》」』”’％,.;:!?)]}%")
NO_LINE_END = set("（《「『“‘([{$€£¥￥")
MARK_BEARINGS = dict.fromkeys("，：；！？）", 0.1) | {"（": 0.62}
LABEL = re.compile(r"^(\d+\.\d+|\(\d+\)|\d+\.)\s+")

Color = tuple[float, float, float]


@dataclass(frozen=True)
class Typeface:
    """A regular and a bold cut; without a bold cut the regular one is thickened."""

    regular: pymupdf.Font
    bold: pymupdf.Font | None = None

    def font(self, bold: bool) -> pymupdf.Font:
        """Return the font that sets text of this weight."""
        return self.bold if bold and self.bold else self.regular

    def width(self, text: str, size: float, bold: bool = False) -> float:
        """Return how wide a text is when it is set on one line."""
        return sum(_advance(self.font(bold), ord(char)) for char in text) * size


@cache
def _advance(font: pymupdf.Font, codepoint: int) -> float:
    return float(font.glyph_advance(codepoint))


def _with_mainland_marks(font: pymupdf.Font) -> bytes:
    """Return the font with its centred (Taiwanese) punctuation moved to where mainland texts have it."""
    data = bytearray(font.buffer)
    count = struct.unpack_from(">H", data, 4)[0]
    tables = {
        bytes(data[12 + 16 * i : 16 + 16 * i]): struct.unpack_from(">I", data, 20 + 16 * i)[0] for i in range(count)
    }
    long_metrics = struct.unpack_from(">H", data, tables[b"hhea"] + 34)[0]
    units = struct.unpack_from(">H", data, tables[b"head"] + 18)[0]
    for mark, bearing in MARK_BEARINGS.items():
        glyph = font.has_glyph(ord(mark))
        if glyph < long_metrics:
            offset = tables[b"hmtx"] + 4 * glyph + 2
        else:
            offset = tables[b"hmtx"] + 4 * long_metrics + 2 * (glyph - long_metrics)
        struct.pack_into(">h", data, offset, round(units * bearing))
    return bytes(data)


def _thin_strokes(page: pymupdf.Page) -> None:
    """Halve the strokes that thicken the text written last: PyMuPDF's own width fills small characters in."""
    xref = page.get_contents()[-1]
    content = page.parent.xref_stream(xref)
    thinner = re.sub(rb"(?m)^([\d.]+) w$", lambda match: b"%.3f w" % (float(match.group(1)) / 2), content)
    page.parent.update_stream(xref, thinner)


@cache
def serif() -> Typeface:
    """Return the Times-like typeface."""
    return Typeface(pymupdf.Font("tiro"), pymupdf.Font("tibo"))


@cache
def sans() -> Typeface:
    """Return the Helvetica-like typeface."""
    return Typeface(pymupdf.Font("helv"), pymupdf.Font("hebo"))


@cache
def chinese() -> Typeface:
    """Return the typeface for Chinese text."""
    return Typeface(pymupdf.Font(fontbuffer=_with_mainland_marks(pymupdf.Font("cjk"))))


@dataclass
class Canvas:
    """One page under construction, with texts placed by their baselines."""

    document: pymupdf.Document
    number: int
    face: Typeface
    _writer: pymupdf.TextWriter | None = None
    _style: tuple[Color, bool] = (INK, False)

    @property
    def page(self) -> pymupdf.Page:
        """The page itself, loaded anew because a document that gets another page lets go of those it had handed out."""
        return self.document[self.number]

    def put(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 9.5,
        *,
        bold: bool = False,
        color: Color = INK,
        align: str = "left",
        face: Typeface | None = None,
    ) -> None:
        """Set one line of text; `align` says whether x is its left end, its right end or its centre."""
        face = face or self.face
        if align != "left":
            x -= face.width(text, size, bold) / (1 if align == "right" else 2)
        style = (color, bold and face.bold is None)
        if self._writer is None or style != self._style:
            self.flush()
            self._writer, self._style = pymupdf.TextWriter(self.page.rect), style
        self._writer.append((x, y), text, font=face.font(bold), fontsize=size)

    def flush(self) -> None:
        """Write the texts that are still pending to the page."""
        if self._writer is not None:
            color, thicken = self._style
            page = self.page
            self._writer.write_text(page, color=color, render_mode=2 if thicken else 0)
            if thicken:
                _thin_strokes(page)
            self._writer = None

    def block(self, x: float, y: float, lines: Sequence[str], size: float = 9.5, leading: float = 1.4) -> float:
        """Set lines below one another (a line in `**` marks is bold) and return the baseline after the last."""
        for line in lines:
            bold = line.startswith("**")
            self.put(x, y, line.strip("*"), size, bold=bold)
            y += size * leading
        return y

    def rule(self, x0: float, y: float, x1: float, color: Color = HAIRLINE, width: float = 0.6) -> None:
        """Draw a horizontal line."""
        self.page.draw_line((x0, y), (x1, y), color=color, width=width)

    def box(
        self, rect: pymupdf.Rect, fill: Color | None = None, stroke: Color | None = None, width: float = 0.6
    ) -> None:
        """Draw a rectangle, filled, outlined or both."""
        self.page.draw_rect(rect, color=stroke, fill=fill, width=width)

    def paragraph(self, x: float, y: float, width: float, text: str, size: float = 9.5, leading: float = 1.4) -> float:
        """Set running text ragged right from the baseline y and return the baseline after it."""
        for line in break_lines(text, self.face, size, width):
            line.draw(self, x, y, size)
            y += size * leading
        return y


@dataclass
class Atom:
    """A piece of text that no line break divides."""

    pieces: list[tuple[str, bool]] = field(default_factory=list)
    space_after: bool = False

    def add(self, char: str, bold: bool) -> None:
        """Append one character."""
        if self.pieces and self.pieces[-1][1] == bold:
            self.pieces[-1] = (self.pieces[-1][0] + char, bold)
        else:
            self.pieces.append((char, bold))

    def width(self, face: Typeface, size: float) -> float:
        """Return the atom's width without the space after it."""
        return sum(face.width(text, size, bold) for text, bold in self.pieces)


@dataclass
class Line:
    """A line of atoms with the gap that follows each."""

    atoms: list[Atom]
    gaps: list[float]

    def width(self, face: Typeface, size: float, bold: bool = False) -> float:
        """Return the line's width, with all of it in bold if asked to."""
        return sum(
            gap + sum(face.width(text, size, bold or strong) for text, strong in atom.pieces)
            for atom, gap in zip(self.atoms, self.gaps, strict=True)
        )

    def draw(self, canvas: Canvas, x: float, y: float, size: float, *, color: Color = INK, bold: bool = False) -> None:
        """Set the line with its first atom at x, all of it in bold if asked to."""
        for atom, gap in zip(self.atoms, self.gaps, strict=True):
            for index, (text, strong) in enumerate(atom.pieces, start=1):
                ending = " " if gap and atom.space_after and index == len(atom.pieces) else ""
                canvas.put(x, y, text + ending, size, bold=bold or strong, color=color)
                x += canvas.face.width(text, size, bold or strong)
            x += gap


def _is_wide(char: str) -> bool:
    return "\u2e80" <= char <= "\ufaff" or "\uff00" <= char <= "\uff60"


def _may_break(before: str, after: str) -> bool:
    return (_is_wide(before) or _is_wide(after)) and after not in NO_LINE_START and before not in NO_LINE_END


def _atoms(text: str) -> list[Atom]:
    atoms = [Atom()]
    previous = ""
    for index, part in enumerate(text.split("**")):
        for char in part:
            if char == " ":
                atoms[-1].space_after = True
                atoms.append(Atom())
            else:
                if previous not in ("", " ") and _may_break(previous, char):
                    atoms.append(Atom())
                atoms[-1].add(char, bold=index % 2 == 1)
            previous = char
    return [atom for atom in atoms if atom.pieces]


def break_lines(
    text: str, face: Typeface, size: float, width: float, *, first_indent: float = 0, justify: bool = False
) -> list[Line]:
    """Break running text into lines; justified lines are stretched to the full width, all but the last."""
    space = face.width(" ", size)
    rows: list[list[Atom]] = [[]]
    used = first_indent
    for atom in _atoms(text):
        atom_width = atom.width(face, size)
        if rows[-1] and used + atom_width > width:
            rows.append([])
            used = 0.0
        rows[-1].append(atom)
        used += atom_width + (space if atom.space_after else 0)
    lines = []
    for number, row in enumerate(rows):
        gaps = [space if atom.space_after else 0.0 for atom in row]
        if gaps:
            gaps[-1] = 0.0
        if justify and number < len(rows) - 1:
            wide = any(_is_wide(char) for atom in row for text, _ in atom.pieces for char in text)
            stretchable = [i for i, gap in enumerate(gaps[:-1]) if gap or wide]
            natural = sum(atom.width(face, size) for atom in row) + sum(gaps)
            slack = width - natural - (first_indent if number == 0 else 0)
            for i in stretchable:
                gaps[i] += slack / len(stretchable)
        lines.append(Line(row, gaps))
    return lines


@dataclass(frozen=True)
class Column:
    """A table column: its title, its width in points and how its cells are aligned."""

    title: str
    width: float
    align: str = "left"


@dataclass(frozen=True)
class TableStyle:
    """How a table looks."""

    size: float = 9.0
    pad: float = 5.0
    leading: float = 1.3
    head_fill: Color | None = None
    head_color: Color = INK
    rule: Color = HAIRLINE
    stripe: Color | None = None
    grid: bool = False


def draw_table(
    canvas: Canvas,
    x: float,
    y: float,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    style: TableStyle | None = None,
    bottom: float = float("inf"),
) -> tuple[float, int]:
    """Draw a table from the top edge y down to at most `bottom`.

    Returns:
        The bottom edge of the table and the number of rows that fitted.
    """
    style = style or TableStyle()
    right = x + sum(column.width for column in columns)
    top = y
    if any(column.title for column in columns):
        y = _table_row(canvas, x, y, columns, [column.title for column in columns], style, style.head_fill, head=True)
    drawn = 0
    for cells in rows:
        if y + _row_height(canvas, columns, cells, style) > bottom:
            break
        y = _table_row(canvas, x, y, columns, cells, style, style.stripe if drawn % 2 else None)
        drawn += 1
    if style.grid:
        edges = [x]
        for column in columns:
            edges.append(edges[-1] + column.width)
        for edge in edges:
            canvas.page.draw_line((edge, top), (edge, y), color=style.rule, width=0.6)
        canvas.rule(x, top, right, style.rule)
    return y, drawn


def _cell_lines(canvas: Canvas, column: Column, text: str, style: TableStyle) -> list[Line]:
    return [
        line
        for part in text.split("\n")
        for line in break_lines(part, canvas.face, style.size, column.width - 2 * style.pad)
    ]


def _row_height(canvas: Canvas, columns: Sequence[Column], cells: Sequence[str], style: TableStyle) -> float:
    depth = max(len(_cell_lines(canvas, column, text, style)) for column, text in zip(columns, cells, strict=True))
    return depth * style.size * style.leading + 2 * style.pad


def _table_row(
    canvas: Canvas,
    x: float,
    y: float,
    columns: Sequence[Column],
    cells: Sequence[str],
    style: TableStyle,
    fill: Color | None,
    head: bool = False,
) -> float:
    height = _row_height(canvas, columns, cells, style)
    right = x + sum(column.width for column in columns)
    if fill:
        canvas.box(pymupdf.Rect(x, y, right, y + height), fill=fill)
    for column, text in zip(columns, cells, strict=True):
        baseline = y + style.pad + style.size * 0.95
        for line in _cell_lines(canvas, column, text, style):
            slack = column.width - 2 * style.pad - line.width(canvas.face, style.size, head)
            offset = style.pad + {"left": 0.0, "right": slack, "center": slack / 2}[column.align]
            line.draw(canvas, x + offset, baseline, style.size, color=style.head_color if head else INK, bold=head)
            baseline += style.size * style.leading
        x += column.width
    canvas.rule(right - sum(column.width for column in columns), y + height, right, style.rule)
    return y + height


@dataclass(frozen=True)
class Manner:
    """How a book sets its running text."""

    face: Typeface
    size: float = 10.0
    leading: float = 1.36
    gap: float = 5.0
    heading_size: float = 10.6
    heading_color: Color = INK
    label_indent: float = 26.0
    first_indent: float = 0.0


class Book:
    """A document under construction: pages with a head and a numbered foot, and running text poured into columns."""

    def __init__(
        self,
        size: pymupdf.Rect,
        margins: tuple[float, float, float, float],
        manner: Manner,
        head: Callable[[Canvas, int], None] | None = None,
    ) -> None:
        """Start a document.

        Args:
            size: The page's rectangle.
            margins: Left, top, right and bottom margin in points.
            manner: How running text is set.
            head: Draws what stands above the text of each page; it is given the canvas and the page number.
        """
        left, top, right, bottom = margins
        self.document = pymupdf.open()
        self.manner = manner
        self._size = size
        self._frame = pymupdf.Rect(left, top, size.width - right, size.height - bottom)
        self._head = head
        self._frames: Iterator[pymupdf.Rect] = iter(())
        self._columns = 1
        self._gutter = 22.0
        self.canvases: list[Canvas] = []
        self.start_page()

    @property
    def canvas(self) -> Canvas:
        """The page that is being written."""
        return self.canvases[-1]

    @property
    def left(self) -> float:
        """The left edge of the column that is being written."""
        return float(self._column.x0)

    @property
    def right(self) -> float:
        """The right edge of the column that is being written."""
        return float(self._column.x1)

    @property
    def bottom(self) -> float:
        """The lower edge of the column that is being written."""
        return float(self._column.y1)

    @property
    def width(self) -> float:
        """The width of the column that is being written."""
        return float(self._column.width)

    def start_page(self, columns: int | None = None) -> None:
        """Begin a new page, from here on with this many columns."""
        self._columns = columns or self._columns
        self.document.new_page(width=self._size.width, height=self._size.height)
        self.canvases.append(Canvas(self.document, len(self.canvases), self.manner.face))
        if self._head:
            self._head(self.canvas, len(self.canvases))
        self.divide(self._columns, self._frame.y0)

    def divide(self, columns: int, top: float) -> None:
        """Divide the rest of the page below `top` into columns and go on in the first."""
        self._columns = columns
        width = (self._frame.width - self._gutter * (columns - 1)) / columns
        lefts = [self._frame.x0 + i * (width + self._gutter) for i in range(columns)]
        self._frames = iter([pymupdf.Rect(x, top, x + width, self._frame.y1) for x in lefts])
        self._next_frame()

    def _next_frame(self) -> None:
        frame = next(self._frames, None)
        if frame is None:
            self.start_page()
        else:
            self._column = frame
            self.y = float(frame.y0)

    def need(self, height: float) -> None:
        """Go on in the next column or page unless this much room is left."""
        if self.y + height > self.bottom:
            self._next_frame()

    def paragraph(self, text: str) -> None:
        """Pour one paragraph; a leading clause number hangs in the margin of its text."""
        manner = self.manner
        label = LABEL.match(text) if not manner.first_indent else None
        indent = manner.label_indent if label else 0.0
        body = text[label.end() :] if label else text
        step = manner.size * manner.leading
        lines = break_lines(
            body, manner.face, manner.size, self.width - indent, first_indent=manner.first_indent, justify=True
        )
        if len(lines) > 1:
            self.need(2 * step)
        for number, line in enumerate(lines):
            self.need(step)
            x = self.left + indent + (manner.first_indent if number == 0 else 0)
            self.y += step
            baseline = self.y - 0.28 * step
            if label and number == 0:
                self.canvas.put(self.left, baseline, label.group(1), manner.size)
            line.draw(self.canvas, x, baseline, manner.size)
        self.y += manner.gap

    def heading(self, text: str) -> None:
        """Set a clause heading, kept together with the first lines that follow it."""
        manner = self.manner
        step = manner.heading_size * manner.leading
        self.need(step + 2.5 * manner.size * manner.leading)
        self.y += step + manner.gap * 0.6
        self.canvas.put(
            self.left, self.y - 0.28 * step, text, manner.heading_size, bold=True, color=manner.heading_color
        )
        self.y += manner.gap * 0.4

    def pour(self, text: str) -> None:
        """Pour paragraphs, one a line; lines that start with `## ` are headings."""
        for line in text.splitlines():
            if line.startswith("## "):
                self.heading(line.removeprefix("## "))
            elif line:
                self.paragraph(line)

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]], style: TableStyle | None = None) -> None:
        """Draw a table in the column, carried on to further pages, with its head repeated, if it is too long."""
        rest = list(rows)
        while rest:
            self.y, drawn = draw_table(self.canvas, self.left, self.y, columns, rest, style, self.bottom)
            rest = rest[drawn:]
            if rest:
                self._next_frame()
        self.y += 8

    def finish(self, foot: Callable[[Canvas, int, int], None]) -> pymupdf.Document:
        """Draw the feet, which are given page number and page count, and return the document."""
        for number, canvas in enumerate(self.canvases, start=1):
            foot(canvas, number, len(self.canvases))
            canvas.flush()
        return self.document


def save_pdf(document: pymupdf.Document, path: Path, title: str, author: str, date: str) -> None:
    """Save a document so that the same content gives the same bytes.

    Args:
        document: The document, which is closed afterwards.
        path: Where to save it.
        title: The title in its metadata.
        author: The author in its metadata.
        date: Its creation date as YYYYMMDD.
    """
    stamp = f"D:{date}093000Z"
    document.set_metadata({"title": title, "author": author, "creationDate": stamp, "modDate": stamp})
    document.subset_fonts()
    document.save(path, garbage=4, deflate=True, deflate_fonts=True, use_objstms=1, no_new_id=True)
    document.close()
