"""Where a question is to be answered from: the documents that it names, goes on about, or is restricted to."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ingest.library import Library
from retrieval import followups
from retrieval.amendments import mentions_amendment
from retrieval.catalogue import Catalogue
from retrieval.dates import folded
from retrieval.filters import Filter
from retrieval.followups import Link
from retrieval.hints import Hints, read_hints
from retrieval.kinship import Kinship
from retrieval.naming import Reading
from retrieval.several import compares, read_several
from retrieval.types import Turn

Read = Callable[[str, int], Reading]
Near = Callable[[str, Sequence[str]], bool]
Unknown = Callable[[str], tuple[str, ...]]

_CANDIDATES = 20  # documents that a question may name, by their words
_CANDIDATES_IN_SCOPE = 200  # where a filter leaves few of them
_ANY = Filter()
_NAMES = 3  # documents that an understood question lists


@dataclass(frozen=True, slots=True)
class Target:
    """Where a question is to be answered from.

    Attributes:
        question: what is searched for, without what only restricts it.
        rest: the same without the names of documents.
        doc_ids: the documents that it names or goes on about, best first; empty: none in particular.
        only: the only documents that may answer; None: all of the library.
        preferred: documents that come first where others are as near.
        parts: where evidence of each of several documents is wanted, these, each with its amendments; else empty.
        filter: what restricts, given or read from the question.
        understood: the question as it was understood; empty where as it was asked.
        as_of: the day whose version is asked for; None: today's.
        unmet: a restriction that the question speaks of and no document meets: it was not applied.
        outside: documents that the question names and the filter excludes.
        unknown: names in the question that no document mentions; empty where another name was found.
        likely: documents that have a name of the question, where others speak of it too.
    """

    question: str
    rest: str
    doc_ids: tuple[str, ...] = ()
    only: frozenset[str] | None = None
    preferred: frozenset[str] = frozenset()
    parts: tuple[tuple[str, ...], ...] = ()
    filter: Filter = _ANY
    understood: str = ""
    as_of: date | None = None
    unmet: Filter = _ANY
    outside: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    likely: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether a filter leaves no document."""
        return self.only is not None and not self.only

    @property
    def wants_versions(self) -> bool:
        """Whether a contract is asked about as its amendments left it, not one document, nor two side by side."""
        return not self.parts and (self.as_of is not None or not mentions_amendment(self.question))

    @property
    def scope(self) -> tuple[str, ...] | None:
        """Ids of the documents that are searched; None: all of them."""
        return self.searched or None

    @property
    def searched(self) -> tuple[str, ...]:
        """Ids of the documents that are searched, those that are named first; empty: all of them."""
        return self.doc_ids or tuple(sorted(self.only or ()))


NOWHERE = Target("", "")


class Aimer:
    """Finds the target of a question in one library."""

    def __init__(
        self, library: Library, catalogue: Catalogue, kinship: Kinship, read: Read, near: Near, unknown: Unknown
    ) -> None:
        """Put the parts together.

        Args:
            library: what is asked.
            catalogue: its documents.
            kinship: which of them belong together.
            read: finds the documents that a text names, among so many candidates.
            near: whether some documents have a passage about as near to a text as any of the library.
            unknown: names in a text that no document mentions.
        """
        self._library = library
        self._catalogue = catalogue
        self._kinship = kinship
        self._read = read
        self._near = near
        self._unknown = unknown

    def aim(self, question: str, history: Sequence[Turn], wanted: Filter | None) -> Target:
        """Find where a question is to be answered from.

        Args:
            question: as asked, or as it was rewritten.
            history: earlier turns, oldest first.
            wanted: the only documents that may answer.
        """
        hints = read_hints(folded(question))
        target = Target(hints.text, hints.text, as_of=hints.as_of)
        if wanted:
            target = replace(target, only=self._catalogue.select(wanted), filter=wanted)
        target = self._restricted(target, question, hints)
        target = self._named(target)
        if not target.doc_ids and not target.likely:
            target = replace(target, unknown=self._unknown(target.question))
        if history and not target.doc_ids and not target.unknown and not hints.certain:
            target = self._carried(target, history)
        elif history and target.doc_ids and not _asks(target):
            target = self._with_topic(target, history)
        return self._with_versions(target)

    def _restricted(self, target: Target, question: str, hints: Hints) -> Target:
        """Apply what the question says about its documents: restrict where that is certain, else prefer."""
        if not hints.filter:
            return target
        meant = self._catalogue.select(hints.filter)
        if not hints.certain:
            return replace(target, preferred=meant)
        allowed = meant if target.only is None else meant & target.only
        if not allowed:
            plain = folded(question)
            return replace(target, question=plain, rest=plain, unmet=hints.filter)
        named = self._read(target.question, _CANDIDATES).doc_ids
        # "How are invoices from 2024 paid under the Acme agreement?": the document that is named goes first.
        if named and not allowed & set(named) and target.only is None:
            plain = folded(question)
            return replace(target, question=plain, rest=plain, preferred=meant)
        return replace(target, only=allowed, filter=_both(target.filter, hints.filter))

    def _named(self, target: Target) -> Target:
        """Find the documents that the question names, as far as they may answer."""
        many = _CANDIDATES if target.only is None else _CANDIDATES_IN_SCOPE
        whole = self._read(target.question, many)
        reading = read_several(target.question, whole, lambda text: self._read(text, many))
        inside = tuple(i for i in reading.doc_ids if target.only is None or i in target.only)
        each = len(inside) > 1 and (reading != whole or compares(target.question))
        parts = tuple((doc_id,) for doc_id in inside) if each else ()
        outside = reading.doc_ids if reading.doc_ids and not inside else ()
        return replace(target, doc_ids=inside, rest=reading.rest, parts=parts, outside=outside, likely=reading.likely)

    def _carried(self, target: Target, history: Sequence[Turn]) -> Target:
        """Go on about the documents of the earlier questions, where this one does."""
        link = followups.link_of(target.question, has_history=True)
        if link is Link.ALONE:
            return target
        earlier, restricted = self._earlier(history, target.only)
        bare = followups.bare(target.rest)
        spoken_of = earlier or (tuple(sorted(self._catalogue.select(restricted))) if restricted else ())
        if not spoken_of or (link is Link.PERHAPS and not self._near(bare, spoken_of)):
            return target
        target = replace(target, question=followups.bare(target.question), rest=bare)
        if not earlier:
            return self._restricted(target, target.question, Hints(restricted, True, target.question))
        return replace(target, doc_ids=earlier, understood=f"{bare} ({', '.join(self._names(earlier))})")

    def _earlier(self, history: Sequence[Turn], only: frozenset[str] | None) -> tuple[tuple[str, ...], Filter]:
        """What the latest earlier turn was about that was about any: documents it named or cited, or a type of them."""
        for turn in reversed(history):
            found = self._read(turn.question, _CANDIDATES).doc_ids or self._cited(turn)
            if found := tuple(i for i in found if only is None or i in only):
                return found, _ANY
            if (hints := read_hints(folded(turn.question))).certain:
                return (), hints.filter
        return (), _ANY

    def _cited(self, turn: Turn) -> tuple[str, ...]:
        if not turn.documents:
            return ()
        subjects = self._catalogue.shelf().subjects.values()
        known = {subject.name: subject.doc_id for subject in subjects}
        return tuple(dict.fromkeys(known[name] for name in turn.documents if name in known))

    def _with_topic(self, target: Target, history: Sequence[Turn]) -> Target:
        """Take over what was asked before, where a question names another document and nothing else."""
        for turn in reversed(history):
            rest = followups.bare(self._read(folded(turn.question), _CANDIDATES).rest)
            if followups.has_topic(rest):
                plain = re.sub(r"\s+(?=[?,.])", "", rest)
                understood = f"{plain} ({', '.join(self._names(target.doc_ids))})"
                return replace(target, question=rest, rest=rest, understood=understood)
        return target

    def _names(self, doc_ids: Sequence[str]) -> list[str]:
        subjects = self._library.subjects(doc_ids[:_NAMES])
        return [subject.name for subject in subjects] + (["…"] if len(doc_ids) > _NAMES else [])

    def _with_versions(self, target: Target) -> Target:
        """Let amendments answer for their contracts, as of the day that is asked about."""
        if not target.doc_ids:
            return target
        named = self._kinship.versions(target.question, target.doc_ids, target.as_of, date.today())
        doc_ids = tuple(i for i in named if target.only is None or i in target.only)
        parts = self._kinship.parts(doc_ids) if target.parts else ()
        return replace(target, doc_ids=doc_ids, parts=parts if len(parts) > 1 else ())


def _asks(target: Target) -> bool:
    # A question of names alone keeps them, or nothing would be left of it.
    return followups.has_topic(target.rest, named=target.rest == target.question)


def _both(given: Filter, read: Filter) -> Filter:
    """The caller's filter, with what the question adds to it."""
    return replace(
        given,
        types=given.types or read.types,
        dated_from=max(filter(None, (given.dated_from, read.dated_from)), default=None),
        dated_to=min(filter(None, (given.dated_to, read.dated_to)), default=None),
    )
