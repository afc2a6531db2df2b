"""`chatbox restore`: let a backup take the place of the database, while no server runs."""

import argparse
import asyncio
import getpass
import os
import sys
from functools import partial
from pathlib import Path

from chatbox.cli.command import Command, Parser, add_place_options
from chatbox.cli.interrupts import interruptible
from chatbox.cli.progress import Line
from chatbox.config import Config, Loaded
from chatbox.db.copy import Contents
from chatbox.db.forget import forget_secrets
from chatbox.db.lock import BackupLock, DirectoryLock, check_owner, prepare_directory
from chatbox.db.replace import FETCHED, STAGED, settle
from chatbox.errors import BackupFailed, StartRefused
from chatbox.kit.tasks import stoppable

_DESCRIPTION = (
    "Check a backup, then let it take the place of the database. No server may run. What was there "
    "before is moved into replaced-<time>/ in the data directory; nothing is deleted."
)


def _add_options(parser: Parser) -> None:
    parser.add_argument(
        "file", metavar="FILE", help="the backup: a file, or its address in a target"
    )
    parser.add_argument(
        "--passphrase-file",
        dest="backup.passphrase_file",
        metavar="FILE",
        help="the passphrase of a sealed backup is in this file",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask before replacing")
    parser.add_argument(
        "--without-secrets",
        action="store_true",
        help="the master key is lost: forget secrets of providers and second factors",
    )
    add_place_options(parser)


def _run(options: argparse.Namespace, loaded: Loaded) -> int:
    os.umask(0o077)
    data = loaded.config.data_path
    prepare_directory(data)
    check_owner(data)
    with DirectoryLock(data), BackupLock(data), interruptible():
        if told := settle(data):
            print(told)
        try:
            return _restore(options, loaded.config)
        except BackupFailed as failure:
            raise StartRefused(str(failure)) from failure
        finally:
            for name in (STAGED, FETCHED):
                (data / name).unlink(missing_ok=True)


def _restore(options: argparse.Namespace, config: Config) -> int:
    from chatbox.system.backup import restore  # noqa: PLC0415 - only this command needs it

    data = config.data_path
    with Line() as line:
        backup = asyncio.run(_local(options.file, config, line))
    passphrase = _passphrase(config) if restore.needs_passphrase(backup) else ""
    with Line() as line:
        work = partial(restore.stage, backup, data, passphrase, line.show)
        contents = asyncio.run(stoppable(work))
    if options.without_secrets:
        forget_secrets(data / STAGED)
    else:
        restore.check_key(contents, config, os.environ)
    if not _may_replace(options, data / "chatbox.db", contents):
        print("Nothing was changed.")
        return 1

    def swap(_stop: object) -> None:
        aside = restore.swap(data)  # and said at once, should the caller be interrupted
        print(f"Restored {_words(contents)} from {options.file}.")
        if aside.exists():
            print(f"What was there before is in {aside}. Delete it when you need it no longer.")

    asyncio.run(stoppable(swap))
    return 0


async def _local(address: str, config: Config, line: Line) -> Path:
    """The file of a backup, fetched first when it is in the network."""
    from chatbox.kit.egress import Client, Policy  # noqa: PLC0415 - as above
    from chatbox.system.backup.places import is_remote, open_remote  # noqa: PLC0415 - as above
    from chatbox.system.backup.remote import Network  # noqa: PLC0415 - as above

    if not is_remote(address):
        return _path(address)
    where, _, name = address.rpartition("/")
    policy = Policy()
    async with Client(policy) as client:
        target = open_remote(config, Network(client, policy), where)
        await target.fetch(name, config.data_path / FETCHED, line.show)
    return config.data_path / FETCHED


def _passphrase(config: Config) -> str:
    from chatbox.system.backup.places import passphrase_of  # noqa: PLC0415 - as above

    if passphrase := passphrase_of(config):
        return passphrase
    if sys.stdin.isatty():
        return getpass.getpass("Passphrase of the backup: ")
    raise BackupFailed(
        "The backup is sealed. Name the file of its passphrase with --passphrase-file, or set "
        "CHATBOX_BACKUP_PASSPHRASE."
    )


def _may_replace(options: argparse.Namespace, database: Path, contents: Contents) -> bool:
    if options.yes or not database.exists():
        return True
    if not sys.stdin.isatty():
        raise BackupFailed(f"{database} would be replaced. Add --yes. Nothing was changed.")
    question = f"The backup holds {_words(contents)}. Let it replace {database}? [y/N] "
    return input(question).strip().lower() in ("y", "yes")


def _path(text: str) -> Path:
    return Path(text).expanduser()


def _words(contents: Contents) -> str:
    return f"{contents.sessions:,} sessions and {contents.messages:,} messages"


COMMAND = Command(
    "restore",
    "put a backup back",
    _DESCRIPTION,
    _add_options,
    _run,
    examples=(
        (
            "chatbox restore /mnt/nas/chatbox/chatbox-2026-11-26T031500000Z.db",
            "check it, ask, put it in place",
        ),
    ),
)
