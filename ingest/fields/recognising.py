"""What kind of document it is, by what it calls itself and by the labels it has."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.fields.folding import fold_places, folded, parts_words
from ingest.fields.schema import Find, Schema
from ingest.types import PageText

_FIRST_LINES = 25
_TITLE_LENGTH = 60
_TITLE, _WORD, _LABEL = 2.0, 0.5, 0.25
_MOST_TITLES, _MOST_LABELS = 3, 12
_ENOUGH = 2.0
_PAGES = 2
_COMPOUND = 8  # letters of a word that may close a longer one: "Handelsrechnung"
_LONGEST = 300  # characters of a line that are looked at


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    folded: str
    places: tuple[int, ...]

    def has(self, key: str) -> bool:
        """Whether it has a word, standing alone."""
        at = self.folded.find(key)
        while at >= 0:
            start, end = self.places[at], self.places[at + len(key) - 1] + 1
            if (parts_words(self.text, start) or len(key) >= _COMPOUND) and parts_words(self.text, end):
                return True
            at = self.folded.find(key, at + 1)
        return False


def recognise(pages: Sequence[PageText], schemas: Sequence[Schema]) -> Schema | None:
    """The schema that fits a document best; None where none does.

    Each of a schema's words counts once: most in a short line at the beginning, less elsewhere on the first pages; a
    label of one of its fields counts, too.
    """
    lines = [_line(line.text[:_LONGEST]) for page in pages[:_PAGES] for line in page.lines]
    scored = [(_score(schema, lines), -number, schema) for number, schema in enumerate(schemas)]
    best = max(scored, key=lambda entry: entry[:2], default=None)
    return best[2] if best and best[0] >= _ENOUGH else None


def _line(text: str) -> _Line:
    characters = fold_places(text)
    return _Line(text, "".join(one for one, _ in characters), tuple(place for _, place in characters))


def _score(schema: Schema, lines: Sequence[_Line]) -> float:
    short = [line for line in lines[:_FIRST_LINES] if len(line.text) <= _TITLE_LENGTH]
    keys = {key for word in schema.words if (key := folded(word))}
    titles = sum(any(line.has(key) for line in short) for key in keys)
    words = sum(any(line.has(key) for line in lines) for key in keys)
    if not words:
        return 0.0
    # Discounts and freight stand on documents of all kinds.
    telling = [spec for spec in schema.fields if spec.find is not Find.SUM]
    labels = {key for spec in telling for label in spec.labels if len(key := folded(label)) > 3}
    found = sum(any(line.has(key) for line in lines) for key in labels)
    return _TITLE * min(titles, _MOST_TITLES) + _WORD * words + _LABEL * min(found, _MOST_LABELS)
