"""Asking a system every question of a file, and noting what it found, said and cited."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ingest.errors import DocumentNotFound, LibraryError, ModelError, PageciteError
from retrieval.chain import PageChain
from retrieval.metrics import DEPTHS, Place, Ranker, quote_on_page
from retrieval.questions import Asked
from retrieval.types import Answer, Question

_IN_A_ROW = 3  # questions that fail one after the other before the rest is not asked any more


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation of an answer.

    Attributes:
        place: the page.
        quote: the words.
        valid: whether they stand there.
    """

    place: Place
    quote: str
    valid: bool


@dataclass(frozen=True, slots=True)
class Given:
    """What was answered.

    Attributes:
        answered: False where the answer was refused.
        text: with the citations' numbers.
        cited: in the order of the numbers.
        seconds: from question to finished answer.
    """

    answered: bool
    text: str
    cited: tuple[Cited, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one question.

    Attributes:
        asked: the question and what is known about it.
        doc_id: the document that it names; empty where it names none.
        found: pages of the results, best first, at most ten.
        given: the answer; None where only the search is measured.
    """

    asked: Asked
    doc_id: str
    found: tuple[Place, ...]
    given: Given | None = None

    @property
    def right(self) -> frozenset[Place]:
        """The pages that hold the answer."""
        return frozenset((self.doc_id, page) for page in self.asked.pages)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A question that was not measured, and why."""

    asked: Asked
    reason: str


@dataclass(frozen=True, slots=True)
class Run:
    """All questions of a file: those measured, and those that could not be."""

    results: tuple[Result, ...]
    skipped: tuple[Skipped, ...] = ()


class System(Protocol):
    """What can be measured."""

    def locate(self, file: str) -> str:
        """The id of a question's document.

        Raises:
            LibraryError: there is none of that name, there are several, or it cannot be asked about.
        """
        ...

    def rank(self, asked: Asked) -> Sequence[Place]:
        """Pages of the results, best first."""
        ...

    def answer(self, asked: Asked) -> Answer | None:
        """The answer; None for a system that only searches."""
        ...

    def page_text(self, place: Place) -> str:
        """All words of a page; empty where there is no such page."""
        ...


@dataclass(frozen=True, slots=True)
class ChainSystem:
    """A chain with its library.

    Attributes:
        chain: what is asked.
        folder: where the question file lies; its documents may be named relative to it.
        names: for files that have another name in the library, that name.
        answers: whether to have answers, too.
    """

    chain: PageChain
    folder: Path = Path()
    names: Mapping[str, str] = field(default_factory=dict)
    answers: bool = True

    def locate(self, file: str) -> str:
        """As `System` has it: by name, path or id, by path from the question file, by the last part of the path."""
        wanted = self.names.get(file, file)
        for key in dict.fromkeys((wanted, str(self.folder / wanted), Path(wanted).name)):
            try:
                record = self.chain.library.find(key)
            except DocumentNotFound:
                continue
            if record.status != "ready":
                raise LibraryError(f"{record.name} is not ready to be asked about ({record.reason or record.status}).")
            return record.doc_id
        raise DocumentNotFound(f"{wanted} is not in the library; add it with `ingest add`, or correct the name.")

    def rank(self, asked: Asked) -> Sequence[Place]:
        """As `System` has it: the pages of the ten best chunks."""
        earlier = [turn.question for turn in asked.history]
        found = self.chain.searcher.search(asked.question, max(DEPTHS), history=earlier)
        return [(one.chunk.doc_id, one.chunk.page_number) for one in found.evidence]

    def answer(self, asked: Asked) -> Answer | None:
        """As `System` has it."""
        return self.chain.invoke(Question(asked.question, asked.history)) if self.answers else None

    def page_text(self, place: Place) -> str:
        """As `System` has it."""
        pages = self.chain.library.pages(place[0], [place[1]])
        return " ".join(line.text for page in pages if page.text is not None for line in page.text.lines)


@dataclass(frozen=True, slots=True)
class RankerSystem:
    """A search without answers, on the documents of another system.

    Attributes:
        ranker: what is asked.
        beside: the system that knows the documents.
    """

    ranker: Ranker
    beside: System

    def locate(self, file: str) -> str:
        """As the other system has it."""
        return self.beside.locate(file)

    def rank(self, asked: Asked) -> Sequence[Place]:
        """As `System` has it."""
        return self.ranker(asked.question)

    def answer(self, asked: Asked) -> Answer | None:
        """None: it only searches."""
        return None

    def page_text(self, place: Place) -> str:
        """As the other system has it."""
        return self.beside.page_text(place)


def measure(asked: Sequence[Asked], system: System, on_question: Callable[[], None] = lambda: None) -> Run:
    """Ask all questions. What cannot be asked is noted with its reason, never left out in silence.

    Args:
        asked: the questions.
        system: what is asked.
        on_question: called after each one.

    Raises:
        ModelError: three questions in a row failed; the rest was not asked.
    """
    documents = _located({one.file for one in asked}, system)
    results: list[Result] = []
    skipped: list[Skipped] = []
    failed_in_a_row = 0
    for one in asked:
        document = documents[one.file]
        if isinstance(document, LibraryError):
            skipped.append(Skipped(one, str(document)))
        else:
            try:
                results.append(_ask(one, document, system))
                failed_in_a_row = 0
            except PageciteError as error:
                skipped.append(Skipped(one, str(error)))
                failed_in_a_row += 1
                if failed_in_a_row == _IN_A_ROW:
                    raise ModelError(f"{_IN_A_ROW} questions in a row failed, the last with: {error}") from error
        on_question()
    return Run(tuple(results), tuple(skipped))


def _located(files: set[str], system: System) -> dict[str, str | LibraryError]:
    found: dict[str, str | LibraryError] = {"": ""}
    for file in files - {""}:
        try:
            found[file] = system.locate(file)
        except LibraryError as error:
            found[file] = error
    return found


def _ask(one: Asked, doc_id: str, system: System) -> Result:
    places = tuple(system.rank(one))[: max(DEPTHS)]
    # The search before has loaded the models, so that no question's time is the program's start.
    start = time.perf_counter()
    answer = system.answer(one)
    seconds = time.perf_counter() - start
    return Result(one, doc_id, places, None if answer is None else _given(answer, seconds, system))


def _given(answer: Answer, seconds: float, system: System) -> Given:
    cited = []
    for citation in answer.citations:
        place = (citation.doc_id, citation.page_number)
        cited.append(Cited(place, citation.quote, quote_on_page(citation.quote, system.page_text(place))))
    return Given(answer.answered, answer.text, tuple(cited), seconds)
