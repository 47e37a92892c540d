"""A passage as proof: which values stand in it, and where."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property

from ingest.tokens import terms
from ingest.types import PageText
from ingest.values import Value, ValueKind, find_values
from ingest.values.ids import squashed
from ingest.values.model import fold
from ingest.values.numbers import decimal_mark
from ingest.values.quantities import units_named
from retrieval.locating import Locator
from retrieval.quotes import stems
from retrieval.types import Evidence
from retrieval.units import Unit, units_of

# Words in at most this share of a passage's sentences tell them apart.
_TELLING = 1 / 3
_QUANTITIES = (ValueKind.MONEY, ValueKind.PERCENT, ValueKind.DURATION)


class Ground:
    """A passage as proof.

    Attributes:
        evidence: the passage.
        page: the text of its page.
        units: its sentences and rows of tables, in their order on the page.
    """

    def __init__(self, evidence: Evidence, page: PageText) -> None:
        """Prepare; values are looked for when they are first asked about."""
        self.evidence = evidence
        self.page = page
        self.units = tuple(_inside(evidence, page))
        self._shown: dict[Unit, tuple[Value, ...]] = {}
        self._decimal = decimal_mark(" ".join(line.text for line in page.lines))

    @cached_property
    def text(self) -> str:
        """Everything that belongs to the passage."""
        chunk = self.evidence.chunk
        return "\n".join((chunk.text, chunk.heading, chunk.title, self.evidence.source))

    @cached_property
    def locator(self) -> Locator:
        """Finds quotes on its page."""
        return Locator(self.page)

    @cached_property
    def stems(self) -> set[str]:
        """Stems of its words. A file's name is none of them: whoever sent the file chose it, and no page shows it."""
        chunk = self.evidence.chunk
        return stems(terms("\n".join((chunk.text, chunk.heading, chunk.title))))

    @cached_property
    def _values(self) -> tuple[Value, ...]:
        return find_values(self.text, self._decimal, names=False)

    @cached_property
    def _named(self) -> frozenset[str]:
        return units_named(" ".join(line.text for line in self.page.lines))

    def proves(self, value: Value) -> bool:
        """Whether a claim's value stands in the passage."""
        return self._has(value, self._values, self.text)

    def shows(self, unit: Unit, value: Value) -> bool:
        """Whether a value stands in some of its words."""
        if unit not in self._shown:
            self._shown[unit] = find_values(unit.text, self._decimal, names=False)
        return self._has(value, self._shown[unit], unit.text)

    def tells(self, value: Value, wanted: set[str]) -> bool:
        """Whether a value stands where the passage speaks of a claim's words.

        Small numbers stand everywhere. So words that tell the passage's sentences apart must stand in the sentence that
        has the value, or in one beside it; of a table, in the row or in one without digits, its head. Where the value
        stands in no sentence (a heading, the title), or no word of the claim tells them apart, there is nothing to
        compare.
        """
        places = [index for index, unit in enumerate(self.units) if self.shows(unit, value)]
        counts = Counter(word for words in self._unit_stems for word in words & wanted)
        telling = {word for word, count in counts.items() if count <= max(1, len(self.units) * _TELLING)}
        if not places or not telling:
            return self.proves(value)
        return any(not telling.isdisjoint(self._around(place)) for place in places)

    def _around(self, place: int) -> set[str]:
        """Stems of what belongs to a unit: itself, and its neighbours or its table's head."""
        if not self.units[place].is_row:
            return set().union(*self._unit_stems[max(0, place - 1) : place + 2])
        return self._unit_stems[place].union(
            *(words for words, unit in zip(self._unit_stems, self.units, strict=True) if _is_head(unit))
        )

    @cached_property
    def _unit_stems(self) -> list[set[str]]:
        return [stems(terms(unit.text)) for unit in self.units]

    def _has(self, value: Value, values: Sequence[Value], text: str) -> bool:
        if value.kind is ValueKind.ID or (value.kind is ValueKind.NUMBER and len(squashed(value.text)) > 2):
            spaced = r"[\W_]*".join(map(re.escape, squashed(value.text)))
            if re.search(rf"(?<![A-Za-z0-9]){spaced}(?![A-Za-z0-9])", fold(text), re.IGNORECASE):
                return True
        return any(_proves(value, other, self._named) for other in values)


def _proves(claimed: Value, given: Value, named: frozenset[str]) -> bool:
    """Whether a value of a passage proves one of a claim: it is the same, or says more."""
    if given.kind is ValueKind.DATE:
        if claimed.kind is ValueKind.DATE:
            return any(_is_part(part, whole) for part in claimed.readings for whole in given.readings)
        years = {reading[:4] for reading in given.readings if not reading.startswith("--")}
        return claimed.kind is ValueKind.NUMBER and not years.isdisjoint(claimed.readings)
    if not claimed.agrees(given):
        return False
    return claimed.kind not in _QUANTITIES or bool(given.units) or not claimed.units.isdisjoint(named)


def _is_head(unit: Unit) -> bool:
    return unit.is_row and not any(character.isdigit() for character in unit.text)


def _is_part(part: str, whole: str) -> bool:
    """Whether one date is another, or leaves its day or its year out."""
    return part == whole or whole.startswith(f"{part}-") or (part.startswith("--") and whole.endswith(part[1:]))


def _inside(evidence: Evidence, page: PageText) -> Iterator[Unit]:
    chunk = evidence.chunk
    for unit in units_of(page):
        if any(chunk.line_start <= span.line < chunk.line_end for span in unit.spans):
            yield unit
