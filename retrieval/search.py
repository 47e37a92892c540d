"""From a question to ranked evidence: the document first, then the page inside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from langchain_core.embeddings import Embeddings

from ingest.errors import ModelError
from ingest.library import Library
from ingest.passages import Vectors
from ingest.scripts import han_share
from ingest.tokens import terms
from ingest.types import Chunk
from retrieval.catalogue import Catalogue
from retrieval.dates import folded
from retrieval.filters import Filter
from retrieval.followups import Link, has_topic, link_of
from retrieval.kinship import Kinship
from retrieval.naming import Reading, names_in, read_question
from retrieval.question_words import speaks_of
from retrieval.ranking import Ranking, Wanted
from retrieval.remainder import without_lead
from retrieval.reranking import Reranker
from retrieval.scoped import Scope, dense_inside
from retrieval.several import interleave
from retrieval.target import NOWHERE, Aimer, Target
from retrieval.types import Evidence, Turn
from retrieval.versions import Group, beside_twins, complete, preferring
from retrieval.words import content

_PREFERRING = 100  # passages among which those of preferred documents are looked for
_MENTIONS = 200  # passages that are looked through for a name
_NAMED = 20  # documents that a question may name, by their words
_HAN_QUESTION = 0.3  # share of Chinese characters that makes a question Chinese
# The embedded English model knows few Chinese words: there the words lead.
_WEIGHTS = (1.0, 1.0)
_WEIGHTS_HAN_ENGLISH_MODEL = (0.2, 1.0)
# The documents of an earlier question are meant where their best passage is nearly as near as the library's best.
_AS_NEAR = 0.75


@dataclass(frozen=True, slots=True)
class Findings:
    """What a search found.

    Attributes:
        question: as searched.
        rest: the question without the names of documents.
        documents: ids of the documents that the question names; empty where it names none.
        evidence: best first.
        unknown: names in the question that no document mentions; empty where another name was found.
        target: where was searched, and why there.
        groups: what belongs together among the evidence's documents: contracts with their amendments, invoices with one
            number.
    """

    question: str
    rest: str
    documents: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    unknown: tuple[str, ...] = ()
    target: Target = NOWHERE
    groups: tuple[Group, ...] = ()


class Searcher:
    """Searches one library."""

    def __init__(
        self, library: Library, embeddings: Embeddings, *, multilingual: bool, reranker: Reranker | None = None
    ) -> None:
        """Prepare.

        Args:
            library: where to search.
            embeddings: the model that its vectors come from.
            multilingual: whether that model understands Chinese.
            reranker: orders what was found anew; None: it stays as it is.
        """
        self.library = library
        self._embeddings = embeddings
        self._multilingual = multilingual
        self.catalogue = Catalogue(library)
        self.kinship = Kinship(library, self.catalogue)
        self._ranking = Ranking(library, reranker)
        self._aimer = Aimer(library, self.catalogue, self.kinship, self._read, self._near, self._unknown)

    def search(
        self, question: str, limit: int = 10, history: Sequence[str | Turn] = (), filter: Filter | None = None
    ) -> Findings:
        """Find the chunks that may answer a question.

        Args:
            question: as asked.
            limit: how many chunks at most.
            history: earlier questions, oldest first; one that names no document may go on about theirs.
            filter: which documents may answer; None: all of them.

        Raises:
            ModelError: the embedding model or the reranker failed.
            LibraryError: the library cannot be read.
        """
        turns = [Turn(one, "") if isinstance(one, str) else one for one in history]
        # One state of the library throughout: what is found is there, whatever is added or replaced meanwhile.
        with self.library.snapshot():
            return self._search(question, limit, turns, filter)

    def _search(self, question: str, limit: int, history: Sequence[Turn], filter: Filter | None) -> Findings:
        target = self._aimer.aim(question, history, filter)
        if target.is_empty:
            return Findings(target.question, target.rest, (), (), (), target)
        scopes: Sequence[Scope] = target.parts or (target.scope,)
        wider = _PREFERRING if target.preferred else limit
        vector = self._vector(target.question, target.rest)
        wanted = Wanted(target.question, target.rest, vector, self._weights(target.question), target.likely)
        rankings = (self._ranking.best(wanted, scope, wider) for scope in scopes)
        found = interleave([preferring(ranking, target.preferred) for ranking in rankings])
        evidence = self._with_kin(found, target, wanted)[:limit]
        doc_ids = list(dict.fromkeys(one.chunk.doc_id for one in evidence))
        groups = tuple(self.kinship.groups(doc_ids, target.as_of or date.today()))
        return Findings(target.question, target.rest, target.doc_ids, tuple(evidence), target.unknown, target, groups)

    def _with_kin(self, found: Sequence[Evidence], target: Target, wanted: Wanted) -> list[Evidence]:
        """Evidence with the passages of amendments and of documents with the same number beside it."""

        def best(doc_id: str) -> tuple[Evidence, ...]:
            allowed = target.only is None or doc_id in target.only
            return self._ranking.best(wanted, (doc_id,), 1) if allowed else ()

        if target.wants_versions:
            found = complete(found, self.kinship.families(), target.as_of, date.today(), best)
        return beside_twins(found, self.kinship.twins, best)

    def evidence_of(self, chunks: Sequence[Chunk], question: str) -> list[Evidence]:
        """Passages as evidence for a question, in their order.

        Raises:
            ModelError: the embedding model failed.
            LibraryError: the library cannot be read.
        """
        return list(self._ranking.evidence(chunks, self._embed(question)))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts, one row each, of length 1.

        Raises:
            ModelError: the embedding model failed.
        """
        try:
            return np.asarray(self._embeddings.embed_documents(list(texts)), dtype=np.float32)
        except (RuntimeError, OSError) as error:
            raise ModelError(f"The embedding model failed: {error}") from error

    def _read(self, question: str, most: int) -> Reading:
        words = content(terms(question))
        ids = [doc_id for doc_id, _ in self.library.search_documents(words, most)]
        total = self.library.count_ready()
        return read_question(
            question,
            self.library.subjects(ids),
            total,
            lambda word: self.library.count_subjects(terms(word)),
            self._speaking,
        )

    def _speaking(self, phrase: str) -> set[str]:
        """Documents that have a phrase in their text, or in the most likely passages of a large library."""
        words = content(terms(phrase))
        if not words:
            return set()
        rarest = min(words, key=self.library.count_chunks_with)
        found = self.library.chunks(chunk_id for chunk_id, _ in self.library.search_words([rarest], _MENTIONS))
        return {chunk.doc_id for chunk in found.values() if speaks_of(chunk.text, phrase)}

    def may_follow_up(self, question: str) -> bool:
        """Whether a question that has earlier ones may hang on them."""
        if link_of(question, has_history=True) is Link.ALONE:
            return False
        reading = self._read(question, _NAMED)
        return not reading.doc_ids or not has_topic(reading.rest, named=reading.rest == folded(question))

    def _near(self, text: str, doc_ids: Sequence[str]) -> bool:
        """Whether some documents have a passage about as near to a text as the nearest of the library."""
        if self.understands(text):
            vector = self._embed(text)
            inside = dense_inside(self.library, vector, 1, tuple(doc_ids), ())
            everywhere = self.library.search_dense(vector.tolist(), 1)
        else:
            words = content(terms(text))
            inside = self.library.search_words(words, 1, doc_ids)
            everywhere = self.library.search_words(words, 1)
        return bool(inside and everywhere) and inside[0][1] >= _AS_NEAR * everywhere[0][1]

    def _unknown(self, question: str) -> tuple[str, ...]:
        """Names in the question of which no document has a single word."""
        names = names_in(question)
        return tuple(name for name in names if not self.library.search_words(terms(name), 1)) if names else ()

    def _embed(self, text: str) -> Vectors:
        try:
            return np.asarray(self._embeddings.embed_query(text), dtype=np.float32)
        except (RuntimeError, OSError) as error:
            raise ModelError(f"The embedding model failed: {error}") from error

    def _vector(self, question: str, rest: str) -> Vectors:
        """What is near to a question: the mean of what it asks with and without the names in it."""
        asked = without_lead(question, rest)
        if asked == rest:
            return self._embed(rest)
        both = self._embed(rest) + self._embed(asked)
        return np.asarray(both / np.linalg.norm(both), dtype=np.float32)

    def understands(self, text: str) -> bool:
        """Whether the embedding model knows the text's language."""
        return self._multilingual or han_share(text) <= _HAN_QUESTION

    def _weights(self, question: str) -> tuple[float, float]:
        return _WEIGHTS if self.understands(question) else _WEIGHTS_HAN_ENGLISH_MODEL
