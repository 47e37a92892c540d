"""A question's document names are told apart from what it asks."""

from collections.abc import Callable

import pytest

from ingest.records import SubjectRecord
from retrieval.naming import names_in, read_question
from retrieval.question_words import speaks_of

pytestmark = pytest.mark.unit

SUPPLY = SubjectRecord(
    "supply",
    "SUPPLY AGREEMENT",
    'between Acme Tools Ltd ("Acme") and Bolt GmbH, each capitalised Term',
    "scan_0001.pdf",
)
LEASE = SubjectRecord("lease", "OFFICE LEASE", "between Harbour Estates Inc and Bolt GmbH", "lease.pdf")
RENT = SubjectRecord(
    "rent", "房屋租赁合同", "出租方（甲方）：周启明 承租方（乙方）：南京拾光文化传播有限公司", "扫描件.pdf"
)
ALL = [SUPPLY, LEASE, RENT]


def count(word: str) -> int:
    return sum(word in f"{one.title} {one.intro} {one.name}".casefold() for one in ALL)


def read(question: str) -> tuple[tuple[str, ...], str]:
    reading = read_question(question, ALL, 30, count)
    return reading.doc_ids, reading.rest


def test_title_and_parties_are_left_out_of_what_is_asked() -> None:
    question = "In the Supply Agreement between Acme Tools Ltd and Bolt GmbH, how long is the notice period?"
    assert read(question) == (("supply",), "how long is the notice period?")


def test_one_rare_name_is_enough() -> None:
    assert read("What does Acme deliver each month?") == (("supply",), "What does deliver each month?")


def test_a_party_of_two_documents_names_both() -> None:
    documents, _ = read("What does Bolt owe?")
    assert set(documents) == {"supply", "lease"}


def test_the_kind_of_document_decides_between_two_of_one_party() -> None:
    assert read("What does Bolt pay under the lease?")[0] == ("lease",)


def test_a_question_without_names_names_no_document() -> None:
    assert read("How long is the notice period?") == ((), "How long is the notice period?")


def test_chinese_parties_are_recognised_in_running_text() -> None:
    assert read("周启明收了拾光文化多少押金？") == (("rent",), "收了多少押金?")


def test_an_asked_abbreviation_is_not_taken_for_a_name_and_lost() -> None:
    iban = SubjectRecord("invoice", "INVOICE", "Lindqvist Coffee IBAN IE00", "a.pdf")
    reading = read_question("What is the IBAN of Lindqvist?", [iban], 30, lambda word: 1)
    assert reading.doc_ids == ("invoice",) and "IBAN" in reading.rest


def test_a_common_word_of_a_title_stays_in_what_is_asked() -> None:
    assert read("What does Harbour Estates pay when the lease ends?") == (
        ("lease",),
        "What does pay when the lease ends?",
    )


def test_a_question_of_names_alone_is_kept_whole() -> None:
    assert read("Acme Tools Ltd?")[1] == "Acme Tools Ltd?"


def test_names_inside_a_question_are_found_but_not_its_first_word() -> None:
    assert names_in("What does Zephyr Holdings owe Acme?") == ["Zephyr Holdings", "Acme"]


def test_of_a_lead_that_names_the_document_nothing_is_searched() -> None:
    question = "In the Supply Agreement between Acme Tools Ltd and the makers of Bolt, how long is the notice period?"
    assert read(question) == (("supply",), "how long is the notice period?")


def test_a_lead_that_asks_stays() -> None:
    assert read("Under the Supply Agreement between Acme and Bolt GmbH what is owed, and by what day?")[1].endswith(
        "what is owed, and by what day?"
    )


def speaking(**texts: str) -> Callable[[str], set[str]]:
    """What documents say beside their beginnings."""
    return lambda phrase: {doc_id for doc_id, text in texts.items() if phrase in text}


def test_a_name_that_other_documents_speak_of_does_not_restrict_the_search() -> None:
    question = "What does Acme deliver each month?"
    reading = read_question(question, ALL, 30, count, speaking(supply="Acme", lease="Acme is next door"))
    assert (reading.doc_ids, reading.rest, reading.likely) == ((), question, ("supply",))
    assert read_question(question, ALL, 30, count, speaking(supply="Acme delivers")).doc_ids == ("supply",)


def test_a_whole_title_names_its_document_whoever_else_speaks_of_it() -> None:
    others = speaking(supply="Supply Agreement", lease="the Supply Agreement")
    assert read_question("How long does the Supply Agreement run?", ALL, 30, count, others).doc_ids == ("supply",)


@pytest.mark.parametrize(
    "question",
    ["What happened in 2018?", "What does Page 17 show?", "What did Mr. Jones say in May?", "Which Ltd pays?"],
)
def test_years_places_in_a_document_and_titles_of_people_name_no_document(question: str) -> None:
    other = SubjectRecord("other", "REPORT", "2018 Page 17 May Mr. Brown Ltd", "a.pdf")
    assert read_question(question, [other], 30, lambda word: 1).doc_ids == ()


def test_a_part_of_a_longer_name_names_nothing() -> None:
    college = SubjectRecord("college", "REPORT", "printed in Columbia", "a.pdf")
    assert read_question("Who is at Columbia University?", [college], 30, lambda word: 1).doc_ids == ()
    assert read_question("Who is at Columbia?", [college], 30, lambda word: 1).doc_ids == ("college",)


def test_a_name_is_not_what_others_write_in_small_letters() -> None:
    assert speaks_of("ACME TOOLS LTD delivers", "Acme Tools") and speaks_of("by Acme-Tools", "Acme Tools")
    assert not speaks_of("a turnkey solution", "Turnkey") and speaks_of("The Lease ends.", "lease")


def test_a_title_names_all_documents_that_have_it_also_those_with_more_in_theirs() -> None:
    longer = SubjectRecord("longer", "Supply Agreement of Bolt", "", "b.pdf")
    others = speaking(lease="the Supply Agreement")
    reading = read_question("What does the Supply Agreement say?", [SUPPLY, longer], 30, count, others)
    assert set(reading.doc_ids) == {"supply", "longer"}
