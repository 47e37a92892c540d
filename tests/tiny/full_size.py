"""What HunyuanOCR's architecture costs in its published size, on whatever this machine has.

Run by ``make bench-model``. The weights are random, so nothing that is read makes sense; time and memory do not depend
on that. Pages are asked about through the engine `native`, as many at once as fit a batch. An answer gets a fixed
length, for random weights never end one: a page's real length decides what it really costs.

    python -m tests.tiny.full_size --save FOLDER

writes the checkpoint, for `ingest serve-ocr --model FOLDER`: what a server's start and flags, and `ingest doctor`'s
proof of soundness cost, without the weights that only the hub has.
"""

import argparse
import resource
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymupdf
import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoTokenizer

from ingest.hunyuan.build import prompt_set
from ingest.hunyuan.native import NativeModel
from ingest.hunyuan.prompts import Request, Task
from ingest.hunyuan.weights import Weights, best_device, precision_of
from ingest.settings import Settings
from tests.tiny.architecture import PIXELS, PUBLISHED, configuration, generation
from tests.tiny.pages import CHECKPOINT
from tests.tiny.train import make_processor, token_ids

_SAMPLES = Path(__file__).parents[2] / "data" / "samples"
_LONG = 10**9  # pixels: no page is scaled down but by the model's own processor


class Counted:
    """A model that counts the tokens of questions and answers."""

    def __init__(self, model: Any) -> None:
        self.asked = 0
        self.answered = 0
        self._model = model

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def generate(self, **given: Any) -> Any:
        """As transformers' models do."""
        written = self._model.generate(**given)
        pages, length = given["input_ids"].shape
        self.asked += int(given["attention_mask"].sum())
        self.answered += pages * (written.shape[1] - length)
        return written


def make_weights(device: str) -> Weights:
    """The published size with random weights, in the precision that real ones get on the device."""
    tokenizer = AutoTokenizer.from_pretrained(CHECKPOINT)
    tokens = token_ids(tokenizer)
    with torch.device(device):
        model = AutoModelForImageTextToText.from_config(configuration(PUBLISHED, tokens), dtype=precision_of(device))
    model.generation_config = generation(tokens)
    return Weights(make_processor(tokenizer, PIXELS), model.eval())


def render(dpi: int, pages: int) -> list[Image.Image]:
    """Pages of the samples in their real size, over again where there are not enough."""
    found: list[Image.Image] = []
    for path in sorted(_SAMPLES.glob("*.pdf")):
        with pymupdf.open(path) as document:
            found += [page.get_pixmap(dpi=dpi).pil_image().convert("RGB") for page in document]
    return [found[number % len(found)] for number in range(pages)]


def measure(weights: Weights, device: str, images: Sequence[Image.Image], batch: int, tokens: int) -> str:
    """Read all pages in batches of one size; what it took, in a line."""
    counted = Counted(weights.model)
    request = prompt_set(Settings(hunyuan_version="1.0")).request(Task.DOCUMENT)
    with closing(_engine(Weights(weights.processor, counted), device, batch)) as engine:
        _forget_peak(device)
        first = _seconds(engine, images, batch, _lasting(request, 1))
        asked = counted.asked // len(images)
        counted.answered = 0
        whole = _seconds(engine, images, batch, _lasting(request, tokens))
    writing = whole - first
    return (
        f"batch {batch}: {len(images) / whole:.3f} pages/s ({asked} tokens asked, {tokens} answered each); "
        f"up to the first token {first / len(images):.2f} s a page; then {counted.answered / writing:.0f} tokens/s; "
        f"{_peak(device):.1f} GB at most"
    )


def _engine(weights: Weights, device: str, batch: int) -> NativeModel:
    return NativeModel(
        "full size", revision="random", device=device, batch=batch, max_pixels=_LONG, load=lambda *_: weights
    )


def _lasting(request: Request, tokens: int) -> Request:
    return replace(request, sampling=replace(request.sampling, max_tokens=tokens))


def _seconds(engine: NativeModel, images: Sequence[Image.Image], batch: int, request: Request) -> float:
    with ThreadPoolExecutor(batch) as threads:
        began = time.monotonic()
        list(threads.map(lambda image: engine.ask(image, request), images))
        return time.monotonic() - began


def _forget_peak(device: str) -> None:
    if device != "cpu":
        torch.accelerator.empty_cache()
        torch.accelerator.reset_peak_memory_stats()


def _peak(device: str) -> float:
    """Most memory since the last look: the accelerator's; on a processor this program's, since its start."""
    if device != "cpu":
        return float(torch.accelerator.max_memory_allocated()) / 1e9
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def main() -> None:
    """Measure, and print a line a batch size; or write the checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default=best_device())
    parser.add_argument("--dpi", type=int, default=200)
    parser.add_argument("--pages", type=int, default=16)
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 4, 8, 16])
    parser.add_argument("--tokens", type=int, default=512, help="length of an answer")
    parser.add_argument("--save", type=Path, metavar="FOLDER", help="write the checkpoint there, and measure nothing")
    chosen = parser.parse_args()
    weights = make_weights(chosen.device)
    if chosen.save:
        weights.model.to(torch.bfloat16).save_pretrained(chosen.save)
        weights.processor.save_pretrained(chosen.save)
        return
    images = render(chosen.dpi, chosen.pages)
    count = sum(parameter.numel() for parameter in weights.model.parameters())
    sizes = sorted({f"{image.width} x {image.height}" for image in images})
    print(f"{count / 1e9:.2f} billion parameters on {chosen.device}; pages of {', '.join(sizes)} pixels")  # noqa: T201
    for batch in chosen.batch:
        print(measure(weights, chosen.device, images, batch, chosen.tokens), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
