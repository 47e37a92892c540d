"""What flows through retrieval: question, evidence, citation, answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from ingest.types import Box, Chunk
from retrieval.filters import Filter, as_filter
from retrieval.ledger.model import LedgerAnswer


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier question of a conversation and its answer's text, with the names of the documents that it cited."""

    question: str
    answer: str
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question, with what was said before it.

    Attributes:
        text: as the user wrote it.
        history: earlier turns, oldest first.
        filter: which documents may answer; None: all of them.
    """

    text: str
    history: tuple[Turn, ...] = ()
    filter: Filter | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A chunk that may answer a question.

    Attributes:
        chunk: the passage.
        source: file name of its document.
        image_path: its page's image.
        score: of the fused ranking, or the reranker's; higher is better; comparable within one question only.
        similarity: cosine of question and chunk, -1..1.
    """

    chunk: Chunk
    source: str
    image_path: Path
    score: float
    similarity: float


@dataclass(frozen=True, slots=True)
class CitedPart:
    """What a page break cut off from a quote.

    Attributes:
        page_number: of the page before or after.
        quote: the words there.
        boxes: where they stand, as in `Citation`.
        image_path: that page's image.
    """

    page_number: int
    quote: str
    boxes: tuple[Box, ...]
    image_path: Path


@dataclass(frozen=True, slots=True)
class Citation:
    """The words on a page that prove a sentence of an answer.

    Attributes:
        number: 1-based, as in ``[1]`` in the answer's text.
        doc_id: the document.
        source: its file name.
        title: its title, found from its content.
        page_number: 1-based.
        quote: words exactly as they stand on the page (line breaks closed up).
        boxes: where they stand, in fractions of the page image, one box a line.
        image_path: the page's image.
        chunk_id: the chunk that holds them.
        continued: the rest of the quote on the pages before and after, where it runs over a page break.
    """

    number: int
    doc_id: str
    source: str
    title: str
    page_number: int
    quote: str
    boxes: tuple[Box, ...]
    image_path: Path
    chunk_id: str
    continued: tuple[CitedPart, ...] = ()


class ConflictKind(StrEnum):
    """Why two documents say different things."""

    VERSIONS = "versions"  # a contract and its amendment
    DUPLICATES = "duplicates"  # two invoices with one number


@dataclass(frozen=True, slots=True)
class Side:
    """What one document says where another says otherwise.

    Attributes:
        citation: the words and their page; its number is one of the answer's.
        dated: the document's own date; None where it has none that can be read.
        in_force: whether it is the version that counts on the day that is asked about; None where none is.
    """

    citation: Citation
    dated: date | None
    in_force: bool | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Documents that belong together and do not say the same.

    Attributes:
        kind: how they belong together.
        sides: what each says, newest first.
        text: the same in a sentence, in the question's language, with citation numbers.
    """

    kind: ConflictKind
    sides: tuple[Side, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Claims:
    """What became of the claims that a language model made; none in quote mode.

    Attributes:
        supported: claims that the pages they cite prove: those of the answer's text.
        unsupported: claims that they do not, left out or shown as such.
    """

    supported: int = 0
    unsupported: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer and its proof.

    Attributes:
        question: as it was asked.
        text: the answer, with citation numbers in brackets; a plain sentence where there is none.
        answered: whether the documents answer the question.
        citations: in the order of their numbers.
        evidence: all passages that were looked at, best first.
        documents: names of the documents that were searched: those that the question names or goes on about, with
            their amendments, or those that a filter lets through; empty: all of them.
        warnings: what the user should know, for example that claims were left out.
        claims: how many claims of a language model were proven, and how many not.
        conflicts: documents that belong together and do not say the same; each side is cited.
        understood: the question as it was understood from the conversation; empty where that is as it was asked.
        scope: the filter that was applied, given or read from the question, in words; empty where there was none.
        ledger: what was computed from the ledger, with its rows and what was left out; None where nothing was.
    """

    question: str
    text: str
    answered: bool
    citations: tuple[Citation, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    documents: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    claims: Claims = Claims()
    conflicts: tuple[Conflict, ...] = ()
    understood: str = ""
    scope: str = ""
    ledger: LedgerAnswer | None = None


def as_question(value: "str | Question | dict[str, object]") -> Question:
    """Read a chain's input: a string, a `Question`, or ``{"question": str, "history": [...], "filter": ...}``.

    A history entry is a `Turn`, a pair ``(question, answer)``, or ``{"question": ..., "answer": ...}``, the last with
    ``"documents"``, names of those that the answer cited, where they are known. A filter is one that `as_filter` reads.

    Raises:
        ValueError: the input has another form.
    """
    if isinstance(value, Question):
        return value
    if isinstance(value, str):
        return Question(value.strip())
    text = value.get("question")
    history = value.get("history") or ()
    if not isinstance(text, str) or not isinstance(history, Sequence):
        raise ValueError('Ask with a string or with {"question": "...", "history": [("question", "answer"), ...]}.')
    return Question(text.strip(), tuple(_turn(entry) for entry in history), as_filter(value.get("filter")))


def _turn(entry: object) -> Turn:
    if isinstance(entry, Turn):
        return entry
    if isinstance(entry, dict) and isinstance(entry.get("question"), str):
        documents = entry.get("documents") or ()
        named = tuple(map(str, documents)) if isinstance(documents, (tuple, list)) else ()
        return Turn(entry["question"], str(entry.get("answer", "")), named)
    if isinstance(entry, (tuple, list)) and len(entry) == 2:
        return Turn(str(entry[0]), str(entry[1]))
    raise ValueError("A history entry is a pair of question and answer.")
