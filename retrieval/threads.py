"""A blocking iterator, iterated without blocking the event loop, and told when nobody waits for it any more."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from threading import Event
from typing import Any, TypeVar

_Item = TypeVar("_Item")
_END: Any = object()
_LEFT: ContextVar[Event | None] = ContextVar("pagecite_left", default=None)


async def iterate(items: Iterator[_Item]) -> AsyncGenerator[_Item, None]:
    """Yield what a blocking iterator gives, each step in a thread.

    When the task is cancelled or the iteration is ended early, the step that is under way is told (`check_left`), and
    the iterator is closed behind it. Nothing waits for that.

    Args:
        items: a generator.

    Raises:
        Exception: what a step raises.
    """
    left = Event()
    # One context and one thread for all steps, so that none begins before the last has ended.
    context = copy_context()
    context.run(_LEFT.set, left)
    executor = ThreadPoolExecutor(1, thread_name_prefix="pagecite-stream")
    try:
        while (item := await asyncio.wrap_future(executor.submit(context.run, _next, items))) is not _END:
            yield item
    finally:
        left.set()
        executor.submit(context.run, _close, items)
        executor.shutdown(wait=False)


def check_left() -> None:
    """End the step that is under way if nobody waits for it any more.

    Raises:
        asyncio.CancelledError: nobody does.
    """
    left = _LEFT.get()
    if left is not None and left.is_set():
        raise asyncio.CancelledError


def _next(items: Iterator[Any]) -> Any:
    return next(items, _END)


def _close(items: Iterator[Any]) -> None:
    close = getattr(items, "close", None)
    if close is not None:
        close()
