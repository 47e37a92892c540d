"""A reranker: what it is made of, what it changes, and what it says when it cannot be used."""

from pathlib import Path

import pytest

from ingest.embeddings import embedding_text
from ingest.errors import ConfigError, ModelError
from ingest.library import Library
from ingest.settings import load_settings
from retrieval.reranking import build_reranker
from retrieval.retriever import build_searcher
from retrieval.search import Searcher
from tests.fakes import FakeEmbeddings
from tests.libraries import MODEL, add, write_file

pytestmark = pytest.mark.integration

WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] rent is due monthly deposit term ends lease the".split()
PAGES = [
    "The rent is due monthly.",
    "The deposit is due.",
    "The lease ends.",
    "The term ends monthly.",
    "The rent ends.",
]


def make_cross_encoder(folder: Path, labels: int = 1) -> Path:
    """A cross-encoder of one small layer whose weights are drawn at random, always the same."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    torch.manual_seed(7)
    # Wide weights, so that scores of different passages differ by more than rounding.
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        initializer_range=1.0,
        num_labels=labels,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_cross_encoder(tmp_path_factory.mktemp("models") / "tiny-cross-encoder")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library(tmp_path / "library")
    add(library, write_file(tmp_path, "lease.pdf"), [[line] for line in PAGES])
    return library


def test_results_come_in_the_order_of_the_cross_encoder_and_carry_its_scores(
    library: Library, cross_encoder: Path
) -> None:
    from sentence_transformers import CrossEncoder

    settings = load_settings(reranker=str(cross_encoder), embedding_model=MODEL)
    plain = Searcher(library, FakeEmbeddings(), multilingual=True)
    found = build_searcher(settings, library=library, embeddings=FakeEmbeddings()).search("rent due").evidence
    texts = {one.chunk.chunk_id: embedding_text(one.chunk) for one in plain.search("rent due").evidence}
    model = CrossEncoder(str(cross_encoder), local_files_only=True)
    expected = {key: float(model.predict([("rent due", text)])[0]) for key, text in texts.items()}
    assert [one.chunk.chunk_id for one in found] == sorted(expected, key=lambda key: -expected[key])
    assert [one.score for one in found] == pytest.approx(sorted(expected.values(), reverse=True), abs=1e-5)
    assert [one.chunk.chunk_id for one in found] != list(texts)


def test_what_the_fused_ranking_has_below_the_limit_may_come_first(library: Library, cross_encoder: Path) -> None:
    settings = load_settings(reranker=str(cross_encoder), embedding_model=MODEL)
    searcher = build_searcher(settings, library=library, embeddings=FakeEmbeddings())
    assert searcher.search("rent due", 1).evidence == searcher.search("rent due", 5).evidence[:1]


def test_without_the_setting_there_is_no_reranker() -> None:
    assert build_reranker(load_settings()) is None


def test_a_folder_that_does_not_exist_is_named_before_anything_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"PAGECITE_RERANKER.*missing-model"):
        build_reranker(load_settings(reranker=str(tmp_path / "missing-model")))


def test_a_folder_without_a_model_is_refused_with_what_to_do(tmp_path: Path) -> None:
    reranker = build_reranker(load_settings(reranker=str(tmp_path)))
    assert reranker is not None
    with pytest.raises(ModelError, match=r"cannot be loaded.*PAGECITE_RERANKER"):
        reranker.scores("rent", ["The rent is due."])


def test_a_classifier_of_several_classes_is_no_reranker(tmp_path: Path) -> None:
    reranker = build_reranker(load_settings(reranker=str(make_cross_encoder(tmp_path / "classes", labels=3))))
    assert reranker is not None
    with pytest.raises(ConfigError, match="3 scores"):
        reranker.scores("rent", ["The rent is due."])
