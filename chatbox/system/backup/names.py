"""The names of backups, which tell when each began, and which of them are kept."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import msgspec

from chatbox.kit.clock import rfc3339

NAME = re.compile(r"chatbox-(\d{4}-\d\d-\d\dT\d{9}Z)\.db(\.cbx)?")
SEALED = ".cbx"


class Keep(msgspec.Struct, frozen=True):
    """How many are kept: the newest, one a day and one a week. All zero keeps everything."""

    newest: int = 0
    daily: int = 0
    weekly: int = 0


def name_at(ms: int, *, sealed: bool) -> str:
    """Name a backup that began at a time: `chatbox-2026-11-26T083316120Z.db`."""
    stamp = rfc3339(ms).replace(":", "").replace(".", "")
    return f"chatbox-{stamp}.db{SEALED if sealed else ''}"


def is_backup(name: str) -> bool:
    """Tell whether a file's name is one that chatbox gives; no other file is ever deleted."""
    return NAME.fullmatch(name) is not None


def outdated(names: Iterable[str], keep: Keep, *, made: str | None = None) -> list[str]:
    """Name the backups that nobody wants to keep, oldest first; the newest one is always kept.

    `made` is the one just made. Those that claim to be younger were named by a wrong clock: they
    are left alone, and do not count.
    """
    backups = sorted(filter(is_backup, names), key=_begun, reverse=True)
    if keep == Keep():
        return []
    if made is not None:
        backups = [name for name in backups if _begun(name) <= _begun(made)]
    kept = set(backups[: max(1, keep.newest)])
    kept |= _newest_of_each(backups, keep.daily, lambda moment: moment.strftime("%Y-%m-%d"))
    kept |= _newest_of_each(backups, keep.weekly, lambda moment: moment.strftime("%G-%V"))
    return [name for name in reversed(backups) if name not in kept]


def _newest_of_each(backups: list[str], count: int, period: Callable[[datetime], str]) -> set[str]:
    """The newest of each of the last so many periods that have any."""
    newest: dict[str, str] = {}
    for name in backups:
        newest.setdefault(period(_begun(name)), name)
    return set(list(newest.values())[:count])


def _begun(name: str) -> datetime:
    found = NAME.fullmatch(name)
    if found is None:
        raise ValueError(name)
    try:
        return datetime.strptime(found[1], "%Y-%m-%dT%H%M%S%fZ").replace(tzinfo=UTC)
    except ValueError:  # the 99th of a month: made by somebody else
        return datetime.max.replace(tzinfo=UTC)
