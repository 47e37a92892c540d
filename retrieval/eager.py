"""A model that never declines, for measuring: what of its answers reaches the user is the chain's doing alone."""

import re
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from ingest.tokens import terms
from retrieval.prompt import numbered_evidence
from retrieval.quotes import stems
from retrieval.sentences import split
from retrieval.words import content

_NAME = re.compile(r"(?<!^)\b[A-Z][\w.&/-]*")


class EagerModel(BaseChatModel):
    """Answers each question with the sentence of the evidence that shares most words with it, rightly cited.

    Names count for nothing. The sentence is true and its citation holds. Only that it may answer another question is
    wrong, as with a model that would rather say something than nothing.
    """

    @property
    def _llm_type(self) -> str:
        return "eager"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        question, passages = numbered_evidence(messages)
        # Names tell which document is meant, and stand under its signatures: they are no reason to quote these.
        wanted = stems(content(terms(_NAME.sub(" ", question))))
        said = [
            (len(wanted & stems(terms(sentence))), -number, sentence)
            for number, text in passages.items()
            for sentence in (text[start:end] for start, end in split(text))
        ]
        _, number, sentence = max(said)
        claim = re.sub(r"\s+", " ", sentence).rstrip(" .;:")
        return ChatResult(generations=[ChatGeneration(message=AIMessage(f"{claim}. [{-number}]"))])
