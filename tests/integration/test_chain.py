"""From sample documents to cited answers, with the real embedding model, SQLite and Chroma."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from langchain_core.language_models import BaseChatModel

from ingest.embeddings import build_embeddings
from ingest.errors import ConfigError, ModelError
from ingest.library import Library
from ingest.ocr import build_engine
from ingest.pipeline import Pipeline
from ingest.settings import load_settings
from retrieval import build_chain, build_retriever
from retrieval.chain import PageChain
from retrieval.documents import from_document, to_document
from retrieval.metrics import folded
from retrieval.types import Answer
from tests.scripted import ScriptedModel

pytestmark = pytest.mark.integration

SAMPLES = Path("data/samples")
MSA = "northwind-msa-2024.pdf"
NOTICE = "How much notice must Northwind give if it wants to end the services agreement without cause?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = load_settings(library=tmp_path_factory.mktemp("chain") / "library")
    with Library(settings.library) as library:
        pipeline = Pipeline(library, settings, build_engine("rapidocr", threads=0), build_embeddings(settings))
        names = [MSA, "采购合同-华岳.pdf", "INV-2024-0117.pdf", "scan_0107.pdf"]
        assert not any(outcome.failed for outcome in pipeline.add(SAMPLES / name for name in names))
    return settings.library


@pytest.fixture(scope="module")
def chain(folder: Path) -> Iterator[PageChain]:
    built = build_chain(library=folder)
    yield built
    built.library.close()


def with_model(folder: Path, model: BaseChatModel) -> PageChain:
    return build_chain(library=folder, model=model)


def test_a_question_is_answered_with_words_of_the_page_that_proves_it(chain: PageChain) -> None:
    answer = chain.invoke(NOTICE)
    citation = answer.citations[0]
    assert answer.answered and "ninety (90) days" in citation.quote
    assert (citation.source, citation.page_number, citation.number) == (MSA, 2, 1)
    assert "[1]" in answer.text and citation.image_path.is_file()
    assert citation.boxes and all(0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1 for x0, y0, x1, y1 in citation.boxes)


def test_every_quote_stands_word_for_word_on_its_page(chain: PageChain) -> None:
    for question in (NOTICE, "What is the total of invoice INV-2024-0117?", "华岳采购合同的总价是多少？"):
        for citation in chain.invoke(question).citations:
            page = chain.library.pages(citation.doc_id, [citation.page_number])[0].text
            assert page is not None
            assert folded(citation.quote) in folded(" ".join(line.text for line in page.lines))


def test_a_field_of_a_scanned_invoice_is_quoted_with_its_label(chain: PageChain) -> None:
    answer = chain.invoke("What is the net amount on invoice TW-3391?")
    assert any("18,419.00" in citation.quote and citation.source == "scan_0107.pdf" for citation in answer.citations)


def test_chinese_questions_find_their_page_without_a_chinese_model(chain: PageChain) -> None:
    asked = json.loads(Path("data/sample_questions.json").read_text(encoding="utf-8"))
    mine = [entry for entry in asked if entry["language"] == "zh" and entry["file"] == "采购合同-华岳.pdf"]
    assert len(mine) >= 4
    for entry in mine:
        found = [(e.source, e.chunk.page_number) for e in chain.searcher.search(entry["question"], 3).evidence]
        assert any((entry["file"], page) in found for page in entry["pages"]), entry["question"]


def test_what_no_document_says_is_refused_in_plain_words(chain: PageChain) -> None:
    answer = chain.invoke("What parental leave do Northwind’s employees get?")
    assert not answer.answered and not answer.citations and "do not answer" in answer.text
    assert answer.evidence


def test_a_name_that_no_document_mentions_is_said_to_be_unknown(chain: PageChain) -> None:
    answer = chain.invoke("What does the contract with Zephyrotronics cost?")
    assert not answer.answered and "Zephyrotronics" in answer.text


def test_a_refusal_speaks_the_language_of_the_question(chain: PageChain) -> None:
    assert "没有" in chain.invoke("云南白药的股价是多少？").text


def test_an_empty_library_says_how_to_fill_it(tmp_path: Path) -> None:
    empty = build_chain(library=tmp_path / "library")
    assert "ingest add" in empty.invoke("Anything?").text
    empty.library.close()


def test_a_follow_up_goes_on_about_the_document_named_before(chain: PageChain) -> None:
    history = [("How long is the first term of the Northwind services agreement?", "Three years.")]
    answer = chain.invoke({"question": "and what is the liability cap?", "history": history})
    assert answer.documents and answer.documents[0] == MSA
    assert {evidence.source for evidence in answer.evidence} == {MSA}


def test_streaming_yields_text_and_then_the_answer(chain: PageChain) -> None:
    *pieces, answer = chain.stream(NOTICE)
    assert isinstance(answer, Answer) and "".join(pieces) == answer.text


async def test_asynchronous_streaming_gives_the_same(chain: PageChain) -> None:
    pieces = [piece async for piece in chain.astream(NOTICE)]
    assert pieces[-1] == chain.invoke(NOTICE) and "".join(pieces[:-1]) == pieces[-1].text


def test_the_retriever_returns_documents_with_their_page(folder: Path) -> None:
    retriever = build_retriever(library=folder, k=3)
    documents = retriever.invoke(NOTICE)
    assert len(documents) == 3
    data = documents[0].metadata
    assert data["source"] == MSA and data["page_number"] >= 1 and Path(data["image_path"]).is_file()
    assert data["doc_id"] and data["chunk_id"] == documents[0].id
    assert to_document(from_document(documents[0])) == documents[0]
    retriever.searcher.library.close()


def number_of(model: ScriptedModel, words: str) -> int:
    """Under which number the model was given a piece of evidence."""
    fence_and_blocks = str(model.calls[-1][-1].content).split("\nEVIDENCE-")
    return next(i for i, block in enumerate(fence_and_blocks, start=1) if words in block)


def test_an_llms_claims_are_cited_and_invented_ones_never_shown(folder: Path) -> None:
    probe = ScriptedModel(texts=["NO_ANSWER"])
    with_model(folder, probe).invoke(NOTICE)
    n = number_of(probe, "ninety (90) days")
    script = (
        f"Northwind must give ninety (90) days’ notice. [{n}] The fee is $999,999. [{n}] "
        "It may leave at once. [77] Nobody knows."
    )
    chain = with_model(folder, ScriptedModel(texts=[script]))
    *pieces, answer = chain.stream(NOTICE)
    assert answer.text == "".join(pieces) == "Northwind must give ninety (90) days’ notice. [1]"
    assert len(answer.citations) == 1 and "ninety (90) days" in answer.citations[0].quote
    assert answer.citations[0].page_number == 2 and answer.citations[0].boxes
    assert "3" in answer.warnings[0]


def test_an_llm_that_finds_no_answer_leads_to_a_refusal(folder: Path) -> None:
    answer = with_model(folder, ScriptedModel(texts=["NO_ANSWER"], size=3)).invoke(NOTICE)
    assert not answer.answered and "NO_ANSWER" not in answer.text


def test_a_failing_llm_is_reported_with_a_remedy(folder: Path) -> None:
    model = ScriptedModel(texts=[], error=ConnectionError("refused"))
    with pytest.raises(ModelError, match="PAGECITE_LLM_BASE_URL"):
        with_model(folder, model).invoke(NOTICE)


class _Server(BaseHTTPRequestHandler):
    """Speaks just enough of OpenAI's streaming API, with one sentence."""

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert request["stream"] and request["messages"][0]["role"] == "system"
        content = request["messages"][-1]["content"]
        blocks = content.split("\nEVIDENCE-")
        number = next(i for i, block in enumerate(blocks, start=1) if "ninety (90) days" in block)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for piece in ("Ninety (90) da", f"ys are needed. [{number}", "]"):
            delta = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
            delta["choices"] = [{"index": 0, "delta": {"role": "assistant", "content": piece}}]  # type: ignore[assignment]
            self.wfile.write(f"data: {json.dumps(delta)}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


def test_an_openai_compatible_server_answers_through_the_settings(folder: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/v1"
        answer = build_chain(settings=load_settings(library=folder, llm_base_url=url, llm_model="m")).invoke(NOTICE)
    finally:
        server.shutdown()
        server.server_close()
    assert answer.text == "Ninety (90) days are needed. [1]" and answer.citations[0].source == MSA


def test_half_a_configured_llm_is_a_clear_error(folder: Path) -> None:
    with pytest.raises(ConfigError, match="PAGECITE_LLM_MODEL"):
        build_chain(settings=load_settings(library=folder, llm_base_url="http://127.0.0.1:1/v1"))
