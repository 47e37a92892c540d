"""Questions about several documents at once: "compare the notice periods of A and B"."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, zip_longest
from typing import TypeVar

from retrieval.kinds import find_types
from retrieval.naming import Reading, names_in

_COMPARES = re.compile(
    r"\b(?:compare[sd]?|comparison|comparing|versus|vs|differ(?:s|ent|ence|ences)?|both|respectively|in common|same in"
    r"|each of|side by side|(?:longer|shorter|higher|lower|more|less|better|cheaper)\b[^?]{0,60}\b(?:than|or))\b"
    r"|比较|对比|相比|区别|不同|差异|差别|分别|各自|各是|哪个更|哪份更|一样|相同",
    re.IGNORECASE,
)
_PARTS = re.compile(
    r"\b(?:and|or|with|to|versus|vs\.?|than|between)\b|[,;、，；：:]|和|与|跟|及|同|相比", re.IGNORECASE
)
_MOST = 6  # documents that one question may compare
Item = TypeVar("Item")


def compares(question: str) -> bool:
    """Whether a question sets things beside each other."""
    return _COMPARES.search(question) is not None


def read_several(question: str, whole: Reading, read: Callable[[str], Reading]) -> Reading:
    """Add the documents that only a part of a question names.

    Args:
        question: folded.
        whole: what the question names as a whole: the documents that it names best.
        read: finds the documents that a text names.

    Returns:
        `whole` where its parts name no others.
    """
    if not whole.doc_ids or len(whole.doc_ids) >= _MOST:
        return whole
    doc_ids, rest = list(whole.doc_ids), whole.rest
    for part in _PARTS.split(question):
        if not _may_name(part, compares(question)):
            continue
        named = read(part).doc_ids
        # A part that names a document already meant ("between Acme and Bolt") says nothing new.
        if named and not set(named) & set(doc_ids) and len(doc_ids) + len(named) <= _MOST:
            doc_ids += named
            rest = read(rest).rest
    return Reading(tuple(doc_ids), rest)


def interleave(rankings: Sequence[Sequence[Item]]) -> list[Item]:
    """One of each ranking in turn, best first."""
    missing = object()
    rounds: Iterator[tuple[object, ...]] = zip_longest(*rankings, fillvalue=missing)
    return [item for item in chain.from_iterable(rounds) if item is not missing]  # type: ignore[misc]


def _may_name(part: str, comparing: bool) -> bool:
    """Whether a part of a question may name a document of its own.

    Beside a comparison any name may; else it must say what it is a name of: "the Harbour lease".
    """
    return comparing or bool(find_types(part) and names_in(f"? {part}"))
