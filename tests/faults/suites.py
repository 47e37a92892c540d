"""Tests that belong to the fault suite, run by pytest and counted."""

import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

# What is tried beside kills: each a part of docs/reliability.md.
HOSTILE, GHOSTS = "hostile files", "ghosts after deletion"
SUITES: dict[str, tuple[str, ...]] = {
    HOSTILE: ("tests/integration/test_torture.py", "tests/integration/test_hostile_files.py"),
    "worker processes": ("tests/integration/test_isolation.py", "tests/integration/test_flow.py"),
    GHOSTS: ("tests/integration/test_deletion.py",),
    "several at once": ("tests/integration/test_many_at_once.py", "tests/integration/test_two_at_once.py"),
    "versions": ("tests/integration/test_versions.py",),
    "damaged stores": (
        "tests/integration/test_vectors.py",
        "tests/integration/test_verification.py",
        "tests/integration/test_database.py",
        "tests/integration/test_migrations.py",
    ),
    "backup": ("tests/integration/test_archive.py",),
}
# The test that has each hostile file once.
_TRIED = "test_every_file_ends_with_pages_or_a_reason_and_is_listed_with_it["


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of some tests.

    Attributes:
        passed: how many passed.
        skipped: how many were skipped, for example because a server is not installed.
        failed: those that did not pass.
        files: how many hostile files were tried.
        status: exit status of pytest.
        output: what it wrote.
    """

    passed: int
    skipped: int
    failed: tuple[str, ...]
    files: int
    status: int
    output: str


def run(files: Sequence[str]) -> Ran:
    """Run the tests of files, none left out for its time."""
    with tempfile.TemporaryDirectory(prefix="pagecite-faults-") as folder:
        results = Path(folder) / "results.xml"
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", f"--junitxml={results}", *files]
        ended = subprocess.run(command, env=os.environ | {"TEST_FULL": "1"}, capture_output=True, text=True)
        cases = list(ElementTree.parse(results).iter("testcase")) if results.exists() else []
    ends = Counter(map(_end, cases))
    failed = tuple(case.get("name", "") for case in cases if _end(case) == "failed")
    tried = sum(_end(case) != "skipped" and case.get("name", "").startswith(_TRIED) for case in cases)
    return Ran(ends["passed"], ends["skipped"], failed, tried, ended.returncode, ended.stdout + ended.stderr)


def _end(case: ElementTree.Element) -> str:
    kinds = {child.tag for child in case}
    return "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
