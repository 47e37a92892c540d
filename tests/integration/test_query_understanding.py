"""What a question is put to: filters, follow-ups, several documents, versions of a contract, and their conflicts."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from ingest.embeddings import build_embeddings
from ingest.library import Library
from ingest.ocr import build_engine
from ingest.pipeline import Pipeline
from ingest.settings import load_settings
from retrieval import Filter, build_chain, scoped
from retrieval.chain import PageChain
from retrieval.retriever import PageRetriever
from retrieval.types import Answer, ConflictKind, Turn
from tests import families
from tests.families import (
    BASE,
    CHINESE,
    FIRST,
    INVOICE,
    OTHER_INVOICE,
    RECEIPT,
    SAME_NUMBER,
    SECOND,
    STRANGER,
    SUPPLEMENT,
)
from tests.scripted import ScriptedModel

pytestmark = pytest.mark.integration

PAYMENT = "Within how many days must Orchard Foods pay invoices under the Supply Agreement with Tallow Mills?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("families")
    contracts = [BASE, FIRST, SECOND, STRANGER, CHINESE, SUPPLEMENT]
    drawn = families.draw(place / "contracts", contracts)
    drawn += families.draw(place / "accounts", [INVOICE, SAME_NUMBER, OTHER_INVOICE, RECEIPT])
    settings = load_settings(library=place / "library")
    with Library(settings.library) as library:
        pipeline = Pipeline(library, settings, build_engine("rapidocr", threads=0), build_embeddings(settings))
        assert not any(outcome.failed for outcome in pipeline.add(drawn))
    return settings.library


@pytest.fixture(scope="module")
def chain(folder: Path) -> Iterator[PageChain]:
    built = build_chain(library=folder)
    yield built
    built.library.close()


def sources(answer: Answer) -> set[str]:
    return {evidence.source for evidence in answer.evidence}


def ids(chain: PageChain, *names: str) -> frozenset[str]:
    return frozenset(chain.library.find(name).doc_id for name in names)


# Families


def test_amendments_are_linked_to_their_contract_and_a_contract_of_others_is_not(chain: PageChain) -> None:
    found = {frozenset(family.doc_ids) for family in chain.searcher.kinship.families()}
    assert found == {ids(chain, BASE, FIRST, SECOND), ids(chain, CHINESE, SUPPLEMENT)}


def test_versions_stand_in_the_order_of_their_dates(chain: PageChain) -> None:
    family = chain.searcher.kinship.family_of(chain.library.find(BASE).doc_id)
    assert family is not None
    assert [(one.dated, one.number) for one in family.versions] == [
        (date(2022, 1, 10), 0),
        (date(2023, 3, 1), 1),
        (date(2024, 6, 1), 2),
    ]


def test_the_newest_version_answers_and_the_earlier_ones_are_shown_to_say_otherwise(chain: PageChain) -> None:
    answer = chain.invoke(PAYMENT)
    assert answer.answered and answer.citations[0].source == SECOND and "sixty (60)" in answer.citations[0].quote
    (conflict,) = answer.conflicts
    assert conflict.kind is ConflictKind.VERSIONS
    assert [(side.citation.source, side.dated, side.in_force) for side in conflict.sides] == [
        (SECOND, date(2024, 6, 1), True),
        (FIRST, date(2023, 3, 1), False),
        (BASE, date(2022, 1, 10), False),
    ]
    assert all(f"[{side.citation.number}]" in answer.text for side in conflict.sides)
    assert "1 June 2024" in conflict.text and "10 January 2022" in conflict.text
    assert {BASE, FIRST, SECOND} <= set(answer.documents) and STRANGER not in answer.documents


@pytest.mark.parametrize(
    ("day", "source", "words"),
    [
        ("31 December 2022", BASE, "thirty (30)"),
        ("May 2023", FIRST, "forty-five (45)"),
        ("1 July 2024", SECOND, "sixty (60)"),
    ],
)
def test_a_question_as_of_a_day_is_answered_by_the_version_in_force(
    chain: PageChain, day: str, source: str, words: str
) -> None:
    answer = chain.invoke(PAYMENT.replace("?", f" as of {day}?"))
    assert answer.citations[0].source == source and words in answer.citations[0].quote
    if source == BASE:
        assert sources(answer) == {BASE} and not answer.conflicts


def test_a_day_before_the_contract_is_said_to_be_before_it(chain: PageChain) -> None:
    answer = chain.invoke(PAYMENT.replace("?", " as of 1 May 2020?"))
    assert any("dated after 1 May 2020" in warning for warning in answer.warnings)


def test_a_clause_that_no_amendment_changes_has_no_conflict(chain: PageChain) -> None:
    answer = chain.invoke("On how much notice may the Supply Agreement with Tallow Mills be ended?")
    assert answer.citations[0].source == BASE and "ninety (90)" in answer.citations[0].quote
    assert not answer.conflicts


def test_a_question_about_one_amendment_is_answered_from_it(chain: PageChain) -> None:
    question = "Within how many days must invoices be paid by Amendment No. 1 to the Tallow Mills Supply Agreement?"
    answer = chain.invoke(question)
    assert answer.citations[0].source == FIRST and not answer.conflicts


def test_a_chinese_supplement_is_shown_beside_the_contract_it_changes(chain: PageChain) -> None:
    answer = chain.invoke("松江机械与云栖轴承的采购合同付款期限是多久？")
    (conflict,) = answer.conflicts
    assert [(side.citation.source, side.dated) for side in conflict.sides] == [
        (SUPPLEMENT, date(2024, 3, 1)),
        (CHINESE, date(2023, 5, 8)),
    ]
    assert "60日" in answer.citations[0].quote and "现行有效" in conflict.text


def test_a_chinese_question_as_of_a_month_goes_back_to_the_contract(chain: PageChain) -> None:
    answer = chain.invoke("截至2024年2月，松江机械与云栖轴承的采购合同付款期限是多久？")
    assert "30日" in answer.citations[0].quote and sources(answer) == {CHINESE} and not answer.conflicts


def test_two_invoices_with_one_number_are_both_shown_with_their_dates(chain: PageChain) -> None:
    answer = chain.invoke("What is the total due on invoice JP-4471?")
    (conflict,) = answer.conflicts
    assert conflict.kind is ConflictKind.DUPLICATES
    assert [(side.citation.source, side.dated, side.in_force) for side in conflict.sides] == [
        (SAME_NUMBER, date(2024, 4, 18), None),
        (INVOICE, date(2024, 4, 4), None),
    ]
    assert "1,520.00" in answer.text and "1,250.00" in answer.text


def test_a_model_that_cites_the_old_clause_is_set_beside_the_new_one(folder: Path) -> None:
    probe = ScriptedModel(texts=["NO_ANSWER"])
    build_chain(library=folder, model=probe).invoke(PAYMENT)
    blocks = str(probe.calls[-1][-1].content).split("\nEVIDENCE-")
    old = next(number for number, block in enumerate(blocks, start=1) if "thirty (30)" in block)
    script = f"Orchard Foods shall pay each invoice within thirty (30) days after its date. [{old}]"
    answer = build_chain(library=folder, model=ScriptedModel(texts=[script])).invoke(PAYMENT)
    (conflict,) = answer.conflicts
    assert conflict.sides[0].citation.source == SECOND and "sixty (60)" in conflict.sides[0].citation.quote
    assert {side.citation.number for side in conflict.sides} <= {citation.number for citation in answer.citations}


# Filters


def test_a_filter_by_type_and_date_restricts_what_is_searched(chain: PageChain) -> None:
    wanted = Filter(types=("invoice",), dated_from=date(2024, 1, 1), dated_to=date(2024, 12, 31))
    answer = chain.invoke({"question": "What is the total due?", "filter": wanted})
    assert sources(answer) == {INVOICE, SAME_NUMBER} == set(answer.documents)
    assert answer.scope == "invoices · dated 2024-01-01 – 2024-12-31"


def test_a_filter_by_document_party_and_folder(chain: PageChain) -> None:
    for wanted, names in (
        (Filter(documents=(RECEIPT,)), {RECEIPT}),
        (Filter(parties=("Crane Malt",)), {STRANGER}),
        (Filter(parties=("Marlin Press",)), {INVOICE, SAME_NUMBER, OTHER_INVOICE, RECEIPT}),
        (Filter(folders=("accounts",), types=("receipt",)), {RECEIPT}),
    ):
        assert chain.searcher.catalogue.select(wanted) == ids(chain, *names), wanted


def test_many_documents_of_a_filter_are_searched_without_comparing_each(
    chain: PageChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = Filter(parties=("Marlin Press",))
    question = "What was paid for a new clutch?"
    exact = chain.searcher.search(question, filter=wanted)
    monkeypatch.setattr(scoped, "_FEW", 1)
    monkeypatch.setattr(scoped, "_BATCH", 2)
    found = chain.searcher.search(question, filter=wanted)
    assert found.evidence[0].source == exact.evidence[0].source == RECEIPT
    assert {one.source for one in found.evidence} == {INVOICE, SAME_NUMBER, OTHER_INVOICE, RECEIPT}


def test_a_filter_comes_with_the_configuration_too(chain: PageChain) -> None:
    config = {"configurable": {"filter": Filter(types=("receipt",))}}
    assert sources(chain.invoke("How much was paid?", config)) == {RECEIPT}
    assert sources(chain.with_config(configurable={"filter": {"types": ["receipt"]}}).invoke("How much?")) == {RECEIPT}
    retriever = PageRetriever(searcher=chain.searcher, k=5)
    assert {one.metadata["source"] for one in retriever.invoke("paid", config)} == {RECEIPT}
    kept = PageRetriever(searcher=chain.searcher, filter=Filter(types=("receipt",)))
    assert {one.metadata["source"] for one in kept.invoke("paid")} == {RECEIPT}


async def test_a_filter_and_a_number_reach_an_asynchronous_retriever(chain: PageChain) -> None:
    retriever = PageRetriever(searcher=chain.searcher, k=5)
    found = await retriever.ainvoke("total due", {"configurable": {"filter": Filter(types=("invoice",))}}, k=2)
    assert len(found) == 2 and {one.metadata["source"] for one in found} <= {INVOICE, SAME_NUMBER, OTHER_INVOICE}


def test_a_filter_that_no_document_fits_is_said_in_words(chain: PageChain) -> None:
    answer = chain.invoke({"question": "What is the total?", "filter": Filter(types=("quotation",))})
    assert not answer.answered and "quotations" in answer.text and not answer.evidence
    chinese = chain.invoke({"question": "总价是多少？", "filter": Filter(types=("quotation",))})
    assert "报价单" in chinese.text


def test_a_named_document_that_the_filter_leaves_out_is_said_to_be_left_out(chain: PageChain) -> None:
    answer = chain.invoke({"question": "What does Hollis Garage charge?", "filter": Filter(types=("contract",))})
    assert RECEIPT not in sources(answer) and any(RECEIPT in warning for warning in answer.warnings)


def test_type_and_year_are_read_from_the_question(chain: PageChain) -> None:
    answer = chain.invoke("In invoices from 2023, what is the freight charge?")
    assert sources(answer) == {OTHER_INVOICE} and "85.00" in answer.text
    assert answer.scope == "invoices · dated 2023-01-01 – 2023-12-31"


def test_a_year_of_which_there_is_no_invoice_does_not_hide_the_library(chain: PageChain) -> None:
    answer = chain.invoke("In invoices from 2019, what is the freight charge?")
    assert len(sources(answer)) > 1 and any("2019" in warning for warning in answer.warnings)


def test_a_type_that_the_question_only_mentions_does_not_restrict(chain: PageChain) -> None:
    assert STRANGER in sources(chain.invoke("How long after the date of invoices must Orchard Foods pay Crane Malt?"))


# Follow-ups


def test_a_follow_up_goes_on_about_the_named_contract(chain: PageChain) -> None:
    history = [("When does Orchard Foods pay Crane Malt?", "Within fourteen days.")]
    answer = chain.invoke({"question": "and what does it supply?", "history": history})
    assert sources(answer) == {STRANGER} == set(answer.documents) and STRANGER in answer.understood


def test_a_chinese_follow_up_goes_on_about_the_named_contract(chain: PageChain) -> None:
    history = [("松江机械的付款期限是多久？", "60日。")]
    answer = chain.invoke({"question": "那违约金呢？", "history": history})
    assert sources(answer) <= {CHINESE, SUPPLEMENT} and "万分之三" in answer.text
    assert answer.understood.startswith("违约金")


def test_it_may_be_a_document_that_the_last_answer_cited(chain: PageChain) -> None:
    history = [Turn("What did the new clutch cost?", "$730.00 [1]", (RECEIPT,))]
    assert sources(chain.invoke({"question": "And who issued it?", "history": history})) == {RECEIPT}


def test_a_question_about_all_documents_is_not_held_in_the_last_one(chain: PageChain) -> None:
    history = [("When does Orchard Foods pay Crane Malt?", "Within fourteen days.")]
    answer = chain.invoke({"question": "Which documents mention a new clutch?", "history": history})
    assert RECEIPT in sources(answer) and len(sources(answer)) > 1


def test_a_new_subject_that_the_last_document_does_not_have_leaves_it(chain: PageChain) -> None:
    history = [("When does Orchard Foods pay Crane Malt?", "Within fourteen days.")]
    answer = chain.invoke({"question": "What was paid for the new clutch?", "history": history})
    assert answer.evidence[0].source == RECEIPT


def test_a_follow_up_stays_among_the_documents_that_the_last_question_was_put_to(chain: PageChain) -> None:
    history = [("In invoices from 2023, what is the freight charge?", "$85.00")]
    assert sources(chain.invoke({"question": "and the total due?", "history": history})) == {OTHER_INVOICE}


def test_another_document_is_asked_what_the_last_one_was(chain: PageChain) -> None:
    history = [("When must Orchard Foods pay Crane Malt?", "Within fourteen days.")]
    answer = chain.invoke({"question": "And Tallow Mills?", "history": history})
    assert answer.answered and answer.citations[0].source == SECOND and "pay" in answer.understood


def test_a_model_rewrites_a_follow_up_and_the_answer_keeps_it(folder: Path) -> None:
    rewritten = "Within how many days must Orchard Foods pay Crane Malt?"
    model = ScriptedModel(texts=[f'{{"question": "{rewritten}"}}', "NO_ANSWER"])
    history = [("What does Crane Malt supply to Orchard Foods?", "Malt.")]
    answer = build_chain(library=folder, model=model).invoke(
        {"question": "and within how many days must they pay?", "history": history}
    )
    assert answer.understood == rewritten and answer.question == "and within how many days must they pay?"
    assert STRANGER in answer.documents and rewritten in str(model.calls[-1][-1].content)


def test_a_rewriting_that_fails_leaves_the_follow_up_to_what_was_named(folder: Path) -> None:
    model = ScriptedModel(texts=["I cannot do that.", "NO_ANSWER"])
    history = [("When does Orchard Foods pay Crane Malt?", "Within fourteen days.")]
    answer = build_chain(library=folder, model=model).invoke(
        {"question": "and what does it supply?", "history": history}
    )
    assert sources(answer) == {STRANGER}


# Several documents


def test_a_comparison_has_evidence_from_each_document_among_the_first(chain: PageChain) -> None:
    answer = chain.invoke("Compare within how many days Orchard Foods must pay Crane Malt and Tallow Mills.")
    first, second = (evidence.source for evidence in answer.evidence[:2])
    assert {first, second} & {STRANGER} and {first, second} & {BASE, FIRST, SECOND}
    assert {STRANGER, BASE, SECOND} <= set(answer.documents)
    assert STRANGER in {citation.source for citation in answer.citations}
    assert answer.conflicts[0].sides[0].citation.source == SECOND


def test_two_invoices_named_by_number_both_answer(chain: PageChain) -> None:
    answer = chain.invoke("Compare the totals due of invoices JP-3020 and JP-4471.")
    assert {citation.source for citation in answer.citations} >= {OTHER_INVOICE}
    assert {INVOICE, SAME_NUMBER} <= {citation.source for citation in answer.citations} and answer.conflicts
