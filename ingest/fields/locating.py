"""Where a value that comes from elsewhere, from an XML or a model, stands on the pages."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from ingest.fields.folding import folded
from ingest.fields.model import FieldKind
from ingest.fields.normal import parse_decimal
from ingest.fields.printed import amounts_in, dates_in
from ingest.fields.sheet import Segment
from ingest.fields.view import View

_LONGEST_NAME = 4  # segments one below the other that a name may take


def locate(view: View, kind: FieldKind, value: str, labels: Sequence[str] = ()) -> tuple[Segment, ...]:
    """The segments that show a value; empty where none does.

    Args:
        view: the document.
        kind: of the value.
        value: normalised.
        labels: folded labels of its field: of several places the one beside such a label is taken.
    """
    found = list(_places(view, kind, value))
    if not found:
        return ()
    beside = [place for place in found if _is_beside(view, place[0], labels)]
    return (beside or found)[0]


def _is_beside(view: View, segment: Segment, labels: Sequence[str]) -> bool:
    row = view.sheet.rows[segment.row]
    left = [label.key for one in row if one.place <= segment.place for label in view.labels_of(one)]
    return any(key in labels for key in left)


def _places(view: View, kind: FieldKind, value: str) -> Iterator[tuple[Segment, ...]]:
    match kind:
        case FieldKind.AMOUNT | FieldKind.NUMBER | FieldKind.PERCENT:
            yield from _numbers(view, parse_decimal(value))
        case FieldKind.DATE:
            yield from ((one,) for one in view.sheet.segments() if value in dates_in(one.text, view.habits))
        case FieldKind.CURRENCY:
            yield from ((one,) for one in view.sheet.segments() if value in one.text)
        case _:
            yield from _words(view, folded(value))


def _numbers(view: View, wanted: Decimal | None) -> Iterator[tuple[Segment, ...]]:
    if wanted is None:
        return
    # Beside a word that says so, a credit is often printed without its minus.
    for exact in (True, False):
        for segment in view.sheet.segments():
            values = [one.value for one in amounts_in(segment.text.replace("%", " "), view.habits)]
            if (wanted in values) if exact else (abs(wanted) in map(abs, values) and wanted not in values):
                yield (segment,)


def _words(view: View, key: str) -> Iterator[tuple[Segment, ...]]:
    if not key:
        return
    for segment in view.sheet.segments():
        text = folded(segment.text)
        if key in text:
            yield (segment,)
        elif len(text) > 2 and key.startswith(text):
            yield from _over_lines(view, segment, key)


def _over_lines(view: View, segment: Segment, key: str) -> Iterator[tuple[Segment, ...]]:
    """A name that is broken over lines, one below the other."""
    parts, text = [segment], folded(segment.text)
    for below in view.sheet.column(segment):
        parts.append(below)
        text += folded(below.text)
        if text.startswith(key):
            yield tuple(parts)
        if not key.startswith(text) or len(parts) >= _LONGEST_NAME:
            return
