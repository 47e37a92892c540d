"""A model is asked for fields, over the wire: what it says is believed where a page shows it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from ingest.errors import ConfigError
from ingest.fields import askers
from ingest.fields.finder import make_finder
from ingest.fields.model import Extractor
from ingest.settings import Settings
from tests.bills import extraction
from tests.ocr_server import Answers, Script, ocr_server, refuses, say

pytestmark = pytest.mark.integration


@pytest.fixture
def server() -> Iterator[Answers]:
    with ocr_server() as answers:
        yield answers


def completes(text: str) -> Script:
    """An answer in one piece, as a client that does not stream wants it."""

    async def script(request: web.Request, answers: Answers) -> web.StreamResponse:
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
        return web.json_response({"id": "1", "object": "chat.completion", "model": "m", "choices": [choice]})

    return script


def streams(text: str) -> Script:
    async def script(request: web.Request, answers: Answers) -> web.StreamResponse:
        return await say(request, text)

    return script


def by_llm(server: Answers, folder: Path) -> Settings:
    return Settings(library=folder, fields_by="llm", llm_base_url=server.url, llm_model="m", duplicate_days=0)


def by_hunyuan(server: Answers, folder: Path) -> Settings:
    engine = {"ocr_engine": "hunyuan", "hunyuan_url": server.url, "hunyuan_model": "HunyuanOCR"}
    return Settings(library=folder, fields_by="hunyuan", **engine)  # type: ignore[arg-type]


def test_an_llm_gives_what_no_rule_finds_and_its_place_is_looked_up(server: Answers, tmp_path: Path) -> None:
    server.faults.append(completes(json.dumps({"number": "ZX-77/9", "total": "119.00", "tax": "42.00"})))
    found = extraction(by_llm(server, tmp_path / "library"), tmp_path)
    values = {value.name: value for value in found.values}
    number = values["number"]
    assert (number.value, number.extractor, number.page_number, len(number.boxes)) == ("ZX-77/9", Extractor.LLM, 1, 1)
    assert values["issue_date"].value == "2024-03-05" and values["issue_date"].extractor is Extractor.RULES
    unshown = values["tax"]
    assert unshown.page_number == 0 and unshown.confidence < number.confidence


def test_the_llm_gets_the_document_as_data(server: Answers, tmp_path: Path) -> None:
    server.faults.append(completes("{}"))
    extraction(by_llm(server, tmp_path / "library"), tmp_path)
    [asked] = server.asked
    data = json.loads(asked["messages"][1]["content"])
    assert "ZX-77/9" in data["document"] and "number" in data["fields"]
    assert asked["response_format"]["json_schema"]["strict"]


def test_hunyuanocr_is_asked_with_the_page_image(server: Answers, tmp_path: Path) -> None:
    server.faults.append(streams('```json\n{"Invoice number": "ZX-77/9", "Number": "ZX-77/9"}\n```'))
    settings = by_hunyuan(server, tmp_path / "library")
    found = extraction(settings, tmp_path)
    askers._tools(settings).close()
    askers._tools.cache_clear()
    number = next(value for value in found.values if value.name == "number")
    assert (number.value, number.extractor, number.page_number) == ("ZX-77/9", Extractor.HUNYUAN, 1)
    assert server.asked[0]["messages"][1]["content"][0]["image_url"]["url"].startswith("data:image/")


def test_a_model_that_fails_leaves_the_rules_and_a_note(server: Answers, tmp_path: Path) -> None:
    server.faults.append(refuses(400, "no such model"))
    found = extraction(by_llm(server, tmp_path / "library"), tmp_path)
    assert {value.name: value.value for value in found.values}["total"] == "119.00"
    assert any("found by rule" in note and "no such model" in note for note in found.notes)


@pytest.mark.parametrize(
    ("settings", "remedy"),
    [(Settings(fields_by="llm"), "PAGECITE_LLM_BASE_URL"), (Settings(fields_by="hunyuan"), "PAGECITE_OCR_ENGINE")],
)
def test_a_model_that_is_not_set_is_an_error_that_names_the_setting(settings: Settings, remedy: str) -> None:
    with pytest.raises(ConfigError, match=remedy):
        make_finder(settings)


def test_another_model_means_that_fields_are_looked_for_again(server: Answers, tmp_path: Path) -> None:
    versions = [make_finder(by_llm(server, tmp_path)).version, make_finder(by_hunyuan(server, tmp_path)).version]
    assert len({*versions, make_finder(Settings()).version}) == 3
