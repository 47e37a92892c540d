"""A document as the embedded rules see it: its rows, the labels in them, and how it writes numbers and dates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.fields.folding import folded
from ingest.fields.habits import Habits, habits_of
from ingest.fields.lexicon import Label, Lexicon, build_lexicon
from ingest.fields.schema import Schema
from ingest.fields.sheet import Segment, Sheet, build_sheet
from ingest.types import PageText

# So many labels of line items side by side are the head of their table.
_HEAD = 3
_LONGEST_CELL = 40


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
        heads: rows that are the head of a table of line items.
    """

    schema: Schema
    sheet: Sheet
    habits: Habits
    labels: dict[tuple[int, int], tuple[Label, ...]]
    heads: frozenset[int]

    def labels_of(self, segment: Segment) -> tuple[Label, ...]:
        """The labels of a segment, in order."""
        return self.labels.get((segment.row, segment.place), ())

    def is_led(self, segment: Segment) -> bool:
        """Whether a segment begins with a label, or is one."""
        labels = self.labels_of(segment)
        return bool(labels) and not folded(segment.text[: labels[0].start])

    def places(self) -> Iterator[Place]:
        """All labels outside of the heads of tables, in reading order."""
        for segment in self.sheet.segments():
            if segment.row not in self.heads:
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
    return View(schema, sheet, habits, labels, frozenset(_heads(sheet, lexicon)))


def _heads(sheet: Sheet, lexicon: Lexicon) -> Iterator[int]:
    for number, row in enumerate(sheet.rows):
        cells = [segment.text for segment in row if len(segment.text) <= _LONGEST_CELL]
        names = [name for text in cells if (name := _item_name(lexicon, text))]
        several = len(set(names)) >= 2
        if several and (len(names) >= _HEAD or len(names) == len(row) == 2):
            yield number


def _item_name(lexicon: Lexicon, text: str) -> str:
    """The field of line items that a cell names; empty where it names none, or has digits, as a value has."""
    if any(map(str.isdigit, text)):
        return ""
    labels = lexicon.labels_in(text)
    meanings = [meaning for label in labels for meaning in label.meanings if meaning.item]
    return meanings[0].name if meanings else ""
