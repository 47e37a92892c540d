"""What speaks for a passage beside its own words: the page that a question points at, a document that it may name."""

from collections.abc import Callable, Collection, Mapping, Sequence

from ingest.types import Chunk
from retrieval.fusion import Scored
from retrieval.pointing import Pointer, pointed_at

# What a page counts that the question points at, beside the 1 of the best passage: more than most differences between
# passages. Viewers count from the first page; so the number that is printed on a page counts less.
_POINTED = 0.5
_PRINTED = 0.3
# A document that has a name of the question, where others speak of it too: it decides between passages nearly equal.
_LIKELY = 0.1

# A document and the number of a page.
Place = tuple[str, int]


def lifted(
    question: str,
    ranked: Sequence[Scored],
    chunks: Mapping[str, Chunk],
    likely: Collection[str],
    page_count: Callable[[str], int],
) -> list[Scored]:
    """A ranking with those passages ahead that more than their words speak for.

    Args:
        question: as asked.
        ranked: pairs of chunk id and score, 0..1.
        chunks: by id; those that are not there are left out.
        likely: documents that the question may name.
        page_count: gives a document's number of pages.

    Returns:
        Pairs of id and score, best first.
    """
    pages = {key: (chunk.doc_id, chunk.page_number) for key, chunk in chunks.items()}
    by_page = _pointed(pointed_at(question), chunks, pages, page_count)
    found = [
        (key, score + by_page.get(pages[key], 0.0) + _LIKELY * (pages[key][0] in likely))
        for key, score in ranked
        if key in pages
    ]
    return sorted(found, key=lambda pair: -pair[1])


def _pointed(
    pointer: Pointer, chunks: Mapping[str, Chunk], pages: Mapping[str, Place], page_count: Callable[[str], int]
) -> dict[Place, float]:
    """What pages count that the question points at, by their place from the first or from the last, or as printed."""
    if not pointer.numbers:
        return {}
    counts = {doc_id: page_count(doc_id) for doc_id in {doc_id for doc_id, _ in pages.values()} if pointer.from_end}
    printed = {pages[key]: _PRINTED for key, chunk in chunks.items() if pointer.is_printed_in(chunk.text)}
    met = {page: _POINTED for page in pages.values() if pointer.meets(page[1], counts.get(page[0], 0))}
    return printed | met
