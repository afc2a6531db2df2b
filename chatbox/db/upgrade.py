"""Changes a database by changing a copy of it, which then takes its place in one step.

Whatever fails, and wherever the process is killed, the file is the old version or the new one:

1. A consistent copy is written into `snapshots/`, not yet under its own name.
2. A second copy, beside the database, is migrated and checked.
3. The log of the old file is written back into it, so that no old log can meet the new file, and
   the snapshot gets its name.
4. The new file is synced and renamed over the old one.

What a killed attempt left behind is removed by the next one, which begins anew.
"""

import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from chatbox.db.files import give_to_owner
from chatbox.db.invariants import violations
from chatbox.db.quiet import beside, reading
from chatbox.db.snapshots import begin_snapshot, clear_unfinished, keep_snapshot
from chatbox.errors import StartRefused
from chatbox.kit.files import sync_file, sync_folder

Tell = Callable[[str], None]
Work = Callable[[sqlite3.Connection, "Stages"], frozenset[str]]
"""Changes the copy; answers the tables that may have fewer rows afterwards."""

COPY = ".upgrading"
TRIAL = ".trial"
SHARE = 3
"""Room for the snapshot, the copy, and a table that is written anew; times the size of the file."""
PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.1
_TICK_SECONDS = 2.0
_TICK_STEPS = 200_000


class Stages:
    """Tells what is being done, and every two seconds for how long, while SQLite works."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._stage = ""
        self._begun = self._told = 0.0

    def begin(self, stage: str) -> None:
        """Begin a stage."""
        self._stage = stage
        self._begun = self._told = time.monotonic()
        self._tell(stage)

    def watch(self, connection: sqlite3.Connection) -> None:
        """Tell of the time while statements of this connection run."""
        connection.set_progress_handler(self._tick, _TICK_STEPS)

    def _tick(self) -> int:
        now = time.monotonic()
        if now - self._told >= _TICK_SECONDS:
            self._told = now
            self._tell(f"{self._stage}: {now - self._begun:.0f} s")
        return 0


def upgrade(path: Path, work: Work, *, label: str, tell: Tell) -> None:
    """Apply `work` to the database, or to a new one where there is none.

    Raises `StartRefused` when it fails; then the file is as it was.
    """
    stages = Stages(tell)
    copy = beside(path, COPY)
    refuse_link(path)
    clear(path)
    try:
        if path.exists() and path.stat().st_size:
            _check_room(path)
            before = _state(path)
            stages.begin(f"Copying the database ({_megabytes(path.stat().st_size)} MB)")
            unfinished = begin_snapshot(path)
            shutil.copyfile(unfinished, copy)
            change_copy(copy, work, stages)
            let_go(path, before)
            _sync(unfinished)
            keep_snapshot(unfinished, label=label)
            sync_folder(unfinished.parent)
        else:
            _refuse_lonely_log(path)
            change_copy(copy, work, stages)
        put_in_place(copy, path)
    except (OSError, sqlite3.Error) as failure:
        raise StartRefused(
            f"The database {path} could not be upgraded: {failure}. Make sure that its disk works "
            "and has room, and start again. Nothing was changed."
        ) from failure
    finally:
        clear(path)


def try_upgrade(path: Path, work: Work, tell: Tell) -> None:
    """Apply `work` to a copy that is deleted; the database may be in use meanwhile.

    Raises `StartRefused` as `upgrade` would.
    """
    stages = Stages(tell)
    copy = beside(path, TRIAL)
    try:
        _remove(path, TRIAL)
        if path.exists() and path.stat().st_size:
            _check_room(path)
            stages.begin(f"Copying the database ({_megabytes(path.stat().st_size)} MB)")
            with reading(path) as source:
                source.execute("VACUUM INTO ?", (str(copy),))
        change_copy(copy, work, stages)
    except (OSError, sqlite3.Error) as failure:
        raise StartRefused(
            f"An upgrade of {path} would fail: {failure}. Nothing was changed."
        ) from failure
    finally:
        _remove(path, TRIAL)


def change_copy(copy: Path, work: Work, stages: Stages) -> None:
    """Apply `work` to a copy that nobody else knows, and check what became of it."""
    copy.touch(mode=0o600)
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        stages.watch(connection)
        connection.execute("PRAGMA synchronous = OFF")  # synced as a whole at the end
        connection.execute("PRAGMA foreign_keys = ON")
        known = violations(connection)
        rows = _rows(connection)
        may_shrink = work(connection, stages)
        stages.begin("Checking the upgraded copy")
        _check(connection, known, {name: rows[name] for name in rows.keys() - may_shrink})
        connection.execute("PRAGMA journal_mode = WAL")


def let_go(path: Path, before: object) -> None:
    """Write the log back into the file and remove it; raises when somebody else has it open.

    A backup may read it just now, and SQLite does not wait for readers here: so this does.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        if before != _state(path):
            raise _changed(path)
        version = _version(connection)
        while (mode := _leave_log(connection)) != "delete" and time.monotonic() < deadline:
            time.sleep(_PAUSE_SECONDS)
            if _version(connection) != version:
                raise _changed(path)
    if mode != "delete":
        raise StartRefused(
            f"Another program has {path} open ({mode}). Close it, and start again. Nothing was "
            "changed."
        )


def _leave_log(connection: sqlite3.Connection) -> str:
    try:
        return str(connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0])
    except sqlite3.OperationalError as failure:
        return str(failure)


def _version(connection: sqlite3.Connection) -> int:
    """A number that changes when others commit, which a read notices."""
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def _changed(path: Path) -> StartRefused:
    return StartRefused(
        f"Another program has changed {path} meanwhile. Close it, and start again. Nothing was "
        "changed."
    )


def put_in_place(copy: Path, path: Path) -> None:
    """Let a whole file take the place of the database, in one step that survives a power cut."""
    copy.chmod(0o600)
    give_to_owner(copy)
    _sync(copy)
    copy.replace(path)
    sync_folder(path.parent)


def refuse_link(path: Path) -> None:
    """Refuse a database that is a link: what is renamed over it would take the link's place."""
    if path.is_symlink():
        raise StartRefused(
            f"{path} is a link to {path.resolve()}. Name the directory of that file with "
            "--data-dir instead. Nothing was changed."
        )


def clear(path: Path) -> None:
    """Remove what an attempt that was killed left behind."""
    clear_unfinished(path)
    _remove(path, COPY)


def _remove(path: Path, ending: str) -> None:
    for file in path.parent.glob(f"{path.name}{ending}*"):
        file.unlink()


def _check_room(path: Path) -> None:
    size = path.stat().st_size
    free = shutil.disk_usage(path.parent).free
    if free < SHARE * size:
        raise StartRefused(
            f"Upgrading {path} needs {_megabytes(SHARE * size)} MB of free space for copies, and "
            f"there are {_megabytes(free)} MB. Make room, and start again. Nothing was changed."
        )


def _refuse_lonely_log(path: Path) -> None:
    log = beside(path, "-wal")
    if log.exists() and log.stat().st_size:
        raise StartRefused(
            f"The database {path} is missing, but its log {log} is there. Put the database back, "
            "or move the log away to begin with an empty one. Nothing was changed."
        )


def _check(connection: sqlite3.Connection, known: dict[str, int], rows: dict[str, int]) -> None:
    """Compare with what was there before: an old fault does not stop an upgrade, a new one does."""
    for says, times in violations(connection).items():
        if times > known.get(says, 0):
            raise sqlite3.IntegrityError(f"the upgraded copy is not sound: {says} ({times} times)")
    after = _rows(connection)
    for name, count in rows.items():
        if after.get(name, 0) < count:
            raise sqlite3.IntegrityError(
                f"the upgraded copy has lost rows of the table {name}: {after.get(name, 0):,} of "
                f"{count:,} are left"
            )


def _rows(connection: sqlite3.Connection) -> dict[str, int]:
    import sqlite_utils  # noqa: PLC0415 - 8 MB and 150 ms that only a migration needs

    database = sqlite_utils.Database(connection)
    plain = connection.execute("SELECT name FROM pragma_table_list WHERE type = 'table'").fetchall()
    names = {row[0] for row in plain} - {"sqlite_schema", "sqlite_temp_schema"}
    return {name: database.table(name).count for name in names & set(database.table_names())}


def _state(path: Path) -> list[tuple[int, int, int]]:
    files = [path, beside(path, "-wal")]
    found = [file.stat() for file in files if file.exists()]
    return [(stat.st_ino, stat.st_size, stat.st_mtime_ns) for stat in found]


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        sync_file(file)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f}"
