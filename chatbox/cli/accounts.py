"""What the commands about accounts share: the way to the database, passwords, sentences."""

import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from chatbox.accounts.console import Console
from chatbox.config import Config
from chatbox.db.beside import open_beside
from chatbox.db.database import Database, Look
from chatbox.db.migrate import known_schema
from chatbox.db.quiet import look
from chatbox.errors import ChatboxError, StartRefused
from chatbox.web.hosts import own_hosts

T = TypeVar("T")
PASSWORD_FILE = "CHATBOX_PASSWORD_FILE"  # noqa: S105 - the name of a variable


def change(config: Config, work: Callable[[Console, Database], Awaitable[T]]) -> T:
    """Do something to the accounts, beside the server or without one. Raises `StartRefused`."""
    os.umask(0o077)

    async def run() -> T:
        checkpoints = config.storage.checkpoints == "chatbox"
        async with open_beside(config.data_path / "chatbox.db", checkpoints=checkpoints) as opened:
            return await work(Console(opened, base=address_of(config)), opened)

    try:
        return asyncio.run(run())
    except ChatboxError as failure:
        raise StartRefused(failure.detail) from failure


def read(config: Config, work: Look[T]) -> T:
    """Look at the accounts; nothing on the disk changes. Raises `StartRefused`."""
    path = config.data_path / "chatbox.db"
    if not path.exists():
        raise StartRefused(
            f"There is no database {path} yet. Start the server once, or name its directory with "
            "--data-dir."
        )
    if known_schema(path).pending:
        raise StartRefused(
            f"The database {path} is of an older chatbox. Start the server, or run `chatbox "
            "migrate`, and try again."
        )
    return look(path, work)


def address_of(config: Config) -> str:
    """The address that links begin with."""
    return own_hosts(config.host, config.port, public_url=config.public_url, is_team=True).address


def password_from(*, ask: bool) -> str | None:
    """Read a password from the file that CHATBOX_PASSWORD_FILE names, or else from the terminal.

    It is never an argument, which everybody on the computer could see. Answers None when there is
    no such file and nobody shall be asked.
    """
    if file := os.environ.get(PASSWORD_FILE):
        try:
            return Path(file).expanduser().read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeError) as failure:
            raise StartRefused(f"{PASSWORD_FILE} names {file}: {failure}.") from failure
    if not ask:
        return None
    if not sys.stdin.isatty():
        raise StartRefused(f"Nobody can be asked here. Name a file with {PASSWORD_FILE}.")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise StartRefused("These are two different passwords. Nothing was changed.")
    return password
