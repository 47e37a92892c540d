"""Models are asked for fields, and believed where a page shows what they say."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from ingest.errors import ModelError
from ingest.fields.asking import Answers
from ingest.fields.extracting import extract
from ingest.fields.hunyuan import TaskAsker
from ingest.fields.llm import LlmAsker
from ingest.fields.locating import locate
from ingest.fields.model import Extraction, Extractor, FieldKind
from ingest.fields.schema import Schema, load_schemas
from ingest.fields.view import build_view
from ingest.hunyuan.prompts import Language, Task
from ingest.tasks import TaskResult
from ingest.types import PageText
from tests.forms import ENGLISH, items, read_pages, set_pages, value, values
from tests.scripted import ScriptedModel

pytestmark = pytest.mark.unit


class Told:
    """An asker that says what a test wants, or fails."""

    extractor = Extractor.LLM

    def __init__(self, answers: Answers, error: Exception | None = None) -> None:
        self._answers, self._error = answers, error

    def __call__(self, schema: Schema, pages: Sequence[PageText]) -> Answers:
        if self._error:
            raise self._error
        return self._answers


class Tools:
    """HunyuanOCR's answers to tasks, page by page."""

    concurrency = 1

    def __init__(self, answers: list[dict[str, object]]) -> None:
        self._answers = answers
        self.asked: list[tuple[str, ...]] = []

    def run(self, task: Task, image: Image.Image, *, fields: Sequence[str], target: Language) -> TaskResult:
        assert task is Task.FIELDS
        self.asked.append(tuple(fields))
        return TaskResult(task, "", fields=dict(self._answers[len(self.asked) - 1]))

    def close(self) -> None:
        pass


@pytest.fixture
def pages(tmp_path: Path) -> list[PageText]:
    return read_pages(set_pages(tmp_path / "a.pdf", [ENGLISH]))


def ask(pages: list[PageText], answers: Answers, error: Exception | None = None) -> Extraction:
    return extract(pages, None, load_schemas(), asker=Told(answers, error))


def test_a_models_value_that_the_page_shows_wins_with_its_place(pages: list[PageText]) -> None:
    found = value(ask(pages, {"buyer": "Moss Theatre", "seller": "Pallas Rigging Ltd"}), "buyer")
    assert (found.value, found.extractor, found.page_number) == ("Moss Theatre", Extractor.LLM, 1)
    assert found.boxes


def test_a_models_value_that_no_page_shows_gives_way_to_the_rules(pages: list[PageText]) -> None:
    found = value(ask(pages, {"total": "999.00"}), "total")
    assert (found.value, found.extractor) == ("240.00", Extractor.RULES)


def test_a_models_value_that_no_page_shows_is_hardly_sure_where_nothing_else_is_known(pages: list[PageText]) -> None:
    found = value(ask(pages, {"buyer_tax_id": "GB000000000"}), "buyer_tax_id")
    assert found.page_number == 0
    assert found.confidence <= 0.2


def test_of_several_places_a_value_is_shown_beside_its_label(pages: list[PageText]) -> None:
    invoice = next(schema for schema in load_schemas() if schema.name == "invoice")
    view = build_view(invoice, pages)
    (price,) = locate(view, FieldKind.AMOUNT, "40.00")
    (tax,) = locate(view, FieldKind.AMOUNT, "40.00", ("vat",))
    assert (price.box[1] < 0.4, tax.box[1] > 0.4) == (True, True)
    assert locate(view, FieldKind.AMOUNT, "40.01") == ()


def test_a_name_is_found_over_two_lines(tmp_path: Path) -> None:
    words = ((60, 0, "INVOICE"), (60, 1, "Moss Theatre"), (60, 2, "Company of Hull"))
    invoice = next(schema for schema in load_schemas() if schema.name == "invoice")
    view = build_view(invoice, read_pages(set_pages(tmp_path / "b.pdf", [words])))
    assert [one.text for one in locate(view, FieldKind.NAME, "Moss Theatre Company of Hull")] == [
        words[1][2],
        words[2][2],
    ]


def test_fields_of_lines_are_numbered_in_their_order(pages: list[PageText]) -> None:
    found = ask(pages, {"item_amount": ["£120.00", "£80.00"], "no_such_field": "x", "number": ""})
    assert items(found, "item_amount") == ["120.00", "80.00"]
    assert {one.extractor for one in found.values if one.name == "item_amount"} == {Extractor.LLM}


def test_a_model_that_fails_leaves_the_rules_and_a_note(pages: list[PageText]) -> None:
    found = ask(pages, {}, ModelError("no answer from the server"))
    assert values(found)["total"] == "240.00"
    assert found.notes == ("The model did not give the fields, so they were found by rule: no answer from the server",)


def test_an_llm_is_given_the_document_as_data_and_held_to_the_fields(pages: list[PageText]) -> None:
    model = ScriptedModel(
        texts=['```json\n{"number": "PR-2024/081", "total": 240.0, "item_quantity": ["3", null]}\n```']
    )
    invoice = next(schema for schema in load_schemas() if schema.name == "invoice")
    answers = LlmAsker(model)(invoice, pages)
    assert answers == {"number": "PR-2024/081", "total": "240.0", "item_quantity": ["3", ""]}
    data = json.loads(str(model.calls[0][1].content))
    assert data["fields"].keys() == {spec.name for spec in invoice.fields}
    assert "Pallas Rigging Ltd" in data["document"]


def test_an_llm_that_cannot_be_reached_is_a_model_error(pages: list[PageText]) -> None:
    with pytest.raises(ModelError, match="did not read the document's fields: down"):
        LlmAsker(ScriptedModel(texts=[], error=RuntimeError("down")))(load_schemas()[0], pages)


def test_hunyuan_is_asked_on_further_pages_only_for_what_is_missing(pages: list[PageText]) -> None:
    tools = Tools([{"Invoice number": "PR-2024/081", "Buyer": None}, {"Buyer": "Moss Theatre Company", "Odd": 1}])
    invoice = next(schema for schema in load_schemas() if schema.name == "invoice")
    asker = TaskAsker(tools, lambda number: Image.new("RGB", (10, 10)))
    assert asker(invoice, [pages[0], pages[0]]) == {"number": "PR-2024/081", "buyer": "Moss Theatre Company"}
    assert "Invoice number" in tools.asked[0] and "Invoice number" not in tools.asked[1]
    assert not any(title.startswith("Item") for title in tools.asked[0])
