"""Vectors on a Chroma server: a collection for each library, ``pagecite-<library_id>``, for all its processes.

How far it is stands in the collection's metadata. Changes are applied under a file lock in the library's folder.
"""

import json
import logging
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from ingest.chroma import ChromaVectors, vectors_in
from ingest.errors import ConfigError, LibraryError, LibraryNotWritable
from ingest.stores import Store
from ingest.vector_source import Position

logger = logging.getLogger(__name__)

_PREFIX = "pagecite-"
_CONNECT_SECONDS = 10.0
_ANSWER_SECONDS = 120.0  # for 2,000 vectors it takes a second or two
_MOMENT = 0.5  # seconds of waiting for another process, before looking whether it did our work
_PATIENCE = 6  # moments, before a line says so
_PORTS = {"http": 80, "https": 443}


class ServerStore:
    """The collection of one library on a server."""

    # They stay in the server's files whatever is done: it never deletes the files of a deleted collection.
    keeps_traces = False

    def __init__(self, url: str, library_id: str, folder: Path) -> None:
        """Prepare; nothing is asked before it is used.

        Args:
            url: ``http(s)://host:port``.
            library_id: the library's own id.
            folder: the library's ``chroma`` folder, for the lock.

        Raises:
            ConfigError: the URL is none.
        """
        self._url = url.rstrip("/")
        self._address = _address(url)
        self._name = _PREFIX + library_id
        self._folder = folder
        self._client: Any = None
        self._vectors: ChromaVectors | None = None
        self._position: Position | None = None
        self._begun = ""
        self._anew = False
        self._waited = 0

    @contextmanager
    def exclusive(self) -> Iterator[bool]:
        """No other process of this library changes the vectors; False where one still did after a moment.

        Raises:
            LibraryNotWritable: the lock's file cannot be made.
        """
        lock = FileLock(self._folder / "server.lock", thread_local=False)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with suppress(Timeout):
                lock.acquire(timeout=_MOMENT)
        except OSError as error:
            raise LibraryNotWritable(
                f"{self._folder} cannot be written ({error.strerror or error}), and vectors on a server need a lock "
                "there; check permissions, or unset PAGECITE_CHROMA_URL."
            ) from error
        self._waited = 0 if lock.is_locked else self._waited + 1
        if self._waited == _PATIENCE:
            logger.warning("Another process brings the vectors on %s in step; waiting for it.", self._url)
        try:
            yield lock.is_locked
        finally:
            lock.release()

    def read(self) -> Position | None:
        """How far the vectors are, asked each time: other processes change them, too."""
        if self._client is None:
            self._client = self._connect()
        self._vectors = self._position = None
        self._begun = ""
        found = self._find()
        if found is not None and not self._anew:
            self._vectors = ChromaVectors(found)
            self._position = _position(found.metadata)
        return self._position

    def vectors(self) -> ChromaVectors:
        """The vectors."""
        assert self._vectors is not None
        return self._vectors

    def begin(self) -> None:
        """Start anew in another collection, while others ask the old one."""
        for collection in self._client.list_collections():
            if collection.name.startswith(self._name + "-"):  # left by a killed process; we hold the lock
                self._client.delete_collection(collection.name)
        self._begun = f"{self._name}-{uuid.uuid4().hex[:12]}"
        self._vectors = vectors_in(self._client, self._begun)

    def unseal(self) -> None:
        """Changes are applied again by the next process where this one does not get as far as to note them."""

    def settle(self, position: Position) -> None:
        """Note how far the vectors are. A new collection takes the name of the old one."""
        if position == self._position and not self._begun:
            return
        collection = self.vectors().collection
        collection.modify(metadata=_metadata(position))
        if self._begun:
            # Who asks in between finds nothing, and comes back when the lock is free.
            if self._find() is not None:
                self._client.delete_collection(self._name)
            collection.modify(name=self._name)
        self._position, self._begun, self._anew = position, "", False

    def instead(self, error: Exception, failures: int) -> Store | None:
        """Look again: another process may have replaced the collection. Then make it anew.

        Raises:
            LibraryError: the server does not answer.
        """
        self.close()
        if _is_connection_error(error):
            raise _unreachable(self._url, error) from error
        if failures > 1:
            logger.warning("The vectors on %s were broken (%s); they are put there again.", self._url, error)
            self._anew = True
        return self if failures < 3 else None

    def close(self, *, discard: bool = False) -> None:
        """End the connection."""
        if self._client is not None:
            with suppress(Exception):  # what is broken is left behind
                self._client.close()
        self._client = self._vectors = self._position = None

    def _find(self) -> Any:
        from chromadb.errors import NotFoundError

        try:
            return self._client.get_collection(self._name, embedding_function=None)
        except NotFoundError:
            return None

    def _connect(self) -> Any:
        _say_hello(self._url)
        import chromadb
        import httpx
        from chromadb.config import Settings

        host, port, secure = self._address
        try:
            client: Any = chromadb.HttpClient(host, port, secure, settings=Settings(anonymized_telemetry=False))
        except Exception as error:  # of many types, that of a refused connection a ValueError
            raise _unreachable(self._url, error) from error
        # Chroma waits without end, and has no setting for it.
        session: httpx.Client = client._server._session
        session.timeout = httpx.Timeout(_ANSWER_SECONDS, connect=_CONNECT_SECONDS)
        return client


def _address(url: str) -> tuple[str, int, bool]:
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        parts, port = urlsplit(""), 0
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.username:
        raise ConfigError(f"PAGECITE_CHROMA_URL = {url} is no URL like http://localhost:8000; correct it, or unset it.")
    return parts.hostname, port, parts.scheme == "https"


def _say_hello(url: str) -> None:
    """Make sure that a Chroma server answers, before chromadb's client waits for it without end."""
    try:
        with urllib.request.urlopen(f"{url}/api/v2/heartbeat", timeout=_CONNECT_SECONDS) as answer:
            known = "nanosecond heartbeat" in json.loads(answer.read(1000))
    except urllib.error.HTTPError as error:
        raise LibraryError(_foreign(url, f"it answers {error.code} {error.reason}")) from error
    except OSError as error:
        raise _unreachable(url, error) from error
    except ValueError as error:
        raise LibraryError(_foreign(url, "its answer is something else")) from error
    if not known:
        raise LibraryError(_foreign(url, "its answer is something else"))


def _foreign(url: str, how: str) -> str:
    return f"{url} is no Chroma server that Pagecite can use ({how}); correct or unset PAGECITE_CHROMA_URL."


def _unreachable(url: str, error: Exception) -> LibraryError:
    reason = getattr(error, "reason", None) or error
    return LibraryError(
        f"The Chroma server {url} does not answer ({reason}); start it (`chroma run`), or unset PAGECITE_CHROMA_URL to "
        "keep vectors in the library's folder."
    )


def _is_connection_error(error: Exception) -> bool:
    import httpx

    return isinstance(error, (httpx.TransportError, OSError))


def _metadata(position: Position) -> dict[str, str | int]:
    return {"library": position.library_id, "model": position.model, "seq": position.seq, "purges": position.purges}


def _position(metadata: Any) -> Position | None:
    try:
        return Position(str(metadata["library"]), str(metadata["model"]), int(metadata["seq"]), int(metadata["purges"]))
    except (KeyError, TypeError, ValueError):
        return None
