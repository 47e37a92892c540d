"""Measure retrieval and answers on your own documents: a library, and questions whose answers are known.

``python -m retrieval.evaluate --library DIR --questions FILE``; docs/evaluation.md explains all of it.
``python -m retrieval.evaluate --fields LABELS [--library DIR]`` measures the fields of documents; see docs/fields.md.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from ingest.errors import ConfigError, LibraryError, PageciteError, was_interrupted
from ingest.library import Library
from ingest.settings import Settings, load_settings
from retrieval.bars import Bar, parse_bar, shortfalls
from retrieval.chain import build_chain
from retrieval.comparison import Difference, Values, compare, run_values
from retrieval.field_evaluation import Where, evaluate_fields
from retrieval.figures import figures
from retrieval.measuring import ChainSystem, Run, measure
from retrieval.questions import Asked, evenly, load_questions
from retrieval.report import difference_lines, figure_lines, group_lines, miss_lines, skipped_lines
from retrieval.runfile import load_earlier, run_json, write_run

_INTERRUPTED = 130  # exit status, as shells have it: 128 + SIGINT


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; returns the exit status: 1 after an error or where a figure is under its bar."""
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings(library=options.library)
        if options.fields:
            where = Where.FILES if options.library is None else Where.PAGES if options.anew else Where.STORED
            _say_all(evaluate_fields(settings, options.fields, where, misses=options.misses))
            return 0
        if not Library.exists(settings.library, settings.database_url.get_secret_value()):
            raise LibraryError(f"No library in {settings.library}; run `ingest add PATH` first.")
        return _evaluate(settings, options)
    except (PageciteError, KeyboardInterrupt) as error:
        interrupted = was_interrupted(error)
        sys.stderr.write("Stopped.\n" if interrupted else f"evaluate: {error}\n")
        return _INTERRUPTED if interrupted else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m retrieval.evaluate", description=__doc__)
    parser.add_argument("--library", type=Path, metavar="DIR", help="the library; without it PAGECITE_LIBRARY")
    questions = "questions with their answers, JSON or CSV; `ingest questions FILE` drafts them"
    wanted = parser.add_mutually_exclusive_group(required=True)
    wanted.add_argument("--questions", type=Path, metavar="FILE", help=questions)
    labels = "documents with their fields, JSON; with --library its stored values are measured, else the files are read"
    wanted.add_argument("--fields", type=Path, metavar="LABELS", help=labels)
    anew = "with --fields and --library: look for the fields again, on the library's pages; nothing is stored"
    parser.add_argument("--anew", action="store_true", help=anew)
    parser.add_argument("--json", type=Path, metavar="OUT", help="write everything, question by question")
    parser.add_argument("--compare", type=Path, metavar="OLD", help="compare with an earlier run's --json file")
    bar = "fail where a figure is under its bar (over it, where less is better)"
    parser.add_argument("--fail-under", action="extend", nargs="+", default=[], metavar="METRIC=VALUE", help=bar)
    parser.add_argument("--limit", type=_positive, metavar="N", help="so many questions only, taken evenly")
    parser.add_argument("--misses", type=_positive, metavar="N", help="show N questions of each cause of misses")
    return parser


def _positive(text: str) -> int:
    if (value := int(text)) < 1:
        raise ValueError
    return value


def _evaluate(settings: Settings, options: argparse.Namespace) -> int:
    bars = [parse_bar(text) for text in options.fail_under]
    asked = evenly(load_questions(options.questions), options.limit)
    earlier = load_earlier(options.compare) if options.compare else None
    if options.json and not options.json.absolute().parent.is_dir():
        raise ConfigError(f"{options.json}: there is no such folder; make it, or choose another file.")
    chain = build_chain(settings=settings)
    with closing(chain.library) as library:
        run = _measured(asked, ChainSystem(chain, options.questions.parent))
        names = {record.doc_id: record.name for record in library.documents()}
    differences = [] if earlier is None else compare(earlier, run_values(run.results))
    about = {
        "library": str(settings.library),
        "questions": str(options.questions),
        "answers_by": settings.llm_model or "quotes",
        "embedding_model": settings.embedding_model,
    }
    if options.json:
        write_run(options.json, run_json(run, about, names, differences))
    _say(f"{options.questions} on {settings.library}: answers by {about['answers_by']}, {settings.embedding_model}")
    _say_all(figure_lines(figures(run.results), bars))
    _say_all(group_lines(run.results), "By group")
    _tell_differences(earlier, run, differences, options.compare)
    if options.misses:
        _say_all(miss_lines(run.results, names, options.misses), "Misses")
    _say_all(skipped_lines(run.skipped), "")
    return _verdict(run, bars)


def _measured(asked: Sequence[Asked], system: ChainSystem) -> Run:
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Asking", total=len(asked))
        run = measure(asked, system, lambda: progress.advance(task))
    if not run.results:
        raise LibraryError("No question could be measured. " + " ".join(skipped_lines(run.skipped)))
    return run


def _tell_differences(earlier: Values | None, run: Run, differences: Sequence[Difference], path: Path) -> None:
    if earlier is None:
        return
    now = {result.asked.key for result in run.results}
    _say_all(difference_lines(differences), f"Compared with {path}: {len(now & earlier.keys())} questions of both")
    for count, where in ((len(now - earlier.keys()), "now"), (len(earlier.keys() - now), "then")):
        if count:
            _say(f"{count} questions were measured only {where}; they are left out of the comparison.")


def _verdict(run: Run, bars: Sequence[Bar]) -> int:
    """Say which bars were not reached; the exit status."""
    found = shortfalls(figures(run.results), bars)
    if bars and run.skipped:
        found.append(f"{len(run.skipped)} questions were not measured, so no bar can be called reached")
    for text in found:
        sys.stderr.write(f"evaluate: {text}\n")
    return 1 if found else 0


def _say_all(lines: Iterable[str], title: str | None = None) -> None:
    shown = list(lines)
    if shown and title is not None:
        _say("")
        if title:
            _say(title)
    for line in shown:
        _say(line)


def _say(text: str) -> None:
    # A terminal that cannot show a document's letters is no reason to lose the figures.
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
