"""The chat's filter, and answers of documents that do not say the same."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from ingest.embeddings import build_embeddings
from ingest.library import Library
from ingest.ocr import build_engine
from ingest.pipeline import Pipeline
from ingest.settings import Settings
from tests import families
from tests.e2e.conftest import running

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def expect() -> Any:
    expect = pytest.importorskip("playwright.sync_api").expect
    expect.set_options(timeout=120_000)
    return expect


@pytest.fixture(scope="module")
def accounts(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the program with two invoices of one number, a receipt, and a contract with an amendment."""
    folder = tmp_path_factory.mktemp("accounts")
    names = [families.INVOICE, families.SAME_NUMBER, families.RECEIPT, families.CHINESE, families.SUPPLEMENT]
    settings = Settings(library=folder / "library")
    with Library(settings.library) as library:
        pipeline = Pipeline(library, settings, build_engine("rapidocr", threads=0), build_embeddings(settings))
        assert not any(outcome.failed for outcome in pipeline.add(families.draw(folder / "files", names)))
    with running(settings.library, folder) as address:
        yield address


def ask(page: Any, question: str) -> None:
    field = page.get_by_test_id("stChatInputTextArea")
    field.fill(question)
    field.press("Enter")


def test_a_filter_is_chosen_shown_applied_and_cleared(accounts: str, open_page: Any, expect: Any) -> None:
    page = open_page(accounts)
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("combobox", name="Type").click()
    page.get_by_role("option", name="receipts").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Filter: receipts")).to_be_visible()
    ask(page, "Which amount was received from Marlin Press for a clutch?")
    answer = page.get_by_test_id("stChatMessage").nth(1)
    expect(answer).to_contain_text("Searched in: receipt.pdf (filter: receipts)")
    expect(answer).to_contain_text("$730.00")
    page.get_by_role("link", name="Library").click()
    page.get_by_role("link", name="Ask").click()
    expect(page.get_by_role("button", name="Filter: receipts")).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_role("button", name=re.compile("Filter"))).to_have_text(re.compile(r"Filter(?!:)"))


def test_two_invoices_of_one_number_stand_beside_each_other_with_their_dates(
    accounts: str, open_page: Any, expect: Any
) -> None:
    page = open_page(accounts)
    ask(page, "What is the total due on invoice JP-4471?")
    conflict = page.locator(".st-key-conflict_0_0")
    expect(conflict).to_contain_text("Documents with the same number do not agree")
    expect(conflict).to_contain_text("18 April 2024")
    expect(page.get_by_test_id("stChatMessage").nth(1)).to_contain_text("$1,250.00")
    conflict.get_by_role("button", name="[2] invoice-a.pdf · p. 1").click()
    expect(page.locator(".st-key-evidence_chosen")).to_contain_text("invoice-a.pdf")


def test_a_chinese_amendment_is_shown_in_force_beside_the_earlier_version(
    accounts: str, open_page: Any, expect: Any
) -> None:
    page = open_page(accounts, locale="zh-CN", width=420, height=860)
    ask(page, "松江机械与云栖轴承的采购合同付款期限是多久？")
    conflict = page.locator(".st-key-conflict_0_0")
    expect(conflict).to_contain_text("较早的版本有不同规定")
    expect(conflict).to_contain_text("2024年3月1日 现行有效")
    expect(conflict).to_contain_text("2023年5月8日 较早版本")
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
