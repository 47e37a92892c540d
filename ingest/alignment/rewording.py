"""A line with another text, and where its words then stand."""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from ingest.alignment.folding import steps
from ingest.scripts import is_cjk
from ingest.types import TextLine

# Places of words are kept where so much of the text stayed as it was.
_SAFE = 0.7


def reworded(line: TextLine, text: str) -> TextLine:
    """A line with another reading of its words; their places move along where enough of the text stayed."""
    if text == line.text:
        return line
    return replace(line, text=text, words=_moved(line, text))


def _moved(line: TextLine, text: str) -> tuple[tuple[int, int, float, float], ...]:
    if not line.words:
        return ()
    changes = steps(text, line.text)
    equal = sum(n1 - n0 for is_equal, n0, n1, _, _ in changes if is_equal)
    if equal < _SAFE * len(text):
        return ()
    anchors = sorted({(n, o) for _, n0, n1, o0, o1 in changes for n, o in ((n0, o0), (n1, o1))})
    found = []
    for start, end in pieces(text, 0, len(text)):
        left = _x(line, _at(anchors, start, first=False), opens=True)
        right = _x(line, _at(anchors, end, first=True), opens=False)
        found.append((start, end, min(left, right), max(left, right)))
    return tuple(found)


def _at(anchors: list[tuple[int, int]], offset: int, *, first: bool) -> float:
    """The old offset that a new one had; where text was left out there are two: the first or the last of them."""
    same = [old for new, old in anchors if new == offset]
    if same:
        return same[0] if first else same[-1]
    index = bisect_left(anchors, (offset, 0))
    (new0, old0), (new1, old1) = anchors[index - 1], anchors[index]
    return old0 + (old1 - old0) * (offset - new0) / (new1 - new0)


def _x(line: TextLine, offset: float, *, opens: bool) -> float:
    """The place in the page's width of an offset in a line's text, as the beginning or the end of a word."""
    edge = line.box[0] if opens else line.box[2]
    words = line.words if opens else tuple(reversed(line.words))
    for start, end, x0, x1 in words:
        if (offset < end) if opens else (offset > start):
            return x0 + (x1 - x0) * min(max((offset - start) / (end - start), 0.0), 1.0)
        edge = x1 if opens else x0
    return edge


def split(line: TextLine, offset: int) -> tuple[TextLine, TextLine]:
    """Cut a line in two before a character; neither part may be empty."""
    x0, y0, x1, y1 = line.box
    left = tuple(word for word in line.words if word[1] <= offset)
    right = tuple((start - offset, end - offset, a, b) for start, end, a, b in line.words if start >= offset)
    cut = x0 + (x1 - x0) * offset / len(line.text)
    ends, begins = (left[-1][3] if left else cut), (right[0][2] if right else cut)
    ends, begins = (ends if ends > x0 else cut), (begins if begins < x1 else cut)
    head, tail = line.text[:offset].rstrip(), line.text[offset:]
    lead = len(tail) - len(tail.lstrip())
    moved = tuple((start - lead, end - lead, a, b) for start, end, a, b in right)
    return (
        replace(line, text=head, box=(x0, y0, ends, y1), words=left),
        replace(line, text=tail.lstrip(), box=(begins, y0, x1, y1), words=moved),
    )


def pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Offsets of what stays together: words, and single CJK characters with the marks that belong to them."""
    position = start
    for run in text[start:end].split():
        first = text.index(run, position)
        position = first + len(run)
        inner = () if run.isascii() else (at for at in range(first + 1, position) if _may_cut(text, at))
        yield from pairwise([first, *inner, position])


def _may_cut(text: str, at: int) -> bool:
    left, right = text[at - 1], text[at]
    if not (is_cjk(left) or is_cjk(right)):
        return False
    return unicodedata.category(right) not in ("Pe", "Pf", "Po") and unicodedata.category(left) not in ("Ps", "Pi")
