"""What stands between the lines of an invoice and its sums: discounts, freight, what was paid before, rounding."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from ingest.fields.candidates import Candidate, amount_beside
from ingest.fields.model import ALLOWANCES, CHARGES, PREPAID, FieldKind, FieldValue
from ingest.fields.normal import spelled
from ingest.fields.printed import Amount
from ingest.fields.schema import FieldSpec, Find
from ingest.fields.sheet import Segment
from ingest.fields.totals import TOTAL
from ingest.fields.view import View

_DEDUCTED = (ALLOWANCES, PREPAID)  # printed with a minus or without one, and kept without
_BEFORE_TOTAL = (ALLOWANCES, CHARGES)
_SURE = 0.7
_LONG = 60  # characters of a segment that is a sentence: "2 % discount if you pay within 10 days"


def adjustments(view: View, items: Sequence[Candidate], sums: Sequence[Candidate]) -> Iterator[FieldValue]:
    """The sums of the amounts beside the labels of such fields.

    Args:
        view: the document.
        items: values of its lines: what stands above the last of them is part of the lines.
        sums: net, tax and total as they were chosen.
    """
    first = max((one.segment.row for one in items), default=-1) + 1
    total = next((one for one in sums if one.name == TOTAL), None)
    taken = {(one.segment.row, one.segment.place) for one in sums}
    for spec in view.schema.fields:
        if spec.find is not Find.SUM:
            continue
        end = total.segment.row if total is not None and spec.name in _BEFORE_TOTAL else len(view.sheet.rows)
        found = [
            (amount, segment)
            for amount, segment in _amounts(view, spec)
            if first <= segment.row < end and (segment.row, segment.place) not in taken
        ]
        if sum(amount.value for amount, _ in found):
            yield _sum(spec, found)


def _amounts(view: View, spec: FieldSpec) -> Iterator[tuple[Amount, Segment]]:
    """The amounts beside the labels of a field; one that is said again, as on the next page, once."""
    said: set[tuple[str, Decimal]] = set()
    for place in view.places():
        if not place.leads or place.label.means(spec.name) is None or len(place.segment.text) > _LONG:
            continue
        amount, segment, _ = amount_beside(view, place) or (None, place.segment, 0.0)
        if amount is not None and amount.is_money and (place.label.key, amount.value) not in said:
            said.add((place.label.key, amount.value))
            yield amount, segment


def _sum(spec: FieldSpec, found: Sequence[tuple[Amount, Segment]]) -> FieldValue:
    total = sum((amount.value for amount, _ in found), Decimal(0))
    value = spelled(FieldKind.AMOUNT, abs(total) if spec.name in _DEDUCTED else total)
    raw = " + ".join(segment.text[amount.start : amount.end] for amount, segment in found)
    page = found[0][1].page
    boxes = tuple(segment.box for _, segment in found if segment.page == page)
    return FieldValue(spec.name, spec.kind, raw, value, page, boxes, _SURE)
