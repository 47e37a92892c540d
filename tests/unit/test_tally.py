"""The sum of a run: exactly what was done, skipped and failed."""

import pytest

from ingest.display import duration
from ingest.events import Result
from ingest.tally import Tally

pytestmark = pytest.mark.unit


def tally(*results: Result) -> Tally:
    counted = Tally()
    for result in results:
        counted.add(result)
    return counted


def test_every_kind_is_counted_and_named() -> None:
    counted = tally(
        *[Result(f"/{number}.pdf", "added", pages=10) for number in range(3)],
        Result("/contract.pdf", "updated", pages=11, note="a new version"),
        Result("/part.pdf", "added", pages=1, reason="page 2: gave up"),
        Result("/there.pdf", "present", pages=9),
        Result("/moved.pdf", "moved"),
        Result("/gone.pdf", "removed", pages=4),
        Result("/bad.pdf", "failed", reason="is empty"),
    )
    counted.count("present", 11)
    assert counted.sentence(72) == (
        "3 added, 1 updated (contract.pdf), 1 with pages missing, 12 present, 1 moved, 1 removed, "
        "1 failed; 42 pages; 1 min 12 s"
    )
    assert [result.path for result in counted.failures] == ["/part.pdf", "/bad.pdf"]


def test_pages_that_need_review_are_counted_and_other_warnings_are_not() -> None:
    review = ("page 1 needs review: blank", "page 3 needs review: broke off", "page 2: text layer set aside")
    assert (
        tally(Result("/a.pdf", "added", pages=3, warnings=review))
        .sentence(1)
        .startswith("1 added; 3 pages, 2 need review;")
    )
    assert "1 needs review" in tally(Result("/a.pdf", "added", pages=3, warnings=review[:1])).sentence(1)


def test_many_updates_are_counted_and_not_listed() -> None:
    counted = tally(*[Result(f"/{n}.pdf", "updated", pages=1, note="a new version") for n in range(4)])
    assert counted.sentence(1) == "4 updated; 4 pages; 1.0 s"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "0.4 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (3599.7, "1 h 0 min"), (7505, "2 h 5 min")],
)
def test_times_are_told_as_people_do(seconds: float, said: str) -> None:
    assert duration(seconds) == said
