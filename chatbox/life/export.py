"""Everything that somebody owns, as a zip archive of JSON lines, made while it is sent.

Rows are read about a megabyte at a time, each step on the thread of a connection, and compressed on
another thread: the event loop only passes pieces on, and memory does not grow with the account.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from chatbox import __version__
from chatbox.caller import Caller
from chatbox.db.database import Database
from chatbox.errors import LimitReached
from chatbox.kit.clock import now_ms, rfc3339
from chatbox.life.archive import Archive
from chatbox.life.sheets import Content, sheets_of
from chatbox.system.audit import Entry, record

MOST_AT_ONCE = 2
ENOUGH = 256 * 1024
"""Bytes that are worth a trip to another thread."""

README = """\
Everything that chatbox {version} kept for the account {id} at {now}.

account.json      the account
settings.json     its personal settings
sessions.jsonl    its sessions, deleted ones that could still be restored too
messages.jsonl    all messages of these sessions, on all branches; `parts` holds what was said, and
                  `parent_id` is the message before
turns.jsonl       how each reply came about
providers.jsonl   its providers, without their secrets
models.jsonl      the models of these providers
logins.jsonl      where it is signed in
identities.jsonl  accounts elsewhere that sign it in
audit.jsonl       what it has done, as far as chatbox keeps a record of that

A file that ends in .jsonl has a JSON document on each line. Times are RFC 3339 in UTC.
"""


class Exports:
    """Makes archives, a few at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._running: set[int] = set()

    async def begin(self, caller: Caller, *, actor: str = "") -> AsyncGenerator[bytes, None]:
        """Note that the caller's data is taken out, and answer the archive in pieces.

        It is taken out by the caller, unless another `actor` is named.

        Raises `LimitReached` while another one is made for the account, or too many for others.
        """
        if caller.user_id in self._running or len(self._running) >= MOST_AT_ONCE:
            raise LimitReached("An archive is being made already. Try again when it is done.")
        self._running.add(caller.user_id)
        thing = f"user:{caller.public_id}"
        try:
            async with self._database.write() as writer:
                await record(
                    writer,
                    Entry("user.export", actor, object=thing)
                    if actor
                    else Entry("account.export", caller.public_id, caller.address, thing),
                )
            pieces = self._pieces(caller)
            first = await anext(pieces)  # from here on it gives its place back by itself
        except BaseException:
            self._running.discard(caller.user_id)
            raise
        return _again(first, pieces)

    async def _pieces(self, caller: Caller) -> AsyncGenerator[bytes, None]:
        archive = Archive()
        try:
            yield await asyncio.to_thread(archive.file, "README.txt", _readme(caller))
            for sheet in sheets_of(self._database, caller):
                yield await asyncio.to_thread(archive.begin, sheet.name)
                async with aclosing(_gathered(sheet.content)) as gathered:
                    async for data in gathered:
                        if packed := await asyncio.to_thread(archive.add, data):
                            yield packed
            yield await asyncio.to_thread(archive.end)
        finally:
            archive.end()
            self._running.discard(caller.user_id)


def file_name(caller: Caller) -> str:
    """What an archive is called."""
    return f"chatbox-{caller.public_id[-12:]}-{rfc3339(now_ms())[:10]}.zip"


async def _again(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """Put back in front what was taken."""
    async with aclosing(rest):
        yield first
        async for piece in rest:
            yield piece


async def _gathered(content: Content) -> AsyncGenerator[bytes, None]:
    """Join small pieces."""
    waiting: list[bytes] = []
    size = 0
    async with aclosing(content):
        async for data in content:
            waiting.append(data)
            size += len(data)
            if size >= ENOUGH:
                yield b"".join(waiting)
                waiting, size = [], 0
    yield b"".join(waiting)


def _readme(caller: Caller) -> bytes:
    now = rfc3339(now_ms())
    return README.format(version=__version__, id=caller.public_id, now=now).encode()
