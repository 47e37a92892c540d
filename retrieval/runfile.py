"""A run as a JSON file: written for programs and for comparison with later runs, and read again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, FiniteFloat, ValidationError

from ingest.errors import ConfigError, PageciteError
from retrieval.comparison import Difference, Values
from retrieval.figures import Figure, by_group, figures, values_of
from retrieval.measuring import Result, Run
from retrieval.metrics import Place
from retrieval.misses import cause_of
from retrieval.questions import as_row

FORMAT = 1


class _Row(BaseModel):
    question: str
    file: str = ""
    history: list[tuple[str, str]] = []
    values: dict[str, FiniteFloat]


class _Earlier(BaseModel):
    format: int
    results: list[_Row]


def run_json(
    run: Run, about: Mapping[str, str], names: Mapping[str, str], differences: Sequence[Difference] = ()
) -> dict[str, Any]:
    """A run as one JSON document.

    Args:
        run: the questions and what came of them.
        about: what was measured: the library, the question file, the models.
        names: file names of documents, by id.
        differences: to an earlier run.
    """
    return {
        "format": FORMAT,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        **about,
        "figures": _figures(figures(run.results)),
        "groups": {group: _figures(figures(members)) for group, members in by_group(run.results).items()},
        "differences": [asdict(one) for one in differences],
        "skipped": [{**as_row(one.asked), "reason": one.reason} for one in run.skipped],
        "results": [_result(one, names) for one in run.results],
    }


def _figures(found: Mapping[str, Figure]) -> dict[str, Any]:
    return {name: asdict(figure) for name, figure in found.items()}


def _result(result: Result, names: Mapping[str, str]) -> dict[str, Any]:
    def page(place: Place) -> dict[str, Any]:
        return {"file": names.get(place[0], place[0]), "page": place[1]}

    row = {**as_row(result.asked), "values": values_of(result), "found": [page(place) for place in result.found]}
    if cause := cause_of(result):
        row["miss"] = str(cause)
    if given := result.given:
        cited = [{**page(one.place), "quote": one.quote, "valid": one.valid} for one in given.cited]
        row |= {"answered": given.answered, "text": given.text, "cited": cited, "seconds": round(given.seconds, 4)}
    return row


def write_run(path: Path, document: Mapping[str, Any]) -> None:
    """Write a run, whole or not at all.

    Raises:
        ConfigError: the file cannot be written.
    """
    part = path.with_name(path.name + ".part")
    try:
        # ASCII alone: right in every locale, whatever documents hold.
        part.write_text(json.dumps(document, indent=1) + "\n", encoding="ascii")
        part.replace(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({error.strerror}); choose another file.") from error


def load_earlier(path: Path) -> Values:
    """The values of a run that was written before.

    Raises:
        PageciteError: the file cannot be read or is none of ours.
    """
    try:
        earlier = _Earlier.model_validate_json(path.read_bytes())
    except OSError as error:
        raise PageciteError(f"{path}: cannot be read ({error.strerror}); name a file written with --json.") from error
    except ValidationError as error:
        found = error.errors(include_url=False)[0]
        raise PageciteError(f"{path}: not written by --json of an evaluation ({found['msg']}).") from error
    if earlier.format != FORMAT:
        raise PageciteError(f"{path}: of format {earlier.format}, this program reads {FORMAT}; measure again.")
    return {(row.question, row.file, *(question for question, _ in row.history)): row.values for row in earlier.results}
