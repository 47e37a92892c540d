"""HunyuanOCR in this process, with transformers: no server, for a small machine or a single graphics card."""

import os
import threading
from collections.abc import Sequence
from typing import Any

from PIL.Image import Image

from ingest.errors import PageError
from ingest.hunyuan.batches import Batches, Question
from ingest.hunyuan.images import fit
from ingest.hunyuan.model import Reply
from ingest.hunyuan.prompts import Request, Sampling
from ingest.hunyuan.repetition import cut_repetition, endless
from ingest.hunyuan.weights import Load, Weights, first_line, identify, load_weights

# Tokens between two looks for an endless repetition, and how many of the last ones are looked at.
_LOOK_EVERY = 64
_LOOK_BACK = 6000
# What transformers, torch and Pillow raise over an image; anything else is a fault of the program.
_FAILURES = (ArithmeticError, AttributeError, LookupError, MemoryError, OSError, RuntimeError, TypeError, ValueError)


class NativeModel:
    """`ingest.hunyuan.model.VisionModel` by transformers.

    Questions that several threads ask at the same time are answered together, in batches of equal sampling.
    """

    def __init__(
        self,
        name_or_folder: str,
        *,
        revision: str | None,
        device: str | None,
        batch: int,
        max_pixels: int,
        endpoint: str | None = None,
        load: Load = load_weights,
    ) -> None:
        """Prepare; the weights are loaded at the first question.

        Args:
            name_or_folder: of the checkpoint.
            revision: of the hub's repository; None for a folder.
            device: for example ``cuda:0`` or ``cpu``; None: an accelerator where there is one.
            batch: most questions answered together, at least 1.
            max_pixels: larger images are scaled down to this.
            endpoint: a mirror of the model hub.
            load: gives the weights.
        """
        self._name = name_or_folder
        self._revision = revision
        self._device = device
        self._batch = max(1, batch)
        self._max_pixels = max_pixels
        self._endpoint = endpoint
        self._load = load
        self._lock = threading.Lock()
        self._weights: Weights | None = None
        self._batches: Batches | None = None

    @property
    def identity(self) -> str:
        """Name and revision; for a folder its name and a digest of what it holds."""
        return identify(self._name, self._revision)

    @property
    def concurrency(self) -> int:
        """Questions answered together."""
        return self._batch

    def ask(self, image: Image, request: Request) -> Reply:
        """Ask one question about one image. See `VisionModel.ask`.

        Raises:
            ConfigError: a package is missing.
        """
        image = fit(image.convert("RGB"), self._max_pixels)
        with self._lock:
            if self._batches is None:
                self._batches = Batches(self._answer, self._batch)
            batches = self._batches
        return batches.ask(image, request)

    def close(self) -> None:
        """Give up questions under way, within a token's time, and free the weights; the next question loads anew."""
        with self._lock:
            if self._batches is not None:
                self._batches.close()
                self._batches = None
            if self._weights is not None:
                self._weights = None
                _free_memory()

    def _answer(self, questions: Sequence[Question], closed: threading.Event) -> list[Reply]:
        weights = self._loaded()
        try:
            return _generate(weights, questions, closed)
        except _FAILURES as error:
            # Its frames would keep the tensors alive while the halves of the batch are tried.
            cause = error.with_traceback(None)
        _free_memory()
        raise _page_error(cause, questions[0].image) from cause

    def _loaded(self) -> Weights:
        """Called by the worker thread alone."""
        if self._weights is None:
            if self._endpoint:
                os.environ["HF_ENDPOINT"] = self._endpoint
            self._weights = self._load(self._name, self._revision, self._device)
        return self._weights


def _generate(weights: Weights, questions: Sequence[Question], closed: threading.Event) -> list[Reply]:
    """Answer questions of equal sampling in one go."""
    import torch

    processor, model = weights.processor, weights.model
    given = processor.apply_chat_template(
        [_messages(question) for question in questions],
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
        processor_kwargs={"padding": True},
    ).to(model.device, model.dtype)
    length = given["input_ids"].shape[1]
    room = model.config.get_text_config().max_position_embeddings - length
    if room < 1:
        raise ValueError(f"the image takes {length} tokens, more than the model's context holds")
    stop = _Stop(processor.tokenizer, length, len(questions), closed)
    options = _options(questions[0].request.sampling, room)
    with torch.inference_mode():
        written = model.generate(**given, **options, stopping_criteria=[stop])[:, length:]
    ends = torch.tensor(model.generation_config.eos_token_id, device=written.device)
    ended = torch.isin(written, ends).any(dim=1).tolist()
    texts = processor.tokenizer.batch_decode(written, skip_special_tokens=True)
    return [
        Reply(cut_repetition(text), cut=stopped or not over)
        for text, over, stopped in zip(texts, ended, stop.stopped, strict=True)
    ]


class _Stop:
    """Ends an answer that repeats itself endlessly, and every answer once the model is closed."""

    def __init__(self, tokenizer: Any, prompt: int, batch: int, closed: threading.Event) -> None:
        self.stopped = [False] * batch
        self._tokenizer = tokenizer
        self._prompt = prompt
        self._closed = closed

    def __call__(self, ids: Any, _scores: Any, **_more: Any) -> Any:
        import torch

        if self._closed.is_set():
            self.stopped = [True] * len(self.stopped)
        elif (ids.shape[1] - self._prompt) % _LOOK_EVERY == 0:
            tails = self._tokenizer.batch_decode(ids[:, self._prompt :][:, -_LOOK_BACK:], skip_special_tokens=True)
            self.stopped = [over or endless(tail) for over, tail in zip(self.stopped, tails, strict=True)]
        return torch.tensor(self.stopped, device=ids.device)


def _messages(question: Question) -> list[dict[str, Any]]:
    """The system message is empty but present: the chat template writes a marker for it."""
    content = [{"type": "image", "image": question.image}, {"type": "text", "text": question.request.prompt}]
    return [{"role": "system", "content": ""}, {"role": "user", "content": content}]


def _options(sampling: Sampling, room: int) -> dict[str, Any]:
    """Options of `generate`; without temperature the likeliest token is taken, whatever the checkpoint prefers."""
    options = {
        "max_new_tokens": min(sampling.max_tokens, room),
        "repetition_penalty": sampling.repetition_penalty,
        "do_sample": sampling.temperature > 0,
        "temperature": None,
        "top_p": None,
        "top_k": None,
    }
    if sampling.temperature > 0:
        # transformers keeps all tokens at 0, the servers' interface at -1
        options |= {"temperature": sampling.temperature, "top_p": sampling.top_p, "top_k": max(0, sampling.top_k)}
    return options


def _page_error(error: Exception, image: Image) -> PageError:
    # Every back end of torch says it in words; only some raise an error of their own.
    words = str(error).lower()
    if isinstance(error, MemoryError) or "out of memory" in words or "not enough memory" in words:
        return PageError(
            f"HunyuanOCR ran out of memory over an image of {image.width} x {image.height} pixels: set "
            "PAGECITE_HUNYUAN_MAX_PIXELS lower, or another device in PAGECITE_NATIVE_DEVICE."
        )
    return PageError(f"HunyuanOCR failed on the page: {first_line(error)}")


def _free_memory() -> None:
    """Give back what torch keeps of an accelerator's memory."""
    import torch

    if torch.accelerator.is_available():
        torch.accelerator.empty_cache()
