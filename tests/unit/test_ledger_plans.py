"""Any valid plan is computed, groups add up to the total, and a model's plan is checked before it is believed."""

import tempfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.runnables import RunnableLambda
from pydantic import ValidationError

from ingest.library import Library
from retrieval.ledger.asking import Ledger
from retrieval.ledger.filling import Check, fill
from retrieval.ledger.parties import parties_from
from retrieval.ledger.plan import (
    AmountRange,
    DateField,
    DateRange,
    Grouping,
    Measure,
    Operation,
    PartyFilter,
    Plan,
    RecordField,
    RecordKind,
    Role,
    Span,
)
from retrieval.ledger.planning import PlannedQuestion, plan_with
from tests.ledgers import bill, broken, contract
from tests.scripted import ScriptedModel

pytestmark = pytest.mark.unit

TODAY = date(2025, 1, 15)
KNOWN = parties_from([("Acme Tools GmbH", "seller")])


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    doubt = Check("net-plus-tax", ("net", "tax", "total"), "they do not add up")
    entries = [
        *(
            bill(
                f"{n}.pdf",
                f"{n * 7919 % 10_000}.{n:02d}",
                currency=("EUR", "USD", "CNY")[n % 3],
                seller=("Acme Tools GmbH", "ACME TOOLS, GmbH", "云岭包装有限公司")[n % 3],
                issue_date=f"2024-{n % 12 + 1:02d}-{n + 1:02d}",
                net=str(n),
            )
            for n in range(24)
        ),
        bill("undated.pdf", "3", issue_date=""),
        bill("odd.pdf", "3", checks=(doubt,)),
        bill("copy.pdf", "3", checks=(Check("duplicate", ("number",), "", "3.pdf"),)),
        broken("broken.pdf"),
        contract(
            "a.pdf", "Acme Tools GmbH", "Corvus AG", expiration_date="2025-02-01", total_value="10", currency="EUR"
        ),
        contract("b.pdf", governing_law="Bavaria"),
    ]
    with tempfile.TemporaryDirectory() as folder, Library(Path(folder)) as library:
        fill(library, entries)
        yield Ledger(library, today=lambda: TODAY)


AMOUNTS = st.decimals(-(10**13), 10**13, places=4) | st.none()
DAYS = st.dates() | st.none()


@st.composite
def spans(draw: st.DrawFn) -> dict[str, date | None]:
    first, last = draw(DAYS), draw(DAYS)
    if first and last and first > last:
        first, last = last, first
    return {"first": first, "last": last}


@st.composite
def plans(draw: st.DrawFn) -> Plan | None:
    names = st.sampled_from(["Acme Tools GmbH", "云岭包装有限公司", "Nobody", "Corvus AG"])
    given_parties = st.builds(
        PartyFilter, names=st.lists(names, min_size=1, max_size=3).map(tuple), role=st.sampled_from(Role)
    )
    dates = st.builds(lambda days, field: DateRange(field=field, **days), spans(), st.sampled_from(DateField))
    bounds = st.builds(AmountRange, above=AMOUNTS, at_least=AMOUNTS, below=AMOUNTS, at_most=AMOUNTS)
    try:
        return Plan(
            operation=draw(st.sampled_from(Operation)),
            kind=draw(st.sampled_from(RecordKind)),
            measure=draw(st.none() | st.sampled_from(Measure)),
            field=draw(st.none() | st.sampled_from(RecordField)),
            parties=draw(st.none() | given_parties),
            dates=draw(st.none() | dates),
            periods=draw(st.lists(spans().map(lambda days: Span(**days)), max_size=3).map(tuple)),
            currencies=draw(st.lists(st.sampled_from(["EUR", "USD", "XXX"]), max_size=2).map(tuple)),
            amounts=draw(st.none() | bounds),
            document=draw(st.sampled_from(["", "3", "3.pdf"])),
            group=draw(st.none() | st.sampled_from(Grouping)),
            limit=draw(st.integers(1, 1000)),
            ascending=draw(st.booleans()),
            by_count=draw(st.booleans()),
            today=draw(st.dates(date(1900, 1, 1))),
        )
    except ValidationError:
        return None


@given(plans())
def test_any_valid_plan_is_computed_and_goes_through_json(ledger: Ledger, plan: Plan | None) -> None:
    if plan is None:
        return
    assert Plan.model_validate_json(plan.model_dump_json()) == plan
    result = ledger.compute(plan)
    used = {row.doc_id for row in result.rows}
    left = [one.doc_id for one in result.coverage.left_out]
    assert used.isdisjoint(left)
    assert len(left) == len(set(left))
    assert len(used) <= result.coverage.used
    assert all(0 <= place < len(result.rows) for total in result.totals for place in total.rows)


@given(st.sampled_from([group for group in Grouping if group is not Grouping.PARTY]), st.sampled_from(["total", "net"]))
def test_groups_add_up_to_the_total_of_each_currency(ledger: Ledger, group: Grouping, measure: str) -> None:
    result = ledger.compute(Plan(operation=Operation.SUM, group=group, measure=Measure(measure), today=TODAY))
    for whole in (total for total in result.totals if not total.label):
        parts = [total for total in result.totals if total.label and total.currency == whole.currency]
        assert sum((part.amount or Decimal(0) for part in parts), Decimal(0)) == whole.amount
        assert sum(part.count for part in parts) == whole.count


@pytest.mark.parametrize(
    "wrong",
    [
        {"operation": "missing"},
        {"operation": "value", "field": "total"},
        {"operation": "compare"},
        {"operation": "expiring", "kind": "contracts"},
        {"operation": "late", "kind": "contracts"},
        {"operation": "sum", "kind": "contracts", "measure": "tax"},
        {"operation": "sum", "sql": "DROP TABLE fields"},
        {"operation": "sum", "currencies": ["euro"]},
        {"operation": "list", "dates": {"field": "issue_date", "first": "2024-02-01", "last": "2024-01-01"}},
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Plan.model_validate({"today": "2025-01-15", **wrong})


class Planner(ScriptedModel):
    """Gives one planned question as structured output, or fails."""

    planned: Any = None

    def with_structured_output(self, schema: Any, **kwargs: Any) -> Any:
        assert schema is PlannedQuestion

        def answer(messages: Any) -> Any:
            if isinstance(self.planned, Exception):
                raise self.planned
            return PlannedQuestion.model_validate(self.planned)

        return RunnableLambda(answer)


def planned(question: str, plan: dict[str, Any] | Exception) -> Plan | None:
    given = plan if isinstance(plan, Exception) else {"applies": True, "plan": {"today": "1999-01-01", **plan}}
    return plan_with(Planner(texts=[], planned=given), question, KNOWN, TODAY)


def test_a_model_names_parties_as_the_question_does_and_the_ledger_knows_them() -> None:
    plan = planned(
        "what did acme cost us all in all?", {"operation": "sum", "parties": {"names": ["acme"], "role": "seller"}}
    )
    assert plan is not None
    assert plan.parties == PartyFilter(names=("Acme Tools GmbH",), role=Role.SELLER)
    assert plan.today == TODAY


@pytest.mark.parametrize(
    "plan",
    [
        {"operation": "sum", "parties": {"names": ["Zorgon"]}},
        {"operation": "count", "amounts": {"above": "777"}},
        {"operation": "value", "field": "total", "document": "17"},
        {"operation": "sum", "group": "weekday"},
        RuntimeError("the server is gone"),
    ],
)
def test_a_model_that_makes_something_up_or_fails_gives_no_plan(plan: dict[str, Any] | Exception) -> None:
    assert planned("How many invoices are over 500?", plan) is None
