"""Measure an OCR engine on scanned PDF files whose true text is known.

``python -m ingest.evaluate --scans DIR``, where DIR has ``manifest.json``: a list of documents, each with ``file``
(a PDF) and ``ground_truth.page_text`` (a JSON list of page texts), both relative to DIR.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from PIL import Image

from ingest.errors import ConfigError, PageciteError
from ingest.files import identify
from ingest.images import turned
from ingest.ocr import OcrEngine, build_engine
from ingest.pages import open_document
from ingest.recall import WordRecall, word_recall

DPI = 200
MAX_PIXELS = 8_000_000


@dataclass(frozen=True, slots=True)
class PageResult:
    """What came of one page.

    Attributes:
        file: the PDF's path, as the manifest names it.
        page_number: 1-based.
        recall: words found.
        confidence: the engine's mean confidence in its lines, 0..1; 0.0 without lines.
        orientation_right: whether the engine found how the page had been turned.
        seconds: time spent in the engine.
    """

    file: str
    page_number: int
    recall: WordRecall
    confidence: float
    orientation_right: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class ScanReport:
    """The figures of one engine over all pages.

    Attributes:
        engine: its name and version.
        rotation: degrees, clockwise, by which every page was turned before it was read.
        pages: page by page, in the manifest's order.
    """

    engine: str
    rotation: int
    pages: tuple[PageResult, ...] = field(repr=False)

    @property
    def recall(self) -> WordRecall:
        """Words found over all pages; its value is the micro average."""
        return sum((page.recall for page in self.pages), WordRecall())

    @property
    def by_document(self) -> dict[str, WordRecall]:
        """Words found in each file."""
        found: dict[str, WordRecall] = {}
        for page in self.pages:
            found[page.file] = found.get(page.file, WordRecall()) + page.recall
        return found

    @property
    def seconds_per_page(self) -> float:
        """Mean time a page, with the loading of the models left out where there is more than one page."""
        timed = self.pages[1:] or self.pages
        return sum(page.seconds for page in timed) / len(timed) if timed else 0.0

    @property
    def orientations_right(self) -> int:
        """Pages whose orientation was found."""
        return sum(page.orientation_right for page in self.pages)


def evaluate_scans(
    scans: Path,
    engine: OcrEngine,
    *,
    limit: int | None = None,
    rotation: int = 0,
    on_page: Callable[[PageResult], None] | None = None,
) -> ScanReport:
    """Read scanned pages and compare them with their true text.

    Args:
        scans: folder with ``manifest.json``.
        engine: what reads them.
        limit: read only so many pages, taken evenly from all; None: all.
        rotation: degrees, clockwise, by which each page is turned first: 0, 90, 180 or 270.
        on_page: called with each page's result as it comes.

    Returns:
        The figures.

    Raises:
        ConfigError: the folder has no usable manifest.
        PageError: the engine failed on a page.
    """
    pages = list(_pages(scans))
    step = max(1, len(pages) // limit) if limit else 1
    results = []
    for file, page_number, truth in islice(pages[::step], limit):
        image = turned(_rendered(scans / file, page_number), rotation)
        started = time.perf_counter()
        read = engine.read(image)
        seconds = time.perf_counter() - started
        right = (rotation + read.rotation) % 360 == 0
        recall = word_recall(truth, (line.text for line in read.lines))
        confidence = sum(line.confidence for line in read.lines) / max(1, len(read.lines))
        results.append(PageResult(file, page_number, recall, confidence, right, seconds))
        if on_page:
            on_page(results[-1])
    return ScanReport(engine.name, rotation, tuple(results))


def _pages(scans: Path) -> Iterator[tuple[str, int, str]]:
    """File, page number and true text of each page."""
    try:
        for entry in json.loads((scans / "manifest.json").read_text("utf-8")):
            texts = json.loads((scans / entry["ground_truth"]["page_text"]).read_text("utf-8"))
            for page_number, text in enumerate(texts, start=1):
                yield entry["file"], page_number, text
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise ConfigError(f"{scans} has no usable manifest.json with page texts: {exc}") from exc


def _rendered(path: Path, page_number: int) -> Image.Image:
    with open_document(identify(path), dpi=DPI, max_pixels=MAX_PIXELS) as document:
        return document.image(page_number)


def _show_page(page: PageResult) -> None:
    sys.stdout.write(
        f"{page.recall.value:.4f}  {page.seconds:5.1f} s  confidence {page.confidence:.2f}"
        f"{'' if page.orientation_right else '  WRONG WAY UP'}  {page.file} p{page.page_number}\n"
    )
    sys.stdout.flush()


def _show(report: ScanReport) -> None:
    for file, recall in report.by_document.items():
        sys.stdout.write(f"{recall.value:.4f}  {file}\n")
    total = report.recall
    sys.stdout.write(
        f"{report.engine}, pages turned by {report.rotation}: word recall {total.value:.4f}"
        f" ({total.found} of {total.total}), {report.seconds_per_page:.2f} s/page,"
        f" orientation right on {report.orientations_right} of {len(report.pages)} pages\n"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m ingest.evaluate", description="Word recall of an OCR engine.")
    parser.add_argument("--scans", type=Path, required=True, help="folder with manifest.json, PDF files and texts")
    parser.add_argument("--engine", default="rapidocr", help="rapidocr (default) or tesseract")
    parser.add_argument("--limit", type=int, help="read so many pages only, taken evenly from all")
    parser.add_argument("--rotate", type=int, choices=(0, 90, 180, 270), default=0, help="turn pages clockwise first")
    parser.add_argument("--threads", type=int, default=0, help="processor threads; 0: one a core")
    chosen = parser.parse_args(arguments)
    try:
        engine = build_engine(chosen.engine, threads=chosen.threads)
        _show(evaluate_scans(chosen.scans, engine, limit=chosen.limit, rotation=chosen.rotate, on_page=_show_page))
    except PageciteError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
