"""HunyuanOCR as the settings want it."""

import os

from ingest.errors import ConfigError
from ingest.hunyuan.engine import HunyuanEngine
from ingest.hunyuan.model import VisionModel
from ingest.hunyuan.prompts import PINNED, PromptSet
from ingest.hunyuan.server import ServedModel
from ingest.settings import Settings


def prompt_set(settings: Settings) -> PromptSet:
    """The prompts and parameters of the settings."""
    return PromptSet(settings.hunyuan_version, settings.hunyuan_language, settings.hunyuan_repetition_penalty)


def revision(settings: Settings) -> str:
    """The revision of the weights: the setting's, else the version's pinned one; none for a folder."""
    if settings.hunyuan_revision or os.path.isdir(settings.hunyuan_model):
        return settings.hunyuan_revision
    return PINNED[settings.hunyuan_version]


def build_model(settings: Settings) -> VisionModel:
    """The model, on its servers or in this process; nothing is sent or loaded before the first question.

    Raises:
        ConfigError: a setting is wrong, or what it asks for is not installed.
    """
    if settings.ocr_engine == "native":
        from ingest.hunyuan.native import NativeModel

        return NativeModel(
            settings.hunyuan_model,
            revision=revision(settings) or None,
            device=settings.native_device,
            batch=settings.native_batch,
            max_pixels=settings.hunyuan_max_pixels,
            endpoint=settings.hub_endpoint,
        )
    return build_served(settings)


def build_served(settings: Settings) -> ServedModel:
    """The model on its servers.

    Raises:
        ConfigError: no server's address is set.
    """
    urls = server_urls(settings)
    return ServedModel(
        urls,
        model=settings.hunyuan_model,
        revision=revision(settings),
        prompts=prompt_set(settings),
        key=settings.hunyuan_api_key.get_secret_value(),
        in_flight=settings.hunyuan_in_flight,
        timeout=settings.hunyuan_timeout,
        retries=settings.hunyuan_retries,
        max_pixels=settings.hunyuan_max_pixels,
    )


def server_urls(settings: Settings) -> list[str]:
    """Addresses of the servers' OpenAI interfaces; `/v1` is added where it is missing.

    Raises:
        ConfigError: there is none, or one is no http address.
    """
    urls = [part.strip().rstrip("/") for part in settings.hunyuan_url.split(",") if part.strip()]
    wrong = [url for url in urls if not url.startswith(("http://", "https://"))]
    if wrong or not urls:
        raise ConfigError(
            f"PAGECITE_HUNYUAN_URL = {settings.hunyuan_url!r} is not valid: give addresses such as "
            "http://localhost:8000/v1, separated by commas."
        )
    return [url if url.endswith("/v1") else f"{url}/v1" for url in urls]


def build_hunyuan(settings: Settings, model: VisionModel | None = None) -> HunyuanEngine:
    """The OCR engine of the settings.

    Args:
        settings: all choices.
        model: what it asks; without it the settings' own.

    Raises:
        ConfigError: as `build_model` does.
    """
    return HunyuanEngine(
        model or build_model(settings),
        prompt_set(settings),
        kind=settings.ocr_engine,
        spotting=settings.hunyuan_boxes == "spotting",
        pixels=settings.hunyuan_max_pixels if settings.hunyuan_max_pixels < settings.max_pixels else 0,
    )
