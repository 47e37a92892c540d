"""Which lines of a page stand beside, above and below a line."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.types import TextLine

_KEPT = 6  # neighbours a side


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Indexes of the lines around a line, the nearest first.

    Attributes:
        left: on the same row, before it.
        right: on the same row, behind it.
        above: higher up, within its width.
        below: further down, within its width.
    """

    left: tuple[int, ...]
    right: tuple[int, ...]
    above: tuple[int, ...]
    below: tuple[int, ...]

    def all(self) -> tuple[int, ...]:
        """All of them."""
        return self.left + self.right + self.above + self.below


def neighbours_of(index: int, lines: Sequence[TextLine]) -> Neighbours:
    """Find the lines around a line of a page."""
    x0, y0, x1, y1 = lines[index].box
    middle, centre, height = (y0 + y1) / 2, (x0 + x1) / 2, y1 - y0
    left: list[tuple[float, int]] = []
    right: list[tuple[float, int]] = []
    above: list[tuple[float, int]] = []
    below: list[tuple[float, int]] = []
    for other, line in enumerate(lines):
        a0, b0, a1, b1 = line.box
        if other == index:
            continue
        away = (b0 + b1) / 2 - middle
        if abs(away) < 0.5 * min(height, b1 - b0):
            distance = (a0 + a1) / 2 - centre
            (right if distance > 0 else left).append((abs(distance), other))
        elif a0 < x1 and x0 < a1:
            (below if away > 0 else above).append((abs(away), other))
    return Neighbours(_nearest(left), _nearest(right), _nearest(above), _nearest(below))


def _nearest(found: list[tuple[float, int]]) -> tuple[int, ...]:
    return tuple(index for _, index in sorted(found)[:_KEPT])
