"""Logins: how they begin, who is behind a request, and how they end.

A browser holds a random token in a cookie, a program a short access token that names its login.
Either way the row decides, at every request: deleting it ends the login at once.
"""

import msgspec

from chatbox.accounts.backoff import Backoff
from chatbox.accounts.model import Login
from chatbox.accounts.proofs import TokenPair
from chatbox.accounts.store import logins as login_store
from chatbox.accounts.store import users as user_store
from chatbox.accounts.store.logins import Kind, LoginRow, Present, Via
from chatbox.accounts.store.users import UserRow
from chatbox.accounts.visit import COOKIE, Visit, set_cookie
from chatbox.caller import Caller
from chatbox.db.database import Database, Writer
from chatbox.errors import NotFound
from chatbox.events.hub import Hub
from chatbox.kit.clock import now_ms, rfc3339
from chatbox.kit.ids import new_id
from chatbox.kit.tokens import hash_token, new_token
from chatbox.system.audit import Entry, record

DAY_MS = 86_400_000
IDLE_MS = 14 * DAY_MS
LIFE_MS = 90 * DAY_MS
TOUCH_MS = 60_000
MOST_LOGINS = 200
"""Of one account: a script that signs in every minute and never out would fill the table."""


class Opened(msgspec.Struct, frozen=True):
    """A login that has begun.

    A browser holds `token` and, for a year, `device_token`; a program gets its first `pair`.
    """

    key: int
    public_id: str
    user: UserRow
    token: str | None = None
    device_token: str | None = None
    pair: TokenPair | None = None


class Logins:
    """The verbs of logins."""

    def __init__(self, database: Database, hub: Hub, backoff: Backoff) -> None:
        self._database = database
        self._hub = hub
        self._backoff = backoff

    async def open(
        self, writer: Writer, user: UserRow, visit: Visit, *, kind: Kind = "browser", via: Via
    ) -> Opened:
        """Begin a login, in the transaction that found out who it is."""
        at, public_id = now_ms(), new_id()
        token = new_token() if kind == "browser" else None
        key = await login_store.insert_login(
            writer,
            user.id,
            public_id=public_id,
            kind=kind,
            via=via,
            token_hash=None if token is None else hash_token(token),
            device=visit.device,
            address=visit.address,
            at=at,
            expires_at=at + LIFE_MS,
        )
        await login_store.delete_extra_logins(writer, user.id, keep=MOST_LOGINS)
        await user_store.note_login(writer, user.id, at=at)
        entry = Entry(
            action="login.open",
            actor=user.public_id,
            address=visit.address,
            object=f"login:{public_id}",
            detail={"kind": kind, "via": via},
        )
        await record(writer, entry)
        if token is None or via == "oidc":  # who needs no password here needs no known device
            return Opened(key, public_id, user, token=token)
        device = await self._backoff.remember(writer, user.id, visit.device_token)
        return Opened(key, public_id, user, token=token, device_token=device)

    async def renew(self, writer: Writer, caller: Caller) -> str | None:
        """Give the caller's browser another token and end all other logins of the account.

        Answers the token, None to a program. `cut_others` ends their connections, after the commit.
        """
        await login_store.delete_logins(writer, caller.user_id, but=caller.login)
        row = await login_store.find_login(writer, caller.login)
        if row is None or row.kind != "browser":
            return None
        token = new_token()
        await login_store.update_token(writer, caller.login, hash_token(token))
        return token

    async def find(self, token: str) -> Present | None:
        """Who holds a browser's token."""
        now, token_hash = now_ms(), hash_token(token)
        return await self._database.look_together(
            lambda reader: login_store.find_present(
                reader, token_hash, now=now, idle_since=now - IDLE_MS
            )
        )

    async def find_program(self, login_id: str) -> Present | None:
        """Who is behind an access token, which names its login."""
        now = now_ms()
        return await self._database.look_together(
            lambda reader: login_store.find_present_by_id(
                reader, login_id, now=now, idle_since=now - IDLE_MS
            )
        )

    async def touch(self, present: Present, address: str) -> None:
        """Note that a login was used."""
        await self._database.write_together(
            lambda writer: login_store.touch_login(
                writer, present.login, address=address, at=now_ms()
            )
        )

    async def all(self, caller: Caller) -> list[Login]:
        """List the caller's logins."""
        async with self._database.read() as reader:
            rows = await login_store.list_logins(reader, caller.user_id)
        return [_shown(row, caller) for row in rows]

    async def end(self, caller: Caller, public_id: str) -> None:
        """End one of the caller's logins."""
        async with self._database.write() as writer:
            ended = await login_store.delete_login(writer, caller.user_id, public_id)
            if not ended:
                raise NotFound("There is no such login.")
            await record(writer, _ending(caller, f"login:{public_id}"))
        self._hub.cut(lambda viewer: viewer.caller.login in ended)

    async def end_others(self, caller: Caller) -> None:
        """End all of the caller's logins but the one that asks."""
        async with self._database.write() as writer:
            await login_store.delete_logins(writer, caller.user_id, but=caller.login)
            await record(writer, _ending(caller, f"user:{caller.public_id}"))
        self.cut_others(caller)

    async def sign_out(self, caller: Caller) -> None:
        """End the caller's own login."""
        async with self._database.write() as writer:
            await login_store.delete_login_by_key(writer, caller.login)
            await record(writer, _ending(caller, "login:own"))
        user_id, login = caller.user_id, caller.login  # whom a proxy vouches for has login 0
        self._hub.cut(lambda one: one.caller.user_id == user_id and one.caller.login == login)

    async def drop(self, writer: Writer, user_id: int) -> None:
        """End all logins of an account and forget its devices, in the transaction of why."""
        await login_store.delete_logins(writer, user_id)
        await self._backoff.forget_devices(writer, user_id)

    def cut_account(self, user_id: int) -> None:
        """End all connections of an account."""
        self._hub.cut(lambda viewer: viewer.caller.user_id == user_id)

    def cut_others(self, caller: Caller) -> None:
        """End the connections of an account's other logins."""
        user_id, login = caller.user_id, caller.login
        self._hub.cut(lambda one: one.caller.user_id == user_id and one.caller.login != login)

    async def tidy(self) -> None:
        """Remove the logins whose time is over."""
        now = now_ms()
        async with self._database.write() as writer:
            await login_store.delete_ended(writer, now=now, idle_since=now - IDLE_MS)


def cookie_of(token: str, visit: Visit) -> str:
    """The header that hands a browser its token."""
    return set_cookie(COOKIE, token, visit, seconds=LIFE_MS // 1000)


def no_cookie(visit: Visit) -> str:
    """The header that takes it away."""
    return set_cookie(COOKIE, "", visit, seconds=0)


def _ending(caller: Caller, thing: str) -> Entry:
    return Entry(action="login.end", actor=caller.public_id, address=caller.address, object=thing)


def _shown(row: LoginRow, caller: Caller) -> Login:
    return Login(
        id=row.public_id,
        kind=row.kind,
        via=row.via,
        device=row.device,
        address=row.address,
        created_at=rfc3339(row.created_at),
        used_at=rfc3339(row.used_at),
        expires_at=rfc3339(min(row.expires_at, row.used_at + IDLE_MS)),
        current=row.id == caller.login,
    )
