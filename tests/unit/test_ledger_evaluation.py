"""The evaluation of ledger questions tells right answers from wrong ones."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.errors import ConfigError
from retrieval.ledger.evaluation import Source, evaluate, main

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ledger")
    command = [sys.executable, ROOT / "data/draw_ledger_set.py", "--out", folder, "--no-pages"]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def test_all_questions_are_answered_exactly_from_the_known_table(drawn: Path) -> None:
    marks = evaluate(drawn, "questions.json", drawn, Source.TABLE)
    assert len(marks) == 60
    assert [(mark.question, mark.faults) for mark in marks if mark.faults] == []


def test_a_cent_a_document_or_a_reason_that_is_not_right_is_told(drawn: Path) -> None:
    asked = json.loads((drawn / "questions.json").read_text(encoding="utf-8"))
    cent, document, reason = (dict(asked["questions"][place]) for place in (0, 1, 2))
    cent["totals"] = [["", "GBP", "0.01", 1]]
    document["files"] = document["files"][1:]
    reason["left_out"] = {"unread": reason["left_out"]["failed"]}
    wrong = asked | {"questions": [cent, document, reason]}
    (drawn / "wrong.json").write_text(json.dumps(wrong), encoding="utf-8")
    marks = evaluate(drawn, "wrong.json", drawn, Source.TABLE)
    assert [[fault.split(":")[0] for fault in mark.faults] for mark in marks] == [
        ["figures"],
        ["documents too many"],
        ["left out"],
    ]


def test_a_folder_without_a_set_is_an_error_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigError, match=r"draw_ledger_set\.py"):
        evaluate(tmp_path, "questions.json", tmp_path, Source.TABLE)
    assert main(["--folder", str(tmp_path), "--known"]) == 1
    assert "table.json cannot be read" in capsys.readouterr().err
