"""Lines of a page that its Markdown does not have: headers, footers, stamps, handwriting, what a model overlooked."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rapidfuzz import fuzz

from ingest.alignment.folding import fold
from ingest.boxes import overlap
from ingest.layout import rows_of
from ingest.types import Box, BoxOrigin, TextLine

# A reading without letters and with less confidence than this is a stain or a rule.
_LEAST_CONFIDENCE = 0.5
# Of the smaller box, so much lies within the other where both hold the same words.
_SAME_PLACE = 0.5
# Two readings of the same words agree by so much (rapidfuzz partial ratio / 100); other words at one place by 0.5.
_SAME_TEXT = 0.6
# Share of the page's height in which headers and footers stand.
_MARGIN = 0.12


def worth_keeping(spare: Sequence[TextLine], lines: Sequence[TextLine], text: str) -> list[TextLine]:
    """Lines that say something which neither the page's other lines nor its text have.

    Args:
        spare: lines that have no place in the text.
        lines: those that have one, with their final words.
        text: the text.
    """
    marks = set(text)
    kept: list[TextLine] = []
    real = [line for line in lines if line.origin != BoxOrigin.ESTIMATED]
    for line in sorted(spare, key=lambda line: (line.origin != BoxOrigin.LAYER, -line.confidence)):
        readable = any(character.isalnum() for character in line.text)
        if not readable and (line.confidence < _LEAST_CONFIDENCE or set(line.text) <= marks | {" "}):
            continue
        if not _is_double(line, real) and not _is_double(line, kept):
            kept.append(line)
    return [line for line in spare if any(line is other for other in kept)]


def _is_double(line: TextLine, others: Sequence[TextLine]) -> bool:
    """Whether lines at the same place say the same."""
    there = [other for other in others if overlap(line.box, other.box) > _SAME_PLACE]
    if not there:
        return False
    said = fold("".join(other.text for other in sorted(there, key=lambda other: other.box[0]))).key
    own = fold(line.text).key
    return not own or fuzz.partial_ratio(own, said) >= 100 * _SAME_TEXT


def kind_of(line: TextLine, placed: Sequence[Box]) -> str:
    """The layout class of a line that stands outside the text: ``page-header``, ``page-footer`` or ``text``."""
    if not placed:
        return "text"
    middle = (line.box[1] + line.box[3]) / 2
    if middle <= _MARGIN and middle <= min(box[1] for box in placed):
        return "page-header"
    if middle >= 1 - _MARGIN and middle >= max(box[3] for box in placed):
        return "page-footer"
    return "text"


def groups_of(orphans: Sequence[TextLine], blocks: Sequence[Box]) -> Iterator[tuple[int, list[TextLine]]]:
    """Lines outside the text that belong together, each with the index of the block that they go before.

    Args:
        orphans: the lines.
        blocks: the boxes of the page's blocks in reading order.
    """
    rows = [(_position(row, blocks), row) for row in rows_of(list(orphans))]
    for position, group in groupby(sorted(rows, key=lambda entry: entry[0]), key=lambda entry: entry[0]):
        held: list[TextLine] = []
        for _, row in group:
            if held and not _follows(held, row):
                yield position, held
                held = []
            held = held + row
        if held:
            yield position, held


def _follows(held: Sequence[TextLine], row: Sequence[TextLine]) -> bool:
    """Whether a row stands right below the last one, in the same column."""
    last = held[-1].box
    height = min(last[3] - last[1], row[0].box[3] - row[0].box[1])
    return row[0].box[1] - last[3] <= height and any(
        line.box[0] < other.box[2] and other.box[0] < line.box[2] for line in held for other in row
    )


def _position(row: Sequence[TextLine], blocks: Sequence[Box]) -> int:
    """Behind the last block that ends above a row in its column, else before the first one in it."""
    x0, x1 = min(line.box[0] for line in row), max(line.box[2] for line in row)
    middle = (row[0].box[1] + row[0].box[3]) / 2
    column = [index for index, box in enumerate(blocks) if box[0] < x1 and x0 < box[2]]
    above = [index for index in column if (blocks[index][1] + blocks[index][3]) / 2 <= middle]
    if above:
        return above[-1] + 1
    return column[0] if column else len(blocks)
