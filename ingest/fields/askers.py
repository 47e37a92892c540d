"""The model that is asked for fields, as the settings name it. It is made in the process that asks."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING

from PIL import Image

from ingest.errors import ConfigError, PageError
from ingest.settings import Settings

if TYPE_CHECKING:
    from ingest.fields.asking import Asker
    from ingest.tasks.tools import TaskTools

# Imports run one way, so what makes the answering LLM is named, and looked up when it is needed.
_BUILD_LLM = "retrieval.llm:build_llm"
RULES, LLM, HUNYUAN = "rules", "llm", "hunyuan"


def check_asker(settings: Settings) -> str:
    """What of the settings decides whom is asked, in a line.

    Raises:
        ConfigError: a setting that is needed is missing.
    """
    if settings.fields_by == LLM:
        if settings.llm_base_url is None or settings.llm_model is None:
            raise ConfigError(
                "PAGECITE_FIELDS_BY=llm needs the LLM: set PAGECITE_LLM_BASE_URL and PAGECITE_LLM_MODEL, or "
                "PAGECITE_FIELDS_BY=rules."
            )
        return f"{LLM} {settings.llm_model}"
    if settings.fields_by == HUNYUAN:
        if settings.ocr_engine != HUNYUAN:
            raise ConfigError(
                "PAGECITE_FIELDS_BY=hunyuan needs HunyuanOCR on a server: set PAGECITE_OCR_ENGINE=hunyuan, or "
                "PAGECITE_FIELDS_BY=rules."
            )
        return f"{HUNYUAN} {settings.hunyuan_model}"
    return RULES


def asker_of(settings: Settings, images: Mapping[int, Path]) -> "Asker | None":
    """The model that is asked for a document's fields; None: the rules alone.

    Args:
        settings: say whom.
        images: the document's page images, by page number.
    """
    if settings.fields_by == LLM:
        from ingest.fields.llm import LlmAsker

        return LlmAsker(resolve_name(_BUILD_LLM)(settings))
    if settings.fields_by == HUNYUAN:
        from ingest.fields.hunyuan import TaskAsker

        return TaskAsker(_tools(settings), _Images(images))
    return None


class _Images:
    """Page images, opened when they are needed."""

    def __init__(self, paths: Mapping[int, Path]) -> None:
        self._paths = paths

    def __call__(self, page_number: int) -> Image.Image:
        path = self._paths.get(page_number)
        if path is None or not path.is_file():
            raise PageError(f"page {page_number} has no image")
        with Image.open(path) as image:
            return image.convert("RGB")


@lru_cache(maxsize=1)
def _tools(settings: Settings) -> "TaskTools":
    """HunyuanOCR's tasks, kept in this process: a server is proved sound before its first answer."""
    from ingest.tasks import build_tools

    return build_tools(settings)
