"""`make eval` and `make bench`: the figures of ``docs/measurements.md``, from documents whose answers are known.

``python -m retrieval.benchmark [--data DIR] [--quick] [--bench]``. DIR holds labelled documents by others, which are
not part of this repository; where it is absent, the figures that need it are skipped with a reason. Each figure stands
beside the bar that it should reach; all are computed as those of ``python -m retrieval.evaluate``.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from langchain_core.language_models import BaseChatModel

from ingest.embeddings import build_embeddings
from ingest.errors import ConfigError, PageciteError
from ingest.evaluate import evaluate_scans
from ingest.library import Library
from ingest.ocr import choose_engine
from ingest.pipeline import Pipeline
from ingest.settings import Settings, load_settings
from retrieval.bars import Bar, shortfalls
from retrieval.baseline import build_baseline
from retrieval.chain import PageChain, build_chain
from retrieval.comparison import compare, run_values
from retrieval.eager import EagerModel
from retrieval.field_evaluation import field_figures
from retrieval.figures import Figure, figures
from retrieval.highlighting import highlight_figures
from retrieval.labelled import (
    DRAW_CHINESE,
    SAMPLES,
    LabelledSet,
    contracts,
    draw_chinese,
    long_documents,
    renamed,
    samples,
    scanned,
    with_model,
)
from retrieval.ledger import evaluation
from retrieval.ledger.evaluation import DRAW_LEDGER, draw_ledger_set
from retrieval.libraries import provide
from retrieval.measuring import ChainSystem, RankerSystem, Run, measure
from retrieval.questions import evenly
from retrieval.report import difference_lines, figure_lines, group_lines, miss_lines, skipped_lines
from retrieval.runfile import load_earlier, run_json, write_run

_SETS = (
    "samples",
    "chinese",
    "ocr",
    "contracts",
    "llm",
    "renamed",
    "scans",
    "long",
    "highlights",
    "baseline",
    "fields",
    "ledger",
)
_QUICK_PAGES = 4
_QUICK_QUESTIONS = 60
_WORD_RECALL = 0.995
_SCAN_LOSS = 0.03  # of page-hit@5, where a contract is scanned


def main(arguments: list[str] | None = None) -> int:
    """Run the measurements; 0 when all ran or were skipped, whatever came of them."""
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings()
        if options.bench:
            _measure_speed(settings)
        else:
            _measure_all(_Benchmark(settings, options))
    except PageciteError as error:
        sys.stderr.write(f"benchmark: {error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m retrieval.benchmark", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/evaldata"), help="folder of labelled documents")
    parser.add_argument("--quick", action="store_true", help="samples, a few pages and a few contracts only")
    parser.add_argument("--bench", action="store_true", help="measure speed instead of quality")
    parser.add_argument("--only", action="append", choices=_SETS, help="this set alone; may be given several times")
    parser.add_argument("--cache", type=Path, default=Path("artifacts/libraries"), help="where libraries are kept")
    parser.add_argument("--json", type=Path, metavar="DIR", help="write each set's run there, question by question")
    parser.add_argument("--compare", type=Path, metavar="DIR", help="compare with the runs that --json wrote there")
    parser.add_argument("--misses", type=int, default=0, metavar="N", help="show N questions of each cause of misses")
    return parser


@dataclass(slots=True)
class _Benchmark:
    """One round of measurements.

    Attributes:
        settings: how to read, embed and answer.
        options: of the command line.
        verdicts: a line for each bar that was not reached.
    """

    settings: Settings
    options: argparse.Namespace
    verdicts: list[str] = field(default_factory=list)

    def wants(self, name: str, needs: Path = Path()) -> bool:
        """Whether a set is to be measured; says so where its documents are absent."""
        if name not in (self.options.only or _SETS):
            return False
        if not needs.is_dir():
            _say(f"\n{name}: skipped, there is no folder {needs}")
        return needs.is_dir()

    def measure(self, one: LabelledSet, model: BaseChatModel | None = None) -> Run:
        """Measure a set on its own library, with a model or without, and show the figures."""
        with self._chain(one, model) as chain:
            run = measure(one.asked, ChainSystem(chain, names=one.names, answers=one.answers))
            self._show(one, run, chain.library)
        return run

    def measure_baseline(self, one: LabelledSet) -> None:
        """Measure the usual stack's search on the documents of a set."""
        usual = replace(one, name=f"{one.name}-usual", title=f"{one.title}: LangChain's usual stack", bars=())
        with self._chain(usual) as chain:
            ranker = build_baseline(list(one.files.values()), self.settings)
            system = RankerSystem(ranker, ChainSystem(chain, names=one.names))
            self._show(usual, measure(usual.asked, system), chain.library)

    @contextmanager
    def _chain(self, one: LabelledSet, model: BaseChatModel | None = None) -> Iterator[PageChain]:
        _say(f"\n{one.title}")
        kept = provide(one.library, one.files, self.settings, self.options.cache)
        _say("library kept from an earlier run" if kept.seconds is None else f"ingested in {kept.seconds:.0f} s")
        _say_all(f"  not whole: {fault}" for fault in kept.faults)
        chain = build_chain(settings=kept.settings, model=model)
        with closing(chain.library):
            yield chain

    def _show(self, one: LabelledSet, run: Run, library: Library) -> None:
        found = figures(run.results)
        names = {record.doc_id: record.name for record in library.documents()}
        _say_all(figure_lines(found, one.bars))
        _say_all(group_lines(run.results))
        _say_all(miss_lines(run.results, names, self.options.misses) if self.options.misses else [])
        _say_all(skipped_lines(run.skipped))
        self.judge(one.title, found, one.bars)
        differences = []
        if self.options.compare and (earlier := self.options.compare / f"{one.name}.json").is_file():
            differences = compare(load_earlier(earlier), run_values(run.results))
            _say_all(difference_lines(differences))
        if self.options.json:
            about = {"library": one.title, "answers_by": self.settings.llm_model or "quotes"}
            about["embedding_model"] = self.settings.embedding_model
            write_run(self.options.json / f"{one.name}.json", run_json(run, about, names, differences))

    def judge(self, title: str, found: dict[str, Figure], bars: Iterable[Bar]) -> None:
        """Note which bars were not reached."""
        self.verdicts += [f"{title}: {text}" for text in shortfalls(found, bars)]


def _measure_all(benchmark: _Benchmark) -> None:
    options = benchmark.options
    cuad, scans, reports = (options.data / name for name in ("cuad", "cuad_scan", "mmlongbench_doc"))
    if options.json and not options.json.is_dir():
        raise ConfigError(f"--json {options.json}: there is no such folder; make it first.")
    if benchmark.wants("samples", SAMPLES):
        for language in ("en", "zh"):
            benchmark.measure(samples(language))
    if benchmark.wants("ocr", scans):
        _measure_ocr(benchmark, scans)
    if benchmark.wants("contracts", cuad):
        known = contracts(cuad, quick=options.quick)
        few = evenly(known.asked, _QUICK_QUESTIONS if options.quick else None)
        benchmark.measure(replace(known, asked=tuple(few)))
    if not options.quick:
        _measure_more(benchmark, cuad, scans, reports)
    _say("\nAll bars were reached." if not benchmark.verdicts else "\nShort of their bars:")
    _say_all(benchmark.verdicts)


def _measure_more(benchmark: _Benchmark, cuad: Path, scans: Path, reports: Path) -> None:
    """What takes long: everything beside the short form."""
    if benchmark.wants("llm", cuad):
        benchmark.measure(with_model(contracts(cuad)), EagerModel())
    if benchmark.wants("chinese", DRAW_CHINESE.parent):
        with tempfile.TemporaryDirectory(prefix="pagecite-chinese-") as folder:
            benchmark.measure(draw_chinese(Path(folder)))
    if benchmark.wants("renamed", cuad):
        benchmark.measure(renamed(contracts(cuad)))
    if benchmark.wants("scans", scans) and cuad.is_dir():
        digital, scanned_too = scanned(scans, contracts(cuad))
        _measure_scans(benchmark, digital, scanned_too)
    if benchmark.wants("long", reports):
        benchmark.measure(long_documents(reports))
    if benchmark.wants("highlights", SAMPLES):
        sets = [samples("en")]
        sets += [contracts(cuad)] if cuad.is_dir() else []
        sets += [long_documents(reports)] if reports.is_dir() else []
        for line, reached in highlight_figures(sets, benchmark.settings, benchmark.options.cache):
            _say(line)
            benchmark.verdicts += [] if reached else [line]
    if benchmark.wants("ledger", DRAW_LEDGER.parent):
        _measure_ledger(benchmark)
    if benchmark.wants("fields", benchmark.options.data):
        for line, verdicts in field_figures(benchmark.options.data, benchmark.settings):
            _say(line)
            benchmark.verdicts += verdicts
    if benchmark.wants("baseline", cuad):
        known = contracts(cuad)
        benchmark.measure_baseline(replace(known, asked=tuple(one for one in known.asked if one.answerable)))


def _measure_scans(benchmark: _Benchmark, digital: LabelledSet, scans: LabelledSet) -> None:
    """Scans beside the same contracts as they were, question by question."""
    twins = benchmark.measure(digital)
    wanted = figures(twins.results)["page-hit@5"].value - _SCAN_LOSS
    run = benchmark.measure(replace(scans, bars=(Bar("page-hit@5", wanted),)))
    _say("Scans (after) beside their digital twins (before):")
    _say_all(difference_lines(compare(run_values(twins.results), run_values(run.results))))


def _measure_ledger(benchmark: _Benchmark) -> None:
    """Questions over drawn invoices whose values are known."""
    with tempfile.TemporaryDirectory(prefix="pagecite-ledger-") as folder:
        draw_ledger_set(Path(folder))
        _say("\nquestions over 300 drawn invoices")
        marks = evaluation.evaluate(Path(folder), "questions.json", benchmark.options.cache, evaluation.Source.INVOICES)
    *wrong, figure = evaluation.report(marks)
    _say_all([*wrong, figure])
    benchmark.verdicts += [figure] if evaluation.share_of(marks) < evaluation.BAR else []


def _measure_ocr(benchmark: _Benchmark, scans: Path) -> None:
    engine = choose_engine(benchmark.settings)
    report = evaluate_scans(scans, engine, limit=_QUICK_PAGES if benchmark.options.quick else None)
    recall, pages = report.recall.value, len(report.pages)
    _say(
        f"\nOCR, {report.engine}: word recall {recall:.4f} on {pages} scanned pages (bar: at least {_WORD_RECALL}, "
        f"{'reached' if recall >= _WORD_RECALL else 'SHORT'}), {report.seconds_per_page:.2f} s a page"
    )
    if recall < _WORD_RECALL:
        benchmark.verdicts.append(f"OCR: word recall is {recall:.4f}, at least {_WORD_RECALL} was wanted")


def _measure_speed(settings: Settings) -> None:
    with tempfile.TemporaryDirectory(prefix="pagecite-") as folder:
        own = settings.model_copy(update={"library": Path(folder) / "library"})
        engine = choose_engine(own)
        with Library(own.library) as library:
            pipeline = Pipeline(library, own, engine, build_embeddings(own))
            start = time.perf_counter()
            pages = sum(outcome.pages for outcome in pipeline.add([SAMPLES]))
            seconds = time.perf_counter() - start
        _say(f"ingest: {pages} pages in {seconds:.1f} s, {pages / seconds:.2f} pages/s (models loaded)")
        chain = build_chain(settings=own)
        with closing(chain.library):
            run = measure([*samples("en").asked, *samples("zh").asked], ChainSystem(chain))
    _say_all(line for line in figure_lines(figures(run.results)) if line.startswith(("figure", "latency")))


def _say_all(lines: Iterable[str]) -> None:
    for line in lines:
        _say(line)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
