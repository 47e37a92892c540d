"""Cutting pages into chunks: never across a page, never away from their heading, tables with their header row."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.scripts import han_share, join
from ingest.titles import plain
from ingest.types import Block, Chunk, PageText, TextLine

HEADINGS = ("title", "section-header")
# Headers and footers say where a page belongs, not what the document says.
_FURNITURE = ("page-header", "page-footer")
# A Chinese character carries about as much as three Latin letters, and as many tokens.
_HAN_WEIGHT = 3
_MAX_HEADING = 120
_CLAUSE_HEADING = re.compile(
    r"^(?P<heading>(?:ARTICLE|SECTION|Article|Section)\s+[\dIVXLC]+\b[^.;:]{0,60}"
    r"|\d{1,2}(?:\.\d{1,2})*[.)]?\s+[A-Z][^.;:]{2,70}(?=[.:])"
    r"|第[一二三四五六七八九十百零〇\d]+[条章节][^。；;]{0,24})"
)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of lines with its text and the heading it stands under."""

    text: str
    start: int
    end: int
    heading: str
    opens: bool  # a heading begins here


def cut(pages: Iterable[PageText], *, title: str, size: int) -> list[Chunk]:
    """Cut a document's pages into chunks.

    Args:
        pages: in order. Sections go on over page breaks; chunks do not.
        title: the document's title, carried by each chunk.
        size: aimed length in characters (Latin); Chinese text is cut at a third of it.
    """
    chunks: list[Chunk] = []
    headings: list[tuple[int, str]] = []
    for page in pages:
        pieces = list(_pieces(page, headings, size))
        for group in _pack(pieces, size):
            chunks.append(_chunk(page, group, title, len(chunks)))
    return chunks


def _pieces(page: PageText, headings: list[tuple[int, str]], size: int) -> Iterator[_Piece]:
    """The page's blocks, cut to size; `headings` is the open section path, kept from page to page."""
    for block in page.blocks:
        lines = page.lines[block.line_start : block.line_end]
        if block.kind in _FURNITURE:
            yield from _text_pieces(block, lines, "", size, False)
            continue
        opens = _open_section(block, lines, headings)
        path = " > ".join(text for _, text in headings)
        if block.kind == "table":
            yield from _table_pieces(block, lines, path, size)
        else:
            yield from _text_pieces(block, lines, path, size, opens)


def _open_section(block: Block, lines: tuple[TextLine, ...], headings: list[tuple[int, str]]) -> bool:
    """Note a heading that this block is or begins with; tell whether there is one."""
    text = plain(block)
    if block.kind in HEADINGS and len(text) <= _MAX_HEADING:
        level = len(block.markdown) - len(block.markdown.lstrip("#")) or 1
    elif lines and (found := _CLAUSE_HEADING.match(text)):
        level, text = 9, found["heading"].strip()
    else:
        return False
    while headings and headings[-1][0] >= level:
        headings.pop()
    headings.append((level, text))
    return True


def weight(text: str) -> int:
    """Length of a text in Latin characters' worth."""
    return int(len(text) * (1 + (_HAN_WEIGHT - 1) * han_share(text)))


def _text_pieces(block: Block, lines: tuple[TextLine, ...], heading: str, size: int, opens: bool) -> Iterator[_Piece]:
    start = block.line_start
    held: list[str] = []
    for offset, line in enumerate(lines):
        held.append(line.text)
        text = join(held)
        full = weight(text) >= size
        ends_sentence = line.text.rstrip().endswith((".", ";", ":", "。", "；", "："))
        if full or (ends_sentence and weight(text) >= 0.6 * size):
            end = block.line_start + offset + 1
            yield _Piece(text, start, end, heading, opens and start == block.line_start)
            start, held = end, []
    if held:
        yield _Piece(join(held), start, block.line_end, heading, opens and start == block.line_start)


def _table_pieces(block: Block, lines: tuple[TextLine, ...], heading: str, size: int) -> Iterator[_Piece]:
    """A table, in parts that each begin with its header row where it is long."""
    rows = block.markdown.splitlines()
    head, body = rows[:2], rows[2:]
    if weight(block.markdown) <= 2 * size or not body:
        yield _Piece(block.markdown, block.line_start, block.line_end, heading, False)
        return
    # Lines lie in row order: each part takes its share of them, one row's worth more on both sides.
    per_row = len(lines) / len(body)
    held: list[str] = []
    first = 0
    for index, row in enumerate(body):
        held.append(row)
        if weight("\n".join(head + held)) >= size or index == len(body) - 1:
            start = max(block.line_start, block.line_start + int((first - 1) * per_row))
            end = min(block.line_end, block.line_start + int((index + 2) * per_row) + 1)
            yield _Piece("\n".join(head + held), start, end, heading, False)
            held, first = [], index + 1


def _pack(pieces: list[_Piece], size: int) -> Iterator[list[_Piece]]:
    """Put neighbours together up to the size; a heading begins a new chunk unless the last one is still short."""
    group: list[_Piece] = []
    for piece in pieces:
        length = sum(weight(held.text) for held in group)
        too_long = length + weight(piece.text) > size
        new_section = piece.opens and length > 0.35 * size
        if group and (too_long or new_section) and not all(held.opens and weight(held.text) < 120 for held in group):
            yield group
            group = []
        group.append(piece)
    if group:
        yield group


def _chunk(page: PageText, group: list[_Piece], title: str, position: int) -> Chunk:
    text = "\n".join(piece.text for piece in group)
    start, end = min(piece.start for piece in group), max(piece.end for piece in group)
    return Chunk(
        chunk_id=chunk_id(page.doc_id, page.page_number, start, end, text),
        doc_id=page.doc_id,
        page_number=page.page_number,
        position=position,
        title=title,
        heading=next((piece.heading for piece in group if piece.heading), ""),
        text=text,
        line_start=start,
        line_end=end,
    )


def chunk_id(doc_id: str, page_number: int, line_start: int, line_end: int, text: str) -> str:
    """The id of a chunk: the same for the same document, page, place and text."""
    key = f"{doc_id}\n{page_number}\n{line_start}\n{line_end}\n{text}"
    return hashlib.sha256(key.encode()).hexdigest()[:32]
