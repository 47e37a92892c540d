"""What is heavy and shared by all sessions of the process: library, models, chain.

Nothing is loaded before it is needed: listing documents needs no model.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st
from langchain_core.embeddings import Embeddings

from ingest.library import Library
from ingest.ocr import OcrEngine, choose_engine
from ingest.pipeline import Pipeline
from ingest.settings import Settings
from retrieval.chain import PageChain, chain_of

_HASH: dict[str | type[Any], Callable[[Any], Any]] = {Settings: hash}


@st.cache_resource(show_spinner=False, hash_funcs=_HASH)
def open_library(settings: Settings) -> Library:
    """The library of the settings.

    Raises:
        LibraryError: it cannot be opened.
    """
    return Library.of(settings)


@st.cache_resource(show_spinner=False, hash_funcs=_HASH)
def load_embeddings(settings: Settings) -> Embeddings:
    """The embedding model, loaded once for asking and for adding.

    Raises:
        ConfigError: a setting is wrong.
        ModelError: it cannot be loaded.
    """
    from ingest.embeddings import build_embeddings

    return build_embeddings(settings)


@st.cache_resource(show_spinner=False, hash_funcs=_HASH)
def load_engine(settings: Settings) -> OcrEngine:
    """The OCR engine.

    Raises:
        ConfigError: it is not installed.
    """
    return choose_engine(settings)


@st.cache_resource(show_spinner=False, hash_funcs=_HASH)
def load_chain(settings: Settings) -> PageChain:
    """What answers questions, on the same library and embedding model as all else here.

    Raises:
        ConfigError: a setting is wrong.
        LibraryError: the library cannot be opened, or was indexed with another embedding model.
        ModelError: the embedding model cannot be loaded.
    """
    from retrieval.retriever import build_searcher

    searcher = build_searcher(settings, library=open_library(settings), embeddings=load_embeddings(settings))
    return chain_of(searcher, settings)


def build_pipeline(settings: Settings) -> Pipeline:
    """What adds documents.

    Raises:
        PageciteError: as `load_chain` does.
    """
    return Pipeline(open_library(settings), settings, load_engine(settings), load_embeddings(settings))
