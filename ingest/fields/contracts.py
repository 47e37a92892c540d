"""Contracts: title, parties, dates, law, notice and renewal, from the preamble and the clauses."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from ingest.fields.candidates import is_name
from ingest.fields.habits import Habits
from ingest.fields.model import WHOLE, Extractor, FieldKind, FieldValue
from ingest.fields.normalising import amounts_in, dates_in, normalise, spelled
from ingest.fields.running import Running, running_text
from ingest.fields.schema import FieldSpec, Find
from ingest.fields.view import View
from ingest.scripts import has_han
from ingest.titles import find_subject
from ingest.types import PageText

_TITLE, _PARTY, _CLAUSE, _HAN_PARTY = 0.8, 0.75, 0.7, 0.85
_RANK = 0.3
_REACH = 160  # characters behind a label in which its value may begin
_DATE_REACH = 80
_BEFORE = 60  # characters before it: "thirty (30) days' prior written notice", "自2024年1月1日起生效"
_PREAMBLE = 3000
_MOST_PARTIES = 8
_MOST_WORDS = 9
_NO_PARTIES = frozenset(("WHEREAS", "WITNESSETH", "RECITALS", "BACKGROUND"))
_OPENING = 1500  # characters in which an agreement gives its date
_OPENING_SURE = 0.5
_FORM = r"(?:\s*,?\s+(?i:inc|l\.?l\.?c|ltd|limited|corp|l\.?l\.?p|l\.?p|plc|gmbh|ag|s\.?a|b\.?v|n\.?v)\b\.?)?"
_NAME = rf"[A-ZÄÖÜÉ0-9][^“”\";:()]{{2,90}}?{_FORM}"
_STOP = (
    r"(?=\s*[,;(“\"](?!\s+(?i:inc|l\.?l\.?c|ltd|corp|l\.?l\.?p|plc)\b)|\s+(?:a|an|having|with|whose|located|organized|hereinafter|represented|vertreten|nachfolgend"
    r"|ci-après|représentée|dont|mit)\b)"
)
# Only the first few are looked at: what follows them is searched at length.
_OPENER = re.compile(r"\b(?:between|among|entre|zwischen)\b", re.IGNORECASE)
_MOST_OPENERS = 5
_BETWEEN = re.compile(
    rf"\b(?i:between|among|entre|zwischen)(?i:\s+(?:the|der|die|das|la|le))?[:\s]+(?P<one>{_NAME}){_STOP}"
    rf"(?P<middle>.{{0,600}}?)(?:\band\b|\bund\b|\bet\b)[:,\s]+(?:(?i:the|der|die|la|le)\s+)?(?P<other>{_NAME})(?:{_STOP}|\.\s|$)",
    re.DOTALL,
)
_ALONE = re.compile(r"^\d{1,2}[.)]\s*")
_HAN_PARTY_NAME = re.compile(
    r"(?P<role>甲\s?方|乙\s?方|丙\s?方|丁\s?方|出租[方人]|承租[方人]|买\s?方|卖\s?方|委托[方人]|受托[方人]|供\s?方|需\s?方|发包[方人]|承包[方人]"
    r"|转让方|受让方|出借人|借款人|许可方|被许可方)\s*(?:[（(][^）)：:]{0,16}[）)])?\s*[:：]\s*(?P<name>[^\s：:，,；;。]{2,40})"
)
_SENTENCE_END = re.compile(r"(?<=[.;!?])\s+(?=[A-ZÄÖÜ(\d])|(?<=[。；！？])|\n{2,}")
_LAW = re.compile(
    r"(?i:(?:the\s+)?(?:internal\s+|substantive\s+)?laws?\s+of\s+(?:the\s+)?)(?:(?i:State|Commonwealth|Province)\s+of\s+)?"
    r"(?P<en>(?:(?:Republic|Kingdom|People's\s+Republic)\s+of\s+)?[A-Z][\w.]+(?:\s+(?:of|and|the)?\s?[A-Z][\w.]+){0,3})"
    r"|(?i:under|by)\s+(?P<of>(?:[A-Z][a-z]+\s){1,2})(?i:laws?)\b"
    r"|(?i:recht\s+der|das|dem)\s+(?P<de>(?:Bundesrepublik\s+)?[A-Z][a-zäöü]+(?:e[ns]?)?)(?:\s+Recht)?"
    r"|(?i:droit|loi)s?\s+(?P<fr>français|belge|suisse|luxembourgeois|anglais)"
    r"|(?P<zh>中华人民共和国|中国|香港特别行政区|香港|澳门|台湾|新加坡|英国|美国)(?:大陆)?(?:现行|有关|相关|的)*(?:法律|法规)"
)


@dataclass(frozen=True, slots=True)
class _Found:
    raw: str
    value: str
    start: int
    end: int
    sure: float


def contract_candidates(view: View, pages: Sequence[PageText]) -> list[FieldValue]:
    """Values of a contract's fields; parties are numbered in the order of the preamble."""
    running = running_text(view.sheet)
    values: list[FieldValue] = []
    for spec in view.schema.fields:
        match spec.find:
            case Find.TITLE:
                values += _title(spec, view, pages)
            case Find.PARTY:
                found = _parties(running.text)
                values += [_value(spec, running, one, item) for item, one in enumerate(found)]
            case Find.CLAUSE:
                found = list(_clause(spec, running.text, view.habits)) or _opening(spec, running.text, view.habits)
                values += [_value(spec, running, one) for one in found]
            case _:
                continue
    return values


def _value(spec: FieldSpec, running: Running, one: _Found, item: int = WHOLE) -> FieldValue:
    page, boxes = running.place(one.start, one.end)
    return FieldValue(spec.name, spec.kind, one.raw, one.value, page, boxes, one.sure, Extractor.RULES, item)


def _title(spec: FieldSpec, view: View, pages: Sequence[PageText]) -> Iterator[FieldValue]:
    title = " ".join(find_subject(list(pages), "").title.split())
    if title:
        segment = next((one for one in view.sheet.segments() if title.startswith(one.text) or one.text in title), None)
        page, boxes = (segment.page, (segment.box,)) if segment else (0, ())
        yield FieldValue(spec.name, spec.kind, title, title, page, boxes, _TITLE)


def _parties(text: str) -> list[_Found]:
    """Names in the preamble, each once, in order."""
    head = text[:_PREAMBLE]
    found = [
        _Found(match["name"], match["name"], match.start("name"), match.end("name"), _HAN_PARTY)
        for match in _HAN_PARTY_NAME.finditer(head)
        if not _blank(match["name"])
    ]
    places = islice(_OPENER.finditer(head), _MOST_OPENERS) if not found else ()
    match = next(filter(None, (_BETWEEN.match(head, place.start()) for place in places)), None)
    for part in ("one", "other") if match else ():
        name = " ".join(_ALONE.sub("", match[part]).split()).strip(" ,.") if match else ""
        if match and is_name(name) and len(name.split()) <= _MOST_WORDS and name not in _NO_PARTIES:
            found.append(_Found(match[part], name, match.start(part), match.end(part), _PARTY))
    once = {one.value: one for one in reversed(found)}
    return sorted(once.values(), key=lambda one: one.start)[:_MOST_PARTIES]


def _blank(name: str) -> bool:
    return not any(map(str.isalnum, name.replace("_", "")))


def _clause(spec: FieldSpec, text: str, habits: Habits) -> Iterator[_Found]:
    """The value beside the surest label that has one; of labels as sure, the first in the document."""
    best: _Found | None = None
    for rank, label in enumerate(spec.labels):
        if best:
            break
        for match in re.finditer(_pattern(label), text):
            one = _beside(spec, text, match, habits)
            if one:
                sure = round(_CLAUSE * (1 - _RANK * rank / len(spec.labels)), 2)
                best = _Found(one.raw, one.value, one.start, one.end, sure)
                break
    if best:
        yield best


def _opening(spec: FieldSpec, text: str, habits: Habits) -> list[_Found]:
    """An agreement's date where no words announce it: the first in its opening."""
    found = _typed(spec.kind, text[:_OPENING], 0, habits, most=None) if spec.name == "agreement_date" else None
    return [replace(found, sure=_OPENING_SURE)] if found else []


def _pattern(label: str) -> str:
    words = r"\s+".join(re.escape(word) for word in label.replace("'", "’").split()).replace("’", "['’]")
    edge = "" if has_han(label) else r"\b"
    return f"(?i){edge}{words}" + (r"(?!\w)" if not has_han(label) else "")


def _beside(spec: FieldSpec, text: str, match: re.Match[str], habits: Habits) -> _Found | None:
    if spec.kind is FieldKind.TEXT:
        return _sentence(spec, text, match)
    behind = text[match.end() : match.end() + (_DATE_REACH if spec.kind is FieldKind.DATE else _REACH)]
    found = _typed(spec.kind, behind, match.end(), habits)
    if found is None:
        start = max(match.start() - _BEFORE, 0)
        before = text[start : match.start()]
        found = _typed(spec.kind, before, start, habits, last=True) if _looks_back(spec.kind, text, match) else None
    return found


def _looks_back(kind: FieldKind, text: str, match: re.Match[str]) -> bool:
    """Whether a value may stand before its label: times of notice, Chinese dates (…起生效), (the "Effective Date")."""
    quoted = text[max(match.start() - 1, 0) : match.start()] in ('"', "“", "'", "‘", "„", "«")
    return kind is FieldKind.DURATION or quoted or has_han(match.group())


def _typed(
    kind: FieldKind, text: str, offset: int, habits: Habits, *, last: bool = False, most: int | None = 2
) -> _Found | None:
    pieces = [(match.start(), match.group()) for match in re.finditer(r"[^.;。；]*(?:\.(?=\d)[^.;。；]*)*", text)]
    pieces = [(at, piece) for at, piece in pieces if piece.strip()]
    for at, piece in reversed(pieces[-1:]) if last else pieces[:most]:
        if kind is FieldKind.AMOUNT:
            money = [one for one in amounts_in(piece, habits) if one.is_money]
            if money:
                one = money[0]
                raw = piece[one.start : one.end]
                return _Found(raw, spelled(kind, one.value), offset + at + one.start, offset + at + one.end, 0.0)
            continue
        value = dates_in(piece, habits)[:1] if kind is FieldKind.DATE else (normalise(kind, piece, habits),)
        if value and value[0]:
            raw = " ".join(piece.split())
            return _Found(raw, value[0], offset + at, offset + at + len(piece), 0.0)
    return None


def _sentence(spec: FieldSpec, text: str, match: re.Match[str]) -> _Found | None:
    """The sentence that a label stands in; of governing law the law alone."""
    start, end = _bounds(text, match.start())
    sentence = text[start:end]
    if spec.name == "governing_law":
        law = _LAW.search(text, start, min(end, match.end() + 200))
        if law is None:
            return None
        name = next(group for group in law.groupdict().values() if group)
        return _Found(law.group(), " ".join(name.split()).strip(" .,"), law.start(), law.end(), 0.0)
    words = " ".join(sentence.split())
    return _Found(words, words, start, end, 0.0) if len(words) > len(match.group()) else None


def _bounds(text: str, at: int) -> tuple[int, int]:
    low = max(at - 600, 0)
    starts = [match.end() for match in _SENTENCE_END.finditer(text, low, at)]
    end = _SENTENCE_END.search(text, at)
    start = starts[-1] if starts else low
    return start, min(end.start() if end else len(text), start + 1200)
