"""An optional second look at what was found: a cross-encoder reads question and passage together."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from ingest.embeddings import embedding_text
from ingest.errors import ConfigError, ModelError
from ingest.hub import local_folder, prepare_hub
from ingest.settings import Settings
from retrieval.types import Evidence

_BATCH = 16


class Reranker(Protocol):
    """Says how well passages answer a question."""

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """A score for each passage, higher is better; comparable within one question only.

        Raises:
            ConfigError: a package is missing.
            ModelError: the model cannot be loaded, or failed.
        """
        ...


def build_reranker(settings: Settings) -> Reranker | None:
    """The configured cross-encoder, loaded when it is first used; None where none is set.

    A local folder is loaded without any network; a hub model's name asks the hub, or the mirror in
    `Settings.hub_endpoint`.

    Raises:
        ConfigError: a local folder does not exist.
    """
    if not settings.reranker:
        return None
    return DeferredReranker(settings, local_folder(settings.reranker, "PAGECITE_RERANKER"))


def rerank(reranker: Reranker | None, question: str, found: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Evidence in the order of a reranker's scores, which it then carries; as it was where there is no reranker."""
    if reranker is None or not found:
        return tuple(found)
    scores = reranker.scores(question, [embedding_text(one.chunk) for one in found])
    scored = [replace(one, score=score) for one, score in zip(found, scores, strict=True)]
    return tuple(sorted(scored, key=lambda one: -one.score))


class DeferredReranker:
    """A sentence-transformers cross-encoder that is loaded on its first use. Safe to use from several threads.

    Nogueira and Cho, "Passage Re-ranking with BERT", 2019.
    """

    def __init__(self, settings: Settings, local: Path | None) -> None:
        """Prepare.

        Args:
            settings: which model, on what device.
            local: the folder that holds it; None for a hub model.
        """
        self._settings = settings
        self._local = local
        self._mutex = threading.Lock()
        self._model: Any = None

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """As `Reranker` has it."""
        model = self._loaded()
        try:
            found = model.predict([(question, one) for one in passages], batch_size=_BATCH, show_progress_bar=False)
            return [float(score) for score in found]
        except (RuntimeError, OSError, ValueError, TypeError) as error:
            raise ModelError(
                f"The reranker {self._settings.reranker} failed: {error}. It must be a cross-encoder that gives one "
                "score for a question and a passage; name another in PAGECITE_RERANKER, or leave it unset."
            ) from error

    def _loaded(self) -> Any:
        with self._mutex:
            if self._model is None:
                self._model = _load(self._settings, self._local)
            return self._model


def _load(settings: Settings, local: Path | None) -> Any:
    prepare_hub(settings)
    try:
        # Imported here: torch takes seconds, and without a reranker none of it is needed.
        from sentence_transformers import CrossEncoder
    except ImportError as error:
        raise ConfigError("The reranker needs a package that is missing: run `pip install pagecite`.") from error
    try:
        model = CrossEncoder(
            str(local or settings.reranker), device=settings.embedding_device, local_files_only=local is not None
        )
    except Exception as error:
        raise ModelError(
            f"The reranker {settings.reranker} cannot be loaded: {error}. "
            "Give a folder that holds it, a mirror in PAGECITE_HUB_ENDPOINT, or leave PAGECITE_RERANKER unset."
        ) from error
    if model.num_labels != 1:
        raise ConfigError(
            f"PAGECITE_RERANKER: {settings.reranker} gives {model.num_labels} scores for a passage, not one; "
            "name a cross-encoder that was made for ranking."
        )
    return model
