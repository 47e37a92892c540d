"""Where a PDF itself places the letters of a quote: the truth that highlights are measured against."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pymupdf
from rapidfuzz import fuzz

from ingest.scripts import is_cjk
from ingest.types import Box


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The letters of a page, without white space, in the file's order.

    Attributes:
        letters: folded (NFKC, no case); a ligature gives several.
        boxes: of each letter, in fractions of the upright page; the letters of a ligature share one.
    """

    letters: str
    boxes: tuple[Box, ...]


def glyphs_of(page: pymupdf.Page) -> Glyphs:
    """The letters of a page as it is shown, its rotation applied."""
    letters: list[str] = []
    boxes: list[Box] = []
    for text, rect in _characters(page):
        shown = rect * page.rotation_matrix
        box = (
            shown.x0 / page.rect.width,
            shown.y0 / page.rect.height,
            shown.x1 / page.rect.width,
            shown.y1 / page.rect.height,
        )
        for letter in folded(text):
            letters.append(letter)
            boxes.append(box)
    return Glyphs("".join(letters), tuple(boxes))


def folded(text: str) -> str:
    """Letters for comparison, one for one as `glyphs_of` has them."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def places(quote: str, glyphs: Glyphs) -> Iterator[range]:
    """All places of a quote among a page's letters, however its lines are broken."""
    wanted = folded(quote)
    start = glyphs.letters.find(wanted) if wanted else -1
    while start >= 0:
        yield range(start, start + len(wanted))
        start = glyphs.letters.find(wanted, start + 1)


def likely_place(quote: str, glyphs: Glyphs, least: float) -> range | None:
    """Where a quote stands that was read with errors; None where nothing is like it.

    Args:
        quote: as it was read.
        glyphs: of the page.
        least: how like it must be, 0..1 (rapidfuzz's partial ratio / 100).
    """
    found = fuzz.partial_ratio_alignment(folded(quote), glyphs.letters, score_cutoff=100 * least)
    return range(found.dest_start, found.dest_end) if found else None


def words_at(quote: str, place: range) -> list[range]:
    """The places of a quote's words, given its own; each Chinese character is a word."""
    found = []
    start = place.start
    spaced = "".join(f" {character} " if is_cjk(character) else character for character in quote)
    for word in spaced.split():
        end = min(start + len(folded(word)), place.stop)
        if end > start:
            found.append(range(start, end))
        start = end
    return found


def _characters(page: pymupdf.Page) -> Iterator[tuple[str, pymupdf.Rect]]:
    flags = pymupdf.TEXTFLAGS_RAWDICT & ~pymupdf.TEXT_PRESERVE_IMAGES
    for block in page.get_text("rawdict", flags=flags)["blocks"]:
        for line in block.get("lines", ()):
            for span in line["spans"]:
                for char in span["chars"]:
                    yield char["c"], pymupdf.Rect(char["bbox"])


def covered(box: Box, by: Sequence[Box]) -> float:
    """Share of a box's area that lies within others, 0..1."""
    whole = (box[2] - box[0]) * (box[3] - box[1])
    return union_area([_common(box, other) for other in by]) / whole if whole > 0 else 1.0


def outside(boxes: Sequence[Box], lines: Sequence[Box]) -> tuple[float, float]:
    """The area of boxes that lies outside the lines, and all their area."""
    whole = union_area(boxes)
    inside = union_area([_common(box, line) for box in boxes for line in lines])
    return max(whole - inside, 0.0), whole


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box around boxes, of which there is at least one."""
    return (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))


def union_area(boxes: Sequence[Box]) -> float:
    """The area that boxes cover together."""
    real = [box for box in boxes if box[2] > box[0] and box[3] > box[1]]
    edges = sorted({x for box in real for x in (box[0], box[2])})
    total = 0.0
    for left, right in pairwise(edges):
        spans = sorted((box[1], box[3]) for box in real if box[0] < right and box[2] > left)
        reach = float("-inf")
        for low, high in spans:
            total += (right - left) * max(0.0, high - max(low, reach))
            reach = max(reach, high)
    return total


def _common(one: Box, other: Box) -> Box:
    return (max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3]))
