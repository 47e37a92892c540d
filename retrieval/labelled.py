"""Labelled documents by others, as sets of questions with the bars that `make eval` holds their figures against."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from ingest.errors import ConfigError
from retrieval.bars import Bar
from retrieval.questions import Asked, load_questions

SAMPLES = Path("data/samples")
SAMPLE_QUESTIONS = Path("data/sample_questions.json")
DRAW_CHINESE = Path("data/draw_chinese_set.py")
Found = TypeVar("Found")
_QUICK_CONTRACTS = 6
_HITS = (Bar("page-hit@1", 0.70), Bar("page-hit@5", 0.97))
_REFUSALS = (Bar("refusal", 0.75), Bar("false-refusal", 0.12))


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """Documents, questions on them, and what the figures should be.

    Attributes:
        name: short, of letters that a folder may have.
        title: for people.
        files: the documents, each by the name that it gets in the library.
        asked: the questions.
        library: sets of the same documents share the library of this name.
        bars: what the figures should reach.
        names: the names in the library of files that the questions call otherwise.
        answers: whether answers are measured, or the search alone.
    """

    name: str
    title: str
    files: Mapping[str, Path]
    asked: tuple[Asked, ...]
    library: str
    bars: tuple[Bar, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    answers: bool = True


def samples(language: str) -> LabelledSet:
    """The repository's own documents, with the questions of one language; all in one library."""
    asked = tuple(one for one in load_questions(SAMPLE_QUESTIONS) if one.group == language)
    files = {path.name: path for path in sorted(SAMPLES.iterdir())}
    bars = (Bar("page-hit@3", 1.0),) if language == "zh" else ()
    return LabelledSet(f"samples-{language}", f"samples, {language}", files, asked, "samples", bars)


def chinese(folder: Path) -> LabelledSet:
    """The Chinese evaluation set, in the folder that it was drawn into."""
    files = {path.name: path for path in sorted(folder.glob("*.pdf"))}
    asked = tuple(load_questions(folder / "questions.json"))
    title = f"Chinese contracts and invoices ({len(files)})"
    return LabelledSet("chinese", title, files, asked, "chinese", (Bar("page-hit@5", 0.95),))


def draw_chinese(folder: Path) -> LabelledSet:
    """Draw the Chinese evaluation set into a folder.

    Raises:
        ConfigError: it cannot be drawn, for want of a font for example.
    """
    done = subprocess.run([sys.executable, DRAW_CHINESE, folder], capture_output=True, text=True, errors="replace")
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise ConfigError(f"{DRAW_CHINESE} did not draw the Chinese set: {said[-1]}")
    return chinese(folder)


def contracts(folder: Path, *, quick: bool = False) -> LabelledSet:
    """Contracts with questions that they answer, and with questions on clauses that they do not have."""
    answerable = load_questions(folder / "questions.json")
    files = sorted({one.file for one in answerable})[: _QUICK_CONTRACTS if quick else None]
    asked = [*answerable, *_unanswerable(folder / "labels.json", answerable)]
    kept = tuple(one for one in asked if one.file in files)
    title = f"contracts ({len(files)}), and clauses that they do not have"
    found = {Path(file).name: folder / file for file in files}
    return LabelledSet("contracts", title, found, kept, "contracts", (*_HITS, *_REFUSALS))


def with_model(known: LabelledSet) -> LabelledSet:
    """The same documents and questions, answered by a model that never declines."""
    title = "contracts, answered by a model that never declines"
    return replace(known, name="llm", title=title, bars=_REFUSALS)


def renamed(known: LabelledSet) -> LabelledSet:
    """The same documents under names that say nothing; the search alone."""
    names = {file: f"scan_{number:04d}.pdf" for number, file in enumerate(sorted(known.files), start=1)}
    asked = tuple(one for one in known.asked if one.answerable)
    return LabelledSet(
        "renamed",
        "contracts, their files named scan_0001.pdf …",
        {names[name]: path for name, path in known.files.items()},
        asked,
        "renamed",
        _HITS,
        {one.file: names[Path(one.file).name] for one in asked},
        answers=False,
    )


def scanned(folder: Path, known: LabelledSet) -> tuple[LabelledSet, LabelledSet]:
    """Contracts as degraded scans, and the same contracts as they were, each with the same questions.

    Args:
        folder: the scans, with ``manifest.json``.
        known: all contracts with their questions.
    """
    entries = read_labels(folder / "manifest.json", lambda entry: (entry["ground_truth"]["cuad_file"], entry["file"]))
    scans = dict(entries)
    asked = tuple(one for one in known.asked if one.answerable and one.file in scans)
    digital = {Path(file).name: known.files[Path(file).name] for file in scans}
    names = {file: Path(scan).name for file, scan in scans.items()}
    return (
        LabelledSet(
            "twins", f"the {len(scans)} contracts that are scanned too, digital", digital, asked, library="twins"
        ),
        LabelledSet(
            "scans",
            f"the same {len(scans)} contracts as degraded scans",
            {names[file]: folder / scan for file, scan in scans.items()},
            asked,
            "scans",
            names=names,
        ),
    )


def long_documents(folder: Path) -> LabelledSet:
    """Long reports and brochures in one library, with questions that do not say which one they are about."""
    asked = tuple(read_labels(folder / "qa.json", _long_question))
    files = {Path(file).name: folder / file for file in sorted({one.file for one in asked})}
    title = f"long documents ({len(files)}), questions as they stand"
    return LabelledSet("long", title, files, asked, "long", (Bar("page-hit@5", 0.72),))


def _long_question(entry: Any) -> Asked:
    answerable = entry["answer"] != "Not answerable"
    return Asked(
        question=entry["question"],
        file=entry["file"],
        pages=tuple(entry["evidence_pages"]),
        answer=entry["answer"] if answerable else "",
        answerable=answerable,
        group=", ".join(re.findall(r"'([^']+)'", entry["evidence_sources"])) or "nowhere",
    )


def _unanswerable(labels: Path, answerable: Sequence[Asked]) -> Iterator[Asked]:
    """Questions on the kinds of clauses that a contract does not have, worded as for the contracts that do."""
    leads = {file: _lead([one.question for one in answerable if one.file == file]) for file in _files(answerable)}
    wordings = {one.group: one.question.removeprefix(leads[one.file]) for one in answerable}
    for file, clauses in read_labels(labels, lambda entry: (entry["file"], entry["ground_truth"])):
        for kind, wording in wordings.items():
            if file in leads and kind in clauses and not clauses[kind]["evidence"]:
                yield Asked(leads[file] + wording, file, answerable=False, group=kind)


def _files(asked: Sequence[Asked]) -> list[str]:
    return list(dict.fromkeys(one.file for one in asked))


def _lead(questions: list[str]) -> str:
    """What a contract's questions begin with, up to its last comma: "In the Lease between A and B, "."""
    # What the first and the last in order share, all share.
    first, last = min(questions), max(questions)
    pairs = enumerate(zip(first, last, strict=False))
    length = next((index for index, (one, other) in pairs if one != other), len(first))
    return first[: first.rfind(", ", 0, length) + 2] if ", " in first[:length] else ""


def read_labels(path: Path, of: Callable[[Any], Found]) -> list[Found]:
    """The entries of a JSON list.

    Raises:
        ConfigError: the file cannot be read or has another form.
    """
    try:
        return [of(entry) for entry in json.loads(path.read_text("utf-8"))]
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise ConfigError(f"{path} is not the labels that are expected there ({error!r}); take it anew.") from error
