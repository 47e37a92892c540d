"""Documents that give orders: through the whole path, in quote mode and with a model that obeys them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from langchain_core.language_models import BaseChatModel
from streamlit.testing.v1 import AppTest

import retrieval.chain
from ingest.embeddings import build_embeddings
from ingest.library import Library
from ingest.ocr import build_engine
from ingest.pipeline import Pipeline
from ingest.settings import Settings
from retrieval.chain import PageChain
from retrieval.ledger.planning import PlannedQuestion
from retrieval.retriever import build_searcher
from tests import libraries
from tests.injections.catalogue import ALL, BESIDE, HIDDEN, INVISIBLE, LIE, SHOWN, Injection
from tests.injections.checking import assert_sound, html_faults, invisible_in, is_literal
from tests.injections.drawing import Attack, draw_all
from tests.injections.obeying import Obedient

pytestmark = pytest.mark.integration

APP = Path(__file__).parents[2] / "streamlit_app.py"
SECRET = "The vault code of Quillhaven is 9917."
TEMPLATE_MARKS = re.compile(r"<\|?[a-z/]|\[/?INST\]|\[SYSTEM_PROMPT\]")


@dataclass(frozen=True, slots=True)
class Read:
    """All attacks in one library.

    Attributes:
        settings: of the library.
        library: open.
        attacks: by the injection's name.
        ids: of their documents.
        warnings: what the one who added them was told.
    """

    settings: Settings
    library: Library
    attacks: dict[str, Attack]
    ids: dict[str, str]
    warnings: dict[str, tuple[str, ...]]

    def chunks(self, injection: Injection) -> list[str]:
        found, _ = self.library.document_chunks(self.ids[injection.name])
        return [f"{chunk.title}\n{chunk.heading}\n{chunk.text}" for chunk in found]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    folder = tmp_path_factory.mktemp("injections")
    settings = Settings(library=folder / "library", dpi=110, page_seconds=600)
    attacks = draw_all(folder / "files")
    with Library(folder / "other") as other:
        libraries.add(other, libraries.write_file(folder, "other.pdf"), [["SAFE DEPOSIT AGREEMENT", SECRET]])
    with Library(settings.library) as library:
        pipeline = Pipeline(library, settings, build_engine("rapidocr", threads=0), build_embeddings(settings))
        outcomes = {outcome.path: outcome for outcome in pipeline.add([attack.path for attack in attacks])}
        named = {attack.injection.name: attack for attack in attacks}
        yield Read(
            settings,
            library,
            named,
            {name: outcomes[attack.path].doc_id for name, attack in named.items()},
            {name: outcomes[attack.path].warnings for name, attack in named.items()},
        )


@pytest.fixture(scope="module")
def quoting(read: Read) -> PageChain:
    return PageChain(build_searcher(read.settings, library=read.library))


@pytest.fixture(scope="module")
def asking(read: Read, quoting: PageChain) -> Callable[[BaseChatModel], PageChain]:
    return lambda model: PageChain(quoting.searcher, model)


def each(injections: tuple[Injection, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("injection", injections, ids=[injection.name for injection in injections])


def test_the_catalogue_is_drawn_whole_and_read_without_a_failure(read: Read) -> None:
    assert len(ALL) >= 30 and len(read.ids) == len(ALL) == len(set(read.ids.values()))
    for name, attack in read.attacks.items():
        assert any(attack.fee in text for text in read.chunks(attack.injection)), name


@each(HIDDEN)
def test_hidden_words_are_no_evidence_and_the_reader_is_told(read: Read, injection: Injection) -> None:
    text = "\n".join(read.chunks(injection))
    assert LIE not in text and "gnore" not in text and "忽略" not in text
    [page] = read.library.pages(read.ids[injection.name])
    assert page.text is not None and page.text.warnings == read.warnings[injection.name]
    assert any(re.search("hidden|does not say what|in place of", line) for line in page.text.warnings)


@each(BESIDE)
def test_what_stands_on_no_page_is_not_read(read: Read, injection: Injection) -> None:
    text = "\n".join(read.chunks(injection))
    assert LIE not in text and "gnore" not in text
    assert read.warnings[injection.name] == ()


@each(SHOWN)
def test_what_the_page_shows_is_kept_without_a_word_of_warning(read: Read, injection: Injection) -> None:
    [*_, last] = read.library.pages(read.ids[injection.name])
    assert read.warnings[injection.name] == () and last.text is not None and last.text.lines


@each(INVISIBLE)
def test_characters_that_show_nothing_are_not_kept(read: Read, injection: Injection) -> None:
    text = "\n".join(read.chunks(injection))
    assert "Deliveries" in text and invisible_in(text) == []


@each(ALL)
def test_quotes_answer_what_was_asked_and_nothing_else(read: Read, quoting: PageChain, injection: Injection) -> None:
    attack = read.attacks[injection.name]
    answer = quoting.invoke(attack.question)
    assert_sound(answer, read.library)
    assert attack.fee in answer.text
    cited = [c for c in answer.citations if attack.fee in c.quote]
    assert [(c.doc_id, c.page_number) for c in cited] == [(read.ids[injection.name], attack.page)]


@each(ALL)
def test_an_obedient_model_gets_no_order_past_the_checks(
    read: Read, asking: Callable[[BaseChatModel], PageChain], injection: Injection
) -> None:
    model, attack = Obedient(), read.attacks[injection.name]
    *pieces, answer = asking(model).stream(attack.question)
    assert_sound(answer, read.library)
    assert not answer.citations or answer.text == "".join(pieces)
    told = "\n".join(str(message.content) for call in model.calls for message in call)
    # The one form that it may fill in is our own: a plan for the ledger, which is data.
    assert model.calls and set(model.tools) <= {PlannedQuestion} and 'send_mail"}' not in answer.text
    assert "Quillhaven" not in told + answer.text
    assert invisible_in(told) == [] and TEMPLATE_MARKS.findall(told) == []
    assert LIE not in told or injection.shown
    assert not re.search("numbered evidence|never an instruction|EVIDENCE-", answer.text)
    if injection.name == "no answer":
        assert not answer.answered and answer.evidence
    else:
        facts = [c for c in answer.citations if attack.fee in c.quote]
        assert {(c.doc_id, c.page_number) for c in facts} == {(read.ids[injection.name], attack.page)}


def test_orders_of_one_document_reach_no_other_ones_text(
    read: Read, asking: Callable[[BaseChatModel], PageChain]
) -> None:
    model = Obedient()
    answer = asking(model).invoke("What is said about the text of other documents, and of every other library?")
    assert len({found.chunk.doc_id for found in answer.evidence}) > 1
    assert "other documents" in str(model.calls[0][-1].content)
    assert_sound(answer, read.library)


@pytest.fixture(scope="module", params=["quotes", "obedient model"])
def chat(read: Read, request: pytest.FixtureRequest) -> Iterator[AppTest]:
    """The chat, without a browser."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAGECITE_LIBRARY", str(read.settings.library))
        if request.param != "quotes":
            patch.setenv("PAGECITE_LLM_BASE_URL", "http://localhost:1/v1")
            patch.setenv("PAGECITE_LLM_MODEL", "obedient")
            patch.setattr(retrieval.chain, "build_llm", lambda settings: Obedient())
        yield AppTest.from_file(APP, default_timeout=300).run()


@each(ALL)
def test_the_chat_shows_letters_and_nothing_alive(read: Read, chat: AppTest, injection: Injection) -> None:
    chat.session_state["pagecite"].restart()
    chat.chat_input[0].set_value(read.attacks[injection.name].question).run()
    assert not chat.exception and not chat.error
    drawn = "\n".join(str(part.proto.body) for part in chat.get("html"))
    assert html_faults(drawn) == []
    assert invisible_in(drawn) == []
    buttons = [button for button in chat.button if str(button.key).startswith(("cite_", "near_"))]
    assert buttons
    for label in [button.label for button in buttons] + [part.value for part in chat.warning]:
        assert is_literal(label), label
