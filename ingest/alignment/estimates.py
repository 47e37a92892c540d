"""Places for words that were read but not located: between the lines before and behind them."""

import statistics
from collections.abc import Iterator, Sequence
from itertools import groupby

from ingest.alignment.dealing import Share
from ingest.boxes import union
from ingest.types import Box, BoxOrigin, TextLine

# Below the average at which a page counts as hard to read: where most lines are only estimated, people should look.
ESTIMATED_CONFIDENCE = 0.5
_EDGE = 0.05  # margin of a page of which nothing is known
_HEIGHT = 0.02  # a line's, where no line is known
_SQUEEZED = 0.3  # heights of a line that an estimated one has at least


def located(shares: Sequence[Sequence[Share]]) -> list[list[TextLine]]:
    """Give every share of every block a line: its own, or one with an estimated box.

    Args:
        shares: block by block, in reading order.

    Returns:
        The same, as lines.
    """
    known = [share.line.box for block in shares for share in block if share.line]
    flat = [(number, share) for number, block in enumerate(shares) for share in block]
    found: list[list[TextLine]] = [[] for _ in shares]
    position = 0
    for missing, group in groupby(flat, key=lambda entry: entry[1].line is None):
        run = list(group)
        if missing:
            before = _box(flat[position - 1][1]) if position else None
            after = _box(flat[position + len(run)][1]) if position + len(run) < len(flat) else None
            own = [share.line.box for share in shares[run[0][0]] if share.line]
            boxes = _boxes(len(run), before, after, own, known)
        else:
            boxes = iter(())
        position += len(run)
        for number, share in run:
            line = share.line or TextLine(share.text, next(boxes), ESTIMATED_CONFIDENCE, (), BoxOrigin.ESTIMATED)
            found[number].append(line)
    return found


def _box(share: Share) -> Box | None:
    return share.line.box if share.line else None


def _boxes(
    count: int, before: Box | None, after: Box | None, own: Sequence[Box], known: Sequence[Box]
) -> Iterator[Box]:
    """Boxes for a run of lines, one below the other, or side by side where their neighbours are."""
    if before and after and _side_by_side(before, after):
        step = (after[0] - before[2]) / count
        y0, y1 = min(before[1], after[1]), max(before[3], after[3])
        for index in range(count):
            yield (before[2] + index * step, y0, before[2] + (index + 1) * step, y1)
        return
    height = statistics.median(box[3] - box[1] for box in known) if known else _HEIGHT
    x0, x1 = _width(before, after, own, known)
    y0, y1 = _rows(count * height, before, after)
    least = min(_SQUEEZED * count * height, 1.0)
    if y1 - y0 < least:
        y0 = min(max((y0 + y1 - least) / 2, 0.0), 1.0 - least)
        y1 = y0 + least
    step = (y1 - y0) / count
    for index in range(count):
        yield (x0, y0 + index * step, x1, y1 if index == count - 1 else y0 + (index + 1) * step)


def _side_by_side(before: Box, after: Box) -> bool:
    shared = min(before[3], after[3]) - max(before[1], after[1])
    height = min(before[3] - before[1], after[3] - after[1])
    return shared > 0.5 * height and after[0] > before[2]


def _width(before: Box | None, after: Box | None, own: Sequence[Box], known: Sequence[Box]) -> tuple[float, float]:
    beside = [box for box in (before, after) if box]
    if before and after and not (before[0] < after[2] and after[0] < before[2]):
        beside = [before]  # another column begins with the next line
    around = own or beside or known
    if not around:
        return _EDGE, 1 - _EDGE
    box = union(around)
    return box[0], box[2]


def _rows(wanted: float, before: Box | None, after: Box | None) -> tuple[float, float]:
    """Top and bottom of the room for lines of a wanted height, within the page."""
    if before and after and after[1] >= before[1]:
        top, bottom = min(before[3], after[1]), max(before[3], after[1])
        spare = max(wanted - (bottom - top), 0.0) / 2 if bottom - top < _SQUEEZED * wanted else 0.0
        return max(top - spare, 0.0), min(bottom + spare, 1.0)
    if before:
        return min(before[3], 1.0), min(before[3] + wanted, 1.0)
    if after:
        return max(after[1] - wanted, 0.0), max(after[1], 0.0)
    return _EDGE, 1 - _EDGE
