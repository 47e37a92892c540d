"""Pages a second through `ingest`, against a bare asynchronous client of the same real server, in one run.

Run by ``make bench-ocr``. The server is a real vLLM on the CPU with the tiny checkpoint; both ways ask it the same two
questions a page (document, spotting), with the same number of pages in flight. On a machine with few cores the server
and its client take them from each other, which a GPU server does not: ``--pin`` gives each a core of its own.
"""

import argparse
import asyncio
import json
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import aiohttp
from PIL import Image

from ingest.embeddings import build_embeddings
from ingest.hunyuan.build import build_hunyuan, prompt_set
from ingest.hunyuan.endpoint import request_body
from ingest.hunyuan.images import data_uri
from ingest.hunyuan.prompts import Request, Task
from ingest.library import Library
from ingest.pipeline import Pipeline
from ingest.settings import Settings
from tests.tiny.pages import CHECKPOINT, INVOICES, invoice
from tests.vllm_server import NAME, ServerInfo, serving

_CONTEXT = 4096


def draw(number: int) -> Image.Image:
    """An invoice, with the page's number in pixels that nobody sees, so that no two pages are equal."""
    image = invoice(number % INVOICES).image
    for bit in range(16):
        if number >> bit & 1:
            image.putpixel((2 * bit, image.height - 2), (254, 254, 254))
    return image


async def ask(session: aiohttp.ClientSession, url: str, uri: str, request: Request) -> str:
    """One question, streamed, as simply as can be."""
    text = ""
    body = request_body(NAME, uri, request, _CONTEXT)
    async with session.post(f"{url}/chat/completions", json=body) as response:
        async for line in response.content:
            if line.startswith(b"data: {"):
                choices = json.loads(line[6:])["choices"]
                text += (choices[0]["delta"].get("content") or "") if choices else ""
    return text


async def bare(url: str, uris: Sequence[str], requests: Sequence[Request], in_flight: int) -> float:
    """Seconds that a bare client takes for all pages."""
    slots = asyncio.Semaphore(in_flight)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def page(uri: str) -> None:
            async with slots:
                for request in requests:
                    await ask(session, url, uri, request)

        began = time.monotonic()
        await asyncio.gather(*(page(uri) for uri in uris))
        return time.monotonic() - began


class Clock:
    """Notes when pages arrive."""

    def __init__(self) -> None:
        self.arrivals: list[float] = []

    def document(self, doc_id: str, name: str, pages: int) -> None:
        """Nothing."""

    def page(self, doc_id: str) -> None:
        """Note the time."""
        self.arrivals.append(time.monotonic())

    def note(self, text: str) -> None:
        """Nothing."""


def ingest(server: ServerInfo, files: Sequence[Path], in_flight: int) -> tuple[float, float, float]:
    """Ingest all files into a new library.

    Returns:
        Pages a second between the first page's and the last page's arrival, seconds until the last page was read, and
        seconds until all was embedded and stored.
    """
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            library=Path(folder),
            ocr_engine="hunyuan",
            hunyuan_url=server.url,
            hunyuan_model=NAME,
            hunyuan_version="1.0",
            hunyuan_in_flight=in_flight,
        )
        clock = Clock()
        embeddings = build_embeddings(settings)
        embeddings.embed_query("warm up")
        with Library(folder) as library, closing(build_hunyuan(settings)) as engine:
            began = time.monotonic()
            outcomes = list(Pipeline(library, settings, engine, embeddings).add(files, clock))
            whole = time.monotonic() - began
        assert not any(outcome.failed for outcome in outcomes)
    # The first pages arrive together after the start; the rate counts from the end of that.
    first = clock.arrivals[in_flight - 1]
    rate = (len(clock.arrivals) - in_flight) / (clock.arrivals[-1] - first)
    return rate, clock.arrivals[-1] - began, whole


def write_files(folder: Path, pages: int, each: int) -> list[Path]:
    """TIFF files with so many pages each, nothing lost."""
    files = []
    for start in range(0, pages, each):
        first, *others = (draw(number) for number in range(start, min(start + each, pages)))
        files.append(folder / f"{start:05d}.tif")
        first.save(files[-1], save_all=True, append_images=others, compression="tiff_deflate")
    return files


def main() -> None:
    """Measure, and print a line a round."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=480)
    parser.add_argument("--each", type=int, default=24, help="pages a document")
    parser.add_argument("--in-flight", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pin", action="store_true", help="the server on the first core, its clients on the others")
    chosen = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    requests = [prompt_set(Settings(hunyuan_version="1.0")).request(task) for task in (Task.DOCUMENT, Task.SPOTTING)]
    folder = Path(tempfile.mkdtemp())
    try:
        files = write_files(folder, chosen.pages, chosen.each)
        uris = [data_uri(draw(number)) for number in range(chosen.pages)]
        if chosen.pin:
            os.sched_setaffinity(0, cores[:1])
        with serving(CHECKPOINT) as server:
            if chosen.pin:
                os.sched_setaffinity(0, cores[1:])
            asyncio.run(bare(server.url, uris[:64], requests, chosen.in_flight))  # warm up
            for _ in range(chosen.rounds):
                plain = chosen.pages / asyncio.run(bare(server.url, uris, requests, chosen.in_flight))
                rate, read, whole = ingest(server, files, chosen.in_flight)
                print(  # noqa: T201
                    f"bare {plain:.2f} pages/s; ingest {rate:.2f} pages/s ({rate / plain:.2f} of it); with start "
                    f"{chosen.pages / read:.2f} ({chosen.pages / read / plain:.2f}); with start, embedding and storing "
                    f"{chosen.pages / whole:.2f} ({chosen.pages / whole / plain:.2f})",
                    flush=True,
                )
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
