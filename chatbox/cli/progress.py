"""What takes long is told in one line that changes on a terminal, and once each in a log."""

import re
import sys

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


def end_progress() -> None:
    """Begin a new line after the one that changes."""
    if sys.stdout.isatty():
        print(flush=True)
