"""How a long piece of work goes on, for whoever watches."""

from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


class Meter(Protocol):
    """Is told how the work goes on."""

    def begin(self, what: str, total: int | None = None) -> None:
        """Something of so many parts begins; None: nobody knows how many."""
        ...

    def step(self) -> None:
        """A part of it is done."""
        ...


class Unwatched:
    """A meter that nobody looks at."""

    def begin(self, what: str, total: int | None = None) -> None:
        """Nothing."""

    def step(self) -> None:
        """Nothing."""


class BarMeter:
    """A bar on stderr; nothing where stderr is no terminal."""

    def __init__(self, *, shown: bool) -> None:
        """Prepare; nothing is drawn before `begin`.

        Args:
            shown: False: never draw.
        """
        console = Console(stderr=True)
        self._shown = shown and console.is_interactive
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task: TaskID | None = None

    def begin(self, what: str, total: int | None = None) -> None:
        """Something of so many parts begins."""
        self.clear()
        if self._shown:
            self._task = self._progress.add_task(what, total=total)
            self._progress.start()

    def step(self) -> None:
        """A part of it is done."""
        if self._task is not None:
            self._progress.start()  # after lines were written
            self._progress.advance(self._task)

    def pause(self) -> None:
        """Take the bar away, so that lines can be written; the next step brings it back."""
        # rich ends a bar that was never shown with an empty line.
        if self._shown:
            self._progress.stop()

    def clear(self) -> None:
        """Take the bar away for good."""
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None
        self.pause()
