"""An answer that has nothing to do with the question is told by its words."""

import pytest

from retrieval.beside import is_beside

pytestmark = pytest.mark.unit

RENT = "Rent is 900 euros and is payable in advance. [1]"


@pytest.mark.parametrize(
    ("question", "answer"),
    [("Are pets allowed?", RENT), ("What is the warranty period?", RENT), ("质保期有多长？", "租金为每月900元。")],
)
def test_what_shares_no_word_with_the_question_is_beside_it(question: str, answer: str) -> None:
    assert is_beside(question, [answer])


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How high are the rents?", RENT),
        ("What is owed in advance?", RENT),
        ("When can the lease be cancelled?", "It terminates on 4 May."),
        ("押金是多少？", "保证金为两个月租金。"),
    ],
)
def test_the_same_word_or_another_for_the_same_thing_is_enough(question: str, answer: str) -> None:
    assert not is_beside(question, [answer])


def test_a_quote_counts_as_the_answer_does() -> None:
    assert not is_beside("How high is the rent?", ["900 euros. [1]", "Rent is 900 euros."])


@pytest.mark.parametrize("question", ["租金是多少？", "What is it?"])
def test_nothing_is_told_across_languages_or_without_a_word_that_asks(question: str) -> None:
    assert not is_beside(question, [RENT])
