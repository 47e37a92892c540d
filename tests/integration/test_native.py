import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ingest.errors import ModelError, PageError
from ingest.hunyuan.model import Reply
from ingest.hunyuan.native import NativeModel
from ingest.hunyuan.probes import PROBES, draw, named, names
from ingest.hunyuan.prompts import PromptSet, Request, Task
from ingest.hunyuan.weights import Weights, load_weights
from ingest.ocr import build_engine
from tests.tiny import pages

pytestmark = pytest.mark.integration

CHECKPOINT = Path(__file__).parents[1] / "tiny" / "checkpoint"
LIMIT = 16_777_216
ENGLISH = PromptSet(version="1.0", language="en")


@pytest.fixture(scope="module")
def weights() -> Weights:
    return load_weights(str(CHECKPOINT), None, "cpu")


Make = Callable[..., NativeModel]


@pytest.fixture
def native(weights: Weights) -> Iterator[Make]:
    """Makes models on the loaded weights, or with another model in their place; they are closed in the end."""
    made: list[NativeModel] = []

    def make(model: Any = weights.model, *, batch: int = 8, max_pixels: int = LIMIT) -> NativeModel:
        loaded = Weights(weights.processor, model)
        made.append(
            NativeModel(
                str(CHECKPOINT),
                revision=None,
                device="cpu",
                batch=batch,
                max_pixels=max_pixels,
                load=lambda *_settings: loaded,
            )
        )
        return made[-1]

    yield make
    for model in made:
        model.close()


@pytest.fixture
def model(native: Make) -> NativeModel:
    return native()


def asked(model: NativeModel, questions: list[tuple[Image.Image, Request]]) -> list[Reply | Exception]:
    """All questions at the same moment, each from a thread of its own."""
    together = threading.Barrier(len(questions))

    def ask(image: Image.Image, request: Request) -> Reply | Exception:
        together.wait()
        try:
            return model.ask(image, request)
        except (PageError, ModelError) as error:
            return error

    with ThreadPoolExecutor(len(questions)) as threads:
        return list(threads.map(lambda question: ask(*question), questions))


class Counted:
    """A model that notes the size of each batch, and may fail."""

    def __init__(self, model: Any, fail: Any = lambda given: None) -> None:
        self._model = model
        self._fail = fail
        self.sizes: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def generate(self, **given: Any) -> Any:
        self.sizes.append(len(given["input_ids"]))
        self._fail(given)
        return self._model.generate(**given)


@pytest.fixture
def counted(weights: Weights) -> Counted:
    return Counted(weights.model)


def test_pages_asked_together_get_their_own_answers(native: Make, counted: Counted) -> None:
    model = native(counted)
    request = ENGLISH.request(Task.DOCUMENT)
    replies = asked(model, [(pages.invoice(index).image, request) for index in range(pages.INVOICES)])
    assert replies == [Reply(pages.invoice(index).answer(Task.DOCUMENT)) for index in range(pages.INVOICES)]
    assert max(counted.sizes) > 1  # else nothing was batched, and nothing proven


def test_pages_keep_their_text_in_the_precision_of_a_graphics_card(native: Make) -> None:
    rounded = load_weights(str(CHECKPOINT), None, "cpu").model.bfloat16()
    request = ENGLISH.request(Task.SPOTTING)
    replies = asked(native(rounded), [(pages.invoice(index).image, request) for index in range(pages.INVOICES)])
    assert replies == [Reply(pages.invoice(index).answer(Task.SPOTTING)) for index in range(pages.INVOICES)]


def test_questions_of_different_lengths_share_a_batch(native: Make, counted: Counted) -> None:
    model = native(counted)
    invoice, probe, figure = pages.invoice(0), pages.probe(3), pages.figure()
    tasks = [(page, task) for page in (invoice, probe, figure) for task in (Task.DOCUMENT, Task.TEXT)]
    replies = asked(model, [(page.image, ENGLISH.request(task)) for page, task in tasks])
    assert replies == [Reply(page.answer(task)) for page, task in tasks]
    assert max(counted.sizes) > 1


def test_questions_of_different_sampling_do_not_share_a_batch(native: Make, weights: Weights) -> None:
    penalties: list[float] = []
    watched = Counted(weights.model, lambda given: penalties.append(given["repetition_penalty"]))
    model = native(watched)
    older, newer = ENGLISH.request(Task.TEXT), PromptSet(version="1.5").request(Task.TEXT)
    page = pages.invoice(1)
    replies = asked(model, [(page.image, older), (page.image, newer)] * 3)
    assert replies == [Reply(page.answer(Task.TEXT))] * 6
    assert sum(watched.sizes) == 6
    assert set(penalties) == {1.0, 1.08}


def test_an_unreadable_page_gives_an_empty_reply(model: NativeModel) -> None:
    assert model.ask(pages.unreadable().image, ENGLISH.request(Task.DOCUMENT)) == Reply("")


def test_an_endless_answer_is_stopped_and_cut(model: NativeModel) -> None:
    reply = model.ask(pages.endless().image, ENGLISH.request(Task.DOCUMENT))
    assert reply.cut
    assert reply.text.startswith(pages.ENDLESS_START)
    assert reply.text.count(pages.ENDLESS_ROW.strip()) <= 2


def test_an_endless_answer_leaves_the_others_of_its_batch_whole(native: Make, counted: Counted) -> None:
    model = native(counted)
    request = ENGLISH.request(Task.DOCUMENT)
    known = [pages.endless(), pages.invoice(4), pages.invoice(5)]
    endless, *others = asked(model, [(page.image, request) for page in known])
    assert isinstance(endless, Reply) and endless.cut
    assert others == [Reply(page.answer(Task.DOCUMENT)) for page in known[1:]]


def test_an_answer_longer_than_allowed_says_so(model: NativeModel) -> None:
    request = ENGLISH.request(Task.DOCUMENT)
    short = replace(request, sampling=replace(request.sampling, max_tokens=5))
    page = pages.invoice(2)
    reply = model.ask(page.image, short)
    assert reply.cut
    assert reply.text and page.answer(Task.DOCUMENT).startswith(reply.text)


def test_one_bad_page_fails_alone(native: Make, counted: Counted) -> None:
    model = native(counted)
    thread = Image.new("RGB", (1000, 2), "white")  # the processor refuses such proportions
    request = ENGLISH.request(Task.DOCUMENT)
    replies = asked(model, [(pages.invoice(6).image, request), (thread, request), (pages.invoice(7).image, request)])
    assert replies[0] == Reply(pages.invoice(6).answer(Task.DOCUMENT))
    assert replies[2] == Reply(pages.invoice(7).answer(Task.DOCUMENT))
    assert isinstance(replies[1], PageError)
    assert "aspect ratio" in str(replies[1])


def _no_room_for(most: int) -> Any:
    def fail(given: dict[str, Any]) -> None:
        if len(given["input_ids"]) > most:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    return fail


def test_a_batch_without_memory_is_halved_until_it_fits(native: Make, weights: Weights) -> None:
    tight = Counted(weights.model, _no_room_for(1))
    model = native(tight, batch=4)
    request = ENGLISH.request(Task.TEXT)
    replies = asked(model, [(pages.invoice(index).image, request) for index in range(4)])
    assert replies == [Reply(pages.invoice(index).answer(Task.TEXT)) for index in range(4)]


def test_a_page_without_memory_names_the_remedy(native: Make, weights: Weights) -> None:
    model = native(Counted(weights.model, _no_room_for(0)))
    with pytest.raises(PageError, match="256 x 192 pixels: set PAGECITE_HUNYUAN_MAX_PIXELS lower"):
        model.ask(pages.invoice(0).image, ENGLISH.request(Task.TEXT))


def test_a_fault_of_the_program_reaches_every_question(native: Make, weights: Weights) -> None:
    def fail(_given: dict[str, Any]) -> None:
        raise AssertionError("not foreseen")

    model = native(Counted(weights.model, fail))
    with ThreadPoolExecutor(3) as threads:
        asking = [threads.submit(model.ask, pages.invoice(0).image, ENGLISH.request(Task.TEXT)) for _ in range(3)]
        assert all(isinstance(one.exception(timeout=60), AssertionError) for one in asking)


def test_closing_gives_up_a_page_under_way(native: Make, weights: Weights) -> None:
    begun = threading.Event()
    watched = Counted(weights.model, lambda _given: begun.set())
    model = native(watched)
    request = PromptSet(version="1.0").request(Task.DOCUMENT)
    with ThreadPoolExecutor(1) as threads:
        asking = threads.submit(model.ask, pages.endless().image, request)
        begun.wait()
        model.close()
        assert isinstance(asking.exception(timeout=60), ModelError)


def test_a_closed_model_begins_anew(model: NativeModel) -> None:
    request = ENGLISH.request(Task.TEXT)
    before = model.ask(pages.probe(0).image, request)
    model.close()
    assert model.ask(pages.probe(0).image, request) == before == Reply("WALNUT 4827")


def test_large_images_are_scaled_down_first(native: Make, weights: Weights) -> None:
    sizes: list[int] = []
    watched = Counted(weights.model, lambda given: sizes.append(int(given["image_grid_thw"][0, 1:].prod())))
    native(watched, max_pixels=128 * 128).ask(pages.unreadable().draw(4), ENGLISH.request(Task.DOCUMENT))
    assert sizes[0] * 16 * 16 <= 128 * 128 * 1.5  # sides are rounded to 32 pixels


def test_a_folder_is_identified_by_what_it_holds(tmp_path: Path) -> None:
    def identity() -> str:
        return NativeModel(str(tmp_path), revision=None, device=None, batch=1, max_pixels=LIMIT).identity

    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"one")
    first = identity()
    assert first == identity()
    assert first.startswith(f"{tmp_path.name}@")
    (tmp_path / "model.safetensors").write_bytes(b"two")
    assert identity() != first


def test_a_hub_name_is_identified_by_its_revision() -> None:
    model = NativeModel("tencent/HunyuanOCR", revision="449e7d471a8a1ef5", device=None, batch=4, max_pixels=LIMIT)
    assert model.identity == "tencent/HunyuanOCR@449e7d471a8a"
    assert model.concurrency == 4


def test_a_folder_without_a_model_is_a_model_error_that_names_the_remedy(tmp_path: Path) -> None:
    model = NativeModel(str(tmp_path), revision=None, device="cpu", batch=1, max_pixels=LIMIT)
    with pytest.raises(ModelError, match=r"cannot be loaded .* PAGECITE_HUNYUAN_MODEL"):
        model.ask(pages.invoice(0).image, ENGLISH.request(Task.TEXT))


def test_the_embedded_engine_reads_every_test_page() -> None:
    engine = build_engine("rapidocr", threads=0)
    for nonce, probe in enumerate(PROBES, start=2**63):
        answer = "\n".join(line.text for line in engine.read(draw(probe, nonce)).lines)
        assert names(answer, probe)
        assert named(answer) == [probe]
