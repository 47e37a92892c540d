"""Runs the `ingest` command in tests: in a folder of its own, with stand-ins for the models."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from ingest.cli import app
from ingest.command import Tools
from ingest.settings import Settings
from tests.fakes import FakeEmbeddings, FakeEngine

Ingest = Callable[..., Result]


def command_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Ingest:
    """What runs a command in a folder, with no setting from outside."""
    monkeypatch.chdir(folder)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PAGECITE_{name.upper()}", raising=False)
    monkeypatch.setenv("PAGECITE_DPI", "72")

    def run(
        *arguments: object, engine: FakeEngine | None = None, dimension: int = 64, stdin: str = "", **tools: Any
    ) -> Result:
        made = Tools(lambda _: engine or FakeEngine(), lambda _: FakeEmbeddings(dimension), **tools)
        return CliRunner().invoke(app, [str(argument) for argument in arguments], obj=made, input=stdin)

    return run


def events(result: Result) -> list[dict[str, Any]]:
    """The events on stdout, each of which has to be a line of its own."""
    return [json.loads(line) for line in result.stdout.splitlines()]
