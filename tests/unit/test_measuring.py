"""Asking every question: nothing is left out in silence, quotes are looked up on their page."""

import pytest

from ingest.errors import ModelError
from retrieval.measuring import RankerSystem, measure
from retrieval.questions import Asked
from retrieval.types import Answer
from tests.asked import LEASE, NOBODY, FakeSystem, citation

pytestmark = pytest.mark.unit

PAGES = {("lease", 1): "Lease", ("lease", 2): "The rent is\n900 euros."}
FOUND = [("lease", page) for page in range(1, 13)]


def answered(asked: Asked) -> Answer:
    quotes = (citation(("lease", 2), "rent is 900 euros"), citation(("lease", 1), "rent is 900 euros"))
    return Answer(asked.question, "900 euros. [1][2]", answered=True, citations=quotes)


def refused(asked: Asked) -> Answer:
    return Answer(asked.question, "The documents do not answer this.", answered=False)


def test_each_question_is_asked_and_its_answer_looked_up_on_the_pages() -> None:
    run = measure([LEASE, NOBODY], FakeSystem(PAGES, FOUND, answered))
    assert [one.asked for one in run.results] == [LEASE, NOBODY] and not run.skipped
    first = run.results[0]
    assert first.found == tuple(FOUND[:10]) and first.doc_id == "lease" and first.right == {("lease", 2)}
    assert first.given is not None
    assert [one.valid for one in first.given.cited] == [True, False]
    assert first.given.seconds >= 0


def test_a_file_that_the_library_lacks_is_reported_with_every_question_on_it() -> None:
    other = Asked("When does it end?", "gone.pdf", (1,))
    again = Asked("Where is it?", "gone.pdf", (1,))
    system = FakeSystem(PAGES, FOUND, answered)
    run = measure([other, LEASE, again], system)
    assert [one.asked for one in run.results] == [LEASE]
    assert [(one.asked, "gone.pdf" in one.reason) for one in run.skipped] == [(other, True), (again, True)]
    assert system.asked == [LEASE.question]


def test_a_question_that_names_no_file_is_asked_all_the_same() -> None:
    anywhere = Asked("What is the weather?", answerable=False)
    run = measure([anywhere], FakeSystem(PAGES, FOUND, refused))
    assert [one.given.answered for one in run.results if one.given] == [False]


def test_a_question_that_fails_is_noted_and_the_others_go_on() -> None:
    questions = [Asked(f"{number}?", "lease.pdf", (1,)) for number in range(7)]

    def fail_often(asked: Asked) -> Answer | ModelError:
        return refused(asked) if asked.question == "2?" or asked.question == "5?" else ModelError("too busy")

    run = measure(questions, FakeSystem(PAGES, FOUND, fail_often))
    assert [one.asked.question for one in run.results] == ["2?", "5?"]
    assert {one.reason for one in run.skipped} == {"too busy"} and len(run.skipped) == 5


def test_a_model_that_is_not_there_is_not_asked_every_question() -> None:
    questions = [Asked(f"{number}?", "lease.pdf", (1,)) for number in range(9)]
    system = FakeSystem(PAGES, FOUND, lambda asked: ModelError("no connection"))
    with pytest.raises(ModelError, match=r"3 questions in a row.*no connection"):
        measure(questions, system)
    assert len(system.asked) == 3


def test_a_search_without_answers_is_measured_beside_another_system() -> None:
    beside = FakeSystem(PAGES, FOUND, answered)
    run = measure([LEASE], RankerSystem(lambda question: [("lease", 2)], beside))
    assert run.results[0].found == (("lease", 2),) and run.results[0].given is None
    assert not beside.asked


def test_progress_is_told_of_every_question_skipped_ones_included() -> None:
    told: list[int] = []
    questions = [LEASE, Asked("When?", "gone.pdf", (1,)), NOBODY]
    measure(questions, FakeSystem(PAGES, FOUND, refused), lambda: told.append(1))
    assert len(told) == 3
