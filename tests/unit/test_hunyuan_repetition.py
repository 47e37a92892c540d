"""Endless tails: found in stuck answers, never in documents that repeat themselves for a reason."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.hunyuan.repetition import cut_repetition, endless

pytestmark = pytest.mark.unit

START = "# SUPPLY AGREEMENT\n\nThe Supplier delivers forty pallets a month to the Buyer.\n\n"
SENTENCE = "The Buyer shall pay within thirty days of the invoice. "
ROW = "<tr><td>Pallet of bricks</td><td>forty pieces</td><td>0.00</td></tr>"
CLAUSE = "".join(f"Clause {number}: the party named in schedule {number * 7} bears it. " for number in range(25))

STUCK = [
    (SENTENCE, 10),
    (ROW, 10),
    (CLAUSE, 10),
    ("乙方应当在收到发票之日起三十日内付款。", 10),
    ("合格 ", 120),
    ("total ", 60),
    ("<td></td>", 400),
    ("0", 4000),
    (".", 4000),
    ("\\quad ", 600),
    ("(147,90),(925,415)\n", 200),
    ("The Buyer and the Supplier, page one(100,200),(300,220)", 10),
    ('{"box": [1, 2, 3, 4], "text": "Lieferung und Zahlung"}, ', 10),
]

HONEST = [
    ("ten empty rows", "<table>" + "<tr><td></td><td></td><td></td><td></td></tr>" * 10),
    ("a form of forty empty rows", "<table>" + "<tr><td></td><td></td><td></td><td></td><td></td></tr>" * 40),
    ("empty pipe rows", "| a | b |\n|---|---|\n" + "|  |  |\n" * 30),
    ("a leader line", "1. Definitions " + "." * 160),
    ("a leader line of commands", "1. Definitions " + r"\cdots" * 60),
    ("a rule", "-" * 200),
    ("a wide table's rule", "|" + "---|" * 60),
    ("a column of zeros", "0.00\n" * 80),
    ("rows of zeros", "<tr>" + "<td>0.00</td>" * 12 + "</tr>" + ("<tr>" + "<td>0.00</td>" * 12 + "</tr>") * 30),
    ("a signature line", "_" * 120),
    ("escaped signature lines", (r"\_" * 60 + "\n") * 8),
    ("ruled lines to write on", ("_" * 80 + "\n") * 25),
    ("a sheet that twenty people sign", "Name: __________ Signature: __________ Date: ________\n" * 20),
    ("a Chinese sheet to sign", "姓名：________ 签字：________ 日期：________\n" * 20),
    ("a column of one word", "Passed\n" * 25),
    ("a Chinese column", "| 合格 |\n" * 25),
    ("indentation", "&nbsp;" * 80),
    ("a matrix of zeros", "0 & " * 200),
    ("blank lines", "\n" * 200),
]


@pytest.mark.parametrize(("unit", "times"), STUCK)
def test_a_stuck_answer_is_noticed_and_cut_to_one_unit(unit: str, times: int) -> None:
    assert endless(START + unit * times)
    cut = cut_repetition(START + unit * times)
    assert START.strip() in cut and len(cut) <= len(START) + 2 * len(unit)
    assert unit.strip("\n ,")[:40] in cut


@pytest.mark.parametrize(("unit", "times"), STUCK)
def test_the_last_repeat_may_be_cut_off_anywhere(unit: str, times: int) -> None:
    for length in range(0, len(unit), 1 + len(unit) // 20):
        text = START + unit * (times + 1) + unit[:length]
        assert endless(text)
        assert len(cut_repetition(text)) <= len(START) + 2 * len(unit)


@pytest.mark.parametrize(("name", "text"), HONEST)
def test_honest_repetition_is_left_alone(name: str, text: str) -> None:
    for length in range(1, len(text) + 1, 1 + len(text) // 50):
        assert not endless(START + text[:length]), name
    assert not endless(START + text) and cut_repetition(START + text) == START + text


def test_nine_equal_sentences_are_not_enough() -> None:
    assert not endless(START + SENTENCE * 9)


def test_a_repetition_that_ended_is_none() -> None:
    text = START + SENTENCE * 30 + "Signed in Lyon."
    assert not endless(text) and cut_repetition(text) == text


def test_two_rows_taken_together_do_not_count_as_a_longer_unit() -> None:
    row = "Name: ____ Date of birth: ____\n"
    assert not endless(START + row * 28)


def test_a_run_longer_than_the_part_that_is_looked_at_is_cut_whole() -> None:
    cut = cut_repetition(START + SENTENCE * 3000)
    assert cut.count(SENTENCE.strip()) == 1 and cut.startswith(START)


def test_a_repetition_within_a_repetition_is_cut_as_well() -> None:
    text = START + ("Sum: " + "0" * 3200) * 12
    assert not endless(cut_repetition(text))


@settings(deadline=None)
@given(st.text(max_size=400), st.text(min_size=1, max_size=40), st.integers(1, 400))
def test_cutting_leaves_nothing_to_cut_and_only_shortens(start: str, unit: str, times: int) -> None:
    text = start + unit * times
    cut = cut_repetition(text)
    assert text.startswith(cut)
    assert not endless(cut) and cut_repetition(cut) == cut
    assert (cut == text) is not endless(text)


@settings(deadline=None)
@given(st.text(max_size=3000))
def test_any_text_can_be_looked_at(text: str) -> None:
    assert text.startswith(cut_repetition(text))
