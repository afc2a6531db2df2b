"""Counters, gauges and histograms, and the text they are told in (Prometheus text format 0.0.4).

Counting is a dictionary look-up and an addition; everything else is done when somebody asks.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal

Labels = tuple[str, ...]
Kind = Literal["counter", "gauge", "histogram"]
Sample = tuple[Labels, float]

MEDIA_TYPE = "text/plain; version=0.0.4"  # Litestar adds the charset
OTHER = "other"


class Counter:
    """A sum that only grows, one for each set of label values."""

    def __init__(self, name: str, help_text: str, labels: Labels = ()) -> None:
        self.name = name
        self._help = help_text
        self._labels = labels
        self._sums: dict[Labels, float] = {} if labels else {(): 0}

    def add(self, *values: str, by: float = 1) -> None:
        """Count; `values` are those of the labels, in their order."""
        self._sums[values] = self._sums.get(values, 0) + by

    def total(self, wanted: Callable[[Labels], bool] = lambda _: True) -> float:
        """The sum over all label values that are wanted."""
        return sum(number for values, number in self._sums.items() if wanted(values))

    def lines(self) -> Iterator[str]:
        """Write it."""
        return family(self.name, "counter", self._help, self._labels, self._sums.items())


class Histogram:
    """How often values fell between bounds, one for each set of label values."""

    def __init__(
        self, name: str, help_text: str, bounds: Sequence[float], labels: Labels = ()
    ) -> None:
        self.name = name
        self.bounds = tuple(bounds)
        self._help = help_text
        self._labels = labels
        self._rows: dict[Labels, list[float]] = {}
        if not labels:
            self._rows[()] = self._new_row()

    def observe(self, value: float, *values: str) -> None:
        """Take a value; `values` are those of the labels, in their order."""
        row = self._rows.get(values)
        if row is None:
            row = self._rows[values] = self._new_row()
        row[bisect_left(self.bounds, value)] += 1
        row[-1] += value

    def counts(self, wanted: Callable[[Labels], bool] = lambda _: True) -> list[float]:
        """Add up the rows that are wanted: a number for each bound, one above them, the sum."""
        total = self._new_row()
        for values, row in self._rows.items():
            if wanted(values):
                total = [one + another for one, another in zip(total, row, strict=True)]
        return total

    def lines(self) -> Iterator[str]:
        """Write it."""
        yield from _head(self.name, "histogram", self._help)
        names = (*self._labels, "le")
        for values, row in self._rows.items():
            running = 0.0
            for bound, count in zip((*self.bounds, "+Inf"), row, strict=False):
                running += count
                yield f"{self.name}_bucket{_braces(names, (*values, str(bound)))} {_text(running)}"
            braces = _braces(self._labels, values)
            yield f"{self.name}_sum{braces} {_text(row[-1])}"
            yield f"{self.name}_count{braces} {_text(running)}"

    def _new_row(self) -> list[float]:
        return [0] * (len(self.bounds) + 2)


class Names:
    """Lets the first few values of a label through; later ones are all called `other`.

    What users choose, such as names, must not make a page of metrics grow without end.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[Labels, Labels] = {}

    def bound(self, *values: str) -> Labels:
        """The values themselves, or `other` for each when there are too many."""
        known = self._known.get(values)
        if known is not None:
            return known
        if len(self._known) >= self._most:
            return (OTHER,) * len(values)
        return self._known.setdefault(values, values)


def gauge(name: str, help_text: str, value: float | None) -> Iterator[str]:
    """Write a number as it is now; nothing when it is not known."""
    samples: list[Sample] = [] if value is None else [((), value)]
    return family(name, "gauge", help_text, (), samples)


def family(
    name: str, kind: Kind, help_text: str, labels: Labels, samples: Iterable[Sample]
) -> Iterator[str]:
    """Write numbers that share a name and differ in their labels; nothing when there are none."""
    is_first = True
    for values, number in samples:
        if is_first:
            yield from _head(name, kind, help_text)
            is_first = False
        yield f"{name}{_braces(labels, values)} {_text(number)}"


def quantile(counts: Sequence[float], bounds: Sequence[float], share: float) -> float | None:
    """Estimate a quantile from the counts of a histogram, None when there are none.

    Between two bounds values are taken to lie evenly; above the last one is the last one.
    """
    rank = share * sum(counts[: len(bounds) + 1])
    if rank <= 0:
        return None
    running, lower = 0.0, 0.0
    for count, bound in zip(counts, bounds, strict=False):
        if running + count >= rank:
            return lower + (bound - lower) * (rank - running) / count
        running, lower = running + count, bound
    return lower


def _head(name: str, kind: Kind, help_text: str) -> tuple[str, str]:
    return f"# HELP {name} {_escape(help_text)}", f"# TYPE {name} {kind}"


def _braces(names: Labels, values: Labels) -> str:
    if not names:
        return ""
    pairs = zip(names, values, strict=True)
    return "{" + ",".join(f'{name}="{_quote(value)}"' for name, value in pairs) + "}"


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _quote(value: str) -> str:
    return _escape(value).replace('"', r"\"")


def _text(number: float) -> str:
    return str(int(number)) if number == int(number) else repr(float(number))
