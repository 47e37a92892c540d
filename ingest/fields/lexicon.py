"""Labels in texts: which words stand for which field."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest.fields.distractors import DISTRACTORS
from ingest.fields.folding import fold_places, folded, parts_words, word_start
from ingest.fields.schema import Schema

OTHER = ""  # the field of a label that means something else
_WIDEST = 3  # characters without letters within a label: "Invoice - No."
_COMPOUND = 8  # letters of a label that may close a longer word: "Handelsrechnung"
_SHORT = 3  # letters of a label that may also be the end of an identifier: "4711/NO"
_WALLS = ":：;；|(（)）"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a label may stand for.

    Attributes:
        name: of the field; `OTHER` where no field is meant.
        rank: 0 for the surest of the field's labels, up to 1 for the last.
        item: whether the field belongs to the document's lines.
    """

    name: str
    rank: float
    item: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """A label in a text.

    Attributes:
        key: its folded words.
        meanings: what it may stand for.
        start: offset of its first character.
        end: one past its last.
    """

    key: str
    meanings: tuple[Meaning, ...]
    start: int
    end: int

    def means(self, name: str) -> Meaning | None:
        """What it says of a field; None where it does not stand for it."""
        return next((meaning for meaning in self.meanings if meaning.name == name), None)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All labels of a schema, and others that are easily taken for them."""

    meanings: dict[str, tuple[Meaning, ...]]
    _longest: int = field(default=0)

    @property
    def keys(self) -> frozenset[str]:
        """The folded labels."""
        return frozenset(self.meanings)

    def labels_in(self, text: str) -> tuple[Label, ...]:
        """The labels of a text, in order; of those that overlap the longest."""
        characters = fold_places(text[:1000])
        found: list[Label] = []
        at = 0
        while at < len(characters):
            label = self._label_at(text, characters, at)
            if label is None:
                at += 1
                continue
            found.append(label)
            at += len(label.key)
        return tuple(found)

    def _label_at(self, text: str, characters: Sequence[tuple[str, int]], at: int) -> Label | None:
        start = word_start(text, characters[at][1])
        shortest = 1 if start == characters[at][1] else _COMPOUND
        best: Label | None = None
        key = ""
        for index in range(at, min(at + self._longest, len(characters))):
            character, place = characters[index]
            if index > at and _is_apart(text, characters[index - 1][1], place):
                break
            key += character
            whole = index + 1 == len(characters) or characters[index + 1][1] != place
            if len(key) <= _SHORT and text[start - 1 : start] in ("/", "-", "."):
                continue
            if whole and len(key) >= shortest and key in self.meanings and parts_words(text, place + 1):
                best = Label(key, self.meanings[key], start, place + 1)
        return best


def _is_apart(text: str, before: int, after: int) -> bool:
    gap = text[before + 1 : after]
    return len(gap) > _WIDEST or any(wall in gap for wall in _WALLS)


def build_lexicon(schema: Schema) -> Lexicon:
    """The labels of a schema's fields."""
    found: dict[str, list[Meaning]] = {}
    for key, meaning in _meanings(schema):
        known = found.setdefault(key, [])
        if key and all(other.name != meaning.name for other in known):
            known.append(meaning)
    for text in DISTRACTORS:
        found.setdefault(folded(text), [Meaning(OTHER, 0.0)])
    meanings = {key: tuple(known) for key, known in found.items() if key}
    return Lexicon(meanings, max(map(len, meanings), default=0))


def _meanings(schema: Schema) -> Iterator[tuple[str, Meaning]]:
    for spec in schema.fields:
        for number, label in enumerate(spec.labels):
            yield folded(label), Meaning(spec.name, number / max(len(spec.labels) - 1, 1), spec.item)
