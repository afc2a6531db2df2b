"""People: what administrators do with accounts.

An administrator changes users and viewers, the owner everybody; the account of somebody who ranks
as high is answered like one that does not exist. There is always exactly one owner.
"""

import msgspec
from msgspec import UNSET

from chatbox.accounts.links import Links
from chatbox.accounts.logins import Logins
from chatbox.accounts.model import NewUser, OneTimeLink, UserChange
from chatbox.accounts.passwords import check_email, check_username
from chatbox.accounts.sentinel import Sentinel
from chatbox.accounts.store import users as user_store
from chatbox.accounts.store.users import UserRow
from chatbox.accounts.view import user_of
from chatbox.caller import Caller, Role
from chatbox.db.database import Conflict, Database, Reader, Writer
from chatbox.errors import Forbidden, NameTaken, VersionConflict
from chatbox.kit.clock import now_ms
from chatbox.kit.ids import new_id
from chatbox.rights import RANK, Action, authorise
from chatbox.system.audit import Entry, record

TAKEN = "That user name or e-mail address is in use."


class People:
    """The verbs of accounts."""

    def __init__(
        self, database: Database, logins: Logins, links: Links, *, sentinel: Sentinel
    ) -> None:
        self._database = database
        self._logins = logins
        self._links = links
        self._sentinel = sentinel

    async def page(
        self, *, query: str, role: Role | None, state: str | None, after: int, limit: int
    ) -> list[UserRow]:
        """List accounts, the oldest first."""
        async with self._database.read() as reader:
            return await user_store.list_users(
                reader, pattern=_pattern(query), role=role, state=state, after=after, limit=limit
            )

    async def get(self, user_id: str) -> UserRow:
        """Find an account, or raise `NotFound`."""
        async with self._database.read() as reader:
            return await user_store.get_user(reader, user_id)

    async def create(self, caller: Caller, new: NewUser) -> tuple[UserRow, OneTimeLink]:
        """Make an account without a password, and the link to choose one with."""
        check_rank(caller, new.role)
        username = check_username(new.username)
        email = None if new.email is None else check_email(new.email)
        async with self._database.write() as writer:
            await check_standing(writer, caller)
            try:
                key = await user_store.insert_user(
                    writer,
                    public_id=new_id(),
                    username=username,
                    name=new.name.strip() or username,
                    email=email,
                    role=new.role,
                    password_hash=None,
                    at=now_ms(),
                )
            except Conflict as taken:
                raise NameTaken(TAKEN) from taken
            user = await _found(writer, key)
            _, link = await self._links.make(
                writer, "reset", user_id=key, created_by=caller.user_id
            )
            await record(writer, entry_of(caller, "user.create", user, role=new.role))
        return user, link

    async def change(
        self, caller: Caller, user_id: str, change: UserChange, *, version: int | None
    ) -> UserRow:
        """Change an account; another role or state ends what is open under the old ones.

        Raises `VersionConflict` with the current copy, `NameTaken` and `Forbidden`.
        """
        async with self._database.write() as writer:
            old = await self._other(writer, caller, user_id, Action.MANAGE)
            if version is not None and version != old.version:
                raise VersionConflict(current=user_of(old))
            if change.role == "owner" and old.role != "owner":
                await self._hand_over(writer, caller, old)
            new = _changed(caller, old, change)
            try:
                await user_store.update_user(writer, new)
            except Conflict as taken:
                raise NameTaken(TAKEN) from taken
            if new.state == "suspended":
                await self._logins.drop(writer, old.id)
            for field in ("role", "state"):
                if (value := getattr(new, field)) != getattr(old, field):
                    detail = {"from": getattr(old, field), "to": value}
                    await record(writer, entry_of(caller, f"user.{field}", old, **detail))
            if (old.name, old.email) != (new.name, new.email):
                await record(writer, entry_of(caller, "user.change", old))
            changed = await _found(writer, old.id)
        await self._sentinel.look()
        return changed

    async def reset_link(self, caller: Caller, user_id: str) -> OneTimeLink:
        """Make the link that a new password is chosen with; the old password works until then."""
        async with self._database.write() as writer:
            user = await self._other(writer, caller, user_id, Action.GUARD)
            _, link = await self._links.make(
                writer, "reset", user_id=user.id, created_by=caller.user_id
            )
            await record(writer, entry_of(caller, "user.reset_link", user))
        return link

    async def end_logins(self, caller: Caller, user_id: str) -> None:
        """End all logins of an account."""
        async with self._database.write() as writer:
            user = await self._other(writer, caller, user_id, Action.MANAGE)
            await self._logins.drop(writer, user.id)
            await record(writer, entry_of(caller, "user.end_logins", user))
        self._logins.cut_account(user.id)

    async def remove_totp(self, caller: Caller, user_id: str) -> None:
        """Take away a second factor that was lost; the account's logins end."""
        async with self._database.write() as writer:
            user = await self._other(writer, caller, user_id, Action.GUARD)
            await user_store.clear_totp(writer, user.id)
            await self._logins.drop(writer, user.id)
            await record(writer, entry_of(caller, "user.remove_totp", user))
        self._logins.cut_account(user.id)

    async def _other(self, writer: Writer, caller: Caller, user_id: str, action: Action) -> UserRow:
        """Find the account that something is done to, if the caller may do it."""
        await check_standing(writer, caller)
        user = await user_store.get_user(writer, user_id)
        authorise(caller, action, user.role)
        return user

    async def _hand_over(self, writer: Writer, caller: Caller, heir: UserRow) -> None:
        """Make room for a new owner: the old one becomes an administrator."""
        authorise(caller, Action.OWN)
        if heir.state != "active" or heir.password_hash is None:
            raise Forbidden("The new owner must be able to sign in with a password.")
        owner = await user_store.get_owner(writer)
        await user_store.update_user(writer, msgspec.structs.replace(owner, role="admin"))


async def check_standing(reader: Reader, caller: Caller) -> None:
    """Raise `Forbidden` when the caller has lost, since the request came in, what it was let for.

    Two who hand the server over at the same time, or an administrator who is suspended while
    waiting for the writer, would otherwise act under rights that are gone.
    """
    if caller.is_alone:
        return
    now = await user_store.find_user(reader, caller.user_id)
    if now is None or now.state != "active" or now.rights_version != caller.rights_version:
        raise Forbidden("Your rights have just changed.")


def check_rank(caller: Caller, role: Role) -> None:
    """Nobody hands out a role that is as high as his own, but for the owner. Raises `Forbidden`.

    Making an administrator takes a fresh proof, for such an account would give one by itself.
    """
    if caller.role != "owner" and RANK[role] >= RANK[caller.role]:
        raise Forbidden("You cannot give a role that is as high as your own.")
    if role == "admin":
        authorise(caller, Action.GUARD)


def entry_of(caller: Caller, action: str, user: UserRow, **detail: str) -> Entry:
    """Tell what a caller did to an account."""
    return Entry(
        action=action,
        actor=caller.public_id,
        address=caller.address,
        object=f"user:{user.public_id}",
        detail={**detail},
    )


def _changed(caller: Caller, old: UserRow, change: UserChange) -> UserRow:
    given = {
        name: value
        for name in change.__struct_fields__
        if (value := getattr(change, name)) is not UNSET
    }
    if given.get("email") is not None:
        given["email"] = check_email(given["email"])
    if "name" in given:
        given["name"] = given["name"].strip() or old.username or old.name
    new = msgspec.structs.replace(old, **given)
    if old.role == "owner" and (new.role, new.state) != (old.role, old.state):
        raise Forbidden("There must be an owner: hand the server over first.")
    if new.role == "owner" and new.state != "active":
        raise Forbidden("There must be an owner who can sign in.")
    if new.role not in ("owner", old.role):
        check_rank(caller, new.role)
    if new.email != old.email:  # a link to a new password goes there
        authorise(caller, Action.GUARD)
    return new


async def _found(reader: Reader, key: int) -> UserRow:
    user = await user_store.find_user(reader, key)
    assert user is not None  # noqa: S101 - written in this transaction
    return user


def _pattern(query: str) -> str:
    text = query.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{text}%" if text else "%"
