"""Every place in a text where a line may stand."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.alignment.folding import Folded, Match, best_match
from ingest.scripts import is_cjk

# Of a line's characters so many must be found equal. On degraded scans 99 of 100 lines keep 0.95 and none less than
# 0.75; 95 of 100 lines of other documents find at most 0.48 in a page's text, the others are its words by chance.
MIN_SHARE = 0.65
# So short a line must be found exactly: with a letter wrong it could be too many words.
SHORT = 6
_GRAM = 3
# Work is bounded also where a text repeats a few characters over and over: places of a gram and of a short line that
# are looked at, grams and votes of a line, and candidates for it.
_PLACES = 400
_OCCURRENCES = 1000
_GRAMS, _VOTES = 24, 1500
_CANDIDATES, _CANDIDATES_LONG = 60, 12
_LONG = 24
_MARGIN = 3


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """A possible place of a line.

    Attributes:
        start: in the text's key.
        end: likewise.
        equal: number of the line's characters that were found.
        share: the same, as a share of them, 0..1.
        loose: whether it is only part of a word of the text.
        cut: number of the line's characters before and behind those that were found.
    """

    start: int
    end: int
    equal: int
    share: float
    loose: bool = False
    cut: tuple[int, int] = (0, 0)


def candidate(needle: str, match: Match, offset: int = 0) -> Candidate:
    """The candidate that a match is."""
    cut = (match.needle_start, len(needle) - match.needle_end)
    return Candidate(match.start + offset, match.end + offset, match.equal, match.equal / len(needle), False, cut)


class Concordance:
    """An index of a text's character groups; a needle is looked up where most of its groups point."""

    def __init__(self, text: Folded) -> None:
        """Index a text."""
        self._text = text
        self._known: dict[str, tuple[Candidate, ...]] = {}
        grams: defaultdict[str, list[int]] = defaultdict(list)
        for at in range(len(text.key) - _GRAM + 1):
            grams[text.key[at : at + _GRAM]].append(at)
        self._grams = {gram: places[:_PLACES] for gram, places in grams.items()}

    def find(self, needle: str) -> tuple[Candidate, ...]:
        """Places that hold enough of a folded line, none within another, the best first."""
        if needle not in self._known:
            found = self._exact(needle) if len(needle) < SHORT else self._similar(needle)
            self._known[needle] = tuple(found)
        return self._known[needle]

    def _exact(self, needle: str) -> Iterator[Candidate]:
        any_cjk = any(map(is_cjk, needle))
        at, end = -1, 0
        for _ in range(_OCCURRENCES):
            at = self._text.key.find(needle, end) if needle else -1
            if at < 0:
                return
            loose = self._is_loose(at, at + len(needle))
            if any_cjk or not loose:
                yield Candidate(at, at + len(needle), len(needle), 1.0, loose)
            end = at + (1 if loose else len(needle))

    def _is_loose(self, start: int, end: int) -> bool:
        """Whether a piece of the key is only part of a word."""
        at, key = self._text.at, self._text.key
        before = start > 0 and at[start] - at[start - 1] <= 1 and key[start - 1].isalnum() and key[start].isalnum()
        after = end < len(at) and at[end] - at[end - 1] <= 1 and key[end].isalnum() and key[end - 1].isalnum()
        return before or after

    def _similar(self, needle: str) -> Iterator[Candidate]:
        matches = []
        for low, high in self._beginnings(needle):
            match = best_match(needle, self._text.key[low : high + len(needle)])
            if match and match.equal >= MIN_SHARE * len(needle):
                matches.append(candidate(needle, match, low))
        kept: list[Candidate] = []
        for found in sorted(matches, key=lambda found: (-found.equal, found.start)):
            if all(found.end <= other.start or found.start >= other.end for other in kept):
                kept.append(found)
                yield found

    def _beginnings(self, needle: str) -> list[tuple[int, int]]:
        """Where a needle may begin: the ranges of offsets to which most of its grams point."""
        votes = self._votes(needle)
        width = max(_MARGIN, len(needle) // 8)
        runs = []
        first = 0
        for last, vote in enumerate(votes):
            while votes[first] < vote - width:
                first += 1
            runs.append((last - first + 1, votes[first], vote))
        runs.sort(key=lambda run: (-run[0], run[1]))
        limit = _CANDIDATES_LONG if len(needle) > _LONG else _CANDIDATES
        chosen: list[tuple[int, int]] = []
        for count, low, high in runs:
            if len(chosen) == limit or 2 * count < runs[0][0]:
                break
            if all(high + width < other_low or low > other_high + width for other_low, other_high in chosen):
                chosen.append((low, high))
        return [(max(low - _MARGIN, 0), high + _MARGIN) for low, high in chosen]

    def _votes(self, needle: str) -> list[int]:
        """Where a needle would begin if one of its grams were right, in order; its rarest grams are asked first."""
        pointed = [(self._grams.get(needle[at : at + _GRAM], []), at) for at in range(len(needle) - _GRAM + 1)]
        votes: list[int] = []
        for places, at in sorted((entry for entry in pointed if entry[0]), key=lambda entry: len(entry[0]))[:_GRAMS]:
            if len(votes) > _VOTES:
                break
            votes += [place - at for place in places]
        return sorted(votes)
