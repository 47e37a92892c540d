"""One worker process and the pipe to it: this process's end of it, and what runs at the other."""

import logging
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from threading import Event, Lock, Thread
from types import ModuleType
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast

from ingest.errors import ConfigError, PageciteError, PageError
from ingest.limits import OUT_OF_MEMORY, REMEDY, Limits, is_shortage, restrain, trim, was_killed
from ingest.patience import Patience

logger = logging.getLogger(__name__)

# Libraries in C lose a little memory with each document; a new process has all of it back.
_MOST_TASKS = 500
_START_SECONDS = 120.0
_END_SECONDS = 10.0

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")
# The program's main module is one for all threads.
_starting = Lock()


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What a worker sends back.

    Attributes:
        value: what its work gave.
        error: why it gave nothing; None where it did.
        trace: where the error came from, if that was not foreseen; for the log.
    """

    value: T | None = None
    error: PageciteError | None = None
    trace: str = ""


class Worker(Generic[S]):
    """A process and the pipe to it. For one thread at a time; `end` may be called by any."""

    def __init__(self, prepare: Callable[[], S], limits: Limits) -> None:
        """Start the process.

        Args:
            prepare: makes what its tasks work with; runs in the process.
            limits: what it may take.

        Raises:
            ConfigError: the system starts no more processes.
        """
        self.key = ""
        self._limits = limits
        self._tasks = -1  # before it is ready
        self._reason = ""
        self._dismissed = False
        self._ending = Lock()
        # Not forked: threads, locks and connections of this process must not be copied.
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, prepare, limits), daemon=True)
        try:
            with theirs, _without_main():
                self._process.start()
        except OSError as error:
            raise ConfigError(f"No worker process can be started ({error}); set PAGECITE_WORKERS to fewer.") from error

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid or 0

    @property
    def usable(self) -> bool:
        """Whether it may be given another task. To be asked while it has none."""
        if self._tasks >= _MOST_TASKS or self._dismissed or self._reason:
            return False
        try:
            return not self._pipe.poll()  # with nothing asked, there is something to read only once it has ended
        except OSError:
            return False

    def responds(self) -> bool:
        """Whether its process takes up tasks; to be asked while it has none.

        One that was killed a moment ago looks alive: its end of the pipe is open until all of its threads have ended.
        """
        if self._tasks < 0:  # it is only just starting
            return True
        try:
            self._receive((_nothing, (), {}), self._limits.seconds, self._limits.too_slow)
        except (PageError, CancelledError):
            return False
        return True

    def ask(self, work: Callable[Concatenate[S, P], T], *arguments: P.args, **named: P.kwargs) -> T:
        """Have some work done, and wait for it.

        Args:
            work: a function of a module, which the process imports.
            arguments: what it gets after what was prepared.
            named: likewise.

        Raises:
            PageError: it took too long, too much memory, or killed the process, which is of no further use.
            PageciteError: what the work itself raised.
            ConfigError: the process could not be started.
            CancelledError: the pool was closed.
        """
        if self._tasks < 0:
            self._receive(None, _START_SECONDS, f"A worker process did not start within {_START_SECONDS:g} seconds.")
            self._tasks = 0
        self._tasks += 1
        answer = self._receive((work, arguments, named), self._limits.seconds, self._limits.too_slow)
        return cast(T, answer.value)

    def _receive(self, message: object, seconds: float, too_slow: str) -> Answer[Any]:
        """Send a message, if there is one, and wait for the answer, with `Patience` of so many seconds."""
        answered = Event()
        patience = Patience(seconds, self.pid)
        Thread(target=self._watch, args=(patience, too_slow, answered), daemon=True).start()
        try:
            if message is not None:
                self._pipe.send(message)
            answer: Answer[Any] = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise self._loss() from error
        except BaseException:  # its answer may still come, and nobody would ask for it
            self.end()
            raise
        finally:
            answered.set()
        if answer.trace:
            logger.info("In a worker process:\n%s", answer.trace)
        if answer.error:
            raise answer.error
        return answer

    def _watch(self, patience: Patience, too_slow: str, answered: Event) -> None:
        """Stop the process when its time is over."""
        while left := patience.left():
            if answered.wait(left):
                return
        self._reason = too_slow
        self.end()

    def _loss(self) -> Exception:
        """Why the process is gone."""
        self._process.join(_END_SECONDS)
        status = self.end()
        if self._dismissed:
            return CancelledError()
        # One that others kill while it starts is no sign that none could.
        if self._tasks < 0 and (self._reason or not was_killed(status)):
            return ConfigError(self._reason or self._limits.not_started(status))
        return PageError(self._reason or self._limits.lost(status))

    def dismiss(self) -> None:
        """End the process; whoever waits for it gives up."""
        self._dismissed = True
        self.end()

    def end(self) -> int | None:
        """End the process, and those that it started, whatever it is at; give back its exit status."""
        with self._ending:
            if self._process.is_alive():
                if sys.platform != "win32":
                    with suppress(OSError):
                        os.killpg(self.pid, signal.SIGKILL)
                self._process.kill()
            self._process.join(_END_SECONDS)
            return self._process.exitcode


@contextmanager
def _without_main() -> Iterator[None]:
    """Have processes started that do not run the program's main module again.

    A new process imports it first. A script without a guard would begin anew in each of them, and a page of Streamlit,
    which stands there for the main module, would run outside of Streamlit.
    """
    with _starting:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


def _serve(pipe: "Connection[Any, Any]", prepare: Callable[[], S], limits: Limits) -> None:
    """A worker process's life: answer until the parent closes the pipe or ends."""
    restrain(limits)
    try:
        state = prepare()
    except PageciteError as error:
        pipe.send(Answer(error=error))
        return
    except Exception as error:
        if is_shortage(error):
            os._exit(OUT_OF_MEMORY)
        raise
    pipe.send(Answer())
    _fall_silent()
    with suppress(EOFError):
        while True:
            _answer(pipe, state)
            trim()


def _fall_silent() -> None:
    """Keep what libraries print about odd files out of the program's output."""
    logging.captureWarnings(True)
    logging.getLogger().addHandler(logging.NullHandler())
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _nothing(_: object) -> None:
    """What a process is asked to show that it is there."""


def _answer(pipe: "Connection[Any, Any]", state: S) -> None:
    try:
        work, arguments, named = pipe.recv()
        pipe.send(_outcome(lambda: work(state, *arguments, **named)))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _outcome(work: Callable[[], T]) -> Answer[T]:
    try:
        return Answer(work())
    except Exception as error:  # noqa: BLE001 -- libraries raise anything on hostile files; it costs this page alone
        if is_shortage(error):
            os._exit(OUT_OF_MEMORY)
        if isinstance(error, PageciteError):
            return Answer(error=error)
        said = str(error).splitlines()[:1]
        kind = type(error).__name__
        reason = f"it cannot be read ({': '.join([kind, *said])}); {REMEDY}"
        return Answer(error=PageError(reason), trace=traceback.format_exc())
