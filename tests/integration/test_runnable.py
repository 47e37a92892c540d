"""The chain and the retriever as LangChain's parts use them: callbacks, configuration, asynchronous calls, agents."""

import asyncio
import importlib.util
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from langchain_core.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import ConfigurableField, RunnableLambda
from pydantic import Field

from ingest.errors import ModelError
from ingest.library import Library
from retrieval.chain import PageChain
from retrieval.eager import EagerModel
from retrieval.messages import citations_of, to_message
from retrieval.phrases import UNSUPPORTED
from retrieval.retriever import PageRetriever
from retrieval.search import Searcher
from retrieval.trial import try_library
from retrieval.types import Answer, Claims
from tests.drawings import write_pdf
from tests.fakes import FakeEmbeddings, FakeEngine, make_pipeline
from tests.scripted import ScriptedModel

pytestmark = pytest.mark.integration

LINES = ("Clause 3", "The monthly rent for the rooms is 300 euros.")
QUESTION = "How much is the monthly rent?"
SAID = "The rent is 300 euros. [{n}] The deposit is 999 euros. [{n}]"


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder = tmp_path_factory.mktemp("runnable")
    with Library(folder / "library") as library:
        path = write_pdf(folder / "lease.pdf", [LINES] * 5)
        list(make_pipeline(library, FakeEngine(*LINES)).add([Path(path)]))
        yield Searcher(library, FakeEmbeddings(), multilingual=True)


def script(searcher: Searcher) -> str:
    """What a model says that cites the right evidence."""
    evidence = searcher.search(QUESTION, 8).evidence
    number = next(n for n, found in enumerate(evidence, start=1) if found.chunk.page_number == 3)
    assert len(evidence) == 5
    return SAID.format(n=number)


@pytest.fixture
def model(searcher: Searcher) -> ScriptedModel:
    return ScriptedModel(texts=[script(searcher)] * 8)


class Log(BaseCallbackHandler):
    """Notes every event with its run's name, tags and parent."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.names: dict[UUID, str] = {}
        self.parents: dict[str, str | None] = {}
        self.tags: dict[str, list[str]] = {}
        self.metadata: dict[str, dict[str, Any]] = {}
        self.documents: list[int] = []
        self.outputs: list[Any] = []

    def _start(self, kind: str, run_id: UUID, parent: UUID | None, values: dict[str, Any]) -> None:
        name = values["name"]
        self.names[run_id] = name
        self.parents[name] = self.names.get(parent) if parent else None
        self.tags[name], self.metadata[name] = values.get("tags") or [], values.get("metadata") or {}
        self.events.append(f"{kind} {name}")

    def on_chain_start(
        self, serialized: Any, inputs: Any, *, run_id: UUID, parent_run_id: Any = None, **kw: Any
    ) -> None:
        self._start("chain", run_id, parent_run_id, kw)

    def on_retriever_start(
        self, serialized: Any, query: str, *, run_id: UUID, parent_run_id: Any = None, **kw: Any
    ) -> None:
        self._start("retriever", run_id, parent_run_id, kw)

    def on_chat_model_start(
        self, serialized: Any, messages: Any, *, run_id: UUID, parent_run_id: Any = None, **kw: Any
    ) -> None:
        self._start("model", run_id, parent_run_id, kw)

    def on_tool_start(
        self, serialized: Any, input_str: str, *, run_id: UUID, parent_run_id: Any = None, **kw: Any
    ) -> None:
        self._start("tool", run_id, parent_run_id, {**kw, "name": kw.get("name") or serialized["name"]})

    def on_retriever_end(self, documents: Any, *, run_id: UUID, **kw: Any) -> None:
        self.documents.append(len(documents))
        self.events.append(f"end {self.names[run_id]}")

    def on_llm_end(self, response: Any, *, run_id: UUID, **kw: Any) -> None:
        self.events.append(f"end {self.names[run_id]}")

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kw: Any) -> None:
        self.events.append(f"error {self.names[run_id]}")

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **kw: Any) -> None:
        self.outputs.append(outputs)
        self.events.append(f"end {self.names[run_id]}")

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **kw: Any) -> None:
        self.events.append(f"error {self.names[run_id]}")


EVENTS = ["chain PageChain", "retriever PageRetriever", "end PageRetriever", "model ScriptedModel", "end ScriptedModel"]


@pytest.mark.parametrize("way", ["invoke", "stream", "ainvoke", "astream"])
async def test_a_handler_sees_the_chain_its_search_and_its_model(
    searcher: Searcher, model: ScriptedModel, way: str
) -> None:
    log = Log()
    chain = PageChain(searcher, model)
    config: Any = {"callbacks": [log], "tags": ["mine"], "metadata": {"user": "u1"}}
    if way == "invoke":
        answer = chain.invoke(QUESTION, config)
    elif way == "stream":
        *_, answer = chain.stream(QUESTION, config)
    elif way == "ainvoke":
        answer = await chain.ainvoke(QUESTION, config)
    else:
        *_, answer = [piece async for piece in chain.astream(QUESTION, config)]
    assert log.events == [*EVENTS, "end PageChain"] and log.outputs == [answer]
    assert log.parents == {"PageChain": None, "PageRetriever": "PageChain", "ScriptedModel": "PageChain"}
    assert log.documents == [len(answer.evidence)]
    # Tags and metadata reach the search and the model.
    assert all("mine" in tags for tags in log.tags.values())
    assert all(data["user"] == "u1" for data in log.metadata.values())


def test_runs_carry_the_name_that_they_are_given(searcher: Searcher, model: ScriptedModel) -> None:
    log = Log()
    PageChain(searcher, model).with_config(run_name="contracts").invoke(QUESTION, {"callbacks": [log]})
    PageRetriever(searcher=searcher).invoke(QUESTION, {"callbacks": [log], "run_name": "passages"})
    assert {"chain contracts", "retriever passages", "end passages"} <= set(log.events)


def test_errors_are_told(searcher: Searcher) -> None:
    log = Log()
    with pytest.raises(ModelError):
        PageChain(searcher, ScriptedModel(texts=[], error=OSError("gone"))).invoke(QUESTION, {"callbacks": [log]})
    assert log.events[-2:] == ["error ScriptedModel", "error PageChain"]


def test_the_chain_is_a_part_of_a_longer_one(searcher: Searcher, model: ScriptedModel) -> None:
    log = Log()
    longer = RunnableLambda(str.strip) | PageChain(searcher, model) | RunnableLambda(to_message)
    message = longer.invoke(f" {QUESTION} ", {"callbacks": [log]})
    assert isinstance(message, AIMessage) and message.text == "The rent is 300 euros. [1]"
    assert citations_of(message)[0].page_number == 3 and log.parents["PageChain"] == "RunnableSequence"


def test_many_questions_are_asked_at_once(searcher: Searcher, model: ScriptedModel) -> None:
    answers = PageChain(searcher, model).batch([QUESTION] * 3, {"max_concurrency": 1})
    assert [answer.text for answer in answers] == ["The rent is 300 euros. [1]"] * 3


async def test_events_stream_with_the_texts_of_the_answer(searcher: Searcher, model: ScriptedModel) -> None:
    seen = [event async for event in PageChain(searcher, model).astream_events(QUESTION, version="v2")]
    kinds = [event["event"] for event in seen]
    assert kinds[0] == "on_chain_start" and kinds[-1] == "on_chain_end" and "on_retriever_end" in kinds
    pieces = [event["data"]["chunk"] for event in seen if event["event"] == "on_chain_stream"]
    assert isinstance(pieces[-1], Answer) and "".join(pieces[:-1]) == pieces[-1].text


async def test_an_asynchronous_handler_sees_them_too(searcher: Searcher, model: ScriptedModel) -> None:
    class Seen(AsyncCallbackHandler):
        kinds: list[str] = []  # noqa: RUF012

        async def on_retriever_end(self, *arguments: Any, **keywords: Any) -> None:
            self.kinds.append("retriever")

        async def on_chain_end(self, *arguments: Any, **keywords: Any) -> None:
            self.kinds.append("chain")

    await PageChain(searcher, model).ainvoke(QUESTION, {"callbacks": [Seen()]})
    assert Seen.kinds == ["retriever", "chain"]


async def test_asynchronous_answers_are_the_same(searcher: Searcher, model: ScriptedModel) -> None:
    chain = PageChain(searcher, model)
    pieces = [piece async for piece in chain.astream(QUESTION)]
    assert pieces[-1] == await chain.ainvoke(QUESTION) == chain.invoke(QUESTION)
    assert "".join(pieces[:-1]) == pieces[-1].text and pieces[-1].claims == Claims(1, 1)


class WaitingModel(ScriptedModel):
    """Says its text, then waits for leave before each further word; tells when its stream was closed."""

    leave: Any = Field(default_factory=threading.Event)
    closed: Any = Field(default_factory=threading.Event)
    waiting: Any = Field(default_factory=threading.Event)

    def _stream(self, *arguments: Any, **keywords: Any) -> Iterator[ChatGenerationChunk]:
        try:
            yield from super()._stream(*arguments, **keywords)
            while True:
                self.waiting.set()
                self.leave.wait(30)
                yield ChatGenerationChunk(message=AIMessageChunk(content=" more"))
        finally:
            self.closed.set()


async def test_the_event_loop_goes_on_while_the_model_is_silent(searcher: Searcher) -> None:
    model = WaitingModel(texts=[script(searcher)])
    task = asyncio.create_task(PageChain(searcher, model).ainvoke(QUESTION))
    assert await asyncio.to_thread(model.waiting.wait, 30)
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not model.closed.is_set()  # its thread still waits; the task did not
    model.leave.set()
    assert await asyncio.to_thread(model.closed.wait, 30)


async def test_a_stream_that_is_left_closes_the_models(searcher: Searcher) -> None:
    model = WaitingModel(texts=[script(searcher)])
    stream = PageChain(searcher, model).astream(QUESTION)
    assert await anext(stream) == "The rent is 300 euros. [1]"
    await stream.aclose()
    assert await asyncio.to_thread(model.closed.wait, 30) and not model.waiting.is_set()


def test_what_is_not_proven_is_shown_as_such_where_that_is_wanted(searcher: Searcher, model: ScriptedModel) -> None:
    *pieces, answer = PageChain(searcher, model, mark_unsupported=True).stream(QUESTION)
    assert answer.text == "".join(pieces) == "The rent is 300 euros. [1] ⟦unsupported: The deposit is 999 euros.⟧"
    assert answer.claims == Claims(1, 1) and len(answer.citations) == 1 and "marked" in answer.warnings[0]


def test_an_answer_of_which_nothing_is_proven_is_none(searcher: Searcher) -> None:
    model = ScriptedModel(texts=["The deposit is 999 euros. [1]"])
    *pieces, answer = PageChain(searcher, model, mark_unsupported=True).stream(QUESTION)
    assert not answer.answered and not answer.citations and answer.claims == Claims(0, 1)
    assert answer.text == "".join(pieces) and UNSUPPORTED.findall(answer.text) == ["The deposit is 999 euros."]
    assert "do not answer" in UNSUPPORTED.sub("", answer.text)


async def test_the_number_of_documents_is_configurable(searcher: Searcher) -> None:
    retriever = PageRetriever(searcher=searcher).configurable_fields(k=ConfigurableField(id="k"))
    assert len(retriever.invoke(QUESTION, {"configurable": {"k": 2}})) == 2
    assert len(await retriever.ainvoke(QUESTION, {"configurable": {"k": 3}})) == 3
    assert len(retriever.with_config(configurable={"k": 1}).invoke(QUESTION)) == 1
    with pytest.raises(ValueError, match="k"):
        retriever.invoke(QUESTION, {"configurable": {"k": 0}})


class AgentModel(BaseChatModel):
    """Says the next of its messages; may be given tools."""

    replies: list[AIMessage]
    calls: list[list[BaseMessage]] = Field(default_factory=list)
    tools: list[str] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "agent"

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        self.tools.extend(tool.name for tool in tools)
        return self

    def _generate(self, messages: list[BaseMessage], *arguments: Any, **keywords: Any) -> ChatResult:
        self.calls.append(messages)
        return ChatResult(generations=[ChatGeneration(message=self.replies[len(self.calls) - 1])])


def example() -> Any:
    """The example of the documentation, as a module."""
    spec = importlib.util.spec_from_file_location("agent_example", Path("docs/examples/agent.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_an_agent_reads_passages_and_keeps_the_documents(searcher: Searcher, asynchronous: bool) -> None:
    call = {"name": "search_documents", "args": {"question": QUESTION}, "id": "1"}
    model = AgentModel(replies=[AIMessage("", tool_calls=[call]), AIMessage("300 euros (lease.pdf, page 3)")])
    agent = example().build_agent(model, PageRetriever(searcher=searcher, k=3))
    log = Log()
    asked = {"messages": [("user", QUESTION)]}
    config = {"callbacks": [log]}
    state = await agent.ainvoke(asked, config) if asynchronous else agent.invoke(asked, config)
    (read,) = [message for message in state["messages"] if isinstance(message, ToolMessage)]
    assert set(model.tools) == {"search_documents"} and state["messages"][-1].text == "300 euros (lease.pdf, page 3)"
    assert [document.metadata["source"] for document in read.artifact] == ["lease.pdf"] * 3
    assert "(lease.pdf, page " in read.text and read.text == model.calls[1][-1].text
    # The search is a part of the agent's run.
    assert log.documents == [3] and log.parents["PageRetriever"] == "search_documents"


async def test_a_client_sees_the_agents_tokens_and_documents(searcher: Searcher) -> None:
    call = {"name": "search_documents", "args": {"question": QUESTION}, "id": "1"}
    model = AgentModel(replies=[AIMessage("", tool_calls=[call]), AIMessage("300 euros")])
    agent = example().build_agent(model, PageRetriever(searcher=searcher, k=2))
    seen = [message async for message, _ in agent.astream({"messages": [("user", QUESTION)]}, stream_mode="messages")]
    assert any(isinstance(message, ToolMessage) and len(message.artifact) == 2 for message in seen)
    assert any(isinstance(message, AIMessage) and message.text == "300 euros" for message in seen)


def test_a_librarys_own_sentences_are_proven_and_altered_ones_are_not(searcher: Searcher) -> None:
    trials = list(try_library(searcher.library, limit=5))
    assert {trial.kind for trial in trials} >= {"as it stands", "money written otherwise", "money changed"}
    assert all(trial.proven == trial.true for trial in trials)


# Questions that the documents do not answer


UNSTATED = "Can the lease be renewed, and what are the renewal terms?"


def test_a_model_is_not_asked_for_a_kind_of_clause_that_no_sentence_states(searcher: Searcher) -> None:
    model = ScriptedModel(texts=["The monthly rent for the rooms is 300 euros. [1]"])
    answer = PageChain(searcher, model).invoke(UNSTATED)
    assert not answer.answered and not answer.citations and answer.evidence
    assert model.calls == []


def test_a_model_is_asked_for_it_where_the_setting_leaves_that_to_the_model(searcher: Searcher) -> None:
    model = ScriptedModel(texts=["The monthly rent for the rooms is 300 euros. [1]"])
    answer = PageChain(searcher, model, ask_unstated=True).invoke(UNSTATED)
    assert answer.answered and len(model.calls) == 1


def test_a_model_that_never_declines_answers_what_the_documents_say(searcher: Searcher) -> None:
    answer = PageChain(searcher, EagerModel()).invoke(QUESTION)
    assert answer.answered and answer.citations[0].quote.endswith(LINES[1])
