"""The recent past in arrays of fixed size: what the charts show and the alerts look at."""

import math
from array import array
from collections.abc import Mapping, Sequence

UNKNOWN = math.nan


class Ring:
    """The last `size` points of some series, `step` seconds apart."""

    def __init__(self, names: Sequence[str], *, step: int, size: int) -> None:
        self.step = step
        self.size = size
        self.last_ms = 0
        self._next = 0
        self._series = {name: array("d", [UNKNOWN]) * size for name in names}

    def add(self, point: Mapping[str, float], *, at_ms: int) -> None:
        """Append a point; steps that were missed, as on a sleeping computer, stay unknown."""
        if self.last_ms:
            missed = round((at_ms - self.last_ms) / 1000 / self.step) - 1
            for _ in range(min(max(missed, 0), self.size)):
                self._put({})
        self._put(point)
        self.last_ms = at_ms

    def newest(self, name: str, count: int | None = None) -> list[float]:
        """The last points of a series, oldest first; NaN where nothing is known."""
        series = self._series[name]
        ordered = series[self._next :] + series[: self._next]
        return ordered.tolist()[-count:] if count else ordered.tolist()

    def total(self, name: str, count: int) -> float:
        """Add up what is known of the last points."""
        return math.fsum(value for value in self.newest(name, count) if not math.isnan(value))

    def _put(self, point: Mapping[str, float]) -> None:
        for name, series in self._series.items():
            series[self._next] = point.get(name, UNKNOWN)
        self._next = (self._next + 1) % self.size
