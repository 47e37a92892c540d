"""What goes wrong in worker processes, on demand: hanging, crashing, growing, dying. They import it from here."""

import ctypes
import faulthandler
import os
import re
import signal
import subprocess
import sys
import threading
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from ingest import process
from ingest.errors import ConfigError, PageError
from ingest.ocr import OcrEngine, Recipe
from ingest.types import Recognition, SourceDocument, TextLine
from tests.numbered import number_on, said

# Its match takes longer than anybody waits, in C, and holds the interpreter's lock meanwhile.
_ENDLESS = ("(a+)+$", "a" * 80 + "b")


def nothing() -> None:
    """What tasks work with that need nothing."""


def not_installed() -> None:
    """What fails to be made."""
    raise ConfigError("The engine is not installed.")


def unimportable() -> None:
    """What ends the process before it is ready."""
    sys.exit(3)


def grow_at_start() -> None:
    """What takes more memory than there may be before it is ready."""
    grow(None)


def pid(_state: object) -> int:
    return os.getpid()


def echo(_state: object, value: object) -> object:
    return value


def hang(_state: object) -> None:
    """Wait for ever, as for a server that never answers."""
    threading.Event().wait()


def die_when_next_addressed(_state: object) -> None:
    """Look alive until something comes through the pipe, and end without reading it, like one that is being killed."""

    def end(pipe: Any, _state: object) -> None:
        pipe.poll(None)
        os.kill(os.getpid(), signal.SIGKILL)

    process._answer = end


def hang_in_c(_state: object) -> None:
    """Compute for ever, without a chance for any thread of Python."""
    re.match(*_ENDLESS)


def meet(_state: object, fifo: Path) -> None:
    """Wait until somebody comes to the same place, then go on."""
    with fifo.open("w") as stream:
        stream.write(str(os.getpid()))


def meet_and_hang(_state: object, fifo: Path) -> None:
    """Tell the number of this process to whoever waits for it, and compute for ever."""
    meet(_state, fifo)
    hang_in_c(_state)


def start_program_and_hang(_state: object, fifo: Path) -> None:
    """Tell the number of a program that was started, and wait for it for ever."""
    with subprocess.Popen([sys.executable, "-c", "import threading; threading.Event().wait()"]) as program:
        with fifo.open("w") as stream:
            stream.write(str(program.pid))
        program.wait()


def segfault(_state: object) -> None:
    faulthandler.disable()
    ctypes.string_at(0)


def be_killed(_state: object) -> None:
    """Die as by the kernel, when memory runs short."""
    os.kill(os.getpid(), signal.SIGKILL)


def grow(_state: object) -> None:
    """Take memory without end, in Python."""
    taken = []
    while True:
        taken.append(bytearray(1 << 24))


def grow_in_c(_state: object) -> None:
    """Ask for more memory than there may be, in a library that says it in words of its own."""
    raise PageError("it cannot be rendered") from RuntimeError("code=2: malloc (40000 bytes) failed")


def raise_anything(_state: object) -> None:
    """Fail as libraries do on odd files."""
    raise KeyError("/Contents")


def refuse(_state: object) -> None:
    raise PageError("it is damaged")


def talk(_state: object) -> None:
    """Write wherever a library might."""
    print("said on stdout", flush=True)  # noqa: T201
    print("said on stderr", file=sys.stderr, flush=True)  # noqa: T201
    os.write(1, b"written to 1\n")
    os.write(2, b"written to 2\n")
    warnings.warn("a warning", stacklevel=1)


@dataclass(frozen=True)
class Trap(SourceDocument):
    """A document that does something to the process that it is sent to."""

    does: str = "crash"

    def __reduce__(self) -> "tuple[Any, tuple[Any, ...]]":
        return {"crash": (os._exit, (1,)), "hang": (re.match, _ENDLESS)}[self.does]


def trap(source: SourceDocument, does: str) -> Trap:
    """A document whose file crashes or hangs whatever opens it."""
    return Trap(source.doc_id, source.name, source.path, source.media_type, source.size, does=does)


class PickyEngine:
    """Reads the number that is on a page, in any process, and does what it is told on pages of some numbers."""

    concurrency = 1
    name = "picky 1.0"

    def __init__(self, notes: Path, deeds: "dict[int, str] | None" = None) -> None:
        """Prepare.

        Args:
            notes: a file in which it notes each page that it was asked to read.
            deeds: by a page's number, the name of a function of this module.
        """
        self._notes = notes
        self._deeds = deeds or {}

    @property
    def recipe(self) -> Recipe | None:
        return _Copy(self._notes, self._deeds)

    def read(self, image: Image.Image, *, boxes: bool = True) -> Recognition:
        number = number_on(image)
        with self._notes.open("a") as stream:
            stream.write(f"{number}\n")
        if deed := self._deeds.get(number):
            globals()[deed](None)
        return Recognition((TextLine(said(number), (0.1, 0.1, 0.9, 0.14), 0.95),))

    def close(self) -> None:
        pass


@dataclass(frozen=True)
class _Copy:
    notes: Path
    deeds: dict[int, str]

    def __call__(self, cores: int) -> OcrEngine:
        return PickyEngine(self.notes, self.deeds)
