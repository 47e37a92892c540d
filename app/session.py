"""What one browser session remembers: the conversation, the open page, the last upload."""

from dataclasses import dataclass, field

import streamlit as st

from app.escaping import without_marks
from app.texts import Texts
from ingest.outcomes import Outcome
from ingest.scripts import join
from ingest.types import Box
from retrieval.types import Answer, Citation, Evidence, Turn

_KEY = "pagecite"
LANGUAGE = "language"  # the switch's own key


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its answer, or with the reason why there is none."""

    question: str
    answer: Answer | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """Words to show on a page.

    Attributes:
        page_number: their page.
        text: the words.
        boxes: where they are, where that is known.
        lines: otherwise first line and one past the last, of the page's lines.
        proof: whether they prove an answer; False: a near passage.
        further: pages before and after on which the words begin or go on, each with their boxes.
        head: key of the text that says what the words are; empty: a proof, or a near passage.
    """

    page_number: int
    text: str
    boxes: tuple[Box, ...] = ()
    lines: tuple[int, int] | None = None
    proof: bool = True
    further: tuple[tuple[int, tuple[Box, ...]], ...] = ()
    head: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """The page in the evidence viewer.

    Attributes:
        doc_id: its document.
        page_number: the page that is shown.
        mark: the words that it was opened for.
        key: the button that opened it.
        chosen: whether a person chose it; False: it opened with an answer.
    """

    doc_id: str
    page_number: int
    mark: Mark
    key: str
    chosen: bool = True


@dataclass(slots=True)
class Session:
    """The state of one browser session; changed in place by the pages' callbacks."""

    exchanges: list[Exchange] = field(default_factory=list)
    pending: str | None = None
    view: View | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    uploads: int = 0  # counts finished uploads: each gets a fresh, empty upload field
    notice: str = ""

    def restart(self) -> None:
        """Forget the conversation."""
        self.exchanges, self.pending, self.view = [], None, None

    def history(self) -> list[Turn]:
        """Earlier questions with their answers, oldest first, as the chain takes them."""
        return [_turn(e.answer) for e in self.exchanges if e.answer is not None]


def _turn(answer: Answer) -> Turn:
    # As it was understood: the next question may hang on what this one meant.
    cited = tuple(dict.fromkeys(citation.source for citation in answer.citations))
    return Turn(answer.understood or answer.question, answer.text, cited)


def current() -> Session:
    """This browser session's state."""
    state: Session = st.session_state.setdefault(_KEY, Session())
    return state


def texts() -> Texts:
    """The interface in this session's language."""
    return Texts(str(st.session_state[LANGUAGE]))


def ask(question: str) -> None:
    """Put a question; the next run of the chat page answers it."""
    state = current()
    state.pending, state.outcomes = question, []


def open_citation(citation: Citation, key: str, chosen: bool = True) -> None:
    """Show a citation's page."""
    further = tuple((part.page_number, part.boxes) for part in citation.continued)
    parts = [(citation.page_number, citation.quote), *((part.page_number, part.quote) for part in citation.continued)]
    quote = join([text for _, text in sorted(parts)])
    mark = Mark(citation.page_number, quote, citation.boxes, further=further)
    current().view = View(citation.doc_id, citation.page_number, mark, key, chosen)


def open_passage(evidence: Evidence, key: str) -> None:
    """Show a near passage's page."""
    chunk = evidence.chunk
    mark = Mark(chunk.page_number, without_marks(chunk.text), lines=(chunk.line_start, chunk.line_end), proof=False)
    current().view = View(chunk.doc_id, chunk.page_number, mark, key)


def close_view() -> None:
    """Close the evidence viewer."""
    current().view = None
