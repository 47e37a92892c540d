"""An answer as a LangChain message, with standard citations, and back."""

import json
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, messages_from_dict, messages_to_dict

from retrieval.messages import citations_of, to_message
from retrieval.types import Answer, Citation, Claims

pytestmark = pytest.mark.unit


def citation(number: int) -> Citation:
    boxes = ((0.1, 0.2, 0.5, 0.22), (0.1, 0.23, 0.3, 0.25))
    return Citation(number, "d", "lease.pdf", "LEASE", number, f"words {number}", boxes, Path("1.webp"), f"c{number}")


TEXT = "Rent is 900 euros. [1][2]\nIt is due [1], they say. [3]"
ANSWER = Answer(
    "How much?", TEXT, True, tuple(map(citation, (1, 2, 3))), warnings=("One was left out.",), claims=Claims(3, 1)
)


def test_each_citation_number_is_an_annotation_of_the_words_it_proves() -> None:
    (block,) = to_message(ANSWER).content_blocks
    assert block["type"] == "text" and block["text"] == TEXT
    covered = [
        (note["extras"]["number"], TEXT[note["start_index"] : note["end_index"]]) for note in block["annotations"]
    ]
    assert covered == [(1, "Rent is 900 euros."), (2, "Rent is 900 euros."), (1, "It is due"), (3, ", they say.")]


def test_an_annotation_leaves_out_what_is_shown_as_unsupported() -> None:
    text = "⟦unsupported: It is free.⟧ Rent is 900 euros. [1]"
    (block,) = to_message(Answer("How much?", text, True, (citation(1),))).content_blocks
    assert block["type"] == "text"
    (note,) = block["annotations"]
    assert text[note["start_index"] : note["end_index"]] == "Rent is 900 euros."


def test_an_annotation_is_langchains_standard_citation_with_page_and_boxes() -> None:
    (block,) = to_message(ANSWER).content_blocks
    assert block["type"] == "text"
    first = block["annotations"][0]
    assert (first["type"], first["title"], first["cited_text"]) == ("citation", "LEASE", "words 1")
    assert first["extras"]["page_number"] == 1 and first["extras"]["boxes"][0] == [0.1, 0.2, 0.5, 0.22]


def test_citations_come_back_as_they_were() -> None:
    message = to_message(ANSWER)
    assert citations_of(message) == ANSWER.citations
    assert citations_of(AIMessage("No block, no citation.")) == ()


def test_a_message_survives_json() -> None:
    message = to_message(ANSWER)
    (read,) = messages_from_dict(json.loads(json.dumps(messages_to_dict([message]))))
    assert isinstance(read, AIMessage) and read == message and citations_of(read) == ANSWER.citations


def test_what_is_known_of_the_answer_goes_along() -> None:
    facts = to_message(ANSWER).response_metadata["pagecite"]
    assert facts["answered"] and facts["unsupported_claims"] == 1 and facts["warnings"] == ["One was left out."]


def test_a_number_without_a_citation_is_text() -> None:
    assert citations_of(to_message(Answer("?", "See [9].", False))) == ()
