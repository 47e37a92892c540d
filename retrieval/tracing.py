"""The chain's search as LangChain's callbacks see it: a retriever's run, inside the chain's."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import ensure_config, get_callback_manager_for_config

from retrieval.documents import to_document
from retrieval.types import Evidence

RUN_NAME = "PageRetriever"


@contextmanager
def traced(query: str, config: RunnableConfig | None) -> Iterator[Callable[[Sequence[Evidence]], None]]:
    """Tell callbacks of a search: that it starts, and what it found or how it failed.

    Args:
        query: what is searched for.
        config: with the callbacks of the run that searches.

    Yields:
        Takes what was found.
    """
    run = get_callback_manager_for_config(ensure_config(config)).on_retriever_start({}, query, name=RUN_NAME)
    try:
        yield lambda evidence: run.on_retriever_end([to_document(found) for found in evidence])
    except Exception as error:
        run.on_retriever_error(error)
        raise
