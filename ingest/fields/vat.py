"""Chinese VAT invoices: what the form's own layout and the shape of its numbers say where labels do not.

The form of the State Taxation Administration has 10 or 12 digits of invoice code, printed twice, and 8 of the number; a
fully digital invoice (全电) has 20 digits of number and no code. The buyer's block stands before the seller's, above
it or left of it.
"""

import re
from collections.abc import Iterator

from ingest.fields.candidates import Candidate, clean, is_name
from ingest.fields.folding import folded
from ingest.fields.model import FieldKind
from ingest.fields.normal import spelled
from ingest.fields.printed import amounts_in
from ingest.fields.schema import Find
from ingest.fields.sheet import Segment
from ingest.fields.view import View
from ingest.values.numerals import HAN_NUMERAL

_SHAPED, _TOP_SHAPED, _BLOCK, _SUMS, _WRITTEN = 0.6, 0.7, 0.97, 0.9, 0.95
_CODE = re.compile(r"(?<!\d)(\d{10}|\d{12})(?!\d)")
_NUMBER = re.compile(r"(?:^|[^\d])[Nn]?[Oo0°º]?[.:：]?\s?(?<!\d)(\d{8}|\d{20})(?!\d)")
_WORDS = re.compile(rf"(?:[¥￥（(]?负?[)）]?)(?:{HAN_NUMERAL}|[元圆圓角分整正零])" + r"{3,40}")
_NAME = frozenset(map(folded, ("名称", "名称：")))
_TAX_ID = re.compile(r"纳税人识别号|统一社会信用代码")
_ID = re.compile(r"[0-9A-Z]{15,20}")
_TOP = 0.35


def vat_candidates(view: View) -> Iterator[Candidate]:
    """Candidates that only the form gives; none where the schema is another."""
    if not any(spec.find is Find.WORDS for spec in view.schema.fields):
        return
    yield from _shaped(view)
    yield from _blocks(view)
    yield from _sums(view)
    yield from _in_words(view)


def _shaped(view: View) -> Iterator[Candidate]:
    for segment in view.sheet.segments():
        if segment.page != 1 or segment.box[3] > _TOP or any(label.key for label in view.labels_of(segment)):
            continue
        text = segment.text.replace(" ", "")
        if len(text) > 26:
            continue
        if code := _CODE.search(text):
            yield Candidate("code", FieldKind.ID, code[1], code[1], segment, _SHAPED)
        if number := _NUMBER.search(text):
            written = text[: number.start(1)].lower().startswith("no")
            yield Candidate("number", FieldKind.ID, number[1], number[1], segment, _TOP_SHAPED if written else _SHAPED)


def _blocks(view: View) -> Iterator[Candidate]:
    """Names and tax ids: the first is the buyer's, the second the seller's."""
    names = [found for segment in view.sheet.segments() if (found := _name(view, segment))]
    ids = [found for segment in view.sheet.segments() if (found := _tax_id(view, segment))]
    for party, (text, segment) in zip(("buyer", "seller"), names, strict=False):
        yield Candidate(party, FieldKind.NAME, text, text, segment, _BLOCK)
    for party, (text, segment) in zip(("buyer", "seller"), ids, strict=False):
        yield Candidate(f"{party}_tax_id", FieldKind.ID, text, text, segment, _BLOCK)


def _name(view: View, segment: Segment) -> tuple[str, Segment] | None:
    label, colon, rest = segment.text.replace("：", ":").partition(":")
    if not colon or folded(label)[-2:] not in _NAME or len(folded(label)) > 5:
        return None
    if rest.strip():
        return (rest.strip(), segment) if is_name(rest) else None
    right = next(iter(view.sheet.right_of(segment)), None)
    return (right.text.strip(), right) if right and is_name(right.text) else None


def _tax_id(view: View, segment: Segment) -> tuple[str, Segment] | None:
    label = _TAX_ID.search(segment.text)
    if label is None:
        return None
    row = [segment, *view.sheet.right_of(segment)[:2]]
    # In a skewed image the number may have slipped into the next row.
    if segment.row + 1 < len(view.sheet.rows):
        row += [one for one in view.sheet.rows[segment.row + 1] if abs(one.box[1] - segment.box[1]) < _height(segment)]
    for one in row:
        text = one.text[label.end() :] if one is segment else one.text
        found = _ID.search(text.replace(" ", ""))
        if found:
            return found.group(), one
    return None


def _height(segment: Segment) -> float:
    return segment.box[3] - segment.box[1]


def _sums(view: View) -> Iterator[Candidate]:
    """The row 合计: the sums of amounts and of taxes."""
    for row in view.sheet.rows:
        if folded("".join(one.text for one in row if not any(map(str.isdigit, one.text)))) != "合计":
            continue
        found = [(one, segment) for segment in row for one in amounts_in(segment.text, view.habits) if one.is_money]
        for name, (amount, segment) in zip(("net", "tax"), found[-2:] if len(found) > 1 else found, strict=False):
            raw = segment.text[amount.start : amount.end]
            yield Candidate(name, FieldKind.AMOUNT, raw, spelled(FieldKind.AMOUNT, amount.value), segment, _SUMS)


def _in_words(view: View) -> Iterator[Candidate]:
    """The total in words, a run of capital numerals."""
    for segment in view.sheet.segments():
        found = _WORDS.search(segment.text)
        if found and re.search(r"[元圆圓]", found.group()):
            text = clean(found.group())
            yield Candidate("total_words", FieldKind.TEXT, text, text, segment, _WRITTEN)
