"""A line on the terminal that says how far a long work is."""

import sys
import time
from types import TracebackType
from typing import Self

_PATIENCE = 0.5
_PAUSE = 0.1


class Line:
    """Shows what is being done once that takes longer than a moment, on a terminal alone."""

    def __init__(self) -> None:
        self._shows = sys.stderr.isatty()
        self._next = time.monotonic() + _PATIENCE
        self._is_dirty = False

    def __enter__(self) -> Self:
        return self

    def show(self, step: str, share: float) -> None:
        """Say what is being done and how much of it, from 0 (not known) to 1; from any thread."""
        now = time.monotonic()
        if self._shows and now >= self._next:
            self._next = now + _PAUSE
            self._is_dirty = True
            known = f"{share:4.0%}" if share else ""
            sys.stderr.write(f"\r\x1b[K  {step} …{known}")
            sys.stderr.flush()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._is_dirty:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
