"""What a library's documents are, beside their text: type, parties, date. Read once for each state of the library."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import PurePath

from ingest.library import Library
from ingest.records import SubjectRecord
from ingest.tokens import terms
from retrieval.amendments import read_amendment
from retrieval.dates import folded
from retrieval.dating import document_date
from retrieval.filters import Filter
from retrieval.kinds import DocumentType, type_of
from retrieval.parties import mentions, party_key

_BATCH = 900  # subjects that are read at once
_FIRST_PAGES = 2  # where parties are named
_PASSAGES = 500  # that are looked at for a party
_MIN_ID = 6


@dataclass(slots=True)
class Shelf:
    """All documents of one state of a library.

    Attributes:
        change: number of the library's last change.
        subjects: what the documents are about, by id.
        dates: of the documents, as far as anyone asked for them.
        derived: what else was computed for this state, by name.
    """

    change: int
    subjects: Mapping[str, SubjectRecord]
    dates: dict[str, date | None] = field(default_factory=dict)
    derived: dict[str, object] = field(default_factory=dict)


class Catalogue:
    """Knows a library's documents; safe to use from several threads."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._shelf: Shelf | None = None

    def shelf(self) -> Shelf:
        """The documents that questions see now."""
        change = self._library.last_change()
        shelf = self._shelf
        if shelf is None or shelf.change != change:
            ids = list(self._library.stamps())
            batches = (self._library.subjects(ids[start : start + _BATCH]) for start in range(0, len(ids), _BATCH))
            subjects = {one.doc_id: one for batch in batches for one in batch}
            shelf = Shelf(change, subjects, _kept_dates(shelf, subjects))
            # Two threads may both have read it: the one is as good as the other.
            self._shelf = shelf
        return shelf

    def type_of(self, doc_id: str) -> DocumentType:
        """A document's type."""
        return _type(self.shelf().subjects[doc_id])

    def date_of(self, doc_id: str) -> date | None:
        """A document's own date; None where it has none that can be read."""
        shelf = self.shelf()
        if doc_id not in shelf.dates:
            subject = shelf.subjects[doc_id]
            # Invoices have it in a table on the first page, Chinese contracts beside the seals on the last.
            shelf.dates[doc_id] = _own_date(subject.title, opening(subject)) or self._date_on_pages(subject)
        return shelf.dates[doc_id]

    def _date_on_pages(self, subject: SubjectRecord) -> date | None:
        record = self._library.document(subject.doc_id)
        for number in dict.fromkeys((1, record.page_count if record else 1)):
            for page in self._library.pages(subject.doc_id, [number]):
                text = folded(" ".join(line.text for line in page.text.lines)) if page.text else ""
                if found := _own_date(subject.title, text):
                    return found
        return None

    def select(self, wanted: Filter) -> frozenset[str]:
        """Ids of the documents that a filter lets through."""
        subjects = self.shelf().subjects
        ids: Iterable[str] = subjects
        if wanted.types:
            ids = [i for i in ids if self.type_of(i) in wanted.types]
        if wanted.documents or wanted.folders:
            ids = self._placed(ids, wanted)
        if wanted.parties:
            named = frozenset().union(*(self.naming(party) for party in wanted.parties))
            ids = [i for i in ids if i in named]
        if wanted.dated_from or wanted.dated_to:
            first, last = wanted.dated_from or date.min, wanted.dated_to or date.max
            ids = [i for i in ids if (day := self.date_of(i)) is not None and first <= day <= last]
        return frozenset(ids)

    def naming(self, party: str) -> frozenset[str]:
        """Documents that have a name at their beginning or on their first pages."""
        key = party_key(party)
        found = {i for i, one in self.shelf().subjects.items() if mentions(f"{opening(one)} {one.name}", key)}
        hits = self._library.search_words(terms(party), _PASSAGES)
        chunks = self._library.chunks(chunk_id for chunk_id, _ in hits).values()
        early = (chunk for chunk in chunks if chunk.page_number <= _FIRST_PAGES and chunk.doc_id not in found)
        return frozenset(found | {chunk.doc_id for chunk in early if mentions(chunk.text, key)})

    def _placed(self, ids: Iterable[str], wanted: Filter) -> list[str]:
        """Documents of the wanted names and folders."""
        paths = {record.doc_id: record.paths for record in self._library.documents()}
        subjects = self.shelf().subjects
        return [
            i
            for i in ids
            if (not wanted.documents or any(_is(subjects[i], paths.get(i, ()), key) for key in wanted.documents))
            and (not wanted.folders or any(_inside(path, key) for path in paths.get(i, ()) for key in wanted.folders))
        ]


def _kept_dates(old: Shelf | None, subjects: Mapping[str, SubjectRecord]) -> dict[str, date | None]:
    """Dates of the documents that are what they were."""
    if old is None:
        return {}
    return {i: day for i, day in old.dates.items() if i in subjects and subjects[i] == old.subjects.get(i)}


def _own_date(title: str, text: str) -> date | None:
    """The date of a document, not that of a contract which it amends."""
    amendment = read_amendment(title, text)
    return document_date(text, amendment.skip if amendment else ())


@lru_cache(maxsize=50_000)
def _type(subject: SubjectRecord) -> DocumentType:
    return type_of(subject.title, subject.intro, subject.name)


@lru_cache(maxsize=10_000)
def opening(subject: SubjectRecord) -> str:
    """A document's title and beginning as one text."""
    return folded(f"{subject.title}. {subject.intro}")


def _is(subject: SubjectRecord, paths: Sequence[str], key: str) -> bool:
    plain = key.casefold()
    names = {subject.name.casefold(), PurePath(subject.name).stem.casefold(), subject.title.casefold()}
    names |= {path.casefold() for path in paths} | {PurePath(path).name.casefold() for path in paths}
    return plain in names or (len(key) >= _MIN_ID and subject.doc_id.startswith(plain))


def _inside(path: str, folder: str) -> bool:
    """Whether a file lies in a folder, given as a whole path or by its last parts."""
    above = PurePath(path).parent.parts
    wanted = [part for part in re.split(r"[/\\]", folder) if part not in ("", ".")]
    if PurePath(folder).is_absolute():
        return list(above[1 : len(wanted) + 1]) == wanted
    return any(list(above[start : start + len(wanted)]) == wanted for start in range(len(above) - len(wanted) + 1))
