"""Rate limits: how often one person, and one address, may ask for what.

They hold in team mode only and are in memory, so that asking costs no trip to the database. Those
of signing in are also written down every second: a restart gives nobody new tries.
"""

from collections.abc import Callable
from typing import Literal

import msgspec

from chatbox.caller import Caller
from chatbox.db.database import Database, StorageFailed, Writer
from chatbox.errors import ChatboxError, Forbidden, RateLimited
from chatbox.kit.clock import now_ms
from chatbox.kit.networks import is_within, neighbourhood, parse_address, parse_networks
from chatbox.rights import Action
from chatbox.system.buckets import MINUTE_MS, Buckets, Share
from chatbox.system.mode import Mode
from chatbox.system.site import Site, SiteSettings

Kind = Literal["auth", "send", "write", "read"]

SAVE_SECONDS = 1.0
MOST_BUCKETS = 20_000
NEIGHBOURS = 10
"""People behind one address, such as an office: it may ask for so many times more."""
_READS = frozenset({"GET", "HEAD", "OPTIONS", "WS"})
_PROOFS = frozenset({Action.OPEN, Action.ACCOUNT, Action.SECURE})


class _Row(msgspec.Struct, frozen=True):
    key: str
    level: float
    at: int


class RateLimits:
    """Lets requests pass or raises `RateLimited`; the figures are system settings."""

    def __init__(
        self,
        database: Database,
        site: SiteSettings,
        mode: Mode,
        *,
        clock: Callable[[], int] = now_ms,
        most: int = MOST_BUCKETS,
    ) -> None:
        self._database = database
        self._site = site
        self._mode = mode
        self._clock = clock
        self._buckets = Buckets(most)
        self._unsaved: set[str] = set()

    def take(self, caller: Caller | None, address: str, action: Action, method: str) -> None:
        """Count a request of somebody, or of nobody; raise `RateLimited` when it is one too many.

        A WebSocket's method is `WS`.
        """
        if not self._mode.is_team or (caller is not None and caller.is_alone):
            return
        kind, place = kind_of(action, method), neighbourhood(address)
        rate = _rate(self._site.now, kind)
        if caller is None and kind == "auth":
            self._fill(kind, Share(f"auth n {place}", rate))
            return
        shares = [Share(f"{kind} a {place}", rate * NEIGHBOURS)]
        if caller is not None:
            shares.append(Share(f"{kind} u {caller.user_id}", rate))
        self._fill(kind, *shares)

    def take_send(self, caller: Caller) -> None:
        """Count a message that somebody sends; raise `RateLimited` when it is one too many."""
        if self._mode.is_team and not caller.is_alone:
            rate = self._site.now.sends_per_minute
            self._fill("send", Share(f"send u {caller.user_id}", rate))

    async def load(self) -> None:
        """Take over what an earlier server has counted."""
        async with self._database.read() as reader:
            rows = await reader.fetch_all(
                _Row,
                "SELECT key, level, at FROM buckets WHERE at > :since ORDER BY at",
                since=self._clock() - MINUTE_MS,
            )
        for row in rows:
            self._buckets.put(row.key, row.level, row.at)

    async def save(self) -> None:
        """Write down what has changed; call this every `SAVE_SECONDS` and at the end."""
        if not self._unsaved:
            return
        keys, self._unsaved = self._unsaved, set()
        found = [(key, bucket) for key in keys if (bucket := self._buckets.get(key)) is not None]
        rows = [{"key": key, "level": bucket.level, "at": bucket.at} for key, bucket in found]
        since = self._clock() - MINUTE_MS

        async def write(writer: Writer) -> None:
            await writer.execute("DELETE FROM buckets WHERE at <= :since", since=since)
            await writer.execute_many(
                """
                INSERT INTO buckets (key, level, at)
                VALUES (:key, :level, :at)
                ON CONFLICT (key) DO UPDATE SET level = :level, at = :at
                """,
                rows,
            )

        try:
            await self._database.write_together(write)
        except (StorageFailed, ChatboxError):  # of the disk, which others tell about
            self._unsaved |= keys

    def _fill(self, kind: Kind, *shares: Share) -> None:
        seconds = self._buckets.take(shares, self._clock())
        if seconds:
            raise RateLimited(
                f"There were too many requests. Try again in {seconds} seconds.",
                retry_after=seconds,
            )
        if kind == "auth":
            self._unsaved.update(share.key for share in shares)


def kind_of(action: Action, method: str) -> Kind:
    """The class of a request: tries to prove who one is, changes, and all that only reads.

    Messages are counted as `send` besides, where turns begin.
    """
    if method in _READS:
        return "read"
    return "auth" if method == "POST" and action in _PROOFS else "write"


def check_network(site: Site, caller: Caller, action: Action) -> None:
    """Raise `Forbidden` when administration is not open to the address of the caller."""
    if action.is_of_admins and not administers_from(site, caller):
        raise Forbidden("Administration is open to other networks only.")


def administers_from(site: Site, caller: Caller) -> bool:
    """Whether administration is open to the address of the caller."""
    if caller.is_alone or not site.admin_networks:
        return True
    return is_within(parse_address(caller.address), parse_networks(site.admin_networks))


def _rate(site: Site, kind: Kind) -> int:
    match kind:
        case "auth":
            return site.sign_ins_per_minute
        case "send":
            return site.sends_per_minute
        case "write":
            return site.writes_per_minute
        case "read":
            return site.requests_per_minute
