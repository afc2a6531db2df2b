"""Brings the database file to the schema of this program before it is opened.

Migrations are sqlite-utils migrations in `migrations/`, each in its own transaction. What is
pending is read with plain SQL first, so that sqlite-utils is imported only when there is work.
A file with data is copied to `snapshots/` before it is changed; a file of a newer program is
refused untouched.
"""

import importlib.util
import sqlite3
import sys
from pathlib import Path
from types import ModuleType

from chatbox.db.copy import SET_NAME
from chatbox.errors import StartRefused
from chatbox.kit.clock import now_ms, rfc3339

OLDEST_SQLITE = (3, 51, 3)


def check_sqlite() -> None:
    """Refuse an SQLite with the WAL-reset corruption bug."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        needed = ".".join(map(str, OLDEST_SQLITE))
        raise StartRefused(
            f"SQLite {sqlite3.sqlite_version} has a bug that can corrupt the database; {needed} or "
            "later is needed. Install the Python package pysqlite3."
        )


def migrate(path: Path) -> list[str]:
    """Apply what is pending; answer the names that were applied.

    Raises `StartRefused` when the file is not a database, is damaged or comes from a newer program.
    """
    check_sqlite()
    known = known_migrations()
    applied = _applied(path)
    if newer := [name for name in applied if name not in known]:
        raise StartRefused(
            f"The database {path} was written by a newer chatbox (it knows {newer[-1]}). Start "
            "that version, or restore an older snapshot. Nothing was changed."
        )
    pending = [name for name in known if name not in applied]
    if not pending:
        return []
    if applied:
        snapshot(path, label=f"before-{pending[0]}")
    _apply(path)
    return pending


def snapshot(path: Path, *, label: str) -> Path:
    """Write a consistent copy of the database into `snapshots/` beside it and check it."""
    folder = path.parent / "snapshots"
    folder.mkdir(mode=0o700, exist_ok=True)
    stamp = rfc3339(now_ms()).replace(":", "").replace(".", "")
    copy = folder / f"{path.stem}-{stamp}-{label}.db"
    unfinished = copy.with_suffix(".partial")
    unfinished.unlink(missing_ok=True)
    with _connect(path) as source:
        source.execute("VACUUM INTO ?", (str(unfinished),))
    source.close()
    unfinished.chmod(0o600)
    with _connect(unfinished) as check:
        verdict = check.execute("PRAGMA integrity_check").fetchone()[0]
    check.close()
    if verdict != "ok":
        raise StartRefused(f"The snapshot of {path} is damaged: {verdict}. Nothing was changed.")
    unfinished.rename(copy)
    return copy


def _applied(path: Path) -> list[str]:
    if not path.exists():
        return []
    connection = _connect(path)
    try:
        table = connection.execute(
            "SELECT count(*) FROM sqlite_schema WHERE name = '_sqlite_migrations'"
        ).fetchone()[0]
        if not table:
            return []
        rows = connection.execute(
            "SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY rowid",
            (SET_NAME,),
        ).fetchall()
        return [row[0] for row in rows]
    except sqlite3.DatabaseError as failure:
        raise StartRefused(
            f"The file {path} cannot be read as a database: {failure}. Restore a snapshot or a "
            "backup. Nothing was changed."
        ) from failure
    finally:
        connection.close()


def _apply(path: Path) -> None:
    import sqlite_utils  # noqa: PLC0415 - 8 MB and 150 ms that only a migration needs

    connection = _connect(path)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
        database = sqlite_utils.Database(connection)
        for module in _modules():
            module.migrations.apply(database)
    finally:
        connection.close()
    path.chmod(0o600)


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=10)


def migrations_folder() -> Path:
    """Find `migrations/`: inside the package of a wheel or executable, beside it in a checkout."""
    package = Path(__file__).parents[1]
    packed = package / "migrations"
    return packed if packed.is_dir() else package.parent / "migrations"


def known_migrations() -> list[str]:
    """The names of all migrations of this program, in order."""
    return [file.stem for file in _files()]


def _files() -> list[Path]:
    files = sorted(migrations_folder().glob("m[0-9][0-9][0-9][0-9]_*.py"))
    if not files:
        raise StartRefused(f"The folder {migrations_folder()} holds no migrations.")
    return files


def _modules() -> list[ModuleType]:
    return [_load(file) for file in _files()]


def _load(file: Path) -> ModuleType:
    name = f"chatbox_migrations.{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise StartRefused(f"The migration {file} cannot be loaded.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
