"""What becomes of files, and who is told how the work on them goes on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

ADDED, UPDATED, PRESENT, FAILED = "added", "updated", "present", "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file.

    Attributes:
        path: the file.
        status: ``added``, ``updated`` (a new version of a file, or a visible document that was read anew),
            ``present`` (the library had it already) or ``failed``.
        doc_id: its id, empty where its bytes could not be read.
        pages: number of pages that can be asked about.
        reason: why it, or some of its pages, failed; empty where nothing did.
        warnings: what a person should know about its pages, those that need review first.
        note: what a person may want to know though all is well.
    """

    path: Path
    status: str
    doc_id: str = ""
    pages: int = 0
    reason: str = ""
    warnings: tuple[str, ...] = ()
    note: str = ""

    @property
    def failed(self) -> bool:
        """Whether anything of the file is missing from the library."""
        return bool(self.reason)


class Progress(Protocol):
    """Is told how the work goes on. Several documents may be under way at once."""

    def document(self, doc_id: str, name: str, pages: int) -> None:
        """A document of so many pages is begun."""
        ...

    def page(self, doc_id: str) -> None:
        """One of its pages is done."""
        ...

    def note(self, text: str) -> None:
        """Something goes on beside pages, such as waiting."""
        ...


class Silent:
    """Progress that nobody watches."""

    def document(self, doc_id: str, name: str, pages: int) -> None:
        """Nothing."""

    def page(self, doc_id: str) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""
