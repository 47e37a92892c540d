"""Tasks: what HunyuanOCR is asked and what is made of its answers, what the embedded engine does, fields by rule."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from typer.testing import CliRunner

from ingest.errors import ConfigError, PageError
from ingest.hunyuan.model import Reply
from ingest.hunyuan.prompts import PromptSet, Request
from ingest.layout import rows_of
from ingest.settings import Settings
from ingest.task_command import TaskMaker, ocr
from ingest.tasks import Task, TaskResult, run_task
from ingest.tasks.asked import ModelTools
from ingest.tasks.embedded import EngineTools, turned_back
from ingest.tasks.labels import split_pairs
from ingest.tasks.ordered import in_order
from ingest.tasks.rules import find_fields
from ingest.types import Box, Recognition, TextLine
from tests.drawings import draw_page, write_pdf, write_tiff

pytestmark = pytest.mark.unit

PROMPTS = PromptSet("1.0", "en")
DOCUMENT, TEXT = (PROMPTS.request(task).prompt for task in (Task.DOCUMENT, Task.TEXT))


class ScriptedVision:
    """A `VisionModel` that gives its answers one after the other, and remembers what it was asked."""

    identity = "scripted@1"
    concurrency = 1

    def __init__(self, *answers: str | Reply | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[Image.Image, Request]] = []
        self.closed = False

    @property
    def prompts(self) -> list[str]:
        return [request.prompt for _, request in self.asked]

    def ask(self, image: Image.Image, request: Request) -> Reply:
        self.asked.append((image, request))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Reply) else Reply(answer)

    def close(self) -> None:
        self.closed = True


class ReadsThis:
    """An OCR engine that reads the same from every image."""

    name = "reads 1.0"
    concurrency = 1

    def __init__(self, *lines: TextLine, rotation: int = 0) -> None:
        self.recognition = Recognition(lines, rotation)
        self.images: list[Image.Image] = []

    def read(self, image: Image.Image, *, boxes: bool = True) -> Recognition:
        self.images.append(image)
        return self.recognition

    def close(self) -> None:
        pass


def asked(task: Task, *answers: str | Reply, fields: tuple[str, ...] = ()) -> tuple[TaskResult, ScriptedVision]:
    model = ScriptedVision(*answers)
    return run_task(task, draw_page(), ModelTools(model, PROMPTS), fields=fields), model


def line(text: str, box: Box, confidence: float = 0.99) -> TextLine:
    return TextLine(text, box, confidence)


# HunyuanOCR


def test_each_task_asks_its_own_prompt() -> None:
    for task in set(Task) - {Task.FIELDS}:
        _, model = asked(task, "an answer")
        assert model.prompts == [PROMPTS.request(task).prompt]


def test_a_document_that_is_only_a_box_is_asked_for_its_text() -> None:
    result, model = asked(Task.DOCUMENT, "(147,90),(925,415)", "The Supplier delivers.")
    assert model.prompts == [DOCUMENT, TEXT]
    assert result.text == "The Supplier delivers."


def test_a_document_without_any_answer_needs_review() -> None:
    result, model = asked(Task.DOCUMENT, "", "")
    assert len(model.asked) == 2 and result.text == ""
    assert "needs review" in result.warnings[0]


def test_an_answer_that_broke_off_needs_review() -> None:
    for task in (Task.DOCUMENT, Task.TEXT, Task.TRANSLATE):
        result, _ = asked(task, Reply("half a sent", cut=True))
        assert result.text == "half a sent" and "needs review" in result.warnings[0], task


def test_spotting_gives_lines_with_boxes_in_fractions() -> None:
    result, _ = asked(Task.SPOTTING, "Total (net)(100,200),(300,250)Sum(100,400),(300,450)")
    assert [found.text for found in result.lines] == ["Total (net)", "Sum"]
    assert result.lines[0].box == pytest.approx((0.1, 0.2, 0.3, 0.25))
    assert result.text == "Total (net)\nSum"


def test_fields_are_a_dictionary_and_json() -> None:
    result, model = asked(Task.FIELDS, '```json\n{"合同编号": "HT-1"}\n```', fields=("合同编号", " 金额 "))
    assert "['合同编号','金额']" in model.prompts[0]
    assert result.fields == {"合同编号": "HT-1", "金额": None}
    assert json.loads(result.text) == result.fields and "合同编号" in result.text


def test_fields_that_are_no_json_fail_the_page() -> None:
    with pytest.raises(PageError):
        asked(Task.FIELDS, "I see a contract.", fields=("a",))


def test_a_flowchart_keeps_its_mermaid_fence_and_a_formula_loses_its_own() -> None:
    chart, _ = asked(Task.CHART, "```mermaid\ngraph TD\nA-->B\n```")
    formula, _ = asked(Task.FORMULA, "```latex\nE = mc^2\n```")
    assert chart.text == "```mermaid\ngraph TD\nA-->B\n```"
    assert formula.text == "E = mc^2"


def test_a_frame_without_subtitles_is_no_reason_to_look() -> None:
    assert asked(Task.SUBTITLES, "")[0].warnings == ()
    assert "needs review" in asked(Task.TEXT, "")[0].warnings[0]


def test_the_model_gets_an_upright_image_on_white_paper() -> None:
    photo = Image.new("RGBA", (40, 20), (0, 0, 0, 0))
    photo.getexif()[0x0112] = 6  # turn by 90 degrees
    model = ScriptedVision("text")
    run_task(Task.TEXT, photo, ModelTools(model, PROMPTS))
    image, _ = model.asked[0]
    assert (image.mode, image.size, image.getpixel((0, 0))) == ("RGB", (20, 40), (255, 255, 255))


def test_an_empty_field_name_is_refused() -> None:
    with pytest.raises(ConfigError, match="empty"):
        asked(Task.FIELDS, "{}", fields=("a", " "))


def test_closing_the_tools_closes_the_model() -> None:
    model = ScriptedVision()
    ModelTools(model, PROMPTS).close()
    assert model.closed


# The embedded engine


@pytest.mark.parametrize("task", [Task.FORMULA, Task.CHART, Task.TRANSLATE])
def test_what_needs_hunyuan_says_which_settings_to_make(task: Task) -> None:
    engine = ReadsThis()
    with pytest.raises(ConfigError, match=f"{task} needs HunyuanOCR: set PAGECITE_OCR_ENGINE=hunyuan"):
        run_task(task, draw_page(), EngineTools(engine))
    assert engine.images == []


def test_spotting_orders_rows_from_left_to_right() -> None:
    engine = ReadsThis(line("below", (0.1, 0.3, 0.2, 0.33)), line("right", (0.5, 0.1, 0.6, 0.13)),
                       line("left", (0.1, 0.101, 0.2, 0.131)))  # fmt: skip
    result = run_task(Task.SPOTTING, draw_page(), EngineTools(engine))
    assert result.text == "left\nright\nbelow" and result.engine == "reads 1.0"


def test_boxes_of_a_sideways_image_are_on_the_image_as_it_was_given() -> None:
    # Turned clockwise by 90 degrees it stands upright: what is its top then was its left side.
    engine = ReadsThis(line("top", (0.1, 0.0, 0.9, 0.1)), rotation=90)
    result = run_task(Task.SPOTTING, draw_page(), EngineTools(engine))
    assert result.lines[0].box == pytest.approx((0.0, 0.1, 0.1, 0.9))


@given(
    st.tuples(st.integers(0, 40), st.integers(0, 30), st.integers(1, 9), st.integers(1, 9)),
    st.sampled_from([0, 90, 180, 270]),
)
def test_a_box_turned_back_covers_the_same_pixels(place: tuple[int, int, int, int], rotation: int) -> None:
    x, y, width, height = place
    given_image = Image.new("L", (50, 40))
    given_image.paste(255, (x, y, x + width, y + height))
    upright = given_image.rotate(-rotation, expand=True)
    found = upright.getbbox()
    assert found is not None
    box = (found[0] / upright.width, found[1] / upright.height, found[2] / upright.width, found[3] / upright.height)
    back = turned_back(box, rotation)
    assert back == pytest.approx((x / 50, y / 40, (x + width) / 50, (y + height) / 40))


def test_subtitles_are_sought_in_the_lower_part_and_unsure_lines_left_out() -> None:
    engine = ReadsThis(
        line("second", (0.1, 0.86, 0.9, 0.9)),
        line("first", (0.1, 0.8, 0.9, 0.84)),
        line("a shop's sign", (0.1, 0.2, 0.3, 0.3)),
        line("~~", (0.0, 0.9, 0.1, 0.95), 0.3),
    )
    assert run_task(Task.SUBTITLES, draw_page(), EngineTools(engine)).text == "first\nsecond"


def test_nothing_found_is_said() -> None:
    for task in (Task.DOCUMENT, Task.TEXT, Task.SPOTTING, Task.TABLE):
        result = run_task(task, draw_page(), EngineTools(ReadsThis()))
        assert result.text == "" and "was found" in result.warnings[0], task


# Fields by rule


def fields_of(*rows: tuple[str, ...], names: tuple[str, ...] = ()) -> dict[str, object]:
    """What the rules find on a page with these rows, columns a quarter of the page wide."""
    lines = [
        line(text, (0.05 + 0.24 * column, 0.05 + 0.03 * row, 0.2 + 0.24 * column, 0.07 + 0.03 * row))
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
        if text
    ]
    return find_fields(names, rows_of(lines), [])


@pytest.mark.parametrize(
    ("rows", "name", "value"),
    [
        ([("合同编号：HT-1",)], "合同编号", "HT-1"),
        ([("Invoice No. 123",)], "Invoice No.", "123"),
        ([("Invoice No.: 123",)], "invoice no", "123"),
        ([("INVOICE NO", "123")], "Invoice No", "123"),
        ([("Total due:", "$1,250.00")], "Total due", "$1,250.00"),
        ([("Due date",), ("1 May 2026",)], "Due date", "1 May 2026"),
        ([("甲方：北方公司 乙方：南方公司",)], "乙方", "南方公司"),
        ([("甲方：北方公司 乙方：南方公司",)], "甲方", "北方公司"),
        ([("合同编号HT-1",)], "合同编号", "HT-1"),
        ([("Our Invoice No: 7",)], "Invoice No", "7"),
        ([("lnvoice No: 7",)], "Invoice No", "7"),
        ([("Item", "Qty", "Price"), ("Pallet", "40", "9.50")], "Qty", "40"),
        ([("Name", "Qty"), ("", "")], "Colour", None),
        ([("Start", "End:", "2 May")], "Start", None),
        ([("Time: 10:30",)], "Time", "10:30"),
        ([("Balance -5.00",)], "Balance", "-5.00"),
        ([("Dateline Berlin",)], "Date", None),
        ([("Date of this agreement is open.",)], "Date", None),
        ([("金额大写：壹万元",)], "金额", None),
        ([("数量", "单价(元)", "金额（元）"), ("2天", "3,800.00", "7,600.00")], "金额", "7,600.00"),
        ([("价税合计（大写）", "壹万元整")], "价税合计", "壹万元整"),
        ([("Total (EUR): 5.00",)], "Total", "5.00"),
        ([("Total (EUR) 5.00",)], "Total", "5.00"),
        ([("Total (EUR",)], "Total", None),
        ([("名", "称：华岳公司")], "名称", "华岳公司"),
        ([("Customer", "Customer no.", "C-1407"), ("Acme Ltd",)], "Customer", "Acme Ltd"),
    ],
)
def test_a_named_field_is_found_beside_or_below_its_label(
    rows: list[tuple[str, ...]], name: str, value: str | None
) -> None:
    assert fields_of(*rows, names=(name,)) == {name: value}


def test_a_label_with_a_colon_goes_before_a_sentence_that_begins_alike() -> None:
    assert fields_of(("Buyer Ltd pays.",), ("Buyer: Acme",), names=("Buyer",)) == {"Buyer": "Acme"}


def test_a_value_far_below_is_not_that_of_a_label() -> None:
    assert fields_of(("Due date",), (), (), (), ("1 May 2026",), names=("Due date",)) == {"Due date": None}


def test_all_fields_are_the_labels_with_their_values() -> None:
    found = fields_of(("Invoice No: 7", "Date:", "1 May"), ("see http://example.com",), ("Note: a",), ("Note: b",))
    assert found == {"Invoice No": "7", "Date": "1 May", "Note": ["a", "b"]}


def test_tables_give_fields_from_their_head_and_from_their_sides() -> None:
    head = [["Item", "Qty", "Price"], ["Pallet", "40", "9.50"]]
    sides = [["Seller", "Acme"], ["Terms:", "30 days"]]
    names = ("Qty", "Price", "Seller", "Terms", "Item")
    assert find_fields(names, [], [head, sides]) == {
        "Qty": "40", "Price": "9.50", "Seller": "Acme", "Terms": "30 days", "Item": "Pallet",
    }  # fmt: skip
    assert find_fields((), [], [head, sides]) == {"Seller": "Acme", "Terms": "30 days"}


@given(st.text(max_size=80))
def test_pairs_are_made_of_the_text_itself(text: str) -> None:
    for label, value in split_pairs(text):
        assert label and label in text and value in text


@given(
    st.lists(st.lists(st.text(max_size=12), max_size=4), max_size=5),
    st.lists(st.text("aB1:：合", min_size=1), max_size=3),
)
def test_every_named_field_is_answered_whatever_the_page_says(rows: list[list[str]], names: list[str]) -> None:
    found = fields_of(*map(tuple, rows), names=tuple(names))
    if names:
        assert set(found) == set(names)


# Several at once


def test_results_come_in_order_though_later_ones_are_done_first() -> None:
    later_done = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            assert later_done.wait(10)
        else:
            later_done.set()
        return number

    assert list(in_order(work, range(5), 3)) == [0, 1, 2, 3, 4]


def test_no_more_items_are_taken_than_are_worked_on_and_one() -> None:
    taken: list[int] = []
    given_back: list[int] = []

    def items() -> Iterator[int]:
        for number in range(20):
            taken.append(number)
            assert len(taken) - len(given_back) <= 4
            yield number

    for result in in_order(lambda number: number, items(), 2):
        given_back.append(result)
    assert given_back == list(range(20))


# The command


def run_ocr(*arguments: object, model: ScriptedVision | None = None, engine: ReadsThis | None = None) -> Result:
    app = typer.Typer()
    app.command()(ocr)
    tools = ModelTools(model, PROMPTS) if model else EngineTools(engine or ReadsThis())
    return CliRunner().invoke(app, [str(argument) for argument in arguments], obj=TaskMaker(lambda _: tools))


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PAGECITE_{name.upper()}", raising=False)
    path = tmp_path / "page.png"
    draw_page(size=(1000, 500)).save(path)
    return path


def test_one_image_gives_its_text_and_nothing_else(page: Path) -> None:
    result = run_ocr(page, "--task", "text", model=ScriptedVision("Total 5"))
    assert (result.stdout, result.stderr, result.exit_code) == ("Total 5\n", "", 0)
    assert list(page.parent.iterdir()) == [page]


def test_spotting_prints_pixels_of_the_file(page: Path) -> None:
    result = run_ocr(page, "--task", "spotting", model=ScriptedVision("Total(100,200),(300,250)"))
    assert result.stdout == "100,100,300,125\tTotal\n"


def test_boxes_are_in_pixels_of_a_large_photo_not_of_what_the_model_saw(page: Path) -> None:
    Image.new("L", (6000, 4000), 255).save(page)
    model = ScriptedVision("Total(100,200),(300,250)")
    result = run_ocr(page, "--task", "spotting", model=model)
    assert result.stdout == "600,800,1800,1000\tTotal\n"
    image, _ = model.asked[0]
    assert image.width * image.height <= 16_777_216


def test_pages_stand_below_their_numbers_and_a_failed_one_costs_the_others_nothing(tmp_path: Path, page: Path) -> None:
    path = write_tiff(tmp_path / "three.tif", ["one", "two", "three"])
    model = ScriptedVision("first", PageError("it is too dark; scan it again"), "third")
    result = run_ocr(path, "--task", "text", model=model)
    assert result.stdout == "<!-- page 1 -->\n\nfirst\n\n<!-- page 2 -->\n\n<!-- page 3 -->\n\nthird\n\n"
    assert result.stderr == "failed   page 2: it is too dark; scan it again\n"
    assert result.exit_code == 1


def test_one_page_alone_is_read(tmp_path: Path, page: Path) -> None:
    path = write_pdf(tmp_path / "two.pdf", [["one"], ["two"]])
    model = ScriptedVision("second")
    result = run_ocr(path, "--task", "text", "--page", 2, model=model)
    assert result.stdout == "second\n" and len(model.asked) == 1
    result = run_ocr(path, "--page", 3, model=model)
    assert result.stderr == "ingest: two.pdf: it has 2 pages; there is no page 3\n" and result.exit_code == 1


def test_json_has_all(page: Path) -> None:
    result = run_ocr(page, "--task", "spotting", "--json", model=ScriptedVision("Total(100,200),(300,250)"))
    data = json.loads(result.stdout)
    assert (data["task"], data["engine"]) == ("spotting", "scripted@1")
    assert 0 <= data["pages"][0]["lines"][0].pop("confidence") <= 1
    assert data["pages"][0] == {
        "page": 1, "width": 1000, "height": 500, "text": "Total",
        "lines": [{"text": "Total", "box": [100, 100, 300, 125]}],
        "fields": None, "warnings": [], "reason": "",
    }  # fmt: skip


@pytest.mark.parametrize("names", ["合同编号,金额", "合同编号， 金额", "合同编号、金额,合同编号"])
def test_field_names_stand_between_english_or_chinese_commas(page: Path, names: str) -> None:
    model = ScriptedVision('{"合同编号": "HT-1"}')
    result = run_ocr(page, "--fields", names, model=model)
    assert json.loads(result.stdout) == {"合同编号": "HT-1", "金额": None}
    assert "['合同编号','金额']" in model.prompts[0]


def test_all_fields_can_be_asked_for(page: Path) -> None:
    model = ScriptedVision('{"a": "1"}')
    assert json.loads(run_ocr(page, "--fields", "all", model=model).stdout) == {"a": "1"}
    assert "all fields" in model.prompts[0]


def test_fields_of_the_embedded_engine_say_that_they_are_by_rule(page: Path) -> None:
    result = run_ocr(page, "--fields", "Total", engine=ReadsThis(line("Total: 5", (0.1, 0.1, 0.3, 0.14))))
    assert json.loads(result.stdout) == {"Total": "5"}
    assert "by rule" in result.stderr and result.exit_code == 0


def test_the_target_language_implies_translation(page: Path) -> None:
    model = ScriptedVision("你好")
    assert run_ocr(page, "--to", "zh", model=model).stdout == "你好\n"
    assert "into Chinese" in model.prompts[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--task", "text", "--fields", "a"], "--fields goes with --task fields, not with text"),
        (["--task", "text", "--to", "zh"], "--to goes with --task translate, not with text"),
        (["--fields", " , "], "--fields names no field"),
        (["--fields", "it's"], "may not hold quotes"),
    ],
)
def test_options_that_do_not_go_together_are_refused_before_anything_is_asked(
    page: Path, options: list[str], message: str
) -> None:
    model = ScriptedVision("unused")
    result = run_ocr(page, *options, model=model)
    assert message in result.stderr and result.exit_code == 1 and model.asked == []


def test_the_engine_can_be_chosen_for_one_run(page: Path) -> None:
    engines: list[str] = []

    def make(settings: Settings) -> EngineTools:
        engines.append(settings.ocr_engine)
        return EngineTools(ReadsThis())

    app = typer.Typer()
    app.command()(ocr)
    CliRunner().invoke(app, [str(page), "--engine", "tesseract"], obj=TaskMaker(make))
    assert engines == ["tesseract"]


def test_a_file_of_another_kind_names_its_remedy(page: Path) -> None:
    page.write_text("plain words")
    result = run_ocr(page)
    assert result.stderr.startswith("ingest: page.png: its content is none of PDF") and result.exit_code == 1
