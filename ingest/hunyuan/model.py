"""The interface of the model, wherever it runs: behind a server or in this process."""

from dataclasses import dataclass
from typing import Protocol

from PIL.Image import Image

from ingest.hunyuan.prompts import Request


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model wrote.

    Attributes:
        text: as it stands; an endless repetition at its end is cut.
        cut: whether it broke off, at the most tokens an answer may have or because the model repeated itself without
            end, so that something may be missing.
    """

    text: str
    cut: bool = False


class VisionModel(Protocol):
    """HunyuanOCR. Implementations are safe to call from several threads."""

    @property
    def identity(self) -> str:
        """Name and revision of the weights, for example ``tencent/HunyuanOCR@449e7d471a8a``."""
        ...

    @property
    def concurrency(self) -> int:
        """How many questions at once it is good at, at least 1."""
        ...

    def ask(self, image: Image, request: Request) -> Reply:
        """Ask one question about one image.

        Args:
            image: RGB, of any size; it is scaled down to the model's limits.
            request: the question.

        Raises:
            PageError: the model failed on this image; others are unaffected.
            ModelError: the model cannot be reached or must not be used.
        """
        ...

    def close(self) -> None:
        """Give up questions under way and release what is held; the next question begins anew."""
        ...
