"""Slows guessing down: one interface for everything that takes a password or a code.

Wrong tries are counted for each account name from each network, and for each name in all. After
five the next has to wait 1 s, then 2, 4 … 60; after a hundred in a day a name waits for the day to
end. A device that has signed in before has counts of its own instead: nobody else's failures stop
its owner. Names nobody has are treated the same. Names are stored as keyed hashes, for people type
passwords into the wrong field.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Callable
from ipaddress import IPv4Address, ip_address, ip_network

import msgspec

from chatbox.accounts.store import failures as store
from chatbox.accounts.store.failures import FailureRow
from chatbox.db.database import Reader, Writer
from chatbox.errors import TooManyTries
from chatbox.kit.clock import now_ms
from chatbox.kit.secretbox import SecretBox
from chatbox.kit.tokens import hash_token, new_token

FREE = 5
LONGEST_SECONDS = 60
MOST_PER_DAY = 100
DAY_MS = 24 * 3_600_000
YEAR_MS = 365 * DAY_MS
MOST_ROWS = 100_000
MOST_DEVICES = 20


class Attempt(msgspec.Struct, frozen=True):
    """Somebody tries to prove who it is.

    `account` is the name as it was typed, or as it is stored for who is signed in already;
    `user_id` is the account it names, 0 for none; `device_token` comes from the device's cookie.
    """

    account: str
    user_id: int = 0
    address: str = ""
    device_token: str | None = None


class Backoff:
    """Counts wrong tries, and lets nobody try too often."""

    def __init__(self, box: SecretBox, clock: Callable[[], int] = now_ms) -> None:
        self._key = box.derive("account-names/v1")
        self.clock = clock

    async def check(self, writer: Writer, who: Attempt) -> None:
        """Raise `TooManyTries` while `who` has to wait, before the password or code is looked at.

        Whoever has failed often and may try again takes the turn by this: of many at once, one is
        let through. The turn counts when the transaction commits.
        """
        now = self.clock()
        near, all_day = await self._keys(writer, who)
        day = await self._failures(writer, all_day)
        if day.count >= MOST_PER_DAY:
            raise _refusal(min(DAY_MS, day.first_at + DAY_MS - now))
        row = await self._failures(writer, near)
        if row.count < FREE:
            return
        wait = _wait_ms(row.count)
        if (left := min(wait, row.last_at + wait - now)) > 0:
            raise _refusal(left)
        await store.put_failures(writer, near, msgspec.structs.replace(row, last_at=now))

    async def failed(self, writer: Writer, who: Attempt) -> None:
        """Count a wrong try; it must be committed, so raise after the transaction."""
        now = self.clock()
        for key in await self._keys(writer, who):
            row = await self._failures(writer, key)
            first = row.first_at if row.count else now
            counted = FailureRow(count=row.count + 1, first_at=first, last_at=now)
            await store.put_failures(writer, key, counted)

    async def succeeded(self, writer: Writer, who: Attempt) -> None:
        """Forget the wrong tries from here; what came from elsewhere stays counted."""
        near, _ = await self._keys(writer, who)
        await store.delete_failures(writer, near)

    async def remember(self, writer: Writer, user_id: int, presented: str | None) -> str:
        """Make the device a known one after a successful sign-in; answer the token it keeps."""
        now = self.clock()
        token = presented or ""
        if not await self._is_known(writer, user_id, token):
            token = new_token()
        await store.put_device(writer, user_id, hash_token(token), now)
        await store.delete_extra_devices(writer, user_id, keep=MOST_DEVICES)
        return token

    async def forget_devices(self, writer: Writer, user_id: int) -> None:
        """Make every device unknown, as after a reset: a thief's may be among them."""
        await store.delete_devices(writer, user_id)

    async def prune(self, writer: Writer) -> None:
        """Forget what no longer matters."""
        now = self.clock()
        await store.delete_old_failures(writer, before=now - DAY_MS, keep=MOST_ROWS)
        await store.delete_old_devices(writer, before=now - YEAR_MS)

    async def _keys(self, reader: Reader, who: Attempt) -> tuple[str, str]:
        """The counts that matter: for the network or the device, and for the day."""
        if who.device_token and await self._is_known(reader, who.user_id, who.device_token):
            device = hash_token(who.device_token).hex()
            return f"device:{device}", f"device-day:{device}"
        text = unicodedata.normalize("NFKC", who.account).casefold()
        name = hmac.digest(self._key, text.encode("utf-8", "replace"), hashlib.sha256).hex()
        return f"network:{name}:{network_of(who.address)}", f"day:{name}"

    async def _failures(self, reader: Reader, key: str) -> FailureRow:
        now = self.clock()
        row = await store.get_failures(reader, key, since=now - DAY_MS)
        over = key.startswith(("day:", "device-day:")) and row.first_at <= now - DAY_MS
        return store.NONE if over else row

    async def _is_known(self, reader: Reader, user_id: int, token: str) -> bool:
        since = self.clock() - YEAR_MS
        return await store.is_known_device(reader, user_id, hash_token(token), since=since)


def network_of(address: str) -> str:
    """Whom an address counts for: itself, or its /64 where one customer has that many."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    mapped = getattr(found, "ipv4_mapped", None)
    if isinstance(found, IPv4Address) or mapped is not None:
        return str(mapped or found)
    return str(ip_network((found, 64), strict=False))


def _wait_ms(count: int) -> int:
    return 1000 * min(LONGEST_SECONDS, 1 << min(count - FREE, 6))


def _refusal(wait_ms: int) -> TooManyTries:
    seconds = max(1, -(-wait_ms // 1000))
    return TooManyTries(
        f"There were too many wrong tries. Try again in {seconds} s.", retry_after=seconds
    )
