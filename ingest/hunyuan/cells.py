"""One HTML table, read into rows of cells, whatever state its markup is in."""

import re
from dataclasses import dataclass, replace
from html.parser import HTMLParser

_MOST_COLUMNS = 100
# The tags that are taken for tags; what else stands in angle brackets is text.
STRUCTURE = ("table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption")
INLINE = (
    "a b big br center code del div em font h1 h2 h3 h4 h5 h6 hr i img input ins label li mark ol p s small span "
    "strike strong sub sup u ul script style"
).split()
# Tags that separate words; the others stand within them.
_BREAKS = ("br", "div", "hr", "li", "ol", "p", "ul", *(f"h{level}" for level in range(1, 7)))
# A parser takes everything behind an unclosed script for its text: here it has another name.
_HIDDEN = "hidden"
_ANY_TAG = re.compile(rf"<(?:(/?)({'|'.join((*STRUCTURE, *INLINE))})(?=[\s/>])([^<>]*)>)?", re.IGNORECASE)
_SPAN = re.compile(r"\b(rowspan|colspan)\s{0,3}=\s{0,3}[\"']?(\d{1,4})", re.IGNORECASE)
_CUT_TAG = re.compile(r"</?([a-zA-Z]{0,7})(?:\s[^<>]{0,200})?")


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell: its text in one line, and how many rows (from its own on) and columns it covers."""

    text: str
    rowspan: int = 1
    colspan: int = 1
    head: bool = False


@dataclass(frozen=True, slots=True)
class HtmlTable:
    """A table: its rows, and the texts that stand in it outside its cells: captions first of all."""

    rows: tuple[tuple[Cell, ...], ...]
    around: tuple[str, ...] = ()

    @property
    def merged(self) -> bool:
        """Whether any cell covers more than one place."""
        return any(cell.rowspan > 1 or cell.colspan > 1 for row in self.rows for cell in row)


def read_table(source: str) -> HtmlTable:
    """Read a table.

    Tags may be missing or cut off. Tags within cells go, their text stays, except for scripts and styles; what is no
    known tag is text. A table within a cell becomes that cell's text. No cell reaches below the last row.
    """
    reader = _Reader()
    reader.feed(_plain_tags(_without_cut_tag(source)))
    reader.close()
    return reader.table()


def _without_cut_tag(source: str) -> str:
    """A table without the tag that it breaks off in."""
    place = source.rfind("<")
    found = _CUT_TAG.fullmatch(source, place) if place >= 0 else None
    if found and any(name.startswith(found[1].lower()) for name in (*STRUCTURE, "br")):
        return source[:place]
    return source


def _plain_tags(source: str) -> str:
    """Known tags with their spans alone, and every other ``<`` as text, so that no quotation mark hides a cell."""

    def plain(found: re.Match[str]) -> str:
        if not found[2]:
            return "&lt;"
        spans = "".join(f' {name.lower()}="{count}"' for name, count in _SPAN.findall(found[3]))
        name = found[2].lower()
        return f"<{found[1]}{_HIDDEN if name in ('script', 'style') else name}{spans}>"

    return _ANY_TAG.sub(plain, source)


class _Reader(HTMLParser):
    """Gathers cells from one tag to the next: what was not closed ends where the next one begins."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._rows: list[list[Cell]] = []
        self._around: list[str] = []
        self._text: list[str] = []
        self._cell: Cell | None = None
        self._in_row = False
        self._depth = 0
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A row, a cell or a table begins; in a table within a cell, these separate words."""
        self._hidden = tag == _HIDDEN
        if tag == "table":
            self._depth += 1
        if self._depth > 1 or tag in _BREAKS:
            self._text.append(" ")
        elif tag in STRUCTURE:
            self._end_cell()
            if tag == "tr":
                self._start_row()
            elif tag in ("td", "th"):
                self._start_cell(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        """What ends also ends the cell that stands open in it."""
        self._hidden = False
        if self._depth > 1 or tag in _BREAKS:
            self._text.append(" ")
        elif tag in STRUCTURE:
            self._end_cell()
            self._in_row = self._in_row and tag in ("td", "th")
        if tag == "table":
            self._depth = max(self._depth - 1, 0)

    def handle_data(self, data: str) -> None:
        """Text, unless it is a script's."""
        if not self._hidden:
            self._text.append(data)

    def table(self) -> HtmlTable:
        """What was read. Empty rows count where cells reach into them."""
        self._end_cell()
        while self._rows and not self._rows[-1]:
            self._rows.pop()
        height = len(self._rows)
        rows = [
            tuple(replace(cell, rowspan=min(cell.rowspan, height - top)) for cell in row)
            for top, row in enumerate(self._rows)
        ]
        found = HtmlTable(tuple(rows), tuple(self._around))
        return found if found.merged else replace(found, rows=tuple(filter(None, rows)))

    def _start_row(self) -> None:
        self._rows.append([])
        self._in_row = True

    def _start_cell(self, tag: str, attributes: dict[str, str | None]) -> None:
        if not self._in_row:
            self._start_row()
        rowspan, colspan = (max(int(attributes.get(name) or 1), 1) for name in ("rowspan", "colspan"))
        self._cell = Cell("", rowspan, min(colspan, _MOST_COLUMNS), tag == "th")

    def _end_cell(self) -> None:
        """Put the text that was gathered where it belongs: into the open cell, a new one, or around the table."""
        text = " ".join("".join(self._text).split())
        self._text.clear()
        if self._cell:
            self._rows[-1].append(replace(self._cell, text=text))
            self._cell = None
        elif text and self._in_row:
            self._rows[-1].append(Cell(text))
        elif text:
            self._around.append(text)
