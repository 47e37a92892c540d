"""What people are shown: bars beside figures, causes of misses, and nothing that steers a terminal."""

from dataclasses import replace

import pytest
from rich.cells import cell_len

from retrieval.bars import Bar
from retrieval.comparison import Difference
from retrieval.figures import figures
from retrieval.measuring import Skipped
from retrieval.misses import Cause, cause_of
from retrieval.questions import Asked
from retrieval.report import difference_lines, figure_lines, group_lines, miss_lines, skipped_lines, table
from tests.asked import LEASE, NOBODY, cited, result

pytestmark = pytest.mark.unit

RIGHT, NEXT, OTHER = ("lease", 2), ("lease", 3), ("other", 2)


@pytest.mark.parametrize(
    ("one", "cause"),
    [
        (result(found=[OTHER] * 5 + [NEXT]), Cause.DOCUMENT),
        (result(found=[]), Cause.DOCUMENT),
        (result(found=[OTHER] * 4 + [NEXT]), Cause.PAGE),
        (result(found=[NEXT] * 5 + [RIGHT]), Cause.LATE),
        (result(found=[NEXT] * 4 + [RIGHT], answered=False), Cause.REFUSED),
        (result(citations=[cited(NEXT)]), Cause.OTHER_PAGE),
        (result(citations=[cited(NEXT), cited(RIGHT)]), None),
        (result(NOBODY), Cause.ANSWERED),
        (result(NOBODY, answered=False), None),
        (replace(result(), given=None), None),
        (replace(result(NOBODY), given=None), None),
        (result(replace(LEASE, pages=()), found=[]), None),
    ],
)
def test_a_miss_is_put_down_to_the_first_step_that_went_wrong(one: object, cause: Cause | None) -> None:
    assert cause_of(one) == cause  # type: ignore[arg-type]


def test_a_bar_stands_beside_its_figure_and_marks_what_falls_short() -> None:
    bars = [Bar("page-hit@1", 0.9), Bar("page-hit@5", 0.5)]
    lines = figure_lines(figures([result(), result(found=[NEXT, RIGHT])]), bars)
    row = {line.split()[0]: line for line in lines}
    assert "0.500" in row["page-hit@1"] and "at least 0.9" in row["page-hit@1"]
    assert "SHORT by 0.400" in row["page-hit@1"] and "reached" in row["page-hit@5"]
    assert "at least" not in row["mrr"]


def test_a_figure_has_its_interval_and_number_of_questions() -> None:
    (line,) = [line for line in figure_lines(figures([result()])) if line.startswith("page-hit@1 ")]
    assert line.split()[:6] == ["page-hit@1", "1.000", "0.207", "–", "1.000", "1"]


def test_a_groups_figure_says_over_how_many_of_its_questions_it_is_taken() -> None:
    pets = replace(NOBODY, group="money")
    (line,) = group_lines([result(), result(pets)])[1:]
    assert line.split()[:4] == ["money", "2", "1.000", "(1)"]
    assert group_lines([result(Asked("Rent?", "lease.pdf", (2,)))]) == []


def test_differences_show_both_runs_and_the_test() -> None:
    (line,) = difference_lines([Difference("mrr", 20, 0.5, 0.625, 6, 1, 0.125)])[1:]
    assert line.split() == ["mrr", "0.500", "0.625", "+0.125", "6", "1", "20", "0.125"]


def test_what_was_not_measured_is_counted_by_file_and_reason() -> None:
    gone = [Skipped(Asked(f"{n}?", "gone.pdf", (1,)), "not in the library") for n in range(3)]
    lines = skipped_lines([*gone, Skipped(LEASE, "too busy")])
    assert lines[0] == "Not measured: 4 questions"
    assert "  3 of gone.pdf: not in the library" in lines and "  1 of lease.pdf: too busy" in lines
    assert skipped_lines([]) == []


def test_many_missing_files_do_not_fill_the_screen() -> None:
    lines = skipped_lines([Skipped(Asked("Rent?", f"{n}.pdf", (1,)), "not in the library") for n in range(500)])
    assert len(lines) == 12 and "490 more files" in lines[-1]


def test_misses_are_shown_by_cause_a_few_of_each_from_the_whole_list() -> None:
    late = [result(replace(LEASE, question=f"{n}?"), [NEXT] * 5 + [RIGHT]) for n in range(6)]
    lines = miss_lines([*late, result(NOBODY)], {"lease": "lease.pdf"}, 2)
    assert lines[0].startswith("6 ×") and str(Cause.LATE) in lines[0]
    assert [line.strip() for line in lines if line.strip() in {f"{n}?" for n in range(6)}] == ["0?", "3?"]
    assert "answer: lease.pdf p. 2; first result: lease.pdf p. 3" in lines[2]


def test_a_document_cannot_steer_the_terminal() -> None:
    evil = replace(LEASE, question="Rent?\x1b]0;owned\x07\n\u202eecalp", group="\x1b[31mred")
    shown = [*miss_lines([result(evil, found=[OTHER])], {}, 1), *group_lines([result(evil)])]
    assert not any(character in line for line in shown for character in "\x1b\x07\n\u202e")


def test_columns_stand_under_each_other_in_chinese_too() -> None:
    lines = table([["组", "x"], ["group", "y"]])
    assert [cell_len(line) for line in lines] == [8, 8]
