"""Whether a question is answered from the ledger, from passages, or from both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableConfig

from retrieval.ledger.model import LedgerAnswer
from retrieval.ledger.parsing import parse
from retrieval.ledger.parties import Party
from retrieval.ledger.plan import Operation, Plan
from retrieval.ledger.planning import may_plan, plan_with
from retrieval.ledger.values import is_sure, parse_value


class Route(StrEnum):
    """Where an answer comes from."""

    LEDGER = "ledger"
    PASSAGES = "passages"
    BOTH = "both"  # from passages, with what the ledger could compute beside it


@dataclass(frozen=True, slots=True)
class Asker:
    """Who reads questions as plans.

    Attributes:
        model: asked where the embedded parser does not understand a question; None: nobody is.
    """

    model: BaseChatModel | None = None

    def plan(
        self, question: str, known: Sequence[Party], today: date, config: RunnableConfig | None = None
    ) -> Plan | None:
        """The plan of a question; None where it is one for passages.

        What the parser understands to the last word needs no model: there a model could only err.
        """
        found = parse(question, known, today) or parse_value(question, today)
        if found is None and self.model is not None and may_plan(question):
            found = plan_with(self.model, question, known, today, config)
        return found


def route_of(result: LedgerAnswer) -> Route:
    """Where the answer comes from, once a plan was computed.

    A value of one document comes from the ledger only where that is surer than the page: set by hand, or from its XML.
    Where documents were left out and none could be used, the passages are asked, too; where all that could be used do
    not belong to the answer, that there is none is the answer.
    """
    if result.plan.operation is Operation.VALUE:
        proofs = [proof for row in result.rows for proof in row.proofs if proof and proof.field == result.plan.field]
        return Route.LEDGER if len(proofs) == 1 and is_sure(proofs[0].extractor) else Route.PASSAGES
    if result.coverage.is_empty:
        return Route.LEDGER
    if result.coverage.total == 0:
        return Route.PASSAGES
    return Route.LEDGER if result.coverage.used else Route.BOTH
