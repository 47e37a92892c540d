"""HTML tables in the model's Markdown: made safe and whole, and simple ones turned into Markdown tables."""

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import chain, zip_longest

from ingest.hunyuan.cells import Cell, HtmlTable, read_table

# Table tags as they stand in text; `[^<>]*` ends at the next tag, so that the work stays linear.
_TAG = re.compile(r"<(/?)(table|thead|tbody|tfoot|tr|td|th|caption)\b[^<>]*>", re.IGNORECASE)
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
_ENTITY = re.compile(r"&(?=#?\w{1,31};)")
_TAG_START = re.compile(r"<(?=[A-Za-z/!?])")
_PIPE = re.compile(r"(?<!\\)\|")
# What a table may grow to, in characters or places, when merged cells are repeated and short rows filled.
_MOST_EXPANDED = 2_000_000


def tidy_tables(markdown: str) -> str:
    """Make every HTML table of a text safe and whole; what stands around the tables stays as it is.

    A table without merged cells becomes a Markdown table whose first row is the header. One with merged cells stays
    HTML, each row on a line of its own, with ``table``, ``tr``, ``td``, ``th``, ``rowspan`` and ``colspan`` alone. A
    caption becomes a paragraph above its table, a table within a cell that cell's text. Tables that were cut off or
    not closed are closed, rows without a table become one. Tables in fenced code are code.
    """
    extents = list(_extents(markdown))
    tables = [_tidied(markdown[start:end]) for start, end in extents]
    edges = [0, *(edge for extent in extents for edge in extent), len(markdown)]
    around = [markdown[edges[index] : edges[index + 1]] for index in range(0, len(edges), 2)]
    last = len(tables)
    texts = [_spaced(text, behind=index > 0, before=index < last) for index, text in enumerate(around)]
    return "".join(chain.from_iterable(zip_longest(texts, tables, fillvalue="")))


def rows_of_table(table: str) -> list[list[str]]:
    """The cells of a Markdown or HTML table, row by row, all rows of one length.

    A cell that spans several places repeats its text. A text that is no table gives no rows.
    """
    if _TAG.search(table):
        return _grid(read_table(table))
    lines = [line.strip() for line in table.splitlines() if "|" in line]
    if len(lines) > 1 and set(lines[1]) <= set("|-: \t") and "-" in lines[1]:
        del lines[1]
    return _even([[_unescaped(cell) for cell in _split_pipes(line)] for line in lines])


def texts_of_table(table: str) -> list[str]:
    """The words of a Markdown or HTML table, one text a row; a cell that spans several places counts once."""
    if _TAG.search(table):
        found = read_table(table)
        rows = [[cell.text for cell in row] for row in found.rows]
        return [text for text in (*found.around, *(" ".join(filter(None, row)) for row in rows)) if text]
    return [text for text in (" ".join(filter(None, row)) for row in rows_of_table(table)) if text]


def _extents(markdown: str) -> Iterator[tuple[int, int]]:
    """Where the tables stand that no other table holds."""
    start = depth = last = edge = 0
    in_cell = False
    for tag in _tags(markdown):
        closing, name = bool(tag[1]), tag[2].lower()
        row = name == "tr" and not depth and _stands_alone(markdown, edge, tag.start())
        opens = not closing and (name == "table" or row)
        if opens and depth and not (in_cell and not _BLANK_LINE.search(markdown, last, tag.start())):
            # A table begins within another's cell or behind it: the one before was never closed.
            edge, depth = _open_end(markdown, last, tag.start(), in_cell), 0
            yield start, edge
        if opens:
            start = start if depth else tag.start()
            depth, in_cell = depth + 1, False
        elif depth and name == "table":
            depth, in_cell = depth - 1, depth > 1
            if depth == 0:
                edge = tag.end()
                yield start, edge
        elif depth and name in ("td", "th", "tr"):
            in_cell = not closing and name != "tr"
        last = tag.end()
    if depth:
        yield start, _open_end(markdown, last, len(markdown), in_cell)


def _stands_alone(markdown: str, edge: int, place: int) -> bool:
    """Whether there is nothing in front of a tag in its line, or since the last table's end."""
    return not markdown[max(edge, markdown.rfind("\n", 0, place) + 1) : place].strip()


def _tags(markdown: str) -> Iterator[re.Match[str]]:
    """Table tags outside fenced code; a fence that is not closed is none."""
    fences = [found.start() for found in _FENCE.finditer(markdown)]
    fences = fences[: len(fences) - len(fences) % 2]
    return (tag for tag in _TAG.finditer(markdown) if bisect_right(fences, tag.start()) % 2 == 0)


def _open_end(markdown: str, last: int, limit: int, in_cell: bool) -> int:
    """Where a table ends that was not closed: behind its last tag, or with the cell that it stops in."""
    blank = _BLANK_LINE.search(markdown, last, limit)
    end = blank.start() if blank else limit
    cut_tag = markdown.rfind("<", last, end)
    return end if in_cell or (cut_tag >= 0 and not markdown[last:cut_tag].strip()) else last


def _spaced(text: str, *, behind: bool, before: bool) -> str:
    """The text behind or before a table, or between two, with a blank line to each."""
    if not text.strip():
        return "\n\n" if behind and before else text
    head, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    above = "\n" * max(0, 2 - head.count("\n")) if behind else ""
    below = "\n" * max(0, 2 - tail.count("\n")) if before else ""
    return above + text + below


def _tidied(source: str) -> str:
    table = read_table(source)
    around = [_for_markdown(text) for text in table.around]
    if not any(table.rows):
        return "\n\n".join(around)
    body = _as_html(table) if table.merged else _as_pipes(table)
    return "\n\n".join([*around, body])


def _as_html(table: HtmlTable) -> str:
    rows = ["<tr>" + "".join(_tagged(cell) for cell in row) + "</tr>" for row in table.rows]
    return "\n".join(["<table>", *rows, "</table>"])


def _tagged(cell: Cell) -> str:
    name = "th" if cell.head else "td"
    spans = {"rowspan": cell.rowspan, "colspan": cell.colspan}
    attributes = "".join(f' {key}="{value}"' for key, value in spans.items() if value > 1)
    text = _ENTITY.sub("&amp;", cell.text).replace("<", "&lt;").replace(">", "&gt;")
    return f"<{name}{attributes}>{text}</{name}>"


def _as_pipes(table: HtmlTable) -> str:
    texts = _even([[_for_markdown(cell.text).replace("|", "\\|") for cell in row] for row in table.rows])
    width = max(map(len, texts))
    texts[0] += [""] * (width - len(texts[0]))
    head, *body = (f"| {' | '.join(row)} |" for row in texts)
    return "\n".join([head, "|" + " --- |" * width, *body])


def _for_markdown(text: str) -> str:
    """Text that Markdown shows as it is, where it looks like a tag or an entity."""
    return _TAG_START.sub("&lt;", _ENTITY.sub("&amp;", text))


def _unescaped(text: str) -> str:
    return html.unescape(text.replace("\\|", "|")).strip()


def _split_pipes(line: str) -> list[str]:
    line = line.removeprefix("|")
    if line.endswith("|") and not line.endswith("\\|"):
        line = line[:-1]
    return _PIPE.split(line)


def _even(rows: list[list[str]]) -> list[list[str]]:
    """Rows of one length, unless the empty places would be out of all proportion."""
    width = max(map(len, rows), default=0)
    if width * len(rows) > _MOST_EXPANDED:
        return rows
    return [row + [""] * (width - len(row)) for row in rows]


def _grid(table: HtmlTable) -> list[list[str]]:
    """Each place of a table with the text of the cell that covers it."""
    size = sum((len(cell.text) + 1) * cell.rowspan * cell.colspan for row in table.rows for cell in row)
    spans = size <= _MOST_EXPANDED
    covered: list[dict[int, str]] = [{} for _ in table.rows]
    for top, row in enumerate(table.rows):
        left = 0
        for cell in row:
            while left in covered[top]:
                left += 1
            rowspan, colspan = (cell.rowspan, cell.colspan) if spans else (1, 1)
            for line in covered[top : top + rowspan]:
                line |= dict.fromkeys(range(left, left + colspan), cell.text)
            left += colspan
    return _even([[line.get(left, "") for left in range(max(line, default=-1) + 1)] for line in covered])
