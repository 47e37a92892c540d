"""Whether questions over a ledger are answered exactly; `data/draw_ledger_set.py` draws the set.

``python -m retrieval.ledger.evaluation --folder DIR [--known | --library DIR] [--questions FILE]``: the folder holds
``invoices/``, ``table.json`` and ``questions.json``. The invoices are ingested (kept between runs), or, with
``--known``, the ledger is filled from the table, which measures the questions alone; ``--library`` names one that has
them. An answer is right where every figure, every document of it and every document left out, with its reason, is as
the table has it.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from ingest.errors import ConfigError, PageciteError
from ingest.library import Library
from ingest.settings import load_settings
from retrieval.ledger.asking import Ledger
from retrieval.ledger.filling import Check, Entry, fill
from retrieval.ledger.model import LedgerAnswer
from retrieval.libraries import provide
from retrieval.llm import build_llm

BAR = 0.95
DRAW_LEDGER = Path("data/draw_ledger_set.py")
_DOUBT = Check("net-plus-tax", ("net", "tax", "total"), "net and tax do not add up to the total")


class Source(StrEnum):
    """Where the ledger comes from."""

    INVOICES = "invoices"  # they are ingested
    TABLE = "table"  # it is filled from the known table
    LIBRARY = "library"  # it is there


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of a question.

    Attributes:
        question: its text.
        faults: what is not as the table has it; empty where the answer is right.
    """

    question: str
    faults: tuple[str, ...]


def main(arguments: list[str] | None = None) -> int:
    """Run the evaluation; 0 when it ran, whatever came of it."""
    parser = argparse.ArgumentParser(prog="python -m retrieval.ledger.evaluation", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="the set, as data/draw_ledger_set.py draws it")
    parser.add_argument(
        "--questions", default="questions.json", help="file of the folder; heldout.json: other wordings"
    )
    parser.add_argument("--known", action="store_true", help="fill the ledger from the table, ingest nothing")
    parser.add_argument("--library", type=Path, help="a library that the invoices are in; ingest nothing")
    parser.add_argument("--cache", type=Path, default=Path("artifacts/libraries"), help="where libraries are kept")
    options = parser.parse_args(arguments)
    try:
        place = options.library or options.cache
        source = Source.TABLE if options.known else Source.LIBRARY if options.library else Source.INVOICES
        marks = evaluate(options.folder, options.questions, place, source)
    except PageciteError as error:
        sys.stderr.write(f"evaluation: {error}\n")
        return 1
    sys.stdout.write("\n".join(report(marks)) + "\n")
    return 0


def report(marks: Sequence[Mark]) -> Iterator[str]:
    """The figure beside its bar, and what is wrong with each wrong answer."""
    for mark in marks:
        if mark.faults:
            yield f"  wrong: {mark.question}"
            yield from (f"      {fault}" for fault in mark.faults)
    right, share = sum(not mark.faults for mark in marks), share_of(marks)
    verdict = "reached" if share >= BAR else "SHORT"
    yield f"ledger questions: {right} of {len(marks)} exact, {share:.3f} (bar: at least {BAR}, {verdict})"


def share_of(marks: Sequence[Mark]) -> float:
    """Share of the answers that are right, 0..1."""
    return sum(not mark.faults for mark in marks) / len(marks) if marks else 0.0


def draw_ledger_set(folder: Path) -> None:
    """Draw the set into a folder.

    Raises:
        ConfigError: it cannot be drawn.
    """
    command = [sys.executable, str(DRAW_LEDGER), "--out", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise ConfigError(f"{DRAW_LEDGER} did not draw the invoices: {said[-1]}")


def evaluate(folder: Path, questions: str, place: Path, source: Source) -> list[Mark]:
    """Ask all questions.

    Args:
        folder: the set.
        questions: the file's name.
        place: of the library, or where libraries are kept between runs.
        source: where the ledger comes from.

    Raises:
        ConfigError: the folder is no such set.
        LibraryError: the invoices cannot be ingested, or the library cannot be read.
    """
    table, asked = _load(folder / "table.json"), _load(folder / questions)
    first = {row["file"]: row["original"] or row["file"] for row in table}
    today = date.fromisoformat(asked["today"])
    with _library(folder, table, place, source) as library:
        ledger = Ledger(library, build_llm(load_settings()), today=lambda: today)
        marks = []
        for wanted in asked["questions"]:
            answer = ledger.answer(wanted["question"])
            result = answer.ledger if answer else None
            faults = differences(result, wanted, first) if result else ("it was not understood",)
            marks.append(Mark(wanted["question"], tuple(faults)))
    return marks


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read ({error}); draw the set with data/draw_ledger_set.py.") from error


@contextmanager
def _library(folder: Path, table: Sequence[Mapping[str, str]], place: Path, source: Source) -> Iterator[Library]:
    if source is Source.LIBRARY:
        if not Library.exists(place):
            raise ConfigError(f"{place} is no library.")
        with Library(place) as library:
            yield library
        return
    if source is Source.INVOICES:
        files = {row["file"]: folder / "invoices" / row["file"] for row in table}
        if missing := next((path for path in files.values() if not path.is_file()), None):
            raise ConfigError(f"{missing} is missing; draw the set with data/draw_ledger_set.py.")
        with Library(provide("ledger", files, load_settings(), place).settings.library) as library:
            yield library
        return
    with tempfile.TemporaryDirectory(prefix="pagecite-ledger-") as scratch, Library(scratch) as library:
        fill(library, map(_entry, table))
        yield library


def _entry(row: Mapping[str, str]) -> Entry:
    """An invoice as a faultless ingest would enter it."""
    values = {name: value for name, value in row.items() if name not in ("file", "fault", "original") and value}
    if row["fault"] == "damaged":
        return Entry(row["file"], None, status="failed", reason="The file is damaged.")
    if row["fault"] == "wrong-sum":
        return Entry(row["file"], values=values, checks=(_DOUBT,))
    copy = (Check("duplicate", ("seller", "number"), "a second invoice of one number", row["original"]),)
    return Entry(row["file"], values=values, checks=copy if row["original"] else ())


def differences(result: LedgerAnswer, wanted: Mapping[str, Any], first: Mapping[str, str]) -> Iterator[str]:
    """What of an answer is not as it should be.

    Args:
        result: what was computed.
        wanted: ``totals``, ``files`` (None: any), ``used`` and ``left_out``, as the table has them.
        first: for each file the one that it repeats, or itself: of two copies either may count.
    """
    amounts = ("" if one.amount is None else f"{one.amount:.2f}" for one in result.totals)
    totals = Counter(
        (one.label, one.currency, amount, one.count) for one, amount in zip(result.totals, amounts, strict=True)
    )
    right = Counter(
        (label, code, f"{Decimal(n):.2f}" if n else "", count) for label, code, n, count in wanted["totals"]
    )
    if totals != right:
        yield f"figures: {_some(totals - right)}; right: {_some(right - totals)}"
    files = Counter(first.get(row.source, row.source) for row in result.rows)
    if wanted["files"] is not None and files != (own := Counter(wanted["files"])):
        yield f"documents too many: {_some(files - own)}; too few: {_some(own - files)}"
    left = Counter((str(one.reason), first.get(one.source, one.source)) for one in result.coverage.left_out)
    due = Counter((reason, first.get(file, file)) for reason, files in wanted["left_out"].items() for file in files)
    if left != due:
        yield f"left out: {_some(left - due)}; right: {_some(due - left)}"
    if result.coverage.used != wanted["used"]:
        yield f"used: {result.coverage.used}; right: {wanted['used']}"


def _some(found: Counter[Any]) -> str:
    named = sorted(map(str, found.elements()))
    more = f" and {len(named) - 4} more" if len(named) > 4 else ""
    return ", ".join(named[:4]) + more if named else "none"


if __name__ == "__main__":
    sys.exit(main())
