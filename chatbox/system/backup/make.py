"""Making a backup: copy, check, seal, hand over, thin out; whatever happens, nothing is left over.

The copy is made beside the database, in its private directory, or in a target directory when it is
not to be sealed. One backup of a data directory is made at a time.
"""

import asyncio
import contextlib
import logging
import os
import shutil
import threading
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import msgspec

from chatbox.db.copy import Contents, check_copy, copy_database
from chatbox.db.database import StorageFailed
from chatbox.db.forget import forget_logins
from chatbox.db.lock import BackupLock, LockTaken, check_owner
from chatbox.db.migrate import known_migrations
from chatbox.errors import BackupFailed, BackupUnderWay, StartRefused
from chatbox.kit.clock import now_ms
from chatbox.kit.files import Stopped, create_private, sync_file
from chatbox.kit.sealed import CannotUnseal, seal, unseal
from chatbox.kit.tasks import stoppable, uncancelled
from chatbox.system.backup.names import Keep, name_at, outdated
from chatbox.system.backup.state import Attempt, note_attempt
from chatbox.system.backup.target import Progress, Target

logger = logging.getLogger(__name__)

_LEFT = "chatbox.backup-*.partial"


class Plan(msgspec.Struct, frozen=True):
    """What to back up and how. An empty passphrase seals nothing."""

    data: Path
    target: Target
    passphrase: str = ""
    keep: Keep = Keep()
    least_free_bytes: int = 0

    @property
    def database(self) -> Path:
        """The file that is backed up."""
        return self.data / "chatbox.db"


class Made(msgspec.Struct, frozen=True):
    """A backup that was made; `attempt` is what is remembered of it."""

    attempt: Attempt
    contents: Contents
    deleted: list[str]


async def back_up(plan: Plan, progress: Progress = lambda _step, _share: None) -> Made:
    """Make a backup and remember how it went. Raises BackupFailed."""
    with _alone(plan):
        begun, clock = now_ms(), time.monotonic()
        name = name_at(begun, sealed=bool(plan.passphrase))
        attempt = Attempt(at=begun, seconds=0.0, where=plan.target.shown, name=name)
        try:
            made = await _make(plan, attempt, progress)
        except (BackupFailed, OSError) as failure:
            text = _words(failure)
            _note(plan, msgspec.structs.replace(attempt, error=text, seconds=_since(clock)))
            raise BackupFailed(text) from failure
        attempt = msgspec.structs.replace(made.attempt, seconds=_since(clock))
        _note(plan, attempt)
        return msgspec.structs.replace(made, attempt=attempt)


def sweep(data: Path) -> None:
    """Delete what a backup that was killed left in the data directory, unless one is at work."""
    with contextlib.suppress(StartRefused, OSError), BackupLock(data):
        _delete(data.glob(_LEFT))


async def _make(plan: Plan, attempt: Attempt, progress: Progress) -> Made:
    beside = plan.data / f"chatbox.backup-{attempt.name}.partial"
    staging = plan.target.staging
    ready = beside if staging is None else staging / f".{attempt.name}.partial"
    plain = beside.with_name(f"chatbox.backup-{attempt.at}.partial") if plan.passphrase else ready
    try:
        contents, size = await stoppable(partial(_prepare, plan, plain, ready, progress))
        await plan.target.put(ready, attempt.name, progress)
    finally:
        await uncancelled(asyncio.to_thread(_delete, [plain, ready]))
    deleted, warning = await _thin_out(plan, attempt.name)
    attempt = msgspec.structs.replace(attempt, size=size, warning=warning)
    return Made(attempt=attempt, contents=contents, deleted=deleted)


def _prepare(
    plan: Plan, plain: Path, ready: Path, progress: Progress, stop: threading.Event
) -> tuple[Contents, int]:
    """Make the file that is handed over, in a thread; answer what it holds and its size."""
    _delete(plan.data.glob(_LEFT))
    plan.target.prepare()
    _check_room(plan, {plain.parent, ready.parent})
    copy_database(plan.database, plain, stop=stop, progress=partial(progress, "Copying"))
    _leave_out_logins(plain)
    progress("Checking", 0.0)
    contents = check_copy(plain, known_migrations(), stop=stop, called=plan.database)
    if plan.passphrase:
        _seal(plain, ready, plan.passphrase, progress, stop)
        plain.unlink()  # sending may take hours
    return contents, ready.stat().st_size


def _leave_out_logins(plain: Path) -> None:
    try:
        forget_logins(plain)
    except StorageFailed as failure:
        raise BackupFailed(f"The backup could not be written: {failure}.") from failure
    with plain.open("rb+") as file:
        sync_file(file)


def _delete(files: Iterable[Path]) -> None:
    for file in files:
        try:
            if file.exists():
                file.unlink(missing_ok=True)
        except OSError as failure:
            logger.warning("%s could not be deleted: %s", file, failure.strerror)


def _words(failure: BackupFailed | OSError) -> str:
    if isinstance(failure, OSError):
        return f"The backup could not be written: {failure.strerror} ({failure.filename})."
    return str(failure)


def _seal(
    plain: Path, ready: Path, passphrase: str, progress: Progress, stop: threading.Event
) -> None:
    """Seal a file, then read the sealed one once to its end."""
    size = max(1, plain.stat().st_size)
    done = 0

    def tick(step: str, count: int) -> None:
        nonlocal done
        if stop.is_set():
            raise Stopped
        done += count
        progress(step, done / size)

    with plain.open("rb") as source, create_private(ready) as target:
        seal(source, target, passphrase, tick=partial(tick, "Sealing"))
        sync_file(target)
    done = 0
    try:
        with ready.open("rb") as source, open(os.devnull, "wb") as nowhere:
            unseal(source, nowhere, passphrase, tick=partial(tick, "Checking"))
    except CannotUnseal as failure:
        raise BackupFailed(f"The sealed backup cannot be read back. {failure}") from failure
    if done != plain.stat().st_size:
        raise BackupFailed("The sealed backup does not hold everything.")


def _check_room(plan: Plan, folders: set[Path]) -> None:
    files = (plan.database, plan.data / "chatbox.db-wal")
    size = sum(file.stat().st_size for file in files if file.exists())
    needed = size * (2 if plan.passphrase and len(folders) == 1 else 1) + plan.least_free_bytes
    for folder in folders:
        free = shutil.disk_usage(folder).free
        if free < needed:
            raise BackupFailed(
                f"There is not enough room in {folder} for a backup: {needed / 1e6:,.0f} MB are "
                f"needed and {free / 1e6:,.0f} MB are free."
            )


async def _thin_out(plan: Plan, made: str) -> tuple[list[str], str]:
    """Delete what is kept no longer; a failure does not make the new backup a bad one."""
    deleted: list[str] = []
    try:
        names = await plan.target.names() if plan.keep != Keep() else []
        for name in outdated(names, plan.keep, made=made):
            await plan.target.delete(name)
            deleted.append(name)
    except BackupFailed as failure:
        return deleted, f"Old backups could not be deleted. {failure}"
    return deleted, ""


@contextlib.contextmanager
def _alone(plan: Plan) -> Iterator[None]:
    if not plan.database.exists():
        raise BackupFailed(f"There is no database {plan.database}.")
    with contextlib.ExitStack() as stack:
        try:
            check_owner(plan.data)
        except StartRefused as refused:
            raise BackupFailed(str(refused)) from refused
        try:
            stack.enter_context(BackupLock(plan.data))
        except LockTaken as taken:
            raise BackupUnderWay(str(taken)) from taken
        except StartRefused as refused:
            raise BackupFailed(str(refused)) from refused
        yield


def _note(plan: Plan, attempt: Attempt) -> None:
    try:
        note_attempt(plan.data, attempt)
    except OSError as failure:
        logger.warning("the state of backups could not be saved: %s", failure.strerror)


def _since(clock: float) -> float:
    return round(time.monotonic() - clock, 3)
