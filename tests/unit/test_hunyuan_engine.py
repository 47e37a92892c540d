"""HunyuanOCR as an OCR engine: what it asks about a page, asks again, leaves out, and says where it cannot read."""

import pytest
from PIL import Image

from ingest.errors import ModelError, PageError
from ingest.hunyuan.engine import BROKEN_OFF, UNREADABLE, HunyuanEngine
from ingest.hunyuan.model import Reply
from ingest.hunyuan.prompts import PromptSet, Request, Task
from ingest.types import BoxOrigin, Recognition
from tests.drawings import draw_page

pytestmark = pytest.mark.unit

PROMPTS = PromptSet("1.0", "en")
BOX_ALONE = "(147,90),(925,415)"
SPOTTED = "Total: 9.00 EUR(100,200),(400,250)"


class ScriptedVision:
    """A `VisionModel` with one answer for each task, and a memory of what it was asked."""

    concurrency = 3

    def __init__(
        self,
        document: str | Reply | Exception = "# Invoice",
        text: str | Reply | Exception = "",
        spotting: str | Reply | Exception = SPOTTED,
        *,
        prompts: PromptSet = PROMPTS,
        identity: str = "scripted@1",
    ) -> None:
        self.identity = identity
        self.closed = False
        self.asked: list[Task] = []
        self.images: list[Image.Image] = []
        self._answers = {Task.DOCUMENT: document, Task.TEXT: text, Task.SPOTTING: spotting}
        self._requests = {prompts.request(task): task for task in self._answers}

    def ask(self, image: Image.Image, request: Request) -> Reply:
        task = self._requests[request]
        self.asked.append(task)
        self.images.append(image)
        answer = self._answers[task]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Reply) else Reply(answer)

    def close(self) -> None:
        self.closed = True


def engine_on(model: ScriptedVision, *, spotting: bool = True, kind: str = "hunyuan") -> HunyuanEngine:
    return HunyuanEngine(model, PROMPTS, kind=kind, spotting=spotting)


def read(model: ScriptedVision, *, boxes: bool = True, spotting: bool = True) -> Recognition:
    return engine_on(model, spotting=spotting).read(draw_page(), boxes=boxes)


def test_a_page_is_asked_for_its_markdown_and_then_for_its_lines() -> None:
    model = ScriptedVision()
    recognition = read(model)
    assert model.asked == [Task.DOCUMENT, Task.SPOTTING]
    assert recognition.markdown == "# Invoice" and recognition.review == "" and recognition.rotation == 0
    [line] = recognition.lines
    assert (line.text, line.box, line.origin) == ("Total: 9.00 EUR", (0.1, 0.2, 0.4, 0.25), BoxOrigin.SPOTTING)


def test_the_model_gets_the_page_as_it_is() -> None:
    model, page = ScriptedVision(), draw_page()
    engine_on(model).read(page)
    assert all(image is page for image in model.images)


@pytest.mark.parametrize("boxes", [BOX_ALONE, f"```markdown\n{BOX_ALONE}\n```", "", " \n", "<table></table>"])
def test_a_document_without_a_word_is_asked_again_as_text(boxes: str) -> None:
    model = ScriptedVision(boxes, "Figure 2: Sales by month")
    recognition = read(model)
    assert model.asked == [Task.DOCUMENT, Task.TEXT, Task.SPOTTING]
    assert (recognition.markdown, recognition.review) == ("Figure 2: Sales by month", "")
    assert recognition.lines


def test_a_page_that_is_nothing_twice_needs_a_person() -> None:
    model = ScriptedVision(BOX_ALONE, "", "")
    recognition = read(model)
    assert model.asked[:2] == [Task.DOCUMENT, Task.TEXT]
    assert recognition == Recognition((), markdown="", review=UNREADABLE)


def test_lines_that_are_found_on_a_page_without_text_are_kept() -> None:
    recognition = read(ScriptedVision("", ""))
    assert recognition.review == UNREADABLE
    assert [line.text for line in recognition.lines] == ["Total: 9.00 EUR"]


def test_an_answer_that_broke_off_is_kept_and_needs_a_person() -> None:
    recognition = read(ScriptedVision(Reply("# Invoice\n\nThe first half", cut=True)))
    assert (recognition.markdown, recognition.review) == ("# Invoice\n\nThe first half", BROKEN_OFF)


def test_a_second_answer_that_broke_off_needs_a_person_too() -> None:
    recognition = read(ScriptedVision("", Reply("The first half", cut=True)))
    assert (recognition.markdown, recognition.review) == ("The first half", BROKEN_OFF)


def test_a_first_answer_that_broke_off_does_not_count_against_a_whole_second_one() -> None:
    recognition = read(ScriptedVision(Reply(BOX_ALONE, cut=True), "All that is on the page"))
    assert (recognition.markdown, recognition.review) == ("All that is on the page", "")


def test_markdown_is_tidied() -> None:
    raw = f"```markdown\n# Offer\n\n{BOX_ALONE}\n\n<table><tr><td>Item</td><td>Price</td></tr>"
    raw += "<tr><td>Cable</td><td>3.50</td></tr></table>\n```"
    markdown = read(ScriptedVision(raw)).markdown
    assert markdown is not None and markdown.startswith("# Offer\n\n|")
    assert "<t" not in markdown and "(147" not in markdown and "```" not in markdown
    assert "|Cable|3.50|" in markdown.replace(" ", "")


@pytest.mark.parametrize("boxes", [True, False])
@pytest.mark.parametrize("colour", ["white", "#f4efe4", "black"])
def test_nothing_is_asked_about_a_page_with_nothing_on_it(colour: str, boxes: bool) -> None:
    model = ScriptedVision()
    recognition = engine_on(model).read(Image.new("RGB", (620, 877), colour), boxes=boxes)
    assert recognition == Recognition((), markdown="")
    assert model.asked == []


@pytest.mark.parametrize(("boxes", "spotting"), [(False, True), (True, False), (False, False)])
def test_places_are_not_asked_for_where_nobody_wants_them(boxes: bool, spotting: bool) -> None:
    model = ScriptedVision()
    recognition = read(model, boxes=boxes, spotting=spotting)
    assert model.asked == [Task.DOCUMENT]
    assert recognition == Recognition((), markdown="# Invoice")


@pytest.mark.parametrize("task", ["document", "text", "spotting"])
@pytest.mark.parametrize("error", [PageError("too large"), ModelError("nobody there")])
def test_what_the_model_raises_is_raised_whichever_question_it_was(task: str, error: Exception) -> None:
    answers = {"document": BOX_ALONE, "text": "words"} | {task: error}
    with pytest.raises(type(error), match=str(error)):
        read(ScriptedVision(**answers))


def name_of(prompts: PromptSet = PROMPTS, kind: str = "hunyuan", spotting: bool = True, identity: str = "m@1") -> str:
    return HunyuanEngine(ScriptedVision(identity=identity), prompts, kind=kind, spotting=spotting).name


def test_names_differ_wherever_answers_may() -> None:
    names = [
        name_of(),
        name_of(PromptSet("1.0", "zh")),
        name_of(PromptSet("1.5")),
        name_of(PromptSet("1.5", repetition_penalty=1.0)),
        name_of(PromptSet("1.0", repetition_penalty=1.05)),
        name_of(identity="m@2"),
        name_of(kind="native"),
        name_of(spotting=False),
    ]
    assert len(set(names)) == len(names)
    assert names[0].startswith("hunyuan 1.0 m@1")


def test_names_are_equal_where_answers_are() -> None:
    assert name_of() == name_of()
    assert name_of(PromptSet("1.5", "en")) == name_of(PromptSet("1.5", "zh")), "1.5 has one language"
    assert name_of(PromptSet("1.5", repetition_penalty=1.08)) == name_of(PromptSet("1.5")), "its own penalty"


def test_it_reads_as_many_pages_at_once_as_its_model_and_closes_it() -> None:
    model = ScriptedVision()
    engine = engine_on(model)
    assert engine.concurrency == 3
    engine.close()
    assert model.closed
