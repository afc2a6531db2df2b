"""System settings: what an administrator changes while the server runs, for everybody.

`Site` is the table of them, with types, limits and defaults. They are kept in memory, for every
request needs them; what another process writes is noticed by `reload`.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chatbox.caller import Caller
from chatbox.db.database import Database, Reader, Writer
from chatbox.db.rows import encode_json
from chatbox.errors import InvalidRequest, NotFound
from chatbox.kit.clock import now_ms
from chatbox.kit.networks import is_within, parse_address, parse_networks
from chatbox.rights import Action, authorise
from chatbox.system.audit import Entry, record

logger = logging.getLogger(__name__)

Value = bool | int | str | list[str]
Rate = Annotated[int, Meta(ge=0, le=1_000_000)]
Domain = Annotated[str, Meta(max_length=253, pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
Network = Annotated[str, Meta(max_length=50)]


class Site(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of the server."""

    name: Annotated[
        str, Meta(min_length=1, max_length=60, description="What the server calls itself")
    ] = "chatbox"
    registration: Annotated[
        Literal["invitation", "closed", "open"], Meta(description="Who may make an account")
    ] = "invitation"
    registration_domains: Annotated[
        tuple[Domain, ...],
        Meta(max_length=100, description="Open registration is for e-mail addresses of these"),
    ] = ()
    invitation_hours: Annotated[
        int, Meta(ge=1, le=8_760, description="How long an invitation can be used")
    ] = 72
    require_totp: Annotated[
        Literal["nobody", "admins", "everybody"], Meta(description="Who needs a second factor")
    ] = "nobody"
    personal_providers: Annotated[
        Literal["everybody", "admins"], Meta(description="Who may connect providers of their own")
    ] = "everybody"
    admins_read_sessions: Annotated[
        bool, Meta(description="Administrators may read the sessions of others; that is audited")
    ] = False
    admin_networks: Annotated[
        tuple[Network, ...],
        Meta(max_length=100, description="Administration is open to these only; none: everywhere"),
    ] = ()
    audit_days: Annotated[
        int, Meta(ge=0, le=36_500, description="How long the audit log is kept; 0: for ever")
    ] = 0
    turns_per_user: Annotated[
        int, Meta(ge=0, le=10_000, description="Replies written at once for one person; 0: any")
    ] = 4
    sockets_per_user: Annotated[
        int, Meta(ge=0, le=10_000, description="Tabs that one person has open; 0: any number")
    ] = 8
    sends_per_minute: Annotated[
        Rate, Meta(description="Messages of one person; 0: no limit, as below")
    ] = 30
    writes_per_minute: Annotated[Rate, Meta(description="Changes by one person")] = 240
    requests_per_minute: Annotated[Rate, Meta(description="Requests of one person that read")] = 600
    sign_ins_per_minute: Annotated[
        Rate, Meta(description="Tries to sign in from one address, or to confirm by one person")
    ] = 240

    def __post_init__(self) -> None:
        """Check what a type cannot say."""
        parse_networks(self.admin_networks)


OWNERS_OWN = frozenset({"admins_read_sessions", "admin_networks", "audit_days"})
"""Settings that only the owner changes: what administrators may hide or see, and from where.

An administrator who names the networks could shut the owner out.
"""


class Stored(msgspec.Struct, frozen=True):
    """A setting that somebody has changed; its value is JSON."""

    key: str
    value: str
    version: int


class Past(msgspec.Struct, frozen=True):
    """A change of a setting; no value: the default. `changed_by` is a public id."""

    id: int
    key: str
    old: str | None
    new: str | None
    changed_by: str
    changed_by_name: str | None
    changed_at: int


class SiteSettings:
    """The settings as they are `now`; whoever has to act on a change `listen`s."""

    def __init__(self, database: Database) -> None:
        self.now = Site()
        self.stored: dict[str, Stored] = {}
        self._database = database
        self._listeners: list[Callable[[Site], None]] = []
        self._reloading = asyncio.Lock()

    def listen(self, hear: Callable[[Site], None]) -> None:
        """Call `hear` with the settings at every change."""
        self._listeners.append(hear)

    async def reload(self) -> None:
        """Read the table, which another process may have written; call this every now and then."""
        async with self._reloading:
            async with self._database.read() as reader:
                stored = await _stored(reader)
            if stored != self.stored:
                self.stored, self.now = stored, site_of(stored)
                for hear in self._listeners:
                    hear(self.now)

    async def change(self, caller: Caller, values: Mapping[str, Value | None]) -> Site:
        """Change some settings, or give them their defaults back (None), all or none.

        Raises `InvalidRequest`, and what `authorise` raises for settings that are the owner's.
        """
        if OWNERS_OWN & values.keys():
            authorise(caller, Action.OWN)
        async with self._database.write() as writer:
            stored = await _stored(writer)
            new = _changed(site_of(stored), values)
            if "admin_networks" in values:
                _keep_open(new, caller)
            for key in values:
                value = None if values[key] is None else encode_json(getattr(new, key))
                await _write(writer, caller, stored.get(key), key, value)
        await self.reload()
        return self.now

    async def history(self, *, before: int, limit: int) -> list[Past]:
        """List changes, newest first, from the one before `before` on."""
        async with self._database.read() as reader:
            return await reader.fetch_list(
                Past,
                """
                SELECT h.id, h.key, h.old, h.new, h.changed_by, u.name AS changed_by_name,
                    h.changed_at
                FROM settings_history h
                LEFT JOIN users u ON u.public_id = h.changed_by
                WHERE h.id < :before
                ORDER BY h.id DESC
                LIMIT 0 + :limit
                """,
                before=before,
                limit=limit,
            )

    async def revert(self, caller: Caller, change: int) -> Site:
        """Give a setting the value back that it had before a change, or raise `NotFound`."""
        found = [past for past in await self.history(before=change + 1, limit=1)]
        if not found or found[0].id != change:
            raise NotFound
        past = found[0]
        value = None if past.old is None else msgspec.json.decode(past.old, type=Value)
        return await self.change(caller, {past.key: value})


def site_of(stored: Mapping[str, Stored]) -> Site:
    """The settings that a table makes; what this version does not know is passed over."""
    found: dict[str, object] = {}
    for row in stored.values():
        try:
            value = msgspec.json.decode(row.value)
            msgspec.convert({row.key: value}, Site)
        except msgspec.MsgspecError as wrong:
            logger.warning("a setting is passed over", extra={"key": row.key, "why": str(wrong)})
        else:
            found[row.key] = value
    return msgspec.convert(found, Site)


async def read_site(reader: Reader) -> Site:
    """Read the settings of a file."""
    return site_of(await _stored(reader))


def value_from(key: str, text: str) -> Value:
    """Read a value that somebody has typed; what does not fit is refused when it is set."""
    match getattr(Site(), key, ""):
        case bool():
            return {"true": True, "false": False}.get(text.lower(), text)
        case int():
            return int(text) if text.isdecimal() else text
        case tuple():
            return [item for part in text.split(",") if (item := part.strip())]
    return text


def _changed(old: Site, values: Mapping[str, Value | None]) -> Site:
    kept = {key: value for key, value in msgspec.structs.asdict(old).items() if key not in values}
    given = {key: value for key, value in values.items() if value is not None}
    if unknown := sorted(values.keys() - set(Site.__struct_fields__)):
        raise InvalidRequest(f"There is no setting {unknown[0]!r}.")
    try:
        return msgspec.convert(kept | given, Site)
    except msgspec.ValidationError as wrong:
        text, _, where = str(wrong).partition(" - at `$.")
        key = where.rstrip("`").partition("[")[0]
        raise InvalidRequest(f"{key}: {text}." if key else f"{text}.") from wrong


def _keep_open(new: Site, caller: Caller) -> None:
    """Refuse to lock out whoever changes the networks of administration."""
    if caller.is_alone or not new.admin_networks:
        return
    if not is_within(parse_address(caller.address), parse_networks(new.admin_networks)):
        raise InvalidRequest(
            f"These networks leave out {caller.address}, the address that you come from. Add it, "
            "or you could not change this again."
        )


async def _stored(reader: Reader) -> dict[str, Stored]:
    rows = await reader.fetch_list(Stored, "SELECT key, value, version FROM settings")
    return {row.key: row for row in rows}


async def _write(
    writer: Writer, caller: Caller, old: Stored | None, key: str, new: str | None
) -> None:
    """Write one setting with its history and the audit log, unless it stays as it is."""
    before = None if old is None else old.value
    if before == new:
        return
    by, at = caller.public_id, now_ms()
    await _set(writer, key, new, by=by, at=at)
    await writer.execute(
        """
        INSERT INTO settings_history (key, old, new, changed_by, changed_at)
        VALUES (:key, :old, :new, :by, :at)
        """,
        key=key,
        old=before,
        new=new,
        by=by,
        at=at,
    )
    await record(
        writer,
        Entry(
            action="settings.change",
            actor=by,
            address=caller.address,
            object=f"setting:{key}",
            detail={"old": before, "new": new},
        ),
    )


async def _set(writer: Writer, key: str, value: str | None, *, by: str, at: int) -> None:
    if value is None:
        await writer.execute("DELETE FROM settings WHERE key = :key", key=key)
        return
    await writer.execute(
        """
        INSERT INTO settings (key, value, version, updated_by, updated_at)
        VALUES (:key, :value, 1, :by, :at)
        ON CONFLICT (key) DO UPDATE
        SET value = :value, version = version + 1, updated_by = :by, updated_at = :at
        """,
        key=key,
        value=value,
        by=by,
        at=at,
    )
