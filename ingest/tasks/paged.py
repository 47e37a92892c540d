"""One task on the pages of a document, several at once."""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass

from PIL import Image

from ingest.errors import PageError
from ingest.hunyuan.images import fit
from ingest.tasks.ordered import in_order
from ingest.tasks.tools import TaskResult

# More than any engine looks at (HunyuanOCR 1.5: 16,777,216); pages that wait take no more memory than this.
MOST_PIXELS = 16_777_216


@dataclass(frozen=True, slots=True)
class PageResult:
    """What came of a task on one page.

    Attributes:
        page_number: 1-based.
        width: of the page's image, in pixels; 0 where it could not be rendered.
        height: likewise.
        result: None where the task failed.
        reason: why it failed, for people; empty where it did not.
    """

    page_number: int
    width: int = 0
    height: int = 0
    result: TaskResult | None = None
    reason: str = ""


def run_pages(
    work: Callable[[Image.Image], TaskResult],
    render: Callable[[int], Image.Image],
    page_numbers: Iterable[int],
    *,
    concurrency: int,
) -> Generator[PageResult, None, None]:
    """Do a task on some pages; results come in the order of the pages.

    Args:
        work: does the task on an image; called from several threads.
        render: gives a page's image; called in this thread, a few pages ahead.
        page_numbers: which pages.
        concurrency: how many pages at once.

    Raises:
        ConfigError: `work` cannot do the task.
        ModelError: the model cannot be reached or must not be used.
    """

    def done(page: tuple[PageResult, Image.Image | None]) -> PageResult:
        known, image = page
        if image is None:
            return known
        number, width, height = known.page_number, known.width, known.height
        try:
            return PageResult(number, width, height, work(image))
        except PageError as error:
            return PageResult(number, width, height, reason=str(error))

    yield from in_order(done, (_rendered(render, number) for number in page_numbers), concurrency)


def _rendered(render: Callable[[int], Image.Image], number: int) -> tuple[PageResult, Image.Image | None]:
    try:
        image = render(number)
    except PageError as error:
        return PageResult(number, reason=str(error)), None
    return PageResult(number, *image.size), fit(image, MOST_PIXELS)
