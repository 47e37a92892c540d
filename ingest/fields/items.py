"""Line items: the rows below the head of a table, by its columns."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.fields.candidates import Candidate
from ingest.fields.folding import folded
from ingest.fields.model import FieldKind
from ingest.fields.normal import spelled
from ingest.fields.printed import amounts_in, normalise_printed
from ingest.fields.sheet import Segment
from ingest.fields.view import View

_DESCRIPTION, _QUANTITY, _PRICE, _AMOUNT, _RATE = (
    "item_description",
    "item_quantity",
    "item_unit_price",
    "item_amount",
    "item_tax_rate",
)
_NUMBERS = (_QUANTITY, _PRICE, _AMOUNT)
_SUMS = ("net", "tax", "total", "payable")
_SUM_WORDS = frozenset(
    map(
        folded,
        (
            "合计",
            "小计",
            "总计",
            "total",
            "subtotal",
            "summe",
            "gesamt",
            "zwischensumme",
            "sous-total",
            "übertrag",
            "carried forward",
            "à reporter",
        ),
    )
)
_SURE = 0.75
_MOST = 500  # items
_FAR = 4.0  # heights of a row without a number, after which a table has ended
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    left: float
    right: float


@dataclass(slots=True)
class _Item:
    """A position while its rows are read."""

    cells: dict[str, tuple[str, str, Segment]] = field(default_factory=dict)
    bottom: float = 0.0

    @property
    def is_item(self) -> bool:
        """Whether it has an amount, beside another number or a name, or what makes one; a page's number is none."""
        numbers = sum(name in self.cells for name in _NUMBERS)
        amount = self.cells.get(_AMOUNT)
        return numbers > 1 or (amount is not None and _DESCRIPTION in self.cells and not amount[0].strip().isdigit())


def find_items(view: View) -> Iterator[tuple[int, Candidate]]:
    """The values of line items, each with the number of its item, from 0."""
    kinds = {spec.name: spec.kind for spec in view.schema.fields if spec.item}
    items = [item for head in sorted(view.heads) for item in _table(view, head, kinds) if item.is_item]
    for number, item in enumerate(items[:_MOST]):
        for name, (raw, value, segment) in item.cells.items():
            yield number, Candidate(name, kinds[name], raw, value, segment, _SURE * segment.confidence)


def _table(view: View, head: int, kinds: dict[str, FieldKind]) -> list[_Item]:
    columns = _columns(view, view.heads[head])
    items: list[_Item] = []
    current = _Item(bottom=view.sheet.rows[head][0].box[3])
    page = view.sheet.rows[head][0].page
    for number in range(head + 1, len(view.sheet.rows)):
        row = view.sheet.rows[number]
        if (
            number in view.head_rows
            or row[0].page != page
            or _ends(view, row, current, begun=any(one.is_item for one in (current, *items)))
        ):
            break
        cells = _cells(view, row, columns, kinds)
        if any(name in cells and name in current.cells for name in _NUMBERS):
            items.append(current)
            current = _Item()
        _fill(current, cells, row)
    return [*items, current]


def _fill(item: _Item, cells: dict[str, tuple[str, str, Segment]], row: tuple[Segment, ...]) -> None:
    words = cells.pop(_DESCRIPTION, None)
    item.cells |= {name: cell for name, cell in cells.items() if name not in item.cells}
    if words and _DESCRIPTION not in item.cells:
        item.cells[_DESCRIPTION] = words
    elif words and cells:
        raw, value, segment = item.cells[_DESCRIPTION]
        item.cells[_DESCRIPTION] = (f"{raw} {words[0]}", f"{value} {words[1]}"[:_LONGEST], segment)
    item.bottom = row[0].box[3]


def _columns(view: View, row: tuple[Segment, ...]) -> list[_Column]:
    """The columns of a head with the room that each has, up to half way to its neighbours."""
    kinds = [_meaning(view, segment) for segment in row]
    edges = [0.0, *((one.box[2] + other.box[0]) / 2 for one, other in pairwise(row)), 1.0]
    return [_Column(name, left, right) for name, left, right in zip(kinds, edges, edges[1:], strict=False)]


def _meaning(view: View, segment: Segment) -> str:
    found = [meaning for label in view.labels_of(segment) for meaning in label.meanings if meaning.item]
    return found[0].name if found else ""


def _ends(view: View, row: tuple[Segment, ...], current: _Item, *, begun: bool) -> bool:
    """Whether a row belongs to the table no more: it is a sum, or far below the last."""
    if current.bottom and row[0].box[1] - current.bottom > _FAR * (row[0].box[3] - row[0].box[1]):
        return True
    if folded(row[0].text) in _SUM_WORDS and begun:
        return True
    led = [place for segment in row for place in view.places_in(segment) if place.leads]
    sums = [place for place in led if any(meaning.name in _SUMS for meaning in place.label.meanings)]
    has_amount = any(one.is_money for segment in row for one in amounts_in(segment.text, view.habits))
    return bool(sums) and has_amount and view.is_led(sums[0].segment) and begun


def _cells(
    view: View, row: tuple[Segment, ...], columns: list[_Column], kinds: dict[str, FieldKind]
) -> dict[str, tuple[str, str, Segment]]:
    found: dict[str, tuple[str, str, Segment]] = {}
    for segment in row:
        column = max(columns, key=lambda one: min(one.right, segment.box[2]) - max(one.left, segment.box[0]))
        if not column.name or column.name in found:
            continue
        value = _value(view, kinds[column.name], segment.text)
        if value:
            found[column.name] = (segment.text, value, segment)
    return found


def _value(view: View, kind: FieldKind, text: str) -> str | None:
    if kind in (FieldKind.AMOUNT, FieldKind.NUMBER):
        amounts = amounts_in(text, view.habits)
        # A cell is a number with a unit at most: "3 m²", "1.00 PCS".
        return spelled(kind, amounts[0].value) if amounts and sum(map(str.isalpha, text)) <= 6 else None
    if kind is FieldKind.TEXT and not any(map(str.isalpha, text)):
        return None
    return normalise_printed(kind, text, view.habits)
