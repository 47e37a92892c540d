"""The answering LLM: any server that speaks OpenAI's API."""

from langchain_core.language_models import BaseChatModel

from ingest.errors import ConfigError
from ingest.settings import Settings


def build_llm(settings: Settings) -> BaseChatModel | None:
    """The configured model, or None for quote mode.

    Raises:
        ConfigError: a server is set but no model, or a model but no server.
    """
    if settings.llm_base_url is None and settings.llm_model is None:
        return None
    if settings.llm_base_url is None or settings.llm_model is None:
        raise ConfigError("Set both PAGECITE_LLM_BASE_URL and PAGECITE_LLM_MODEL, or neither (quote mode).")
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(
        base_url=settings.llm_base_url,
        model=settings.llm_model,
        api_key=settings.llm_api_key,
        temperature=0,
        timeout=settings.llm_timeout,
        max_retries=2,
    )
