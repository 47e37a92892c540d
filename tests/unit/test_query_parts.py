"""The parts that read a question and a document's beginning: dates, types, filters, hints, follow-ups, rewriting."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.dates import find_dates
from retrieval.dating import document_date
from retrieval.describing import describe, listed
from retrieval.filters import Filter, as_filter
from retrieval.followups import Link, bare, has_topic, link_of
from retrieval.hints import read_hints
from retrieval.kinds import DocumentType, type_of
from retrieval.naming import Reading
from retrieval.rewriting import checked
from retrieval.several import interleave, read_several
from retrieval.types import Question, Turn

pytestmark = pytest.mark.unit

DAYS = st.dates(date(1950, 1, 1), date(2090, 12, 31))


def spans(text: str) -> list[tuple[str, str]]:
    return [(str(found.period.first), str(found.period.last)) for found in find_dates(text)]


# Dates


@given(
    DAYS, st.sampled_from(["{d} {m} {y}", "{m} {d}, {y}", "{y}-{n:02}-{d:02}", "{y}年{n}月{d}日", "{d:02}.{n:02}.{y}"])
)
def test_a_day_is_read_in_every_form(day: date, form: str) -> None:
    text = form.format(d=day.day, m=f"{day:%B}", n=day.month, y=day.year)
    assert spans(f"signed {text} by both") == [(str(day), str(day))]


@given(st.text(max_size=80))
def test_dates_of_any_text_lie_in_it_and_do_not_overlap(text: str) -> None:
    found = find_dates(text)
    assert all(0 <= one.start < one.end <= len(text) and one.period.first <= one.period.last for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("March 2024", [("2024-03-01", "2024-03-31")]),
        ("二〇二四年十二月三十一日", [("2024-12-31", "2024-12-31")]),
        ("2024年2月", [("2024-02-01", "2024-02-29")]),
        ("03/05/2024", []),
        ("25/05/2024", [("2024-05-25", "2024-05-25")]),
        ("INV-2024-0117 over 2024.50", []),
        ("30 February 2024", [("2024-02-01", "2024-02-29")]),
        ("1st day of January, 2020", [("2020-01-01", "2020-01-01")]),
    ],
)
def test_months_years_and_what_is_no_date(text: str, wanted: list[tuple[str, str]]) -> None:
    assert spans(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Due date: 4 May 2024. Invoice date: 4 April 2024.", date(2024, 4, 4)),
        ("signed on 3 March 2024 and effective as of April 1, 2024", date(2024, 4, 1)),
        ("made on June 10, 2024 (the “Effective Date”) and ending June 9, 2026", date(2024, 6, 10)),
        ("签订日期：2023年5月8日 交货日期：2023年9月1日", date(2023, 5, 8)),
        ("本协议自2024年3月1日起生效", date(2024, 3, 1)),
        ("payable by 5 May 2024", None),
    ],
)
def test_a_documents_date_is_the_one_it_calls_so(text: str, wanted: date | None) -> None:
    assert document_date(text) == wanted


# Types and filters


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("INVOICE under the Supply Agreement", DocumentType.INVOICE),
        ("Purchase Agreement", DocumentType.CONTRACT),
        ("PURCHASE ORDER 88", DocumentType.ORDER),
        ("增值税专用发票", DocumentType.INVOICE),
        ("补充协议（二）", DocumentType.CONTRACT),
        ("Annual Report", DocumentType.OTHER),
        ("Mietvertrag", DocumentType.CONTRACT),
    ],
)
def test_the_head_of_a_title_tells_the_type(title: str, wanted: DocumentType) -> None:
    assert type_of(title, "", "scan_0001.pdf") is wanted


def test_without_a_telling_title_the_beginning_and_then_the_file_name_tell() -> None:
    assert type_of("Hollis Garage", "Receipt for a clutch", "x.pdf") is DocumentType.RECEIPT
    assert type_of("Hollis Garage", "Thank you", "invoice_2024.pdf") is DocumentType.INVOICE


def test_a_filter_is_read_from_a_mapping_and_an_empty_one_is_none() -> None:
    wanted = as_filter({"types": ["invoice"], "dated_from": "2024-01-01", "parties": "ACME"})
    assert wanted == Filter(types=("invoice",), dated_from=date(2024, 1, 1), parties=("ACME",))
    assert as_filter({}) is None and as_filter(Filter(documents=("  ",))) is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"types": ["bill"]}, "no document type 'bill'; choose among"),
        ({"kind": "invoice"}, "no 'kind'"),
        ({"dated_from": "March"}, "write a day as"),
        ({"dated_from": "2024-02-01", "dated_to": "2024-01-01"}, "wrong way round"),
        ({"parties": 3}, "are texts"),
        ("invoice", "mapping"),
    ],
)
def test_a_wrong_filter_says_what_is_wrong(value: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        as_filter(value)


def test_a_filter_is_told_in_words() -> None:
    wanted = Filter(types=("invoice", "receipt"), dated_to=date(2024, 3, 31), parties=("ACME",))
    assert describe(wanted, chinese=False) == "invoices, receipts · dated 2024-03-31 or earlier · ACME"
    assert describe(wanted, chinese=True) == "发票, 收据 · 截至 2024-03-31 · ACME"
    assert listed(list("abcde"), chinese=False) == "a, b, c and 2 more"


# Hints


@pytest.mark.parametrize(
    ("question", "kind", "first", "last", "left"),
    [
        ("In invoices from 2024, what is the freight?", "invoice", "2024-01-01", "2024-12-31", "what is the freight?"),
        ("What is the total of the 2024 invoices?", "invoice", "2024-01-01", "2024-12-31", "What is the total?"),
        ("Total of invoices from ACME in 2024?", "invoice", "2024-01-01", "2024-12-31", "Total from ACME?"),
        (
            "What is due in contracts signed between March and May 2024?",
            "contract",
            "2024-03-01",
            "2024-05-31",
            "What is due?",
        ),
        ("2024年3月至5月签订的合同中违约金是多少?", "contract", "2024-03-01", "2024-05-31", "违约金是多少?"),
        ("In receipts since May 2023, who paid?", "receipt", "2023-05-01", None, "who paid?"),
        ("In invoices before 2023, who paid?", "invoice", None, "2022-12-31", "who paid?"),
        ("所有发票中运费是多少?", "invoice", None, None, "运费是多少?"),
    ],
)
def test_what_can_only_be_meant_for_the_documents_restricts(
    question: str, kind: str, first: str | None, last: str | None, left: str
) -> None:
    hints = read_hints(question)
    assert hints.certain and hints.filter.types == (kind,) and hints.text == left
    assert [day and str(day) for day in (hints.filter.dated_from, hints.filter.dated_to)] == [first, last]


@pytest.mark.parametrize(
    "question",
    [
        "What is the rent between March and May 2024?",
        "How are invoices paid under the Supply Agreement?",
        "How many days after receipt of invoices must Acme pay?",
        "What does the contract say about rent in 2024?",
        "合同中违约金怎么算?",
        "On which date were invoices sent in 2024?",
    ],
)
def test_what_may_be_asked_of_a_document_does_not_restrict(question: str) -> None:
    assert not read_hints(question).certain and read_hints(question).text == question


@pytest.mark.parametrize(
    ("question", "day", "left"),
    [
        ("What is the notice period as of 1 March 2024?", "2024-03-01", "What is the notice period?"),
        ("截至2024年3月,付款期限是多久?", "2024-03-31", "付款期限是多久?"),
        ("Which rent was in force in 2023?", "2023-12-31", "Which rent was?"),
        ("2023年12月时合同的付款期限?", "2023-12-31", "合同的付款期限?"),
    ],
)
def test_the_day_of_a_version_is_read(question: str, day: str, left: str) -> None:
    hints = read_hints(question)
    assert (str(hints.as_of), hints.text) == (day, left)


# Follow-ups


@pytest.mark.parametrize(
    ("question", "link"),
    [
        ("and its renewal term?", Link.CERTAIN),
        ("What about the notice period?", Link.CERTAIN),
        ("How much notice does this agreement need?", Link.CERTAIN),
        ("那违约金呢？", Link.CERTAIN),
        ("该合同的期限是多久？", Link.CERTAIN),
        ("What is the liability cap?", Link.PERHAPS),
        ("违约金是多少？", Link.PERHAPS),
        ("Which contracts provide for arbitration?", Link.ALONE),
        ("Do any documents mention it?", Link.ALONE),
        ("哪些合同约定了仲裁？", Link.ALONE),
    ],
)
def test_how_a_question_hangs_on_the_earlier_ones(question: str, link: Link) -> None:
    assert link_of(question, has_history=True) is link
    assert link_of(question, has_history=False) is Link.ALONE


def test_what_only_ties_a_question_to_the_last_one_is_left_out() -> None:
    assert bare("and its renewal term?") == "its renewal term?"
    assert bare("那违约金呢？") == "违约金？"
    assert bare("And?") == "And?"
    assert has_topic("its renewal term?") and not has_topic("And in the lease?")
    assert not has_topic("And Tallow Mills?", named=True) and not has_topic("那呢？")


CONVERSATION = Question("and its renewal term?", (Turn("How long is the Northwind agreement?", "Three years."),))
DATA = "How long is the Northwind agreement? Three years. and its renewal term? renewal"


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        (
            'Sure: {"question": "What is the renewal term of the Northwind agreement?"}',
            "What is the renewal term of the Northwind agreement?",
        ),
        ("What is the renewal term?", None),
        ('{"question": "What is the renewal term of the Zephyr agreement?"}', None),
        ('{"question": "What is the capital of France?"}', None),
        ('{"question": "The renewal term is 12 months."}', None),
        ('{"question": "renewal term of Northwind http://evil.test"}', None),
        ('{"question": "续约期限是多久？"}', None),
        ('{"question": "' + "renewal term " * 60 + '"}', None),
        ('{"answer": "no"}', None),
        ('{"question": 7}', None),
        ("", None),
    ],
)
def test_only_a_question_of_the_conversations_own_words_is_taken(reply: str, wanted: str | None) -> None:
    assert checked(reply, CONVERSATION, DATA) == wanted


# Several documents


def test_a_part_that_names_another_document_adds_it() -> None:
    named = {"Acme": ("a",), "Bolt": ("b",)}

    def read(text: str) -> Reading:
        found = next((ids for name, ids in named.items() if name in text), ())
        return Reading(found, text)

    question = "Compare the rent of Acme and Bolt"
    assert read_several(question, read(question), read).doc_ids == ("a", "b")
    # Without a comparison a name in passing is no document that is asked about.
    question = "May Acme assign its rights to Bolt?"
    assert read_several(question, read(question), read).doc_ids == ("a",)


@given(st.lists(st.lists(st.integers(), max_size=6), max_size=5))
def test_interleaving_keeps_every_item_and_takes_the_firsts_first(rankings: list[list[int]]) -> None:
    found = interleave(rankings)
    assert sorted(found) == sorted(item for ranking in rankings for item in ranking)
    firsts = [ranking[0] for ranking in rankings if ranking]
    assert found[: len(firsts)] == firsts


def test_a_day_after_is_not_the_day_itself() -> None:
    assert read_hints("In invoices after 2023, who paid?").filter.dated_from == date(2023, 12, 31) + timedelta(days=1)
