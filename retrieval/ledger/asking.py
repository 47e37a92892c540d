"""Questions to the ledger of a library: from the question to the answer, or to None where passages answer it."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableConfig

from ingest.library import Library
from retrieval.ledger.answering import answer_of
from retrieval.ledger.executing import execute
from retrieval.ledger.ledger import parties_in
from retrieval.ledger.model import LedgerAnswer
from retrieval.ledger.plan import Plan
from retrieval.ledger.routing import Asker, Route, route_of
from retrieval.ledger.views import has_records
from retrieval.types import Answer


class Ledger:
    """The ledger of one library; safe to use from several threads."""

    def __init__(
        self, library: Library, model: BaseChatModel | None = None, *, today: Callable[[], date] = date.today
    ) -> None:
        """Prepare.

        Args:
            library: what is asked.
            model: reads questions that the embedded parser does not understand; None: those go to passages.
            today: the day on which "the next 90 days" begin.
        """
        self._library = library
        self._asker = Asker(model)
        self._today = today

    def answer(
        self, question: str, only: Collection[str] | None = None, config: RunnableConfig | None = None
    ) -> Answer | None:
        """Answer a question from the ledger; None where it is one for passages alone.

        An answer with ``answered`` False goes beside that of the passages.

        Args:
            question: as asked, or as it was understood.
            only: ids of the documents that may answer; None: all.
            config: of the chain.

        Raises:
            LibraryError: the library cannot be read.
        """
        with self._library.reading() as connection:
            known = parties_in(connection) if has_records(connection) else None
        plan = self._asker.plan(question, known, self._today(), config) if known is not None else None
        if plan is None:
            return None
        result = self.compute(plan, only)
        route = route_of(result)
        if route is Route.PASSAGES:
            return None
        found = answer_of(result, question, self._library)
        return found if route is Route.LEDGER else replace(found, answered=False)

    def compute(self, plan: Plan, only: Collection[str] | None = None) -> LedgerAnswer:
        """Compute a plan.

        Args:
            plan: what is asked.
            only: ids of the documents that may answer; None: all.

        Raises:
            LibraryError: the library cannot be read.
        """
        with self._library.reading() as connection:
            return execute(connection, plan, only)


def beside(answer: Answer, ledger: Answer) -> Answer:
    """The passages' answer with what the ledger could not compute, and why, beside it."""
    assert ledger.ledger is not None
    return replace(answer, ledger=ledger.ledger, warnings=(*answer.warnings, ledger.ledger.statement))
