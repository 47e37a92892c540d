"""The figures of a run: every metric, over all questions and over each group of them, with its uncertainty."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from retrieval import matching, metrics
from retrieval.measuring import Given, Result
from retrieval.significance import bootstrap, wilson

# A result's value of a metric, 0..1; None where the metric says nothing about it.
Value = Callable[[Result], float | None]


@dataclass(frozen=True, slots=True)
class Metric:
    """Something that each question is measured by.

    Attributes:
        name: as on the command line, for example ``page-hit@5``.
        meaning: for people, a few words.
        of: its value for one result.
        less_is_better: as of refusals of what the documents answer.
    """

    name: str
    meaning: str
    of: Value
    less_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric over several questions.

    Attributes:
        value: the mean, 0..1; of latencies seconds.
        questions: how many it is taken over.
        low: with `high`, the 95 % interval: Wilson's where each value is 0 or 1, else by bootstrap; None for latencies.
        high: see `low`.
    """

    value: float
    questions: int
    low: float | None = None
    high: float | None = None


LATENCIES = {"latency-p50": 0.5, "latency-p95": 0.95}


def _hit(result: Result, depth: int) -> float | None:
    return float(metrics.page_hit(result.found, result.right, depth)) if _has_pages(result) else None


def _reciprocal_rank(result: Result) -> float | None:
    return metrics.reciprocal_rank(result.found, result.right) if _has_pages(result) else None


def _document(result: Result) -> float | None:
    known = result.asked.answerable and result.doc_id
    return float(metrics.document_hit(result.found, result.doc_id)) if known else None


def _answer_values(result: Result) -> float | None:
    given = _expected(result)
    matched = matching.values_match(result.asked.answer, _text(given)) if given else None
    return None if matched is None else float(matched)


def _answer_words(result: Result) -> float | None:
    given = _expected(result)
    if given is None:
        return None
    return float(matching.contains(result.asked.answer, [_text(given), *(cited.quote for cited in given.cited)]))


def _answer_f1(result: Result) -> float | None:
    given = _expected(result)
    return matching.token_f1(result.asked.answer, _text(given)) if given else None


def _precision(result: Result) -> float | None:
    if result.given is None or not _has_pages(result):
        return None
    return metrics.cited_precision([cited.place for cited in result.given.cited], result.right)


def _recall(result: Result) -> float | None:
    if result.given is None or not _has_pages(result):
        return None
    return metrics.cited_recall([cited.place for cited in result.given.cited], result.right)


def _quotes(result: Result) -> float | None:
    cited = result.given.cited if result.given else ()
    return sum(one.valid for one in cited) / len(cited) if cited else None


def _refused(result: Result, answerable: bool) -> float | None:
    if result.given is None or result.asked.answerable != answerable:
        return None
    return float(not result.given.answered)


def _has_pages(result: Result) -> bool:
    return result.asked.answerable and bool(result.asked.pages)


def _expected(result: Result) -> Given | None:
    """The answer where an answer is expected."""
    return result.given if result.asked.answerable and result.asked.answer else None


def _text(given: Given) -> str:
    """What an answer says; a refusal says nothing, whatever names and numbers it repeats."""
    return matching.without_marks(given.text) if given.answered else ""


METRICS = (
    *(
        Metric(f"page-hit@{k}", f"a right page among the first {k} results", partial(_hit, depth=k))
        for k in metrics.DEPTHS
    ),
    Metric("mrr", "one through the rank of the first right page", _reciprocal_rank),
    Metric("document@1", "first result of the right document", _document),
    Metric("answer-values", "answer has the expected amounts and dates", _answer_values),
    Metric("answer-words", "answer or quote has the expected words", _answer_words),
    Metric("answer-f1", "words shared with the expected answer", _answer_f1),
    Metric("citation-precision", "citations that are on a right page", _precision),
    Metric("citation-recall", "right pages that are cited", _recall),
    Metric("quote-validity", "quotes that stand on their page", _quotes),
    Metric("refusal", "refused, of what no document answers", partial(_refused, answerable=False)),
    Metric(
        "false-refusal",
        "refused, of what the documents answer",
        partial(_refused, answerable=True),
        less_is_better=True,
    ),
)
NAMES = (*(metric.name for metric in METRICS), *LATENCIES)
LESS_IS_BETTER = frozenset((*(metric.name for metric in METRICS if metric.less_is_better), *LATENCIES))


def values_of(result: Result) -> dict[str, float]:
    """A result's values by metric; those that say nothing about it are left out."""
    found = ((metric.name, metric.of(result)) for metric in METRICS)
    return {name: value for name, value in found if value is not None}


def figures(results: Sequence[Result]) -> dict[str, Figure]:
    """All figures of some results, by name; those that no question bears on are left out."""
    found = {}
    for metric in METRICS:
        values = [value for result in results if (value := metric.of(result)) is not None]
        if values:
            found[metric.name] = _figure(values)
    seconds = [result.given.seconds for result in results if result.given is not None]
    if seconds:
        found |= {name: Figure(metrics.percentile(seconds, share), len(seconds)) for name, share in LATENCIES.items()}
    return found


def _figure(values: Sequence[float]) -> Figure:
    total = len(values)
    yes_or_no = all(value in (0.0, 1.0) for value in values)
    low, high = wilson(round(sum(values)), total) if yes_or_no else bootstrap(values)
    return Figure(sum(values) / total, total, low, high)


def by_group(results: Iterable[Result]) -> dict[str, list[Result]]:
    """Results by their questions' group, in the order of its name; those without a group are left out."""
    found: dict[str, list[Result]] = {}
    for result in results:
        if result.asked.group:
            found.setdefault(result.asked.group, []).append(result)
    return dict(sorted(found.items()))
