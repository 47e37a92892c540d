"""Many pages on their way at once, worker processes and threads: complete, in order, bounded, and never lost."""

import multiprocessing
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from ingest import pipeline as pipeline_module
from ingest.errors import ModelError, PageError
from ingest.files import identify
from ingest.flow import Job, page_flow
from ingest.hunyuan.engine import HunyuanEngine
from ingest.hunyuan.model import Reply
from ingest.hunyuan.prompts import PromptSet, Request, Task
from ingest.library import Library
from ingest.outcomes import Outcome, Progress
from ingest.pages import open_document
from ingest.reading import reading_of
from ingest.settings import Settings
from ingest.types import BoxOrigin, Recognition, SourceDocument, TextLine, TextSource
from ingest.workers import View
from tests.drawings import PLAIN_LINE, draw_page, write_pdf
from tests.fakes import make_pipeline
from tests.misbehaving import PickyEngine, trap
from tests.numbered import number_on, said, write_book

pytestmark = pytest.mark.integration

AT_ONCE = 3
PROMPTS = PromptSet("1.0", "en")


def reading(number: int) -> Recognition:
    line = TextLine(said(number), (0.1, 0.1, 0.9, 0.14), 0.95, origin=BoxOrigin.SPOTTING)
    return Recognition((line,), markdown=said(number))


class NumberEngine:
    """Writes the number that is on a page, for several threads at once; counts them, and does what it is told first."""

    def __init__(
        self, concurrency: int = AT_ONCE, *, before: Callable[[int], Recognition | None] | None = None
    ) -> None:
        """Prepare.

        Args:
            concurrency: what it says of itself.
            before: is called with a page's number before it is read; may raise, wait, or read it otherwise.
        """
        self.name = "numbers 1.0"
        self.concurrency = concurrency
        self.numbers: list[int] = []
        self.inside = self.most_inside = 0
        self.changed = threading.Condition()
        self.closed = threading.Event()
        self._before = before or (lambda number: None)

    def read(self, image: Image.Image, *, boxes: bool = True) -> Recognition:
        number = number_on(image)
        with self.changed:
            self.numbers.append(number)
            self.inside += 1
            self.most_inside = max(self.most_inside, self.inside)
            self.changed.notify_all()
        try:
            return self._before(number) or reading(number)
        finally:
            with self.changed:
                self.inside -= 1
                self.changed.notify_all()

    def close(self) -> None:
        self.closed.set()
        with self.changed:
            self.changed.notify_all()


class Counting:
    """Progress that counts pages, and does something at each."""

    def __init__(self, at_page: Callable[[int], None] = lambda count: None) -> None:
        self.pages = 0
        self._at_page = at_page

    def document(self, doc_id: str, name: str, pages: int) -> None:
        pass

    def page(self, doc_id: str) -> None:
        self.pages += 1
        self._at_page(self.pages)

    def note(self, text: str) -> None:
        pass


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library") as opened:
        yield opened


def add(
    library: Library, engine: Any, *paths: Path, progress: Progress | None = None, **settings: object
) -> list[Outcome]:
    settings = {"workers": 1, **settings}
    return list(make_pipeline(library, engine, **settings).add(paths, progress))


def read_numbers(library: Library, name: str) -> dict[int, str]:
    """What each page of a document says that was read."""
    records = library.pages(library.find(name).doc_id)
    return {record.page_number: record.text.markdown for record in records if record.text is not None}


def test_pages_of_many_documents_interleaved_come_out_complete_and_in_order(library: Library, tmp_path: Path) -> None:
    sizes = [1, 7, 2, 1, 12, 3, 1, 1]
    starts = [100 * index for index in range(len(sizes))]
    books = [
        write_book(tmp_path / f"{index}.tif", range(start, start + size))
        for index, (start, size) in enumerate(zip(starts, sizes, strict=True))
    ]
    progress, engine = Counting(), NumberEngine()
    outcomes = add(library, engine, *books, progress=progress, workers=2)
    assert [outcome.path for outcome in outcomes] == books
    assert [(outcome.status, outcome.pages, outcome.reason) for outcome in outcomes] == [
        ("added", size, "") for size in sizes
    ]
    for book, start, size in zip(books, starts, sizes, strict=True):
        assert read_numbers(library, book.name) == {n: said(start + n - 1) for n in range(1, size + 1)}
        chunks, _ = library.document_chunks(library.find(book.name).doc_id)
        assert [chunk.page_number for chunk in chunks] == list(range(1, size + 1))
    assert progress.pages == sum(sizes)
    assert sorted(engine.numbers) == sorted(s + n for s, size in zip(starts, sizes, strict=True) for n in range(size))


def test_a_page_that_waits_long_holds_up_no_other_document(library: Library, tmp_path: Path) -> None:
    others = threading.Semaphore(0)

    def first_is_last(number: int) -> None:
        if number == 1:
            for _ in range(10):
                assert others.acquire(timeout=60), "the other pages do not get past"
        else:
            others.release()

    first = write_book(tmp_path / "a.tif", [1])
    second = write_book(tmp_path / "b.tif", range(2, 12))
    outcomes = add(library, NumberEngine(before=first_is_last), first, second)
    assert [(outcome.path, outcome.pages) for outcome in outcomes] == [(first, 1), (second, 10)]


def test_no_more_pages_are_under_way_than_keep_engine_and_workers_busy(library: Library, tmp_path: Path) -> None:
    source = identify(write_book(tmp_path / "book.tif", range(20)))
    full = threading.Event()
    engine = NumberEngine(before=lambda number: None if full.wait(60) else pytest.fail("too few are under way"))
    settings = Settings(library=library.folder, workers=1)
    job, most = Job(source), 0
    with page_flow(library, engine, View(settings, reading_of(settings, engine))) as flow:
        library.begin(source, flow.open(source), flow.reader)
        assert flow.most == AT_ONCE + 2
        for number in range(1, 21):
            flow.submit(job, number, lambda doc_id: None)
            under_way = sum(not page.done() for page in job.pages)
            assert under_way <= flow.most
            most = max(most, under_way)
            if len(job.pages) == flow.most:
                assert under_way == flow.most
                full.set()
        flow.finish(job, lambda doc_id: None)
    assert most == flow.most
    assert sorted(engine.numbers) == list(range(20))


def test_a_page_that_fails_costs_that_page_alone(library: Library, tmp_path: Path) -> None:
    def fails_on_four(number: int) -> None:
        if number == 4:
            raise PageError("the model gave up")

    book = write_book(tmp_path / "book.tif", range(1, 10))
    [outcome] = add(library, NumberEngine(before=fails_on_four), book)
    assert (outcome.status, outcome.pages, outcome.reason) == ("added", 8, "page 4: the model gave up")
    engine = NumberEngine()
    [outcome] = add(library, engine, book)
    assert (outcome.status, outcome.pages, outcome.reason, engine.numbers) == ("updated", 9, "", [4])


def test_a_page_that_cannot_be_shown_costs_that_page_alone(library: Library, tmp_path: Path) -> None:
    good, cut = write_book(tmp_path / "good.tif", [1, 2]), tmp_path / "cut.png"
    draw_page().save(cut)
    cut.write_bytes(cut.read_bytes()[:-400])
    outcomes = add(library, NumberEngine(), cut, good)
    assert [(outcome.status, outcome.pages) for outcome in outcomes] == [("failed", 0), ("added", 2)]
    assert "scan or save it again" in outcomes[0].reason


def test_a_file_that_is_gone_when_its_pages_come_to_be_read_stops_nothing(library: Library, tmp_path: Path) -> None:
    good, source = identify(write_book(tmp_path / "a.tif", [1])), identify(write_book(tmp_path / "b.tif", [2]))
    gone, job = Job(replace(source, path=tmp_path / "gone.tif")), Job(good)
    engine = NumberEngine()
    view = View(Settings(library=library.folder, workers=1), reading_of(Settings(), engine))
    with page_flow(library, engine, view) as flow:
        for each in (gone, job):
            library.begin(each.source, 1, flow.reader)
            flow.submit(each, 1, lambda doc_id: None)
            flow.finish(each, lambda doc_id: None)
    assert gone.failures[1].startswith("page 1: the image cannot be read") and job.failures == {}


def stopped(library: Library, book: Path, engine: NumberEngine, error: type[BaseException], **more: Any) -> set[int]:
    """Read a book of pages 1 to 12 until it is stopped; the pages that are done."""
    with pytest.raises(error):
        add(library, engine, book, **more)
    assert library.find(book.name).status == "pending"
    assert engine.closed.is_set(), "pages at the engine were not given up"
    records = library.pages(library.find(book.name).doc_id)
    assert all(record.text is not None for record in records), "a stop is no failure of a page"
    return {record.page_number for record in records}


def assert_goes_on(library: Library, book: Path, done: set[int]) -> None:
    """The next run reads what is missing and nothing else."""
    engine = NumberEngine()
    [outcome] = add(library, engine, book)
    assert (outcome.status, outcome.pages, outcome.reason) == ("added", 12, "")
    assert sorted(engine.numbers) == sorted(set(range(1, 13)) - done)
    assert read_numbers(library, book.name) == {number: said(number) for number in range(1, 13)}


@pytest.mark.parametrize("error", [ModelError("the server is gone"), KeyboardInterrupt()], ids=["model", "ctrl-c"])
def test_what_stops_one_page_stops_all_and_the_next_run_reads_only_the_rest(
    library: Library, tmp_path: Path, error: BaseException
) -> None:
    read = threading.Semaphore(0)

    def stops_at_the_sixth(number: int) -> None:
        if number < 6:
            read.release()
        elif number == 6:
            for _ in range(5):
                assert read.acquire(timeout=60)
            raise error
        elif not engine.closed.wait(60):  # under way when it stops
            pytest.fail("the page was not given up")
        else:
            raise PageError("the connection was closed")

    engine = NumberEngine(before=stops_at_the_sixth)
    book = write_book(tmp_path / "book.tif", range(1, 13))
    done = stopped(library, book, engine, type(error))
    assert done <= set(range(1, 6)) and len(engine.numbers) < 12
    assert_goes_on(library, book, done)


def test_an_interruption_while_people_are_told_stops_and_nothing_is_lost(library: Library, tmp_path: Path) -> None:
    def ctrl_c(count: int) -> None:
        if count == 4:
            raise KeyboardInterrupt

    def waits_from_the_sixth(number: int) -> None:
        if number >= 6:
            assert engine.closed.wait(60)
            raise ModelError("closed")

    engine = NumberEngine(before=waits_from_the_sixth)
    book = write_book(tmp_path / "book.tif", range(1, 13))
    done = stopped(library, book, engine, KeyboardInterrupt, progress=Counting(ctrl_c))
    assert 4 <= len(done) <= 5
    assert_goes_on(library, book, done)


def test_after_a_stop_no_thread_and_no_process_is_left(library: Library, tmp_path: Path) -> None:
    def fails(number: int) -> None:
        raise ModelError("the server is gone")

    before = set(threading.enumerate())
    with pytest.raises(ModelError):
        add(library, NumberEngine(before=fails), write_book(tmp_path / "book.tif", range(1, 40)), workers=2)
    assert multiprocessing.active_children() == []
    left = [thread for thread in threading.enumerate() if thread not in before and thread.name.startswith("page")]
    assert left == []


@dataclass(frozen=True)
class DeadlyRecognition(Recognition):
    """What kills the process that it is sent to."""

    def __reduce__(self) -> "tuple[Callable[[int], None], tuple[int]]":
        return os._exit, (1,)


@pytest.mark.parametrize("does", ["crash", "hang"])
def test_a_file_whose_process_dies_or_hangs_is_refused_and_all_others_arrive(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str
) -> None:
    bad = write_book(tmp_path / "bad.tif", [1])
    books = [write_book(tmp_path / f"{index}.tif", range(10 * index, 10 * index + 4)) for index in range(1, 4)]

    def identified(path: Path) -> SourceDocument:
        return trap(identify(path), does) if path == bad else identify(path)

    monkeypatch.setattr(pipeline_module, "identify", identified)
    outcomes = add(library, NumberEngine(), books[0], bad, *books[1:], workers=2, page_seconds=5)
    assert [outcome.status for outcome in outcomes] == ["added", "failed", "added", "added"]
    assert "it cannot be opened: " in outcomes[1].reason and "print the file to a new PDF" in outcomes[1].reason
    assert library.find("bad.tif").reason == outcomes[1].reason
    for book, start in zip(books, (10, 20, 30), strict=True):
        assert read_numbers(library, book.name) == {n: said(start + n - 1) for n in range(1, 5)}


def test_a_page_that_kills_its_process_when_it_is_put_together_costs_that_page_alone(
    library: Library, tmp_path: Path
) -> None:
    def deadly(number: int) -> Recognition | None:
        return DeadlyRecognition(()) if number == 3 else None

    book = write_book(tmp_path / "book.tif", range(1, 7))
    [outcome] = add(library, NumberEngine(before=deadly), book)
    assert (outcome.status, outcome.pages) == ("added", 5)
    assert outcome.reason.startswith("page 3: ") and "process" in outcome.reason
    assert set(read_numbers(library, "book.tif")) == {1, 2, 4, 5, 6}


@pytest.mark.parametrize("size", [(120, 64), (1200, 1600)], ids=["a pipe holds a page", "no pipe holds a page"])
def test_processes_that_are_killed_from_outside_cost_no_more_than_the_pages_in_them(
    library: Library, tmp_path: Path, size: tuple[int, int]
) -> None:
    killed: list[int] = []

    def kill_workers(number: int) -> None:
        if number == 4:
            for process in multiprocessing.active_children():
                assert process.pid is not None
                os.kill(process.pid, signal.SIGKILL)
                killed.append(process.pid)

    book = write_book(tmp_path / "book.tif", range(1, 13), size)
    [outcome] = add(library, NumberEngine(before=kill_workers), book, workers=2)
    assert killed, "no process was there to be killed"
    lost = 12 - outcome.pages
    assert lost <= 2 and outcome.reason.count("its process was killed") == lost
    engine = NumberEngine()
    add(library, engine, book)
    assert len(engine.numbers) == lost
    assert read_numbers(library, "book.tif") == {number: said(number) for number in range(1, 13)}


def test_equal_pages_that_are_under_way_at_once_are_read_once(library: Library, tmp_path: Path) -> None:
    seen: list[int] = []
    second = threading.Event()

    def until_another_comes(number: int) -> None:
        seen.append(number)
        if len(seen) > 1:
            second.set()
        second.wait(1)  # in vain, where no page is read twice

    book = write_book(tmp_path / "book.tif", [7, 7, 7, 7])
    [outcome] = add(library, NumberEngine(before=until_another_comes), book, workers=2)
    assert (outcome.pages, outcome.reason, seen) == (4, "", [7])
    assert read_numbers(library, "book.tif") == {number: said(7) for number in (1, 2, 3, 4)}


def test_an_embedded_engine_reads_each_image_once_wherever_it_stands(library: Library, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    first, second = write_book(tmp_path / "a.tif", [1, 2, 2, 3]), write_book(tmp_path / "b.tif", [3, 4, 1])
    outcomes = add(library, PickyEngine(notes), first, second, workers=2)
    assert [(outcome.pages, outcome.reason) for outcome in outcomes] == [(4, ""), (3, "")]
    assert sorted(notes.read_text().split()) == ["1", "2", "3", "4"]
    assert read_numbers(library, "a.tif") == {1: said(1), 2: said(2), 3: said(2), 4: said(3)}
    assert read_numbers(library, "b.tif") == {1: said(3), 2: said(4), 3: said(1)}


def test_a_page_on_which_an_embedded_engine_fails_is_all_that_the_next_run_reads(
    library: Library, tmp_path: Path
) -> None:
    notes = tmp_path / "notes"
    book = write_book(tmp_path / "book.tif", range(1, 9))
    [outcome] = add(library, PickyEngine(notes, {3: "segfault", 6: "grow"}), book, worker_memory=1000, workers=2)
    assert (outcome.status, outcome.pages) == ("added", 6)
    assert re.fullmatch(
        r"page 3: its process crashed \(SIGSEGV\); .*; page 6: it needs more than 1000 MB of memory; .*", outcome.reason
    )
    notes.unlink()
    [outcome] = add(library, PickyEngine(notes), book)
    assert (outcome.pages, outcome.reason) == (8, "")
    assert sorted(notes.read_text().split()) == ["3", "6"]
    assert read_numbers(library, "book.tif") == {number: said(number) for number in range(1, 9)}


@pytest.mark.parametrize(
    ("missing", "refresh"),
    [
        pytest.param(None, False, id="new"),
        pytest.param([1, 2], False, id="failed before"),
        pytest.param([1], False, id="a page missing"),
        pytest.param([], True, id="read again"),
    ],
)
def test_the_same_bytes_under_two_names_are_read_once_and_are_one_document(
    library: Library, tmp_path: Path, missing: list[int] | None, refresh: bool
) -> None:
    book, copy = (write_book(tmp_path / name, [1, 2]) for name in ("a.tif", "b.tif"))
    assert book.read_bytes() == copy.read_bytes()

    def fails(number: int) -> None:
        if number in (missing or []):
            raise PageError("the model gave up")

    if missing is not None:
        add(library, NumberEngine(before=fails), book)
    engine = NumberEngine()
    wanted = [1, 2] if refresh or missing is None else missing

    def until_the_copy_comes(number: int) -> None:
        with engine.changed:  # in vain, where no page is read twice
            engine.changed.wait_for(lambda: len(engine.numbers) > len(wanted), timeout=2)

    engine._before = until_the_copy_comes
    pipeline = make_pipeline(library, engine, workers=1)
    outcomes = list(pipeline.add([book, copy], refresh=refresh))
    assert sorted(engine.numbers) == wanted
    assert [(outcome.pages, outcome.reason) for outcome in outcomes] == [(2, ""), (2, "")]
    [record] = library.documents()
    assert record.paths == (str(book), str(copy))


def test_a_page_is_read_the_same_with_and_without_other_processes(library: Library, tmp_path: Path) -> None:
    book = write_book(tmp_path / "book.tif", range(1, 4))
    with Library(tmp_path / "other") as other:
        add(library, NumberEngine(1), book)
        add(other, NumberEngine(), book)
        assert read_numbers(library, "book.tif") == read_numbers(other, "book.tif")
        doc_id = library.find("book.tif").doc_id
        for number in (1, 2, 3):
            assert library.image_path(doc_id, number).read_bytes() == other.image_path(doc_id, number).read_bytes()


class Writes:
    """A `VisionModel` that gives one text for each task, and remembers the tasks."""

    identity = "scripted@1"
    concurrency = 2

    def __init__(self, **texts: str) -> None:
        self.asked: list[str] = []
        self._texts = {PROMPTS.request(task).prompt: (str(task), texts.get(str(task), "")) for task in Task}

    def ask(self, image: Image.Image, request: Request) -> Reply:
        task, text = self._texts[request.prompt]
        self.asked.append(task)
        return Reply(text)

    def close(self) -> None:
        pass


def hunyuan(model: Writes, *, spotting: bool = True) -> HunyuanEngine:
    return HunyuanEngine(model, PROMPTS, kind="hunyuan", spotting=spotting)


def test_the_detectors_boxes_get_the_models_words(library: Library, tmp_path: Path) -> None:
    scan = Image.new("RGB", (1240, 900), "white")
    drawn = {"SUPPLY AGREEMENT": 100, PLAIN_LINE: 200, "Each pallet carries sixty boxes of copper pipe.": 260}
    for text, top in drawn.items():
        ImageDraw.Draw(scan).text((120, top), text, fill="black", font_size=34)
    path = tmp_path / "scan.png"
    scan.save(path)
    # The model reads one word otherwise than the detector does.
    sentence = "Each pallet carries sixty boxes of coppér pipe."
    model = Writes(document=f"# SUPPLY AGREEMENT\n\n{PLAIN_LINE}\n\n{sentence}")
    [outcome] = add(library, hunyuan(model, spotting=False), path, ocr_engine="hunyuan", hunyuan_boxes="detector")
    assert (outcome.status, outcome.reason) == ("added", "")
    [record] = library.pages(outcome.doc_id)
    assert record.text is not None and record.text.source == TextSource.OCR
    assert [block.markdown for block in record.text.blocks] == ["# SUPPLY AGREEMENT", PLAIN_LINE, sentence]
    assert [line.text for line in record.text.lines] == ["SUPPLY AGREEMENT", PLAIN_LINE, sentence]
    for line, top in zip(record.text.lines, drawn.values(), strict=True):
        assert line.origin == BoxOrigin.DETECTOR
        assert line.box[0] == pytest.approx(120 / 1240, abs=0.01)
        assert line.box[1] * 900 <= top + 17 <= line.box[3] * 900
    assert model.asked == ["document"]


def test_all_pages_of_a_digital_file_have_the_models_blocks_and_the_text_layers_places(
    library: Library, tmp_path: Path
) -> None:
    lines = ["SUPPLY AGREEMENT", PLAIN_LINE, "Each pallet carries sixty boxes of copper pipe."]
    path = write_pdf(tmp_path / "digital.pdf", [lines, lines])
    markdown = f"# SUPPLY AGREEMENT\n\n{lines[1]} {lines[2]}"
    model = Writes(document=markdown, spotting="SUPPLY AGREEMENT(0,0),(999,999)")
    [outcome] = add(library, hunyuan(model), path, ocr_engine="hunyuan", ocr_pages="all", dpi=100)
    assert (outcome.status, outcome.pages, outcome.reason) == ("added", 2, "")
    assert "spotting" not in model.asked and set(model.asked) == {"document"}
    for record in library.pages(outcome.doc_id):
        assert record.text is not None and record.text.source == TextSource.BOTH
        assert record.text.markdown == markdown
        assert [line.text for line in record.text.lines] == lines
        assert {line.origin for line in record.text.lines} == {BoxOrigin.LAYER}
        assert record.text.blocks[1].line_end - record.text.blocks[1].line_start == 2
        for index, line in enumerate(record.text.lines):
            assert line.box[0] == pytest.approx(72 / 595, abs=0.01)
            assert line.box[1] * 842 < 90 + 24 * index < line.box[3] * 842


def test_digital_pages_are_not_sent_where_only_those_in_need_are_wanted(library: Library, tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "digital.pdf", [["SUPPLY AGREEMENT", PLAIN_LINE]])
    model = Writes()
    [outcome] = add(library, hunyuan(model), path, ocr_engine="hunyuan", dpi=100)
    assert (outcome.status, model.asked) == ("added", [])


def test_an_image_that_was_read_is_not_read_again_unless_its_places_are_wanted_otherwise(
    library: Library, tmp_path: Path
) -> None:
    """With and without places an engine may say other things: one does not stand for the other."""
    names = ("scan.png", "same.tif", "other.webp")
    for name in names:
        draw_page().save(tmp_path / name, lossless=True)  # other bytes, equal pixels
    model = Writes(document=PLAIN_LINE, spotting=f"{PLAIN_LINE}(96,91),(800,120)")
    for name in names[:2]:
        add(library, hunyuan(model), tmp_path / name, ocr_engine="hunyuan")
        assert model.asked == ["document", "spotting"]
        [record] = library.pages(library.find(name).doc_id)
        assert record.text is not None and [line.origin for line in record.text.lines] == [BoxOrigin.SPOTTING]
    add(library, hunyuan(model), tmp_path / names[2], ocr_engine="hunyuan", hunyuan_boxes="detector")
    assert model.asked == ["document", "spotting", "document"]
    [record] = library.pages(library.find(names[2]).doc_id)
    assert record.text is not None and [line.origin for line in record.text.lines] == [BoxOrigin.DETECTOR]


def shown_alone(path: Path) -> Image.Image:
    """A page as this process shows it."""
    with open_document(identify(path), dpi=72, max_pixels=8_000_000) as document:
        return document.image(1)


def test_the_engine_sees_the_page_exactly_as_it_is_shown(library: Library, tmp_path: Path) -> None:
    path = write_book(tmp_path / "page.tif", [1234])
    seen: list[Image.Image] = []

    class Sees(NumberEngine):
        def read(self, image: Image.Image, *, boxes: bool = True) -> Recognition:
            seen.append(image)
            return super().read(image, boxes=boxes)

    add(library, Sees(), path)
    assert [image.tobytes() for image in seen] == [shown_alone(path).tobytes()]


UNGUARDED = """
from pathlib import Path
from ingest.files import identify
from ingest.ocr import build_engine
from ingest.reading import Reading
from ingest.settings import Settings
from ingest.workers import View, staff_for

print("the program runs")
engine = build_engine("rapidocr", threads=0)
staff, _ = staff_for(engine, View(Settings(workers=1), Reading(engine.name)))
print(staff.open(identify(Path("book.tif"))))
staff.close()
"""


@pytest.mark.parametrize("how", ["a script", "-c", "stdin"])
def test_a_program_without_a_guard_does_not_start_over_in_the_processes(tmp_path: Path, how: str) -> None:
    write_book(tmp_path / "book.tif", [1, 2])
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED)
    command = {"a script": [script.name], "-c": ["-c", UNGUARDED], "stdin": ["-"]}[how]
    done = subprocess.run([sys.executable, *command], cwd=tmp_path, capture_output=True, text=True, input=UNGUARDED)
    assert (done.returncode, done.stdout.split("\n")) == (0, ["the program runs", "2", ""]), done.stderr
