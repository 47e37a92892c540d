"""A run as tables for people."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rich.cells import cell_len

from retrieval.bars import Bar
from retrieval.comparison import Difference
from retrieval.figures import LATENCIES, METRICS, Figure, by_group, figures
from retrieval.measuring import Result, Skipped
from retrieval.misses import by_cause

# What fits beside a group's name on a line.
_GROUP_FIGURES = ("page-hit@1", "page-hit@5", "answer-words", "citation-precision", "refusal", "false-refusal")
_MEANINGS = {metric.name: metric.meaning for metric in METRICS} | {
    "latency-p50": "half of the answers within",
    "latency-p95": "95 of 100 answers within",
}
_SHOWN_FILES = 10


def figure_lines(found: Mapping[str, Figure], bars: Sequence[Bar] = ()) -> list[str]:
    """A table of all figures, with the bars beside them."""
    wanted = {bar.metric: bar for bar in bars}
    head = ["figure", "value", "95 % interval", "questions", *(["bar", ""] if bars else []), "meaning"]
    rows = [head]
    for name, figure in found.items():
        bar = wanted.get(name)
        beside = [str(bar or ""), _verdict(bar, figure)] if bars else []
        rows.append([name, _value(name, figure), _interval(figure), str(figure.questions), *beside, _MEANINGS[name]])
    return table(rows)


def _value(name: str, figure: Figure) -> str:
    return f"{figure.value:.2f} s" if name in LATENCIES else f"{figure.value:.3f}"


def _interval(figure: Figure) -> str:
    return "" if figure.low is None else f"{figure.low:.3f} – {figure.high:.3f}"


def _verdict(bar: Bar | None, figure: Figure) -> str:
    if bar is None:
        return ""
    missing = bar.short_by(figure)
    return f"SHORT by {missing:.3f}" if missing > 0 else "reached"


def group_lines(results: Iterable[Result]) -> list[str]:
    """A table of the main figures by group of questions; empty where there are no groups."""
    groups = {name: (len(members), figures(members)) for name, members in by_group(results).items()}
    shown = [name for name in _GROUP_FIGURES if any(name in found for _, found in groups.values())]
    rows = [["group", "questions", *shown]]
    for group, (count, found) in groups.items():
        rows.append([group, str(count), *(_cell(found.get(name), count) for name in shown)])
    return table(rows) if groups else []


def _cell(figure: Figure | None, count: int) -> str:
    """A figure of a group, with the number of questions where it is taken over fewer than the whole group."""
    if figure is None:
        return "–"
    return f"{figure.value:.3f}" + (f" ({figure.questions})" if figure.questions != count else "")


def difference_lines(differences: Sequence[Difference]) -> list[str]:
    """A table of what changed since an earlier run."""
    rows = [["figure", "before", "after", "difference", "better", "worse", "questions", "p (sign test)"]]
    for one in differences:
        means = [f"{one.before:.3f}", f"{one.after:.3f}", f"{one.after - one.before:+.3f}"]
        rows.append([one.metric, *means, str(one.better), str(one.worse), str(one.pairs), f"{one.p:.3f}"])
    return table(rows)


def skipped_lines(skipped: Sequence[Skipped]) -> list[str]:
    """What was not measured, by file and reason."""
    counts = Counter((one.asked.file, one.reason) for one in skipped)
    lines = [f"Not measured: {len(skipped)} questions"] if skipped else []
    for (file, reason), count in counts.most_common(_SHOWN_FILES):
        lines.append(f"  {count} of {one_line(file) or 'the whole library'}: {one_line(reason)}")
    if len(counts) > _SHOWN_FILES:
        lines.append(f"  and questions of {len(counts) - _SHOWN_FILES} more files; --json lists them all")
    return lines


def miss_lines(results: Iterable[Result], names: Mapping[str, str], limit: int) -> list[str]:
    """The questions that missed, by cause, a few of each.

    Args:
        results: of a run.
        names: file names of documents, by id.
        limit: how many questions of each cause are shown at most, taken evenly; at least 1.
    """
    lines = []
    for cause, missed in by_cause(results).items():
        lines.append(f"{len(missed)} × {cause}")
        for result in missed[:: -(-len(missed) // limit)]:
            pages = ", ".join(map(str, result.asked.pages))
            right = f"{result.asked.file} p. {pages}" if pages else result.asked.file or "no document"
            seen = result.found[0] if result.found else None
            first = f"{names.get(seen[0], seen[0])} p. {seen[1]}" if seen else "nothing"
            lines.append(f"  {one_line(result.asked.question)}")
            lines.append(f"    answer: {one_line(right)}; first result: {one_line(first)}")
            if result.given:
                lines.append(f"    said: {_short(one_line(result.given.text))}")
    return lines


def _short(text: str, most: int = 160) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def one_line(text: str) -> str:
    """Text on one line that cannot steer a terminal: controls, also those that turn the direction, become a sign."""
    spaced = " ".join(text.split())
    return "".join(character if character.isprintable() else "\ufffd" for character in spaced)


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table; Chinese characters take two places."""
    cells = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(cell_len(row[index]) for row in cells) for index in range(len(cells[0]))]
    return [
        "  ".join(cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
