"""Values of several sources put together: located on the pages, the better source first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ingest.errors import ModelError, PageError
from ingest.fields.asking import Answers, Asker
from ingest.fields.candidates import labelled
from ingest.fields.einvoice import Stated
from ingest.fields.finding import Check, Fault, Finding
from ingest.fields.folding import folded
from ingest.fields.locating import locate
from ingest.fields.model import WHOLE, Extractor, FieldKind, FieldValue
from ingest.fields.normal import parse_decimal, spelled
from ingest.fields.printed import normalise_printed
from ingest.fields.schema import FieldSpec, Find
from ingest.fields.totals import TOTAL
from ingest.fields.view import View
from ingest.types import PageText

_XML_SURE = 1.0
_SHOWN, _UNSHOWN = 0.85, 0.2  # of a model's value
_BESIDE = 0.7  # from here on a rule's value stands beside its label
_COMPARED = ("number", TOTAL)
_DECIMALS = (FieldKind.AMOUNT, FieldKind.NUMBER, FieldKind.PERCENT)


def from_stated(view: View, stated: Iterable[Stated], ruled: Sequence[FieldValue]) -> tuple[FieldValue, ...]:
    """What an e-invoice states, each value with its place on the pages where they show it."""
    found = []
    for one in stated:
        spec = view.schema.field(one.name)
        value = _stated_value(spec, one.raw) if spec else None
        if spec and value:
            known = FieldValue(spec.name, spec.kind, one.raw, value, extractor=Extractor.XML, item=one.item)
            found.append(replace(_located(view, spec, known, ruled), confidence=_XML_SURE))
    return tuple(found)


def _stated_value(spec: FieldSpec, raw: str) -> str | None:
    if spec.kind in _DECIMALS:
        number = parse_decimal(raw)
        return spelled(spec.kind, number) if number is not None else None
    if spec.kind is FieldKind.CURRENCY:
        return raw.upper() if len(raw) == 3 and raw.isalpha() else None
    # Dates are ISO already; an identifier is taken as it stands.
    return normalise_printed(FieldKind.TEXT, raw)


def _located(view: View, spec: FieldSpec, value: FieldValue, ruled: Sequence[FieldValue]) -> FieldValue:
    """A value with its place: where the rules found the same, else where a page shows it."""
    same = next(
        (one for one in ruled if (one.name, one.item, one.value) == (value.name, value.item, value.value)), None
    )
    if same is not None:
        return replace(value, page_number=same.page_number, boxes=same.boxes)
    segments = locate(view, spec.kind, value.value, tuple(map(folded, spec.labels)))
    if not segments:
        return value
    return replace(value, page_number=segments[0].page, boxes=tuple(segment.box for segment in segments))


def contradictions(
    view: View, known: Sequence[FieldValue], ruled: Sequence[FieldValue]
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Values of the e-invoice beside whose label a page shows another; and notes on those that no page shows."""
    candidates = list(labelled(view))
    found, notes = [], []
    for value in known:
        if value.name not in _COMPARED or value.item != WHOLE:
            continue
        shown = next((one for one in ruled if one.name == value.name and one.confidence >= _BESIDE), None)
        beside = {one.value for one in candidates if one.name == value.name}
        spec = view.schema.field(value.name)
        title, title_zh = (spec.title.lower(), spec.title_zh) if spec else (value.name, "")
        if shown and not _same(shown, value) and not any(_same(replace(shown, value=one), value) for one in beside):
            said = {"value": value.value, "title": title, "title_zh": title_zh, "shown": shown.value}
            fault = Fault("xml", {**said, "page": str(shown.page_number)})
            found.append(Finding(Check.XML, (value.name,), fault))
        elif not value.page_number:
            notes.append(
                f"The e-invoice inside the file states {value.value} as {title}, which no page shows: check it."
            )
    return tuple(found), tuple(notes)


def _same(one: FieldValue, other: FieldValue) -> bool:
    if one.kind in _DECIMALS:
        return one.value.lstrip("-") == other.value.lstrip("-")
    return folded(one.value) == folded(other.value)


def from_answers(view: View, pages: Sequence[PageText], asker: Asker) -> tuple[tuple[FieldValue, ...], tuple[str, ...]]:
    """What a model reads; what no page shows is hardly believed. A model that fails is a note.

    Sums of several amounts are no words of the page, and are not asked for.
    """
    fields = tuple(spec for spec in view.schema.fields if spec.find is not Find.SUM)
    try:
        answers = asker(replace(view.schema, fields=fields), pages)
    except (PageError, ModelError) as error:
        return (), (f"The model did not give the fields, so they were found by rule: {error}",)
    return tuple(_answered(view, asker.extractor, answers)), ()


def _answered(view: View, extractor: Extractor, answers: Answers) -> Iterator[FieldValue]:
    for name, raws in answers.items():
        spec = view.schema.field(str(name))
        if spec is None:
            continue
        for item, raw in enumerate(raws if isinstance(raws, list | tuple) else [raws]):
            value = normalise_printed(spec.kind, str(raw), view.habits) if raw not in (None, "") else None
            if value:
                known = FieldValue(
                    spec.name, spec.kind, str(raw), value, extractor=extractor, item=item if spec.item else WHOLE
                )
                found = _located(view, spec, known, ())
                yield replace(found, confidence=_SHOWN if found.page_number else _UNSHOWN)


def merged(better: Iterable[FieldValue], ruled: Iterable[FieldValue]) -> tuple[FieldValue, ...]:
    """Each field of each item once: the better source's, unless no page shows it and a rule found another."""
    found: dict[tuple[str, int], FieldValue] = {}
    for one in better:
        found.setdefault((one.name, one.item), one)
    for one in ruled:
        key = (one.name, one.item)
        if key not in found or found[key].confidence < min(one.confidence, _SHOWN):
            found[key] = one
    return tuple(found.values())
