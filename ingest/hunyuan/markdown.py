"""The model's Markdown, cut into blocks, and the words of a block as a reader sees them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.hunyuan.cells import INLINE, STRUCTURE
from ingest.hunyuan.formulas import add_formulas, readable
from ingest.hunyuan.tables import texts_of_table

_CAPTION = re.compile(
    r"[*_]{0,3}(?:Figure|Fig\.?|Table|Tab\.|Chart|Diagram|FIGURE|TABLE|附?图表?|附?表格?|图片)[ ]?"
    r"(?:[A-Z][.-]?)?\d{1,3}(?:[.\-–]\d{1,3}){0,3}[*_]{0,3}(?:\s*[:.：．、—–-]|\s+[A-Z\d(（\u4e00-\u9fff]|\s*$)"
)
_LONGEST_CAPTION = 300
_PICTURE = re.compile(
    r"\s*(?:!\[[^\]\n]{0,500}\](?:\([^()\n]{0,2000}\))?|<img\b[^<>]{0,2000}>|(?:\(\d{1,4},\d{1,4}\),?){2,4})\s*"
)
_FOOTNOTE = re.compile(r"\s*(?:\[\^[^\]\s]{1,20}\]|<sup>|[¹²³⁴-⁹]|\$\^|\\\(\^)")
_TABLE_END = re.compile(r"(</table\s{0,5}>)[ \t]{0,20}\n(?!\s{0,20}\n)", re.IGNORECASE)
_TABLE_TAG = re.compile(r"\s*</?(?:table|thead|tbody|tfoot|tr|td|th)\b", re.IGNORECASE)
_TAG = re.compile(rf"</?(?:{'|'.join((*STRUCTURE, *INLINE))})(?=[\s/>])[^<>]*>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_FOOTNOTE_MARK = re.compile(r"\[\^([^\]\s]{1,20})\]:?")
# Emphasis and brackets in their thousands make a Markdown parser slow; a text like that is read without one.
_LONGEST_PARSED = 8_000
_MARKS = re.compile(r"^\s{0,3}(?:#{1,6}\s+|[-*+]\s+|>\s?)|\*\*|`", re.MULTILINE)
_LIST_ENDS = ("bullet_list_close", "ordered_list_close", "list_item_close")
_OPENINGS = (
    "heading_open",
    "paragraph_open",
    "list_item_open",
    "blockquote_open",
    "table_open",
    "math_block",
    "html_block",
    "fence",
    "hr",
)


@dataclass(frozen=True, slots=True)
class MarkdownBlock:
    """A piece of a page's Markdown.

    Attributes:
        kind: ``title`` (the first heading of level 1), ``section-header``, ``text``, ``list-item``, ``table``,
            ``formula``, ``caption``, ``picture`` or ``footnote``, as in `ingest.types.Block.kind`.
        markdown: its lines as they stand, without blank lines around.
    """

    kind: str
    markdown: str


def is_caption(text: str) -> bool:
    """Whether a paragraph is the caption of a figure or a table: it begins with its name, ``Figure 2:`` or ``表 1``."""
    return len(text) <= _LONGEST_CAPTION and _CAPTION.match(text) is not None


def split_blocks(markdown: str) -> list[MarkdownBlock]:
    """Cut Markdown into blocks, in order: every line that is not blank belongs to exactly one.

    A list gives a block an item, an item's own list included; what continues an item belongs to it. Quotations and
    code are text. Display formulas (``$$…$$`` and the like) and tables, in pipes or HTML, are blocks of their own.
    """
    # An HTML table goes on to the next blank line: what follows it at once would be taken for a part of it.
    source = _TABLE_END.sub(r"\1\n\n", markdown.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd"))
    lines = source.split("\n")
    starts = _starts(_block_parser().parse(source), lines)
    edges = [(0, "text"), *sorted(starts.items()), (len(lines), "")]
    blocks = []
    for (start, kind), (end, _) in pairwise(edges):
        while start < end and not lines[start].strip():
            start += 1
        while end > start and not lines[end - 1].strip():
            end -= 1
        if start < end:
            blocks.append(MarkdownBlock(kind, "\n".join(lines[start:end])))
    return blocks


def plain_text(block: MarkdownBlock) -> str:
    """The words of a block as a reader sees them on the page, without markup.

    Line breaks stay, a table gives a line a row, a formula its signs. The number of a list item or a footnote is
    printed on the page and stays; a bullet goes.
    """
    if block.kind == "table":
        text = "\n".join(map(_cell_words, texts_of_table(block.markdown)))
    elif block.kind == "formula":
        text = readable(block.markdown)
    elif len(block.markdown) > _LONGEST_PARSED:
        text = unescape(_TAG.sub(" ", _MARKS.sub("", block.markdown)))
    else:
        text = "".join(_words(_reader(tags=True).parse(block.markdown)))
    lines = (" ".join(line.split()) for line in _FOOTNOTE_MARK.sub(r"\1 ", text).splitlines())
    return "\n".join(line for line in lines if line)


def _starts(tokens: list[Token], lines: list[str]) -> dict[int, str]:
    """The lines at which blocks begin, with their kinds."""
    starts: dict[int, str] = {}
    titled = False
    item = False  # whether text goes on with the last list item
    for token in _outside_quotes(tokens):
        if token.type in _LIST_ENDS:
            item = False
        if token.map is None or token.type not in _OPENINGS:
            continue
        line = token.map[0]
        kind = _kind(token, lines)
        if token.type == "list_item_open":
            item = True
        elif token.level and item and (kind == "text" or (line in starts and kind not in ("table", "formula"))):
            continue
        else:
            item = False
        if kind == "title":
            kind, titled = ("section-header" if titled else kind), True
        starts[line] = kind
        if token.type == "table_open":
            starts |= _behind_table(token.map, lines)
    return starts


def _behind_table(extent: list[int], lines: list[str]) -> dict[int, str]:
    """Where a Markdown table really ends: any line up to the next blank one counts as a row, even without a pipe."""
    return next(({line: "text"} for line in range(extent[0] + 2, extent[1]) if "|" not in lines[line]), {})


def _outside_quotes(tokens: list[Token]) -> Iterator[Token]:
    """Tokens without what stands in quotations: each of those is one block."""
    depth = 0
    for token in tokens:
        depth -= token.type == "blockquote_close"
        if depth == 0:
            yield token
        depth += token.type == "blockquote_open"


def _kind(token: Token, lines: list[str]) -> str:
    start, end = token.map or (0, 0)
    text = "\n".join(lines[start:end]).strip()
    match token.type:
        case "heading_open":
            return "title" if token.tag == "h1" else "section-header"
        case "list_item_open":
            return "list-item"
        case "table_open":
            return "table"
        case "math_block":
            return "formula"
        case "html_block" if _TABLE_TAG.match(text):
            return "table"
        case "html_block" | "paragraph_open" if _PICTURE.fullmatch(text):
            return "picture"
        case "paragraph_open" if is_caption(text):
            return "caption"
        case "paragraph_open" if _FOOTNOTE.match(text):
            return "footnote"
    return "text"


def _words(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        match token.type:
            case "list_item_open" if token.info:
                yield f"{token.info}{token.markup} "
            case "inline":
                yield from map(_inline_words, token.children or [])
                yield "\n"
            case "fence" | "code_block":
                yield token.content
            case "math_block":
                yield readable(token.content) + "\n"
            case "html_block":
                yield unescape(_TAG.sub("", _BREAK.sub("\n", token.content)))


def _cell_words(text: str) -> str:
    """A table row's words, read from text that has no tags any more: what looks like one is printed there."""
    return "".join(_words(_reader(tags=False).parseInline(text))) if len(text) <= _LONGEST_PARSED else text


def _inline_words(token: Token) -> str:
    match token.type:
        case "softbreak" | "hardbreak":
            return "\n"
        case "math_inline":
            return readable(token.content)
        case "html_inline":
            return "\n" if _BREAK.fullmatch(token.content) else _TAG.sub("", token.content)
    return token.content


@cache
def _block_parser() -> MarkdownIt:
    """Finds blocks alone. What OCR cannot know is not taken for markup: indented code, underlined headings, links."""
    parser = MarkdownIt("commonmark").enable("table").disable(["code", "lheading", "reference"])
    add_formulas(parser)
    parser.core.ruler.enableOnly(["normalize", "block"])
    parser.parse("")  # its rules are compiled at the first use, which several threads must not share
    return parser


@cache
def _reader(*, tags: bool) -> MarkdownIt:
    """Reads the words within blocks, too; tags and entities only where they are markup."""
    parser = MarkdownIt("commonmark").enable("table").disable(["code", "lheading", "reference"])
    if not tags:
        parser.disable(["html_inline", "html_block", "entity"])
    add_formulas(parser)
    parser.parse("*a*")
    return parser
