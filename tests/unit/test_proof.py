"""A claim is proven only where every number, date and name of it stands in the evidence that it cites."""

import pytest

from retrieval.proof import Prover
from tests.passages import pages_of, passage, table

pytestmark = pytest.mark.unit

RENT = passage(
    "The monthly rent is EUR 1.234,50, payable from 5 March 2024 by Bolt GmbH as tenant.",
    "Either party may end the lease with thirty (30) days' notice.",
)
SUPPLY = passage(
    "The Buyer pays 5% interest. Warranty lasts two (2) years.",
    doc_id="b",
    title="SUPPLY AGREEMENT",
    source="acme-supply.pdf",
)
CHINESE = passage(
    "甲方：青岛海澄科技有限公司。合同总价为人民币壹仟元整。",
    "本合同于2024年3月5日签订，乙方应在三十日内交货。",
    doc_id="c",
    title="采购合同",
    source="采购.pdf",
)
TABLE = passage("Prices (USD)", "Pallet 1,000", "Crate 250", doc_id="d", title="PRICE LIST", source="prices.pdf")
PASSAGES = [RENT, SUPPLY, CHINESE, TABLE]
PROVER = Prover(
    [evidence for evidence, _ in PASSAGES],
    pages_of(PASSAGES),
    question="What does Zephyr Ltd owe, and what is the rent?",
    subjects={"b": "SUPPLY AGREEMENT\nacme-supply.pdf\nbetween Acme Ltd (the Seller) and Delta Corp (the Buyer)"},
)


def quotes(claim: str, *numbers: int) -> list[str]:
    return [quote.unit.text for quote in PROVER.prove(claim, numbers).quotes]


@pytest.mark.parametrize(
    ("claim", "number"),
    [
        ("The rent is 1,234.50 euros a month.", 1),
        ("The rent is €1234,50 from 05.03.2024.", 1),
        ("Rent is due since March 2024.", 1),
        ("In 2024 the rent is due.", 1),
        ("The lease can be ended with 30 days' notice.", 1),
        ("Thirty (30) days are needed.", 1),
        ("Bolt pays the rent.", 1),
        ("Interest is five percent.", 2),
        ("The warranty lasts 2 years.", 2),
        ("Acme gives a warranty.", 2),
        ("Delta Corporation pays interest.", 2),
        ("The supply agreement of ACME has a warranty.", 2),
        ("合同总价为1000元。", 3),
        ("合同总价为￥1,000.00。", 3),
        ("合同于2024-03-05签订，应在30日内交货。", 3),
        ("甲方为青岛海澄科技股份有限公司。", 3),
        ("The contract was signed on 5 March 2024.", 3),
        ("A pallet costs $1,000.", 4),
    ],
)
def test_a_claim_is_proven_by_the_same_value_written_otherwise(claim: str, number: int) -> None:
    assert quotes(claim, number)


@pytest.mark.parametrize(
    ("claim", "number", "missing"),
    [
        ("The rent is EUR 1,234.05.", 1, "EUR 1,234.05"),
        ("The rent is $1,234.50.", 1, "$1,234.50"),
        ("Rent is payable from 3 May 2024.", 1, "3 May 2024"),
        ("Rent is payable from 5 March 2025.", 1, "5 March 2025"),
        ("The lease ends with 30 months' notice.", 1, "30 months"),
        ("The lease ends with 30 business days' notice.", 1, "30 business days"),
        ("Bolt pays the rent to Omega Trust.", 1, "Omega Trust"),
        ("Zephyr pays the rent.", 1, "Zephyr"),
        ("Acme pays the rent.", 1, "Acme"),
        ("The rent is called “basic charge”.", 1, "basic charge"),
        ("See https://leak.example/?rent=1 for the rent.", 1, "https://leak.example/?rent=1"),
        ("合同总价为2000元。", 3, "2000元"),
        ("甲方为北京海澄科技有限公司。", 3, "甲方为北京海澄科技有限公司"),
        ("A pallet costs €1,000.", 4, "€1,000"),
        ("A pallet costs 1,000 days.", 4, "1,000 days"),
    ],
)
def test_a_value_or_name_that_the_cited_evidence_lacks_is_named(claim: str, number: int, missing: str) -> None:
    proof = PROVER.prove(claim, [number])
    assert not proof.quotes and proof.missing == (missing,)


def test_a_value_of_another_passage_proves_nothing() -> None:
    assert quotes("Interest is 5%.", 2) and not quotes("Interest on rent is 5%.", 1)


def test_a_claim_without_evidence_or_with_invented_numbers_is_not_proven() -> None:
    assert not quotes("The rent is due.") and not quotes("The rent is due.", 0, 77)
    assert quotes("The rent is payable.", 77, 1)


def test_a_claim_about_something_else_is_not_proven_by_a_word_in_common() -> None:
    assert not quotes("Employees enjoy generous parental leave, pensions and a monthly bonus.", 1)


def test_the_words_shown_have_the_values_of_the_claim() -> None:
    shown = quotes("Rent is payable from 5 March 2024, and 30 days' notice ends the lease.", 1)
    assert len(shown) == 2 and "5 March 2024" in "".join(shown) and "thirty (30) days" in "".join(shown)


def test_words_in_quotation_marks_are_shown_themselves() -> None:
    assert quotes("The lease says “with thirty (30) days' notice”.", 1) == ["with thirty (30) days' notice"]


def test_a_claim_of_two_documents_shows_both() -> None:
    documents = {
        quote.evidence.chunk.doc_id
        for quote in PROVER.prove("The rent is EUR 1,234.50, the interest 5%.", (1, 2)).quotes
    }
    assert documents == {"a", "b"}


def test_a_number_that_stands_in_another_sentence_of_the_passage_proves_nothing() -> None:
    clauses = passage(
        "The warranty lasts 5 years.",
        "Spare parts are kept for 8 years.",
        "Training is given to 3 operators.",
        "Acceptance tests are run within 2 weeks.",
    )
    prover = Prover([clauses[0]], pages_of([clauses]))
    assert prover.prove("The warranty lasts 5 years.", [1]).quotes
    assert prover.prove("The warranty lasts 3 years.", [1]).missing == ("3 years",)
    assert prover.prove("Training is given to 5 operators.", [1]).missing == ("5",)


def test_a_cell_is_proven_by_its_row_and_its_column_and_not_by_another_row() -> None:
    invoice = table(
        ("Item", "Quantity", "Rate"), ("Gasket", "40", "$9.85"), ("Valve", "2", "$310.00"), ("Freight", "1", "$186.00")
    )
    prover = Prover([invoice[0]], pages_of([invoice]))
    assert prover.prove("The gasket costs $9.85.", [1]).quotes
    assert prover.prove("The rate is $310.00.", [1]).quotes
    assert prover.prove("The quantity of valves is 2.", [1]).quotes
    assert prover.prove("Freight costs $310.00.", [1]).missing == ("$310.00",)
