"""A page's Markdown, as a model writes it, and the page's lines, brought together.

The model knows the words and their order, but not where they stand; the lines stand where they do, but may be misread
and come in any order. Here each line gets the model's words, and each block its lines.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.alignment.dealing import Placed, Share, deal
from ingest.alignment.estimates import located
from ingest.alignment.folding import Folded, fold, steps
from ingest.alignment.orphans import groups_of, kind_of, worth_keeping
from ingest.alignment.placing import Place, find_places
from ingest.alignment.rewording import split
from ingest.boxes import union
from ingest.layout import in_rows
from ingest.scripts import is_cjk, join
from ingest.types import Block, Box, BoxOrigin, TextLine

# A line reaches into the next block only with more letters than this; fewer are equal by chance.
_STRAY = 2


@dataclass(frozen=True, slots=True)
class Written:
    """One block of a page as the model wrote it.

    Attributes:
        kind: as `Block.kind`.
        markdown: the block's Markdown.
        text: its words as a reader sees them, without markup.
    """

    kind: str
    markdown: str
    text: str


@dataclass(frozen=True, slots=True)
class _Draft:
    kind: str
    markdown: str
    box: Box
    lines: list[TextLine]


def align(written: Sequence[Written], lines: Sequence[TextLine]) -> tuple[tuple[Block, ...], tuple[TextLine, ...]]:
    """Put a page's lines under the blocks of its Markdown, in the reading order of the Markdown.

    Lines of the PDF's text layer keep their text; others get the model's words, so that the lines of a block that is
    no table have its words exactly once and in order. Words for which there is no line get one with an estimated box
    (`BoxOrigin.ESTIMATED`); lines that the Markdown does not have become blocks of their own.

    Args:
        written: the page's blocks in reading order.
        lines: the page's lines in any order.

    Returns:
        Blocks in reading order and the lines, ordered so that each block's lines stand together.
    """
    text = "\n".join(block.text for block in written)
    spans = list(_spans(written))
    folded = fold(text)
    lines = [line for line in lines if line.text.strip()]
    members, spare = _placed(folded, spans, lines)
    shares = [
        deal(text, folded, span, own, table=block.kind == "table")
        for block, span, own in zip(written, spans, members, strict=True)
    ]
    # A picture has no words, but a place between its neighbours.
    rows = located([own or [Share("", None)] for own in shares])
    drafts = [
        _Draft(block.kind, block.markdown, union([line.box for line in row]), [line for line in row if line.text])
        for block, row in zip(written, rows, strict=True)
    ]
    orphans = worth_keeping(spare, [line for draft in drafts for line in draft.lines], text)
    return _numbered(_with_orphans(drafts, orphans))


def _spans(written: Sequence[Written]) -> Iterator[tuple[int, int]]:
    start = 0
    for block in written:
        yield start, start + len(block.text)
        start += len(block.text) + 1


def _placed(
    folded: Folded, spans: Sequence[tuple[int, int]], lines: Sequence[TextLine]
) -> tuple[list[list[Placed]], list[TextLine]]:
    """The lines of each block in the order of its text, and those that have no place in any."""
    starts = [folded.index(start) for start, _ in spans]
    members: list[list[Placed]] = [[] for _ in spans]
    spare = []
    for line, place in zip(lines, find_places(folded, lines), strict=True):
        if place is None:
            spare.append(line)
            continue
        for piece in _cut_at(starts, line, place, folded):
            members[bisect_right(starts, piece.start) - 1].append(piece)
    return [sorted(own, key=lambda piece: piece.start) for own in members], spare


def _cut_at(starts: Sequence[int], line: TextLine, place: Place, folded: Folded) -> Iterator[Placed]:
    """A line in as many pieces as there are blocks in whose text it stands."""
    cuts = [cut for cut in starts[bisect_right(starts, place.start) :] if cut < place.end]
    start = place.start
    for cut in cuts:
        if cut - start <= _STRAY:
            start = cut
        elif place.end - cut <= _STRAY:
            yield Placed(line, start, cut)
            return
        elif offset := _offset(line, folded.key[start : place.end], cut - start):
            head, line = split(line, offset)
            yield Placed(head, start, cut)
            start = cut
    yield Placed(line, start, place.end)


def _offset(line: TextLine, key: str, cut: int) -> int:
    """Where to cut a line's text so that its first part stands for so much of the key; 0 where it cannot be cut."""
    own = fold(line.text)
    at = next((n0 + min(cut - k0, n1 - n0) for _, n0, n1, k0, k1 in steps(own.key, key) if k1 >= cut), 0)
    if not 0 < at < len(own.key):
        return 0
    offset = own.at[at]
    if is_cjk(line.text[offset]) or is_cjk(line.text[offset - 1]):
        return offset
    offset = max(line.text.rfind(" ", 0, offset) + 1, 0)
    return offset if line.text[:offset].strip() else 0


def _with_orphans(drafts: Sequence[_Draft], orphans: Sequence[TextLine]) -> list[_Draft]:
    """Insert lines that no block has: into the table around them, at the page's edges, or between the blocks."""
    placed = [line.box for draft in drafts for line in draft.lines if line.origin != BoxOrigin.ESTIMATED]
    drafts, orphans = _into_tables(drafts, orphans)
    kinds = [(kind_of(line, placed), line) for line in orphans]
    found = {kind: [line for own, line in kinds if own == kind] for kind in ("page-header", "text", "page-footer")}
    inner = list(drafts)
    for position, group in reversed(list(groups_of(found["text"], [draft.box for draft in drafts]))):
        inner.insert(position, _draft("text", group))
    headers = [_draft("page-header", group) for _, group in groups_of(found["page-header"], ())]
    footers = [_draft("page-footer", group) for _, group in groups_of(found["page-footer"], ())]
    return headers + inner + footers


def _into_tables(drafts: Sequence[_Draft], orphans: Sequence[TextLine]) -> tuple[list[_Draft], list[TextLine]]:
    left = list(orphans)
    found = []
    for draft in drafts:
        lines = draft.lines
        if draft.kind == "table":
            lines = in_rows(lines + [line for line in left if _is_inside(line.box, draft.box)])
            left = [line for line in left if not _is_inside(line.box, draft.box)]
        found.append(replace(draft, lines=lines))
    return found, left


def _is_inside(inner: Box, outer: Box) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] < x < outer[2] and outer[1] < y < outer[3]


def _draft(kind: str, lines: list[TextLine]) -> _Draft:
    return _Draft(kind, join([line.text for line in lines]), union([line.box for line in lines]), lines)


def _numbered(drafts: Sequence[_Draft]) -> tuple[tuple[Block, ...], tuple[TextLine, ...]]:
    lines: list[TextLine] = []
    blocks = []
    for draft in drafts:
        start = len(lines)
        lines += draft.lines
        if draft.markdown or draft.lines:
            box = union([line.box for line in draft.lines]) if draft.lines else draft.box
            blocks.append(Block(draft.kind, draft.markdown, box, start, len(lines)))
    return tuple(blocks), tuple(lines)
