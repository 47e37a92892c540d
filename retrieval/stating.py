"""The passage that states the clause that is asked for, where the search has put others before it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from ingest.types import Chunk
from retrieval import sentences
from retrieval.clauses import Clause, asked_clauses, states_any
from retrieval.search import Findings, Searcher
from retrieval.types import Evidence

# A sentence that states such a clause is taken up where its cosine with the question reaches this; half of the labelled
# contracts was in view when it was set (docs/measurements.md).
_NEAR = 0.45


def with_stating(searcher: Searcher, findings: Findings, looked_at: int) -> Findings:
    """Findings with the passage among the first that states the clause that is asked for.

    Args:
        searcher: that found them.
        findings: of a question; unchanged where it asks for no known kind of clause, names no document, or where what
            was found states it.
        looked_at: how many of the first passages answers are made from.
    """
    clauses = asked_clauses(findings.rest)
    if not clauses or not findings.documents or not searcher.understands(findings.question):
        return findings
    first, further = list(findings.evidence[:looked_at]), list(findings.evidence[looked_at:])
    taken: list[Evidence] = []
    for doc_ids in findings.target.parts or (findings.documents,):
        of_these = [one.chunk for one in first if one.chunk.doc_id in doc_ids]
        if not any(any(_statements(chunk, clauses)) for chunk in of_these):
            taken += _nearest(searcher, findings, doc_ids, clauses)
    if not taken:
        return findings
    known = {one.chunk.chunk_id for one in taken}
    kept = [one for one in first if one.chunk.chunk_id not in known][: max(looked_at - len(taken), 1)]
    left = [one for one in [*first, *further] if one not in kept and one.chunk.chunk_id not in known]
    return replace(findings, evidence=tuple([*kept, *taken, *left][: max(len(findings.evidence), len(taken) + 1)]))


def _nearest(
    searcher: Searcher, findings: Findings, doc_ids: Collection[str], clauses: Sequence[Clause]
) -> list[Evidence]:
    """The passage of some documents whose statement is nearest to the question; none where none is near."""
    chunks = [chunk for doc_id in doc_ids for chunk in searcher.library.document_chunks(doc_id)[0]]
    said = [(chunk, sentence) for chunk in chunks for sentence in _statements(chunk, clauses)]
    if not said:
        return []
    vectors = searcher.embed([findings.rest, *(sentence for _, sentence in said)])
    cosines = vectors[1:] @ vectors[0]
    best = int(cosines.argmax())
    return searcher.evidence_of([said[best][0]], findings.question) if cosines[best] >= _NEAR else []


def _statements(chunk: Chunk, clauses: Sequence[Clause]) -> Iterator[str]:
    """The sentences of a passage that state one of some kinds of clauses."""
    text = " ".join(chunk.text.split())
    for start, end in sentences.split(text):
        if states_any(chunk.heading, text[start:end], clauses):
            yield text[start:end]
