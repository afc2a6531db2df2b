"""What `chatbox doctor` finds: a line for each check, with the way out."""

from typing import Literal

import msgspec

State = Literal["ok", "warning", "failure"]


class Finding(msgspec.Struct, frozen=True):
    """The outcome of one check; `text` says what is and what to do."""

    check: str
    state: State
    text: str


def fine(check: str, text: str) -> Finding:
    """Nothing to do."""
    return Finding(check, "ok", text)


def warning(check: str, text: str) -> Finding:
    """It works, but should be looked after."""
    return Finding(check, "warning", text)


def failure(check: str, text: str) -> Finding:
    """It does not work, or will not for long."""
    return Finding(check, "failure", text)


def megabytes(size: int) -> str:
    """Write a size for a person."""
    return f"{size / 1e6:,.0f} MB"
