"""From a question to its checked answer: what is searched, who writes, what is refused, what an answer tells."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableConfig

from ingest.library import Library
from ingest.scripts import has_han
from retrieval.beside import is_beside
from retrieval.clauses import asked_clauses
from retrieval.conflicts import Rivals, conflict_of, find_rivals, settled
from retrieval.continuing import continued
from retrieval.describing import describe
from retrieval.extraction import are_unstated, choose, compose
from retrieval.filters import Filter, filter_of
from retrieval.generation import Draft, Generator
from retrieval.ledger.asking import Ledger, beside
from retrieval.notes import names_of, notes_of, scope_of
from retrieval.phrases import say
from retrieval.quotes import LOOKED_AT, Pages, Quote, Quoter, load_pages
from retrieval.refusal import refusal
from retrieval.rewriting import rewrite
from retrieval.search import Findings, Searcher
from retrieval.stating import with_stating
from retrieval.tracing import traced
from retrieval.types import Answer, Citation, Claims, Question

_EVIDENCE = 8  # chunks that an answer may use


class Answerer:
    """Answers questions about one library, piece by piece."""

    def __init__(
        self, searcher: Searcher, model: BaseChatModel | None, *, mark_unsupported: bool, ask_unstated: bool
    ) -> None:
        """Put the parts together; see `retrieval.chain.PageChain`."""
        self._searcher = searcher
        self._library: Library = searcher.library
        self._quoter = Quoter(searcher)
        self._mark_unsupported = mark_unsupported
        self._ask_unstated = ask_unstated
        self._generator = Generator(model, searcher.library, mark=mark_unsupported) if model is not None else None
        self._model = model
        self._ledger = Ledger(searcher.library, model)

    def pieces(self, question: Question, config: RunnableConfig | None) -> Iterator[str | Answer]:
        """Yield the answer's text as it is written and checked, then the finished `Answer`.

        Args:
            question: with its history and filter.
            config: of callbacks and the model; its filter counts where the question has none.

        Raises:
            PageciteError: the library, the embedding model or the LLM failed.
        """
        wanted = question.filter or filter_of(config)
        asked = self._understood(question, config)
        computed = self._computed(asked, question, wanted, config)
        if computed is not None and computed.answered:
            yield computed.text
            yield computed
            return
        for piece in self._from_passages(asked, question, wanted, config):
            yield beside(piece, computed) if computed is not None and isinstance(piece, Answer) else piece

    def _computed(
        self, asked: Question, question: Question, wanted: Filter | None, config: RunnableConfig | None
    ) -> Answer | None:
        """What the ledger says; None where the question is none for it."""
        only = self._searcher.catalogue.select(wanted) if wanted else None
        found = self._ledger.answer(asked.text, only, config)
        if found is None:
            return None
        understood = asked.text if asked.text != question.text else ""
        scope = describe(wanted, chinese=has_han(question.text)) if wanted else ""
        return replace(found, question=question.text, understood=understood, scope=scope)

    def _from_passages(
        self, asked: Question, question: Question, wanted: Filter | None, config: RunnableConfig | None
    ) -> Iterator[str | Answer]:
        # Passages and the pages they stand on are of one state of the library.
        with self._library.snapshot():
            with traced(asked.text, config) as found:
                findings = self._searcher.search(asked.text, _EVIDENCE, asked.history, wanted)
                findings = with_stating(self._searcher, findings, LOOKED_AT)
                found(findings.evidence)
            asks = bool(findings.evidence) and not findings.unknown
            quotes = self._quoter.rank(findings) if asks and self._needs_quotes(findings) else []
            chosen = continued(self._library, self._chosen(findings, quotes)) if self._generator is None else []
            pages: Pages = load_pages(self._library, findings.evidence) if asks and self._generator is not None else {}
        if not asks or (are_unstated(quotes) and not self._ask_unstated):
            yield from self._refusal(asked, question, findings)
        elif self._generator is None:
            yield from self._quoted(asked, question, findings, quotes, chosen)
        else:
            yield from self._generated(self._generator, asked, question, findings, pages, quotes, config)

    def _needs_quotes(self, findings: Findings) -> bool:
        """Whether sentences are ranked: with an LLM where documents may differ, or none may state what is asked."""
        unstated = not self._ask_unstated and bool(asked_clauses(findings.rest))
        return self._generator is None or bool(findings.groups) or unstated

    def _chosen(self, findings: Findings, quotes: list[Quote]) -> list[Quote]:
        """The quotes that answer; where documents are set beside each other, the best of each, in their order."""
        parts = findings.target.parts
        if not parts:
            return choose(quotes)
        of_each = ([one for one in quotes if one.evidence.chunk.doc_id in part] for part in parts)
        return [best for of_one in of_each for best in choose(of_one)[:1]]

    def _understood(self, question: Question, config: RunnableConfig | None) -> Question:
        """The question as the LLM understands it from the conversation; as it is where there is none."""
        if self._model is None or not question.history or not self._searcher.may_follow_up(question.text):
            return question
        rewritten = rewrite(self._model, question, config)
        return replace(question, text=rewritten) if rewritten else question

    def _refusal(
        self, asked: Question, question: Question, findings: Findings, warnings: tuple[str, ...] = ()
    ) -> Iterator[str | Answer]:
        text = refusal(self._library, question.text, findings)
        yield text
        yield self._finished(asked, question, findings, text, answered=False, warnings=warnings)

    def _quoted(
        self, asked: Question, question: Question, findings: Findings, quotes: list[Quote], chosen: list[Quote]
    ) -> Iterator[str | Answer]:
        if not chosen:
            yield from self._refusal(asked, question, findings)
            return
        rivals = find_rivals(quotes, findings.groups, [quote.evidence.chunk.doc_id for quote in chosen])
        text, citations = compose(settled(chosen, rivals))
        yield text
        yield self._finished(asked, question, findings, text, answered=True, citations=citations, rivals=rivals)

    def _generated(
        self,
        generator: Generator,
        asked: Question,
        question: Question,
        findings: Findings,
        pages: Pages,
        quotes: list[Quote],
        config: RunnableConfig | None,
    ) -> Iterator[str | Answer]:
        draft = Draft()
        text = ""
        for piece in generator.stream(asked, findings.evidence, draft, config, pages):
            text += piece
            yield piece
        notes = self._notes(question, draft.claims)
        if not draft.citations:
            # Claims that no page proves may have been shown, marked as such; they are no answer.
            if text:
                yield "\n\n"
            for last in self._refusal(asked, question, findings, notes["warnings"]):
                if isinstance(last, Answer):
                    shown = f"{text}\n\n{last.text}" if text else last.text
                    yield replace(last, text=shown, claims=draft.claims)
                else:
                    yield last
            return
        citations = tuple(draft.citations)
        if is_beside(findings.rest, [text, *(citation.quote for citation in citations)]):
            notes["warnings"] += (say("beside", question.text),)
        rivals = find_rivals(quotes, findings.groups, [citation.doc_id for citation in citations])
        yield self._finished(
            asked, question, findings, text, answered=True, citations=citations, rivals=rivals, **notes
        )

    def _notes(self, question: Question, claims: Claims) -> dict[str, Any]:
        """What an answer says of the claims that were checked."""
        key = "marked" if self._mark_unsupported else "dropped"
        said = (say(key, question.text, count=claims.unsupported),) if claims.unsupported else ()
        return {"claims": claims, "warnings": said}

    def _finished(
        self,
        asked: Question,
        question: Question,
        findings: Findings,
        text: str,
        *,
        answered: bool,
        citations: tuple[Citation, ...] = (),
        warnings: tuple[str, ...] = (),
        claims: Claims | None = None,
        rivals: list[Rivals] | None = None,
    ) -> Answer:
        cited = list(citations)
        conflicts = tuple(conflict_of(rival, cited, question.text) for rival in rivals or ())
        return Answer(
            question=question.text,
            text=text,
            answered=answered,
            citations=tuple(cited),
            evidence=findings.evidence,
            documents=names_of(self._searcher.catalogue, findings.target.searched),
            warnings=warnings + notes_of(question.text, findings.target, cited, self._searcher.catalogue),
            claims=claims or Claims(),
            conflicts=conflicts,
            understood=findings.target.understood or (asked.text if asked.text != question.text else ""),
            scope=scope_of(question.text, findings.target),
        )
