"""Images of single lines, and where the words stand in them."""

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ingest.scripts import is_cjk

Pixels = NDArray[np.uint8]
"""An image as (height, width, 3) bytes."""

Word = tuple[int, int, float, float]
"""Start and end in the line's text, left and right edge as fractions of the page's width."""

_RUN = re.compile(r"\S+")
# From a character's middle to its edge, in heights of the line's box: measured on Latin and Chinese fonts.
_REACH_CJK = 0.45
_REACH = 0.3


def turned(pixels: Pixels, turn: int) -> Pixels:
    """Turn an image clockwise.

    Args:
        pixels: the image.
        turn: 0, 90, 180 or 270 degrees.
    """
    return np.ascontiguousarray(np.rot90(pixels, -turn // 90)) if turn else pixels


def stacked(strip: Pixels) -> Pixels:
    """Lay a column of characters out as a line: cut it into squares and put them side by side."""
    height, width = strip.shape[:2]
    count = max(1, round(height / width))
    side = height // count
    cells = [strip[index * side : (index + 1) * side] for index in range(count)]
    return np.ascontiguousarray(np.concatenate(cells, axis=1))


def cut_out(pixels: Pixels, quad: NDArray[np.float32]) -> Pixels:
    """Cut a slanted rectangle out of an image and set it straight.

    Args:
        pixels: the page.
        quad: its corners in pixels, (4, 2), clockwise from the top left.
    """
    import cv2  # comes with rapidocr, which alone needs this function

    sides = np.linalg.norm(quad - np.roll(quad, -1, axis=0), axis=1)
    width, height = max(1, int(max(sides[0], sides[2]))), max(1, int(max(sides[1], sides[3])))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    straight = cv2.warpPerspective(
        pixels,
        cv2.getPerspectiveTransform(quad, corners),
        (width, height),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(straight, np.uint8)


def word_spans(text: str, middles: Sequence[float], edges: tuple[float, float], height: float) -> tuple[Word, ...]:
    """Find where each word of a horizontal line stands.

    A word's edge lies halfway to the neighbouring character, but no further out than a character reaches.
    Measured on drawn pages the edges are off by 0.08 of the box's height on average, 0.5 by counting letters.

    Args:
        text: the line.
        middles: the middle of each character of `text` that is not a space, in order, as fractions of the line's
            box. If their number is any other, nothing is known and no word is returned.
        edges: left and right edge of the line's box, as fractions of the page's width.
        height: the line's height, in the same unit.

    Returns:
        The words; each Chinese or Japanese character is one.
    """
    visible = [index for index, character in enumerate(text) if not character.isspace()]
    if len(visible) != len(middles):
        return ()
    left, right = edges
    at = {index: left + middle * (right - left) for index, middle in zip(visible, middles, strict=True)}
    halves = {first: (at[first] + at[second]) / 2 for first, second in pairwise(visible)}
    before = dict(zip(visible[1:], halves.values(), strict=True))

    def edge(index: int, direction: int) -> float:
        reach = (_REACH_CJK if is_cjk(text[index]) else _REACH) * height
        if direction < 0:
            return max(before.get(index, left), at[index] - reach)
        return min(halves.get(index, right), at[index] + reach)

    return tuple((start, end, edge(start, -1), edge(end - 1, 1)) for start, end in _tokens(text))


def _tokens(text: str) -> list[tuple[int, int]]:
    """Start and end of each word: a CJK character alone, or a run of other characters."""
    found: list[tuple[int, int]] = []
    for run in _RUN.finditer(text):
        start = run.start()
        for index in range(run.start(), run.end()):
            if is_cjk(text[index]):
                found += [(start, index)] if start < index else []
                found.append((index, index + 1))
                start = index + 1
        found += [(start, run.end())] if start < run.end() else []
    return found
