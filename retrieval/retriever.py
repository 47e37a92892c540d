"""The LangChain retriever."""

from functools import partial
from pathlib import Path
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import run_in_executor
from pydantic import Field

from ingest.embeddings import build_embeddings
from ingest.library import Library
from ingest.settings import EMBEDDED_MODEL, Settings, load_settings
from retrieval.documents import to_document
from retrieval.filters import Filter, as_filter, filter_of
from retrieval.reranking import build_reranker
from retrieval.search import Searcher


class PageRetriever(BaseRetriever):
    """Finds the chunks of a library that may answer a question.

    Each document's metadata has ``doc_id``, ``source`` (file name), ``page_number`` (1-based), ``chunk_id`` and
    ``image_path``.

    Attributes:
        searcher: what does the work.
        k: how many documents to return.
        filter: which documents may be found; None: all of them. One that comes with the configuration, as
            ``{"configurable": {"filter": Filter(...)}}``, or with the call goes before it.
    """

    searcher: Any = Field(exclude=True, repr=False)
    k: int = Field(default=10, ge=1, le=100)
    filter: Any = None

    def invoke(self, input: str, config: RunnableConfig | None = None, **kwargs: Any) -> list[Document]:
        """Find documents.

        Raises:
            ValueError: the filter has another form.
            PageciteError: the library or the embedding model failed.
        """
        return super().invoke(input, config, **_with_filter(kwargs, config))

    async def ainvoke(self, input: str, config: RunnableConfig | None = None, **kwargs: Any) -> list[Document]:
        """As `invoke`, without blocking the event loop."""
        return await super().ainvoke(input, config, **_with_filter(kwargs, config))

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        k: int | None = None,
        filter: Filter | None = None,
    ) -> list[Document]:
        wanted = as_filter(self.filter if filter is None else filter)
        findings = self.searcher.search(query, self.k if k is None else k, filter=wanted)
        return [to_document(evidence) for evidence in findings.evidence]

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,
        k: int | None = None,
        filter: Filter | None = None,
    ) -> list[Document]:
        found = partial(self._get_relevant_documents, query, run_manager=run_manager.get_sync(), k=k, filter=filter)
        return await run_in_executor(None, found)


def _with_filter(values: dict[str, Any], config: RunnableConfig | None) -> dict[str, Any]:
    configured = filter_of(config)
    return values if configured is None or "filter" in values else {**values, "filter": configured}


def build_searcher(
    settings: Settings, *, library: Library | None = None, embeddings: Embeddings | None = None
) -> Searcher:
    """Put a library, its embedding model and the reranker, if one is set, together.

    Args:
        settings: which library, which model.
        library: an open one; opened by default.
        embeddings: the model of the settings, loaded; loaded by default.

    Raises:
        ConfigError: a setting is wrong.
        IndexMismatch: the library was indexed with another embedding model.
        LibraryError: the library cannot be opened.
        ModelError: the embedding model cannot be loaded.
    """
    chosen = library or Library.of(settings)
    chosen.check_model(settings.embedding_model)
    model = embeddings or build_embeddings(settings)
    reranker = build_reranker(settings)
    return Searcher(chosen, model, multilingual=settings.embedding_model != EMBEDDED_MODEL, reranker=reranker)


def build_retriever(
    library: Path | str | None = None, *, k: int = 10, settings: Settings | None = None
) -> PageRetriever:
    """Build the retriever of a library.

    Args:
        library: its folder; by default that of the settings.
        k: how many chunks to return, 1..100.
        settings: read from the environment by default.

    Raises:
        PageciteError: as `build_searcher` does.
    """
    chosen = settings or load_settings()
    if library is not None:
        chosen = chosen.model_copy(update={"library": Path(library)})
    return PageRetriever(searcher=build_searcher(chosen), k=k)
