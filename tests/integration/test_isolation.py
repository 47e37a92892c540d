"""Worker processes that hang, crash, grow or are killed: it costs their own page, and nothing is left behind."""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psutil
import pytest

from ingest import process as process_module
from ingest.desk import Desk
from ingest.errors import BrokenFile, ConfigError, PageError
from ingest.files import identify
from ingest.limits import Limits
from ingest.ocr import Recipe, build_engine, recipe_of
from ingest.pool import Pool
from ingest.reading import Reading, ReadPage
from ingest.settings import Settings
from ingest.types import Recognition
from ingest.workers import Readers, View, staff_for
from tests import misbehaving
from tests.drawings import draw_page, write_pdf
from tests.misbehaving import PickyEngine, trap
from tests.numbered import page_image, said, write_book

pytestmark = pytest.mark.integration

PATIENCE = 120  # seconds after which a test that waits for an event has failed


@pytest.fixture
def make() -> Iterator[Callable[..., Pool[None]]]:
    """Pools that are closed at the end."""
    made: list[Pool[None]] = []

    def pool(size: int = 1, *, prepare: Callable[[], None] = misbehaving.nothing, **limits: float) -> Pool[None]:
        made.append(Pool(prepare, size, Limits(**{"seconds": PATIENCE, **limits})))  # type: ignore[arg-type]
        return made[-1]

    yield pool
    for one in made:
        one.close()


def ask(pool: Pool[None], work: Callable[..., object], *arguments: object, key: str = "") -> object:
    with pool.worker(key) as worker:
        return worker.ask(work, *arguments)


def fifo_in(folder: Path, name: str = "fifo") -> Path:
    os.mkfifo(folder / name)
    return folder / name


def assert_gone(*pids: int) -> None:
    """Processes end; those that nobody waits for may stay as dead entries in the system's table."""
    left = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
    for process in left:
        try:
            if process.status() != psutil.STATUS_ZOMBIE:
                process.wait(PATIENCE)
        except psutil.NoSuchProcess:
            pass


# One task


@pytest.mark.parametrize("work", [misbehaving.hang, misbehaving.hang_in_c])
def test_a_task_that_never_ends_is_stopped_and_says_what_to_do(
    make: Callable[..., Pool[None]], work: Callable[..., object]
) -> None:
    pool = make(seconds=1.0)
    first = ask(pool, misbehaving.pid)
    with pytest.raises(PageError, match=r"took longer than 1 seconds and was stopped; raise PAGECITE_PAGE_SECONDS"):
        ask(pool, work)
    assert_gone(first)  # type: ignore[arg-type]
    assert ask(pool, misbehaving.pid) != first


def test_what_a_stopped_task_had_started_ends_with_it(make: Callable[..., Pool[None]], tmp_path: Path) -> None:
    fifo = fifo_in(tmp_path)
    pool = make(seconds=3.0)
    with ThreadPoolExecutor(1) as threads:
        stopped = threads.submit(ask, pool, misbehaving.start_program_and_hang, fifo)
        program = int(fifo.read_text())
        with pytest.raises(PageError, match="took longer"):
            stopped.result(PATIENCE)
    assert_gone(program)


@pytest.mark.parametrize(
    ("work", "reason"),
    [
        (misbehaving.segfault, r"its process crashed \(SIGSEGV\); print the file to a new PDF"),
        (misbehaving.be_killed, "its process was killed, most often for lack of memory"),
        (misbehaving.grow, "it needs more than 400 MB of memory; raise PAGECITE_WORKER_MEMORY"),
        (misbehaving.grow_in_c, "it needs more than 400 MB of memory; raise PAGECITE_WORKER_MEMORY"),
    ],
)
def test_a_task_that_kills_its_process_says_why_and_the_next_one_has_another(
    make: Callable[..., Pool[None]], work: Callable[..., object], reason: str
) -> None:
    pool = make(memory=400)
    first = ask(pool, misbehaving.pid)
    with pytest.raises(PageError, match=reason):
        ask(pool, work)
    assert ask(pool, misbehaving.pid) != first


def test_an_error_that_nobody_foresaw_costs_one_task_and_no_process(make: Callable[..., Pool[None]]) -> None:
    pool = make()
    first = ask(pool, misbehaving.pid)
    with pytest.raises(PageError, match=r"it cannot be read \(KeyError: '/Contents'\); print the file to a new PDF"):
        ask(pool, misbehaving.raise_anything)
    with pytest.raises(PageError, match=r"^it is damaged$"):
        ask(pool, misbehaving.refuse)
    assert ask(pool, misbehaving.pid) == first


def test_a_task_may_be_larger_than_what_a_pipe_holds(make: Callable[..., Pool[None]]) -> None:
    page = os.urandom(20_000_000)
    assert ask(make(), misbehaving.echo, page) == page


# Several


def test_a_process_that_is_killed_from_outside_costs_its_own_task_alone(
    make: Callable[..., Pool[None]], tmp_path: Path
) -> None:
    doomed, other = fifo_in(tmp_path, "doomed"), fifo_in(tmp_path, "other")
    pool = make(2)
    with ThreadPoolExecutor(2) as threads:
        lost = threads.submit(ask, pool, misbehaving.meet_and_hang, doomed)
        safe = threads.submit(ask, pool, misbehaving.meet, other)
        os.kill(int(doomed.read_text()), signal.SIGKILL)
        with pytest.raises(PageError, match="was killed"):
            lost.result(PATIENCE)
        assert not safe.done()
        other.read_text()
        assert safe.result(PATIENCE) is None


def test_a_process_that_dies_while_it_has_nothing_to_do_costs_nothing(make: Callable[..., Pool[None]]) -> None:
    pool = make()
    first = ask(pool, misbehaving.pid)
    assert isinstance(first, int)
    os.kill(first, signal.SIGKILL)
    assert_gone(first)
    assert ask(pool, misbehaving.pid) != first


def test_a_process_that_is_still_dying_when_a_task_comes_costs_nothing(make: Callable[..., Pool[None]]) -> None:
    pool = make()
    first = ask(pool, misbehaving.pid)
    ask(pool, misbehaving.die_when_next_addressed)
    assert ask(pool, misbehaving.pid) != first


def test_a_process_is_replaced_after_many_tasks(
    make: Callable[..., Pool[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_module, "_MOST_TASKS", 3)
    pool = make()
    pids = [ask(pool, misbehaving.pid) for _ in range(7)]
    assert [pids.index(pid) for pid in pids] == [0, 0, 0, 3, 3, 3, 6]


def test_a_document_comes_back_to_the_process_that_has_it_open(make: Callable[..., Pool[None]]) -> None:
    pool = make(2)
    with pool.worker("a") as one, pool.worker("b") as other:
        pids = {"a": one.ask(misbehaving.pid), "b": other.ask(misbehaving.pid)}
    for key in "abba":
        assert ask(pool, misbehaving.pid, key=key) == pids[key]


def test_no_process_is_started_before_it_is_needed_nor_more_than_there_may_be(
    make: Callable[..., Pool[None]], tmp_path: Path
) -> None:
    before = set(multiprocessing.active_children())
    pool = make(2)
    assert set(multiprocessing.active_children()) == before
    for _ in range(3):
        ask(pool, misbehaving.pid)
    assert len(set(multiprocessing.active_children()) - before) == 1
    fifos = [fifo_in(tmp_path, str(number)) for number in range(4)]
    with ThreadPoolExecutor(4) as threads:
        tasks = [threads.submit(ask, pool, misbehaving.meet, fifo) for fifo in fifos]
        pids = {fifo.read_text() for fifo in fifos}
        assert all(task.result(PATIENCE) is None for task in tasks)
    assert len(pids) <= 2


# The beginning and the end


@pytest.mark.parametrize(
    ("prepare", "memory", "reason"),
    [
        (misbehaving.not_installed, 0, "The engine is not installed."),
        (misbehaving.unimportable, 0, r"A worker process did not start: its process crashed \(exit status 3\)\."),
        (misbehaving.grow_at_start, 300, r"needs more than 300 MB of memory; raise PAGECITE_WORKER_MEMORY\."),
    ],
)
def test_a_process_that_cannot_begin_is_a_fault_of_the_installation_and_not_of_a_page(
    make: Callable[..., Pool[None]], prepare: Callable[[], None], memory: int, reason: str
) -> None:
    with pytest.raises(ConfigError, match=reason):
        ask(make(prepare=prepare, memory=memory), misbehaving.pid)


def test_closing_gives_up_what_is_under_way_and_leaves_no_process(
    make: Callable[..., Pool[None]], tmp_path: Path
) -> None:
    before = set(multiprocessing.active_children())
    fifos = [fifo_in(tmp_path, str(number)) for number in range(2)]
    pool = make(2)
    with ThreadPoolExecutor(3) as threads:
        busy: list[Future[object]] = [threads.submit(ask, pool, misbehaving.meet_and_hang, fifo) for fifo in fifos]
        pids = [int(fifo.read_text()) for fifo in fifos]
        waiting = threads.submit(ask, pool, misbehaving.pid)
        pool.close()
        for task in [*busy, waiting]:
            with pytest.raises(CancelledError):
                task.result(PATIENCE)
    assert_gone(*pids)
    assert set(multiprocessing.active_children()) == before
    with pytest.raises(CancelledError):
        ask(pool, misbehaving.pid)


PARENT = """
import sys, threading
from pathlib import Path
from ingest.limits import Limits
from ingest.ocr import Recipe, build_engine, recipe_of
from ingest.pool import Pool
from tests import misbehaving

def ask(work, *arguments):
    with pool.worker("") as worker:
        return worker.ask(work, *arguments)

pool = Pool(misbehaving.nothing, 3, Limits(seconds=600))
for task in ((misbehaving.meet_and_hang, Path("busy")), (misbehaving.start_program_and_hang, Path("program"))):
    threading.Thread(target=ask, args=task, daemon=True).start()
print(ask(misbehaving.pid), flush=True)
"""


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a busy process that its parent ended")
def test_no_process_outlives_the_one_that_leads_the_work(tmp_path: Path, ending: int) -> None:
    busy, program = fifo_in(tmp_path, "busy"), fifo_in(tmp_path, "program")
    script = PARENT + "threading.Event().wait()\n"
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=tmp_path, stdout=subprocess.PIPE, env=environment
    ) as parent:
        assert parent.stdout is not None
        pids = [int(parent.stdout.readline()), int(busy.read_text()), int(program.read_text())]
        pids += [process.pid for process in psutil.Process(parent.pid).children(recursive=True)]
        parent.send_signal(ending)
    assert len(set(pids)) >= 4
    assert_gone(*pids)


def test_ctrl_c_leaves_no_process_and_no_file(tmp_path: Path) -> None:
    fifo, temporary = fifo_in(tmp_path, "busy"), tmp_path / "temporary"
    fifo_in(tmp_path, "program")
    temporary.mkdir()
    script = PARENT.split("for task")[0] + "ask(misbehaving.meet_and_hang, Path('busy'))\n"
    environment = os.environ | {"PYTHONPATH": os.getcwd(), "TMPDIR": str(temporary)}
    with subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path, env=environment, stderr=subprocess.PIPE) as it:
        pid = int(fifo.read_text())
        it.send_signal(signal.SIGINT)
    assert it.returncode != 0
    assert_gone(pid)
    assert list(temporary.iterdir()) == []


def test_what_libraries_print_in_a_worker_stays_out_of_the_programs_output(tmp_path: Path) -> None:
    script = PARENT.split("for task")[0] + "ask(misbehaving.talk)\nprint('done')\n"
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("done\n", "")


# Documents


def never(image: str, wants_boxes: bool, read: Callable[[], Recognition]) -> Recognition:
    """Nothing is known of any image."""
    return read()


@pytest.fixture
def hire(tmp_path: Path) -> Iterator[Callable[..., Readers]]:
    """Staff that reads numbered pages with an engine that misbehaves on some."""
    hired: list[Readers] = []

    def readers(deeds: "dict[int, str] | None" = None, **settings: object) -> Readers:
        engine = PickyEngine(tmp_path / "notes", deeds)
        chosen = Settings(dpi=72, workers=1).model_copy(update=settings)
        staff, _ = staff_for(engine, View(chosen, Reading(engine.name)))
        assert isinstance(staff, Readers)
        hired.append(staff)
        return staff

    yield readers
    for staff in hired:
        staff.close()


@pytest.mark.parametrize(
    ("does", "reason"), [("crash", r"its process crashed \(exit status 1\)"), ("hang", "it took longer than 2 seconds")]
)
def test_a_file_that_crashes_or_hangs_what_opens_it_is_refused(
    hire: Callable[..., Readers], tmp_path: Path, does: str, reason: str
) -> None:
    book = identify(write_book(tmp_path / "book.tif", [1, 2]))
    staff = hire(page_seconds=2.0)
    assert staff.open(book) == 2  # what reads files is loaded
    with pytest.raises(BrokenFile, match=f"it cannot be opened: {reason}"):
        staff.open(trap(book, does))
    assert staff.open(book) == 2


def test_an_engine_that_misbehaves_on_a_page_costs_that_page_alone(
    hire: Callable[..., Readers], tmp_path: Path
) -> None:
    book = identify(write_book(tmp_path / "book.tif", range(1, 7)))
    staff = hire({2: "segfault", 3: "grow", 5: "raise_anything"}, worker_memory=1000)
    read: dict[int, str] = {}
    for number in range(1, staff.open(book) + 1):
        try:
            page = staff.read(book, number, never)
            read[number] = page.text.markdown
        except PageError as error:
            read[number] = str(error).split(";")[0]
    assert read == {
        1: said(1),
        2: "its process crashed (SIGSEGV)",
        3: "it needs more than 1000 MB of memory",
        4: said(4),
        5: "it cannot be read (KeyError: '/Contents')",
        6: said(6),
    }


def test_what_is_known_of_an_image_is_not_read_again(hire: Callable[..., Readers], tmp_path: Path) -> None:
    book = identify(write_book(tmp_path / "book.tif", [7]))
    staff = hire()
    asked: list[tuple[str, bool]] = []

    def known(image: str, wants_boxes: bool, read: Callable[[], Recognition]) -> Recognition:
        asked.append((image, wants_boxes))
        return PickyEngine(tmp_path / "elsewhere").read(page_image(8))

    assert staff.read(book, 1, known).text.markdown == said(8)
    assert [wants for _, wants in asked] == [True] and not (tmp_path / "notes").exists()


@pytest.mark.parametrize("name", ["rapidocr", "tesseract"])
def test_embedded_engines_read_in_worker_processes_what_they_read_here(tmp_path: Path, name: str) -> None:
    try:
        engine = build_engine(name, threads=1)
    except ConfigError as error:
        pytest.skip(str(error))
    page = draw_page("The Supplier delivers forty pallets a month.", (1240, 700))
    page.save(tmp_path / "scan.png")
    source = identify(tmp_path / "scan.png")
    view = View(Settings(workers=1), Reading(engine.name))
    staff, here = Readers(view, partial(not_none(recipe_of(engine)), 1), 1), Desk(view, lambda: engine)
    try:
        assert staff.open(source) == here.open(source) == 1
        read = staff.read(source, 1, never)
        assert read.text == here.read(source, 1, never).text
        assert read.text.engine == engine.name and "forty pallets" in read.text.markdown
    finally:
        staff.close()


def not_none(recipe: Recipe | None) -> Recipe:
    assert recipe is not None
    return recipe


def write_laughing_pdf(path: Path) -> Path:
    """A small file whose second page draws a square ten thousand million times: forms that draw forms."""
    import pymupdf

    with pymupdf.open() as document:
        document.new_page().insert_text((72, 72), "first")
        page = document.new_page()
        form = _form(document, b"0 0 1 1 re f\n", None)
        for _ in range(10):
            form = _form(document, b"/F Do\n" * 10, form)
        document.xref_set_key(page.xref, "Resources", f"<</XObject<</F {form} 0 R>>>>")
        content = document.get_new_xref()
        document.update_object(content, "<<>>")
        document.update_stream(content, b"/F Do\n")
        document.xref_set_key(page.xref, "Contents", f"{content} 0 R")
        document.new_page().insert_text((72, 72), "third")
        document.save(path)
    return path


def _form(document: "object", content: bytes, inner: int | None) -> int:
    import pymupdf

    assert isinstance(document, pymupdf.Document)
    number = document.get_new_xref()
    resources = f"/Resources<</XObject<</F {inner} 0 R>>>>" if inner else ""
    document.update_object(number, f"<</Type/XObject/Subtype/Form/BBox[0 0 600 800]{resources}>>")
    document.update_stream(number, content)
    return number


def test_a_page_that_takes_for_ever_to_render_costs_that_page_alone(
    hire: Callable[..., Readers], tmp_path: Path
) -> None:
    source = identify(write_laughing_pdf(tmp_path / "laughs.pdf"))
    staff = hire(page_seconds=4.0)
    assert staff.open(source) == 3
    assert isinstance(staff.read(source, 1, never), ReadPage)
    with pytest.raises(PageError, match="took longer than 4 seconds"):
        staff.read(source, 2, never)
    assert staff.read(source, 3, never).text.page_number == 3


def test_this_process_never_touches_what_is_in_files(tmp_path: Path) -> None:
    """Not even the libraries that could are loaded where an embedded engine reads."""
    write_pdf(tmp_path / "digital.pdf", [["SUPPLY AGREEMENT"]])
    script = """
import sys
from pathlib import Path
from ingest.files import identify
from ingest.ocr import build_engine
from ingest.reading import Reading
from ingest.settings import Settings
from ingest.workers import View, staff_for

engine = build_engine("rapidocr", threads=0)
staff, _ = staff_for(engine, View(Settings(), Reading(engine.name)))
source = identify(Path("digital.pdf"))
assert staff.open(source) == 1
print(staff.read(source, 1, lambda image, boxes, read: read()).text.markdown)
staff.close()
print([name for name in ("pymupdf", "onnxruntime", "rapidocr", "cv2") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert (done.stdout.splitlines()[-1:], done.stderr) == (["[]"], "")
    assert "SUPPLY AGREEMENT" in done.stdout


def test_other_work_on_a_document_is_done_in_a_worker_too_and_what_it_does_costs_itself_alone(
    hire: Callable[..., Readers], tmp_path: Path
) -> None:
    book = identify(write_book(tmp_path / "book.tif", [1]))
    staff = hire(page_seconds=5.0)
    assert staff.open(book) == 1
    assert staff.perform(book.doc_id, os.getpid) != os.getpid()
    with pytest.raises(PageError, match="crashed"):
        staff.perform(book.doc_id, partial(os._exit, 1))
    assert staff.open(book) == 1
