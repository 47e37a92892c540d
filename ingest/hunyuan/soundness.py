"""The proof that a server gives every page its own text.

vLLM 0.32 and 0.33 were seen to hand concurrent pages the text of each other, without an error. No answer tells; so
several test pages are sent at once, and each must come back with its own words.

The fault shows only where the server encodes several images in one step. Small test pages alone seldom meet that: a
warm server is done with one before the next is there (0 of 10 tries with 8 pages). So long questions without an image
go before them and fill the server's steps; the pages queue up behind and are encoded together (80 of 80 tries). How
many that takes depends on how fast the server is: one is timed, and as many are sent as keep it busy for long enough.
"""

import asyncio
import math
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PIL.Image import Image

from ingest.errors import ModelError, PageError
from ingest.hunyuan.model import Reply
from ingest.hunyuan.probes import PROBES, Probe, draw, named, names
from ingest.hunyuan.prompts import PromptSet, Request, Task

# A test page has two words; a model that writes on is stopped.
_MOST_TOKENS = 64

# So long must the server be busy for all test pages to arrive meanwhile.
_BUSY_SECONDS = 0.3
_FEWEST_BLOCKERS, _MOST_BLOCKERS = 2, 32
_BLOCKER_WORDS = 1700
_AHEAD_SECONDS = 0.02
_ROUNDS = 2

Ask = Callable[[Image, Request], Awaitable[Reply]]
Block = Callable[[str], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of the test pages.

    Attributes:
        mixed: pages that came back with another page's text, or right alone but wrong among others.
        unread: pages that came back wrong even when asked about alone.
    """

    mixed: tuple[Probe, ...] = ()
    unread: tuple[Probe, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether every page came back with its own text."""
        return not self.mixed and not self.unread


async def prove(ask: Ask, block: Block, prompts: PromptSet, *, context: int) -> Proof:
    """Send all test pages at once, twice, and look at what each one comes back with.

    Args:
        ask: asks the server one question about an image.
        block: keeps the server busy with a text.
        prompts: the model's prompts.
        context: the server's context length in tokens; 0: unknown.

    Raises:
        Unavailable, ModelError: as `ask` does.
    """
    request = prompts.request(Task.TEXT)
    request = replace(request, sampling=replace(request.sampling, max_tokens=_MOST_TOKENS))
    # About two tokens a word; a server refuses what exceeds its context.
    words = min(_BLOCKER_WORDS, int(0.4 * context)) if context else _BLOCKER_WORDS
    for _ in range(_ROUNDS):
        # Timed in each round: a server that has just started is slow once.
        texts = blockers(await _seconds(block, words))
        proof = await _round(ask, [block(_noise(words)) for _ in range(texts)], request)
        if not proof.sound:
            return proof
    return Proof()


def blockers(seconds: float) -> int:
    """How many long questions keep a server busy until the test pages are there.

    Args:
        seconds: what the server needs for one of them.
    """
    return min(_MOST_BLOCKERS, max(_FEWEST_BLOCKERS, math.ceil(_BUSY_SECONDS / max(seconds, 1e-3))))


async def _seconds(block: Block, words: int) -> float:
    """What a server needs for a text of so many words; the way there and back is not counted."""
    taken = []
    for count in (1, words):
        began = time.monotonic()
        await block(_noise(count))
        taken.append(time.monotonic() - began)
    return taken[1] - taken[0]


async def _round(ask: Ask, texts: Sequence[Coroutine[Any, Any, None]], request: Request) -> Proof:
    ahead = [asyncio.create_task(text) for text in texts]
    await asyncio.sleep(_AHEAD_SECONDS)
    try:
        answers = await asyncio.gather(*(_read(ask, probe, request) for probe in PROBES))
    finally:
        await asyncio.gather(*ahead, return_exceptions=True)
    wrong = [probe for probe, answer in zip(PROBES, answers, strict=True) if not _is_own(answer, probe)]
    foreign = [probe for probe, answer in zip(PROBES, answers, strict=True) if set(named(answer)) - {probe}]
    alone = [probe for probe in wrong if _is_own(await _read(ask, probe, request), probe)]
    mixed = [probe for probe in PROBES if probe in alone or probe in foreign]
    return Proof(tuple(mixed), tuple(probe for probe in wrong if probe not in mixed))


def _noise(words: int) -> str:
    """A text that no cache knows: single digits, which no tokenizer joins."""
    return " ".join(secrets.choice("0123456789") for _ in range(words))


def refusal(url: str, proof: Proof, software: str) -> ModelError:
    """Why a server must not be used, and what to do about it."""
    if proof.mixed:
        version = f"vLLM {software}" if software else "its software"
        return ModelError(
            f"The server {url} gives pages the text of other pages when several are asked about at once "
            f"({_listed(proof.mixed)} of the test pages): nothing it says can be trusted, and nothing was taken from "
            f"it. This is a fault of {version}. Start it with `ingest serve-ocr`, which mends it; or install the "
            "plug-in pagecite-vllm beside vLLM, or start vLLM with --max-num-seqs 1, or use a version without the "
            "fault (docs/hunyuanocr.md)."
        )
    return ModelError(
        f"The server {url} cannot read the test pages ({_listed(proof.unread)} came back wrong): is it HunyuanOCR, and "
        "of the version that PAGECITE_HUNYUAN_VERSION says? `ingest doctor` shows what is served."
    )


async def _read(ask: Ask, probe: Probe, request: Request) -> str:
    try:
        # A new nonce each time: a cache that remembers the page would hide the fault, or keep its damage.
        return (await ask(draw(probe, secrets.randbits(64)), request)).text
    except PageError:
        return ""


def _is_own(answer: str, probe: Probe) -> bool:
    return names(answer, probe) and named(answer) == [probe]


def _listed(probes: Sequence[Probe]) -> str:
    return ", ".join(probe.word for probe in probes)
