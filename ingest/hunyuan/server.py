"""HunyuanOCR behind one or several servers."""

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from PIL.Image import Image
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from ingest.errors import ModelError, PageError
from ingest.hunyuan.endpoint import Endpoint, Identity, Unavailable
from ingest.hunyuan.images import data_uri, fit
from ingest.hunyuan.loop import LoopThread
from ingest.hunyuan.model import Reply
from ingest.hunyuan.prompts import PromptSet, Request
from ingest.hunyuan.soundness import prove, refusal

logger = logging.getLogger(__name__)

# A server that was fine is asked who it is again after so many seconds, also when no connection was cut.
_CHECK_SECONDS = 60.0
# After a failed connection others are preferred for so long.
_REST_SECONDS = 5.0
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 20.0

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Report:
    """What is known about a server, for people.

    Attributes:
        url: its address.
        identity: who it is; None where it could not be asked.
        seconds: what the proof of its soundness took.
        problem: why it cannot be used; empty where it can.
    """

    url: str
    identity: Identity | None = None
    seconds: float = 0.0
    problem: str = ""


class Replica:
    """One server with what is known about it. Used on one event loop."""

    def __init__(self, endpoint: Endpoint, prompts: PromptSet) -> None:
        self.endpoint = endpoint
        self.busy = 0
        self.asked = 0
        self.resting_until = 0.0
        self.refused: ModelError | None = None
        self._prompts = prompts
        self._identity: Identity | None = None
        self._proven: set[Identity] = set()
        self._checked = float("-inf")
        self._lock = asyncio.Lock()

    async def ask(self, image_uri: str, request: Request) -> Reply:
        """Ask a question of a server that is proven sound; an answer is given out only if it still is who it was.

        Raises:
            Unavailable: it does not answer now.
            PageError: it refuses this image.
            ModelError: it must not be used.
        """
        self.busy += 1
        self.asked += 1
        try:
            identity = await self.proven()
            reply = await self.endpoint.ask(image_uri, request, context=identity.context)
            # A new connection may lead to a server that was started anew in the meantime.
            if await self.proven() != identity:
                raise Unavailable(f"{self.endpoint.url} was replaced by another server")
            return reply
        except Unavailable as error:
            if error.connection:
                self._checked = float("-inf")
                self.resting_until = time.monotonic() + _REST_SECONDS
            raise
        except ModelError as error:
            self.refused = error
            raise
        finally:
            self.busy -= 1

    async def proven(self) -> Identity:
        """Who the server is; before it is given out, a server not seen before must prove itself sound.

        Raises:
            Unavailable: it does not answer now.
            ModelError: it must not be used.
        """
        if self._identity is not None and not self._is_stale():
            return self._identity
        async with self._lock:
            if self.refused is not None:
                raise self.refused
            if self._identity is None or self._is_stale():
                began = time.monotonic()
                identity = await self.endpoint.identify()
                if identity not in self._proven:
                    await self._prove(identity)
                self._identity, self._checked = identity, began
            return self._identity

    async def _prove(self, identity: Identity) -> None:
        async def ask(image: Image, request: Request) -> Reply:
            return await self.endpoint.ask(data_uri(image), request, context=0)

        proof = await prove(ask, self.endpoint.block, self._prompts, context=identity.context)
        if not proof.sound:
            raise refusal(self.endpoint.url, proof, identity.software)
        logger.info("%s is sound: every test page came back with its own text", self.endpoint.url)
        self._proven.add(identity)

    def _is_stale(self) -> bool:
        return self.endpoint.newest_connection > self._checked or time.monotonic() - self._checked > _CHECK_SECONDS

    async def report(self) -> Report:
        """Examine the server from scratch."""
        url = self.endpoint.url
        identity: Identity | None = None
        try:
            identity = await self.endpoint.identify()
            began = time.monotonic()
            await self._prove(identity)
            return Report(url, identity, time.monotonic() - began)
        except (Unavailable, ModelError) as error:
            return Report(url, identity, problem=str(error))


class ServedModel:
    """HunyuanOCR on servers that are replicas of each other. See `ingest.hunyuan.model.VisionModel`.

    Any number of threads may ask; a bound holds for all of them together. A question that fails for the server's
    sake is asked again, of another server where there is one, with growing, jittered waits.
    """

    def __init__(
        self,
        urls: Sequence[str],
        *,
        model: str,
        revision: str,
        prompts: PromptSet,
        key: str = "none",
        in_flight: int = 16,
        timeout: float = 300.0,
        retries: int = 5,
        max_pixels: int = 16_777_216,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Prepare; nothing is sent before the first question.

        Args:
            urls: addresses of OpenAI interfaces, at least one.
            model: the model's name on them.
            revision: of its weights, part of the identity.
            prompts: how the model is asked.
            key: the bearer key the servers want.
            in_flight: questions under way at once, all servers together.
            timeout: seconds without a byte after which an answer counts as lost.
            retries: further tries of a question.
            max_pixels: larger images are scaled down to this.
            sleep: waits between tries; another one in tests.
        """
        self._replicas_wanted = [(url, model, key, timeout) for url in urls]
        self._identity = f"{model}@{revision[:12]}" if revision else model
        self._prompts = prompts
        self._in_flight = in_flight
        self._retries = retries
        self._max_pixels = max_pixels
        self._sleep = sleep
        self._loop = LoopThread()
        self._encodings = threading.local()
        self._replicas: list[Replica] = []
        self._slots: asyncio.Semaphore | None = None

    @property
    def identity(self) -> str:
        """The model's name and the revision that the settings say."""
        return self._identity

    @property
    def concurrency(self) -> int:
        """Questions under way at once."""
        return self._in_flight

    def ask(self, image: Image, request: Request) -> Reply:
        """Ask one question about one image. See `VisionModel.ask`."""
        return self._loop.run(self._ask(self._encoded(image), request))

    def _encoded(self, image: Image) -> str:
        """The image as it is sent: encoded in the asking thread, for that takes a while, and once for all questions."""
        last: tuple[Image, str] | None = getattr(self._encodings, "last", None)
        if last is None or last[0] is not image:
            last = self._encodings.last = (image, data_uri(fit(image, self._max_pixels)))
        return last[1]

    def examine(self) -> list[Report]:
        """Who and how each server is, found out from scratch."""

        async def all_reports() -> list[Report]:
            return list(await asyncio.gather(*(replica.report() for replica in self._opened())))

        return self._loop.run(all_reports())

    def close(self) -> None:
        """Give up what is under way and close all connections."""

        async def leave() -> None:
            await asyncio.gather(*(replica.endpoint.close() for replica in self._replicas))

        if self._replicas:
            self._loop.run(leave())
        self._loop.close()
        self._replicas, self._slots = [], None

    def _opened(self) -> list[Replica]:
        if not self._replicas:
            self._replicas = [
                Replica(Endpoint(url, model=model, key=key, timeout=timeout), self._prompts)
                for url, model, key, timeout in self._replicas_wanted
            ]
        return self._replicas

    async def _ask(self, uri: str, request: Request) -> Reply:
        if self._slots is None:
            self._slots = asyncio.Semaphore(self._in_flight)
        async with self._slots:
            try:
                async for attempt in self._attempts():
                    with attempt:
                        return await self._ask_one(self._chosen(), uri, request)
            except Unavailable as error:
                await self._blame(error)
        raise AssertionError("tenacity gives up with the last error")

    async def _ask_one(self, replica: Replica, uri: str, request: Request) -> Reply:
        try:
            return await replica.ask(uri, request)
        except ModelError as error:
            if all(other.refused for other in self._replicas):
                raise
            logger.warning("One server less: %s", error)
            raise Unavailable(str(error)) from error

    def _attempts(self) -> AsyncRetrying:
        backoff = wait_random_exponential(_FIRST_WAIT, _LONGEST_WAIT)

        def wait(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            return max(backoff(state), error.wait if isinstance(error, Unavailable) else 0.0)

        return AsyncRetrying(
            retry=retry_if_exception_type(Unavailable),
            stop=stop_after_attempt(1 + self._retries),
            wait=wait,
            sleep=self._sleep,
            reraise=True,
        )

    def _chosen(self) -> Replica:
        """The least busy server that may be used, those whose connection just failed last.

        Raises:
            ModelError: there is none.
        """
        replicas = self._opened()
        usable = [replica for replica in replicas if replica.refused is None]
        if not usable:
            raise replicas[0].refused or ModelError("There is no server.")
        now = time.monotonic()
        return min(usable, key=lambda replica: (replica.resting_until > now, replica.busy, replica.asked))

    async def _blame(self, error: Unavailable) -> None:
        """Raise what the last failed try means: a fault of this page, or of the servers.

        Raises:
            PageError: some server answers others, so it is the page.
            ModelError: none can be reached.
        """
        for replica in self._opened():
            try:
                await replica.endpoint.identify()
            except (Unavailable, ModelError):
                continue
            raise PageError(f"HunyuanOCR's server failed on it {1 + self._retries} times ({error})") from error
        raise ModelError(
            f"HunyuanOCR cannot be reached: {error}. Start it (`ingest serve-ocr`) or correct PAGECITE_HUNYUAN_URL; "
            "what is done stays done, and the same command goes on from there."
        ) from error
