"""Words of a text layer that lie on top of each other: as when they are drawn twice to look bold."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ingest.types import Box

# Words side by side may touch, and lines may stand close: only those count that share this much of the smaller one.
_WIDTH, _HEIGHT = 0.3, 0.6
# So many times as high, and it is a watermark behind the words.
_WATERMARK = 4.0


def overlaps(boxes: Sequence[Box]) -> list[tuple[int, int]]:
    """Pairs of boxes in the same place, each as (earlier, later), by their numbers from 0.

    Args:
        boxes: left, top, right and bottom, in the order in which they were painted.
    """
    places = np.asarray(boxes, dtype=np.float64).reshape(-1, 4)
    sizes = np.maximum(places[:, 2:] - places[:, :2], 1e-9)
    found = []
    for later in range(1, len(places)):
        earlier = _sharing(places[:later], sizes[:later], places[later], sizes[later])
        found += [(int(index), later) for index in np.flatnonzero(earlier)]
    return found


def _sharing(
    places: NDArray[np.float64], sizes: NDArray[np.float64], place: NDArray[np.float64], size: NDArray[np.float64]
) -> NDArray[np.bool_]:
    shared = np.minimum(places[:, 2:], place[2:]) - np.maximum(places[:, :2], place[:2])
    least, most = np.minimum(sizes, size), np.maximum(sizes, size)
    found: NDArray[np.bool_] = (shared > least * (_WIDTH, _HEIGHT)).all(axis=1) & (
        most[:, 1] < _WATERMARK * least[:, 1]
    )
    return found
