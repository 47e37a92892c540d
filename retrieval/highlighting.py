"""The figures of highlights: digital documents of each labelled set, and scans of the samples under a known turn."""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from ingest.library import Library
from ingest.settings import Settings
from retrieval.highlights import Marked, measure_pages, measure_scan
from retrieval.labelled import SAMPLES, LabelledSet
from retrieval.libraries import provide
from retrieval.turned import scan

_QUOTES = 5  # of a page
_COVERAGE = 0.98
_EXCESS = 0.05
_COVERAGE_OCR = 0.95
# Samples that are scanned, and by how many degrees each is turned.
_TURNED = {"northwind-msa-2024.pdf": 0.4, "采购合同-华岳.pdf": -0.6}


def highlight_figures(sets: Iterable[LabelledSet], settings: Settings, cache: Path) -> Iterator[tuple[str, bool]]:
    """A line for each set, and whether it reaches its bars.

    Args:
        sets: whose digital pages are measured.
        settings: how to read.
        cache: folder to keep libraries in.
    """
    for one in sets:
        kept = provide(one.library, one.files, settings, cache)
        with Library(kept.settings.library) as library:
            marked = sum((found for _, _, found in measure_pages(library, _QUOTES)), Marked())
        reached = marked.coverage >= _COVERAGE and marked.excess <= _EXCESS
        bars = f"bars: {_COVERAGE}, {_EXCESS}"
        yield f"highlights, digital pages of {one.library}: {_figures(marked)} ({bars}, {_verdict(reached)})", reached
    marked = _scans(settings, cache)
    reached = marked.coverage >= _COVERAGE_OCR
    yield f"highlights, scans: {_figures(marked)} (bar: {_COVERAGE_OCR}, {_verdict(reached)})", reached


def _scans(settings: Settings, cache: Path) -> Marked:
    total = Marked()
    with tempfile.TemporaryDirectory(prefix="pagecite-scans-") as folder:
        files = {name: Path(folder) / f"{Path(name).stem}.tif" for name in _TURNED}
        for name, path in files.items():
            scan(SAMPLES / name, path, _TURNED[name])
        kept = provide("turned", {path.name: path for path in files.values()}, settings, cache)
        with Library(kept.settings.library) as library:
            for name, path in files.items():
                record = library.find(path.name)
                total += measure_scan(library, record.doc_id, SAMPLES / name, _TURNED[name], _QUOTES)
    return total


def _figures(marked: Marked) -> str:
    found = f"{marked.coverage:.4f} of {marked.words} words covered, {marked.excess:.4f} of the area outside"
    return f"{found}, {marked.quotes} quotes, {marked.unknown} not found in the file"


def _verdict(reached: bool) -> str:
    return "reached" if reached else "SHORT"
