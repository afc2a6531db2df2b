"""What takes long is told in one line that changes on a terminal, and once each in a log."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_told: set[str] = set()


def show_progress(text: str) -> None:
    """Show what is being done."""
    if sys.stdout.isatty():
        print(f"\r\x1b[K  {text}", end="", flush=True)
        return
    words = re.sub(r"\d+", "", text)
    if words not in _told:
        _told.add(words)
        print(f"  {text}", flush=True)


@contextmanager
def showing_progress() -> Iterator[Callable[[str], None]]:
    """Lend `show_progress`; afterwards what is printed begins on a new line."""
    shown = False

    def show(text: str) -> None:
        nonlocal shown
        shown = True
        show_progress(text)

    try:
        yield show
    finally:
        if shown and sys.stdout.isatty():
            print(flush=True)
