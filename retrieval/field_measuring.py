"""How well fields are found: precision, recall and F1 of each field, over documents whose fields are known."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ingest.fields.folding import folded
from ingest.fields.habits import Habits
from ingest.fields.model import Extraction, FieldKind
from ingest.fields.normal import parse_decimal
from ingest.fields.printed import normalise_printed
from ingest.fields.schema import Schema
from retrieval.field_labels import LabelledFields

_CENT = Decimal("0.005")
_DECIMALS = (FieldKind.AMOUNT, FieldKind.NUMBER, FieldKind.PERCENT)
# Labels are written by people: day first, as in most of the world, where both may be meant. ISO dates are safe.
_LABELS = Habits()


@dataclass(frozen=True, slots=True)
class FieldScore:
    """Counts of a field over several documents.

    Attributes:
        right: values that were found as they are labelled.
        found: values that were found.
        labelled: values that there are.
    """

    right: int = 0
    found: int = 0
    labelled: int = 0

    def __add__(self, other: "FieldScore") -> "FieldScore":
        return FieldScore(self.right + other.right, self.found + other.found, self.labelled + other.labelled)

    @property
    def precision(self) -> float:
        """Share of what was found that is right, 0..1; 1 where nothing was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of what there is that was found, 0..1; 1 where there is nothing."""
        return self.right / self.labelled if self.labelled else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both, 0..1."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """One document's fields beside its labels.

    Attributes:
        labels: what is known of it.
        scores: by field name; of labelled fields alone.
        misses: a line for each field that is not as labelled.
        sources: by extractor, how many of its values are right, of labelled fields alone.
    """

    labels: LabelledFields
    scores: dict[str, FieldScore]
    misses: tuple[str, ...] = ()
    sources: dict[str, FieldScore] = field(default_factory=dict)


def measure_fields(
    labels: Iterable[LabelledFields], extract: Callable[[LabelledFields], Extraction], schemas: Sequence[Schema]
) -> list[Measured]:
    """Extract each document's fields and compare them with its labels."""
    kinds = {spec.name: spec.kind for schema in schemas for spec in schema.fields}
    return [_measured(one, extract(one), kinds) for one in labels]


def _measured(labels: LabelledFields, found: Extraction, kinds: dict[str, FieldKind]) -> Measured:
    scores, misses = {}, []
    sources: dict[str, FieldScore] = {}
    for name, wanted in labels.fields.items():
        kind = kinds.get(name, FieldKind.TEXT)
        stated = [one for one in sorted(found.values, key=lambda value: value.item) if one.name == name]
        values = [one.value for one in stated]
        scores[name] = compare(kind, wanted, values)
        for source in {str(one.extractor) for one in stated}:
            own = compare(kind, wanted, [one.value for one in stated if one.extractor == source])
            sources[source] = sources.get(source, FieldScore()) + replace(own, labelled=0)
        if scores[name].right < max(len(wanted), len(values)):
            misses.append(f"{labels.file}: {name} is {', '.join(wanted) or '-'}, found {', '.join(values) or '-'}")
    return Measured(labels, scores, tuple(misses), sources)


def compare(kind: FieldKind, wanted: Sequence[str], found: Sequence[str]) -> FieldScore:
    """Count values that agree, each one once.

    Amounts agree to half a cent, dates as days, names and identifiers by letters and digits alone, in any case.
    """
    left = list(found)
    right = 0
    for one in wanted:
        match = next((other for other in left if agree(kind, one, other)), None)
        if match is not None:
            left.remove(match)
            right += 1
    return FieldScore(right, len(found), len(wanted))


def agree(kind: FieldKind, wanted: str, found: str) -> bool:
    """Whether a labelled value and a normalised one are the same."""
    if kind in _DECIMALS:
        number = parse_decimal(wanted)
        value = str(number) if number is not None else normalise_printed(kind, wanted, _LABELS)
        one, other = parse_decimal(value or ""), parse_decimal(found)
        return one is not None and other is not None and abs(one - other) < _CENT
    if kind is FieldKind.DATE:
        return normalise_printed(kind, wanted, _LABELS) == found
    return folded(wanted) == folded(found)


def totals(measured: Iterable[Measured]) -> dict[str, FieldScore]:
    """The counts of each field over several documents."""
    found: dict[str, FieldScore] = {}
    for one in measured:
        for name, score in one.scores.items():
            found[name] = found.get(name, FieldScore()) + score
    return found


def score_lines(measured: Sequence[Measured]) -> Iterator[str]:
    """A table of all fields, and one for each group where there are several."""
    yield from _table("all documents", measured)
    groups = sorted({one.labels.group for one in measured if one.labels.group})
    for group in groups if len(groups) > 1 else ():
        yield ""
        yield from _table(group, [one for one in measured if one.labels.group == group])


def source_lines(measured: Iterable[Measured]) -> Iterator[str]:
    """How many values each extractor gave, and the share of them that is right."""
    found: dict[str, FieldScore] = {}
    for one in measured:
        for name, score in one.sources.items():
            found[name] = found.get(name, FieldScore()) + score
    for name, score in sorted(found.items()):
        yield f"{f'from {name}':<28}{score.precision:>9.3f}{'':>16}{score.found:>8}"


def _table(title: str, measured: Sequence[Measured]) -> Iterator[str]:
    yield f"{f'{title} ({len(measured)})':<28}precision  recall      F1  values"
    for name, score in totals(measured).items():
        figures = f"{score.precision:>9.3f}{score.recall:>8.3f}{score.f1:>8.3f}{score.labelled:>8}"
        yield f"{name:<28}{figures}"
