"""What full-text search is to the rest of the program, and what its two forms have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from ingest.tokens import terms

# Weights of the columns of chunks (title, heading, text) and of documents (title, intro, name).
CHUNK_WEIGHTS = (2.0, 2.0, 1.0)
DOCUMENT_WEIGHTS = (2.0, 1.0, 0.5)
_MAX_WORDS = 120

Key = TypeVar("Key", int, str)


@dataclass(frozen=True, slots=True)
class Entry(Generic[Key]):
    """What is to be found.

    Attributes:
        key: a chunk's row or a document's id.
        columns: its text, one for each weight.
    """

    key: Key
    columns: tuple[str, str, str]


class FullText(Protocol):
    """Full-text search by one connection. What is written belongs to that connection's transaction."""

    def create(self) -> None:
        """Make the tables where they are missing."""
        ...

    def reset(self) -> None:
        """Make the tables empty, whatever state they are in."""
        ...

    def optimise(self) -> None:
        """Leave no deleted word behind."""
        ...

    def add_chunks(self, entries: Sequence[Entry[int]]) -> None:
        """Enter chunks by their rows."""
        ...

    def add_document(self, entry: Entry[str]) -> None:
        """Enter what a document is about."""
        ...

    def delete(self, doc_id: str) -> None:
        """Delete a document and its chunks; to be called while the chunks are still in their table."""
        ...

    def search_chunks(
        self, words: Sequence[str], limit: int, doc_ids: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """Chunks of visible documents, or of some of them, with any of the words: ids and BM25 scores, best first."""
        ...

    def search_documents(self, words: Sequence[str], limit: int) -> list[tuple[str, float]]:
        """Visible documents with any of the words: ids and BM25 scores, best first."""
        ...

    def count_chunks(self, word: str) -> int:
        """Number of chunks with a word."""
        ...

    def count_documents(self, words: Sequence[str]) -> int:
        """Number of documents with all of the words, at least one."""
        ...


def indexed(text: str) -> str:
    """Text as it is indexed: its terms, separated by spaces."""
    return " ".join(terms(text))


def queried(words: Sequence[str]) -> list[str]:
    """The words that are looked for: each once, and not more than a query bears."""
    return list(dict.fromkeys(words))[:_MAX_WORDS]
