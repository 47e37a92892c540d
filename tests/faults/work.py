"""Pieces of work on a library, each in a process of its own, so that it can be killed."""

import hashlib
import multiprocessing
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from PIL.Image import Image

from ingest.images import image_hash
from ingest.library import Library
from ingest.ocr import Recipe
from ingest.pipeline import reindex
from ingest.settings import Settings
from ingest.types import Recognition, TextLine
from tests.drawings import write_pdf, write_tiff
from tests.fakes import FakeEmbeddings, FakeEngine, make_pipeline
from tests.faults.moments import Moments

QUESTION = "pallets that the Supplier delivers"
_WHEN = 1_700_000_000_000_000_000  # ns: the same time of modification in every run
_CLAUSES = (
    "SUPPLY AGREEMENT between Ashbourne and Belltower",
    "1. Delivery. The Supplier delivers {} pallets a month to the Buyer.",
    "2. Payment. Each invoice is payable within {} days.",
)


@dataclass(frozen=True, slots=True)
class Work:
    """What is done to a library.

    Attributes:
        name: for the report.
        inputs: files, by name, as they are when the work begins.
        before: work that has been done on the library.
        engine: version of the OCR engine.
        refresh: whether every page is read again.
        removes: files whose documents are removed, in place of adding anything.
        chunk_chars: as the setting; other than the default, all documents are indexed again.
        rebuilds: whether all that is derived is made again, in place of adding anything.
        apart: whether pages are read in worker processes, as with every embedded engine.
    """

    name: str
    inputs: Mapping[str, int] = field(default_factory=lambda: FIRST)
    before: "Work | None" = None
    engine: str = "1.0"
    refresh: bool = False
    removes: tuple[str, ...] = ()
    chunk_chars: int = 0
    rebuilds: bool = False
    apart: bool = False


# A file's name and which content it has.
FIRST = {"contract.pdf": 30, "scan.tif": 40, "copy of the scan.tif": 40, "invoice.tif": 50}
SECOND = {"contract.pdf": 31, "scan.tif": 40, "moved.tif": 40, "invoice.tif": 51}

ADD = Work("add")
WORKS = (
    ADD,
    Work("new versions", SECOND, before=ADD),
    Work("read again", before=ADD, engine="2.0", refresh=True),
    Work("remove", before=ADD, removes=("scan.tif", "contract.pdf")),
    Work("reindex", before=ADD, chunk_chars=300),
    Work("rebuild", before=ADD, rebuilds=True),
    Work("add, read in worker processes", apart=True),
)


class ScanReader(FakeEngine):
    """Reads lines that depend on the image and on its own version, and notes each image that it was asked about."""

    def __init__(self, version: str, notes: Path, apart: bool = False) -> None:
        super().__init__()
        self.name = f"scan reader {version}"
        self._version = version
        self._notes = notes
        self._apart = apart

    @property
    def recipe(self) -> Recipe | None:
        return _Copy(self._version, self._notes) if self._apart else None

    def read(self, image: Image, *, boxes: bool = True) -> Recognition:
        with self._notes.open("a") as stream:
            stream.write(f"{self.name} {image_hash(image)}\n")
        number = int(hashlib.sha256(image.tobytes()).hexdigest()[:4], 16)
        texts = [clause.format(number) for clause in _CLAUSES] + [f"Read by {self.name}."]
        return Recognition(
            tuple(TextLine(text, (0.1, 0.1 + 0.04 * i, 0.8, 0.12 + 0.04 * i), 0.95) for i, text in enumerate(texts))
        )


@dataclass(frozen=True)
class _Copy:
    """Makes the engine in a worker process."""

    version: str
    notes: Path

    def __call__(self, cores: int) -> ScanReader:
        return ScanReader(self.version, self.notes)


def write_inputs(folder: Path, inputs: Mapping[str, int]) -> None:
    """Put files in place of what a folder holds; the same content and time in every run."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    drawn = folder.with_name("drawn")
    drawn.mkdir(exist_ok=True)
    for name, content in inputs.items():
        # Drawn once: two PDF files with the same pages are not the same bytes.
        model = drawn / f"{content}{Path(name).suffix}"
        if not model.exists():
            _draw(model, content)
        shutil.copyfile(model, folder / name)
        os.utime(folder / name, ns=(_WHEN + content, _WHEN + content))


def _draw(path: Path, content: int) -> None:
    if path.suffix == ".pdf":
        write_pdf(path, [[clause.format(content + page) for clause in _CLAUSES] for page in range(2)])
    else:
        write_tiff(path, [f"Page {page} of {content}" for page in range(1, 4)])


def do(work: Work, library: Path, inputs: Path, notes: Path) -> None:
    """Do the work, then ask a question, which brings Chroma in step."""
    settings = {"chunk_chars": work.chunk_chars} if work.chunk_chars else {}
    with Library(library) as opened:
        if work.removes:
            opened.sweep()  # as the command does
            for name in work.removes:
                for record in [d for d in opened.documents() if name in (Path(path).name for path in d.paths)]:
                    opened.remove(record.doc_id)
        elif work.chunk_chars:
            chosen = Settings(library=library, **settings)  # type: ignore[arg-type]
            reindex(opened, chosen, FakeEmbeddings())
        elif work.rebuilds:
            opened.rebuild()
        else:
            engine = ScanReader(work.engine, notes, work.apart)
            pipeline = make_pipeline(opened, engine)
            failures = [o.reason for o in pipeline.add([inputs], refresh=work.refresh) if o.failed]
            assert not failures, failures
        opened.search_dense(FakeEmbeddings().embed_query(QUESTION), 5)


def start(
    work: Work, library: Path, inputs: Path, notes: Path, fatal: tuple[str, int] | None, counts: Path
) -> multiprocessing.Process:
    """Start the work in a process of its own.

    Args:
        work: what to do.
        library: the library folder.
        inputs: the folder with the files.
        notes: where the engine notes what it reads.
        fatal: the moment at which it is killed; None: it is not.
        counts: where the moments that were passed are written, if it comes to its end.
    """
    context = multiprocessing.get_context("forkserver")
    # Loaded once: what takes seconds to import need not be imported for each of them.
    context.set_forkserver_preload(["tests.faults.work", "chromadb", "pymupdf.layout"])
    process = context.Process(target=_run, args=(work, library, inputs, notes, fatal, counts))
    process.start()
    return process  # type: ignore[return-value]


def _run(work: Work, library: Path, inputs: Path, notes: Path, fatal: tuple[str, int] | None, counts: Path) -> None:
    moments = Moments(library, fatal)
    moments.watch()
    do(work, library, inputs, notes)
    moments.write(counts)
