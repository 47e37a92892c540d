"""Documents on their way into a library, and the run that takes them there."""

from dataclasses import dataclass, field

from ingest.flow import Job, PageFlow
from ingest.journal import again
from ingest.locks import Claim
from ingest.outcomes import Outcome, Progress
from ingest.types import SourceDocument


@dataclass(frozen=True, slots=True)
class Entry:
    """A document on its way into the library.

    Attributes:
        source: as the user knows it.
        job: its pages; none where those that are kept become visible again.
        page_count: number of its pages.
        reader: whose pages of it were there before, visible or of an older version; empty where none were.
    """

    source: SourceDocument
    job: Job
    page_count: int
    reader: str


# A document on its way, one on its way under another name, or what became of it.
Begun = Entry | SourceDocument | Outcome


@dataclass(frozen=True, slots=True)
class Run:
    """One call of `Pipeline.add`."""

    flow: PageFlow
    progress: Progress
    keep_paths: bool
    refresh: bool
    claims: dict[str, Claim]
    under_way: set[str] = field(default_factory=set)

    @property
    def reader(self) -> str:
        """Whose pages are to be read."""
        return again(self.flow.reader) if self.refresh else self.flow.reader

    def release(self, doc_id: str) -> None:
        """Let others work on a document."""
        self.under_way.discard(doc_id)
        if claim := self.claims.pop(doc_id, None):
            claim.release()


def has_arrived(begun: Begun) -> bool:
    """Whether a document's pages need no more waiting for."""
    return not isinstance(begun, Entry) or all(page.done() for page in begun.job.pages)
