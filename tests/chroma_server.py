"""A real Chroma server for tests: `chroma run`, as it comes with the package, in a temporary folder."""

import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import chromadb
import pytest
from chromadb.api import ClientAPI

_STARTING = 60.0  # seconds


@dataclass(slots=True)
class ChromaServer:
    """A server that this process started, and ends with it.

    Attributes:
        folder: what it keeps, and its log.
        port: on 127.0.0.1.
    """

    folder: Path
    port: int
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """As people set it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        """The folder with its files."""
        return self.folder / "data"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        program = Path(sys.executable).with_name("chroma")
        command = [program, "run", "--path", self.data, "--host", "127.0.0.1", "--port", str(self.port)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        for _ in range(int(_STARTING / 0.1)):
            if self._answers():
                return
            try:
                status = self._process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            pytest.fail(f"Chroma ended with status {status}:\n{(self.folder / 'log').read_text()}")
        pytest.fail(f"Chroma did not start in {_STARTING:.0f} s:\n{(self.folder / 'log').read_text()}")

    def stop(self, *, kill: bool = False) -> None:
        """End it, in order or as a crash does."""
        if self._process is not None:
            if kill:
                self._process.kill()
            else:
                self._process.terminate()
            self._process.wait(_STARTING)
            self._process = None

    def client(self) -> ClientAPI:
        """A client of its own, past Pagecite."""
        return chromadb.HttpClient(host="127.0.0.1", port=self.port)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/api/v2/heartbeat", timeout=5):
                return True
        except OSError:
            return False


@contextmanager
def serving() -> Iterator[ChromaServer]:
    """Run a server until the block ends."""
    with tempfile.TemporaryDirectory(prefix="pagecite-chroma-") as name:
        server = ChromaServer(Path(name), free_port())
        try:
            server.start()
            yield server
        finally:
            server.stop()


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
