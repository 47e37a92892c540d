"""Values beside and below labels: what each may be the value of, and how likely."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.fields.folding import folded
from ingest.fields.model import FieldKind
from ingest.fields.normalising import Amount, amounts_in, dates_in, identifier, normalise, spelled
from ingest.fields.schema import FieldSpec, Find
from ingest.fields.sheet import Segment
from ingest.fields.view import Place, View
from ingest.scripts import has_han

_REST, _RIGHT, _BELOW = 1.0, 0.92, 0.75
_INSIDE = 0.8  # of a label that does not lead its segment
_SENTENCE = 0.5
_LONG = 90  # characters of a segment that is a sentence
_RANK = 0.35  # how much less sure the last of a field's labels is
_REMARK = re.compile(r"^\s*[（(\[][^\d)）\]]*[)）\]]")
_REMARK_ALONE = re.compile(r"[（(\[][^)）\]]*[)）\]]")  # "Handelsrechnung (380)"
_LEAD = re.compile(r"^[\s:：.\-–=*#>)）]+")
_CENTS = re.compile(r"\d[.,]\d{2}(?!\d)")
_FORM_ALONE = re.compile(r"(?i)(?:gmbh|ag|kg|inc|ltd|limited|llc|corp|s\.?a\.?s?|sarl|b\.?v|plc|company)\b.{0,20}")
_COLONS = (":", "：")
_PHONE = re.compile(r"^\+|^0\d{1,3}[-/]\d{6,}$")
_WEBLIKE = re.compile(r"@|www\.|https?:")
_TELLING = 6  # letters of a label that needs no colon before a name
_REACH = 3  # segments to the right that are looked at


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be a field's value.

    Attributes:
        name: of the field.
        kind: of the value.
        raw: as the page has it.
        value: normalised.
        segment: where it stands.
        score: 0..1, how likely.
        key: the label that names it, folded; empty where none does.
    """

    name: str
    kind: FieldKind
    raw: str
    value: str
    segment: Segment
    score: float
    key: str = ""


def labelled(view: View) -> Iterator[Candidate]:
    """Candidates for all fields of the whole document that are found by a label."""
    for place in view.places():
        for meaning in place.label.meanings:
            spec = view.schema.field(meaning.name)
            if spec is None or spec.item or spec.find not in (Find.LABEL, Find.SELLER):
                continue
            for raw, value, segment, how in _values(view, place, spec):
                score = how * (1 - _RANK * meaning.rank) * _standing(place) * min(1.0, 0.3 + segment.confidence)
                yield Candidate(spec.name, spec.kind, raw, value, segment, score, place.label.key)


def _standing(place: Place) -> float:
    if place.leads:
        # "Total incl. of GST", "GST ID No": the first label of a segment says what stands behind it.
        return 1.0 if not folded(place.segment.text[: place.label.start]) else 0.9
    return _SENTENCE if len(place.segment.text) > _LONG else _INSIDE


def _values(view: View, place: Place, spec: FieldSpec) -> Iterator[tuple[str, str, Segment, float]]:
    """Raw and normalised values of a label, the nearest first; an amount, a date or a number one only."""
    if spec.kind is FieldKind.AMOUNT:
        found = _amount(view, place)
        if found:
            amount, segment, how = found
            yield segment.text[amount.start : amount.end], spelled(spec.kind, amount.value), segment, how
        return
    if spec.kind in (FieldKind.NAME, FieldKind.TEXT) and not _introduces(place):
        return
    for text, segment, how in near(view, place):
        value = _read(view, spec, text)
        if value:
            yield raw_of(spec.kind, text, value), value, segment, how
            return


def _introduces(place: Place) -> bool:
    """Whether a label with a name behind it is none of a sentence's words: "to", "from the client"."""
    rest = place.rest.strip()
    if not place.leads or len(place.segment.text) > _LONG:
        return False
    if not rest or rest[0] in ":：(（" or not rest[0].isalnum():
        return True
    if _FORM_ALONE.fullmatch(rest):  # "Lieferant GmbH" is a name
        return False
    return len(place.label.key) >= _TELLING and (rest[0].isupper() or has_han(rest[0]))


def near(view: View, place: Place) -> Iterator[tuple[str, Segment, float]]:
    """Texts that may be a label's value: behind it, right of it, below it."""
    rest = clean(place.rest)
    if rest and not _REMARK_ALONE.fullmatch(rest):
        yield rest, place.segment, _REST
    last = view.labels_of(place.segment)[-1] is place.label
    if last:
        for number, segment in enumerate(view.sheet.right_of(place.segment)[:_REACH]):
            if view.is_led(segment):
                break
            yield clean(segment.text), segment, _RIGHT - 0.05 * number
    below = view.sheet.below(place.segment)
    if below is not None and not view.is_led(below):
        yield clean(below.text), below, _BELOW


def clean(text: str) -> str:
    """A text without the colon, the remark in brackets and the marks that follow a label."""
    return _LEAD.sub("", _REMARK.sub("", _LEAD.sub("", text))).strip()


def _read(view: View, spec: FieldSpec, text: str) -> str | None:
    match spec.kind:
        case FieldKind.ID:
            return _identifier(view, text)
        case FieldKind.NAME | FieldKind.TEXT:
            return normalise(spec.kind, text, view.habits) if is_name(text) else None
        case _:
            return normalise(spec.kind, text, view.habits)


def _identifier(view: View, text: str) -> str | None:
    if _WEBLIKE.search(text[:30]):
        return None
    found = identifier(text)
    if not found or len(found) < 2 or _PHONE.search(found):
        return None
    head = " ".join(text.split()[:3])
    if (dates_in(head, view.habits) and dates_in(found, view.habits)) or _CENTS.fullmatch(found[-4:]):
        return None
    return found


def is_name(text: str) -> bool:
    """Whether a text may be somebody's name: mostly letters, no address of the web."""
    letters = sum(map(str.isalpha, text))
    return (
        text.rstrip()[-1:] not in _COLONS
        and letters >= 2
        and letters >= 0.5 * len(text.replace(" ", ""))
        and not _WEBLIKE.search(text)
    )


def raw_of(kind: FieldKind, text: str, value: str) -> str:
    """The part of a text that a value comes from; an identifier is told from the words around it."""
    return value if kind is FieldKind.ID else text


def _amount(view: View, place: Place) -> tuple[Amount, Segment, float] | None:
    """The last amount in the row of a label before another label, else the one below."""
    offset = place.label.end
    found: list[tuple[Amount, Segment, float]] = []
    end = offset + len(place.rest)
    padded = " " * offset + place.segment.text[offset:end]
    found += [(one, place.segment, _REST) for one in amounts_in(padded, view.habits)]
    if not amounts_in(" " * end + place.segment.text[end:], view.habits):
        for segment in view.sheet.right_of(place.segment):
            if view.is_led(segment) or (found and _is_text(segment.text)):
                break
            found += [(one, segment, _RIGHT) for one in amounts_in(segment.text, view.habits)]
    if not found and (below := view.sheet.below(place.segment)) is not None and not view.is_led(below):
        found = [(one, below, _BELOW) for one in amounts_in(below.text, view.habits) if len(below.text) < 30]
    money = [one for one in found if one[0].is_money]
    if money:
        return money[-1]
    if len(found) == 1 and len(place.segment.text) < 40:
        return found[0][0], found[0][1], 0.6 * found[0][2]
    return None


def _is_text(text: str) -> bool:
    return sum(map(str.isalpha, text)) > 4
