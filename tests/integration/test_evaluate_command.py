"""`python -m retrieval.evaluate` on a real library, from questions to figures, files and exit status."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ingest.cli import app
from ingest.settings import Settings, load_settings
from retrieval.evaluate import main
from retrieval.labelled import SAMPLES
from retrieval.libraries import KeptLibrary, provide
from retrieval.questions import load_questions

pytestmark = pytest.mark.integration

MSA, INVOICE = "northwind-msa-2024.pdf", "INV-2024-0117.pdf"
NOTICE = "How much notice must Northwind give if it wants to end the services agreement without cause?"
QUESTIONS: list[dict[str, Any]] = [
    {"question": NOTICE, "file": MSA, "pages": [2], "answer": "ninety (90) days", "group": "contract"},
    {"question": "What is the total of invoice INV-2024-0117?", "file": INVOICE, "pages": [2], "answer": "$42,726.40"},
    {
        "question": "and what is the liability cap?",
        "file": MSA,
        "pages": [3],
        "answer": "$750,000",
        "group": "contract",
        "history": [["How long is the first term of the Northwind services agreement?", "Three years."]],
    },
    {"question": "What does the contract with Zephyrotronics cost?", "answerable": False},
]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> KeptLibrary:
    """Two samples, ingested by the command itself."""
    cache = tmp_path_factory.mktemp("cache")
    return provide("two", {name: SAMPLES / name for name in (MSA, INVOICE)}, load_settings(), cache)


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.json"
    path.write_text(json.dumps(QUESTIONS))
    return path


def run(kept: KeptLibrary, *arguments: object) -> int:
    return main(["--library", str(kept.settings.library), *map(str, arguments)])


def shown(capsys: pytest.CaptureFixture[str]) -> dict[str, list[str]]:
    """The words of each line of stdout, by its first word."""
    return {line.split()[0]: line.split() for line in capsys.readouterr().out.splitlines() if line.strip()}


def test_a_library_is_kept_and_not_ingested_again_until_something_changes(kept: KeptLibrary) -> None:
    assert kept.seconds is not None and kept.faults == ()
    files = {name: SAMPLES / name for name in (MSA, INVOICE)}
    cache = kept.settings.library.parent
    again = provide("two", files, Settings(), cache)
    assert again.seconds is None and again.settings.library == kept.settings.library


def test_a_run_prints_its_figures_and_writes_every_question(
    kept: KeptLibrary, questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(kept, "--questions", questions, "--json", tmp_path / "run.json") == 0
    lines = shown(capsys)
    assert lines["page-hit@5"][1] == lines["document@1"][1] == "1.000"
    assert lines["page-hit@5"][-12:][0] and lines["contract"][1] == "2"
    assert lines["quote-validity"][1] == "1.000" and lines["refusal"][1] == "1.000"
    document = json.loads((tmp_path / "run.json").read_text())
    assert [row["question"] for row in document["results"]] == [row["question"] for row in QUESTIONS]
    notice, _, follow_up, unknown = document["results"]
    assert notice["values"]["answer-values"] == 1 and notice["cited"][0] == {
        "file": MSA,
        "page": 2,
        "quote": notice["cited"][0]["quote"],
        "valid": True,
    }
    assert {one["file"] for one in follow_up["found"]} == {MSA}
    assert unknown["answered"] is False and "miss" not in unknown
    assert document["answers_by"] == "quotes" and document["skipped"] == []


def test_a_missed_bar_ends_with_a_failure_that_names_it(
    kept: KeptLibrary, questions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reached = ["page-hit@10=0.5", "latency-p95=1000"]
    assert run(kept, "--questions", questions, "--fail-under", *reached) == 0
    assert run(kept, "--questions", questions, "--fail-under", *reached, "answer-f1=0.99") == 1
    error = capsys.readouterr().err
    assert "answer-f1 is" in error and "short" in error and "page-hit" not in error


def test_a_run_beside_an_earlier_one_shows_what_changed(
    kept: KeptLibrary, questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "old.json"
    run(kept, "--questions", questions, "--json", old)
    document = json.loads(old.read_text())
    document["results"][0]["values"]["page-hit@5"] = 0
    document["results"].append({**document["results"][0], "question": "Asked then?"})
    old.write_text(json.dumps(document))
    capsys.readouterr()
    assert run(kept, "--questions", questions, "--compare", old, "--json", old) == 0
    out = capsys.readouterr().out
    row = [line.split() for line in out.splitlines() if line.startswith("page-hit@5")][1]
    assert row == ["page-hit@5", "0.667", "1.000", "+0.333", "1", "0", "3", "1.000"]
    assert "4 questions of both" in out and "1 questions were measured only then" in out
    assert json.loads(old.read_text())["differences"][2]["better"] == 1


def test_questions_on_files_that_the_library_lacks_are_reported_and_hold_no_bar(
    kept: KeptLibrary, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [QUESTIONS[0], {"question": "When does it end?", "file": "gone.pdf", "pages": [1]}]
    (tmp_path / "q.json").write_text(json.dumps(rows))
    assert run(kept, "--questions", tmp_path / "q.json", "--json", tmp_path / "run.json") == 0
    out = capsys.readouterr().out
    assert "Not measured: 1 questions" in out and "gone.pdf" in out and "ingest add" in out
    assert json.loads((tmp_path / "run.json").read_text())["skipped"][0]["file"] == "gone.pdf"
    assert run(kept, "--questions", tmp_path / "q.json", "--fail-under", "page-hit@5=0.1") == 1
    (tmp_path / "q.json").write_text(json.dumps(rows[1:]))
    assert run(kept, "--questions", tmp_path / "q.json") == 1
    assert "gone.pdf" in capsys.readouterr().err


def test_files_are_found_by_name_path_and_id_as_the_library_has_them(
    kept: KeptLibrary, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [MSA, f"contracts/2024/{MSA}", "northwind-msa-2024"]
    rows = [f"{NOTICE} ({number}),{name},2" for number, name in enumerate(names)]
    (tmp_path / "q.csv").write_text("\n".join(["question,file,pages", *rows]) + "\n")
    assert run(kept, "--questions", tmp_path / "q.csv") == 0
    out = capsys.readouterr().out
    assert "Not measured: 1 questions" in out and "northwind-msa-2024:" in out


def test_a_limit_asks_so_many_questions(kept: KeptLibrary, questions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(kept, "--questions", questions, "--limit", 2, "--misses", 1) == 0
    assert shown(capsys)["latency-p50"][3] == "2"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--questions", "none.json"], "none.json"),
        (["--questions", "{questions}", "--fail-under", "page-hit=1"], "page-hit@5"),
        (["--questions", "{questions}", "--compare", "none.json"], "none.json"),
        (["--questions", "{questions}", "--json", "no/such/folder/run.json"], "no such folder"),
    ],
)
def test_what_cannot_work_is_one_line_on_stderr(
    kept: KeptLibrary, questions: Path, arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(kept, *[argument.format(questions=questions) for argument in arguments]) == 1
    output = capsys.readouterr()
    assert named in output.err and output.err.startswith("evaluate: ") and len(output.err.splitlines()) == 1
    assert not output.out


def test_a_folder_without_a_library_stays_without_one(
    tmp_path: Path, questions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--library", str(tmp_path / "none"), "--questions", str(questions)]) == 1
    assert "ingest add" in capsys.readouterr().err and not (tmp_path / "none").exists()


def test_a_draft_is_a_question_file_that_can_be_measured_as_it_is(
    kept: KeptLibrary, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "draft.json"
    drafted = CliRunner().invoke(app, ["questions", str(path), "--limit", "8", "--library", str(kept.settings.library)])
    assert drafted.exit_code == 0 and "Correct them" in drafted.stdout
    asked = load_questions(path)
    assert 4 <= len(asked) <= 8 and {one.file for one in asked} == {MSA, INVOICE}
    assert run(kept, "--questions", path) == 0
    assert float(shown(capsys)["page-hit@5"][1]) >= 0.5


def test_a_draft_never_overwrites_a_file_that_may_be_corrected(kept: KeptLibrary, questions: Path) -> None:
    before = questions.read_text()
    drafted = CliRunner().invoke(app, ["questions", str(questions), "--library", str(kept.settings.library)])
    assert drafted.exit_code == 1 and "is there already" in drafted.stderr
    assert questions.read_text() == before
