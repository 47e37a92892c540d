"""A document as the embedded rules see it: its rows, the labels in them, and how it writes numbers and dates."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.fields.folding import folded
from ingest.fields.habits import Habits, habits_of
from ingest.fields.lexicon import Label, Lexicon, build_lexicon
from ingest.fields.model import FieldKind
from ingest.fields.schema import Schema
from ingest.fields.sheet import Segment, Sheet, build_sheet, is_level
from ingest.types import PageText

# So many labels of line items side by side are the head of their table.
_HEAD = 3
_LONGEST_CELL = 40
# "Lieferant GmbH" is a name, though it begins like a label.
FORM_ALONE = re.compile(r"(?i)(?:gmbh|ag|kg|inc|ltd|limited|llc|corp|s\.?a\.?s?|sarl|b\.?v|plc|company)\b.{0,20}")
_SHORT = 4  # letters of a label that may also begin a name


@dataclass(frozen=True, slots=True)
class Place:
    """A label in a segment.

    Attributes:
        segment: where it stands.
        label: the label.
        rest: what follows it in the segment, up to the next label.
        leads: whether nothing but another label stands before it.
    """

    segment: Segment
    label: Label
    rest: str
    leads: bool


@dataclass(frozen=True, slots=True)
class View:
    """See the module.

    Attributes:
        schema: the kind of document.
        sheet: its rows.
        habits: its numbers and dates.
        labels: of each segment, by row and place in the row.
        heads: the head of each table of line items: the cells, by the number of its last row.
        head_rows: rows that are nothing but heads.
    """

    schema: Schema
    sheet: Sheet
    habits: Habits
    labels: dict[tuple[int, int], tuple[Label, ...]]
    heads: dict[int, tuple[Segment, ...]]
    head_rows: frozenset[int]

    def labels_of(self, segment: Segment) -> tuple[Label, ...]:
        """The labels of a segment, in order."""
        return self.labels.get((segment.row, segment.place), ())

    def is_led(self, segment: Segment) -> bool:
        """Whether a segment begins with a label, or is one."""
        labels = self.labels_of(segment)
        return bool(labels) and not folded(segment.text[: labels[0].start]) and not self._is_word(segment, labels[0])

    def _is_word(self, segment: Segment, label: Label) -> bool:
        """Whether a short label of a party is a word of a name: "von Hagen KG", "To Go Foods Ltd"."""
        specs = [self.schema.field(meaning.name) for meaning in label.meanings]
        rest = segment.text[label.end :].strip()
        is_party = any(spec is not None and spec.kind is FieldKind.NAME for spec in specs)
        is_part = folded(segment.text[label.start : label.end]) != label.key  # "Musterlieferant"
        is_short = len(label.key) <= _SHORT and rest[:1].isalnum()
        return is_party and (is_part or is_short or FORM_ALONE.fullmatch(rest) is not None)

    def places(self) -> Iterator[Place]:
        """All labels outside of the heads of tables, in reading order."""
        for segment in self.sheet.segments():
            if segment.row not in self.head_rows:
                yield from self.places_in(segment)

    def places_in(self, segment: Segment) -> Iterator[Place]:
        """The labels of a segment, each with what follows it."""
        labels = self.labels_of(segment)
        ends = [label.start for label in labels[1:]] + [len(segment.text)]
        before = 0
        for label, end in zip(labels, ends, strict=False):
            leads = not folded(segment.text[before : label.start])
            yield Place(segment, label, segment.text[label.end : end], leads)
            before = label.end


def build_view(schema: Schema, pages: Sequence[PageText]) -> View:
    """Look at a document with the labels of a schema."""
    lexicon = build_lexicon(schema)
    sheet = build_sheet(pages, lexicon.keys)
    labels = {(one.row, one.place): found for one in sheet.segments() if (found := lexicon.labels_in(one.text))}
    habits = habits_of(segment.text for segment in sheet.segments())
    heads, rows = _heads(sheet, lexicon)
    return View(schema, sheet, habits, labels, heads, rows)


def _heads(sheet: Sheet, lexicon: Lexicon) -> tuple[dict[int, tuple[Segment, ...]], frozenset[int]]:
    heads: dict[int, tuple[Segment, ...]] = {}
    taken: set[int] = set()
    for number, row in enumerate(sheet.rows):
        cells = [segment.text for segment in row if len(segment.text) <= _LONGEST_CELL]
        names = [name for text in cells if (name := _item_name(lexicon, text))]
        several = len(set(names)) >= 2
        if number not in taken and several and (len(names) >= _HEAD or len(names) == len(row) == 2):
            slipped = _slipped(sheet, lexicon, row)
            beside = {one.row for one in slipped if len(sheet.rows[one.row]) == 1}
            taken |= {number, *beside}
            heads[max(number, *beside, 0)] = tuple(sorted((*row, *slipped), key=lambda one: one.box[0]))
    return heads, frozenset(taken)


def _slipped(sheet: Sheet, lexicon: Lexicon, row: tuple[Segment, ...]) -> list[Segment]:
    """Cells of a head that stand a little higher or lower than the others, as on a skewed page."""
    return [
        one
        for other in sheet.beside(row[0].row)
        for one in other
        if _item_name(lexicon, one.text)
        and any(is_level(one, cell) for cell in row)
        and all(one.box[2] <= cell.box[0] or cell.box[2] <= one.box[0] for cell in row)
    ]


def _item_name(lexicon: Lexicon, text: str) -> str:
    """The field of line items that a cell names; empty where it names none, or has digits, as a value has."""
    if any(map(str.isdigit, text)):
        return ""
    labels = lexicon.labels_in(text)
    meanings = [meaning for label in labels for meaning in label.meanings if meaning.item]
    return meanings[0].name if meanings else ""
