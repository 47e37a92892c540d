"""Work on several things at once, results in order, few things held at a time."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(work: Callable[[Item], Result], items: Iterable[Item], concurrency: int) -> Generator[Result, None, None]:
    """Yield the result of each item, in the items' order.

    At most `concurrency` items are worked on, and one more result waits. Whatever ends the iteration, an error of one
    item among them, gives up the items that are not begun, without waiting for those that are.

    Args:
        work: is called from several threads.
        items: is iterated in the calling thread.
        concurrency: at least 1.
    """
    pool = ThreadPoolExecutor(concurrency)
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            if len(waiting) > concurrency:
                yield waiting.popleft().result()
            waiting.append(pool.submit(work, item))
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
