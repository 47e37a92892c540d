"""A real PostgreSQL for tests: a cluster of their own in a temporary folder, from Debian's package or what is on PATH.

The cluster that a package starts by itself is not used. Without PostgreSQL, tests that need one skip themselves.
"""

import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

USER = "pagecite"
PASSWORD = "correct horse: 100%@/"  # characters that a URL must escape
_DEBIAN = Path("/usr/lib/postgresql")
_ACCOUNT = "postgres"  # Debian's; PostgreSQL does not run as root
_STARTING = 60.0  # seconds
_PASSWORD_FILE = "password"
# The data lives as long as the machine: nothing is forced to the disk, though a crash of the server costs nothing.
_OPTIONS = ("fsync=off", "full_page_writes=off", "max_connections=200")


@dataclass(slots=True)
class PostgresServer:
    """A cluster that this process started, and ends with it.

    Attributes:
        binaries: folder of ``postgres`` and its tools.
        folder: what is kept: data, socket, log.
        port: on 127.0.0.1.
        around: a command that runs the one behind it, put in front of the server's.
    """

    binaries: Path
    folder: Path
    port: int
    around: tuple[str, ...] = ()
    _process: "subprocess.Popen[bytes] | None" = None
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, database: str, *, user: str = USER, password: str = PASSWORD, port: int = 0) -> str:
        """The URL of one of its databases, as people set it."""
        return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{port or self.port}/{database}"

    def connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        """A superuser's connection; each statement stands for itself."""
        return psycopg.connect(self.url(database), autocommit=True)

    def create_database(self, options: str = "") -> str:
        """Make an empty database; give back its URL.

        Args:
            options: of CREATE DATABASE.
        """
        name = f"library{next(self._numbers)}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} {options}".encode())
        return self.url(name)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = [part for option in _OPTIONS for part in ("-c", option)]
        command = [self.binaries / "postgres", "-D", self.folder / "data", "-p", str(self.port), "-k", self.folder]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self.around, *_unprivileged(), "--pdeathsig", "QUIT", *map(str, command), *settings],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        ready = [self.binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        for _ in range(int(_STARTING / 0.1)):
            if subprocess.run(ready).returncode == 0:
                return
            try:
                status = self._process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            pytest.fail(f"PostgreSQL ended with status {status}:\n{(self.folder / 'log').read_text()}")
        pytest.fail(f"PostgreSQL did not start in {_STARTING:.0f} s:\n{(self.folder / 'log').read_text()}")

    def stop(self) -> None:
        """End it at once, as a crash does: all connections break."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(_STARTING)
            self._process = None


@contextmanager
def serving(small_disk: str = "") -> Iterator[PostgresServer]:
    """Run a cluster until the block ends; skips the test where PostgreSQL is not installed.

    Args:
        small_disk: size of a disk of its own that the server finds as ``small`` in its folder, such as ``16m``; needs
            the right to mount one.
    """
    binaries = require_binaries()
    with tempfile.TemporaryDirectory(prefix="pagecite-postgres-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, _ACCOUNT)
        (folder / _PASSWORD_FILE).write_text(PASSWORD)
        _make(binaries, folder)
        server = PostgresServer(binaries, folder, _free_port(), _with_disk(folder / "small", small_disk))
        try:
            server.start()
            yield server
        finally:
            server.stop()


def require_binaries() -> Path:
    """The folder of PostgreSQL's programs, the newest of several; skips the test where there is none."""
    debian = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if not debian and on_path is None:
        pytest.skip(f"needs PostgreSQL: no initdb below {_DEBIAN} or on PATH (Debian's package is `postgresql`)")
    return debian[-1].parent if debian else Path(str(on_path)).parent


def _make(binaries: Path, folder: Path) -> None:
    # A locale that sorts as people do, not by bytes: what relies on an order must say so.
    locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"]
    access = [f"--username={USER}", f"--pwfile={folder / _PASSWORD_FILE}", "--auth=scram-sha-256"]
    command = [str(binaries / "initdb"), "-D", str(folder / "data"), "--no-sync", *access, *locale]
    done = subprocess.run([*_unprivileged(), *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, f"initdb failed:\n{done.stdout}"


def _unprivileged() -> list[str]:
    """A command in front of another that gives up root, which PostgreSQL refuses to run as."""
    given_up = [f"--reuid={_ACCOUNT}", f"--regid={_ACCOUNT}", "--init-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *given_up]


def _with_disk(place: Path, size: str) -> tuple[str, ...]:
    """A command that runs another with a disk of its own, which ends with it."""
    if not size:
        return ()
    place.mkdir()
    mount = f'mount -t tmpfs -o size={size} tmpfs "{place}" && chown {_ACCOUNT} "{place}"'
    own_mounts = ("unshare", "--mount", "sh", "-c")
    if subprocess.run([*own_mounts, mount], capture_output=True).returncode:
        pytest.skip("needs the right to mount a small disk")
    return (*own_mounts, f'{mount} && exec "$@"', "sh")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
