"""vLLM 0.32 mixes up pages that it reads at once; with our plug-in it does not. On a real server."""

import asyncio
import base64
import io
from collections import Counter
from itertools import cycle, islice

import httpx
import pytest

from ingest.hunyuan.prompts import PromptSet, Task
from tests.tiny.pages import INVOICES, TinyPage, invoice
from tests.vllm_server import NAME, ServerInfo

pytestmark = pytest.mark.integration

AT_ONCE = 64
PROMPT = PromptSet(version="1.0", language="en").request(Task.DOCUMENT).prompt


def body(page: TinyPage) -> dict[str, object]:
    written = io.BytesIO()
    page.image.save(written, "PNG")
    image = "data:image/png;base64," + base64.b64encode(written.getvalue()).decode()
    content = [{"type": "image_url", "image_url": {"url": image}}, {"type": "text", "text": PROMPT}]
    messages = [{"role": "system", "content": ""}, {"role": "user", "content": content}]
    return {"model": NAME, "messages": messages, "temperature": 0, "max_tokens": 400}


async def ask(client: httpx.AsyncClient, page: TinyPage) -> str:
    response = await client.post("chat/completions", json=body(page))
    return str(response.raise_for_status().json()["choices"][0]["message"]["content"])


async def test_pages_that_are_read_at_once_keep_their_own_text(hunyuan_server: ServerInfo) -> None:
    pages = list(islice(cycle(invoice(index) for index in range(INVOICES)), AT_ONCE))
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(base_url=hunyuan_server.url + "/", timeout=120, limits=limits) as client:
        answers = await asyncio.gather(*(ask(client, page) for page in pages))
    wrong = Counter(
        page.name for page, answer in zip(pages, answers, strict=True) if answer != page.answer(Task.DOCUMENT)
    )
    assert not wrong


def test_the_log_says_what_the_plug_in_did(hunyuan_server: ServerInfo) -> None:
    assert "pagecite: mended vLLM 0.3" in hunyuan_server.said()
    assert "not trustworthy" not in hunyuan_server.said()  # the one sign of a mix-up in vLLM's own log
