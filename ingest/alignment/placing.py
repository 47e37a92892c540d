"""Finding the place of each line of a page in a text that says the same in another order, with other mistakes.

Lines that stand in the text once are placed first, the longest before the others, and what they cover is taken.
Short lines and repeated ones follow where their neighbours on the page say they belong; lines that were read too badly
to be recognised take the text between their neighbours, if there is any.
"""

import heapq
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from ingest.alignment.concordance import SHORT, Candidate, Concordance, candidate
from ingest.alignment.folding import Folded, best_match, fold
from ingest.alignment.neighbours import Neighbours, neighbours_of
from ingest.boxes import overlap
from ingest.scripts import is_cjk
from ingest.types import BoxOrigin, TextLine

# Between its placed neighbours chance has fewer places to offer (at most 0.30 for 99 of 100 lines of other documents),
# and more may be misread.
MIN_SHARE_BETWEEN = 0.4
# The same, for so short a line that single letters count much.
_MIN_SHARE_SHORT = 0.6
# A line stands in the text once if its second best place is worse by this share of its characters.
_LEAD = 0.12
_DISTINCT = 8
_DISTINCT_CJK = 5
# Characters of text between a short line and its neighbour's, at most: more, and it is another word that looks alike.
_FAR_SHORT = 60
_FAR = 600
_BACKWARDS = 30  # the text's order is not the page's here: costs as much as so many characters
_LOOSE = 20  # a word found inside another: the same
_SKIP = 40  # each unplaced line between a line and its neighbour: the same
_APART = 100  # a page's height between a line and its neighbour: the same
_DOUBT = 100  # all of a line's characters misread: the same, part of them in proportion
_LOOKED = 60  # candidates on either side of a neighbour that are looked at
_COMPARED = 2  # and free ones that are weighed against each other
_OVERLAP = 3
# A run of unrecognised lines takes the text between its neighbours if that is about as long.
_MIN_FILL, _MAX_FILL = 0.6, 1.6
_MARGIN = 0.12  # of the page's height: headers and footers


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands in the folded text: start and end in its key; and the share of the line found there."""

    start: int
    end: int
    share: float


def find_places(text: Folded, lines: Sequence[TextLine]) -> list[Place | None]:
    """Find where each line stands in a text.

    Args:
        text: the text, folded.
        lines: the page's lines, in any order.

    Returns:
        For each line its place or None. Places do not overlap.
    """
    search = _Search(text, lines)
    search.place_distinct()
    search.place_beside_neighbours()
    search.place_between_neighbours()
    search.place_leftovers()
    search.fill_gaps()
    search.grow()
    return search.places


class _Search:
    """The state of one search: what is placed, and what of the text is taken."""

    def __init__(self, text: Folded, lines: Sequence[TextLine]) -> None:
        self._text = text
        self._lines = lines
        self._needles = [fold(line.text).key for line in lines]
        self._free = bytearray(b"\1" * len(text.key))
        self._cuts: dict[int, tuple[int, int]] = {}  # unmatched characters at a placed line's ends
        self._near: dict[int, Neighbours] = {}
        concordance = Concordance(text)
        self._found = [concordance.find(needle) for needle in self._needles]
        self._in_order: dict[str, list[Candidate]] = {}
        self.places: list[Place | None] = [None] * len(lines)

    def place_distinct(self) -> None:
        """Place what stands in the text once and is claimed by no other line as good."""
        firm = [index for index in range(len(self._lines)) if self._is_distinct(index)]
        rivals = self._rivals([index for index, found in enumerate(self._found) if found])
        chosen = [index for index in firm if index not in rivals]
        for index in sorted(chosen, key=lambda index: (-self._found[index][0].equal, index)):
            self._take(index, self._found[index][0])

    def place_beside_neighbours(self) -> None:
        """Place lines that have several places, each at the one nearest in the text to a neighbour's on the page."""
        waiting = {index for index in self._unplaced() if self._found[index]}
        listeners: defaultdict[int, list[int]] = defaultdict(list)
        for index in sorted(waiting):
            for neighbour in self._around(index).all():
                listeners[neighbour].append(index)
        heap = [entry for index in sorted(waiting) if (entry := self._nearest(index))]
        heapq.heapify(heap)
        seeds = iter(sorted(waiting, key=lambda index: (-len(self._needles[index]), index)))
        while waiting:
            if heap:
                _, _, index, found = heapq.heappop(heap)
                if index not in waiting:
                    continue
                if not self._take(index, found):
                    if entry := self._nearest(index):
                        heapq.heappush(heap, entry)
                    continue
            elif (index := self._seed(seeds, waiting)) < 0:
                return
            waiting.discard(index)
            for listener in listeners[index]:
                if listener in waiting and (entry := self._nearest(listener)):
                    heapq.heappush(heap, entry)

    def place_between_neighbours(self) -> None:
        """Place badly read lines in the free text next to their neighbours'."""
        for index in self._unplaced():
            needle = self._needles[index]
            for low, high in self._windows(index, len(needle)):
                match = best_match(needle, self._text.key[low:high])
                wanted = MIN_SHARE_BETWEEN if len(needle) >= SHORT else _MIN_SHARE_SHORT
                if match and match.equal >= wanted * len(needle) and self._take(index, candidate(needle, match, low)):
                    break

    def place_leftovers(self) -> None:
        """Place lines far from their neighbours' text, where the text has words like theirs that no other line took."""
        for index in sorted(self._unplaced(), key=lambda index: (self._lines[index].box[1], index)):
            if len(self._needles[index]) < SHORT and self._is_at_edge(index):
                continue  # a page number is like many a figure
            free = next((found for found in self._found[index] if self._fit(found)), None)
            if free:
                self._take(index, free)

    def fill_gaps(self) -> None:
        """Give the text between two placed neighbours to unrecognisable lines that stand between them on the page."""
        groups: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for index in self._unplaced():
            gap = None if self._lines[index].origin == BoxOrigin.LAYER else self._gap(index)
            if gap:
                groups[gap].append(index)
        for (low, high), members in groups.items():
            lengths = [len(self._needles[index]) for index in members]
            if not _MIN_FILL * (high - low) <= sum(lengths) <= _MAX_FILL * (high - low):
                continue
            members.sort(key=lambda index: (self._lines[index].box[1] + self._lines[index].box[3], index))
            start, done = low, 0
            for index in members:
                done += len(self._needles[index])
                end = low + round((high - low) * done / sum(lengths))
                self._take(index, Candidate(start, end, 0, 0.0))
                start = end

    def grow(self) -> None:
        """Extend places over free text by as much as the line has unrecognised characters at that end."""
        for index, (before, after) in self._cuts.items():
            place = self.places[index]
            if place is None:
                continue
            start, end = place.start, place.end
            while before > 0 and start > 0 and self._free[start - 1]:
                start, before = start - 1, before - 1
            while after > 0 and end < len(self._free) and self._free[end]:
                end, after = end + 1, after - 1
            self._free[start:end] = bytes(end - start)
            self.places[index] = Place(start, end, place.share)

    def _unplaced(self) -> list[int]:
        return [index for index, place in enumerate(self.places) if place is None and self._needles[index]]

    def _is_distinct(self, index: int) -> bool:
        needle, found = self._needles[index], self._found[index]
        wanted = _DISTINCT_CJK if any(map(is_cjk, needle)) else _DISTINCT
        if len(needle) < wanted or not found:
            return False
        return len(found) == 1 or found[0].share - found[1].share > _LEAD

    def _rivals(self, claiming: list[int]) -> set[int]:
        """Lines whose best place another line claims that is about as long and not better by much."""
        claims = sorted(claiming, key=lambda index: (self._found[index][0].start, index))
        rivals: set[int] = set()
        for position, first in enumerate(claims):
            one = self._found[first][0]
            for second in claims[position + 1 :]:
                other = self._found[second][0]
                shared = min(one.end, other.end) - other.start
                if shared <= 0:
                    break
                if shared < 0.7 * max(one.end - one.start, other.end - other.start):
                    continue
                rivals |= self._losers(first, second)
        return rivals

    def _losers(self, first: int, second: int) -> set[int]:
        lines, found = self._lines, self._found
        if overlap(lines[first].box, lines[second].box) > 0.5:
            # The same words twice at one place: exact text first, then the better reading.
            return {min(first, second, key=lambda i: (lines[i].origin == BoxOrigin.LAYER, found[i][0].share, -i))}
        return {first, second}

    def _fit(self, found: Candidate) -> tuple[int, int] | None:
        """The free part of a place; None if more than a few characters of it are taken."""
        if not self._free[(found.start + found.end) // 2]:
            return None
        spare = max(_OVERLAP, (found.end - found.start) // 8)
        middle = (found.start + found.end) // 2
        start = self._free.rfind(0, found.start, middle) + 1 or found.start
        end = self._taken_from(middle, found.end)
        return (start, end) if end - start >= max(1, found.end - found.start - spare) else None

    def _take(self, index: int, found: Candidate) -> bool:
        """Place a line, unless more than a few characters of the place are taken."""
        free = self._fit(found)
        if free is None:
            return False
        start, end = free
        self._free[start:end] = bytes(end - start)
        self._cuts[index] = found.cut
        self.places[index] = Place(start, end, found.share)
        return True

    def _around(self, index: int) -> Neighbours:
        if index not in self._near:
            self._near[index] = neighbours_of(index, self._lines)
        return self._near[index]

    def _placed(self, neighbours: Sequence[int]) -> Place | None:
        return next((place for index in neighbours if (place := self.places[index])), None)

    def _nearest(self, index: int) -> tuple[float, int, int, Candidate] | None:
        """The free candidate nearest in the text to a placed neighbour, with what it costs; None where none is near."""
        around = self._around(index)
        limit = _FAR_SHORT if len(self._needles[index]) < SHORT else _FAR
        entries = [
            (cost + _DOUBT * (1 - found.share), -found.equal, index, found)
            for sides, forward in (((around.left, around.above), True), ((around.right, around.below), False))
            for side in sides
            for found, cost in self._costs(index, side, forward)
            if cost <= limit
        ]
        return min(entries, default=None)

    def _costs(self, index: int, side: Sequence[int], forward: bool) -> Iterator[tuple[Candidate, float]]:
        """Free candidates of a line around its nearest placed neighbour on one side, with what each costs."""
        known = next(((skipped, other) for skipped, other in enumerate(side) if self.places[other]), None)
        place = self.places[known[1]] if known else None
        if known is None or place is None:
            return
        distance = _SKIP * known[0] + _APART * abs(self._lines[index].box[1] - self._lines[known[1]].box[1])
        ordered = self._ordered(index)
        anchor = bisect_left(ordered, place.end - _OVERLAP if forward else place.start, key=lambda found: found.start)
        behind = islice(ordered, anchor, anchor + _LOOKED)
        in_front = islice(reversed(ordered), len(ordered) - anchor, len(ordered) - anchor + _LOOKED)
        for direction in (behind, in_front):
            free = (found for found in direction if self._fit(found))
            for found in islice(free, _COMPARED):
                gap = found.start - place.end if forward else place.start - found.end
                cost = max(gap, 0) if gap >= -_OVERLAP else _BACKWARDS - 2 * gap
                yield found, cost + distance + (_LOOSE if found.loose else 0)

    def _ordered(self, index: int) -> list[Candidate]:
        needle = self._needles[index]
        if needle not in self._in_order:
            self._in_order[needle] = sorted(self._found[index])
        return self._in_order[needle]

    def _seed(self, seeds: Iterator[int], waiting: set[int]) -> int:
        """Place a line that has no placed neighbour, so that others can follow; -1 where there is none."""
        for index in seeds:
            if index not in waiting or self._placed(self._around(index).all()):
                continue
            if any(self._take(index, found) for found in self._found[index]):
                return index
        return -1

    def _windows(self, index: int, length: int) -> Iterator[tuple[int, int]]:
        """Free text that follows the line before, on the row or above, or precedes the line after."""
        reach = length * 3 // 2 + 4
        around = self._around(index)
        for side in (around.left, around.above):
            if place := self._placed(side):
                yield place.end, self._taken_from(place.end, place.end + reach)
        for side in (around.right, around.below):
            if place := self._placed(side):
                taken = self._free.rfind(0, max(place.start - reach, 0), place.start)
                yield max(taken + 1, place.start - reach, 0), place.start

    def _taken_from(self, start: int, limit: int) -> int:
        taken = self._free.find(0, start, limit)
        return min(limit, len(self._free)) if taken < 0 else taken

    def _is_at_edge(self, index: int) -> bool:
        """Whether a line stands where headers and footers do."""
        box = self._lines[index].box
        return box[1] < _MARGIN or box[3] > 1 - _MARGIN

    def _gap(self, index: int) -> tuple[int, int] | None:
        """The free text between a line's neighbours on both sides; at the page's edges, between the text's ends."""
        around = self._around(index)
        before = self._placed(around.left) or self._placed(around.above)
        after = self._placed(around.right) or self._placed(around.below)
        if (before is None or after is None) and any(self.places) and self._is_at_edge(index):
            return None
        low, high = before.end if before else 0, after.start if after else len(self._free)
        return (low, high) if low < high and self._free.find(0, low, high) < 0 else None
