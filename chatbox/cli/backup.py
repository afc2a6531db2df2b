"""`chatbox backup`: copy the database, whether a server runs or not."""

import argparse
import asyncio
import os

from chatbox.cli.command import Command, Parser, add_place_options
from chatbox.cli.interrupts import interruptible
from chatbox.cli.progress import Line
from chatbox.config import Config, Loaded
from chatbox.db.copy import Contents
from chatbox.errors import BackupFailed, StartRefused
from chatbox.system.backup.names import SEALED
from chatbox.system.backup.state import Attempt

_DESCRIPTION = (
    "Copy the database while the server runs or not, check the copy and store it. The target is a "
    "directory, s3://bucket/prefix, or davs://host/path; without one it is `backups` in the data "
    "directory. The master key is not in a backup: keep it too, in another place."
)


def _add_options(parser: Parser) -> None:
    parser.add_argument("backup.target", metavar="TARGET", nargs="?", help="where it goes")
    parser.add_argument(
        "--passphrase-file",
        dest="backup.passphrase_file",
        metavar="FILE",
        help="seal the backup with the passphrase in this file",
    )
    parser.add_argument(
        "--keep",
        dest="backup.keep",
        type=int,
        metavar="N",
        help="keep the newest N backups in the target and delete older ones",
    )
    parser.add_argument(
        "--list", action="store_true", help="only list the backups that are in the target"
    )
    add_place_options(parser)


def _run(options: argparse.Namespace, loaded: Loaded) -> int:
    os.umask(0o077)
    try:
        with interruptible():
            asyncio.run(_back_up(options, loaded.config))
    except BackupFailed as failure:
        raise StartRefused(str(failure)) from failure
    return 0


async def _back_up(options: argparse.Namespace, config: Config) -> None:
    from chatbox.kit.egress import Client, Policy  # noqa: PLC0415 - only this command needs it
    from chatbox.system.backup.make import back_up  # noqa: PLC0415 - as above
    from chatbox.system.backup.places import plan_of  # noqa: PLC0415 - as above
    from chatbox.system.backup.remote import Network  # noqa: PLC0415 - as above

    policy = Policy()
    async with Client(policy) as client:
        plan = plan_of(config, Network(client, policy))
        if options.list:
            print("".join(f"{name}\n" for name in sorted(await plan.target.names())), end="")
            return
        with Line() as line:
            made = await back_up(plan, line.show)
    _tell(made.attempt, made.contents)
    for name in made.deleted:
        print(f"Deleted the older backup {name}.")
    print(_about_key(config, made.contents.fingerprint))


def _tell(attempt: Attempt, contents: Contents) -> None:
    sealed = ", sealed" if attempt.name.endswith(SEALED) else ""
    print(
        f"Backed up {contents.sessions:,} sessions and {contents.messages:,} messages to\n"
        f"  {attempt.where.rstrip('/')}/{attempt.name}\n"
        f"  ({attempt.size / 1e6:,.1f} MB, checked, {attempt.seconds:.1f} s{sealed})"
    )
    if attempt.warning:
        print(attempt.warning)


def _about_key(config: Config, fingerprint: str | None) -> str:
    known = f" (fingerprint {fingerprint[:8]}…)" if fingerprint else ""
    place = "CHATBOX_MASTER_KEY" if "CHATBOX_MASTER_KEY" in os.environ else config.master_key_path
    return (
        f"The master key{known} is not in it. Keep {place} too, in another place: without it the "
        "secrets of providers cannot be used again."
    )


COMMAND = Command(
    "backup",
    "make a backup",
    _DESCRIPTION,
    _add_options,
    _run,
    examples=(
        ("chatbox backup", "into backups/ of the data directory"),
        ("chatbox backup /mnt/nas/chatbox --keep 14", "elsewhere, and only the newest 14 stay"),
        ("chatbox backup s3://bucket/chatbox --passphrase-file FILE", "sealed, in an object store"),
    ),
)
