"""Contracts: title, parties, dates, law, notice and renewal, from the preamble and the clauses."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.fields.habits import Habits
from ingest.fields.model import WHOLE, Extractor, FieldKind, FieldValue
from ingest.fields.normal import spelled
from ingest.fields.preamble import Passage, find_parties
from ingest.fields.printed import amounts_in, normalise_printed, spans_in
from ingest.fields.running import Running, running_text
from ingest.fields.schema import FieldSpec, Find
from ingest.fields.terms import find_end
from ingest.fields.view import View
from ingest.scripts import has_han
from ingest.titles import find_subject
from ingest.types import PageText

_TITLE, _CLAUSE = 0.8, 0.7
_RANK = 0.3
_REACH = 160  # characters behind a label in which its value may begin
_DATE_REACH = 80
_BEFORE = 60  # characters before it: "thirty (30) days' prior written notice", "自2024年1月1日起生效"
_OPENING = 1500  # characters in which an agreement gives its date
_OPENING_SURE = 0.5
_SENTENCE_END = re.compile(r"(?<=[.;!?])\s+(?=[A-ZÄÖÜ(\d])|(?<=[。；！？])|\n{2,}")
_LAW = re.compile(
    r"(?i:(?:the\s+)?(?:internal\s+|substantive\s+)?laws?\s+of\s+(?:the\s+)?)(?:(?i:State|Commonwealth|Province)\s+of\s+)?"
    r"(?P<en>(?:(?:Republic|Kingdom|People's\s+Republic)\s+of\s+)?[A-Z][\w.]+(?:\s+(?:of|and|the)?\s?[A-Z][\w.]+){0,3})"
    r"|(?i:under|by)\s+(?P<of>(?:[A-Z][a-z]+\s){1,2})(?i:laws?)\b"
    r"|(?i:recht\s+der|das|dem)\s+(?P<de>(?:Bundesrepublik\s+)?[A-Z][a-zäöü]+(?:e[ns]?)?)(?:\s+Recht)?"
    r"|(?i:droit|loi)s?\s+(?P<fr>français|belge|suisse|luxembourgeois|anglais)"
    r"|(?P<zh>中华人民共和国|中国|香港特别行政区|香港|澳门|台湾|新加坡|英国|美国)(?:大陆)?(?:现行|有关|相关|的)*(?:法律|法规)"
)

# A day on which a term begins, or something is due, is not that of the agreement.
_BEGINS = re.compile(
    r"(?i)\b(?:beginnt|beginnend|ab\s+dem|tritt\s+am|prend\s+effet|entre\s+en\s+vigueur|à\s+compter\s+du"
    r"|commenc(?:es?|ing)|begin(?:s|ning)|starts?|starting)\b[^.;\n]*$"
)


def contract_candidates(view: View, pages: Sequence[PageText]) -> list[FieldValue]:
    """Values of a contract's fields; parties are numbered in the order of the preamble."""
    running = running_text(view.sheet)
    values: list[FieldValue] = []
    for spec in view.schema.fields:
        match spec.find:
            case Find.TITLE:
                values += _title(spec, view, pages)
            case Find.PARTY:
                found = find_parties(running.text)
                values += [_value(spec, running, one, item) for item, one in enumerate(found)]
            case Find.CLAUSE:
                found = list(_clause(spec, running.text, view.habits)) or _opening(spec, running.text, view.habits)
                values += [_value(spec, running, one) for one in found]
            case _:
                continue
    return [*values, *_end(view, running, values)]


def _end(view: View, running: Running, values: Sequence[FieldValue]) -> Iterator[FieldValue]:
    """When the contract ends, where it says only how long it runs."""
    known = {one.name: one.value for one in values}
    beginning = known.get("effective_date") or known.get("agreement_date")
    spec = view.schema.field("expiration_date")
    if spec and beginning and spec.name not in known:
        yield from (_value(spec, running, one) for one in find_end(running.text, beginning))


def _value(spec: FieldSpec, running: Running, one: Passage, item: int = WHOLE) -> FieldValue:
    page, boxes = running.place(one.start, one.end)
    return FieldValue(spec.name, spec.kind, one.raw, one.value, page, boxes, one.sure, Extractor.RULES, item)


def _title(spec: FieldSpec, view: View, pages: Sequence[PageText]) -> Iterator[FieldValue]:
    title = " ".join(find_subject(list(pages), "").title.split())
    if title:
        segment = next((one for one in view.sheet.segments() if title.startswith(one.text) or one.text in title), None)
        page, boxes = (segment.page, (segment.box,)) if segment else (0, ())
        yield FieldValue(spec.name, spec.kind, title, title, page, boxes, _TITLE)


def _clause(spec: FieldSpec, text: str, habits: Habits) -> Iterator[Passage]:
    """The value beside the surest label that has one; of labels as sure, the first in the document."""
    best: Passage | None = None
    for rank, label in enumerate(spec.labels):
        if best:
            break
        for match in re.finditer(_pattern(label), text):
            one = _beside(spec, text, match, habits)
            if one:
                sure = round(_CLAUSE * (1 - _RANK * rank / len(spec.labels)), 2)
                best = Passage(one.raw, one.value, one.start, one.end, sure)
                break
    if best:
        yield best


def _opening(spec: FieldSpec, text: str, habits: Habits) -> list[Passage]:
    """An agreement's date where no words announce it: the first in its opening."""
    found = _typed(spec.kind, text[:_OPENING], 0, habits, most=None) if spec.name == "agreement_date" else None
    if found is None or _BEGINS.search(text[max(found.start - _BEFORE, 0) : found.start]):
        return []
    return [replace(found, sure=_OPENING_SURE)]


def _pattern(label: str) -> str:
    words = r"\s+".join(re.escape(word) for word in label.replace("'", "’").split()).replace("’", "['’]")
    edge = "" if has_han(label) else r"\b"
    return f"(?i){edge}{words}" + (r"(?!\w)" if not has_han(label) else "")


def _beside(spec: FieldSpec, text: str, match: re.Match[str], habits: Habits) -> Passage | None:
    if spec.kind is FieldKind.TEXT:
        return _sentence(spec, text, match)
    looks_back = _looks_back(spec.kind, text, match)
    first = (spec.kind is FieldKind.DURATION and not has_han(match.group())) or len(match.group()) == 1
    if looks_back and first and (found := _before(spec.kind, text, match, habits)):
        return found  # "sixty (60) days' prior written notice", "自2024年4月1日起至2026年3月31日止"
    behind = text[match.end() : match.end() + (_DATE_REACH if spec.kind is FieldKind.DATE else _REACH)]
    found = _typed(spec.kind, behind, match.end(), habits)
    return _before(spec.kind, text, match, habits) if found is None and looks_back else found


def _before(kind: FieldKind, text: str, match: re.Match[str], habits: Habits) -> Passage | None:
    start = max(match.start() - _BEFORE, 0)
    # "on 60 days notice": the unit is the label's first word.
    end = match.end() if kind is FieldKind.DURATION else match.start()
    return _typed(kind, text[start:end], start, habits, last=True)


def _looks_back(kind: FieldKind, text: str, match: re.Match[str]) -> bool:
    """Whether a value may stand before its label: times of notice, Chinese dates (…起生效), (the "Effective Date")."""
    quoted = text[max(match.start() - 1, 0) : match.start()] in ('"', "“", "'", "‘", "„", "«")
    return kind is FieldKind.DURATION or quoted or has_han(match.group())


def _typed(
    kind: FieldKind, text: str, offset: int, habits: Habits, *, last: bool = False, most: int | None = 2
) -> Passage | None:
    pieces = [(match.start(), match.group()) for match in re.finditer(r"[^.;。；]*(?:\.(?=\d)[^.;。；]*)*", text)]
    pieces = [(at, piece) for at, piece in pieces if piece.strip()]
    for at, piece in reversed(pieces[-1:]) if last else pieces[:most]:
        if kind is FieldKind.AMOUNT:
            money = [one for one in amounts_in(piece, habits) if one.is_money]
            if money:
                one = money[0]
                raw = piece[one.start : one.end]
                return Passage(raw, spelled(kind, one.value), offset + at + one.start, offset + at + one.end, 0.0)
            continue
        spans = _spans(kind, piece, habits)
        if spans:
            value, start, end = spans[-1 if last else 0]
            return Passage(" ".join(piece[start:end].split()), value, offset + at + start, offset + at + end)
    return None


def _spans(kind: FieldKind, text: str, habits: Habits) -> list[tuple[str, int, int]]:
    if kind in (FieldKind.DATE, FieldKind.DURATION):
        return spans_in(kind, text, habits)
    value = normalise_printed(kind, text, habits)
    return [(value, 0, len(text))] if value else []


def _sentence(spec: FieldSpec, text: str, match: re.Match[str]) -> Passage | None:
    """The sentence that a label stands in; of governing law the law alone."""
    start, end = _bounds(text, match.start())
    sentence = text[start:end]
    if spec.name == "governing_law":
        law = _LAW.search(text, start, min(end, match.end() + 200))
        if law is None:
            return None
        name = next(group for group in law.groupdict().values() if group)
        return Passage(law.group(), " ".join(name.split()).strip(" .,"), law.start(), law.end(), 0.0)
    words = " ".join(sentence.split())
    return Passage(words, words, start, end, 0.0) if len(words) > len(match.group()) else None


def _bounds(text: str, at: int) -> tuple[int, int]:
    low = max(at - 600, 0)
    starts = [match.end() for match in _SENTENCE_END.finditer(text, low, at)]
    end = _SENTENCE_END.search(text, at)
    start = starts[-1] if starts else low
    return start, min(end.start() if end else len(text), start + 1200)
