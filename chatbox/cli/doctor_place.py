"""The doctor's look at the data directory: its disk, its files, who may read and who uses them."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from chatbox.cli.findings import Finding, failure, fine, megabytes, warning
from chatbox.config import Config
from chatbox.db.condition import SMALL_DISK_SHARE
from chatbox.db.lock import owner_of
from chatbox.db.quiet import has_log
from chatbox.db.replace import MARK
from chatbox.db.snapshots import list_snapshots
from chatbox.db.upgrade import SHARE
from chatbox.kit.clock import now_ms, rfc3339
from chatbox.system.backup.state import last_backup

_MOUNTS = Path("/proc/self/mounts")
_REMOTE = re.compile(
    r"nfs\d?|cifs|smb\w*|9p|afs|ceph|glusterfs|fuse(\..*)?|fuseblk|virtiofs|vboxsf"
)
OLD_BACKUP_MS = 7 * 24 * 3_600_000
_GONE = {"tmpfs", "ramfs"}
_LEFT = ("chatbox.db.upgrading*", "chatbox.restore*", "chatbox.db.trial*", "chatbox.probe")


def check_place(config: Config) -> Iterator[Finding]:
    """Check what can be told without opening the database."""
    folder = config.data_path
    if is_hidden(folder):
        yield failure(
            "directory",
            f"{folder} lies in a directory that is closed to this user. Run the doctor as the user "
            "of the server, as with sudo -u.",
        )
        return
    if not folder.is_dir():
        yield warning("directory", f"{folder} is not there yet. The first start makes it.")
        return
    yield _directory(folder)
    if not is_readable(folder):
        return
    yield _file_system(folder)
    yield _space(config)
    yield _modes(config)
    yield _server(config)
    yield _leftovers(folder)
    yield _snapshots(folder)
    yield _backup(folder)


def is_hidden(folder: Path) -> bool:
    """Tell whether this user may not even know if the directory is there."""
    try:
        folder.stat()
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def is_readable(folder: Path) -> bool:
    """Tell whether this user may look into the data directory."""
    return os.access(folder, os.R_OK | os.X_OK)


def _directory(folder: Path) -> Finding:
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return failure(
            "directory",
            f"{folder} cannot be read and written by this user, or its disk is read-only. Make it "
            "yours (chown), or choose another one with --data-dir.",
        )
    return fine("directory", str(folder))


def _file_system(folder: Path) -> Finding:
    kind = file_system_of(folder)
    if kind is None:
        return fine("disk", "What kind of file system it is cannot be told on this system.")
    if _REMOTE.fullmatch(kind):
        return warning(
            "disk",
            f"The file system is {kind}. Locks and the write-ahead log do not work reliably on "
            "network and user-space file systems; move the data to a local disk.",
        )
    if kind in _GONE:
        return warning("disk", f"The file system is {kind}: everything is gone after a restart.")
    return fine("disk", f"The file system is {kind}.")


def file_system_of(folder: Path, mounts: Path = _MOUNTS) -> str | None:
    """Name the kind of the file system that a folder is on, where the system tells."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    whole = folder.resolve()
    best, kind = -1, None
    for line in lines:
        _, point, name, *_ = line.split(" ")
        where = Path(re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), point))
        if (where == whole or where in whole.parents) and len(where.parts) >= best:
            best, kind = len(where.parts), name
    return kind


def _space(config: Config) -> Finding:
    usage = shutil.disk_usage(config.data_path)
    needed = min(config.storage.least_free_bytes, int(usage.total * SMALL_DISK_SHARE))
    if usage.free < needed:
        return failure(
            "space",
            f"{megabytes(usage.free)} are free, and new replies are refused below "
            f"{megabytes(needed)}. Make room.",
        )
    database = config.data_path / "chatbox.db"
    upgrade = SHARE * database.stat().st_size if database.exists() else 0
    if usage.free < upgrade:
        return warning(
            "space",
            f"{megabytes(usage.free)} are free, and an upgrade needs {megabytes(upgrade)} for "
            "copies. Make room before the next one.",
        )
    return fine("space", f"{megabytes(usage.free)} are free.")


def _modes(config: Config) -> Finding:
    if os.name != "posix":
        return fine("modes", "This system has no modes.")
    folder, key = config.data_path, config.master_key_path
    files = [folder, *folder.glob("chatbox.*"), *([key] if key.exists() else [])]
    found = [(file, file.stat()) for file in files if file.exists()]
    foreign = [file for file, stat in found if stat.st_uid != os.geteuid()]
    if foreign:
        return warning(
            "modes",
            f"{_names(foreign)} belongs to another user than the one who asks. The server must run "
            "as the owner of all its files; run the doctor as that user, too.",
        )
    if open_ones := [file for file, stat in found if stat.st_mode & 0o077]:
        return warning(
            "modes",
            f"Others may use {_names(open_ones)}. The next start closes it to them, or do it now "
            "with chmod go-rwx.",
        )
    return fine("modes", "Only the owner may read the directory, the database and the key.")


def _server(config: Config) -> Finding:
    folder = config.data_path
    owner = owner_of(folder)
    if owner is not None:
        return fine("server", f"A chatbox runs here (process {owner or 'unknown'}).")
    if has_log(folder / "chatbox.db") and config.storage.checkpoints != "litestream":
        return warning(
            "server",
            "No chatbox runs here, and the last one ended without notice. Nothing is lost: the "
            "next start checks the file and completes what was unfinished.",
        )
    return fine("server", "No chatbox runs here.")


def _leftovers(folder: Path) -> Finding:
    if (mark := folder / MARK).exists() and owner_of(folder) is None:
        return warning(
            "leftovers",
            f"A restore or rollback was cut off, and {mark} tells how far it came. The next start "
            "undoes or completes it; delete nothing.",
        )
    files = [file for pattern in _LEFT for file in folder.glob(pattern)]
    files += folder.glob("snapshots/*.partial*")
    if not files:
        return fine("leftovers", "Nothing is left of work that was cut off.")
    size = sum(file.stat().st_size for file in files)
    return warning(
        "leftovers",
        f"{_names(files)} ({megabytes(size)}) is left of work that was cut off, unless it is being "
        "done just now. The next upgrade removes it; it may be deleted.",
    )


def _snapshots(folder: Path) -> Finding:
    found = list_snapshots(folder / "chatbox.db")
    if not found:
        return fine("snapshots", "There are none; an upgrade makes one.")
    size = sum(one.size for one in found)
    text = f"{len(found)} with {megabytes(size)}, the newest of {found[0].made_at}."
    if size > shutil.disk_usage(folder).free:
        return warning("snapshots", f"{text} They take more than is free; delete old ones.")
    return fine("snapshots", text)


def _backup(folder: Path) -> Finding:
    state = last_backup(folder)
    if state.last_good is None and state.last is None:
        return warning("backup", "No backup was made yet. `chatbox backup` makes one.")
    if state.last is not None and not state.last.is_good:
        return warning(
            "backup", f"The last one, of {rfc3339(state.last.at)}, failed: {state.last.error}"
        )
    good = state.last_good or state.last
    text = f"The last one is of {rfc3339(good.at)}." if good else ""
    if good and now_ms() - good.at > OLD_BACKUP_MS:
        return warning("backup", f"{text} `chatbox backup` makes a new one.")
    return fine("backup", text)


def _names(files: list[Path]) -> str:
    return ", ".join(str(file) for file in files[:3]) + (" and more" if len(files) > 3 else "")
