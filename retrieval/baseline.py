"""LangChain's usual stack, as its tutorials put it together: what Pagecite's retrieval is compared with."""

from collections.abc import Sequence
from pathlib import Path

from ingest.errors import ConfigError
from ingest.files import identify
from ingest.settings import Settings
from retrieval.metrics import Ranker


def build_baseline(files: Sequence[Path], settings: Settings) -> Ranker:
    """PyMuPDFLoader, a recursive splitter of 1000/200 characters and Chroma in memory, with our embedding model.

    Raises:
        ConfigError: the ``baseline`` extra is not installed.
    """
    try:
        from langchain_chroma import Chroma
        from langchain_community.document_loaders import PyMuPDFLoader
        from langchain_text_splitters import RecursiveCharacterTextSplitter
    except ImportError as error:
        raise ConfigError("The comparison needs more packages: run `pip install 'pagecite[baseline]'`.") from error
    from ingest.embeddings import build_embeddings

    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    store = Chroma(collection_name="baseline", embedding_function=build_embeddings(settings))
    for file in files:
        pieces = splitter.split_documents(PyMuPDFLoader(str(file)).load())
        for piece in pieces:
            piece.metadata = {"doc_id": identify(file).doc_id, "page_number": piece.metadata["page"] + 1}
        store.add_documents(pieces)
    return lambda question: [
        (found.metadata["doc_id"], found.metadata["page_number"]) for found in store.similarity_search(question, k=10)
    ]
