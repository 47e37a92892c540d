"""What an answer says about where was searched: which documents, by which filter, and what was left out."""

from collections.abc import Iterable, Sequence
from datetime import date

from ingest.scripts import has_han
from retrieval.catalogue import Catalogue
from retrieval.describing import day, describe, listed
from retrieval.kinds import DocumentType
from retrieval.phrases import say
from retrieval.target import Target
from retrieval.types import Citation


def scope_of(question: str, target: Target) -> str:
    """The filter that was applied, in the question's language; empty where there was none."""
    return describe(target.filter, chinese=has_han(question))


def names_of(catalogue: Catalogue, doc_ids: Sequence[str]) -> tuple[str, ...]:
    """File names of documents, in their order; those that are gone are left out."""
    subjects = catalogue.shelf().subjects if doc_ids else {}
    return tuple(subjects[doc_id].name for doc_id in doc_ids if doc_id in subjects)


def notes_of(question: str, target: Target, citations: Sequence[Citation], catalogue: Catalogue) -> tuple[str, ...]:
    """What the user should know: a filter that nothing fits, named documents that were not searched, or say nothing."""
    chinese = has_han(question)

    def names(doc_ids: Sequence[str]) -> str:
        return listed(names_of(catalogue, doc_ids), chinese=chinese)

    cited = {citation.doc_id for citation in citations}
    notes = []
    if target.unmet:
        notes.append(say("unmet", question, scope=describe(target.unmet, chinese=chinese)))
    if target.outside:
        notes.append(say("outside", question, names=names(target.outside)))
    if target.as_of and (later := _later(catalogue, cited, target.as_of)):
        notes.append(say("not_yet", question, names=names(later), day=day(target.as_of, chinese=chinese)))
    if silent := [part[0] for part in target.parts if cited and not cited & set(part)]:
        notes.append(say("silent", question, names=names(silent)))
    return tuple(notes)


def _later(catalogue: Catalogue, doc_ids: Iterable[str], as_of: date) -> list[str]:
    """Contracts that are dated after a day: they were not in force on it."""
    subjects = catalogue.shelf().subjects
    contracts = (i for i in doc_ids if i in subjects and catalogue.type_of(i) is DocumentType.CONTRACT)
    return [i for i in contracts if (dated := catalogue.date_of(i)) and dated > as_of]
