"""The display on the terminal while pages are read."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import RLock

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ingest.display import one_line

_MOST_ROWS = 4  # documents shown at once; the others are counted
_WINDOW = 60.0  # seconds of which the rate is taken
_BAR_CELLS, _GAP = 24, 2
_NARROW = 50  # cells; a terminal with fewer gets no bars
_REFRESH = 4  # a second


@dataclass(slots=True)
class _Open:
    """A document whose pages are on their way."""

    name: str
    pages: int
    done: int = 0


class Pace:
    """How fast pages come, and how long the rest will take."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._times: deque[float] = deque()

    def tick(self) -> None:
        """A page is done."""
        self._times.append(self._clock())
        while self._times[-1] - self._times[0] > _WINDOW and len(self._times) > 2:
            self._times.popleft()

    def rate(self) -> float:
        """Pages a second of late; 0.0 while it is too early to say."""
        if len(self._times) < 2 or (span := self._clock() - self._times[0]) < 1:
            return 0.0
        return (len(self._times) - 1) / span


class Work:
    """What a run has done, is at, and has before it. Not safe to use from several threads."""

    def __init__(self, files: int, clock: Callable[[], float]) -> None:
        """Begin.

        Args:
            files: how many files there are.
            clock: seconds from any beginning.
        """
        self.files = files
        self.ended = 0
        self.done = 0
        self.note = ""
        self.open: dict[str, _Open] = {}
        self.pace = Pace(clock)
        self._opened = 0
        self._pages = 0

    def document(self, doc_id: str, name: str, pages: int) -> None:
        """A document is opened; the same one again is nothing new."""
        if doc_id not in self.open:
            self.open[doc_id] = _Open(one_line(name), pages)
            self._opened += 1
            self._pages += pages

    def page(self, doc_id: str) -> None:
        """A page of it is done."""
        if (found := self.open.get(doc_id)) is not None:
            found.done += 1
            self.done += 1
            self.pace.tick()

    def end(self, doc_id: str) -> None:
        """A file is done with; those of its pages that nobody had to read do not count."""
        self.ended += 1
        if (found := self.open.pop(doc_id, None)) is not None:
            self._pages -= found.pages - found.done

    def total(self) -> tuple[int, bool]:
        """Number of pages, and whether it is exact: files not opened yet are taken to be as long as the others."""
        unopened = max(0, self.files - max(self._opened, self.ended + len(self.open)))
        if not unopened or not self._opened:
            return self._pages, not unopened
        return self._pages + round(unopened * self._pages / self._opened), False

    def left(self) -> float:
        """Seconds until all pages are done; 0.0 where nothing can be said."""
        total, exact = self.total()
        rate = self.pace.rate()
        return (total - self.done) / rate if rate and (exact or self._opened) else 0.0


class PageBar:
    """What goes on, on stderr; nothing where stderr is no terminal. Safe to use from several threads."""

    def __init__(
        self,
        files: int,
        *,
        shown: bool,
        console: Console | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare; nothing is drawn before `note` or `document`.

        Args:
            files: how many files there are.
            shown: False: never draw.
            console: where to draw; stderr without it.
            clock: seconds from any beginning.
        """
        self._console = console or Console(stderr=True)
        self._shown = shown and self._console.is_interactive
        self._clock = clock
        self._work = Work(files, clock)
        self._lock = RLock()
        self._live: Live | None = None

    def expect(self, files: int) -> None:
        """A batch of so many files begins."""
        with self._lock:
            self._work = Work(files, self._clock)

    def note(self, text: str) -> None:
        """Say what goes on beside pages; the next document ends it."""
        with self._lock:
            self._work.note = one_line(text)
            self._show()

    def document(self, doc_id: str, name: str, pages: int) -> None:
        """A document of so many pages is begun."""
        with self._lock:
            self._work.note = ""
            self._work.document(doc_id, name, pages)
            self._show()

    def page(self, doc_id: str) -> None:
        """One of its pages is done."""
        with self._lock:
            self._work.note = ""
            self._work.page(doc_id)
            self._show()

    def end(self, doc_id: str) -> None:
        """A file is done with."""
        with self._lock:
            self._work.end(doc_id)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Take the display away while lines are written."""
        self.clear()
        yield
        with self._lock:
            if self._work.open:
                self._show()

    def clear(self) -> None:
        """Take the display away until something is told."""
        with self._lock:
            live, self._live = self._live, None
        if live is not None:  # not under the lock, which the thread that draws wants
            live.stop()

    def _show(self) -> None:
        if self._shown and self._live is None:
            self._live = Live(
                console=self._console,
                get_renderable=self._render,
                refresh_per_second=_REFRESH,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()

    def _render(self) -> RenderableType:
        with self._lock:
            return drawing(self._work, self._console.width)


def drawing(work: Work, width: int) -> RenderableType:
    """A run as it is shown: a line for all of it, and one for each of the first documents under way.

    Args:
        work: the run.
        width: of the terminal, in cells.
    """
    rows: list[RenderableType] = [Text(text) for text in (_headline(work, width), _shortened(work.note, width)) if text]
    shown = sorted(work.open.values(), key=lambda found: found.done >= found.pages)[:_MOST_ROWS]  # what is read, first
    if shown:
        rows.append(_table(shown, width))
    if len(work.open) > len(shown):
        rows.append(Text(f"and {len(work.open) - len(shown)} more"))
    return Group(*rows)


def _headline(work: Work, width: int) -> str:
    """The run in one line; where it is too long, what matters least is left out."""
    if not work.open:
        return ""
    total, exact = work.total()
    rate, left = work.pace.rate(), work.left()
    files = f"{work.ended} of {work.files} files" if work.files > 1 or len(work.open) > 1 else ""
    pages = f"{work.done} of {'' if exact else 'about '}{total} pages" if files else ""
    speed = (f"{rate:.1f} pages/s" if rate >= 0.1 else f"{60 * rate:.1f} pages/min") if rate else ""
    rest = _rest(left) if left >= 1 else ""
    for parts in ((files, pages, speed, rest), (files, pages, rest), (pages, rest), (pages,)):
        line = ", ".join(part for part in parts if part)
        if cell_len(line) <= width:
            return line
    return ""


def _rest(seconds: float) -> str:
    """The time left, no more exact than it is known."""
    if seconds < 60:
        return f"{round(seconds)} s left"
    minutes = round(seconds / 60)
    return f"{minutes} min left" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min left"


def _table(shown: list[_Open], width: int) -> Table:
    places = ["indexing" if found.done >= found.pages else f"page {found.done + 1} of {found.pages}" for found in shown]
    bar = min(_BAR_CELLS, width // 3 - 4) if width >= _NARROW else 0
    room = max(4, width - max(map(len, places)) - _GAP - (bar + _GAP if bar else 0))
    table = Table.grid(padding=(0, _GAP, 0, 0))
    for found, place in zip(shown, places, strict=True):
        cells: list[RenderableType] = [Text(_shortened(found.name, room)), Text(place)]
        if bar:
            cells.insert(1, ProgressBar(total=max(1, found.pages), completed=found.done, width=bar))
        table.add_row(*cells)
    return table


def _shortened(name: str, cells: int) -> str:
    """A text in so many cells, with a mark in its middle where something is left out."""
    while cell_len(name) > cells and len(name) > 3:
        name = name[: len(name) // 2 - 1] + "…" + name[len(name) // 2 + 1 :]
    return name
