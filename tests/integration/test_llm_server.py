"""The LLM that writes answers, through a real vLLM: a checkpoint of random weights, so only the way there is tested."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from pydantic import BaseModel, Field

from ingest.errors import ModelError
from ingest.fields.model import Extractor
from ingest.library import Library
from ingest.serving.flags import LLM_CONTEXT
from ingest.settings import Settings
from ingest.types import Chunk
from retrieval.generation import Draft, Generator
from retrieval.llm import build_llm
from retrieval.prompt import build_messages
from retrieval.types import Evidence, Question
from tests.bills import extraction
from tests.vllm_server import ServerInfo, require_environment, serving

pytestmark = pytest.mark.integration

NAME = "tiny-writer"
ANSWER = 120
CLAUSE = (
    "The Supplier delivers forty pallets a month to the Buyer, and either party may terminate this Agreement on ninety "
    "days' written notice. Rent is due monthly in advance; late payments bear interest at eight percent a year. "
)
QUESTION = Question("How much notice must the Buyer give?")
TEMPLATE = "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}<|end|>{% endfor %}<|assistant|>"


class Verdict(BaseModel):
    """Whether a sentence is proved."""

    verdict: Literal["proved", "refuted", "open"]
    passage: int = Field(ge=1, le=8)
    quote: str = Field(pattern="^[a-z ]{1,12}$")  # the server's grammar for strings lets through what JSON forbids


def make_checkpoint(folder: Path) -> Path:
    """A Llama of random weights that knows the bytes, and never ends by itself."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    special = ["<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        [str(message.content) for message in build_messages(QUESTION, evidence(2))],
        trainers.BpeTrainer(vocab_size=512, initial_alphabet=alphabet, special_tokens=special, show_progress=False),
    )
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=special[0], pad_token=special[0])
    fast.chat_template = TEMPLATE
    config = LlamaConfig(
        vocab_size=len(fast),
        hidden_size=128,
        intermediate_size=384,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=32,
        max_position_embeddings=LLM_CONTEXT,
        bos_token_id=None,
        eos_token_id=fast.eos_token_id,
        tie_word_embeddings=False,
    )
    torch.manual_seed(0)
    model = LlamaForCausalLM(config)
    model.lm_head.weight.data[: len(special)] = 0  # never the likeliest token
    model.generation_config = GenerationConfig(eos_token_id=fast.eos_token_id, max_new_tokens=ANSWER)
    model.save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerInfo]:
    require_environment()
    checkpoint = make_checkpoint(tmp_path_factory.mktemp("writer"))
    with serving(checkpoint, name=NAME, ocr=False, context=LLM_CONTEXT) as started:
        yield started


@pytest.fixture(scope="module")
def model(server: ServerInfo) -> BaseChatModel:
    built = build_llm(Settings(llm_base_url=server.url, llm_model=NAME))
    assert built is not None
    return built


def evidence(count: int) -> list[Evidence]:
    """Passages of the usual length, 900 characters."""
    text = (CLAUSE * 9)[:900]
    chunks = [Chunk(f"c{n}", "d" * 64, n, 0, "Supply Agreement", "", text, 0, 9) for n in range(1, count + 1)]
    return [Evidence(chunk, "supply.pdf", Path("p.webp"), 1.0, 0.5) for chunk in chunks]


def test_an_answer_comes_in_pieces(model: BaseChatModel) -> None:
    pieces = [chunk.text for chunk in model.stream(build_messages(QUESTION, evidence(2)))]
    assert len([piece for piece in pieces if piece]) > 10


def test_an_answer_of_a_wanted_shape_has_that_shape(model: BaseChatModel) -> None:
    """Even random weights write valid JSON: the server allows nothing else."""
    shaped = model.with_structured_output(Verdict, method="json_schema", include_raw=True)
    found = shaped.invoke(build_messages(QUESTION, evidence(2)))
    assert isinstance(found["parsed"], Verdict)
    assert re.search(r"\s\s", found["raw"].text) is None  # no answer is spent on white space


def test_fifty_passages_that_just_fit_are_accepted(model: BaseChatModel) -> None:
    answer = model.invoke(build_messages(QUESTION, evidence(50)))
    assert isinstance(answer, AIMessage) and answer.usage_metadata is not None
    assert 0.8 * LLM_CONTEXT < answer.usage_metadata["input_tokens"] < LLM_CONTEXT
    assert answer.usage_metadata["output_tokens"] == ANSWER


def test_evidence_beyond_the_context_is_an_error_that_says_so(model: BaseChatModel, tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library:
        generator = Generator(model, library)
        with pytest.raises(ModelError, match=f"maximum context length is {LLM_CONTEXT} tokens"):
            list(generator.stream(QUESTION, evidence(100), Draft()))


def test_a_wrong_name_of_the_model_is_an_error_that_names_it(server: ServerInfo, tmp_path: Path) -> None:
    model = build_llm(Settings(llm_base_url=server.url, llm_model="another-writer"))
    assert model is not None
    with Library(tmp_path / "library") as library:
        with pytest.raises(ModelError, match=r"another-writer.*PAGECITE_LLM_MODEL"):
            list(Generator(model, library).stream(QUESTION, evidence(2), Draft()))


def test_fields_that_random_weights_name_are_not_believed(server: ServerInfo, tmp_path: Path) -> None:
    """The server takes the form that is asked for, and fills it in until it is cut off: that costs nothing."""
    settings = Settings(
        library=tmp_path / "library", fields_by="llm", llm_base_url=server.url, llm_model=NAME, duplicate_days=0
    )
    found = extraction(settings, tmp_path)
    shown = {value.name: (value.value, value.extractor) for value in found.values if value.page_number}
    assert shown["total"] == ("119.00", Extractor.RULES)
    assert shown["issue_date"] == ("2024-03-05", Extractor.RULES)
    [note] = found.notes
    assert "found by rule" in note and f"completion_tokens={ANSWER}" in note
