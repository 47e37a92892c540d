"""A blocking iterator, iterated without blocking the event loop."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

_Item = TypeVar("_Item")
_END = object()


async def iterate(items: Iterator[_Item]) -> AsyncGenerator[_Item, None]:
    """Yield what a blocking iterator gives, each step in a thread.

    When the task is cancelled or the iteration is ended early, the iterator is closed as soon as the step that it is in
    has come to its end; nothing waits for that.

    Args:
        items: a generator; it runs in one thread, and no step of it begins before it is asked for.

    Raises:
        Exception: what a step raises.
    """
    # One thread for all steps, so that none begins before the last has ended.
    executor = ThreadPoolExecutor(1, thread_name_prefix="pagecite-stream")
    try:
        while (item := await asyncio.wrap_future(_step(executor, items))) is not _END:
            yield item
    finally:
        executor.submit(_close, items)
        executor.shutdown(wait=False)


def _step(executor: ThreadPoolExecutor, items: Iterator[Any]) -> "Future[Any]":
    context = copy_context()
    return executor.submit(lambda: context.run(next, items, _END))


def _close(items: Iterator[Any]) -> None:
    close = getattr(items, "close", None)
    if close is not None:
        close()
