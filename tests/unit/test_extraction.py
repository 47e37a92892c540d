"""When quote mode answers, and when it says that there is no answer."""

from dataclasses import replace
from pathlib import Path

import pytest

from ingest.types import Chunk, PageText, TextSource
from retrieval.extraction import answers, choose
from retrieval.quotes import Quote, same_words, stem
from retrieval.types import Evidence
from retrieval.units import Span, Unit

pytestmark = pytest.mark.unit

CHUNK = Chunk("c", "lease", 1, 0, "Lease", "", "Rent is 900 euros.", 0, 1)
PAGE = PageText("lease", 1, (), (), "test", TextSource.LAYER)


def quote(near: float, coverage: float, similarity: float = 0.4, line: int = 0) -> Quote:
    evidence = Evidence(CHUNK, "lease.pdf", Path("p.webp"), 1.0, near)
    return Quote(Unit("Rent is 900 euros.", (Span(line, 0, 18),)), evidence, PAGE, 1.0, coverage, similarity, True)


def test_nothing_found_is_no_answer() -> None:
    assert not answers([]) and choose([]) == []


def test_a_near_passage_with_the_words_asked_for_answers() -> None:
    assert choose([quote(0.5, 0.8)])


@pytest.mark.parametrize(("near", "coverage"), [(0.3, 0.3), (-0.02, 1.0), (0.45, 0.0)])
def test_neither_words_nor_nearness_alone_make_an_answer(near: float, coverage: float) -> None:
    assert not answers([quote(near, coverage)])


def test_the_passage_under_a_quote_counts_though_another_is_quoted_first() -> None:
    far, near = quote(0.2, 0.2), quote(0.5, 0.6, line=1)
    assert answers([far, near]) and not answers([far, replace(far)])


def test_a_clause_of_the_kind_that_is_asked_for_needs_less_and_its_absence_is_no_answer() -> None:
    near = quote(0.3, 0.2)
    assert not answers([near])
    assert answers([near, replace(near, states=False), replace(near, states=True)][1:])
    assert not answers([replace(quote(0.9, 1.0), states=False)])


def test_a_clause_elsewhere_in_the_document_needs_passages_that_are_very_near() -> None:
    assert choose([replace(quote(0.5, 0.5), states=False)], elsewhere=True)
    assert not choose([replace(quote(0.3, 0.5), states=False)], elsewhere=True)


def test_in_a_language_that_the_model_does_not_know_the_words_decide() -> None:
    assert answers([quote(0.0, 0.31, similarity=0.0)]) and not answers([quote(0.9, 0.29, similarity=0.0)])


def test_words_of_one_stem_share_their_synonyms() -> None:
    assert stem("renew") == stem("renewal") and stem("extend") in same_words(stem("renew"))
