"""What the documents say is what the program has."""

import ast
import dataclasses
import importlib
import json
import re
import tomllib
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from typer.main import get_command

from ingest.cli import app
from ingest.settings import PREFIX, Settings
from retrieval.types import Answer, Citation, Evidence, Question, Turn

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
DOCS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])
# Names that the examples give to values of ours, and their types.
VALUES = {"answer": Answer, "citation": Citation, "evidence": Evidence, "question": Question, "turn": Turn}


def read(path: Path | str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def code(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", read(path), re.MULTILINE | re.DOTALL)


def examples() -> list[Any]:
    return [
        pytest.param(text, id=f"{path.name}-{number}")
        for path in DOCS
        for number, text in enumerate(code(path, "python"))
    ]


@cache
def commands() -> dict[str, set[str]]:
    """The commands of `ingest`, each with its options."""
    group: Any = get_command(app)
    return {
        name: {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
        for name, command in group.commands.items()
    }


@pytest.mark.parametrize("text", examples())
def test_python_examples_name_what_exists(text: str) -> None:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = importlib.import_module(node.module or "")
            for alias in node.names:
                assert hasattr(module, alias.name), f"{node.module} has no {alias.name}"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in VALUES:
            fields = {field.name for field in dataclasses.fields(VALUES[node.value.id])}
            assert node.attr in fields, f"{node.value.id} has no {node.attr}"


def test_the_readme_has_a_python_example() -> None:
    assert "build_retriever" in "".join(code(ROOT / "README.md", "python"))


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_shell_commands_exist(path: Path) -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", read("Makefile"), re.MULTILINE))
    for block in code(path, "(?:sh|bash)"):
        for line in block.splitlines():
            words = line.partition("#")[0].split()
            while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):
                words.pop(0)
            if words[:1] == ["make"]:
                assert words[1] in targets, line
            elif words and words[0].removeprefix(".venv/bin/") == "ingest":
                check_ingest(words[1:], line)


def check_ingest(words: list[str], line: str) -> None:
    if words[0].startswith("--"):
        return
    assert words[0] in commands(), line
    assert {word for word in words if word.startswith("--")} <= commands()[words[0]], line


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", read(path)):
        assert (path.parent / target).exists(), target


def default_of(name: str) -> str:
    default = Settings.model_fields[name].default
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if default is None or default == "":
        return "not set"
    return f"`{default}`"


def test_settings_are_listed_with_their_defaults() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| (.*?) \|$", read("docs/settings.md"), re.MULTILINE)
    wanted = [
        (PREFIX + name.upper(), default_of(name), field.description) for name, field in Settings.model_fields.items()
    ]
    assert rows == wanted


def test_every_setting_named_anywhere_exists() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for path in DOCS:
        assert set(re.findall(rf"{PREFIX}[A-Z_]*[A-Z]", read(path))) <= known, path.name


def test_every_command_is_described() -> None:
    text = read("docs/cli.md")
    described = re.findall(r"^## `ingest ([a-z-]+)", text, re.MULTILINE)
    assert sorted(described) == sorted(commands())
    for name, options in commands().items():
        assert [option for option in sorted(options) if f"`{option}" not in text] == [], name


def test_every_dependency_is_explained() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    text = read("docs/dependencies.md")
    for requirement in chain(project["dependencies"], *project["optional-dependencies"].values()):
        name = re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]
        assert name == "pagecite" or f"`{name}`" in text, name


def test_every_field_of_an_answer_is_described() -> None:
    text = read("docs/api.md")
    for kind in (Answer, Citation):
        for field in dataclasses.fields(kind):
            assert f"| `{field.name}` |" in text, f"{kind.__name__}.{field.name}"


def test_the_version_is_in_the_changelog() -> None:
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert re.search(rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$", read("CHANGELOG.md"), re.MULTILINE)


def test_the_licence_is_whole() -> None:
    text = read("LICENSE")
    assert text.lstrip().startswith("GNU AFFERO GENERAL PUBLIC LICENSE")
    for section in range(18):
        assert re.search(rf"^  {section}\. ", text, re.MULTILINE), section
    assert "END OF TERMS AND CONDITIONS" in text


def test_json_examples_are_json() -> None:
    for path in DOCS:
        for block in code(path, "json"):
            json.loads(block)
