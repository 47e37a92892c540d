"""Memory of an ingest as documents grow: ``python -m tests.faults.memory`` (options: --help).

Scanned PDFs of 100 and 600 pages, a few printed lines on each, are added by ``ingest add`` as it comes: embedded OCR in
worker processes, real embeddings. Each tenth page is A4, which decides the peak; the others are A6, to be quicker
(--a4: all are A4).

Judged is the highest sum, at one moment, of the resident sets of the process that leads the work and of its largest
worker: what the machine must have for the two. It is the strictest of the usual figures, for it counts libraries that
both have loaded twice. Beside it stand the peak of each, as the kernel keeps it (VmHWM), whenever it came.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pymupdf

from ingest.library import Library

BAR = 1536  # MB
GROWTH = 1.05
_WORDS = (
    "supplier delivers pallets month buyer invoice payable thirty days receipt agreement terminate notice ninety "
    "either party written governed laws state forecast client bank transfer delivery copper pipe warehouse"
).split()
_EVERY = 0.1  # seconds
_SMALL = 40  # MB: less has no worker, but the tracker that Python starts beside them


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run took.

    Attributes:
        pages: pages of the document.
        parent: highest resident set of the process that leads the work, MB.
        worker: of its largest worker, MB.
        together: highest sum of the resident sets of both at one moment, MB.
        workers: most workers at once.
        seconds: for the whole run.
        read: pages that were read.
    """

    pages: int
    parent: int
    worker: int
    together: int
    workers: int
    seconds: float
    read: int


def write_scan(path: Path, pages: int, large_every: int) -> Path:
    """A PDF of page images, each with a few printed lines of its own; one in so many is A4, the others A6."""
    chance = random.Random(7)
    with pymupdf.open() as scan:
        for number in range(1, pages + 1):
            width, height = pymupdf.paper_size("a6" if number % large_every else "a4")
            with pymupdf.open() as drawn:
                page = drawn.new_page(width=width, height=height)
                for index in range(5):
                    text = f"{number}.{index + 1} The {' '.join(chance.choices(_WORDS, k=5))}."
                    page.insert_text((30, 60 + 24 * index), text, fontsize=9)
                pixmap = page.get_pixmap(dpi=150, colorspace=pymupdf.csGRAY)
            scanned = scan.new_page(width=width, height=height)
            scanned.insert_image(scanned.rect, pixmap=pixmap)
        scan.save(path, deflate=True)
    return path


def measure(folder: Path, pages: int, large_every: int) -> Figures:
    """Add a document of so many pages to a new library."""
    scan = write_scan(folder / f"scan-{pages}.pdf", pages, large_every)
    library = folder / f"library-{pages}"
    command = [sys.executable, "-m", "ingest.cli", "add", str(scan), "--json", "--library", str(library)]
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as running:
        peaks, together, most = _watch(running)
    worker = max((peak for pid, peak in peaks.items() if pid != running.pid), default=0)
    return Figures(pages, peaks[running.pid], worker, together, most, time.monotonic() - began, _read(library))


def _read(folder: Path) -> int:
    """Number of pages with text in a library of one document."""
    with Library(folder) as library:
        [document] = library.documents()
        return sum(record.text is not None for record in library.pages(document.doc_id))


def _watch(running: "subprocess.Popen[str]") -> tuple[dict[int, int], int, int]:
    """Peaks of all its processes until it ends, by their numbers; the highest sum of two; most workers at once."""
    peaks: dict[int, int] = {}
    together = most = 0
    while running.poll() is None:
        shares = _sample(running.pid, peaks)
        workers = [share for pid, share in shares.items() if pid != running.pid]
        together = max(together, shares.get(running.pid, 0) + max(workers, default=0))
        most = max(most, len(workers))
        time.sleep(_EVERY)
    return peaks, together, most


def _sample(parent: int, peaks: dict[int, int]) -> dict[int, int]:
    """Resident sets of a process and its children now, MB; their peaks so far are noted."""
    sizes = {}
    try:
        pids = [parent, *(child.pid for child in psutil.Process(parent).children())]
    except psutil.NoSuchProcess:
        return {}
    for pid in pids:
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            continue
        values = dict(line.split(":", 1) for line in status.splitlines())
        if "VmRSS" in values:
            size, peak = (int(values[name].split()[0]) >> 10 for name in ("VmRSS", "VmHWM"))
            if size > _SMALL:
                sizes[pid], peaks[pid] = size, peak
    return sizes


def main() -> int:
    """Measure, tell, and judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, nargs="+", default=[100, 600], help="pages of each document")
    parser.add_argument("--a4", action="store_true", help="all pages are A4, not only each tenth")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pagecite-memory-") as folder:
        found = []
        for pages in chosen.pages:
            found.append(measure(Path(folder), pages, 1 if chosen.a4 else 10))
            _tell(found[-1])
    lost = [figures.pages for figures in found if figures.read != figures.pages]
    grown = found[-1].together > GROWTH * found[0].together
    high = max(figures.together for figures in found) > BAR
    said = (
        f"{'above' if high else 'below'} the bar of {BAR} MB, {'GROWS with pages' if grown else 'no growth with pages'}"
    )
    print(f"memory: {said}")  # noqa: T201
    return int(bool(lost) or grown or high)


def _tell(figures: Figures) -> None:
    print(  # noqa: T201
        f"memory: {figures.pages} pages, {figures.read} read, {figures.seconds / figures.pages:.2f} s a page: at most "
        f"{figures.together} MB for parent and one of {figures.workers} workers at one moment "
        f"(peaks: parent {figures.parent} MB, worker {figures.worker} MB, sum {figures.parent + figures.worker} MB)",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
