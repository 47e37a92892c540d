"""Text as it is compared: without what differs between two readings of the same words.

Two readings of one line differ in case, spaces, hyphens at line ends, full-width and half-width forms, ligatures,
accents and punctuation. What is left is folded text; each of its characters knows where it comes from.
"""

import unicodedata
from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

# A text longer than its needle by more than this is first narrowed to the stretch of the needle's length.
_SLACK = 8
# Signs that are drawn rather than read: rules, leaders, marks of a table's edge.
_DRAWN = frozenset("|~^`¨´¯¸")


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text.

    Attributes:
        key: letters, digits and symbols, casefolded.
        at: for each character of `key`, the offset in the text that it comes from; never decreasing.
    """

    key: str
    at: tuple[int, ...]

    def index(self, offset: int) -> int:
        """Index of the first character of `key` that comes from an offset of the text or from behind it."""
        return bisect_left(self.at, offset)


@dataclass(frozen=True, slots=True)
class Match:
    """Where a needle was found in a text: its own part that was, the place, and the number of equal characters."""

    needle_start: int
    needle_end: int
    start: int
    end: int
    equal: int


def fold(text: str) -> Folded:
    """Fold a text."""
    key: list[str] = []
    at: list[int] = []
    for offset, character in enumerate(text):
        for folded in _fold(character):
            key.append(folded)
            at.append(offset)
    return Folded("".join(key), tuple(at))


@lru_cache(maxsize=4096)
def _fold(character: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(c for c in decomposed if c not in _DRAWN and _counts(unicodedata.category(c)))


def _counts(category: str) -> bool:
    return category[0] in "LNS" or category == "Mc"


def steps(old: str, new: str) -> list[tuple[bool, int, int, int, int]]:
    """The stretches in which two texts are equal or not, in order: (equal, start and end in the old, in the new)."""
    codes = Levenshtein.opcodes(old, new)
    return [(code.tag == "equal", code.src_start, code.src_end, code.dest_start, code.dest_end) for code in codes]


def best_match(needle: str, text: str) -> Match | None:
    """Find the part of a text that resembles a needle, or part of it, best; None where nothing is equal.

    Both are aligned as a whole (Levenshtein), then the stretch is taken in which equal characters outnumber the others
    by most, so that single letters which happen to be equal at the ends do not widen it.
    """
    if len(text) > len(needle) + _SLACK:
        found = fuzz.partial_ratio_alignment(needle, text)
        if found is None:
            return None
        low, high = max(found.dest_start - _SLACK // 2, 0), found.dest_end + _SLACK // 2
        match = _stretch(needle, text[low:high])
        return match and replace(match, start=match.start + low, end=match.end + low)
    return _stretch(needle, text)


def _stretch(needle: str, text: str) -> Match | None:
    best: Match | None = None
    most = score = equal = needle_start = start = 0
    for is_equal, n0, n1, t0, t1 in steps(needle, text):
        if not is_equal:
            score -= max(n1 - n0, t1 - t0)
            continue
        if score <= 0:
            score, equal, needle_start, start = 0, 0, n0, t0
        score += n1 - n0
        equal += n1 - n0
        if score >= most:
            most, best = score, Match(needle_start, n1, start, t1, equal)
    return best
