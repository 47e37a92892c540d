"""Bars that figures have to reach."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ingest.errors import ConfigError
from retrieval.figures import LESS_IS_BETTER, NAMES, Figure


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure has to reach: at least `value`; of figures of which less is better, at most.

    Attributes:
        metric: the figure's name.
        value: 0..1; of latencies seconds.
    """

    metric: str
    value: float

    def __str__(self) -> str:
        return f"{'at most' if self.metric in LESS_IS_BETTER else 'at least'} {self.value:g}"

    def short_by(self, figure: Figure) -> float:
        """How much is missing; 0 or less where the bar is reached."""
        return figure.value - self.value if self.metric in LESS_IS_BETTER else self.value - figure.value


def parse_bar(text: str) -> Bar:
    """Read a bar as it stands on the command line: ``page-hit@5=0.9``.

    Raises:
        ConfigError: there is no figure of that name, or the value is none that it can have.
    """
    metric, _, value = text.partition("=")
    if metric not in NAMES:
        raise ConfigError(f"--fail-under {text}: there is no figure {metric!r}. The figures are: {', '.join(NAMES)}.")
    try:
        bar = Bar(metric, float(value))
    except ValueError as error:
        raise ConfigError(f"--fail-under {text}: write a number behind {metric}=.") from error
    if not 0 <= bar.value <= (1 if not metric.startswith("latency") else float("inf")):
        raise ConfigError(f"--fail-under {text}: {metric} lies between 0 and 1.")
    return bar


def shortfalls(figures: Mapping[str, Figure], bars: Iterable[Bar]) -> list[str]:
    """A sentence for each bar that is not reached: which, by how much."""
    found = []
    for bar in bars:
        figure = figures.get(bar.metric)
        if figure is None:
            found.append(f"{bar.metric} was not measured: no question of the file bears on it")
        elif (missing := bar.short_by(figure)) > 0:
            found.append(f"{bar.metric} is {figure.value:.4f}, {bar} was wanted: {missing:.4f} short")
    return found
