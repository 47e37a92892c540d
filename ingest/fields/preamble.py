"""Who a contract is between: labels, "between X and Y", numbered parties, names that are given a short one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from ingest.fields.candidates import is_name

_BETWEEN_SURE, _LABEL_SURE, _DEFINED_SURE = 0.75, 0.85, 0.6
_PREAMBLE = 3000  # characters in which a contract names its parties
_OPENING = 1500
_DEFINITION = 250  # characters in which a short name follows
_MOST = 8
_MOST_WORDS = 9
_FORMS = r"inc|l\.?l\.?c|ltd|limited|corp|corporation|l\.?l\.?p|l\.?p|plc|gmbh|ag|s\.?a|b\.?v|n\.?v"
_FORM = rf"(?:\s*,?\s+(?i:{_FORMS})\b\.?)"
_NAME = rf"[a-z]?[A-ZÄÖÜÉ0-9][^“”\";:()]{{2,90}}?{_FORM}?"
_STOP = (
    rf"(?=\s*[,;(“\"](?!\s+(?i:{_FORMS})\b)|\s+(?:a|an|of\s+\d|having|with|whose|located|organized|hereinafter|represented|dba"
    r"|d/b/a|vertreten|nachfolgend|ci-après|représentée|dont|mit)\b)"
)
# Only the first few are looked at: what follows them is searched at length.
_OPENER = re.compile(r"\b(?:between|among|entre|zwischen)\b", re.IGNORECASE)
_MOST_OPENERS = 5
_BETWEEN = re.compile(
    rf"\b(?i:between|among|entre|zwischen)(?i:\s+(?:the|der|die|das|la|le))?[:\s]+(?P<one>{_NAME}){_STOP}"
    r"(?P<middle>.{0,600}?)(?:\band\b|\bund\b|\bet\b)[:,\s]+(?:(?i:the|der|die|la|le)\s+)?"
    rf"(?P<other>{_NAME})(?:{_STOP}|\.\s|$)",
    re.DOTALL,
)
# "(1) Acme plc, a company registered …; and (2) …"
_NUMBERED = re.compile(rf"^\(\d\)\s*(?P<name>{_NAME}){_STOP}", re.MULTILINE)
# A name with a legal form, and soon a short name in quotes: Acme Tools, Inc., a Delaware corporation ("Acme").
_COMPANY = re.compile(rf"(?P<name>(?:[a-z]?[A-Z][\w.&’'-]*,?\s+|&\s+){{1,6}}?(?=[A-Z])(?i:{_FORMS})\b\.?)")
_SHORT_NAME = re.compile(r"[(,]\s*(?:\w+\s+){0,3}[\"“”‘']{1,2}[A-Z]")
_HEADING = re.compile(r"\b(?:AGREEMENT|CONTRACT|Agreement|Contract)$")
_ITEM = re.compile(r"^\d{1,2}[.)]\s*")
_HAN = re.compile(
    r"(?:甲\s?方|乙\s?方|丙\s?方|丁\s?方|出租[方人]|承租[方人]|买\s?方|卖\s?方|委托[方人]|受托[方人]|供\s?方|需\s?方|发包[方人]"
    r"|承包[方人]|转让方|受让方|出借人|借款人|许可方|被许可方)\s*(?:[（(][^）)：:]{0,16}[）)])?\s*[:：]\s*"
    r"(?P<name>[^\s：:，,；;。]{2,40})"
)
_NO_PARTIES = frozenset(("WHEREAS", "WITNESSETH", "RECITALS", "BACKGROUND"))


@dataclass(frozen=True, slots=True)
class Passage:
    """A value in a running text.

    Attributes:
        raw: as it stands there.
        value: normalised.
        start: offset of its first character.
        end: one past its last.
        sure: 0..1.
    """

    raw: str
    value: str
    start: int
    end: int
    sure: float = 0.0


def find_parties(text: str) -> list[Passage]:
    """Names of a contract's parties, each once, in order; the surest way that gives two."""
    head = text[:_PREAMBLE]
    ways = [list(way(head)) for way in (_labelled, _numbered, _between, _defined)]
    found = next((way for way in ways if len(way) > 1), max(ways, key=len))
    once = {one.value: one for one in reversed(found)}
    return sorted(once.values(), key=lambda one: one.start)[:_MOST]


def _labelled(head: str) -> Iterator[Passage]:
    for match in _HAN.finditer(head):
        if any(map(str.isalnum, match["name"].replace("_", ""))):
            yield Passage(match["name"], match["name"], *match.span("name"), _LABEL_SURE)


def _numbered(head: str) -> Iterator[Passage]:
    opener = _OPENER.search(head)
    for match in _NUMBERED.finditer(head, opener.end()) if opener else ():
        yield from _passage(match, "name", _BETWEEN_SURE)


def _between(head: str) -> Iterator[Passage]:
    for opener in islice(_OPENER.finditer(head), _MOST_OPENERS):
        match = _BETWEEN.match(head, opener.start())
        if match:
            yield from _passage(match, "one", _BETWEEN_SURE)
            yield from _passage(match, "other", _BETWEEN_SURE)
            return


def _defined(head: str) -> Iterator[Passage]:
    for match in _COMPANY.finditer(head, 0, _OPENING):
        if _SHORT_NAME.search(head, match.end(), match.end() + _DEFINITION):
            yield from _passage(match, "name", _DEFINED_SURE)


def _passage(match: re.Match[str], group: str, sure: float) -> Iterator[Passage]:
    # The heading's last line may stand right above.
    lines = [line for line in match[group].splitlines() if not _HEADING.search(line)]
    name = " ".join(_ITEM.sub("", " ".join(lines)).split()).strip(" ,")
    if is_name(name) and len(name.split()) <= _MOST_WORDS and name not in _NO_PARTIES:
        yield Passage(match[group], name, *match.span(group), sure)
