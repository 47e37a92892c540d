"""Moments at which a process can be killed: before and after each commit, file operation and write to Chroma."""

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

# What Python tells of itself (sys.addaudithook) before it does it.
_FILE_OPERATIONS = {"os.rename": "rename", "os.remove": "delete", "shutil.rmtree": "delete folder"}


class Moments:
    """Counts the moments that a process passes, and kills it at one of them."""

    def __init__(self, library: Path, fatal: tuple[str, int] | None) -> None:
        """Begin to count.

        Args:
            library: file operations below this folder count.
            fatal: the kind of moment and its number, from 1, at which the process is killed.
        """
        self._library = str(library)
        self._fatal = fatal
        self._passed: Counter[str] = Counter()

    def watch(self) -> None:
        """Watch this process from now on; it cannot be undone."""
        event.listen(Engine, "before_cursor_execute", self._before_statement)
        event.listen(Engine, "after_cursor_execute", self._after_statement)
        sys.addaudithook(self._audit)
        self._watch_chroma()

    def write(self, path: Path) -> None:
        """Write down how often each kind of moment was passed."""
        path.write_text(json.dumps(self._passed))

    def _pass(self, kind: str) -> None:
        self._passed[kind] += 1
        if self._fatal == (kind, self._passed[kind]):
            os.kill(os.getpid(), signal.SIGKILL)

    def _before_statement(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement == "COMMIT":
            self._pass("before commit")

    def _after_statement(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement == "COMMIT":
            self._pass("after commit")

    def _audit(self, name: str, arguments: tuple[Any, ...]) -> None:
        if name in _FILE_OPERATIONS and str(arguments[0]).startswith(self._library):
            self._pass(_FILE_OPERATIONS[name])

    def _watch_chroma(self) -> None:
        from chromadb.api.models.Collection import Collection

        for name in ("upsert", "delete"):
            setattr(Collection, name, self._around(name, getattr(Collection, name)))

    def _around(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*arguments: Any, **named: Any) -> Any:
            self._pass(f"before Chroma's {name}")
            result = work(*arguments, **named)
            self._pass(f"after Chroma's {name}")
            return result

        return watched
