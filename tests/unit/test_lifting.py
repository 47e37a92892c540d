"""What speaks for a passage beside its own words."""

import pytest

from ingest.types import Chunk
from retrieval.lifting import lifted

pytestmark = pytest.mark.unit


def chunk(doc_id: str, page: int, text: str = "Rent is due.") -> Chunk:
    return Chunk(f"{doc_id}{page}", doc_id, page, 0, "Lease", "", text, 0, 1)


PAGES = {one.chunk_id: one for one in [*(chunk("a", page) for page in range(1, 5)), chunk("b", 9)]}
RANKED = [("a1", 1.0), ("a2", 0.8), ("a3", 0.7), ("a4", 0.6), ("b9", 0.55)]


def order(question: str, likely: tuple[str, ...] = (), chunks: dict[str, Chunk] = PAGES) -> list[str]:
    found = lifted(question, RANKED, chunks, likely, {"a": 4, "b": 9}.__getitem__)
    return [key for key, _ in found]


def test_a_question_that_points_nowhere_changes_nothing() -> None:
    assert order("When is the rent due?") == ["a1", "a2", "a3", "a4", "b9"]


def test_the_page_that_a_question_points_at_comes_first() -> None:
    assert order("When is the rent due, as page 3 says?")[0] == "a3"


def test_the_last_page_is_counted_in_each_document() -> None:
    assert order("Who signed on the last page?")[:2] == ["a4", "b9"]


def test_a_printed_number_counts_but_less_than_the_place_of_a_page() -> None:
    chunks = PAGES | {"a4": chunk("a", 4, "Rent is due.\n- 2 -")}
    assert order("What does page 2 say?", chunks=chunks)[:2] == ["a2", "a1"]
    assert order("What does page 2 say?", chunks=chunks).index("a4") == 2


def test_a_document_that_may_be_meant_decides_between_nearly_equal_passages() -> None:
    assert order("When is it due?", likely=("b",)) == ["a1", "a2", "a3", "b9", "a4"]


def test_a_chunk_that_is_gone_is_left_out() -> None:
    assert "a1" not in order("When?", chunks={key: one for key, one in PAGES.items() if key != "a1"})
