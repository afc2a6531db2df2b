"""Putting a backup back: check a copy of it first, then let it take the database's place.

The backup itself is only read. What was there before is moved into `replaced-<time>/`, never
deleted. Hold the `DirectoryLock` around both steps.
"""

import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from chatbox.config import Config
from chatbox.db.copy import Contents, check_copy
from chatbox.db.database import StorageFailed
from chatbox.db.forget import forget_logins
from chatbox.db.migrate import known_migrations
from chatbox.db.replace import STAGED, replace_database
from chatbox.errors import BackupFailed
from chatbox.kit.clock import now_ms, rfc3339
from chatbox.kit.files import Stopped, copy_synced, create_private, sync_file
from chatbox.kit.sealed import MAGIC, CannotUnseal, is_sealed, unseal
from chatbox.kit.secretbox import SecretBox, load_master_key
from chatbox.system.backup.target import Progress


def needs_passphrase(backup: Path) -> bool:
    """Tell whether a backup is sealed. Raises BackupFailed when it cannot be read."""
    try:
        with backup.open("rb") as file:
            return is_sealed(file.read(len(MAGIC)))
    except OSError as failure:
        raise BackupFailed(f"The backup {backup} cannot be read: {failure.strerror}.") from failure


def stage(
    backup: Path, data: Path, passphrase: str, progress: Progress, stop: threading.Event
) -> Contents:
    """Copy or unseal a backup into the data directory and check it; answer what it holds.

    Raises BackupFailed and Stopped; then nothing is left.
    """
    staged = data / STAGED
    _refuse_live(backup, data)
    try:
        if needs_passphrase(backup):
            _unseal(backup, staged, passphrase, progress, stop)
        else:
            copy_synced(backup, staged, stop=stop, progress=partial(progress, "Copying"))
        progress("Checking", 0.0)
        contents = check_copy(staged, known_migrations(), stop=stop, called=backup)
        _refuse_foreign(contents, backup)
        forget_logins(staged)
        return contents
    except (OSError, StorageFailed) as failure:
        staged.unlink(missing_ok=True)
        why = failure.strerror if isinstance(failure, OSError) else failure
        raise BackupFailed(f"The backup {backup} cannot be copied to {data}: {why}.") from failure
    except BaseException:
        staged.unlink(missing_ok=True)
        raise


def check_key(contents: Contents, config: Config, environ: Mapping[str, str]) -> None:
    """Refuse a backup whose secrets the present master key cannot open. Raises BackupFailed."""
    if not contents.holds_secrets or contents.fingerprint is None:
        return
    wanted, path = contents.fingerprint[:8], config.master_key_path
    way_out = (
        "Put the right file there or name it with --master-key-file; or, when that key is lost, "
        "restore with --without-secrets and enter the secrets of providers again. Nothing was "
        "changed."
    )
    if not path.exists() and not environ.get("CHATBOX_MASTER_KEY"):
        raise BackupFailed(
            f"The secrets in the backup need the master key with the fingerprint {wanted}…, and "
            f"there is none: the file {path} is missing. {way_out}"
        )
    try:
        box = SecretBox(load_master_key(path, environ, create=False))
    except OSError as failure:
        raise BackupFailed(
            f"The master key file {path} cannot be read: {failure.strerror}. {way_out}"
        ) from failure
    if box.fingerprint != contents.fingerprint:
        raise BackupFailed(
            f"The secrets in the backup need the master key with the fingerprint {wanted}…, but "
            f"the present one ({path}) has {box.fingerprint[:8]}…. {way_out}"
        )


def swap(data: Path) -> Path:
    """Let the staged file take the database's place; answer where the files from before are."""
    stamp = rfc3339(now_ms()).replace(":", "").replace(".", "")
    never = threading.Event()
    check = partial(check_copy, known=known_migrations(), stop=never)
    try:
        replace_database(data, folder=f"replaced-{stamp}", check=check)
    except OSError as failure:
        raise BackupFailed(
            f"The backup could not take the place of the database: {failure.strerror}. "
            "Everything is as it was."
        ) from failure
    return data / f"replaced-{stamp}"


def _refuse_live(backup: Path, data: Path) -> None:
    if backup.resolve() == data / "chatbox.db":
        raise BackupFailed(f"{backup} is the present database, not a backup of it.")
    log = backup.with_name(f"{backup.name}-wal")
    if log.exists() and log.stat().st_size:
        raise BackupFailed(
            f"{backup} is no backup but the file of a database in use: {log.name} beside it holds "
            "a part of it. Make a backup of it with `chatbox backup --data-dir` first."
        )


def _refuse_foreign(contents: Contents, backup: Path) -> None:
    """What would run on every later write must not come in with a backup."""
    if contents.foreign:
        raise BackupFailed(
            f"The backup {backup} holds {contents.foreign[0]!r}, a trigger or view, which chatbox "
            "never makes: somebody has changed the file."
        )


def _unseal(
    backup: Path, staged: Path, passphrase: str, progress: Progress, stop: threading.Event
) -> None:
    size = max(1, backup.stat().st_size)
    done = 0

    def tick(count: int) -> None:
        nonlocal done
        if stop.is_set():
            raise Stopped
        done += count
        progress("Unsealing", done / size)

    try:
        with backup.open("rb") as source, create_private(staged) as target:
            unseal(source, target, passphrase, tick=tick)
            sync_file(target)
    except CannotUnseal as failure:
        raise BackupFailed(f"The backup {backup} cannot be opened. {failure}") from failure
