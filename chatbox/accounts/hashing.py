"""Hashing passwords: argon2id (RFC 9106), at most two at a time, in threads of their own.

A hash takes 19 MiB and a tenth of a second of a processor. Without a bound, thirty people who sign
in at once would take gigabytes; here they queue, and beyond the queue they are told to come again.
The threads are nicer than the event loop's, so that replies go on while people sign in.
"""

import asyncio
import os
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chatbox.errors import Busy

T = TypeVar("T")
AT_ONCE = 2
WAITING = 38
SECONDS_EACH = 0.1
_NICER = 10


class Hasher:
    """The pool; raises `Busy` beyond `AT_ONCE + WAITING` passwords."""

    def __init__(self) -> None:
        self._argon2 = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._nobodys = ""
        self._pool = ThreadPoolExecutor(AT_ONCE, "argon2", initializer=_be_nice)
        self._pending = 0

    async def hash(self, password: str) -> str:
        """Hash a new password."""
        return await self._run(lambda: self._argon2.hash(password))

    async def verify(self, password: str, stored: str | None) -> bool:
        """Compare a password with a stored hash; without one it takes as long, and is False."""
        return await self._run(lambda: self._verify(password, stored))

    def is_outdated(self, stored: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._argon2.check_needs_rehash(stored)

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _verify(self, password: str, stored: str | None) -> bool:
        if not self._nobodys:
            self._nobodys = self._argon2.hash(secrets.token_hex())
        try:
            self._argon2.verify(stored or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    async def _run(self, work: Callable[[], T]) -> T:
        if self._pending >= AT_ONCE + WAITING:
            raise Busy(retry_after=1 + round(self._pending * SECONDS_EACH))
        self._pending += 1
        future = asyncio.get_running_loop().run_in_executor(self._pool, work)
        future.add_done_callback(self._done)
        return await future

    def _done(self, _: object) -> None:
        self._pending -= 1


def _be_nice() -> None:
    if hasattr(os, "setpriority") and os.path.isdir("/proc/self/task"):  # a thread's own on Linux
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICER)
