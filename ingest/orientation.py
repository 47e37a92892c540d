"""Which way up a page stands, decided once for the whole page.

Deciding line by line turns good lines into garbage, so the lines of a page vote together. Two signs are used:
the shape of the text boxes tells sideways pages, and how surely a few of the longest lines are read one way
up and the other tells the rest. Measured on contracts, invoices, receipts and Chinese pages: read the right way
up, a page's confidence is 0.95 or more; upside down at most 0.75. A page that reads well as it is pays nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

TALL = 1.5
"""A box at least this many times as high as wide is tall; text in it runs up, down or in a column."""

_SAMPLE = 12
_READABLE = 0.85
_CLEAR = 0.8
_MARGIN = 0.15
# Letters and digits that must speak for a turn: more than a page number or a small stamp has.
_EVIDENCE = 16
# Columns of upright characters, read one below the other, reach 0.89; text that lies on its side 0.27.
_COLUMN = 0.6


@dataclass(frozen=True, slots=True)
class Reading:
    """What a recogniser made of one or more lines.

    Attributes:
        text: the characters.
        confidence: 0..1.
    """

    text: str
    confidence: float


class Sampler(Protocol):
    """A page whose text boxes are known and can be read in any of the four orientations."""

    @property
    def sizes(self) -> Sequence[tuple[float, float]]:
        """Width and height of each text box, in pixels, as it lies in the image."""
        ...

    def sample(self, indices: Sequence[int], turn: int) -> Sequence[Reading]:
        """Read some boxes.

        Args:
            indices: which of `sizes`.
            turn: 0, 90, 180 or 270: degrees, clockwise, by which each box's image is turned before it is read.
                Long tall boxes at turn 0 are read as a column of characters.

        Returns:
            One reading a box, or fewer where several were read together.
        """
        ...


def find_turn(page: Sampler) -> int:
    """Find the turn that makes a page upright.

    Args:
        page: the page's text boxes.

    Returns:
        0, 90, 180 or 270 degrees, clockwise; 0 wherever the evidence is thin: no text, a few characters, or
        no orientation that reads clearly better than the image as it is.

    Raises:
        PageError: the recogniser failed.
    """
    sideways = is_sideways(page.sizes)
    chosen = longest(page.sizes, tall=sideways)
    if not chosen:
        return 0
    if sideways:
        return _sideways_turn(page, chosen)
    return _flip(page, chosen, page.sample(chosen, 0))


def is_sideways(sizes: Sequence[tuple[float, float]]) -> bool:
    """Tell whether most of the text, by length, stands in tall boxes. Boxes of one or two characters don't count."""
    tall = sum(height for width, height in sizes if height >= TALL * width)
    wide = sum(width for width, height in sizes if width >= TALL * height)
    return tall > wide


def longest(sizes: Sequence[tuple[float, float]], *, tall: bool, count: int = _SAMPLE) -> list[int]:
    """Choose the longest boxes among the tall ones, or among the others.

    Returns:
        At most `count` indices into `sizes`, the longest first.
    """
    fitting = [index for index, (width, height) in enumerate(sizes) if (height >= TALL * width) == tall]
    return sorted(fitting, key=lambda index: -max(sizes[index]))[:count]


def mean_confidence(readings: Sequence[Reading]) -> float:
    """Confidence of several readings together, 0..1, by length of text; 0.0 where nothing was read."""
    # An empty reading is a line that could not be read: it counts as one character read with no confidence.
    weights = [max(1, len(reading.text)) for reading in readings]
    total = sum(reading.confidence * weight for reading, weight in zip(readings, weights, strict=True))
    return total / sum(weights) if weights else 0.0


def _flip(page: Sampler, chosen: Sequence[int], as_is: Sequence[Reading]) -> int:
    if mean_confidence(as_is) >= _READABLE:
        return 0
    return 180 if _clearly_better(page.sample(chosen, 180), as_is) else 0


def _sideways_turn(page: Sampler, chosen: Sequence[int]) -> int:
    readings = {turn: page.sample(chosen, turn) for turn in (90, 270)}
    turn = max(readings, key=lambda turn: mean_confidence(readings[turn]))
    if not _clearly_better(readings[turn], readings[360 - turn]):
        return 0
    # A recogniser trained on Chinese also reads a vertical column turned on its left side: look at it upright too.
    if turn == 270 and mean_confidence(page.sample(chosen, 0)) >= _COLUMN:
        return 0
    return turn


def _clearly_better(turned: Sequence[Reading], other: Sequence[Reading]) -> bool:
    evidence = sum(character.isalnum() for reading in turned for character in reading.text)
    confidence = mean_confidence(turned)
    return evidence >= _EVIDENCE and confidence >= max(_CLEAR, mean_confidence(other) + _MARGIN)
