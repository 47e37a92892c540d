"""Two runs beside each other: paired by question, judged by the questions that changed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.errors import ConfigError, PageciteError
from retrieval.comparison import compare, run_values
from retrieval.measuring import Run, Skipped
from retrieval.questions import Asked
from retrieval.runfile import load_earlier, run_json, write_run
from retrieval.significance import sign_test
from retrieval.types import Turn
from tests.asked import LEASE, NOBODY, cited, result

pytestmark = pytest.mark.unit


def numbered(number: int) -> Asked:
    return replace(LEASE, question=f"{number}?")


def differences(before: dict[int, bool], after: dict[int, bool]) -> dict[str, tuple[float, float, int, int, float]]:
    runs = [
        run_values([result(numbered(number), [("lease", 2 if hit else 9)]) for number, hit in hits.items()])
        for hits in (before, after)
    ]
    return {one.metric: (one.before, one.after, one.better, one.worse, one.p) for one in compare(*runs)}


def test_only_questions_of_both_runs_are_compared_and_equal_ones_decide_nothing() -> None:
    before = {1: False, 2: False, 3: True, 4: True, 5: False, 9: True}
    after = {1: True, 2: True, 3: True, 4: False, 5: True, 8: False}
    assert differences(before, after)["page-hit@1"] == (0.4, 0.8, 3, 1, sign_test(3, 1))


def test_fewer_false_refusals_are_better() -> None:
    before = run_values([result(answered=False), result(numbered(2))])
    after = run_values([result(), result(numbered(2))])
    (one,) = [one for one in compare(before, after) if one.metric == "false-refusal"]
    assert (one.before, one.after, one.better, one.worse) == (0.5, 0.0, 1, 0)


def test_a_metric_that_only_one_run_has_is_left_out() -> None:
    searched = [replace(result(), given=None)]
    assert "answer-words" not in {one.metric for one in compare(run_values(searched), run_values([result()]))}


def test_a_written_run_compares_with_itself_as_equal(tmp_path: Path) -> None:
    follow_up = replace(LEASE, question="And then?", history=(Turn("Rent?", "900."),))
    run = Run((result(citations=[cited(("lease", 2))]), result(follow_up), result(NOBODY)))
    write_run(tmp_path / "run.json", run_json(run, {"library": "data/library"}, {"lease": "lease.pdf"}))
    earlier = load_earlier(tmp_path / "run.json")
    assert earlier == run_values(run.results)
    assert all((one.better, one.worse, one.p) == (0, 0, 1.0) for one in compare(earlier, run_values(run.results)))


def test_a_written_run_has_everything_question_by_question(tmp_path: Path) -> None:
    missed = result(found=[("other", 1)], citations=[cited(("other", 1), "租金", valid=False)], seconds=0.25)
    run = Run((missed,), (Skipped(NOBODY, "not in the library"),))
    document = run_json(run, {"library": "data/library"}, {"other": "other.pdf"})
    write_run(tmp_path / "run.json", document)
    text = (tmp_path / "run.json").read_text("ascii")
    row = json.loads(text)["results"][0]
    assert row["question"] == LEASE.question and row["file"] == LEASE.file and row["pages"] == [2]
    assert row["found"] == [{"file": "other.pdf", "page": 1}]
    assert row["cited"] == [{"file": "other.pdf", "page": 1, "quote": "租金", "valid": False}]
    assert row["values"]["page-hit@5"] == 0 and row["seconds"] == 0.25 and "document" in row["miss"]
    assert json.loads(text)["skipped"][0]["reason"] == "not in the library"
    assert json.loads(text)["groups"]["money"]["page-hit@5"]["questions"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"format": 1}', '{"format": 1, "results": [{"question": "Rent?", "values": {"mrr": "high"}}]}']
)
def test_an_earlier_run_that_is_none_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "old.json").write_text(text)
    with pytest.raises(PageciteError, match=r"old\.json"):
        load_earlier(tmp_path / "old.json")


def test_a_run_of_another_format_says_so(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text('{"format": 7, "results": []}')
    with pytest.raises(PageciteError, match="format 7"):
        load_earlier(tmp_path / "old.json")
    with pytest.raises(PageciteError, match="cannot be read"):
        load_earlier(tmp_path / "none.json")


def test_a_run_that_cannot_be_written_says_where(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone.run\.json"):
        write_run(tmp_path / "gone" / "run.json", {})
