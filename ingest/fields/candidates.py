"""Values beside and below labels: what each may be the value of, and how likely."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.fields.folding import folded
from ingest.fields.habits import Habits
from ingest.fields.model import FieldKind
from ingest.fields.normal import spelled
from ingest.fields.printed import Amount, amounts_in, dates_in, identifier, normalise_printed, spans_in
from ingest.fields.schema import FieldSpec, Find
from ingest.fields.sheet import Segment
from ingest.fields.view import FORM_ALONE, Place, View
from ingest.scripts import has_han

_REST, _RIGHT, _BELOW = 1.0, 0.92, 0.75
_INSIDE = 0.8  # of a label that does not lead its segment
_SENTENCE, _IN_WORDS = 0.5, 0.4
_LONG = 90  # characters of a segment that is a sentence
_BEGUN = 30  # characters before a label that make it a word of a sentence
_NAME_RANK = 0.12  # of names, which are hardly ever elsewhere once a label has them
_RANK = 0.35  # how much less sure the last of a field's labels is
_REMARK = re.compile(r"^\s*[（(\[][^\d)）\]]*[)）\]]")
_REMARK_ALONE = re.compile(r"[（(\[][^)）\]]*[)）\]]")  # "Handelsrechnung (380)"
_LEAD = re.compile(r"^[\s:：.\-–=*#>)）]+")
_CENTS = re.compile(r"\d[.,]\d{2}(?!\d)")
_COLONS = (":", "：")
_TAX_ID, _SHORTEST_TAX_ID = "tax_id", 7  # "VAT 20" is no number
_PHONE = re.compile(r"^\+|^0\d{1,3}[-/]\d{6,}$")
_WEBLIKE = re.compile(r"@|www\.|https?:")
_TELLING = 6  # letters of a label that needs no colon before a name
# "Net 30" says when to pay.
_TERM = re.compile(r"net(?:to)?\W{0,3}\d{1,3}\s*(?:days?|d|tagen?|jours?)?\W*$", re.IGNORECASE)
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
                rank = _NAME_RANK if spec.kind is FieldKind.NAME else _RANK
                score = (
                    how * (1 - rank * meaning.rank) * _standing(place, spec.kind) * min(1.0, 0.3 + segment.confidence)
                )
                yield Candidate(spec.name, spec.kind, raw, value, segment, score, place.label.key)


def _standing(place: Place, kind: FieldKind) -> float:
    if place.leads:
        # "Total incl. of GST", "GST ID No": the first label of a segment says what stands behind it.
        return 1.0 if not folded(place.segment.text[: place.label.start]) else 0.9
    # "… in connection with the lease dated 4 March 2022"
    if kind is FieldKind.DATE and place.label.start > _BEGUN:
        return _IN_WORDS
    return _SENTENCE if len(place.segment.text) > _LONG else _INSIDE


def _values(view: View, place: Place, spec: FieldSpec) -> Iterator[tuple[str, str, Segment, float]]:
    """Raw and normalised values of a label, the nearest first; an amount, a date or a number one only."""
    if spec.kind is FieldKind.AMOUNT:
        found = amount_beside(view, place)
        if found:
            amount, segment, how = found
            yield segment.text[amount.start : amount.end], spelled(spec.kind, amount.value), segment, how
        return
    if spec.kind in (FieldKind.NAME, FieldKind.TEXT) and not introduces(place):
        return
    for text, segment, how in near(view, place):
        if spec.kind is FieldKind.NAME and _is_label(view, segment) and segment is not place.segment:
            continue
        value = _read(view, spec, text)
        if value:
            yield raw_of(spec.kind, text, value, view.habits), value, segment, how
            return


def introduces(place: Place) -> bool:
    """Whether a label with a name behind it is none of a sentence's words: "to", "from the client"."""
    rest = place.rest.strip()
    text, label = place.segment.text, place.label
    if not place.leads or len(text) > _LONG or place.rest[:1] == "-" or text[label.start - 1 : label.start] == "-":
        return False
    if folded(text[label.start : label.end]) != label.key:  # the end of a longer word
        return False
    if not rest or rest[0] in ":：(（" or not rest[0].isalnum():
        return True
    if FORM_ALONE.fullmatch(rest):  # "Lieferant GmbH" is a name
        return False
    return len(place.label.key) >= _TELLING and (rest[0].isupper() or has_han(rest[0]))


def _has_value(view: View, segment: Segment) -> bool:
    """Whether a colon stands right of a segment, so that it is a label: "Nummer" | ": 4711"."""
    right = next(iter(view.sheet.right_of(segment)), None)
    return right is not None and right.text[:1] in _COLONS


def _is_label(view: View, segment: Segment) -> bool:
    """Whether a segment ends with a label, and so waits for a value itself: "Your purchase order"."""
    labels = view.labels_of(segment)
    return bool(labels) and not folded(segment.text[labels[-1].end :])


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
    if below is not None and not view.is_led(below) and not _has_value(view, below):
        yield clean(below.text), below, _BELOW


def clean(text: str) -> str:
    """A text without the colon, the remark in brackets and the marks that follow a label."""
    return _LEAD.sub("", _REMARK.sub("", _LEAD.sub("", text))).strip()


def _read(view: View, spec: FieldSpec, text: str) -> str | None:
    match spec.kind:
        case FieldKind.ID:
            found = _identifier(view, text)
            return None if found and spec.name.endswith(_TAX_ID) and len(folded(found)) < _SHORTEST_TAX_ID else found
        case FieldKind.NAME | FieldKind.TEXT:
            return normalise_printed(spec.kind, text, view.habits) if is_name(text) else None
        case _:
            return normalise_printed(spec.kind, text, view.habits)


def _identifier(view: View, text: str) -> str | None:
    if _WEBLIKE.search(text[:30]):
        return None
    found = identifier(text)
    if not found or len(found) < 2 or _PHONE.search(found):
        return None
    if re.search(rf"{re.escape(found)}\s?%", text):
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


def raw_of(kind: FieldKind, text: str, value: str, habits: Habits) -> str:
    """The part of a text that a value comes from, without the words around it."""
    if kind is FieldKind.ID:
        return value
    spans = spans_in(kind, text, habits) if kind is FieldKind.DATE else []
    return next((text[start:end] for found, start, end in spans if found == value), text)


def amount_beside(view: View, place: Place) -> tuple[Amount, Segment, float] | None:
    """The last amount in the row of a label before another label, else the one below; of a column of several none."""
    offset = place.label.end
    if _TERM.match(place.segment.text[place.label.start :]):
        return None
    found: list[tuple[Amount, Segment, float]] = []
    end = offset + len(place.rest)
    padded = " " * offset + place.segment.text[offset:end]
    found += [(one, place.segment, _REST) for one in amounts_in(padded, view.habits)]
    if not amounts_in(" " * end + place.segment.text[end:], view.habits):
        for segment in view.sheet.right_of(place.segment):
            if view.is_led(segment) or (found and _is_text(segment.text)):
                break
            found += [(one, segment, _RIGHT) for one in amounts_in(segment.text, view.habits)]
    below = view.sheet.below(place.segment)
    if not found and below is not None and not view.is_led(below) and not _goes_on(view, below):
        found = [(one, below, _BELOW) for one in amounts_in(below.text, view.habits) if len(below.text) < 30]
    money = [one for one in found if one[0].is_money]
    if money:
        return money[-1]
    if len(found) == 1 and len(place.segment.text) < 40:
        return found[0][0], found[0][1], 0.6 * found[0][2]
    return None


def _goes_on(view: View, segment: Segment) -> bool:
    """Whether the column of an amount goes on with another: one for each rate of tax, of which none is the sum."""
    following = view.sheet.below(segment)
    if following is None or view.is_led(following) or view.is_led(view.sheet.rows[following.row][0]):
        return False
    return any(amount.is_money for amount in amounts_in(following.text, view.habits))


def _is_text(text: str) -> bool:
    return sum(map(str.isalpha, text)) > 4
