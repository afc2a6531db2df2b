"""Where backups are kept: what every kind of place can do."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

Progress = Callable[[str, float], None]
"""Told what is being done and how much of it, from 0 (not known) to 1; from any thread."""


class Target(Protocol):
    """A place that keeps backups. Every method raises BackupFailed with a sentence."""

    @property
    def shown(self) -> str:
        """Where it is, without anything secret."""
        ...

    @property
    def staging(self) -> Path | None:
        """The folder where a file only has to be renamed; None when it has to be sent."""
        ...

    def prepare(self) -> None:
        """Make it ready; may take its time, so it is called in a thread."""
        ...

    async def put(self, path: Path, name: str, progress: Progress) -> None:
        """Store a finished file under a name and make sure that it is there whole."""
        ...

    async def names(self) -> list[str]:
        """The names of the backups that are there."""
        ...

    async def delete(self, name: str) -> None:
        """Delete a backup."""
        ...


class Remote(Target, Protocol):
    """A target in the network."""

    async def fetch(self, name: str, path: Path, progress: Progress) -> None:
        """Write a backup into a file that is not there yet."""
        ...
