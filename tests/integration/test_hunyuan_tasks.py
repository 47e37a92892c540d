"""Tasks done by HunyuanOCR on a real vLLM, from Python and from the command line."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result
from PIL import Image
from typer.testing import CliRunner

from ingest.cli import app
from ingest.fields.hunyuan import TaskAsker
from ingest.fields.model import FieldKind
from ingest.fields.schema import FieldSpec, Schema
from ingest.settings import Settings
from ingest.tasks import Task, TaskResult, build_tools, run_task
from ingest.tasks.asked import NEEDS_REVIEW, ModelTools
from ingest.types import BoxOrigin, PageText, TextSource
from tests.tiny.pages import EXTRACTED, FIELDS, TinyPage, endless, figure, invoice, unreadable
from tests.vllm_server import ServerInfo

pytestmark = pytest.mark.integration

Ocr = Callable[..., Result]


@pytest.fixture(scope="module")
def tools(hunyuan_server: ServerInfo) -> Iterator[ModelTools]:
    settings = Settings(
        ocr_engine="hunyuan",
        hunyuan_url=hunyuan_server.url,
        hunyuan_model="HunyuanOCR",
        hunyuan_version="1.0",
        hunyuan_retries=2,
    )
    with closing(build_tools(settings)) as built:
        assert isinstance(built, ModelTools)
        yield built


@pytest.fixture
def ocr(hunyuan_server: ServerInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ocr:
    """Runs ``ingest ocr`` in a folder of its own, with the settings in environment variables."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PAGECITE_{name.upper()}", raising=False)
    monkeypatch.setenv("PAGECITE_OCR_ENGINE", "hunyuan")
    monkeypatch.setenv("PAGECITE_HUNYUAN_URL", hunyuan_server.url)
    monkeypatch.setenv("PAGECITE_HUNYUAN_MODEL", "HunyuanOCR")
    monkeypatch.setenv("PAGECITE_HUNYUAN_VERSION", "1.0")

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(app, ["ocr", *map(str, arguments)])

    return run


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A TIFF of the three invoices that answer every task."""
    path = tmp_path / "book.tif"
    first, *others = (invoice(index).image for index in EXTRACTED)
    first.save(path, save_all=True, append_images=others, compression="tiff_deflate")
    return path


def run(tools: ModelTools, task: Task, page: TinyPage, *fields: str, scale: int = 1) -> TaskResult:
    return run_task(task, page.draw(scale), tools, fields=fields)


def cells(table: str) -> list[list[str]]:
    """The rows of a Markdown table, without the rule below its head."""
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines() if row.startswith("|")]
    return [row for row in rows if not all(set(cell) <= set("-: ") for cell in row)]


def drawn_cells(page: TinyPage) -> list[list[str]]:
    """What stands in the rows of an invoice's table: those of its answer in HTML."""
    rows = page.answers[Task.TABLE].removeprefix("<table><tr><td>").removesuffix("</td></tr></table>")
    return [row.split("</td><td>") for row in rows.split("</td></tr><tr><td>")]


@pytest.mark.parametrize("index", EXTRACTED)
def test_a_document_is_markdown_with_heading_and_table(tools: ModelTools, index: int) -> None:
    page = invoice(index)
    result = run(tools, Task.DOCUMENT, page)
    head, number, date, total = (page.lines[line].text for line in (0, 1, 2, -1))
    assert result.text.startswith(f"# {head}\n\n{number}\n{date}\n\n|")
    assert result.text.endswith(f"\n\n{total}")
    assert cells(result.text) == drawn_cells(page)
    assert (result.task, result.warnings, result.engine.split("@")[0]) == (Task.DOCUMENT, (), "HunyuanOCR")


def test_text_is_the_lines_in_reading_order(tools: ModelTools) -> None:
    for page in map(invoice, EXTRACTED):
        result = run(tools, Task.TEXT, page)
        assert result.text.splitlines() == [line.text for line in page.lines]
        assert result.lines == () and result.fields is None and result.warnings == ()


@pytest.mark.parametrize("scale", [1, 4])
def test_spotting_gives_each_line_where_it_was_drawn_whatever_the_size(tools: ModelTools, scale: int) -> None:
    page = invoice(1)
    result = run(tools, Task.SPOTTING, page, scale=scale)
    assert [line.text for line in result.lines] == [line.text for line in page.lines] == result.text.splitlines()
    for found, drawn in zip(result.lines, page.lines, strict=True):
        assert found.origin == BoxOrigin.SPOTTING
        assert max(abs(a - b) for a, b in zip(found.box, drawn.box, strict=True)) < 0.001


@pytest.mark.parametrize("index", EXTRACTED)
def test_a_table_is_given_alone(tools: ModelTools, index: int) -> None:
    result = run(tools, Task.TABLE, invoice(index))
    assert cells(result.text) == drawn_cells(invoice(index))
    assert all(line.startswith("|") for line in result.text.splitlines())


@pytest.mark.parametrize("index", EXTRACTED)
def test_named_fields_are_found(tools: ModelTools, index: int) -> None:
    page = invoice(index)
    result = run(tools, Task.FIELDS, page, *FIELDS)
    number, date, total = (page.lines[line].text.partition(": ")[2] for line in (1, 2, -1))
    assert result.fields == {"number": number, "date": date, "total": total}
    assert json.loads(result.text) == result.fields


def test_fields_of_a_schema_are_asked_by_their_titles(tools: ModelTools) -> None:
    page = invoice(1)
    titles = dict(zip(("bill_number", "issued", "sum"), FIELDS, strict=True))
    schema = Schema("bill", "Bill", tuple(FieldSpec(name, FieldKind.TEXT, title) for name, title in titles.items()))
    text = PageText("d" * 64, 1, (), page.lines, "drawn", TextSource.LAYER)
    found = TaskAsker(tools, lambda _: page.draw(1))(schema, [text])
    number, date, total = (page.lines[line].text.partition(": ")[2] for line in (1, 2, -1))
    assert found == {"bill_number": number, "issued": date, "sum": total}


def test_a_figure_gives_its_caption_and_an_unreadable_page_says_so(tools: ModelTools) -> None:
    caption = run(tools, Task.DOCUMENT, figure())
    assert (caption.text, caption.warnings) == ("Figure 2: Sales by month", ())
    nothing = run(tools, Task.DOCUMENT, unreadable())
    assert nothing.text == "" and nothing.warnings[0].startswith(NEEDS_REVIEW)


def test_an_endless_answer_is_cut_and_says_so(tools: ModelTools) -> None:
    result = run(tools, Task.DOCUMENT, endless())
    assert result.text.startswith("# Ledger") and result.text.count("Balance") <= 3
    assert "broke off or repeated itself" in result.warnings[0]


def test_the_command_prints_each_page_below_its_number(ocr: Ocr, book: Path) -> None:
    result = ocr(book, "--task", "text")
    assert (result.exit_code, result.stderr) == (0, "")
    parts = [f"<!-- page {number} -->\n\n{invoice(number - 1).answer(Task.TEXT)}\n\n" for number in (1, 2, 3)]
    assert result.stdout == "".join(parts)


def test_the_command_prints_fields_as_json(ocr: Ocr, book: Path) -> None:
    result = ocr(book, "--fields", ",".join(FIELDS), "--page", 2)
    assert result.exit_code == 0
    assert json.loads(result.stdout) == json.loads(invoice(1).answer(Task.FIELDS))


def test_the_command_gives_scripts_boxes_in_pixels(ocr: Ocr, tmp_path: Path) -> None:
    page, path = invoice(2), tmp_path / "scan.png"
    image: Image.Image = page.draw(2)
    image.save(path)
    result = ocr(path, "--task", "spotting", "--json")
    assert result.exit_code == 0
    data = json.loads(result.stdout)
    assert (data["task"], data["path"], data["engine"].split("@")[0]) == ("spotting", str(path), "HunyuanOCR")
    [found] = data["pages"]
    assert (found["width"], found["height"], found["warnings"], found["reason"]) == (*image.size, [], "")
    assert [line["text"] for line in found["lines"]] == [line.text for line in page.lines]
    for line, drawn in zip(found["lines"], page.lines, strict=True):
        wanted = [edge * side for edge, side in zip(drawn.box, image.size * 2, strict=True)]
        assert line["box"] == pytest.approx(wanted, abs=1)
