"""The sum of a run: what was done, skipped and failed."""

import os

from ingest import display
from ingest.events import Result
from ingest.records import REVIEW_MARK

PARTLY = "partly"
# How each kind is called in the summary, in its order.
_WORDS = {
    "added": "added",
    "updated": "updated",
    PARTLY: "with pages missing",
    "present": "present",
    "moved": "moved",
    "removed": "removed",
    "kept": "kept",
    "failed": "failed",
    "reindexed": "reindexed",
}
_READ = ("added", "updated")
_MOST_NAMES = 3  # of updated files that the summary names


class Tally:
    """Counts results."""

    def __init__(self) -> None:
        self.pages = 0
        self.review = 0
        self.failures: list[Result] = []
        self._counts = dict.fromkeys(_WORDS, 0)
        self._updates: list[str] = []

    def add(self, result: Result) -> None:
        """Count what became of a file."""
        read = result.status in _READ
        self._counts[PARTLY if read and result.reason else result.status] += 1
        if result.reason:
            self.failures.append(result)
        if read:
            self.pages += result.pages
            self.review += sum(REVIEW_MARK in warning for warning in result.warnings)
        if result.status == "updated" and not result.reason:
            self._updates.append(os.path.basename(result.path))

    def count(self, kind: str, number: int) -> None:
        """Count files of which nothing else is told."""
        self._counts[kind] += number

    @property
    def counts(self) -> dict[str, int]:
        """Number of files by what became of them; kinds without any are left out."""
        return {kind: count for kind, count in self._counts.items() if count}

    def sentence(self, seconds: float) -> str:
        """The sum in words: ``3 added, 12 present, 1 failed; 41 pages, 3 need review; 1 min 12 s``."""
        files = ", ".join(f"{count} {_WORDS[kind]}{self._named(kind)}" for kind, count in self.counts.items())
        review = f", {self.review} need{'s' if self.review == 1 else ''} review" if self.review else ""
        pages = [f"{display.pages(self.pages)}{review}"] if self.pages else []
        return "; ".join([files, *pages, display.duration(seconds)])

    def _named(self, kind: str) -> str:
        few = kind == "updated" and len(self._updates) <= _MOST_NAMES
        return f" ({', '.join(self._updates)})" if few else ""
