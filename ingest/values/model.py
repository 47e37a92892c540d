"""What a value is, and a text made ready for finding values."""

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum


class ValueKind(StrEnum):
    """Kinds of values."""

    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    DURATION = "duration"
    DATE = "date"
    ID = "id"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Value:
    """A value in a text.

    Attributes:
        kind: what it is.
        readings: all ways to read it, each in one spelling: ``1234.5``, ``2024-03-05`` (``2024-03`` without a day,
            ``--03-05`` without a year, as in ISO 8601), ``INV20240117``, ``acme holdings``.
        start: offset of its first character in the text.
        end: one past its last.
        text: the words themselves.
        units: what the number counts, each a way to read it: ISO 4217 codes, ``%``, ``day``, ``workday``, ``month``;
            empty for a bare number and for other kinds.
    """

    kind: ValueKind
    readings: frozenset[str]
    start: int
    end: int
    text: str
    units: frozenset[str] = frozenset()

    def agrees(self, other: "Value") -> bool:
        """Whether both may be the same: they share a reading, and a unit where both have one."""
        if (self.kind in _APART or other.kind in _APART) and self.kind != other.kind:
            return False
        if self.units and other.units and self.units.isdisjoint(other.units):
            return False
        return not self.readings.isdisjoint(other.readings)


_APART = frozenset((ValueKind.DATE, ValueKind.ID, ValueKind.NAME))


@dataclass(slots=True)
class Scan:
    """A text while values are looked for in it.

    Attributes:
        text: as given.
        folded: the same, character by character, with full-width forms and odd signs made plain: offsets stay.
        decimal: ``.`` or ``,`` where the text's decimal mark is known, else empty.
        values: found so far, in no order.
    """

    text: str
    decimal: str = ""
    folded: str = ""
    values: list[Value] = field(default_factory=list)
    _taken: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self.folded = fold(self.text)
        self._taken = bytearray(len(self.text))

    def is_free(self, start: int, end: int) -> bool:
        """Whether no value has been found in a part of the text."""
        return not any(self._taken[start:end])

    def add(
        self, kind: ValueKind, readings: frozenset[str], start: int, end: int, units: frozenset[str] = frozenset()
    ) -> None:
        """Note a value; its part of the text is taken from now on."""
        self.values.append(Value(kind, readings, start, end, self.text[start:end], units))
        self._taken[start:end] = b"\1" * (end - start)


# Dashes, minus signs, apostrophes and spaces of all kinds.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
        **dict.fromkeys("’‘ʼ＇`´", "'"),
        **dict.fromkeys("\u00a0\u202f\u2007\u2009\u2008\u200a", "\u2009"),
        "\u3000": " ",
        "\t": " ",
        "￥": "¥",
    }
)
_KEPT = frozenset("\u2009，：；")


def fold(text: str) -> str:
    """A text of the same length with full-width forms, dashes, apostrophes and spaces made plain.

    Spaces that do not break a line become thin spaces, which separate thousands for certain. The Chinese comma stays,
    as it separates; only between full-width digits is it a separator of thousands.
    """
    plain = text.translate(_PLAIN)
    if plain.isascii():
        return plain
    characters = list(plain)
    for index, character in enumerate(plain):
        if character.isascii() or character in _KEPT:
            continue
        form = unicodedata.normalize("NFKC", character)
        characters[index] = form if len(form) == 1 else character
    for index in range(1, len(plain) - 1):
        if plain[index] == "，" and _is_wide(plain[index - 1]) and _is_wide(plain[index + 1]):
            characters[index] = ","
    return "".join(characters)


def _is_wide(character: str) -> bool:
    return "０" <= character <= "９"
