"""Documents that are copies of each other: each group counts once."""

from collections.abc import Iterable, Mapping


def groups_of(pairs: Iterable[tuple[str, str]]) -> list[frozenset[str]]:
    """Documents that pairs tie together, directly or over others; of two documents or more."""
    group: dict[str, set[str]] = {}
    for one, other in pairs:
        if one == other:
            continue
        joined = group.get(one, {one}) | group.get(other, {other})
        for member in joined:
            group[member] = joined
    unique = {id(members): members for members in group.values()}
    return [frozenset(members) for members in unique.values()]


def copies(used: Mapping[str, str], groups: Iterable[frozenset[str]]) -> dict[str, str]:
    """Which of the documents that could be used are copies: for each the one that counts in its place.

    Args:
        used: when each was added, by id; of a group the first one counts.
        groups: of `groups_of`.
    """
    found = {}
    for group in groups:
        first, *others = sorted((used[doc_id], doc_id) for doc_id in group if doc_id in used) or [("", "")]
        found.update({doc_id: first[1] for _, doc_id in others})
    return found
