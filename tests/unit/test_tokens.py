"""Index terms: the same for a document and for a question about it, in both scripts."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.tokens import terms

pytestmark = pytest.mark.unit

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Net 30 Days", ["net", "30", "days"]),
        ("the party's notice", ["the", "party", "notice"]),
        ("USD 1,250,000.50", ["usd", "1250000.50"]),
        ("INV-2024-0117", ["inv", "2024", "0117"]),
        ("e.g. this", ["e", "g", "this"]),
        ("违约金", ["违约", "约金"]),
        ("金", ["金"]),
        ("合同2024号", ["合同", "2024", "号"]),
        ("ＡＢＣ１２３", ["abc123"]),
        ("", []),
        ("—  …", []),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@given(st.text(max_size=80))
def test_width_and_case_make_no_difference(text: str) -> None:
    folded = unicodedata.normalize("NFKC", text).casefold()
    if unicodedata.normalize("NFKC", folded).casefold() == folded:  # some letters need folding twice
        assert terms(folded) == terms(text)


@given(st.text(max_size=80))
def test_terms_are_words_without_white_space(text: str) -> None:
    assert all(term and not any(character.isspace() for character in term) for term in terms(text))


@given(HAN)
def test_pairs_cover_a_chinese_run_in_order(run: str) -> None:
    found = terms(run)
    rebuilt = found[0] + "".join(pair[1:] for pair in found[1:])
    assert rebuilt == unicodedata.normalize("NFKC", run)


@given(HAN, st.integers(0, 28), st.integers(2, 6))
def test_a_part_of_a_chinese_run_has_only_terms_of_the_run(run: str, start: int, length: int) -> None:
    part = run[start : start + length]
    if len(part) >= 2:
        assert set(terms(part)) <= set(terms(run))
