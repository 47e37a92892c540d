"""Where models come from: a folder on this machine, or a hub and its mirror."""

import os
from pathlib import Path

from ingest.errors import ConfigError
from ingest.settings import EMBEDDED_MODEL, Settings


def local_folder(model: str, setting: str) -> Path | None:
    """The folder of a model that was given by its path; None for a hub model's name.

    Args:
        model: path or name.
        setting: the variable that names it, for the message.

    Raises:
        ConfigError: it is the path of a folder that does not exist.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    if folder.is_absolute() or model.startswith((".", "~")) or model.count("/") > 1:
        raise ConfigError(f"{setting}: there is no folder {model}; check the path.")
    return None


def prepare_hub(settings: Settings) -> None:
    """Tell the hub's client where the hub is, or that nothing is to be asked of it.

    It reads this once, when it is first imported, so it must suit all models of this process.
    """
    if settings.hub_endpoint:
        os.environ["HF_ENDPOINT"] = settings.hub_endpoint
    if not _wants_hub(settings):
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    # Loading the weights would draw a bar of its own over our progress; "0" in the environment brings it back.
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")


def _wants_hub(settings: Settings) -> bool:
    """Whether any model of the settings is a hub model's name."""
    models = [settings.embedding_model, settings.reranker]
    models += [settings.hunyuan_model] if settings.ocr_engine == "native" else []
    return any(model and model != EMBEDDED_MODEL and not Path(model).expanduser().is_dir() for model in models)
