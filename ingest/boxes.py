"""Boxes on a page: ``(x0, y0, x1, y1)``, in any unit, origin top left."""

from collections.abc import Collection

from ingest.types import Box


def area(box: Box) -> float:
    """The area of a box."""
    return (box[2] - box[0]) * (box[3] - box[1])


def union(boxes: Collection[Box]) -> Box:
    """The smallest box around boxes, of which there is at least one."""
    return (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))


def share_within(inner: Box, outer: Box) -> float:
    """Share of a box's area that lies within another, 0..1; 0 for a box without area."""
    width = min(inner[2], outer[2]) - max(inner[0], outer[0])
    height = min(inner[3], outer[3]) - max(inner[1], outer[1])
    return width * height / area(inner) if width > 0 and height > 0 and area(inner) > 0 else 0.0


def overlap(first: Box, second: Box) -> float:
    """Share of the smaller of two boxes that lies within the other, 0..1."""
    return max(share_within(first, second), share_within(second, first))
