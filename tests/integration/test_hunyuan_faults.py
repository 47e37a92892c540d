"""HunyuanOCR's client when servers fail: nothing is lost, nobody gets another page's text, people are told."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image, ImageDraw, ImageFont

from ingest.errors import ModelError, PageError
from ingest.hunyuan.prompts import PromptSet, Task
from ingest.hunyuan.server import ServedModel
from tests.ocr_server import (
    Answers,
    answers_with_company,
    breaks_down,
    cuts,
    falls_silent,
    ocr_server,
    refuses,
    repeats_without_end,
    replaced,
    runs_out_of_tokens,
)

pytestmark = pytest.mark.integration

PROMPTS = PromptSet("1.0")
DOCUMENT = PROMPTS.request(Task.DOCUMENT)


def page(text: str) -> Image.Image:
    image = Image.new("RGB", (256, 96), "white")
    ImageDraw.Draw(image).text((10, 30), text, fill="black", font=ImageFont.load_default(18))
    return image


PAGES = {text: page(text) for text in ("Invoice 1", "Invoice 2", "Invoice 3", "Invoice 4")}
FIRST = PAGES["Invoice 1"]


class Waits:
    """The pauses between tries, which are noted and not made."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def server() -> Iterator[Answers]:
    with ocr_server(PAGES) as answers:
        yield answers


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def make(waits: Waits) -> "Iterator[object]":
    models: list[ServedModel] = []

    def _make(*urls: str, **settings: object) -> ServedModel:
        wanted: dict[str, object] = {"retries": 3, "timeout": 30.0, "in_flight": 8, "sleep": waits} | settings
        models.append(ServedModel(urls, model="HunyuanOCR", revision="", prompts=PROMPTS, **wanted))  # type: ignore[arg-type]
        return models[-1]

    yield _make
    for model in models:
        model.close()


@pytest.fixture
def model(make, server: Answers) -> ServedModel:
    return make(server.url)


def test_the_request_is_as_the_model_wants_it(model: ServedModel, server: Answers) -> None:
    assert model.ask(FIRST, DOCUMENT).text == "Invoice 1"
    [body] = server.asked
    system, user = body["messages"]
    assert system == {"role": "system", "content": ""}
    assert [part["type"] for part in user["content"]] == ["image_url", "text"]
    assert user["content"][0]["image_url"]["url"].startswith("data:image/png;base64,")
    assert {key: value for key, value in body.items() if key not in ("model", "messages", "stream")} == {
        "temperature": 0.0,
        "top_p": 0.95,
        "top_k": 1,
        "repetition_penalty": 1.0,
        "seed": 1234,
        "max_tokens": 16384,
    }


@pytest.mark.parametrize("fault", [refuses(503), refuses(500), refuses(429), cuts, breaks_down])
def test_a_page_is_asked_about_again_after_a_fault_of_the_server(model: ServedModel, server: Answers, fault) -> None:
    server.faults += [fault, fault]
    assert model.ask(FIRST, DOCUMENT).text == "Invoice 1"
    assert len(server.asked) == 3


def test_a_server_that_falls_silent_is_not_waited_for_without_end(make, server: Answers) -> None:
    server.faults.append(falls_silent)
    assert make(server.url, timeout=0.3).ask(FIRST, DOCUMENT).text == "Invoice 1"


def test_connections_are_used_again_so_that_the_server_need_not_be_identified_for_each_page(
    model: ServedModel, server: Answers
) -> None:
    for _ in range(20):
        model.ask(FIRST, DOCUMENT)
    assert server.identified <= 3


def test_a_busy_server_is_given_the_time_it_asks_for(model: ServedModel, server: Answers, waits: Waits) -> None:
    server.faults.append(refuses(429, **{"Retry-After": "17"}))
    model.ask(FIRST, DOCUMENT)
    assert waits.seconds == [17.0]


def test_waits_grow_and_differ(model: ServedModel, server: Answers, waits: Waits) -> None:
    for _ in range(8):
        server.faults += [refuses(503)] * 3
        model.ask(FIRST, DOCUMENT)
    firsts, thirds = waits.seconds[::3], waits.seconds[2::3]
    assert len(set(firsts)) > 1
    assert max(firsts) <= 0.5 and max(thirds) <= 2.0 and sum(thirds) > sum(firsts)


def test_a_page_that_the_server_fails_on_again_and_again_fails_alone(model: ServedModel, server: Answers) -> None:
    server.faults += [refuses(500, "division by zero")] * 4
    with pytest.raises(PageError, match=r"failed on it 4 times.*division by zero"):
        model.ask(FIRST, DOCUMENT)
    assert model.ask(PAGES["Invoice 2"], DOCUMENT).text == "Invoice 2"


def test_an_image_that_the_server_refuses_is_not_sent_again(model: ServedModel, server: Answers) -> None:
    server.faults.append(refuses(400, "the image is too long for the context"))
    with pytest.raises(PageError, match="too long for the context"):
        model.ask(FIRST, DOCUMENT)
    assert len(server.asked) == 1


def test_no_server_stops_everything_with_the_remedy(make) -> None:
    with pytest.raises(ModelError, match=r"cannot be reached.*ingest serve-ocr.*PAGECITE_HUNYUAN_URL"):
        make("http://127.0.0.1:9/v1").ask(FIRST, DOCUMENT)


def test_a_wrong_model_name_is_told_with_what_is_served(make, server: Answers) -> None:
    model = ServedModel([server.url], model="Other", revision="", prompts=PROMPTS)
    try:
        with pytest.raises(ModelError, match="does not serve Other but HunyuanOCR"):
            model.ask(FIRST, DOCUMENT)
    finally:
        model.close()


def test_an_endless_answer_is_stopped_early_and_the_page_marked(model: ServedModel, server: Answers) -> None:
    server.faults.append(repeats_without_end)
    reply = model.ask(FIRST, DOCUMENT)
    assert reply.cut and reply.text.startswith("# Ledger\n\nBalance carried forward")
    assert reply.text.count("Balance") <= 2
    assert server.given_up.wait(10), "the server is not left writing on"


def test_an_answer_that_runs_out_of_tokens_is_marked(model: ServedModel, server: Answers) -> None:
    server.faults.append(runs_out_of_tokens)
    reply = model.ask(FIRST, DOCUMENT)
    assert (reply.text, reply.cut) == ("The first half of the page", True)


def test_pages_asked_about_at_once_get_their_own_answers(model: ServedModel) -> None:
    texts = list(PAGES) * 8
    with ThreadPoolExecutor(len(texts)) as pool:
        answers = list(pool.map(lambda text: model.ask(PAGES[text], DOCUMENT).text, texts))
    assert answers == texts


def test_no_more_questions_than_the_setting_says_are_with_the_servers_at_once(make, server: Answers) -> None:
    model = make(server.url, in_flight=3)
    server.faults += [answers_with_company(4)] * 12
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda text: model.ask(PAGES[text], DOCUMENT), list(PAGES) * 3))
    assert server.most_at_once == 3


def test_a_server_that_mixes_pages_up_is_refused_before_it_sees_a_page(model: ServedModel, server: Answers) -> None:
    server.mixes_up = True
    with pytest.raises(ModelError, match=r"text of other pages.*serve-ocr.*plug-in.*--max-num-seqs 1"):
        model.ask(FIRST, DOCUMENT)
    assert server.asked == []


def test_a_server_started_anew_must_prove_itself_before_its_answers_count(model: ServedModel, server: Answers) -> None:
    assert model.ask(FIRST, DOCUMENT).text == "Invoice 1"
    server.faults.append(replaced(server))
    server.mixes_up = True
    with pytest.raises(ModelError, match="text of other pages"):
        model.ask(FIRST, DOCUMENT)
    assert len(server.asked) == 2, "after the cut, nothing but test pages was sent"


def test_replicas_share_the_work(make, server: Answers) -> None:
    with ocr_server(PAGES) as other:
        model = make(server.url, other.url)
        texts = list(PAGES) * 6
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(lambda text: model.ask(PAGES[text], DOCUMENT).text, texts)) == texts
        assert server.asked and other.asked


def test_a_replica_that_is_gone_costs_nothing(make, server: Answers) -> None:
    model = make("http://127.0.0.1:9/v1", server.url)
    assert [model.ask(image, DOCUMENT).text for image in PAGES.values()] == list(PAGES)


def test_a_replica_that_mixes_pages_up_is_left_out(make, server: Answers) -> None:
    with ocr_server(PAGES) as broken:
        broken.mixes_up = True
        model = make(broken.url, server.url)
        assert [model.ask(image, DOCUMENT).text for image in PAGES.values()] == list(PAGES)
        assert broken.asked == []


def test_closing_gives_up_what_is_under_way_and_asking_begins_anew(make, server: Answers) -> None:
    model = make(server.url, timeout=60.0)
    server.faults.append(falls_silent)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(model.ask, FIRST, DOCUMENT)
        assert server.asking.wait(10)
        model.close()
        with pytest.raises(ModelError, match="given up"):
            waiting.result()
    assert model.ask(FIRST, DOCUMENT).text == "Invoice 1"
