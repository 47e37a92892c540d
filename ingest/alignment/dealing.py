"""Dealing a block's words out to the lines that were placed in it: each word to one line, in order."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from ingest.alignment.folding import Folded, fold
from ingest.alignment.rewording import pieces, reworded
from ingest.scripts import is_cjk
from ingest.types import BoxOrigin, TextLine

# Unplaced words with up to so many letters were overlooked at a line's end; more of them are a line of their own.
_STRAY = 15
# A table's line gets the cell's words where so much of it agrees (normalised Levenshtein).
_CELL_MATCH = 0.6
# Words are never cut, unless they are this long: an address, or a script without spaces that is not CJK.
_UNCUT = 40
_PIECE = 8
# Width of a line whose place is unknown, in characters.
_WIDTH, _WIDTH_CJK = 90, 40


@dataclass(frozen=True, slots=True)
class Placed:
    """A line and its place in the folded text: start and end in the key."""

    line: TextLine
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Share:
    """Words of a block, and the line they stand on: None where no line was found for them."""

    text: str
    line: TextLine | None


@dataclass(frozen=True, slots=True)
class _Word:
    """A piece of text that stays whole: its offsets, its part of the key, and the number of the line it is on or -1."""

    start: int
    end: int
    key_start: int
    key_end: int
    owner: int


def deal(text: str, folded: Folded, span: tuple[int, int], placed: Sequence[Placed], *, table: bool) -> list[Share]:
    """Deal out a block's words.

    Args:
        text: the page's text.
        folded: the same, folded.
        span: start and end offset of the block in it.
        placed: the lines placed in the block, in the order of the text.
        table: whether it is a table, where a line is a cell and words do not run over.

    Returns:
        The lines with their new texts, in order, and the words that none of them has. Lines whose words all belong to
        a neighbour are gone, unless they are the PDF's own.
    """
    words = [_owned(word, placed, folded) for word in _words(text, *span)]
    dealer = _Dealer(text, folded, placed, table)
    words = dealer.settle(words)
    shares: list[tuple[int, Share]] = []
    for owner, line in enumerate(placed):
        own = [word for word in words if word.owner == owner]
        if own or line.line.origin == BoxOrigin.LAYER:
            start = own[0].start if own else folded.at[line.start]
            shares.append((start, dealer.share(line.line, own)))
    for run in _runs(words):
        if run[0].owner == -1:
            shares += [(run[0].start, Share(piece, None)) for piece in _rows(text, run)]
    return [share for _, share in sorted(shares, key=lambda entry: entry[0])]


class _Dealer:
    def __init__(self, text: str, folded: Folded, placed: Sequence[Placed], table: bool) -> None:
        self._text = text
        self._folded = folded
        self._placed = placed
        self._table = table
        self._needles = [fold(line.line.text).key for line in placed]

    def settle(self, words: list[_Word]) -> list[_Word]:
        """Give words that no line covers to the line before or behind, where they are few."""
        settled: list[_Word] = []
        runs = list(_runs(words))
        for index, run in enumerate(runs):
            if run[0].owner >= 0:
                settled += run
                continue
            before = runs[index - 1][-1].owner if index else -1
            after = runs[index + 1][0].owner if index + 1 < len(runs) else -1
            settled += self._settled(run, before, after)
        return settled

    def share(self, line: TextLine, words: list[_Word]) -> Share:
        """A line with its words' text in place of its own, unless its own is exact or belongs to another cell."""
        if line.origin == BoxOrigin.LAYER:
            return Share(line.text, line)
        text = " ".join(self._text[words[0].start : words[-1].end].split())
        if self._table and Levenshtein.normalized_similarity(fold(line.text).key, fold(text).key) < _CELL_MATCH:
            return Share(line.text, line)
        return Share(text, reworded(line, text))

    def _settled(self, run: list[_Word], before: int, after: int) -> list[_Word]:
        letters = sum(word.key_end - word.key_start for word in run)
        if letters == 0:
            return self._settled_marks(run, before, after)
        if before == after >= 0:
            return [replace(word, owner=before) for word in run]
        if letters > _STRAY or (before < 0 and after < 0):
            return run
        cuts = range(0 if after >= 0 else len(run), (len(run) if before >= 0 else 0) + 1)
        gains = [(self._gain(before, run[:cut], False) + self._gain(after, run[cut:], True), cut) for cut in cuts]
        gain, cut = max(gains)
        parts = [(run[:cut], before), (run[cut:], after)]
        if gain <= 0 and self._table:
            return run
        # Exact lines already have these words, or never had them.
        if gain <= 0 and any(part and self._is_exact(owner) for part, owner in parts):
            loose = [owner for owner in (before, after) if owner >= 0 and not self._is_exact(owner)]
            return [replace(word, owner=loose[0]) for word in run] if loose else run
        return [replace(word, owner=owner) for part, owner in parts for word in part]

    def _settled_marks(self, run: list[_Word], before: int, after: int) -> list[_Word]:
        """Marks alone: a bullet goes with what follows it, the rest with what stands before."""
        opens = "\n" in self._text[max(run[0].start - 1, 0) : run[0].start] or before < 0
        owner = after if opens and after >= 0 else before if before >= 0 else after
        return [replace(word, owner=owner) for word in run]

    def _is_exact(self, owner: int) -> bool:
        return owner >= 0 and self._placed[owner].line.origin == BoxOrigin.LAYER

    def _gain(self, owner: int, words: list[_Word], in_front: bool) -> float:
        """How much more alike a line and its words are with further words at one end."""
        if owner < 0 or not words:
            return 0.0
        placed, needle = self._placed[owner], self._needles[owner]
        start, end = placed.start, placed.end
        wider = (words[0].key_start, end) if in_front else (start, words[-1].key_end)
        was = Levenshtein.normalized_similarity(needle, self._folded.key[start:end])
        return Levenshtein.normalized_similarity(needle, self._folded.key[wider[0] : wider[1]]) - was


def _words(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for first, last in pieces(text, start, end):
        if last - first < _UNCUT:
            yield first, last
        else:
            cuts = [*range(first, last - _PIECE, _PIECE), last]
            yield from pairwise(cuts)


def _owned(word: tuple[int, int], placed: Sequence[Placed], folded: Folded) -> _Word:
    """A word with the line that covers most of it; less than half is no claim."""
    key_start, key_end = folded.index(word[0]), folded.index(word[1])
    best, most = -1, 0
    first = bisect_left(placed, key_start + 1, key=lambda line: line.end)
    for owner in range(first, len(placed)):
        if placed[owner].start >= key_end:
            break
        shared = min(placed[owner].end, key_end) - max(placed[owner].start, key_start)
        if shared > most:
            best, most = owner, shared
    return _Word(word[0], word[1], key_start, key_end, best if 2 * most >= key_end - key_start else -1)


def _runs(words: Sequence[_Word]) -> Iterator[list[_Word]]:
    run: list[_Word] = []
    for word in words:
        if run and run[-1].owner != word.owner:
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _rows(text: str, words: list[_Word]) -> Iterator[str]:
    """Words without a line as lines of usual length; a line break in the text ends one too."""
    row: list[_Word] = []
    for word in words:
        if row:
            width = _WIDTH_CJK if is_cjk(text[row[0].start]) else _WIDTH
            if "\n" in text[row[-1].end : word.start] or word.end - row[0].start > width:
                yield " ".join(text[row[0].start : row[-1].end].split())
                row = []
        row.append(word)
    if row:
        yield " ".join(text[row[0].start : row[-1].end].split())
