"""Which kind of clause a question asks for, and whether a sentence is one."""

import pytest

from retrieval.clauses import asked_clauses, states

pytestmark = pytest.mark.unit


def is_stated(question: str, sentence: str) -> bool:
    clauses = asked_clauses(question)
    assert clauses, question
    return any(states(sentence, clause) for clause in clauses)


@pytest.mark.parametrize(
    ("question", "stating", "speaking_of"),
    [
        (
            "can a party terminate without cause?",
            "Either party may terminate this Agreement for convenience on sixty days' notice.",
            "The Buyer may terminate this Agreement if the Seller commits a material breach at any time.",
        ),
        (
            "is there a cap on liability?",
            "The Supplier's total liability shall not exceed the fees paid.",
            "The Supplier carries general liability insurance.",
        ),
        (
            "how long does the warranty last?",
            "The Seller warrants the goods for twelve (12) months.",
            "The Seller warrants that it has title to the goods.",
        ),
        (
            "is there an exclusive dealing commitment?",
            "The Distributor shall be the exclusive distributor in the Territory.",
            "The Distributor has a non-exclusive right; the courts of Bern have exclusive jurisdiction.",
        ),
        (
            "who may audit the books and records?",
            "The Licensor may inspect the Licensee's books and records once a year.",
            "The Licensee shall keep books and records in English.",
        ),
        (
            "what is the minimum order?",
            "The Buyer shall purchase at least 500 units a year.",
            "The Buyer shall give at least thirty days' notice.",
        ),
        (
            "who owns the intellectual property that is created?",
            "All inventions conceived in the course of the Services shall vest in the Client.",
            "Each party keeps its trademarks.",
        ),
        (
            "may the other party's staff be hired?",
            "Neither party shall solicit employees of the other.",
            "The staff of each party follow the rules of the site.",
        ),
    ],
)
def test_to_speak_of_a_thing_is_not_to_state_it(question: str, stating: str, speaking_of: str) -> None:
    assert is_stated(question, stating)
    assert not is_stated(question, speaking_of)


@pytest.mark.parametrize(
    "question", ["what is the date of the agreement?", "how much is the rent?", "合同总价是多少？", ""]
)
def test_other_questions_ask_for_no_kind_of_clause(question: str) -> None:
    assert asked_clauses(question) == ()


def test_who_owns_inventions_is_no_question_of_assigning_the_contract() -> None:
    owning, handing_on = (
        asked_clauses(text) for text in ("are inventions assigned?", "may the agreement be assigned?")
    )
    assert set(owning).isdisjoint(handing_on)
