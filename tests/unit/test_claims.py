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
    "Rent is 900 euros.[7†source] It is due 【8†L3-L9】. No more.^9 Never (source 10).",
    "Rent (net) is thirty (30) euros. (2) It is [due](monthly) <b>now</b> \\[3\\].",
    "租金每月900元（来源1）。押金两个月〔2〕\n(3)\n共三份。⁴ [^5^] [[6]] [7](https://a.example/x?y=1) <sup>8</sup> end",
    "[1-3] [2, 4; 6] [sources 1 and 2] [1, page 14] x^2 10^6 m² “words”¹ ⟦7⟧ {5} [9",
]
MARKS = [
    "[7]",
    "[ 7 ]",
    "【7】",
    "［7］",
    "〔7〕",
    "[7†source]",
    "【7†L10-L12】",
    "(source 7)",
    "(Source: 7)",
    "（来源7）",
    "（来源：7）",
    "[source 7]",
    "[Evidence 7]",
    "[doc 7]",
    "[S7]",
    "[#7]",
    "[^7]",
    "[^7^]",
    "^7",
    "^[7]",
    "^{7}",
    "⁷",
    "<sup>7</sup>",
    "<sup>[7]</sup>",
    "\\[7\\]",
    "[[7]]",
    "[7](https://leak.example/7)",
    "[7](#source-7)",
    "[7, p. 3]",
    "[7: page 3]",
    "[7, page 3]",
    "[citation:7]",
    "[ref. 7]",
    "[来源 7]",
    "⟦7⟧",
    "{7}",
    "<7>",
    "(7)",
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


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_in_any_form_cites_and_is_not_shown(mark: str) -> None:
    claims = parse(f"Rent is due monthly. {mark} It ends.")
    assert claims[0] == Claim("Rent is due monthly.", (7,))
    assert "7" not in "".join(claim.text for claim in claims)


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_in_any_form_streams_as_it_stands(mark: str) -> None:
    answer = f"Rent is 900 euros.{mark} It is due monthly. {mark}\nThat is all. [2]{mark}"
    whole = parse(answer)
    assert parse(*answer) == whole
    for cut in range(len(answer) + 1):
        assert parse(answer[:cut], answer[cut:]) == whole


@pytest.mark.parametrize("mark", ["[1-3]", "[1, 2, 3]", "[1][2][3]", "[1] [2], [3]", "(sources 1, 2 and 3)", "[1–3]"])
def test_several_numbers_are_all_cited(mark: str) -> None:
    assert sum((claim.evidence for claim in parse(f"Rent is due monthly {mark}.")), ()) == (1, 2, 3)


@pytest.mark.parametrize(
    "text",
    ["within thirty (30) days", "an area of 20 m²", "10^6 items", "[Schedule A] applies", "[7 copies] remain", "a < 7"],
)
def test_numbers_that_are_no_marks_stay(text: str) -> None:
    assert parse(f"It is {text}. [2]") == [Claim(f"It is {text}.", (2,))]


def test_a_number_left_in_square_brackets_does_not_look_like_a_citation() -> None:
    assert parse("In [2024] it ends. [1]") == [Claim("In 2024 it ends.", (1,))]


def test_the_number_of_a_list_item_is_no_part_of_the_claim() -> None:
    assert [claim.text for claim in parse("1. Rent is due. [1]\n(2) It ends. [2]")] == ["Rent is due.", "It ends."]


def test_sentences_before_one_mark_are_claims_of_their_own() -> None:
    assert parse("The moon is cheese. Rent is 900 euros. [1]") == [
        Claim("The moon is cheese.", (1,)),
        Claim("Rent is 900 euros.", (1,), " "),
    ]


def test_a_word_of_its_own_goes_with_the_next_sentence() -> None:
    assert parse("Yes. Rent is 900 euros. [1]") == [Claim("Yes. Rent is 900 euros.", (1,))]


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


@given(st.text(alphabet="ab .\n[]12,。【】()^†{}<>⁷\\:/", max_size=60), st.lists(st.integers(0, 60), max_size=8))
def test_any_text_cut_anywhere_gives_the_same_claims(text: str, cuts: list[int]) -> None:
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    assert parse(*(text[a:b] for a, b in itertools.pairwise(places))) == parse(text)


PIECES = st.sampled_from(
    "Rent is due|. |\n| |[|]|(|)|7|source |^|<sup>|</sup>|【|†L1】|[[7]]|[1]|](https://a.example)|e.g. |\\[|"
    "来源|（|）|⁷|{7}|"
    "page 3|, |; |and ".split("|")
)


@given(st.lists(PIECES, max_size=14).map("".join), st.data())
def test_any_answer_cut_anywhere_gives_the_same_claims(text: str, data: st.DataObject) -> None:
    whole = parse(text)
    assert parse(*text) == whole
    cut = data.draw(st.integers(0, len(text)))
    assert parse(text[:cut], text[cut:]) == whole
