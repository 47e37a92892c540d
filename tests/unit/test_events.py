"""Events for scripts: one JSON object a line, as docs/cli.md describes them."""

import dataclasses
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import events
from ingest.display import Output
from ingest.report import Report

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
KINDS = get_args(events.Event)


def test_every_event_and_each_of_its_keys_is_described() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8").partition("\n## Events\n")[2]
    rows = re.findall(r"^\| `([a-z]+)` \| (.*?) \| .* \|$", text, re.MULTILINE)
    described = {name: re.findall(r"`([a-z_]+)`", keys) for name, keys in rows}
    assert described.keys() == {kind.event for kind in KINDS}
    for kind in KINDS:
        assert sorted(described[kind.event]) == sorted(field.name for field in dataclasses.fields(kind))


@given(st.text(), st.text(), st.lists(st.text()))
def test_an_event_is_one_line_of_ascii_whatever_names_say(path: str, reason: str, warnings: list[str]) -> None:
    result = events.Result(path, "failed", reason=reason, warnings=tuple(warnings))
    line = events.as_line(result)
    assert line.isascii() and "\n" not in line and "\r" not in line
    assert json.loads(line) == {"event": "outcome", **dataclasses.asdict(result), "warnings": warnings}


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def report(command: str = "add") -> Report:
    return Report(Output(as_json=True), command, clock=lambda: 5.0)


def test_pages_are_counted_for_each_document_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    run = report()
    for name, pages in (("a", 2), ("b", 3)):
        run.document(name, name + ".pdf", pages)
    for name in ("a", "b", "a", "b", "b"):
        run.page(name)
    pages = [(event["doc_id"], event["done"], event["of"]) for event in told(capsys) if event["event"] == "page"]
    assert pages == [("a", 1, 2), ("b", 1, 3), ("a", 2, 2), ("b", 2, 3), ("b", 3, 3)]


def test_a_run_ends_with_its_sum(capsys: pytest.CaptureFixture[str]) -> None:
    run = report()
    run.result(events.Result("/a.pdf", "added", "a", 3, warnings=("page 1 needs review: blank", "page 2: odd")))
    run.result(events.Result("/b.pdf", "added", "b", 1, reason="page 2: gave up"))
    run.result(events.Result("/c.pdf", "failed", reason="no such file"))
    run.finish(1)
    assert told(capsys)[-1] == {
        "event": "summary",
        "counts": {"added": 1, "partly": 1, "failed": 1},
        "pages": 4,
        "review": 1,
        "exit_status": 1,
        "seconds": 0.0,
    }


def test_a_run_that_is_told_to_stop_has_a_sum_and_one_that_cannot_go_on_an_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report().finish(143, "Stopped.")
    assert [(event["event"], event.get("exit_status")) for event in told(capsys)] == [("note", None), ("summary", 143)]
    report().finish(3, "The disk is full.")
    [error] = told(capsys)
    assert (error["event"], error["message"], error["exit_status"]) == ("error", "The disk is full.", 3)


def test_what_libraries_and_other_processes_write_to_stdout_goes_to_stderr_instead() -> None:
    code = """
import os, subprocess, sys
from ingest.streams import own_stdout
with own_stdout() as stream:
    print("python", flush=True)
    os.write(1, b"library\\n")
    subprocess.run(["echo", "process"])
    print("ours", file=stream, flush=True)
print("afterwards")
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "ours\nafterwards\n"
    assert sorted(done.stderr.split()) == ["library", "process", "python"]
