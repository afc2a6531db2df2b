"""Signing in with a password: one answer and one duration for whoever may not.

An unknown name, a wrong password and a suspended account cost the same reads, the same hash and the
same writes (but for the audit log in a flood, see `strangers`), and are told the same. The back-off
comes first, so whoever has to wait costs no hash.
"""

import msgspec

from chatbox.accounts.backoff import Attempt, Backoff
from chatbox.accounts.factors import Factors, attempt_of
from chatbox.accounts.hashing import Hasher
from chatbox.accounts.links import withdraw
from chatbox.accounts.logins import Logins, Opened
from chatbox.accounts.model import PasswordChange, SignIn
from chatbox.accounts.passwords import check_password, normal_name, normal_password
from chatbox.accounts.refresh import Refreshing
from chatbox.accounts.store import logins as login_store
from chatbox.accounts.store import users as user_store
from chatbox.accounts.store.logins import Kind
from chatbox.accounts.store.users import UserRow
from chatbox.accounts.strangers import Strangers
from chatbox.accounts.tokens import Claims
from chatbox.accounts.visit import Visit
from chatbox.caller import Caller
from chatbox.db.database import Database, Writer
from chatbox.errors import CodeRequired, LoginFailed
from chatbox.kit.clock import now_ms
from chatbox.system.audit import Entry, record


class SignIns:
    """The verbs of passwords."""

    def __init__(  # noqa: PLR0913 - built once
        self,
        database: Database,
        hasher: Hasher,
        logins: Logins,
        *,
        backoff: Backoff,
        factors: Factors,
        refreshing: Refreshing,
        strangers: Strangers,
    ) -> None:
        self._database = database
        self._hasher = hasher
        self._logins = logins
        self._backoff = backoff
        self._factors = factors
        self._refreshing = refreshing
        self._strangers = strangers

    async def sign_in(self, sign_in: SignIn, visit: Visit) -> Opened:
        """Begin a login.

        Raises `LoginFailed`, `CodeRequired` when the password is right and the second factor's
        code is not there or not right, `TooManyTries`, and `Busy` when too many try at once.
        """
        name, password = normal_name(sign_in.username), normal_password(sign_in.password)
        async with self._database.read() as reader:
            user = await user_store.find_user_by_name(reader, name)
        stored = user.password_hash if user is not None else None
        who = Attempt(name, 0 if user is None else user.id, visit.address, visit.device_token)
        await self._database.write_together(lambda writer: self._backoff.check(writer, who))
        is_right = await self._hasher.verify(password, stored)
        if user is None or not is_right or user.state != "active":
            entry = self._refusal(user, who)
            await self._database.write_together(lambda writer: self._refuse(writer, entry, who))
            raise LoginFailed
        fresh = await self._rehashed(password, stored)
        opened = None
        async with self._database.write() as writer:
            current = await user_store.find_user(writer, user.id)
            if current is None or current.password_hash != stored or current.state != "active":
                raise LoginFailed  # it changed while the hash was computed
            if fresh is not None and stored is not None:
                await user_store.rehash_password(writer, user.id, old=stored, new=fresh)
            if await self._has_code(writer, current, sign_in.code, who):
                await self._backoff.succeeded(writer, who)
                opened = await self._open(writer, current, visit, sign_in.kind)
        if opened is None:
            raise CodeRequired("" if sign_in.code is None else "The code is not right.")
        return opened

    async def change_password(
        self, caller: Caller, change: PasswordChange, visit: Visit
    ) -> str | None:
        """Change the caller's password and end all other logins; answers the browser's new token.

        Raises `LoginFailed` when the current one is wrong, `TooManyTries` and `PasswordRefused`.
        """
        async with self._database.read() as reader:
            user = await user_store.find_user(reader, caller.user_id)
        if user is None:
            raise LoginFailed
        who, old = attempt_of(user, visit), normal_password(change.current_password)
        await self._database.write_together(lambda writer: self._backoff.check(writer, who))
        if not await self._hasher.verify(old, user.password_hash):
            await self._database.write_together(lambda writer: self._backoff.failed(writer, who))
            raise LoginFailed("The current password is not right.")
        new = check_password(change.new_password, user.username or "")
        hashed = await self._hasher.hash(new)
        async with self._database.write() as writer:
            current = await user_store.find_user(writer, user.id)
            if current is None or current.password_hash != user.password_hash:
                raise LoginFailed  # it changed while the hash was computed
            await self._backoff.succeeded(writer, who)
            await user_store.set_password(writer, user.id, hashed)
            await withdraw(writer, user.id)
            token = await self._logins.renew(writer, caller)
            if not current.has_totp:  # else the password alone is no whole proof
                await login_store.set_verified(writer, caller.login, at=now_ms())
            await record(writer, _changed(caller))
        self._logins.cut_others(caller)
        return token

    async def _has_code(
        self, writer: Writer, user: UserRow, code: str | None, who: Attempt
    ) -> bool:
        """Whether the second factor is satisfied; a wrong code counts as a wrong try."""
        if not user.has_totp:
            return True
        if code is None:
            return False  # the form asks for it after the password
        if await self._factors.check_code(writer, user, code, who.address):
            return True
        await self._refuse(writer, self._refusal(user, who), who)
        return False

    async def _open(self, writer: Writer, user: UserRow, visit: Visit, kind: Kind) -> Opened:
        opened = await self._logins.open(writer, user, visit, kind=kind, via="password")
        if kind == "browser":
            return opened
        claims = Claims(user=user.public_id, login=opened.public_id)
        pair = await self._refreshing.first(writer, opened.key, claims)
        return msgspec.structs.replace(opened, pair=pair)

    def _refusal(self, user: UserRow | None, who: Attempt) -> Entry | None:
        """What the audit log gets."""
        entry = Entry(action="login.open", address=who.address, result="refused")
        if user is None:
            return self._strangers.admit(entry)
        return msgspec.structs.replace(entry, object=f"user:{user.public_id}")

    async def _refuse(self, writer: Writer, entry: Entry | None, who: Attempt) -> None:
        if entry is not None:
            await record(writer, entry)
        await self._backoff.failed(writer, who)

    async def _rehashed(self, password: str, stored: str | None) -> str | None:
        if stored is None or not self._hasher.is_outdated(stored):
            return None
        return await self._hasher.hash(password)


def _changed(caller: Caller) -> Entry:
    return Entry(
        action="password.change",
        actor=caller.public_id,
        address=caller.address,
        object=f"user:{caller.public_id}",
    )
