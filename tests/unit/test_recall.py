import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.recall import WordRecall, word_recall, words

pytestmark = pytest.mark.unit

TEXT = st.text(max_size=60)


def test_words_are_runs_of_letters_and_digits_without_punctuation_and_case() -> None:
    assert words('The "Buyer" shall_pay $1,234.56 (net-30)') == [
        "the", "buyer", "shall", "pay", "1", "234", "56", "net", "30",
    ]  # fmt: skip


def test_ligatures_and_full_width_characters_are_normalised() -> None:
    assert words("ofﬁce ＡＢＣ１２３ Straße") == ["office", "abc123", "strasse"]


def test_each_chinese_character_is_a_word_beside_latin_runs() -> None:
    assert words("发票No.12号") == ["发", "票", "no", "12", "号"]


def test_repeated_words_are_found_only_as_often_as_they_were_read() -> None:
    assert word_recall("the end of the end", ["The end"]) == WordRecall(found=2, total=5)


def test_a_word_split_over_two_lines_is_not_found() -> None:
    assert word_recall("agreement", ["agree", "ment"]).found == 0


def test_words_run_together_are_lost() -> None:
    assert word_recall("of the buyer", ["ofthe buyer"]) == WordRecall(found=1, total=3)


def test_a_page_without_words_is_fully_recalled() -> None:
    assert word_recall(" -- ", ["anything"]).value == 1.0


def test_counts_add_up_word_by_word() -> None:
    assert (WordRecall(1, 2) + WordRecall(98, 98)).value == 0.99


@given(TEXT)
def test_every_text_recalls_itself(text: str) -> None:
    assert word_recall(text, [text]).value == 1.0


@given(TEXT, st.lists(TEXT, max_size=4), TEXT)
def test_reading_more_never_lowers_recall(truth: str, found: list[str], more: str) -> None:
    fewer = word_recall(truth, found)
    assert 0 <= fewer.found <= word_recall(truth, [*found, more]).found <= fewer.total


@given(TEXT, st.lists(TEXT, max_size=4))
def test_the_order_of_lines_does_not_matter(truth: str, found: list[str]) -> None:
    assert word_recall(truth, found) == word_recall(truth, reversed(found))
