"""Contracts and their amendments: which belong together, and which is in force on a day."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from ingest.scripts import has_han
from ingest.stopwords import STOP_EN
from ingest.tokens import terms
from retrieval.amendments import Amendment, without_amendment
from retrieval.parties import words_of

# Words that any contract's title may have.
_COMMON = frozenset("agreement contract lease license licence deed order memorandum".split())
# Only a labelled one: two contracts of the same people may share a telephone number.
_NUMBERED = re.compile(
    r"(?:(?:合同|协议)?编号|(?:contract|agreement)\s+(?:no\.?|number|nr\.?|ref(?:erence)?\.?))[:：#\s]*"
    r"((?=[\w/-]*\d)[A-Za-z\d][A-Za-z\d/-]{3,})",
    re.IGNORECASE,
)
_TWO = 2  # parties that two documents must share


@dataclass(frozen=True, slots=True)
class Member:
    """A contract or amendment, as far as its family depends on it.

    Attributes:
        doc_id: the document.
        title: found from its content.
        text: its title and beginning, folded.
        parties: names in it, as `party_key` makes them.
        dated: its own date.
        said: all days that its beginning names.
        amendment: what it says about the contract that it changes; None where it changes none.
    """

    doc_id: str
    title: str
    text: str
    parties: tuple[str, ...]
    dated: date | None
    said: frozenset[date]
    amendment: Amendment | None


@dataclass(frozen=True, slots=True)
class Version:
    """One document of a family: the day from which it counts, and which amendment it is (0: the contract)."""

    doc_id: str
    dated: date | None
    number: int


@dataclass(frozen=True, slots=True)
class Family:
    """A contract with its amendments, oldest first."""

    versions: tuple[Version, ...]

    @property
    def doc_ids(self) -> tuple[str, ...]:
        """All documents, oldest first."""
        return tuple(version.doc_id for version in self.versions)

    def in_force(self, day: date) -> tuple[Version, ...]:
        """The versions that count on a day, newest first; those whose date is unknown count always."""
        return tuple(one for one in reversed(self.versions) if one.dated is None or one.dated <= day)


def naming_any(amendments: Sequence[Member], texts: Iterable[tuple[str, str]]) -> list[str]:
    """Ids of the documents whose beginning has a party of any amendment: no others can be what these change.

    Args:
        amendments: all of the library.
        texts: ids and beginnings, folded, of the other documents; there may be many.
    """
    names = {name for one in amendments for name in one.parties}
    han = [name for name in names if has_han(name)]
    latin: dict[str, list[str]] = {}
    for name in names.difference(han):
        latin.setdefault(name.partition(" ")[0], []).append(name)
    found = []
    for doc_id, text in texts:
        closed, words = re.sub(r"\s", "", text), f" {' '.join(words_of(text))} "
        likely = (name for word in set(words.split()) for name in latin.get(word, ()))
        if any(name in closed for name in han) or any(f" {name} " in words for name in likely):
            found.append(doc_id)
    return found


def possible_members(members: Sequence[Member]) -> list[Member]:
    """Those that may belong to a family, whatever their dates are."""
    texts = {one.doc_id: _Text(one) for one in members}
    found: dict[str, Member] = {}
    for one in members:
        if one.amendment is None:
            continue
        for base in members:
            if base.doc_id != one.doc_id and _fit(one, one.amendment, base, texts):
                found |= {one.doc_id: one, base.doc_id: base}
    return list(found.values())


def find_families(members: Sequence[Member]) -> list[Family]:
    """Link amendments to their contracts by title, parties and date."""
    texts = {one.doc_id: _Text(one) for one in members}
    bases = [one for one in members if one.amendment is None or one.amendment.restates]
    linked: dict[str, list[Member]] = {}
    for one in members:
        if one.amendment is not None and (base := _base_of(one, one.amendment, bases, texts)):
            linked.setdefault(base.doc_id, []).append(one)
    known = {one.doc_id: one for one in members}
    # What hangs on a restated contract belongs to the family that the restated one is in.
    roots = [doc_id for doc_id in linked if not any(known[doc_id] in others for others in linked.values())]
    return [_family(known[root], list(_below(root, linked))) for root in roots]


def _below(root: str, linked: dict[str, list[Member]]) -> Iterable[Member]:
    for one in linked.get(root, ()):
        yield one
        yield from _below(one.doc_id, linked)


def _family(base: Member, amendments: list[Member]) -> Family:
    ordered = sorted(
        amendments,
        key=lambda one: (one.dated or date.max, (one.amendment and one.amendment.number) or 0, one.doc_id),
    )
    versions = [
        Version(one.doc_id, one.dated, (one.amendment and one.amendment.number) or place)
        for place, one in enumerate(ordered, start=1)
    ]
    return Family((Version(base.doc_id, base.dated, 0), *versions))


class _Text:
    """A member's words, made comparable once."""

    def __init__(self, one: Member) -> None:
        self.words = f" {' '.join(words_of(one.text))} "
        self.closed = re.sub(r"\s", "", one.text)
        self.numbers = frozenset(number.upper() for number in _NUMBERED.findall(one.text))
        self.title = _title_words(without_amendment(one.title))

    def has(self, key: str) -> bool:
        return key in self.closed if has_han(key) else f" {key} " in self.words


def _base_of(one: Member, amendment: Amendment, bases: Sequence[Member], texts: dict[str, _Text]) -> Member | None:
    """The contract that an amendment changes; None where none fits, or several do as well."""
    scored = []
    for base in bases:
        if base.doc_id != one.doc_id and (score := _fit(one, amendment, base, texts)):
            scored.append((score, base))
    scored.sort(key=lambda pair: -pair[0])
    if not scored or (len(scored) > 1 and scored[0][0] == scored[1][0]):
        return None
    return scored[0][1]


def _fit(one: Member, amendment: Amendment, base: Member, texts: dict[str, _Text]) -> float:
    """How well a contract fits what an amendment says about it; 0 where it cannot be meant."""
    title = _title_fit(amendment.base_title, texts[base.doc_id])
    same_number = bool(texts[one.doc_id].numbers & texts[base.doc_id].numbers)
    same_date = bool(amendment.base_dates & (base.said | ({base.dated} if base.dated else frozenset())))
    if not (title or same_number or same_date):
        return 0.0
    if not _same_parties(one, base, texts):
        return 0.0
    contradicts = bool(amendment.base_dates) and base.dated is not None and not same_date
    later = base.dated is not None and one.dated is not None and base.dated > one.dated
    if (contradicts and not same_number) or later:
        return 0.0
    return title + 3.0 * same_date + 3.0 * same_number


def _title_fit(wanted: str, base: _Text) -> float:
    """2 where the titles are the same, 1 where one is part of the other and says more than "agreement", else 0."""
    words = _title_words(wanted)
    if not words or not base.title:
        return 0.0
    if words == base.title:
        return 2.0
    part = words <= base.title or base.title <= words
    return 1.0 if part and (words & base.title) - _COMMON else 0.0


@lru_cache(maxsize=10_000)
def _title_words(title: str) -> frozenset[str]:
    return frozenset(terms(title)) - STOP_EN


def _same_parties(one: Member, other: Member, texts: dict[str, _Text]) -> bool:
    """Whether two documents are between the same people, as far as their beginnings say."""
    names = dict.fromkeys((*one.parties, *other.parties))
    shared = [name for name in names if texts[one.doc_id].has(name) and texts[other.doc_id].has(name)]
    # "acme" in "acme tools" is the same party.
    distinct = [name for name in shared if not any(name != longer and name in longer for longer in shared)]
    fewest = min(len(one.parties), len(other.parties))
    return len(distinct) >= _TWO or (len(distinct) == fewest == 1)
