"""docs/reliability.md names tests that exist."""

import ast
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[a-z_/]+\.py)(?:::(\w+))?`", TEXT)


def functions(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("file", "test"), sorted(set(NAMED)))
def test_every_test_that_is_named_exists(file: str, test: str) -> None:
    assert (ROOT / file).is_file()
    assert not test or test in functions(file)


def test_every_promise_has_its_proof() -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("| ") and line != "| promise | proof |"]
    assert len(rows) > 30
    assert [row for row in rows if not re.search(r"`tests/", row.split(" | ")[-1])] == []


def test_every_mention_of_a_test_is_a_name_that_is_checked() -> None:
    assert TEXT.count("tests/") == len(NAMED)
