"""docs/evaluation.md says what the evaluation has, and its examples work."""

import re
import shlex
from pathlib import Path

import pytest

from retrieval import benchmark, evaluate
from retrieval.bars import parse_bar
from retrieval.figures import NAMES
from retrieval.questions import load_questions
from retrieval.significance import wilson

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/evaluation.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def first_column(title: str) -> list[str]:
    section = TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)


def test_every_figure_is_described() -> None:
    assert first_column("The figures") == list(NAMES)


def test_every_option_is_described() -> None:
    options = {text.split()[0] for text in first_column("Options")}
    known = {option for action in evaluate._parser()._actions for option in action.option_strings}
    assert options == {option for option in known if option.startswith("--")} - {"--help"}


def test_the_examples_of_question_files_can_be_read(tmp_path: Path) -> None:
    (json_block,), (csv_block,) = blocks("json"), blocks("csv")
    (tmp_path / "q.json").write_text(json_block, encoding="utf-8")
    (tmp_path / "q.csv").write_text(csv_block, encoding="utf-8")
    from_json, from_csv = load_questions(tmp_path / "q.json"), load_questions(tmp_path / "q.csv")
    assert [one.answerable for one in from_json] == [True, True, False] and from_json[1].history
    assert [one.answerable for one in from_csv] == [True, False] and from_csv[0].pages == (2, 3)
    assert all((ROOT / "data/samples" / one.file).is_file() for one in from_json if one.file)


def test_the_commands_are_ones_that_the_programs_take() -> None:
    lines = [shlex.split(line, comments=True) for block in blocks("sh") for line in block.splitlines()]
    calls = [words[words.index("retrieval.evaluate") + 1 :] for words in lines if "retrieval.evaluate" in words]
    assert len(calls) >= 3
    for arguments in calls:
        for bar in evaluate._parser().parse_args(arguments).fail_under:
            parse_bar(bar)
    makes = [word.removeprefix("ARGS=") for words in lines for word in words if word.startswith("ARGS=")]
    assert makes
    for arguments in makes:
        benchmark._parser().parse_args(arguments.split())


def test_the_intervals_in_the_text_are_right() -> None:
    for hits, total in ((18, 20), (180, 200)):
        low, high = wilson(hits, total)
        assert f"between {low:.2f} and {high:.2f}" in " ".join(TEXT.split())
