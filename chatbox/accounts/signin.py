"""Signing in with a password: one answer and one duration for whoever may not.

An unknown name, a wrong password and a suspended account cost the same reads, the same hash and the
same write, and are told the same.
"""

from chatbox.accounts.hashing import Hasher
from chatbox.accounts.logins import Logins, Opened
from chatbox.accounts.model import PasswordChange, SignIn
from chatbox.accounts.passwords import check_password, normal_name, normal_password
from chatbox.accounts.store import users as user_store
from chatbox.accounts.store.users import UserRow
from chatbox.accounts.visit import Visit
from chatbox.caller import Caller
from chatbox.db.database import Database, Writer
from chatbox.errors import LoginFailed
from chatbox.system.audit import Entry, record


class SignIns:
    """The verbs of passwords."""

    def __init__(self, database: Database, hasher: Hasher, logins: Logins) -> None:
        self._database = database
        self._hasher = hasher
        self._logins = logins

    async def sign_in(self, sign_in: SignIn, visit: Visit) -> Opened:
        """Begin a login; raises `LoginFailed`, and `Busy` when too many try at once."""
        name, password = normal_name(sign_in.username), normal_password(sign_in.password)
        async with self._database.read() as reader:
            user = await user_store.find_user_by_name(reader, name)
        stored = user.password_hash if user is not None else None
        is_right = await self._hasher.verify(password, stored)
        if user is None or not is_right or user.state != "active":
            await self._refuse(user, visit)
            raise LoginFailed
        fresh = await self._rehashed(password, stored)
        async with self._database.write() as writer:
            current = await user_store.find_user(writer, user.id)
            if current is None or current.password_hash != stored or current.state != "active":
                raise LoginFailed  # it changed while the hash was computed
            if fresh is not None and stored is not None:
                await user_store.rehash_password(writer, user.id, old=stored, new=fresh)
            return await self._logins.open(
                writer, current, visit, kind=sign_in.kind, via="password"
            )

    async def change_password(self, caller: Caller, change: PasswordChange) -> str | None:
        """Change the caller's password and end all other logins; answers the browser's new token.

        Raises `LoginFailed` when the current one is wrong, and `PasswordRefused`.
        """
        async with self._database.read() as reader:
            user = await user_store.find_user(reader, caller.user_id)
        if user is None:
            raise LoginFailed
        old = normal_password(change.current_password)
        if not await self._hasher.verify(old, user.password_hash):
            raise LoginFailed("The current password is not right.")
        new = check_password(change.new_password, user.username or "")
        hashed = await self._hasher.hash(new)
        async with self._database.write() as writer:
            await user_store.set_password(writer, user.id, hashed)
            token = await self._logins.renew(writer, caller)
            await record(writer, _changed(caller))
        self._logins.cut_others(caller)
        return token

    async def _refuse(self, user: UserRow | None, visit: Visit) -> None:
        thing = "" if user is None else f"user:{user.public_id}"
        entry = Entry(action="login.open", address=visit.address, object=thing, result="refused")

        async def write(writer: Writer) -> None:
            await record(writer, entry)

        await self._database.write_together(write)

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
