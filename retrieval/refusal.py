"""Saying that there is no answer, and what was searched for one."""

from ingest.library import Library
from ingest.scripts import has_han
from retrieval.notes import scope_of
from retrieval.phrases import say
from retrieval.search import Findings

_NAMED = 3  # documents that are named; of more, their number is told


def refusal(library: Library, question: str, findings: Findings) -> str:
    """The sentences of an answer that is none, in the question's language.

    Args:
        library: where it was searched.
        question: as asked.
        findings: of the search.
    """
    if library.count_chunks() == 0:
        return say("empty", question)
    if findings.target.is_empty:
        return say("filtered", question, scope=scope_of(question, findings.target))
    searched = _searched(library, question, findings)
    if findings.unknown:
        return say("unknown", question, name=", ".join(findings.unknown), searched=searched)
    return say("none" if findings.evidence else "nothing", question, searched=searched)


def _searched(library: Library, question: str, findings: Findings) -> str:
    """What was searched: "lease.pdf (3 pages, 14 passages)"."""
    ready = {record.doc_id: record for record in library.documents() if record.status == "ready"}
    named = [ready[doc_id] for doc_id in findings.target.searched if doc_id in ready]
    of = named or list(ready.values())
    passages = (
        sum(len(library.document_chunks(record.doc_id)[0]) for record in named) if named else library.count_chunks()
    )
    pages = sum(record.page_count for record in of)
    if named and len(named) <= _NAMED:
        names = ("、" if has_han(question) else ", ").join(record.name for record in named)
    else:
        names = say("documents", question, count=len(of))
    return say("amount", question, names=names, pages=pages, passages=passages)
