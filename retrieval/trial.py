"""The proof of claims put to the test on a library's own sentences: ``python -m retrieval.trial --library DIR``.

A sentence of a page, as a claim that cites its passage, must be proven, also with one of its values written otherwise
(another date format, digits for words, capitals). With one value or name changed it must not be: that is what a model
gets wrong. No LLM is asked.
"""

import argparse
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ingest.errors import LibraryError, PageciteError
from ingest.library import Library
from ingest.settings import load_settings
from ingest.types import Chunk, PageText
from ingest.values import Value, ValueKind, find_values
from retrieval.proof import Prover
from retrieval.quotes import load_pages
from retrieval.sentences import split
from retrieval.types import Evidence
from retrieval.units import units_of

_MIN_CHARS = 30  # of a sentence that is tried; half of that where it is not ASCII
_BESIDE = 3  # passages of other documents that stand beside the one that is cited
_SENTENCES = 2  # of each passage
_UNITS = {"workday": "business days", "%": "percent"}
_STRANGERS = ("Quorvex Limited", "青岬岚澄科技有限公司")


@dataclass(frozen=True, slots=True)
class Trial:
    """A claim that was tried.

    Attributes:
        kind: what was done to the sentence.
        text: the claim.
        true: whether the page says so.
        proven: whether it was proven.
    """

    kind: str
    text: str
    true: bool
    proven: bool


def try_library(library: Library, limit: int, seed: int = 0) -> Iterator[Trial]:
    """Try sentences of a library.

    Args:
        library: whose sentences.
        limit: how many passages at most, chosen at random.
        seed: of the choice.
    """
    chosen = random.Random(seed)
    passages = list(_passages(library))
    chosen.shuffle(passages)
    for found in passages[:limit]:
        others = [one for one in passages if one.chunk.doc_id != found.chunk.doc_id][:_BESIDE]
        prover = _prover(library, [found, *others])
        page = prover.pages.get((found.chunk.doc_id, found.chunk.page_number))
        sentences = list(_sentences(found.chunk, page)) if page else []
        for text in chosen.sample(sentences, min(_SENTENCES, len(sentences))):
            for kind, claim, true in _claims(text, chosen):
                yield Trial(kind, claim, true, bool(prover.prove(claim, [1]).quotes))


def _passages(library: Library) -> Iterator[Evidence]:
    for record in library.documents():
        for chunk in library.document_chunks(record.doc_id)[0]:
            yield Evidence(chunk, record.name, library.image_path(chunk.doc_id, chunk.page_number), 1.0, 1.0)


def _prover(library: Library, evidence: Sequence[Evidence]) -> Prover:
    documents = library.subjects(list({one.chunk.doc_id for one in evidence}))
    subjects = {record.doc_id: f"{record.title}\n{record.name}\n{record.intro}" for record in documents}
    return Prover(evidence, load_pages(library, evidence), subjects=subjects)


def _sentences(chunk: Chunk, page: PageText) -> Iterator[str]:
    for unit in units_of(page):
        if all(chunk.line_start <= span.line < chunk.line_end for span in unit.spans):
            for start, end in split(unit.text):
                if end - start >= _MIN_CHARS // (1 if unit.text.isascii() else 2):
                    yield unit.text[start:end]


def _claims(text: str, chosen: random.Random) -> Iterator[tuple[str, str, bool]]:
    yield "as it stands", text, True
    for value in find_values(text):
        before, after = text[: value.start], text[value.end :]
        if same := _same(value):
            yield f"{value.kind} written otherwise", before + same + after, True
        if other := _other(value, chosen):
            yield f"{value.kind} changed", before + other + after, False


def _same(value: Value) -> str | None:
    """The value in another writing; None where it can be read in two ways."""
    if len(value.readings) > 1:
        return None
    (reading,) = value.readings
    unit = min(value.units, default="")
    match value.kind:
        case ValueKind.NAME:
            new = value.text.upper()
        case ValueKind.DATE:
            new = reading if len(reading) == 10 else value.text
        case ValueKind.MONEY:
            new = f"{unit} {Decimal(reading):,.2f}"
        case ValueKind.DURATION | ValueKind.PERCENT:
            new = f"{reading} {_UNITS.get(unit, f'{unit}s')}"
        case _:
            new = value.text
    return new if new != value.text else None


def _other(value: Value, chosen: random.Random) -> str | None:
    """Another value of the kind: the first digit, of a date the last, is another one; None where there is no digit."""
    if value.kind is ValueKind.NAME:
        return _STRANGERS[not value.text.isascii()]
    digits = [match.start() for match in re.finditer("[0-9]", value.text)]
    if not digits:
        return None
    place = digits[-1 if value.kind is ValueKind.DATE else 0]
    digit = (int(value.text[place]) + chosen.randint(1, 8)) % 9 + 1
    return None if str(digit) == value.text[place] else f"{value.text[:place]}{digit}{value.text[place + 1 :]}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m retrieval.trial", description=__doc__)
    parser.add_argument("--library", type=Path, metavar="DIR", help="the library; without it PAGECITE_LIBRARY")
    parser.add_argument("--limit", type=int, default=200, metavar="N", help="so many passages (default 200)")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="show N claims that were misjudged")
    options = parser.parse_args(arguments)
    try:
        settings = load_settings(library=options.library)
        if not Library.exists(settings.library, settings.database_url.get_secret_value()):
            raise LibraryError(f"No library in {settings.library}; run `ingest add PATH` first.")
        with Library.of(settings) as library:
            trials = list(try_library(library, options.limit))
    except PageciteError as error:
        sys.stderr.write(f"trial: {error}\n")
        return 1
    sys.stdout.write("\n".join(_report(trials, options.show)) + "\n")
    return 0


def _report(trials: Sequence[Trial], show: int) -> Iterator[str]:
    total = Counter((trial.true, trial.kind) for trial in trials)
    right = Counter((trial.true, trial.kind) for trial in trials if trial.true == trial.proven)
    for true, title in ((True, "True claims that were proven"), (False, "False claims that were refused")):
        yield title
        kinds = sorted(kind for is_true, kind in total if is_true == true)
        yield from (f"  {kind:<28}{right[true, kind]} of {total[true, kind]}" for kind in kinds)
    wrong = [trial for trial in trials if trial.true != trial.proven]
    yield from (f"{trial.kind}: {trial.text}" for trial in wrong[:show])


if __name__ == "__main__":
    sys.exit(main())
