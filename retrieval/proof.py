"""Proof of a claim: every number, date and name of it stands in the evidence it cites, and so do its words.

What proves what:

- A number, date or identifier must stand in a cited passage, its heading, or its document's title or file name, in any
  writing that means the same (`ingest.values`). A unit that the claim names (a currency, a percent sign, days) must
  be the passage's, too; where a bare number stands there, as in a table, the page must name the unit.
- A name must stand in the cited document: in a passage of it that was found, on the cited page, in its title, its file
  name or its beginning, where contracts name their parties. That a name stands in the question proves nothing: what one
  document says must not be told of another's party.
- The first word of a sentence has a capital anyway. It counts as a name unless it is a common opening word, is made
  from another word, or stands in small letters in the evidence or the question.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ingest.scripts import han_share
from ingest.tokens import terms
from ingest.values import Value, find_values
from ingest.values.names import Name, Wording, find_names
from ingest.values.numbers import decimal_mark
from retrieval.grounds import Ground
from retrieval.quotes import Pages, Quote, stems
from retrieval.types import Evidence
from retrieval.units import Unit
from retrieval.words import content

# Share of a claim's content words, beside its values, that its passages must have. Words alone prove little, but a
# sentence about something else shares few. A claim in another script than its passages is asked for a value instead.
MIN_WORDS = 0.3
# The same of a claim without values, of which words are all that can be checked.
MIN_WORDS_ALONE = 0.5
# A claim of so few words beside its values rests on the values: "Thirty days are needed."
_FEW_WORDS = 2
_MOST_QUOTES = 4
_LONG_QUOTE = 20  # letters of quoted words that are a citation of their own
# What a further passage's best words must reach, beside the best passage's, to be cited without proving a value.
_NEARLY = 0.6
_QUOTED = re.compile(r"[“\"「『]([^“”\"「」『』\n]{2,400})[”\"」』]")
# What stands before the number of a clause. Every contract has a clause 3.
_LABELLED = re.compile(r"(?:第|§|\b(?:article|clause|section|page|item|no\.?))\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of checking a claim.

    Attributes:
        quotes: the words that prove it, best first; none where it is not proven.
        missing: the values and names of it that stand in no evidence that it cites.
    """

    quotes: tuple[Quote, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(slots=True)
class Prover:
    """Checks claims against the evidence of one question.

    Attributes:
        evidence: numbered from 1, as the claims cite it.
        pages: its pages.
        question: as asked.
        subjects: title, name and beginning of each document, by id.
    """

    evidence: Sequence[Evidence]
    pages: Pages
    question: str = ""
    subjects: Mapping[str, str] = field(default_factory=dict)
    _grounds: dict[int, Ground] = field(default_factory=dict)
    _wordings: dict[frozenset[str], Wording] = field(default_factory=dict)

    def prove(self, text: str, numbers: Sequence[int]) -> Proof:
        """Check a claim.

        Args:
            text: the claim, without marks.
            numbers: of the evidence that it cites; those that do not exist prove nothing.
        """
        grounds = [ground for number in numbers if (ground := self._ground(number))]
        if not grounds:
            return Proof()
        values = find_values(text, decimal_mark(text), names=False)
        names = _names(text, values)
        wanted = _content(text, values)
        missing = [value.text for value in values if not any(ground.tells(value, wanted) for ground in grounds)]
        missing += self._missing_names(text, names, grounds)
        proven = stems(terms(" ".join(text[name.start : name.end] for name in names)))
        if missing or not _shares_words(text, wanted, proven, values, grounds):
            return Proof(missing=tuple(missing))
        return Proof(tuple(quote for quote in _choose(text, values, grounds) if quote.score))

    def shown_on_pages(self, numbers: Sequence[int]) -> str:
        """All words of the pages of cited evidence."""
        grounds = [ground for number in numbers if (ground := self._ground(number))]
        return " ".join(line.text for ground in grounds for line in ground.page.lines)

    def _ground(self, number: int) -> Ground | None:
        if number not in self._grounds:
            if not 1 <= number <= len(self.evidence):
                return None
            chunk = self.evidence[number - 1].chunk
            page = self.pages.get((chunk.doc_id, chunk.page_number))
            if page is None:
                return None
            self._grounds[number] = Ground(self.evidence[number - 1], page)
        return self._grounds[number]

    def _missing_names(self, text: str, names: Sequence[Name], grounds: Sequence[Ground]) -> list[str]:
        if not names:
            return []
        cited = self._wording(frozenset(ground.evidence.chunk.doc_id for ground in grounds))
        return [text[name.start : name.end] for name in names if not cited.has(name) and not self._is_plain(name)]

    def _is_plain(self, name: Name) -> bool:
        """Whether a capital only opens a sentence."""
        everywhere = self._wording(frozenset())
        return name.opens and len(name.words) == 1 and everywhere.is_ordinary(name.words[0])

    def _wording(self, doc_ids: frozenset[str]) -> Wording:
        """The words of documents, as far as they were found; of all evidence and the question without any id."""
        if doc_ids not in self._wordings:
            texts = [] if doc_ids else [self.question]
            for one in self.evidence:
                chunk = one.chunk
                if chunk.doc_id in doc_ids or not doc_ids:
                    page = self.pages.get((chunk.doc_id, chunk.page_number))
                    lines = "\n".join(line.text for line in page.lines) if page else ""
                    texts += [chunk.text, chunk.heading, chunk.title, one.source, lines]
            texts += [text for doc_id, text in self.subjects.items() if doc_id in doc_ids]
            self._wordings[doc_ids] = Wording(list(dict.fromkeys(texts)))
        return self._wordings[doc_ids]


def _names(text: str, values: Sequence[Value]) -> list[Name]:
    """The names in a claim, outside its values."""

    def is_free(start: int, end: int) -> bool:
        return not any(value.start < end and start < value.end for value in values)

    return list(find_names(text, is_free))


def _content(text: str, values: Sequence[Value]) -> set[str]:
    """Stems of a claim's content words, beside its values."""
    letters = list(text)
    for value in values:
        letters[value.start : value.end] = " " * (value.end - value.start)
    return stems(content(terms("".join(letters))))


def _shares_words(
    text: str, wanted: set[str], proven: set[str], values: Sequence[Value], grounds: Sequence[Ground]
) -> bool:
    """Whether enough of a claim's words are its passages'; those of its names are proven already."""
    if values and len(wanted) <= _FEW_WORDS:
        return True
    if not wanted:
        return False
    present = proven.union(*(ground.stems for ground in grounds))
    if (han_share(text) > 0.5) != (han_share(grounds[0].evidence.chunk.text) > 0.5):
        return any(not _LABELLED.search(text[: value.start]) for value in values)
    return len(wanted & present) / len(wanted) >= (MIN_WORDS if values else MIN_WORDS_ALONE)


def _choose(text: str, values: Sequence[Value], grounds: Sequence[Ground]) -> list[Quote]:
    """The words to show: those that the claim repeats, else those that share most with it and show its values."""
    found = list(_repeated(text, grounds))
    wanted = stems(content(terms(text)))
    ranked = sorted(
        (_scored(ground, unit, wanted, values) for ground in grounds for unit in ground.units),
        key=lambda scored: -scored[0],
    )
    if not found and ranked:
        found.append(_quote(*ranked[0][1:], ranked[0][0]))
    shown = {value for value in values for quote in found if _shows(grounds, quote, value)}
    best = ranked[0][0] if ranked else 0.0
    for score, ground, unit in ranked:
        if len(found) >= _MOST_QUOTES or not score:
            break
        new = {value for value in values if value not in shown and ground.shows(unit, value)}
        is_other = all(quote.evidence is not ground.evidence for quote in found) and score >= _NEARLY * best
        if new or is_other:
            shown |= new
            found.append(_quote(ground, unit, score))
    return found


def _repeated(text: str, grounds: Sequence[Ground]) -> Iterator[Quote]:
    """Words of the pages that the claim is, or has in quotation marks."""
    quoted = [match[1] for match in _QUOTED.finditer(text) if len(match[1].replace(" ", "")) >= _LONG_QUOTE]
    for words in [*quoted, *([] if quoted else [text])]:
        for ground in grounds:
            unit = ground.locator.find(words)
            if unit is not None:
                yield _quote(ground, unit, 1.0)
                break


def _scored(ground: Ground, unit: Unit, wanted: set[str], values: Sequence[Value]) -> tuple[float, Ground, Unit]:
    present = stems(terms(unit.text))
    shared = len(wanted & present) / math.sqrt(len(present)) if present else 0.0
    shown = sum(ground.shows(unit, value) for value in values)
    return shared + shown, ground, unit


def _shows(grounds: Sequence[Ground], quote: Quote, value: Value) -> bool:
    return any(ground.shows(quote.unit, value) for ground in grounds if ground.evidence is quote.evidence)


def _quote(ground: Ground, unit: Unit, score: float) -> Quote:
    return Quote(unit, ground.evidence, ground.page, score, 0.0, 0.0, True)
