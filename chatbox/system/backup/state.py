"""What became of the last backup, in a small file beside the database.

It is a file and not a table so that it can be written while the database cannot, and read while
no server runs.
"""

from pathlib import Path

import msgspec

from chatbox.kit.files import replace_file

FILE = "chatbox.backup.json"


class Attempt(msgspec.Struct, frozen=True):
    """One try at a backup. `at` is when it began, in milliseconds; `error` says why it failed."""

    at: int
    seconds: float
    where: str
    name: str
    size: int = 0
    error: str = ""
    warning: str = ""

    @property
    def is_good(self) -> bool:
        """A backup was made and checked."""
        return not self.error


class BackupState(msgspec.Struct, frozen=True):
    """The newest attempt, and the newest one that worked."""

    last: Attempt | None = None
    last_good: Attempt | None = None


def last_backup(data: Path) -> BackupState:
    """Read what is known of the backups of a data directory; a damaged file counts as none."""
    try:
        return msgspec.json.decode((data / FILE).read_bytes(), type=BackupState)
    except (OSError, msgspec.DecodeError):
        return BackupState()


def note_attempt(data: Path, attempt: Attempt) -> None:
    """Remember an attempt. Raises OSError."""
    good = attempt if attempt.is_good else last_backup(data).last_good
    state = BackupState(last=attempt, last_good=good)
    replace_file(data / FILE, msgspec.json.encode(state) + b"\n")
