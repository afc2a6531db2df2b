"""`chatbox migrate`: upgrade the database without starting the server, or try an upgrade out."""

import argparse
import os

from chatbox.cli.command import Command, Parser, add_place_options
from chatbox.cli.stages import showing_progress
from chatbox.config import Loaded
from chatbox.db.lock import DirectoryLock
from chatbox.db.migrate import known_schema, migrate, try_out
from chatbox.db.replace import settle
from chatbox.errors import StartRefused

_DESCRIPTION = (
    "Apply the migrations that are pending, as `chatbox serve` does at its start. With --dry-run "
    "they are tried out on a copy, which is deleted afterwards; the server may run meanwhile."
)


def _add_options(parser: Parser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="try it out on a copy")
    add_place_options(parser)


def _run(options: argparse.Namespace, loaded: Loaded) -> int:
    database = loaded.config.data_path / "chatbox.db"
    if not database.parent.is_dir():
        raise StartRefused(
            f"There is no data directory {database.parent}. Name it with --data-dir."
        )
    os.umask(0o077)
    if options.dry_run:
        pending = known_schema(database).pending
        _tell_pending(pending)
        if pending:
            with showing_progress() as show:
                try_out(database, show)
            print("They can be applied: the upgraded copy passed every check and was deleted.")
        return 0
    with DirectoryLock(database.parent):
        if told := settle(database.parent):
            print(told)
        _tell_pending(known_schema(database).pending)
        with showing_progress() as show:
            applied = migrate(database, show)
        if applied:
            print(f"{database} is at {applied[-1]} now.")
    return 0


def _tell_pending(pending: list[str]) -> None:
    if not pending:
        print("Nothing is pending: the schema is current.")
    for name in pending:
        print(f"Pending: {name}")


COMMAND = Command(
    "migrate",
    "upgrade the database",
    _DESCRIPTION,
    _add_options,
    _run,
    examples=(
        ("chatbox migrate --dry-run", "try the upgrade out on a copy, beside the running server"),
    ),
)
