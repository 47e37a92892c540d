"""The running program: a real library, `streamlit run` as its own process, a real browser."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from ingest.embeddings import build_embeddings
from ingest.library import Library
from ingest.ocr import build_engine
from ingest.pipeline import Pipeline
from ingest.settings import Settings

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "data" / "samples"
CONTRACTS = ("northwind-msa-2024.pdf", "采购合同-华岳.pdf")
ARTIFACTS = ROOT / "artifacts" / "e2e"
SECONDS = 60  # more than any step takes on a busy machine
ARGUMENTS = (
    "--no-sandbox --headless --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()

OpenPage = Callable[..., Any]


@pytest.fixture(scope="session")
def library_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with two digital contracts, one English, one Chinese."""
    folder = tmp_path_factory.mktemp("contracts") / "library"
    settings = Settings(library=folder)
    with Library(folder) as library:
        pipeline = Pipeline(library, settings, build_engine("rapidocr", threads=0), build_embeddings(settings))
        outcomes = list(pipeline.add([SAMPLES / name for name in CONTRACTS]))
    assert [outcome.reason for outcome in outcomes] == ["", ""]
    return folder


@pytest.fixture(scope="session")
def app(library_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the program with the two contracts."""
    with running(library_folder, tmp_path_factory.mktemp("log")) as address:
        yield address


@pytest.fixture
def empty_app(tmp_path: Path) -> Iterator[str]:
    """Address of the program with an empty library."""
    with running(tmp_path / "library", tmp_path) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A real browser; without one, the tests are skipped."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed (apt-get install chromium fonts-noto-cjk)")
    with sync_api.sync_playwright() as playwright:
        running_browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield running_browser
        running_browser.close()


@pytest.fixture
def open_page(browser: Any, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Opens an address in a window of its own, in a language and size; what it last showed is kept in artifacts/."""
    contexts = []

    def opened(address: str, *, locale: str = "en-US", width: int = 1440, height: int = 900) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, locale=locale, device_scale_factor=2)
        context.set_default_timeout(SECONDS * 1000)
        contexts.append(context)
        page = context.new_page()
        page.goto(address)
        return page

    yield opened
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    for number, context in enumerate(contexts):
        for page in context.pages:
            page.screenshot(path=ARTIFACTS / f"{request.node.name}-{number}.png")
        context.close()


@contextmanager
def running(library: Path, folder: Path, **variables: str) -> Iterator[str]:
    """The program on a free port, up and healthy, and gone afterwards; `variables` are settings: LLM_MODEL="..."."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PAGECITE_")}
    variables |= {"LIBRARY": str(library)}
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(port)]
    log = folder / "streamlit.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment | {f"PAGECITE_{name}": value for name, value in variables.items()},
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
        try:
            address = f"http://localhost:{port}"
            wait_until_healthy(address, process, log)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(timeout=SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


def wait_until_healthy(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1) as response:
                if response.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        try:
            process.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    pytest.fail(f"the program did not come up: {log.read_text(encoding='utf-8', errors='replace')}")
