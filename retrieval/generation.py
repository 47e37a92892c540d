"""LLM mode: the model's claims, each checked against the page it cites before anyone sees it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableConfig

from ingest.errors import ModelError
from ingest.library import Library
from ingest.types import TextLine
from retrieval.claims import Claim, ClaimParser
from retrieval.plain import adds_code, without_links
from retrieval.prompt import NO_ANSWER, build_messages, repeats_rules
from retrieval.quotes import Pages, Quote, cite, load_pages, numbers_of, support
from retrieval.types import Citation, Evidence, Question


@dataclass(slots=True)
class Draft:
    """An answer while it is being written.

    Attributes:
        citations: so far, in order.
        dropped: claims that the evidence did not prove.
        declined: whether the model said that the evidence does not answer.
    """

    citations: list[Citation] = field(default_factory=list)
    dropped: int = 0
    declined: bool = False


class Generator:
    """Has an LLM answer from evidence and checks each of its claims."""

    def __init__(self, model: BaseChatModel, library: Library) -> None:
        self._model = model
        self._library = library

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
        pages = load_pages(self._library, evidence) if pages is None else pages
        parser = ClaimParser()
        for text in self._tokens(question, evidence, config):
            for claim in parser.feed(text):
                yield from self._checked(claim, evidence, pages, draft)
        for claim in parser.finish():
            yield from self._checked(claim, evidence, pages, draft)

    def _tokens(self, question: Question, evidence: Sequence[Evidence], config: RunnableConfig | None) -> Iterator[str]:
        try:
            for chunk in self._model.stream(build_messages(question, evidence), config):
                yield chunk.text
        except Exception as error:
            # Chat models raise their vendors' own types; none of them is ours to tell apart.
            raise ModelError(f"The language model does not answer: {error}. {_remedy(str(error))}") from error

    def _checked(
        self,
        claim: Claim,
        evidence: Sequence[Evidence],
        pages: Pages,
        draft: Draft,
    ) -> Iterator[str]:
        if NO_ANSWER in claim.text:
            draft.declined = True
            return
        cited = [evidence[number - 1] for number in claim.evidence if 1 <= number <= len(evidence)]
        quotes = [] if _was_ordered(claim, cited, pages) else _prove(claim, cited, pages)
        if not quotes:
            draft.dropped += 1
            return
        marks = "".join(f"[{_number(draft, quote)}]" for quote in quotes)
        lead = claim.separator if draft.citations and claim.separator else ""
        yield f"{lead}{without_links(claim.text)} {marks}"


def _remedy(error: str) -> str:
    if "context length" in error:
        return "Serve it with a longer context (`ingest serve-llm --max-model-len`)."
    return "Check PAGECITE_LLM_BASE_URL and PAGECITE_LLM_MODEL, or unset them to answer with quotes."


def _was_ordered(claim: Claim, cited: Sequence[Evidence], pages: Pages) -> bool:
    """Whether a claim is no statement of its page but what a document may have told the model to write."""
    lines = [line.text for one in cited for line in _page_lines(one, pages)]
    return repeats_rules(claim.text) or adds_code(claim.text, " ".join(lines))


def _page_lines(one: Evidence, pages: Pages) -> tuple[TextLine, ...]:
    page = pages.get((one.chunk.doc_id, one.chunk.page_number))
    return page.lines if page is not None else ()


def _prove(claim: Claim, cited: Sequence[Evidence], pages: Pages) -> list[Quote]:
    """The quotes that a claim rests on; none where a number of it stands in no evidence that it cites."""
    known = {number for found in cited for number in numbers_of(f"{found.chunk.title} {found.chunk.text}")}
    if not numbers_of(claim.text) <= known:
        return []
    found = []
    for one in cited:
        page = pages.get((one.chunk.doc_id, one.chunk.page_number))
        quote = support(claim.text, one, page) if page is not None else None
        if quote is not None:
            found.append(quote)
    return found


def _number(draft: Draft, quote: Quote) -> int:
    """The number of a quote's citation: the one it already has, or the next."""
    for citation in draft.citations:
        same = citation.chunk_id == quote.evidence.chunk.chunk_id and citation.quote == quote.unit.text
        if same:
            return citation.number
    citation = cite(quote, len(draft.citations) + 1)
    draft.citations.append(citation)
    return citation.number
