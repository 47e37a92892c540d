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


def test_where_no_document_says_what_is_asked_about_the_passage_must_be_nearer() -> None:
    far, near = quote(0.45, 0.3), quote(0.52, 0.3)
    assert answers([far]) and not answers([replace(far, unsaid=0.6)]) and answers([replace(near, unsaid=0.6)])


def test_the_passage_under_a_quote_counts_though_another_is_quoted_first() -> None:
    far, near = quote(0.2, 0.2), quote(0.5, 0.6, line=1)
    assert answers([far, near]) and not answers([far, replace(far)])


def test_where_a_known_clause_is_asked_for_only_words_that_state_one_answer() -> None:
    near = replace(quote(0.9, 1.0), states=False)
    assert not answers([near])
    stating = replace(quote(0.3, 0.3, similarity=0.35, line=1), states=True)
    assert choose([near, stating]) == [stating]


def test_a_clause_of_the_kind_that_is_asked_for_must_be_near_itself() -> None:
    far = replace(quote(0.9, 0.2, similarity=0.3, line=1), states=True)
    assert not answers([replace(quote(0.9, 1.0), states=False), far])


def test_in_a_language_that_the_model_does_not_know_the_words_decide() -> None:
    assert answers([quote(0.0, 0.31, similarity=0.0)]) and not answers([quote(0.9, 0.29, similarity=0.0)])


def test_words_of_one_stem_share_their_synonyms() -> None:
    assert stem("renew") == stem("renewal") and stem("extend") in same_words(stem("renew"))
