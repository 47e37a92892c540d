"""The LangChain retriever."""

from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from pydantic import Field

from ingest.embeddings import build_embeddings
from ingest.library import Library
from ingest.settings import EMBEDDED_MODEL, Settings, load_settings
from retrieval.documents import to_document
from retrieval.reranking import build_reranker
from retrieval.search import Searcher


class PageRetriever(BaseRetriever):
    """Finds the chunks of a library that may answer a question.

    Each document's metadata has ``doc_id``, ``source`` (file name), ``page_number`` (1-based), ``chunk_id`` and
    ``image_path``.

    Attributes:
        searcher: what does the work.
        k: how many documents to return.
    """

    searcher: Any = Field(exclude=True, repr=False)
    k: int = Field(default=10, ge=1, le=100)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        findings = self.searcher.search(query, self.k if k is None else k)
        return [to_document(evidence) for evidence in findings.evidence]


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
