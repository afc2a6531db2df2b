"""Brings the database file to the schema of this program before it is opened.

Migrations are sqlite-utils migrations in `migrations/`, each in its own transaction. What is
pending is read with plain SQL first, so that sqlite-utils is imported only when there is work.
The work is done on a copy (`upgrade`); a file of a newer program is refused untouched.
"""

import importlib.util
import sqlite3
import sys
from pathlib import Path
from types import ModuleType

import msgspec

from chatbox.db.copy import SET_NAME
from chatbox.db.quiet import reading
from chatbox.db.snapshots import list_snapshots, unreadable
from chatbox.db.upgrade import Stages, Tell, Work, try_upgrade, upgrade
from chatbox.errors import StartRefused

OLDEST_SQLITE = (3, 51, 3)


class Schema(msgspec.Struct, frozen=True):
    """The migrations of a file: those it has had, and how it stands to this program."""

    applied: list[str]
    pending: list[str]
    unknown: list[str]


def check_sqlite() -> None:
    """Refuse an SQLite with the WAL-reset corruption bug."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        needed = ".".join(map(str, OLDEST_SQLITE))
        raise StartRefused(
            f"SQLite {sqlite3.sqlite_version} has a bug that can corrupt the database; {needed} or "
            "later is needed. Install the Python package pysqlite3."
        )


def migrate(path: Path, tell: Tell = lambda _: None) -> list[str]:
    """Apply what is pending; answer the names that were applied. `tell` hears of an upgrade.

    Raises `StartRefused` when the file is not a database, is damaged or comes from a newer program,
    and when a migration fails; the file is untouched then.
    """
    check_sqlite()
    schema = known_schema(path)
    if pending := schema.pending:
        work = migration_work(path, pending)
        told = tell if schema.applied else lambda _: None
        upgrade(path, work, label=f"before-{pending[0]}", tell=told)
    return pending


def try_out(path: Path, tell: Tell = lambda _: None) -> None:
    """Apply what is pending to a copy that is deleted; raises `StartRefused` when that fails."""
    check_sqlite()
    if pending := known_schema(path).pending:
        try_upgrade(path, migration_work(path, pending), tell)


def known_schema(path: Path) -> Schema:
    """Read how far a file has been migrated; raises `StartRefused` when it is of a newer program.

    Reading changes nothing, and a file that does not exist has had no migration.
    """
    schema = schema_of(path)
    if schema.unknown:
        fitting = [kept.path.name for kept in list_snapshots(path) if not _unknown_in(kept.path)]
        way = (
            f"go back with `chatbox rollback --to {fitting[0]}`" if fitting else "restore a backup"
        )
        raise StartRefused(
            f"The database {path} was written by a newer chatbox (it knows {schema.unknown[-1]}). "
            f"Start that version, or {way}. Nothing was changed."
        )
    return schema


def schema_of(path: Path) -> Schema:
    """Read how a file stands to this program; raises `StartRefused` when it is no database."""
    known = known_migrations()
    applied = _applied(path)
    return Schema(
        applied=applied,
        pending=[name for name in known if name not in applied],
        unknown=[name for name in applied if name not in known],
    )


def migration_work(path: Path, pending: list[str]) -> Work:
    """What `upgrade` does to the copy: one migration after the other."""

    def work(connection: sqlite3.Connection, stages: Stages) -> frozenset[str]:
        import sqlite_utils  # noqa: PLC0415 - 8 MB and 150 ms that only a migration needs

        database = sqlite_utils.Database(connection)
        shrinking: set[str] = set()
        for number, name in enumerate(pending, 1):
            stages.begin(f"Migrating the database: {name} ({number} of {len(pending)})")
            try:
                module = _load(migrations_folder() / f"{name}.py")
                module.migrations.apply(database)
            except Exception as failure:
                raise StartRefused(
                    f"The migration {name} of the database {path} failed: {failure}. Start the "
                    "version of chatbox that you had before, and report this. Nothing was changed."
                ) from failure
            shrinking |= getattr(module, "SHRINKS", frozenset())
        return frozenset(shrinking)

    return work


def _applied(path: Path) -> list[str]:
    if not path.exists() or path.stat().st_size == 0:
        return []
    try:
        with reading(path) as connection:
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
        raise unreadable(path, failure) from failure


def _unknown_in(path: Path) -> bool:
    try:
        return bool(schema_of(path).unknown)
    except StartRefused:
        return True


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


def _load(file: Path) -> ModuleType:
    name = f"chatbox_migrations.{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise StartRefused(f"The migration {file} cannot be loaded.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
