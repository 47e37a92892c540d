"""Evidence of contracts that were amended: what counts on a day comes with what it changes, later versions do not."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from retrieval.families import Family, Version
from retrieval.types import ConflictKind, Evidence

Best = Callable[[str], Sequence[Evidence]]

_FIRST = 5  # passages beside which the other versions of their contract are shown
_VERSIONS = 3  # of one family
# What a passage of a document that the question seems to mean counts beside one of another.
_PREFERRED = 1.1


@dataclass(frozen=True, slots=True)
class Group:
    """Documents that belong together, the newest first."""

    kind: ConflictKind
    versions: tuple[Version, ...]


def preferring(evidence: Sequence[Evidence], preferred: Collection[str]) -> list[Evidence]:
    """Evidence with that of the preferred documents before what is about as near."""
    if not preferred:
        return list(evidence)
    weighed = [
        replace(one, score=one.score * (_PREFERRED if one.chunk.doc_id in preferred else 1.0)) for one in evidence
    ]
    return sorted(weighed, key=lambda one: -one.score)


def complete(
    evidence: Sequence[Evidence], families: Sequence[Family], as_of: date | None, today: date, best: Best
) -> list[Evidence]:
    """Put the other versions of a contract beside its first passage, the newest that counts first.

    Args:
        evidence: best first.
        families: all of the library.
        as_of: the day that is asked about; passages of versions that did not count yet are left out. None: today, and
            nothing is left out.
        today: the day of today.
        best: gives the best passage of a document for the question.
    """
    found = list(evidence)
    for family in families:
        counting = [one.doc_id for one in family.in_force(as_of or today)]
        if as_of and counting:
            later = set(family.doc_ids) - set(counting)
            found = [one for one in found if one.chunk.doc_id not in later]
        first = next((n for n, one in enumerate(found[:_FIRST]) if one.chunk.doc_id in family.doc_ids), None)
        if first is None:
            continue
        near = {one.chunk.doc_id for one in found[: first + _FIRST]}
        missing = [doc_id for doc_id in counting if doc_id not in near][:_VERSIONS]
        beside = [replace(one, score=found[first].score) for doc_id in missing for one in best(doc_id)]
        placed = {one.chunk.chunk_id for one in beside}
        after = [one for one in found[first + 1 :] if one.chunk.chunk_id not in placed]
        found = [*found[: first + 1], *beside, *after]
    return found


def beside_twins(evidence: Sequence[Evidence], twins: Callable[[str], Sequence[str]], best: Best) -> list[Evidence]:
    """Put the best passage of documents with the same number beside the first one's."""
    found = list(evidence)
    if not found:
        return found
    near = {one.chunk.doc_id for one in found[:_FIRST]}
    missing = [doc_id for doc_id in twins(found[0].chunk.doc_id) if doc_id not in near][:_VERSIONS]
    beside = [replace(one, score=found[0].score) for doc_id in missing for one in best(doc_id)]
    placed = {one.chunk.chunk_id for one in beside}
    return [found[0], *beside, *(one for one in found[1:] if one.chunk.chunk_id not in placed)]
