"""Documents that would leak data, in a real browser: nothing is asked of any other address."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.embeddings import build_embeddings
from ingest.library import Library
from ingest.ocr import build_engine
from ingest.pipeline import Pipeline
from ingest.settings import Settings
from tests.e2e.conftest import OpenPage, running
from tests.injections.catalogue import ALL
from tests.injections.drawing import Attack, draw
from tests.injections.served import served

pytestmark = pytest.mark.e2e

TRIED = (
    "image",
    "reference link",
    "HTML image",
    "HTML script",
    "HTML style",
    "formula",
    "Streamlit directives",
    "icons in the file's name",
)
PATIENCE = 240_000  # milliseconds; more than any step takes on a busy machine
LIVE = "[src*='leak.test'], [href*='leak.test'], [href^='javascript'], .katex, iframe, .pc-text img, .pc-text a"


@pytest.fixture(scope="module")
def attacks(tmp_path_factory: pytest.TempPathFactory) -> list[Attack]:
    folder = tmp_path_factory.mktemp("attacks")
    return [draw(folder, number, injection) for number, injection in enumerate(ALL) if injection.name in TRIED]


@pytest.fixture(scope="module")
def library(attacks: list[Attack], tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = Settings(library=tmp_path_factory.mktemp("attacked") / "library", dpi=110)
    with Library(settings.library) as opened:
        pipeline = Pipeline(opened, settings, build_engine("rapidocr", threads=0), build_embeddings(settings))
        assert [outcome.reason for outcome in pipeline.add([attack.path for attack in attacks])] == [""] * len(TRIED)
    return settings.library


@pytest.fixture(params=["quotes", "obedient model"])
def address(library: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    with served() as model:
        variables = {} if request.param == "quotes" else {"LLM_BASE_URL": model, "LLM_MODEL": "obedient"}
        with running(library, tmp_path, **variables) as started:
            yield started


def test_no_request_leaves_the_page_and_nothing_is_alive(
    address: str, attacks: list[Attack], open_page: OpenPage
) -> None:
    expect = pytest.importorskip("playwright.sync_api").expect
    expect.set_options(timeout=PATIENCE)
    page = open_page(address)
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    for number, attack in enumerate(attacks):
        field = page.get_by_test_id("stChatInputTextArea")
        field.fill(attack.question)
        field.press("Enter")
        expect(page.locator(f".st-key-cites_{number}")).to_be_visible()
        expect(page.get_by_test_id("stChatMessage").last).to_contain_text(attack.fee)
        expect(page.locator("[class*=st-key-evidence_] img")).to_be_visible()
        assert page.locator(LIVE).count() == 0, attack.injection.name
    _look_into(page, attacks, expect)
    assert page.locator(LIVE).count() == 0
    assert page.evaluate("document.querySelectorAll('script:not([src])').length") <= _scripts_of_streamlit(page)
    assert [
        url for url in asked if not url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))
    ] == []


def _look_into(page: Any, attacks: list[Attack], expect: Any) -> None:
    """The library page, with the text of one of the documents."""
    page.get_by_role("link", name="Library").click()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    page.get_by_role("combobox", name="Open a document").click()
    page.get_by_role("option", name="HTML script.pdf").click()
    expect(page.get_by_test_id("stCode")).to_contain_text("leak.test/s")


def _scripts_of_streamlit(page: Any) -> int:
    """Inline scripts that the program's own page comes with."""
    return int(
        page.evaluate("fetch('/').then(r => r.text()).then(t => (t.match(/<script(?![^>]*src)/g) || []).length)")
    )
