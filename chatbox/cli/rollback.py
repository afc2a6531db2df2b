"""`chatbox rollback`: back to the database as it was before an upgrade."""

import argparse
import os
import sys
from pathlib import Path

from chatbox.cli.command import Command, Parser, add_place_options
from chatbox.cli.findings import megabytes
from chatbox.cli.stages import showing_progress
from chatbox.config import Loaded
from chatbox.db.lock import BackupLock, DirectoryLock
from chatbox.db.migrate import schema_of
from chatbox.db.replace import settle
from chatbox.db.returning import Returned, choose_snapshot, give_back
from chatbox.db.since import Since, count_since
from chatbox.db.snapshots import Snapshot, list_snapshots
from chatbox.errors import StartRefused

EXIT_DECLINED = 1
_DESCRIPTION = (
    "Give back a snapshot that an upgrade made, so that the chatbox of before can be used again. "
    "The present database is moved into replaced-<time>/, and what came since the snapshot is "
    "written to exports/ as JSON lines. The server must be stopped."
)


def _add_options(parser: Parser) -> None:
    parser.add_argument("--list", action="store_true", help="list the snapshots, newest first")
    parser.add_argument("--to", metavar="SNAPSHOT", help="a snapshot by its name (default: newest)")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    add_place_options(parser)


def _run(options: argparse.Namespace, loaded: Loaded) -> int:
    database = loaded.config.data_path / "chatbox.db"
    if options.list:
        return _list(database)
    if not database.parent.is_dir():
        raise StartRefused(
            f"There is no data directory {database.parent}. Name it with --data-dir."
        )
    if options.dry_run:
        _tell_plan(choose_snapshot(database, options.to), database)
        print("Nothing was changed.")
        return 0
    os.umask(0o077)
    with DirectoryLock(database.parent), BackupLock(database.parent):
        if told := settle(database.parent):
            print(told)
        snapshot = choose_snapshot(database, options.to)
        _tell_plan(snapshot, database)
        if not options.yes and not _is_confirmed():
            print("Nothing was changed.")
            return EXIT_DECLINED
        with showing_progress() as show:
            returned = give_back(database, snapshot, show)
    _tell_outcome(database, returned)
    return 0


def _list(database: Path) -> int:
    found = list_snapshots(database)
    if not found:
        print(f"There are no snapshots in {database.parent / 'snapshots'}.")
    for one in found:
        print(f"{one.path.name}  {one.made_at}  before {one.before}  {megabytes(one.size)}")
    return 0


def _tell_plan(snapshot: Snapshot, database: Path) -> None:
    print(f"The snapshot {snapshot.path.name} of {snapshot.made_at} takes the place of {database}.")
    since = count_since(database, snapshot.path)
    if since.problem is not None:
        print(f"What came since cannot be exported: {since.problem}.")
    else:
        print(f"Since then came {_amount(since)}; they will not be in the database any more.")


def _is_confirmed() -> bool:
    if not sys.stdin.isatty():
        raise StartRefused("Say --yes when nobody can be asked. Nothing was changed.")
    return input("Go back? [y/N] ").strip().lower() in ("y", "yes")


def _tell_outcome(database: Path, returned: Returned) -> None:
    since = returned.since
    print(f"{database} is at {_newest(database)} again.")
    if returned.aside.exists():
        print(f"The file of before is in {returned.aside}.")
    if since.file is not None:
        print(f"Exported {_amount(since)} to {since.file}.")
    print("Now start the chatbox of before. A newer one would upgrade the database again.")


def _newest(database: Path) -> str:
    applied = schema_of(database).applied
    return applied[-1] if applied else "an empty schema"


def _amount(since: Since) -> str:
    return f"{since.sessions} new or changed sessions and {since.messages} messages"


COMMAND = Command(
    "rollback",
    "undo an upgrade",
    _DESCRIPTION,
    _add_options,
    _run,
    examples=(
        ("chatbox rollback --list", "name the snapshots"),
        ("chatbox rollback", "give back the newest one"),
    ),
)
