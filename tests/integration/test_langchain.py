"""LangChain's own tests of what a retriever must do."""

from pathlib import Path

import pytest
from langchain_tests.integration_tests import RetrieversIntegrationTests

from ingest.library import Library
from retrieval.retriever import PageRetriever
from retrieval.search import Searcher
from tests.drawings import write_pdf
from tests.fakes import FakeEmbeddings, make_pipeline

pytestmark = pytest.mark.integration


class TestPageRetriever(RetrieversIntegrationTests):
    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def searcher(cls, tmp_path_factory: pytest.TempPathFactory) -> Searcher:
        folder = tmp_path_factory.mktemp("langchain")
        library = Library(folder / "library")
        path = write_pdf(folder / "lease.pdf", [[f"Clause {n}: the rent is {n}00 euros."] for n in range(1, 9)])
        list(make_pipeline(library).add([Path(path)]))
        cls.shared = Searcher(library, FakeEmbeddings(), multilingual=True)
        return cls.shared

    shared: Searcher

    @property
    def retriever_constructor(self) -> type[PageRetriever]:
        return PageRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, object]:
        return {"searcher": self.shared}

    @property
    def retriever_query_example(self) -> str:
        return "How much is the rent?"
