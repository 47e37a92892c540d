"""What an end user does: ask, look at the proof, add documents."""

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf
import pytest
from PIL import Image, ImageDraw

from ingest.types import Box

pytestmark = pytest.mark.e2e

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
ENGLISH = ("Which state’s law applies to the contract between Northwind and Harbourline?", "State of Oregon")
SECOND = "What uptime does Northwind promise for the forecasting platform?"
CHINESE = ("华岳的立式加工中心单价是多少？", "298,000.00")
REFUSED = "What parental leave do Northwind’s employees get?"
IDLE = "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
SETTLED = """async image => {
  const opaque = element => !element || (getComputedStyle(element).opacity === '1' && opaque(element.parentElement));
  while (image.isConnected && !opaque(image)) await new Promise(requestAnimationFrame);
  await image.decode();
}"""
HOSTILE = "Acme $42,726.40 to $525 [a](http://evil.test) ![i](http://evil.test/x.png) <img src='http://evil.test/y'>"


@pytest.fixture(scope="module")
def expect() -> Any:
    expect = pytest.importorskip("playwright.sync_api").expect
    expect.set_options(timeout=60_000)
    return expect


def ask(page: Any, question: str) -> None:
    field = page.get_by_test_id("stChatInputTextArea")
    field.fill(question)
    field.press("Enter")


def viewer(page: Any) -> Any:
    return page.locator(".st-key-evidence_chosen")


def shown(image: Any) -> bytes:
    """A screenshot of a page image, once it is loaded; while the script runs, Streamlit fades what it may replace."""
    image.page.wait_for_function(IDLE)
    image.evaluate(SETTLED)
    return bytes(image.screenshot())


def words_on_page(file: Path, page_number: int, quote: str) -> list[Box]:
    """Where a quote's words stand, as PyMuPDF finds them in the original file, in fractions of the page."""
    with pymupdf.open(file) as document:
        page = document[page_number - 1]
        width, height = page.rect.width, page.rect.height
        words = page.get_text("words", sort=False)
        wanted = "".join(quote.split())
        texts = [word[4] for word in words]
        for start in range(len(words)):
            for end in range(start + 1, len(words) + 1):
                joined = "".join(texts[start:end])
                if joined == wanted:
                    return [(w[0] / width, w[1] / height, w[2] / width, w[3] / height) for w in words[start:end]]
                if not wanted.startswith(joined):
                    break
    raise AssertionError(f"page {page_number} of {file.name} does not have the words {quote!r}")


def coverage(screenshot: bytes, boxes: list[Box]) -> tuple[float, float]:
    """Share of the boxes that is highlighted, and share of the page that is highlighted elsewhere."""
    pixels = np.asarray(Image.open(io.BytesIO(screenshot)).convert("RGB"), dtype=float)
    red, blue, height, width = pixels[..., 0], pixels[..., 2], *pixels.shape[:2]
    yellow = (red > 60) & (blue < 0.7 * red)
    ink = pixels.max(axis=2) <= 90  # letters, which no marker colours
    inside = np.zeros((height, width), dtype=bool)
    for x0, y0, x1, y1 in boxes:
        inside[round(y0 * height) : round(y1 * height), round(x0 * width) : round(x1 * width)] = True
    return float((yellow | ink)[inside].mean()), float((yellow & ~inside).mean())


def test_a_citation_shows_the_page_with_the_quoted_words_highlighted(app: str, open_page: Any, expect: Any) -> None:
    question, words = ENGLISH
    page = open_page(app)
    ask(page, question)
    citation = page.get_by_role("button", name=re.compile(r"^\[1\] northwind-msa-2024\.pdf · p\. 4$"))
    citation.click()
    expect(viewer(page)).to_contain_text("Page 4 of 5")
    expect(viewer(page)).to_contain_text("MASTER SERVICES AGREEMENT")
    expect(viewer(page)).to_contain_text("northwind-msa-2024.pdf")
    quote = viewer(page).locator(".pc-quote").inner_text()
    assert words in quote
    image = viewer(page).get_by_role("img", name=re.compile("Page 4 of northwind"))
    expect(image).to_be_visible()
    assert words in image.get_attribute("alt")

    boxes = words_on_page(SAMPLES / "northwind-msa-2024.pdf", 4, quote)
    # The words of the answer are found in another way too: by PyMuPDF's own search.
    with pymupdf.open(SAMPLES / "northwind-msa-2024.pdf") as document:
        found = document[3].search_for(words)
        width, height = document[3].rect.width, document[3].rect.height
    boxes += [(rect.x0 / width, rect.y0 / height, rect.x1 / width, rect.y1 / height) for rect in found]
    covered, elsewhere = coverage(shown(image), boxes)
    assert covered >= 0.95
    assert elsewhere <= 0.05


def test_the_pages_around_a_quote_can_be_turned(app: str, open_page: Any, expect: Any) -> None:
    page = open_page(app)
    ask(page, ENGLISH[0])
    page.get_by_role("button", name=re.compile(r"^\[1\] northwind")).click()
    expect(viewer(page)).to_contain_text("Page 4 of 5")
    viewer(page).get_by_role("button", name="Next page").click()
    expect(viewer(page)).to_contain_text("Page 5 of 5")
    expect(viewer(page).get_by_role("img", name=re.compile("Page 5 of northwind"))).to_be_visible()
    expect(viewer(page).get_by_role("button", name="Next page")).to_be_disabled()
    viewer(page).get_by_role("button", name="Back to page 4").click()
    expect(viewer(page)).to_contain_text("Page 4 of 5")


def test_a_second_question_keeps_the_first_in_the_history(app: str, open_page: Any, expect: Any) -> None:
    page = open_page(app)
    ask(page, ENGLISH[0])
    expect(page.locator(".st-key-cites_0")).to_be_visible()
    ask(page, SECOND)
    expect(page.locator(".st-key-cites_1")).to_be_visible()
    messages = page.get_by_test_id("stChatMessage")
    expect(messages).to_have_count(4)
    expect(messages.nth(0)).to_contain_text(ENGLISH[0])
    expect(messages.nth(1)).to_contain_text(ENGLISH[1])
    expect(messages.nth(2)).to_contain_text(SECOND)
    expect(messages.nth(3)).to_contain_text("99.5%")
    page.get_by_role("button", name="New conversation").click()
    expect(messages).to_have_count(0)


def test_the_conversation_stays_while_the_library_is_visited(app: str, open_page: Any, expect: Any) -> None:
    page = open_page(app)
    ask(page, ENGLISH[0])
    expect(page.locator(".st-key-cites_0")).to_be_visible()
    page.get_by_role("link", name="Library").click()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    page.get_by_role("link", name="Ask").click()
    expect(page.get_by_test_id("stChatMessage").nth(1)).to_contain_text(ENGLISH[1])


def test_a_question_without_an_answer_shows_the_nearest_passages_as_such(app: str, open_page: Any, expect: Any) -> None:
    page = open_page(app)
    ask(page, REFUSED)
    nearest = page.locator(".st-key-nearest_0")
    expect(nearest).to_contain_text("not an answer")
    nearest.get_by_role("button", name=re.compile(r"\.pdf · p\. \d")).first.click()
    expect(viewer(page)).to_contain_text("A nearby passage, not an answer")
    expect(viewer(page).get_by_role("img")).to_be_visible()
    expect(page.locator("[class*=st-key-cites_]")).to_have_count(0)


def test_a_chinese_browser_gets_a_chinese_interface(app: str, open_page: Any, expect: Any) -> None:
    question, words = CHINESE
    page = open_page(app, locale="zh-CN")
    expect(page.get_by_role("heading", name="向文档提问")).to_be_visible()
    ask(page, question)
    page.get_by_role("button", name=re.compile(r"^\[1\] 采购合同-华岳\.pdf · 第 3 页$")).click()
    expect(viewer(page)).to_contain_text("第 3 页，共 3 页")
    expect(viewer(page).locator(".pc-quote")).to_contain_text(words)
    image = viewer(page).get_by_role("img", name=re.compile("高亮文字"))
    expect(image).to_be_visible()
    with pymupdf.open(SAMPLES / "采购合同-华岳.pdf") as document:
        area = document[2].rect
        rect = document[2].search_for(words)[0]
    box = (rect.x0 / area.width, rect.y0 / area.height, rect.x1 / area.width, rect.y1 / area.height)
    covered, elsewhere = coverage(shown(image), [box])
    assert covered >= 0.95
    assert elsewhere <= 0.05
    page.get_by_role("radio", name="English").click()
    expect(page.get_by_role("link", name="Library")).to_be_visible()
    expect(viewer(page)).to_contain_text("Page 3 of 3")


def test_on_a_telephone_the_page_covers_the_conversation_until_closed(app: str, open_page: Any, expect: Any) -> None:
    page = open_page(app, width=420, height=860)
    ask(page, ENGLISH[0])
    citation = page.get_by_role("button", name=re.compile(r"^\[1\] northwind"))
    expect(citation).to_be_in_viewport()
    citation.click()
    expect(viewer(page).get_by_role("img")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    viewer(page).get_by_role("button", name="Close").click()
    expect(viewer(page)).to_have_count(0)
    expect(citation).to_be_in_viewport()


def test_an_empty_library_says_how_to_fill_it(empty_app: str, open_page: Any, expect: Any) -> None:
    page = open_page(empty_app)
    expect(page.get_by_role("heading", name="Your library is empty")).to_be_visible()
    expect(page.get_by_test_id("stFileUploader")).to_be_visible()
    expect(page.get_by_text("ingest add FOLDER")).to_be_visible()


def test_uploads_are_read_with_progress_and_can_be_asked(
    empty_app: str, open_page: Any, expect: Any, tmp_path: Path
) -> None:
    files = [scan(tmp_path / "delivery 4711.png"), hostile_contract(tmp_path / "ac$me$_*x*.pdf")]
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"not a pdf at all")
    page = open_page(empty_app)
    page.locator("input[type=file]").first.set_input_files([*files, broken])
    expect(page.get_by_test_id("stProgress")).to_be_visible()
    expect(page.get_by_text(re.compile(r"File \d of 3"))).to_be_visible()
    expect(page.get_by_text("delivery 4711.png added, 1 pages.")).to_be_visible()
    expect(page.get_by_text("ac$me$_x_.pdf added, 1 pages.".replace("_x_", "__x_"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"broken\.pdf was not added: its content is none of"))).to_be_visible()
    expect(page.get_by_role("heading", name="Ask your documents")).to_be_visible()

    ask(page, "What does Acme owe to the supplier?")
    answer = page.get_by_test_id("stChatMessage").nth(1)
    expect(answer.get_by_role("button").first).to_be_visible()
    expect(answer).to_contain_text("$42,726.40 to $525 [a] (http")
    assert page.locator("[src*='evil.test'], [href*='evil.test'], .katex").count() == 0


def test_documents_can_be_looked_into_and_removed(empty_app: str, open_page: Any, expect: Any, tmp_path: Path) -> None:
    page = open_page(f"{empty_app}/library")
    page.locator("input[type=file]").first.set_input_files([hostile_contract(tmp_path / "acme.pdf")])
    expect(page.get_by_text("acme.pdf added, 1 pages.")).to_be_visible()
    page.get_by_role("combobox", name="Open a document").click()
    page.get_by_role("option", name="acme.pdf").click()
    expect(page.get_by_role("img", name="Page 1 of acme.pdf")).to_be_visible()
    expect(page.get_by_test_id("stCode")).to_contain_text("$42,726.40 to $525")
    assert page.locator("[src*='evil.test'], [href*='evil.test'], .katex").count() == 0
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Yes, remove it").click()
    expect(page.get_by_text("acme.pdf was removed.")).to_be_visible()
    expect(page.get_by_test_id("stDataFrame")).to_have_count(0)


def scan(path: Path) -> Path:
    """A small page image that has to be recognised."""
    image = Image.new("RGB", (1000, 700), "white")
    draw = ImageDraw.Draw(image)
    for line, text in enumerate(("DELIVERY NOTE 4711", "Twelve copper valves were delivered on May 3, 2024.")):
        draw.text((80, 100 + 90 * line), text, fill="black", font_size=34)
    image.save(path, dpi=(150, 150))
    return path


def hostile_contract(path: Path) -> Path:
    """A digital contract whose text tries to become a formula, a link and an image."""
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_text((72, 90), "SUPPLY AGREEMENT", fontsize=16)
        page.insert_textbox(
            (72, 120, 540, 300), f"1. Payment. The supplier is owed by {HOSTILE} each month.", fontsize=11
        )
        document.save(path)
    return path
