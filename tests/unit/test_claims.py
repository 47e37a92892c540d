"""An LLM's answer is cut into claims, the same however it streamed in."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.claims import Claim, ClaimParser

pytestmark = pytest.mark.unit

ANSWERS = [
    "Rent is 900 euros. [1] It is due monthly. [2][3]",
    "Rent is 900 euros [1]. It is due monthly [2, 3].",
    "租金为每月900元。[1]押金为两个月租金。【2】",
    "- The term is three years. [1]\n- It renews yearly.\n[2]\n\nThat is all.",
    "See [Schedule A] for prices. [4]",
    "Unfinished [1",
    "[1] leads. [2]",
]


def parse(*pieces: str) -> list[Claim]:
    parser = ClaimParser()
    return [claim for piece in pieces for claim in parser.feed(piece)] + parser.finish()


def test_each_claim_keeps_the_evidence_behind_it() -> None:
    claims = parse("Rent is 900 euros. [1] It is due monthly. [2][3]")
    assert [(claim.text, claim.evidence) for claim in claims] == [
        ("Rent is 900 euros.", (1,)),
        ("It is due monthly.", (2, 3)),
    ]


def test_a_mark_before_the_full_stop_belongs_to_its_sentence() -> None:
    claims = parse("Rent is 900 euros [1]. It is due monthly [2, 3].")
    assert [(claim.text, claim.evidence) for claim in claims] == [
        ("Rent is 900 euros.", (1,)),
        ("It is due monthly.", (2, 3)),
    ]


def test_chinese_sentences_and_brackets_are_understood() -> None:
    assert [claim.evidence for claim in parse("租金为每月900元。[1]押金为两个月租金。【2】")] == [(1,), (2,)]


def test_a_mark_on_the_next_line_proves_the_line_above() -> None:
    claims = parse("It renews yearly.\n[2]\n\nThat is all.")
    assert [(claim.text, claim.evidence) for claim in claims] == [("It renews yearly.", (2,)), ("That is all.", ())]


def test_a_bracket_that_is_no_citation_stays_text() -> None:
    assert parse("See [Schedule A] for prices. [4]") == [Claim("See [Schedule A] for prices.", (4,))]


def test_nothing_is_given_out_before_its_citation_is_certain() -> None:
    parser = ClaimParser()
    assert parser.feed("Rent is 900 euros. [1") == []
    assert parser.feed("2] ") == []
    assert parser.feed("It") == [Claim("Rent is 900 euros.", (12,))]


@pytest.mark.parametrize("answer", ANSWERS)
def test_cutting_the_stream_at_any_character_changes_nothing(answer: str) -> None:
    whole = parse(answer)
    assert parse(*answer) == whole
    for cut in range(len(answer) + 1):
        assert parse(answer[:cut], answer[cut:]) == whole


@given(st.text(alphabet="ab .\n[]12,。【】", max_size=40), st.lists(st.integers(0, 40), max_size=6))
def test_any_text_cut_anywhere_gives_the_same_claims(text: str, cuts: list[int]) -> None:
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    assert parse(*(text[a:b] for a, b in itertools.pairwise(places))) == parse(text)
