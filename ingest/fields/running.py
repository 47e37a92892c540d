"""A document as running text, each character with its place."""

from bisect import bisect_right
from dataclasses import dataclass

from ingest.fields.sheet import Segment, Sheet
from ingest.types import Box

_MOST_BOXES = 12


@dataclass(frozen=True, slots=True)
class Running:
    """A text and where its parts come from.

    Attributes:
        text: all segments; those of one row and of rows near each other parted by blanks, others by an empty line.
        starts: offset of each segment's first character.
        segments: the segments.
    """

    text: str
    starts: tuple[int, ...]
    segments: tuple[Segment, ...]

    def place(self, start: int, end: int) -> tuple[int, tuple[Box, ...]]:
        """The page where a part of the text begins, and the boxes of its segments there; page 0 for an empty text."""
        if not self.segments:
            return 0, ()
        first = max(bisect_right(self.starts, start) - 1, 0)
        last = max(bisect_right(self.starts, max(end - 1, start)) - 1, first)
        page = self.segments[first].page
        boxes = [one.box for one in self.segments[first : last + 1] if one.page == page]
        return page, tuple(boxes[:_MOST_BOXES])


def running_text(sheet: Sheet) -> Running:
    """Put the segments of a sheet one behind the other."""
    text, starts, segments = "", [], []
    last: Segment | None = None
    for segment in sheet.segments():
        if last is not None:
            text += _separator(last, segment)
        starts.append(len(text))
        segments.append(segment)
        text += segment.text
        last = segment
    return Running(text, tuple(starts), tuple(segments))


def _separator(last: Segment, segment: Segment) -> str:
    if segment.page != last.page:
        return "\n"
    gap = segment.box[1] - last.box[3]
    return "\n\n" if gap > 0.9 * (last.box[3] - last.box[1]) else "\n"
