"""LLM mode: the model's claims, each checked against the page it cites before anyone sees it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import patch_config

from ingest.errors import ModelError
from ingest.library import Library
from retrieval.claims import Claim, ClaimParser
from retrieval.phrases import mark_unsupported
from retrieval.plain import adds_code, without_links
from retrieval.prompt import NO_ANSWER, build_messages, repeats_rules
from retrieval.proof import Prover
from retrieval.quotes import Pages, Quote, cite, load_pages
from retrieval.threads import check_left
from retrieval.types import Citation, Claims, Evidence, Question


@dataclass(slots=True)
class Draft:
    """An answer while it is being written.

    Attributes:
        citations: so far, in order.
        supported: claims that the evidence proves.
        unsupported: claims that it does not.
        declined: whether the model said that the evidence does not answer.
    """

    citations: list[Citation] = field(default_factory=list)
    supported: int = 0
    unsupported: int = 0
    declined: bool = False

    @property
    def claims(self) -> Claims:
        """The counts."""
        return Claims(self.supported, self.unsupported)


class Writer:
    """Turns a model's text, as it arrives, into an answer's text: parsed, checked, with citations of our own."""

    def __init__(self, prover: Prover, draft: Draft, *, mark: bool = False) -> None:
        """Prepare.

        Args:
            prover: checks claims.
            draft: is filled.
            mark: whether claims that fail are shown, marked as unsupported, instead of left out.
        """
        self._prover = prover
        self._draft = draft
        self._mark = mark
        self._parser = ClaimParser()
        self._begun = False

    def feed(self, text: str) -> Iterator[str]:
        """Take more of the model's text; yield what is now certain of the answer's."""
        for claim in self._parser.feed(text):
            yield from self._checked(claim)

    def finish(self) -> Iterator[str]:
        """Yield the rest."""
        for claim in self._parser.finish():
            yield from self._checked(claim)

    def _checked(self, claim: Claim) -> Iterator[str]:
        if NO_ANSWER in claim.text:
            self._draft.declined = True
            return
        ordered = self._was_ordered(claim)
        quotes = () if ordered else self._prover.prove(claim.text, claim.evidence).quotes
        text = without_links(claim.text)
        if quotes:
            self._draft.supported += 1
            marks = "".join(f"[{number}]" for number in dict.fromkeys(_number(self._draft, quote) for quote in quotes))
            yield self._lead(claim) + f"{text} {marks}"
            return
        self._draft.unsupported += 1
        if self._mark and not ordered:
            yield self._lead(claim) + mark_unsupported(text, self._prover.question)

    def _was_ordered(self, claim: Claim) -> bool:
        """Whether a claim is no statement of its page but what a document may have told the model to write."""
        return repeats_rules(claim.text) or adds_code(claim.text, self._prover.shown_on_pages(claim.evidence))

    def _lead(self, claim: Claim) -> str:
        lead = claim.separator if self._begun else ""
        self._begun = True
        return lead


class Generator:
    """Has an LLM answer from evidence and checks each of its claims."""

    def __init__(self, model: BaseChatModel, library: Library, *, mark: bool = False) -> None:
        """Put the parts together.

        Args:
            model: writes.
            library: where pages and documents are.
            mark: whether claims that fail are shown, marked as unsupported, instead of left out.
        """
        self._model = model
        self._library = library
        self._mark = mark

    def stream(
        self,
        question: Question,
        evidence: Sequence[Evidence],
        draft: Draft,
        config: RunnableConfig | None = None,
        pages: Pages | None = None,
    ) -> Iterator[str]:
        """Yield the answer's text, claim by claim; `draft` fills with its citations.

        Args:
            question: what to answer.
            evidence: from what.
            draft: is filled.
            config: of the model.
            pages: those of the evidence; loaded by default.

        Raises:
            ModelError: the model does not answer.
        """
        writer = self._writer(question, evidence, draft, pages)
        for text in self._tokens(question, evidence, config):
            yield from writer.feed(text)
        yield from writer.finish()

    def _writer(self, question: Question, evidence: Sequence[Evidence], draft: Draft, pages: Pages | None) -> Writer:
        pages = load_pages(self._library, evidence) if pages is None else pages
        documents = self._library.subjects(list({one.chunk.doc_id for one in evidence}))
        subjects = {record.doc_id: f"{record.title}\n{record.name}\n{record.intro}" for record in documents}
        return Writer(Prover(evidence, pages, question.text, subjects), draft, mark=self._mark)

    def _tokens(self, question: Question, evidence: Sequence[Evidence], config: RunnableConfig | None) -> Iterator[str]:
        named = patch_config(config, run_name=self._model.get_name())
        try:
            for chunk in self._model.stream(build_messages(question, evidence), named):
                check_left()
                yield chunk.text
        except Exception as error:
            # Chat models raise their vendors' own types; none of them is ours to tell apart.
            raise ModelError(f"The language model does not answer: {error}. {_remedy(str(error))}") from error


def _remedy(error: str) -> str:
    if "context length" in error:
        return "Serve it with a longer context (`ingest serve-llm --max-model-len`)."
    return "Check PAGECITE_LLM_BASE_URL and PAGECITE_LLM_MODEL, or unset them to answer with quotes."


def _number(draft: Draft, quote: Quote) -> int:
    """The number of a quote's citation: the one it already has, or the next."""
    for citation in draft.citations:
        same = citation.chunk_id == quote.evidence.chunk.chunk_id and citation.quote == quote.unit.text
        if same:
            return citation.number
    citation = cite(quote, len(draft.citations) + 1)
    draft.citations.append(citation)
    return citation.number
