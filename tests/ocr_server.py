"""A local server that speaks HunyuanOCR's protocol, for faults that a real one does not produce on demand.

It reads the soundness check's test pages, and pages that it is told; everything else comes from its script.
"""

import asyncio
import base64
import io
import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import numpy as np
from aiohttp import web
from PIL import Image

from ingest.hunyuan.probes import PROBES, draw

Script = Callable[[web.Request, "Answers"], Awaitable[web.StreamResponse]]


class Answers:
    """The server's state: what pages say, what goes wrong next, and what it was asked."""

    def __init__(self, pages: dict[str, Image.Image]) -> None:
        """Prepare.

        Args:
            pages: images by what they say.
        """
        self.texts = {_seen(image): text for text, image in pages.items()}
        self.texts |= {_seen(draw(probe, 0)): f"{probe.word} {probe.number}" for probe in PROBES}
        self.faults: deque[Script] = deque()
        self.mixes_up = False
        self.started = "1.0"
        self.asked: list[dict[str, Any]] = []
        self.given_up = Event()
        """Whether a client closed its connection in the middle of an answer."""
        self.asking = Event()
        """Whether a question about a page has come."""
        self.identified = 0
        self.at_once = self.most_at_once = 0
        self.together: list[tuple[str, asyncio.Future[str]]] = []
        self.url = ""

    @property
    def prompts(self) -> list[str]:
        """The questions about pages, those of the soundness check left out."""
        return [body["messages"][1]["content"][1]["text"] for body in self.asked]

    def read(self, body: dict[str, Any]) -> str:
        """What is on the image of a request."""
        uri = body["messages"][1]["content"][0]["image_url"]["url"]
        image = Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2])))
        return self.texts.get(_seen(image), "")


_ANSWERS = web.AppKey("answers", Answers)


def _seen(image: Image.Image) -> str:
    """An image as its reader sees it: differences of a grey level or two are none."""
    pixels = np.asarray(image.convert("RGB")) // 4
    return f"{image.size}{hash(pixels.tobytes())}"


@contextmanager
def ocr_server(pages: dict[str, Image.Image] | None = None, port: int = 0) -> Iterator[Answers]:
    """A server on a free port until the block ends."""
    answers = Answers(pages or {})
    loop = asyncio.new_event_loop()
    ready = Event()

    async def start() -> web.AppRunner:
        app = web.Application(client_max_size=2**28)
        app[_ANSWERS] = answers
        app.add_routes(
            [
                web.get("/v1/models", _models),
                web.get("/version", _version),
                web.get("/metrics", _metrics),
                web.post("/v1/chat/completions", _completions),
            ]
        )
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        answers.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        ready.set()
        return runner

    def run() -> None:
        asyncio.set_event_loop(loop)
        runner = loop.run_until_complete(start())
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield answers
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


async def _models(request: web.Request) -> web.Response:
    request.app[_ANSWERS].identified += 1
    return web.json_response({"data": [{"id": "HunyuanOCR", "root": "/models/hunyuan", "max_model_len": 131072}]})


async def _version(request: web.Request) -> web.Response:
    return web.json_response({"version": "0.35.0"})


async def _metrics(request: web.Request) -> web.Response:
    return web.Response(text=f"# HELP x\nprocess_start_time_seconds {request.app[_ANSWERS].started}\n")


async def _completions(request: web.Request) -> web.StreamResponse:
    answers = request.app[_ANSWERS]
    body = await request.json()
    if body.get("max_tokens") == 1:  # a long text that keeps servers busy before the test pages
        return web.json_response({"choices": []})
    if body.get("max_tokens") == 64:  # a test page
        text = answers.read(body)
        if answers.mixes_up:
            text = await _exchanged(text, answers)
        return await say(request, text)
    answers.asked.append(body)
    answers.asking.set()
    if answers.faults:
        return await answers.faults.popleft()(request, answers)
    return await say(request, answers.read(body))


async def _exchanged(text: str, answers: Answers) -> str:
    """The text of the page that came next, where several came in one moment; alone, a page gets its own."""
    loop = asyncio.get_running_loop()
    mine: asyncio.Future[str] = loop.create_future()
    answers.together.append((text, mine))
    if len(answers.together) == 1:
        loop.call_later(0.3, _release, answers)
    return await mine


def _release(answers: Answers) -> None:
    texts = [text for text, _ in answers.together]
    for (_, future), text in zip(answers.together, [*texts[1:], texts[0]], strict=True):
        future.set_result(text)
    answers.together = []


async def _stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    return response


def _event(text: str, reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": reason}
    return b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n"


async def say(request: web.Request, text: str, reason: str = "stop") -> web.StreamResponse:
    """An answer in two pieces, as a stream ends."""
    response = await _stream(request)
    half = len(text) // 2
    await response.write(_event(text[:half]))
    await response.write(_event(text[half:], reason))
    await response.write(b"data: [DONE]\n\n")
    return response


def refuses(status: int, message: str = "no", **headers: str) -> Script:
    """An answer with an HTTP status."""

    async def script(request: web.Request, answers: Answers) -> web.StreamResponse:
        return web.json_response({"error": {"message": message}}, status=status, headers=headers)

    return script


async def cuts(request: web.Request, answers: Answers) -> web.StreamResponse:
    """The connection is cut in the middle of the answer."""
    response = await _stream(request)
    await response.write(_event("half an ans"))
    assert request.transport is not None
    request.transport.abort()
    return response


async def falls_silent(request: web.Request, answers: Answers) -> web.StreamResponse:
    """The answer never comes."""
    await asyncio.Event().wait()
    raise AssertionError


async def breaks_down(request: web.Request, answers: Answers) -> web.StreamResponse:
    """The stream says that the server failed, as vLLM does."""
    response = await _stream(request)
    await response.write(b'data: {"error": {"message": "EngineCore encountered an issue", "code": 500}}\n\n')
    return response


async def repeats_without_end(request: web.Request, answers: Answers) -> web.StreamResponse:
    """The same row for ever, until the client leaves."""
    response = await _stream(request)
    try:
        await response.write(_event("# Ledger\n\n"))
        while True:
            await response.write(_event("Balance carried forward to next page: 0.00\n"))
    finally:
        answers.given_up.set()


def answers_with_company(wanted: int) -> Script:
    """An answer that waits until so many questions are there; in vain, for half a second, where they never are."""

    async def script(request: web.Request, answers: Answers) -> web.StreamResponse:
        answers.at_once += 1
        answers.most_at_once = max(answers.most_at_once, answers.at_once)
        loop = asyncio.get_running_loop()
        end = loop.time() + 0.5
        while answers.at_once < wanted and loop.time() < end:
            await asyncio.sleep(0.01)
        answers.at_once -= 1
        return await say(request, answers.read(await request.json()))

    return script


async def runs_out_of_tokens(request: web.Request, answers: Answers) -> web.StreamResponse:
    """An answer that ends where no more tokens are left."""
    return await say(request, "The first half of the page", "length")


def replaced(answers: Answers) -> Script:
    """While this page is read, the server is started anew: the answer is the new one's."""

    async def script(request: web.Request, _: Answers) -> web.StreamResponse:
        answers.started = "2.0"
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    return script
