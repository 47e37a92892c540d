"""One server's OpenAI-compatible address: who it is, and one streamed question."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import aiohttp

from ingest.errors import ModelError, PageciteError, PageError
from ingest.hunyuan.model import Reply
from ingest.hunyuan.prompts import Request
from ingest.hunyuan.repetition import cut_repetition, endless

_CONNECT_SECONDS = 10
_CONTROL_SECONDS = 20
# Characters of an answer between two looks at its end.
_LOOK_EVERY = 512
_RETRY_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
_REFUSED_STATUS = frozenset({401, 403, 404, 405})
_STARTED = "process_start_time_seconds "


class Unavailable(PageciteError):
    """A server did not answer this time; another try may succeed.

    Attributes:
        wait: seconds that the server asks to wait, 0 where it says nothing.
        connection: whether the connection failed, so that the server may be another one when it comes back.
    """

    def __init__(self, message: str, *, wait: float = 0.0, connection: bool = False) -> None:
        super().__init__(message)
        self.wait = wait
        self.connection = connection


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a server is. Another identity means that nothing known about it holds any more.

    Attributes:
        model: the name under which the model is served.
        root: what is served: a name on the hub or a folder; empty where the server does not say.
        context: most tokens of question and answer together; 0 where the server does not say.
        software: vLLM's version; empty where the server does not say.
        started: when its process began, seconds since 1970; empty where the server does not say.
    """

    model: str
    root: str = ""
    context: int = 0
    software: str = ""
    started: str = ""


class Endpoint:
    """A server. All methods run on one event loop."""

    def __init__(self, url: str, *, model: str, key: str, timeout: float) -> None:
        """Prepare; nothing is sent.

        Args:
            url: address of its OpenAI interface, for example ``http://localhost:8000/v1``.
            model: the model's name on it.
            key: the bearer key it wants.
            timeout: seconds without a byte after which an answer counts as lost.
        """
        self.url = url.rstrip("/")
        self.newest_connection = 0.0
        """When the youngest connection for questions was opened, on `time.monotonic`'s clock."""
        self._model = model
        self._headers = {"Authorization": f"Bearer {key}"}
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=timeout)
        self._session: aiohttp.ClientSession | None = None

    async def identify(self) -> Identity:
        """Ask the server who it is.

        Raises:
            Unavailable: it does not answer.
            ModelError: it does not serve the model, or refuses the key.
        """
        # Connections of its own: those for questions tell by their age whether the server may be another one.
        timeout = aiohttp.ClientTimeout(total=_CONTROL_SECONDS)
        async with aiohttp.ClientSession(headers=self._headers, timeout=timeout) as session:
            listed = await self._models(session)
            found = next((entry for entry in listed if entry.get("id") == self._model), None)
            if found is None:
                served = ", ".join(str(entry.get("id")) for entry in listed) or "nothing"
                raise ModelError(
                    f"The server {self.url} does not serve {self._model} but {served}; set PAGECITE_HUNYUAN_MODEL."
                )
            base = self.url.removesuffix("/v1")
            version = await _optional_text(session, f"{base}/version")
            metrics = await _optional_text(session, f"{base}/metrics")
        return Identity(
            model=self._model,
            root=str(found.get("root") or ""),
            context=int(found.get("max_model_len") or 0),
            software=_software(version),
            started=next((line[len(_STARTED) :] for line in metrics.splitlines() if line.startswith(_STARTED)), ""),
        )

    async def _models(self, session: aiohttp.ClientSession) -> list[dict[str, Any]]:
        async with self._translated(), session.get(f"{self.url}/models") as response:
            await self._check(response)
            try:
                return [entry for entry in (await response.json())["data"] if isinstance(entry, dict)]
            except (ValueError, KeyError, TypeError, aiohttp.ContentTypeError) as error:
                raise ModelError(f"{self.url} is not an OpenAI-compatible server; check the address.") from error

    async def ask(self, image_uri: str, request: Request, *, context: int) -> Reply:
        """Ask one question about one image; an answer that repeats itself without end is stopped.

        Args:
            image_uri: the image, as a ``data:`` address.
            request: the question.
            context: the server's context length; 0: unknown.

        Raises:
            Unavailable: the server is busy, failed, or the connection was cut.
            PageError: the server refuses this image or question.
            ModelError: the server refuses us.
        """
        body = request_body(self._model, image_uri, request, context)
        async with (
            self._translated(),
            self._connected().post(f"{self.url}/chat/completions", json=body) as response,
        ):
            await self._check(response)
            return await _read_stream(response)

    async def block(self, text: str) -> None:
        """Keep the server busy with a text for which one token is answered; what comes of it does not matter.

        Raises:
            Unavailable: the connection failed.
        """
        message = {"role": "user", "content": text}
        body = {"model": self._model, "messages": [message], "max_tokens": 1, "temperature": 0.0}
        async with (
            self._translated(),
            self._connected().post(f"{self.url}/chat/completions", json=body) as response,
        ):
            await response.read()

    async def close(self) -> None:
        """Close its connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            trace = aiohttp.TraceConfig()
            trace.on_connection_create_start.append(self._note_connection)
            self._session = aiohttp.ClientSession(
                headers=self._headers,
                timeout=self._timeout,
                trace_configs=[trace],
                connector=aiohttp.TCPConnector(limit=0),
                read_bufsize=2**20,
            )
        return self._session

    async def _note_connection(self, session: aiohttp.ClientSession, context: SimpleNamespace, params: Any) -> None:
        self.newest_connection = time.monotonic()

    async def _check(self, response: aiohttp.ClientResponse) -> None:
        if response.status < 400:
            return
        said = _message(await response.text(errors="replace"))
        if response.status in _RETRY_STATUS:
            raise Unavailable(f"{self.url} answered {response.status}: {said}", wait=_wait(response))
        if response.status in _REFUSED_STATUS:
            raise ModelError(
                f"The server {self.url} refused with {response.status}: {said}. "
                "Check PAGECITE_HUNYUAN_URL, PAGECITE_HUNYUAN_MODEL and PAGECITE_HUNYUAN_API_KEY."
            )
        raise PageError(f"the server refused it with {response.status}: {said}")

    @asynccontextmanager
    async def _translated(self) -> AsyncIterator[None]:
        try:
            yield
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            what = _cause(error)
            raise Unavailable(f"{self.url} cannot be reached: {what}", connection=True) from error


async def _read_stream(response: aiohttp.ClientResponse) -> Reply:
    """The answer of a stream of server-sent events.

    Raises:
        Unavailable: the stream ended before the answer did, or says that the server failed.
    """
    parts: list[str] = []
    length, looked, reason = 0, 0, ""
    async for line in response.content:
        if not line.startswith(b"data:"):
            continue
        event = line[5:].strip()
        if event == b"[DONE]":
            continue  # read to the end: a connection left before cannot be used again
        piece, finished = _event(event)
        reason = finished or reason
        parts.append(piece)
        length += len(piece)
        if length - looked >= _LOOK_EVERY:
            looked = length
            parts = ["".join(parts)]
            if endless(parts[0]):
                reason = "endless"
                break
    if not reason:
        raise Unavailable("the connection was cut in the middle of an answer", connection=True)
    text = "".join(parts)
    kept = cut_repetition(text)
    return Reply(kept, cut=reason in ("endless", "length") or kept != text)


def _event(event: bytes) -> tuple[str, str]:
    """Text and finish reason of one event."""
    try:
        data = json.loads(event)
    except ValueError as error:
        raise Unavailable("the connection was cut in the middle of an answer", connection=True) from error
    if "error" in data:
        raise Unavailable(f"the server gave it up: {_message(event.decode(errors='replace'))}")
    choices = data.get("choices") or []
    if not choices:
        return "", ""
    return (choices[0].get("delta") or {}).get("content") or "", choices[0].get("finish_reason") or ""


def request_body(model: str, image_uri: str, request: Request, context: int) -> dict[str, Any]:
    """The request as HunyuanOCR wants it: a system message that is there and empty, the image before the text."""
    sampling = request.sampling
    body: dict[str, Any] = {
        "model": model,
        "stream": True,
        "messages": [
            {"role": "system", "content": ""},
            {
                "role": "user",
                "content": [
                    {"type": "image_url", "image_url": {"url": image_uri}},
                    {"type": "text", "text": request.prompt},
                ],
            },
        ],
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "repetition_penalty": sampling.repetition_penalty,
    }
    if sampling.seed is not None:
        body["seed"] = sampling.seed
    # vLLM refuses more tokens than fit beside the question; left out, it gives what fits.
    if not context or context >= 2 * sampling.max_tokens:
        body["max_tokens"] = sampling.max_tokens
    return body


def _cause(error: BaseException) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        return error.os_error.strerror or str(error.os_error)
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    return str(error) or type(error).__name__


async def _optional_text(session: aiohttp.ClientSession, url: str) -> str:
    """What vLLM tells beside OpenAI's interface; empty where a gateway keeps it back."""
    try:
        async with session.get(url) as response:
            return await response.text(errors="replace") if response.status == 200 else ""
    except (aiohttp.ClientError, TimeoutError, OSError):
        return ""


def _software(answer: str) -> str:
    try:
        return str(json.loads(answer)["version"])
    except (ValueError, KeyError, TypeError):
        return ""


def _message(answer: str) -> str:
    """The words of an error answer, at most 300 characters."""
    try:
        data = json.loads(answer)
        error = data.get("error", data)
        answer = str(error.get("message") or error.get("detail") or answer) if isinstance(error, dict) else str(error)
    except (ValueError, AttributeError):
        pass
    return " ".join(answer.split())[:300] or "no reason given"


def _wait(response: aiohttp.ClientResponse) -> float:
    try:
        return min(60.0, max(0.0, float(response.headers.get("Retry-After", "0"))))
    except ValueError:
        return 0.0
