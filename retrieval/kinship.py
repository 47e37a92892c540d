"""Which documents of a library belong together: contracts with their amendments, invoices with one number."""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import cast

from ingest.library import Library
from ingest.records import SubjectRecord
from ingest.tokens import terms
from retrieval.amendments import Amendment, amendment_number, mentions_amendment, read_amendment
from retrieval.catalogue import Catalogue, opening
from retrieval.dates import folded
from retrieval.dating import dates_said
from retrieval.families import Family, Member, Version, find_families, naming_any, possible_members
from retrieval.kinds import DocumentType
from retrieval.parties import mentions, parties_of
from retrieval.types import ConflictKind
from retrieval.versions import Group

_NUMBERED = (DocumentType.INVOICE, DocumentType.RECEIPT, DocumentType.CREDIT_NOTE)
_NUMBER = re.compile(
    r"(?:(?:invoice|receipt|credit note|bill|rechnung|rechnungs|facture)\s*-?\s*(?:no|nr|number|n°|nummer|#|id)?"
    r"|(?:发票|收据|票据|单据)?(?:号码|编号|票号))\s*[.:：#]*\s*(?P<number>(?=[A-Z/-]*\d)[A-Z\d][A-Z\d/-]{2,})",
    re.IGNORECASE,
)
_TWINS = 10  # documents that are looked at for the same number
_DISTINCT = 6  # letters and digits that make a number one of a kind


class Kinship:
    """Knows what belongs together in one library."""

    def __init__(self, library: Library, catalogue: Catalogue) -> None:
        self._library = library
        self._catalogue = catalogue

    def families(self) -> Sequence[Family]:
        """All contracts with amendments, in the library's present state."""
        shelf = self._catalogue.shelf()
        if "families" not in shelf.derived:
            shelf.derived["families"] = self._find_families()
        return cast("Sequence[Family]", shelf.derived["families"])

    def _find_families(self) -> list[Family]:
        subjects = self._catalogue.shelf().subjects
        amendments = {i: _amendment(one) for i, one in subjects.items()}
        if not any(amendments.values()):
            return []
        amending = [_member(subjects[i], found) for i, found in amendments.items() if found]
        contracts = (i for i in subjects if not amendments[i] and self._catalogue.type_of(i) is DocumentType.CONTRACT)
        near = naming_any(amending, ((i, opening(subjects[i])) for i in contracts))
        members = amending + [_member(subjects[i], None) for i in near]
        # Dates may have to be read from pages: only those of documents that may belong to a family.
        return find_families([self._dated(one) for one in possible_members(members)])

    def _dated(self, one: Member) -> Member:
        dated = self._catalogue.date_of(one.doc_id)
        return Member(one.doc_id, one.title, one.text, one.parties, dated, one.said, one.amendment)

    def family_of(self, doc_id: str) -> Family | None:
        """The family of a document; None where it has none."""
        return next((family for family in self.families() if doc_id in family.doc_ids), None)

    def versions(self, question: str, doc_ids: Sequence[str], as_of: date | None, today: date) -> tuple[str, ...]:
        """Documents that a question names, with those of their families that count.

        Args:
            question: folded. One that speaks of an amendment means it, and not the contract as it stands.
            doc_ids: what the question names.
            as_of: the day that it asks about; later versions are left out. None: today, nothing is left out.
            today: the day of today.
        """
        found = list(doc_ids)
        for family in self.families():
            if not set(family.doc_ids) & set(doc_ids):
                continue
            number = amendment_number(question)
            numbered = [one.doc_id for one in family.versions if one.number == number and one.number]
            counting = [one.doc_id for one in family.in_force(as_of or today)]
            if numbered:
                found = [i for i in found if i not in family.doc_ids] + numbered
            elif mentions_amendment(question) and as_of is None:
                continue
            else:
                later = set(family.doc_ids) - set(counting) if as_of and counting else set()
                found = [i for i in found if i not in later] + [i for i in counting if i not in found]
        return tuple(found)

    def parts(self, doc_ids: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """Some documents in their order, those of one family together."""
        found: dict[str, tuple[str, ...]] = {}
        for doc_id in doc_ids:
            family = self.family_of(doc_id)
            key = family.doc_ids[0] if family else doc_id
            found[key] = (*found.get(key, ()), doc_id)
        return tuple(found.values())

    def groups(self, doc_ids: Sequence[str], day: date) -> list[Group]:
        """What belongs together among some documents, as far as it counts on a day."""
        present = set(doc_ids)
        found = []
        for family in self.families():
            versions = tuple(one for one in family.in_force(day) if one.doc_id in present)
            if len(versions) > 1:
                found.append(Group(ConflictKind.VERSIONS, versions))
        seen: set[str] = set()
        for doc_id in doc_ids:
            twins = () if doc_id in seen else tuple(i for i in self.twins(doc_id) if i in present)
            if twins:
                seen |= {doc_id, *twins}
                dated = [Version(i, self._catalogue.date_of(i), 0) for i in (doc_id, *twins)]
                newest_first = sorted(dated, key=lambda one: one.dated or date.min, reverse=True)
                found.append(Group(ConflictKind.DUPLICATES, tuple(newest_first)))
        return found

    def twins(self, doc_id: str) -> tuple[str, ...]:
        """Other documents of a type and number that say to be the same invoice or receipt."""
        if self._catalogue.type_of(doc_id) not in _NUMBERED:
            return ()
        text = self._first_page(doc_id)
        number = number_of(text)
        if not number:
            return ()
        found = [i for i, _ in self._library.search_documents(terms(number), _TWINS) if i != doc_id]
        return tuple(i for i in found if self._is_twin(doc_id, text, number, i))

    def _is_twin(self, doc_id: str, text: str, number: str, other: str) -> bool:
        subjects = self._catalogue.shelf().subjects
        if other not in subjects or self._catalogue.type_of(other) is not self._catalogue.type_of(doc_id):
            return False
        page = self._first_page(other)
        if number_of(page) != number:
            return False
        names = dict.fromkeys((*parties_of(text), *parties_of(page)))
        if any(mentions(text, name) and mentions(page, name) for name in names):
            return True
        return not names and sum(character.isalnum() for character in number) >= _DISTINCT

    def _first_page(self, doc_id: str) -> str:
        subject = self._catalogue.shelf().subjects[doc_id]
        pages = self._library.pages(doc_id, [1])
        lines = [line.text for page in pages if page.text for line in page.text.lines]
        return folded(f"{subject.title}. {' '.join(lines)}")


def _member(subject: SubjectRecord, amendment: Amendment | None) -> Member:
    text = opening(subject)
    return Member(subject.doc_id, subject.title, text, parties_of(text), None, dates_said(text), amendment)


@lru_cache(maxsize=10_000)
def _amendment(subject: SubjectRecord) -> Amendment | None:
    return read_amendment(subject.title, opening(subject))


def number_of(text: str) -> str:
    """The number of an invoice or receipt, in capitals, from its first page; empty where it is not labelled."""
    found = _NUMBER.search(text)
    return found["number"].upper() if found else ""
