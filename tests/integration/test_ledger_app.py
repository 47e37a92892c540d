"""Answers from the ledger in the chat, without a browser."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook
from streamlit.testing.v1 import AppTest

from app.ledger import shown, table_of
from app.texts import ENGLISH, Texts
from ingest.fields.export import csv_of, xlsx_of
from retrieval.chain import build_chain
from retrieval.types import Answer
from tests.ledgers import bill, library_of

pytestmark = pytest.mark.integration

APP = Path(__file__).parents[2] / "streamlit_app.py"
BY_MONTH = "How much did we pay Acme Tools in 2024, by month?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ledger") / "library"
    entries = [bill(f"{month}.pdf", f"{100 * month}", issue_date=f"2024-{month:02d}-05") for month in (1, 2, 3, 4)]
    library_of(folder, *entries, bill("=cmd.pdf", "7", issue_date="2024-05-05"), bill("open.pdf")).close()
    return folder


@pytest.fixture
def chat(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    monkeypatch.setenv("PAGECITE_LIBRARY", str(folder))
    yield AppTest.from_file(APP, default_timeout=300).run()


def answer_to(folder: Path, question: str) -> Answer:
    chain = build_chain(library=folder)
    try:
        return chain.invoke(question)
    finally:
        chain.library.close()


def test_sums_by_month_show_a_chart_the_rows_and_their_downloads(chat: AppTest) -> None:
    chat.chat_input[0].set_value(BY_MONTH).run()
    assert not chat.exception
    [table] = chat.dataframe
    assert sorted(table.value["Document"]) == ["1.pdf", "2.pdf", "3.pdf", "4.pdf", "=cmd.pdf"]
    assert len(chat.get("vega_lite_chart") or chat.get("arrow_vega_lite_chart")) == 1
    assert len(chat.get("download_button")) == 2


def test_what_was_left_out_can_be_opened_with_its_reason(chat: AppTest) -> None:
    chat.chat_input[0].set_value(BY_MONTH).run()
    [button] = [one for one in chat.button if one.label == "open\\.pdf"]
    button.click().run()
    assert not chat.exception
    view = chat.session_state["pagecite"].view
    assert "no total was found" in view.mark.text and not view.mark.proof


def test_a_question_about_passages_shows_no_table(chat: AppTest) -> None:
    chat.chat_input[0].set_value("Who may audit the books?").run()
    assert not chat.exception and not chat.dataframe


def test_downloads_hold_the_rows_as_numbers_and_no_formula(folder: Path) -> None:
    answer = answer_to(folder, BY_MONTH)
    assert answer.ledger is not None
    table = table_of(answer.ledger, answer.question, Texts(ENGLISH))
    assert "'=cmd.pdf" in csv_of(table).decode("utf-8-sig") and "\r\n=cmd" not in csv_of(table).decode("utf-8-sig")
    sheet = load_workbook(BytesIO(xlsx_of(table))).worksheets[0]
    amounts = [value for row in sheet.iter_rows(min_row=2, values_only=True) for value in row if value == 400]
    assert amounts and all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_a_row_opens_the_page_of_its_amount(folder: Path) -> None:
    answer = answer_to(folder, BY_MONTH)
    assert answer.ledger is not None
    proofs = [proof for row in answer.ledger.rows if (proof := shown(row)) is not None]
    assert proofs and all(proof.scaled is not None and proof.page_number == 1 for proof in proofs)
    assert isinstance(table_of(answer.ledger, answer.question, Texts(ENGLISH)), pd.DataFrame)
