"""Fields of a page by rule: a label, and the value beside or below it, in English and Chinese.

The rules are those of printed forms and invoices: ``label: value`` in a line, a label whose value stands to its right
or below it, and table cells. They know no document types and no synonyms.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

from ingest.scripts import has_han
from ingest.tasks.labels import COLONS, ends_with, is_label, is_named, label_key, rest_behind, split_pairs
from ingest.types import TextLine

Rows = Sequence[Sequence[TextLine]]
Table = list[list[str]]

# A value below a label begins at most this many line heights under it.
_NEAR = 2.5
# A misread letter in a label of some length is forgiven.
_SIMILAR = 88
_FORGIVING = 5


@dataclass(frozen=True, slots=True)
class _Pair:
    label: str
    value: str


def find_fields(names: Sequence[str], rows: Rows, tables: Sequence[Table]) -> dict[str, Any]:
    """Find fields on a page.

    Args:
        names: the wanted fields; none: every label with a value.
        rows: the page's lines, row by row from top to bottom, each from left to right.
        tables: its tables, row by row.

    Returns:
        For named fields each name with its value, None where there is none. Otherwise every label that was found; a
        label with several values has a list of them.
    """
    keys = {label_key(name) for name in names}
    rows = [_closed_up(row) for row in rows]
    pairs = list(_written_pairs(rows, keys))
    if names:
        return {name: _find(name, keys, pairs, rows, tables) for name in names}
    found: dict[str, list[str]] = {}
    for pair in [*pairs, *_table_pairs(tables)]:
        values = found.setdefault(pair.label, [])
        if pair.value not in values:
            values.append(pair.value)
    return {label: values[0] if len(values) == 1 else values for label, values in found.items()}


def _written_pairs(rows: Rows, keys: set[str]) -> Iterator[_Pair]:
    """All labels with a colon, in reading order, with their values."""
    for number, row in enumerate(rows):
        for place, line in enumerate(row):
            for label, value in split_pairs(line.text):
                value = value or _value_near(rows, number, place, keys)
                if value:
                    yield _Pair(label, value)


def _table_pairs(tables: Sequence[Table]) -> Iterator[_Pair]:
    """The rows of tables that have two columns."""
    for table in tables:
        if all(len(row) == 2 for row in table):
            yield from (_Pair(row[0].rstrip(COLONS).strip(), row[1]) for row in table if is_label(row[0]) and row[1])


def _find(name: str, keys: set[str], pairs: list[_Pair], rows: Rows, tables: Sequence[Table]) -> str | None:
    """The value of a name: the surest kind of evidence first."""
    key = label_key(name)
    if not key:
        return None
    kinds = (
        (pair.value for pair in pairs if is_named(pair.label, key)),
        (_table_value(table, key, keys) for table in tables),
        _values_of_lone_labels(rows, key, keys),
        (rest_behind(line.text, key) for row in rows for line in row),
        (pair.value for pair in pairs if ends_with(pair.label, name, key)),
        (pair.value for pair in pairs if len(key) >= _FORGIVING and fuzz.ratio(label_key(pair.label), key) >= _SIMILAR),
    )
    return next((value for kind in kinds for value in kind if value), None)


def _values_of_lone_labels(rows: Rows, key: str, keys: set[str]) -> Iterator[str]:
    for number, row in enumerate(rows):
        for place, line in enumerate(row):
            if is_named(line.text, key):
                yield _value_near(rows, number, place, keys)


def _value_near(rows: Rows, number: int, place: int, keys: set[str]) -> str:
    """What stands right of a label, or below it; empty where that is a label itself or nothing."""
    row = rows[number]
    right = row[place + 1].text if place + 1 < len(row) else ""
    below = _below(rows, number, row[place])
    key = label_key(row[place].text)
    if right and not _labels(right, keys, key):
        # Three and more side by side over numbers are the head of a table.
        head = len(row) > 2 and _has_digit(below) and not _has_digit(right)
        return below if head else right
    return below if below and not _labels(below, keys) else ""


def _below(rows: Rows, number: int, label: TextLine) -> str:
    """The first line under a label that shares its column and is near."""
    x0, _, x1, bottom = label.box
    reach = bottom + _NEAR * (bottom - label.box[1])
    for row in rows[number + 1 :]:
        for line in row:
            if line.box[0] < x1 and x0 < line.box[2] and line.box[1] <= reach:
                return line.text
    return ""


def _labels(text: str, keys: set[str], key: str = "") -> bool:
    """Whether a text is a label itself: by its colon, as one of the names, or as a name that goes on (``Date due``)."""
    return bool(split_pairs(text)) or label_key(text) in keys or (bool(key) and label_key(text).startswith(key))


def _table_value(table: Table, key: str, keys: set[str]) -> str:
    """The value of a table's cell that is a label: below it in a head, else right of it."""
    for number, row in enumerate(table):
        for place, cell in enumerate(row):
            if not is_named(cell, key):
                continue
            right = row[place + 1] if place + 1 < len(row) else ""
            under = table[number + 1] if number + 1 < len(table) else []
            below = under[place] if place < len(under) else ""
            head = number == 0 and len(row) > 2 and all(row) and not any(_has_digit(text) for text in row)
            value = below if head or not right or _labels(right, keys, key) else right
            return "" if _labels(value, keys) else value
    return ""


def _closed_up(row: Sequence[TextLine]) -> list[TextLine]:
    """A row whose spaced-out labels, such as ``名　称：``, are one line again."""
    lines: list[TextLine] = []
    for line in row:
        before = lines[-1] if lines else None
        spaced = len(line.text) > 1 and has_han(line.text[0]) and line.text[1] in COLONS
        if before and spaced and len(before.text) == 1 and has_han(before.text):
            box = (before.box[0], min(before.box[1], line.box[1]), line.box[2], max(before.box[3], line.box[3]))
            lines[-1] = TextLine(before.text + line.text, box, min(before.confidence, line.confidence))
        else:
            lines.append(line)
    return lines


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)
