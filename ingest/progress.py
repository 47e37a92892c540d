"""The bar on the terminal while pages are read."""

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from ingest.display import one_line

_NAME_CELLS = 36


class PageBar:
    """Progress of the document being read, on stderr; nothing where stderr is no terminal."""

    def __init__(self, files: int, *, shown: bool) -> None:
        """Prepare; nothing is drawn before `note` or `document`.

        Args:
            files: how many files there are.
            shown: False: never draw.
        """
        console = Console(stderr=True)
        self._shown = shown and console.is_interactive
        self._files = files
        self._file = 0
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            _Rate(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task: TaskID | None = None
        self._name, self._pages, self._done = "", 0, 0

    def note(self, text: str) -> None:
        """Say what goes on before the first page."""
        self._begin(text, None)

    def document(self, name: str, pages: int) -> None:
        """A document of so many pages is begun."""
        self._file += 1
        self._name, self._pages, self._done = one_line(name), pages, 0
        self._begin(self._description(), pages)

    def page(self) -> None:
        """One of its pages is done."""
        self._done += 1
        if self._task is not None:
            self._progress.update(self._task, completed=self._done, description=self._description())

    def clear(self) -> None:
        """Take the bar away, so that lines can be written."""
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._progress.stop()
            self._task = None

    def _begin(self, description: str, total: int | None) -> None:
        if self._shown:
            self.clear()
            self._task = self._progress.add_task(description, total=total)
            self._progress.start()

    def _description(self) -> str:
        at = f"page {self._done + 1} of {self._pages}" if self._done < self._pages else "indexing"
        count = f"[{self._file}/{self._files}] " if self._files > 1 else ""
        return f"{count}{_shortened(self._name, _NAME_CELLS)}  {at}"


class _Rate(ProgressColumn):
    """Pages a second, once there is something to measure."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f} pages/s" if task.speed else "")


def _shortened(name: str, cells: int) -> str:
    while cell_len(name) > cells:
        name = name[: len(name) // 2 - 2] + "…" + name[len(name) // 2 + 2 :]
    return name
