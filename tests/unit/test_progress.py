"""The display while pages are read: what it says, and that it fits the terminal."""

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from ingest.meter import BarMeter
from ingest.progress import Pace, PageBar, Work, drawing

pytestmark = pytest.mark.unit


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def drawn(work: Work, width: int) -> list[str]:
    console = Console(width=width, file=io.StringIO(), force_terminal=False, legacy_windows=False)
    with console.capture() as capture:
        console.print(drawing(work, width))
    return [line.rstrip() for line in capture.get().splitlines()]


def reading(clock: Clock, files: int, documents: int) -> Work:
    """A run that reads two pages a second of the first document, and has opened others."""
    work = Work(files, clock)
    for number in range(documents):
        work.document(f"doc-{number}", f"Agreement number {number} between Aldermoor and Foxglove 合同.pdf", 40)
    work.page("doc-0")
    for _ in range(20):
        clock.now += 0.5
        work.page("doc-0")
    return work


@pytest.mark.parametrize("width", [30, 40, 60, 80, 120])
def test_every_line_fits_the_terminal(width: int) -> None:
    work = reading(Clock(), files=1000, documents=9)
    work.note = "waiting for another process, which works on a contract with a very long name.pdf"
    lines = drawn(work, width)
    assert len(lines) == 1 + 1 + 4 + 1
    assert all(cell_len(line) <= width for line in lines)
    assert lines[-1] == "and 5 more"


def test_one_file_is_told_by_its_page_and_the_rate_and_the_time_left() -> None:
    speed, row = drawn(reading(Clock(), files=1, documents=1), 100)
    assert speed == "2.0 pages/s, 10 s left"
    assert row.startswith("Agreement number 0") and row.endswith("page 22 of 40")


def test_several_files_are_told_together_and_pages_of_files_not_opened_yet_are_guessed() -> None:
    headline = drawn(reading(Clock(), files=10, documents=2), 100)[0]
    assert headline == "0 of 10 files, 21 of about 400 pages, 2.0 pages/s, 3 min left"


def test_a_narrow_terminal_is_told_what_matters_most() -> None:
    work = reading(Clock(), files=10, documents=2)
    assert drawn(work, 60)[0] == "0 of 10 files, 21 of about 400 pages, 3 min left"
    assert drawn(work, 40)[0] == "21 of about 400 pages, 3 min left"


def test_when_every_file_is_open_the_number_of_pages_is_exact() -> None:
    assert ", 21 of 80 pages, " in drawn(reading(Clock(), files=2, documents=2), 100)[0]


def test_a_document_that_is_done_leaves_the_display_and_its_pages_that_nobody_read_do_not_count() -> None:
    work = reading(Clock(), files=3, documents=3)
    work.end("doc-1")
    headline, *rows = drawn(work, 100)
    assert headline.startswith("1 of 3 files, 21 of 80 pages") and len(rows) == 2


def test_a_document_with_all_pages_read_is_being_indexed() -> None:
    work = Work(1, Clock())
    work.document("doc", "nda.pdf", 2)
    work.page("doc")
    work.page("doc")
    assert drawn(work, 80)[-1].endswith("indexing")


def test_documents_whose_pages_are_coming_stand_before_those_that_are_being_indexed() -> None:
    work = Work(5, Clock())
    for name in "abcde":
        work.document(name, name + ".pdf", 1)
    for name in "abcd":
        work.page(name)
    rows = drawn(work, 80)[1:]
    assert rows[0].startswith("e.pdf") and rows[0].endswith("page 1 of 1") and rows[-1] == "and 1 more"


def test_the_rate_is_that_of_the_last_minute() -> None:
    clock = Clock()
    pace = Pace(clock)
    for _ in range(600):  # pages that an earlier run had read
        pace.tick()
    for _ in range(40):
        clock.now += 4
        pace.tick()
    assert pace.rate() == pytest.approx(0.25, rel=0.1)


def test_nothing_is_drawn_where_there_is_no_terminal() -> None:
    stream = io.StringIO()
    bar = PageBar(1, shown=True, console=Console(file=stream))
    bar.note("loading models")
    bar.document("doc", "nda.pdf", 1)
    bar.page("doc")
    bar.clear()
    assert stream.getvalue() == ""


def test_on_a_terminal_the_display_is_taken_away_before_lines_are_written() -> None:
    stream = io.StringIO()
    bar = PageBar(
        1, shown=True, console=Console(file=stream, force_terminal=True, width=60, _environ={"TERM": "xterm"})
    )
    bar.document("doc", "nda.pdf", 3)
    bar.page("doc")
    bar.clear()
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", stream.getvalue())
    assert "nda.pdf" in shown and "page 2 of 3" in shown
    assert stream.getvalue().rstrip().endswith("\x1b[2K")  # the line is wiped


def test_a_meter_writes_not_even_an_empty_line_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    meter = BarMeter(shown=True)
    meter.begin("documents", 2)
    meter.step()
    meter.pause()
    meter.step()
    meter.clear()
    assert capsys.readouterr() == ("", "")
