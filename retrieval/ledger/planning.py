"""Plans by a language model, for questions that the embedded parser does not understand. It never writes SQL."""

import logging
import re
from collections.abc import Sequence
from datetime import date

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.runnables import RunnableConfig
from pydantic import Field

from retrieval.ledger.parties import Party, find_parties, key_of
from retrieval.ledger.plan import Operation, Part, Plan

_log = logging.getLogger(__name__)
# Only such a question is shown to the model: all others are for passages, without asking it.
_MAYBE = re.compile(
    r"\b(?:how\s+(?:much|many)|total|sum|average|mean|compare|versus|which|list|all|every|each|top"
    r"|largest|biggest|highest"
    r"|smallest|lowest|most|least|overdue|duplicate[sd]?|without|missing|monthly|quarterly|per)\b"
    r"|多少|总|合计|共|平均|比较|对比|哪些|所有|全部|最|前|逾期|重复|没有|缺|按|每",
    re.IGNORECASE,
)
_RECORDS = re.compile(
    r"\b(?:invoices|bills|receipts|contracts|agreements|suppliers|vendors|customers|pay|paid|spend|spent|spending)\b"
    r"|发票|账单|收据|合同|协议|供应商|客户|支付|付款|花",
    re.IGNORECASE,
)
_TASK = """You turn a question about a library of invoices, receipts and contracts into a plan that a program computes.
Set `applies` to false, and `plan` to null, when the question is about what one document says, about the wording of
clauses, or needs anything that the plan's fields cannot express. Never guess: leave out nothing that the question asks.
Write party names as the question has them. Amounts are plain decimals. Today is {today}."""


class PlannedQuestion(Part):
    """What a model makes of a question."""

    applies: bool = Field(description="whether the question is to be computed over fields of many documents")
    plan: Plan | None = None


def may_plan(question: str) -> bool:
    """Whether a question may be one for the ledger, so that a model is worth asking."""
    return bool(_MAYBE.search(question) and _RECORDS.search(question))


def plan_with(
    model: BaseChatModel, question: str, known: Sequence[Party], today: date, config: RunnableConfig | None = None
) -> Plan | None:
    """Ask a model for the plan of a question; None where there is none, or none that holds.

    Args:
        model: with structured output.
        question: as asked.
        known: the ledger's parties; a plan that names another one is dropped.
        today: the day of the question, whatever the model says.
        config: of the chain.
    """
    messages = [SystemMessage(_TASK.format(today=today.isoformat())), HumanMessage(question)]
    try:
        found = model.with_structured_output(PlannedQuestion).invoke(messages, config)
    except Exception as error:  # noqa: BLE001 - whatever a model or its server does, the question goes to the passages
        _log.warning("The language model gave no plan (%s: %s).", type(error).__name__, error)
        return None
    if not isinstance(found, PlannedQuestion) or not found.applies or found.plan is None:
        return None
    return checked(found.plan, question, known, today)


def checked(plan: Plan, question: str, known: Sequence[Party], today: date) -> Plan | None:
    """A model's plan with the ledger's own names; None where it names what neither question nor ledger has."""
    if plan.operation is Operation.VALUE:
        return None  # the embedded parser alone says which document is named
    update: dict[str, object] = {"today": today}
    if plan.parties is not None:
        named = [party for name in plan.parties.names for party in _parties(name, known)]
        if not named or any(not _parties(name, known) for name in plan.parties.names):
            return None
        names = tuple(dict.fromkeys(party.name for party in named))
        update["parties"] = {"names": names, "role": plan.parties.role}
    if not _says(question, plan):
        return None
    return Plan.model_validate(plan.model_dump() | update)


def _parties(name: str, known: Sequence[Party]) -> list[Party]:
    exact = [party for party in known if party.key == key_of(name)]
    return exact or [party for mention in find_parties(name, known, small=True) for party in mention.parties]


def _says(question: str, plan: Plan) -> bool:
    """Whether the bounds of amounts stand in the question: a model must not make up figures."""
    bounds = plan.amounts.model_dump().values() if plan.amounts else ()
    figures = re.sub(r"(?<=\d)[,，\s](?=\d{3})", "", question)
    digits = bool(re.search(r"\d", figures))
    return all(amount is None or not digits or f"{amount:f}".split(".")[0].rstrip("0") in figures for amount in bounds)
