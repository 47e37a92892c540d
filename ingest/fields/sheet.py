"""A document's pages as rows of segments: what stands side by side, and what stands below what."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.boxes import union
from ingest.fields.folding import folded
from ingest.layout import rows_of
from ingest.scripts import has_han
from ingest.types import Box, PageText, TextLine

# A gap between words that is this many line heights wide parts columns.
_GAP = 1.6
# What stands below something begins at most this many line heights under it.
_NEAR = 2.6
_COLONS = ":："


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a line that stands by itself.

    Attributes:
        text: its words.
        box: in fractions of the page.
        page: 1-based.
        row: index of its row among all rows of the document.
        place: its place in the row, from the left.
        confidence: 0..1, of its reading.
    """

    text: str
    box: Box
    page: int
    row: int = 0
    place: int = 0
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """All rows of a document, page by page from top to bottom, each from left to right."""

    rows: tuple[tuple[Segment, ...], ...]

    def segments(self) -> Iterator[Segment]:
        """All segments, in reading order."""
        for row in self.rows:
            yield from row

    def right_of(self, segment: Segment) -> Sequence[Segment]:
        """What follows in the row, from the left."""
        return self.rows[segment.row][segment.place + 1 :]

    def below(self, segment: Segment, near: float = _NEAR) -> Segment | None:
        """The first segment under one that shares its column and is near."""
        return next(self.column(segment, near), None)

    def column(self, segment: Segment, near: float = _NEAR) -> Iterator[Segment]:
        """Segments under one, each near the one before it and in the first one's column."""
        x0, _, x1, _ = segment.box
        last = segment
        for row in self.rows[segment.row + 1 :]:
            if row[0].page != segment.page:
                return
            found = next((one for one in row if one.box[0] < x1 and x0 < one.box[2]), None)
            if found is None:
                continue
            height = max(last.box[3] - last.box[1], found.box[3] - found.box[1])
            if found.box[1] > last.box[3] + (near - 1) * height:
                return
            yield found
            last = found


def build_sheet(pages: Sequence[PageText], keys: Collection[str]) -> Sheet:
    """Put pages into rows.

    Args:
        pages: in order.
        keys: labels, folded: characters of one that was printed wide apart, such as ``名　称``, are put together.
    """
    rows: list[tuple[Segment, ...]] = []
    for page in pages:
        for lines in rows_of(list(page.lines)):
            pieces = [piece for line in map(_sound, lines) for piece in _split(line, page.page_number) if piece.text]
            pieces = _closed_up(sorted(pieces, key=lambda piece: piece.box[0]), keys)
            if pieces:
                rows.append(tuple(_placed(piece, len(rows), place) for place, piece in enumerate(pieces)))
    return Sheet(tuple(rows))


def _sound(line: TextLine) -> TextLine:
    """A line without halves of characters, which broken fonts give and no database takes."""
    text = line.text.encode("utf-8", "replace").decode("utf-8")
    return line if text == line.text else replace(line, text=text)


def _placed(piece: Segment, row: int, place: int) -> Segment:
    return Segment(piece.text, piece.box, piece.page, row, place, piece.confidence)


def _split(line: TextLine, page: int) -> Iterator[Segment]:
    """Parts of a line between which there is a wide gap."""
    x0, y0, x1, y1 = line.box
    start, left = 0, x0
    # Fractions of the width and of the height differ: a page is about 1.4 times as high as wide.
    gap = _GAP * (y1 - y0) * 1.4
    for (_, end, _, right), (begin, _, following, _) in zip(line.words, line.words[1:], strict=False):
        if following - right > gap:
            yield Segment(line.text[start:end].strip(), (left, y0, right, y1), page, confidence=line.confidence)
            start, left = begin, following
    yield Segment(line.text[start:].strip(), (left, y0, x1, y1), page, confidence=line.confidence)


def _closed_up(pieces: Sequence[Segment], keys: Collection[str]) -> list[Segment]:
    found: list[Segment] = []
    for piece in pieces:
        before = found[-1] if found else None
        if before and len(before.text) == 1 and has_han(before.text) and has_han(piece.text[:1]):
            head = piece.text[:1] if piece.text[1:2] in (*_COLONS, "") else ""
            if head and folded(before.text + head) in keys:
                box = union((before.box, piece.box))
                found[-1] = Segment(before.text + piece.text, box, piece.page, confidence=piece.confidence)
                continue
        found.append(piece)
    return found
