"""`make eval` and `make bench`: the figures of ``docs/measurements.md``, from documents whose answers are known.

``python -m retrieval.benchmark [--data DIR] [--quick] [--bench]``. DIR holds labelled documents by others, which are
not part of this repository; where it is absent, the figures that need it are skipped with a reason.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.embeddings import build_embeddings
from ingest.errors import PageciteError
from ingest.evaluate import evaluate_scans
from ingest.files import identify
from ingest.library import Library
from ingest.ocr import choose_engine
from ingest.pipeline import Outcome, Pipeline
from ingest.settings import Settings, load_settings
from retrieval.baseline import build_baseline
from retrieval.chain import PageChain, build_chain
from retrieval.metrics import PageHits, answer_figures, page_hits
from retrieval.questions import Asked, load_questions

SAMPLES = Path("data/samples")
SAMPLE_QUESTIONS = Path("data/sample_questions.json")
_QUICK_DOCUMENTS = 6
_QUICK_PAGES = 4


def main(arguments: list[str] | None = None) -> int:
    """Run the measurements; 0 when all ran or were skipped."""
    parser = argparse.ArgumentParser(prog="python -m retrieval.benchmark", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/evaldata"), help="folder of labelled documents")
    parser.add_argument("--quick", action="store_true", help="a few documents only")
    parser.add_argument("--bench", action="store_true", help="measure speed instead of quality")
    options = parser.parse_args(arguments)
    try:
        settings = load_settings()
        if options.bench:
            _measure_speed(settings)
        else:
            _measure_samples(settings)
            _measure_ocr(options.data / "cuad_scan", settings, options.quick)
            _measure_contracts(options.data / "cuad", settings, options.quick)
    except PageciteError as error:
        sys.stderr.write(f"benchmark: {error}\n")
        return 1
    return 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@contextmanager
def _library_of(source: Path, settings: Settings) -> Iterator[tuple[PageChain, float, int]]:
    """A fresh library of a folder's files: its chain, the seconds that ingestion took, and the number of pages."""
    with tempfile.TemporaryDirectory(prefix="pagecite-") as folder:
        own = settings.model_copy(update={"library": Path(folder) / "library"})
        engine = choose_engine(own)
        with Library(own.library) as library:
            pipeline = Pipeline(library, own, engine, build_embeddings(own))
            start = time.perf_counter()
            outcomes: list[Outcome] = list(pipeline.add([source]))
            seconds = time.perf_counter() - start
        for outcome in outcomes:
            if outcome.failed:
                _say(f"  not ingested as a whole: {outcome.path.name}: {outcome.reason}")
        chain = build_chain(settings=own)
        yield chain, seconds, sum(outcome.pages for outcome in outcomes)
        chain.library.close()


def _rank(chain: PageChain, question: str) -> list[tuple[str, int]]:
    found = chain.searcher.search(question, 10).evidence
    return [(one.chunk.doc_id, one.chunk.page_number) for one in found]


def _show_hits(label: str, hits: PageHits) -> None:
    figures = "  ".join(f"@{depth} {share:.3f}" for depth, share in hits.at)
    _say(f"{label}: page-hit {figures}  document@1 {hits.document:.3f}  ({hits.questions} questions)")


def _measure_samples(settings: Settings) -> None:
    asked = load_questions(SAMPLE_QUESTIONS)
    ids = {one.file: identify(SAMPLES / one.file).doc_id for one in asked if one.file}
    with _library_of(SAMPLES, settings) as (chain, seconds, pages):
        _say(f"samples: {pages} pages ingested in {seconds:.0f} s")
        for language in ("en", "zh"):
            own = [one for one in asked if one.language == language]
            answerable = [one for one in own if one.pages]
            _show_hits(f"samples {language}", page_hits(answerable, ids, lambda question: _rank(chain, question)))
            figures = answer_figures(own, chain.invoke)
            _say(
                f"samples {language}, quote mode: expected words quoted {figures.contains:.3f}, refused though "
                f"answerable {figures.refused:.3f} ({figures.answerable} questions); refused rightly "
                f"{figures.refused_rightly:.2f} ({figures.unanswerable} questions)"
            )


def _measure_ocr(scans: Path, settings: Settings, quick: bool) -> None:
    if not scans.is_dir():
        _say(f"OCR: skipped, there is no folder {scans}")
        return
    engine = choose_engine(settings)
    report = evaluate_scans(scans, engine, limit=_QUICK_PAGES if quick else None)
    _say(
        f"OCR, {report.engine}: word recall {report.recall.value:.4f} on {len(report.pages)} scanned pages, "
        f"{report.seconds_per_page:.2f} s a page"
    )


def _measure_contracts(folder: Path, settings: Settings, quick: bool) -> None:
    if not folder.is_dir():
        _say(f"contracts: skipped, there is no folder {folder}")
        return
    asked = load_questions(folder / "questions.json")
    files = sorted({one.file for one in asked})[: _QUICK_DOCUMENTS if quick else None]
    asked = [one for one in asked if one.file in files]
    ids = {file: identify(folder / file).doc_id for file in files}
    with tempfile.TemporaryDirectory(prefix="pagecite-files-") as copies:
        _copy(folder, files, Path(copies) / "named", renamed=False)
        _hits_of(Path(copies) / "named", f"contracts ({len(files)})", asked, ids, settings)
        if not quick:
            _copy(folder, files, Path(copies) / "renamed", renamed=True)
            _hits_of(Path(copies) / "renamed", "contracts, renamed scan_0001.pdf ...", asked, ids, settings)
            baseline = build_baseline([folder / file for file in files], settings)
            _show_hits("contracts, LangChain's usual stack", page_hits(asked, ids, baseline))


def _copy(folder: Path, files: list[str], target: Path, *, renamed: bool) -> None:
    target.mkdir()
    for number, file in enumerate(files, start=1):
        name = f"scan_{number:04d}.pdf" if renamed else Path(file).name
        shutil.copyfile(folder / file, target / name)


def _hits_of(source: Path, label: str, asked: list[Asked], ids: dict[str, str], settings: Settings) -> None:
    with _library_of(source, settings) as (chain, seconds, pages):
        _say(f"{label}: {pages} pages ingested in {seconds:.0f} s")
        _show_hits(label, page_hits(asked, ids, lambda question: _rank(chain, question)))


def _measure_speed(settings: Settings) -> None:
    asked = load_questions(SAMPLE_QUESTIONS)
    with _library_of(SAMPLES, settings) as (chain, seconds, pages):
        _say(f"ingest: {pages} pages in {seconds:.1f} s, {pages / seconds:.2f} pages/s (models loaded)")
        chain.invoke(asked[0].question)
        times = []
        for one in asked:
            start = time.perf_counter()
            chain.invoke(one.question)
            times.append(time.perf_counter() - start)
    times.sort()
    _say(f"question, quote mode: p50 {times[len(times) // 2]:.2f} s, p95 {times[int(len(times) * 0.95)]:.2f} s")


if __name__ == "__main__":
    sys.exit(main())
