"""Places on the page as the model writes them: whole numbers from 0 to 1000 on each axis."""

import math
import re
from typing import Any

from ingest.types import Box

SCALE = 1000
_NUMBER = re.compile(r"-?\d{1,7}(?:\.\d{1,7})?")
_MOST_NUMBERS = 64
_LONGEST = 1000  # characters of a box written as text


def box_of(value: Any) -> Box | None:
    """The box around points in the model's scale, in fractions of the page.

    Args:
        value: ``[x0, y0, x1, y1]``, ``[[x, y], ...]``, numbers as text, or a text such as ``(x,y),(x,y)``; a
            quadrilateral gives the upright box around it.

    Returns:
        A box within the page with x0 < x1 and y0 < y1: corners in the wrong order are put right, places outside the
        page moved to its edge, and a box without an extent made a thousandth wide. None where there are no two points.
    """
    numbers: list[float] = []
    _collect(value, numbers)
    if len(numbers) < 4 or len(numbers) % 2:
        return None
    left, right = _interval(numbers[::2])
    top, bottom = _interval(numbers[1::2])
    return left, top, right, bottom


def _collect(value: Any, numbers: list[float], depth: int = 0) -> None:
    if len(numbers) >= _MOST_NUMBERS or isinstance(value, bool):
        return
    if isinstance(value, str):
        numbers += map(float, _NUMBER.findall(value[:_LONGEST]))
    elif isinstance(value, int):
        numbers.append(float(min(max(value, -SCALE), 2 * SCALE)))
    elif isinstance(value, float) and math.isfinite(value):
        numbers.append(value)
    elif isinstance(value, list) and depth < 3:
        for part in value[:_MOST_NUMBERS]:
            _collect(part, numbers, depth + 1)


def _interval(values: list[float]) -> tuple[float, float]:
    low, high = (min(max(round(edge), 0), SCALE) for edge in (min(values), max(values)))
    if low == high:
        low, high = (low, low + 1) if low < SCALE else (low - 1, low)
    return low / SCALE, high / SCALE
