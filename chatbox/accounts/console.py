"""What whoever runs the server does to its accounts from the command line, without signing in.

It works on the file, so it needs no server and no master key. A server that runs on the same file
notices within a second: the sentinel looks.
"""

from collections.abc import Sequence

import msgspec

from chatbox.accounts.backoff import Backoff
from chatbox.accounts.hashing import Hasher
from chatbox.accounts.links import Links, withdraw
from chatbox.accounts.logins import Logins
from chatbox.accounts.model import NewUser, OneTimeLink, User, UserChange
from chatbox.accounts.passwords import check_password, check_username, normal_name
from chatbox.accounts.people import TAKEN, People, entry_of
from chatbox.accounts.sentinel import Sentinel
from chatbox.accounts.store import users as user_store
from chatbox.accounts.store.users import State, UserRow
from chatbox.accounts.view import user_of
from chatbox.caller import Caller
from chatbox.db.database import Conflict, Database, Reader, Writer
from chatbox.errors import Forbidden, NameTaken, NotFound
from chatbox.events.hub import Hub
from chatbox.kit.ids import is_id
from chatbox.kit.secretbox import SecretBox
from chatbox.system.audit import Entry, record
from chatbox.system.mode import Mode
from chatbox.system.site import SiteSettings

ACTOR = "cli"
"""What the audit log calls whoever uses the command line."""
PAGE = 500


class Overview(msgspec.Struct, frozen=True):
    """How a database stands: its mode, its accounts and its owner."""

    is_team: bool
    owner: User
    states: dict[str, int]


async def overview(reader: Reader) -> Overview:
    """Look at the accounts of a database."""
    rows = await user_store.count_states(reader)
    return Overview(
        is_team=await user_store.is_team(reader),
        owner=user_of(await user_store.get_owner(reader)),
        states={row.state: row.count for row in rows},
    )


async def everybody(reader: Reader) -> list[User]:
    """List all accounts, the oldest first."""
    users: list[User] = []
    page: Sequence[UserRow] | None = None
    while page is None or len(page) == PAGE:
        after = 0 if page is None else page[-1].id
        page = await user_store.list_users(
            reader, pattern="%", role=None, state=None, after=after, limit=PAGE
        )
        users += map(user_of, page)
    return users


class Console:
    """The verbs of the command line; `base` is the address that people reach the server by."""

    def __init__(self, database: Database, *, base: str) -> None:
        self._database = database
        self._links = Links(database, lambda: base)
        hub, mode = Hub(), Mode(is_team=True, is_forced=True)
        # Nobody signs in here, so the key that hides the names of failed tries is any.
        self._logins = Logins(database, hub, Backoff(SecretBox(bytes(32))))
        site = SiteSettings(database)
        sentinel = Sentinel(database, hub, mode=mode, site=site, stop_turns=_leave)
        self._people = People(database, self._logins, self._links, sentinel=sentinel)

    async def caller(self) -> Caller:
        """Who does it: somebody with the rights of the owner."""
        async with self._database.read() as reader:
            owner = await user_store.get_owner(reader)
        return Caller(user_id=owner.id, role="owner", public_id=ACTOR, is_alone=True)

    async def find(self, name: str) -> UserRow:
        """Find an account by user name, e-mail address or id. Raises `NotFound`."""
        async with self._database.read() as reader:
            found = await user_store.find_user_by_name(reader, normal_name(name))
            if found is None and is_id(name):
                found = await user_store.get_user(reader, name)
        if found is None:
            raise NotFound(f"There is no account called {name!r}.")
        return found

    async def create(
        self, new: NewUser, password: str | None
    ) -> tuple[UserRow, OneTimeLink | None]:
        """Make an account; without a password, with the link that its owner chooses one with."""
        if password is None:
            return await self._people.create(await self.caller(), new)
        check_password(password, new.username)
        user, _ = await self._people.create(await self.caller(), new)
        await self.set_password(user.public_id, password)
        return user, None

    async def set_state(self, name: str, state: State) -> None:
        """Suspend an account, or let it in again."""
        user = await self.find(name)
        change = UserChange(state=state)
        await self._people.change(await self.caller(), user.public_id, change, version=None)

    async def set_password(self, name: str, password: str) -> None:
        """Give an account a password; all its logins end, and links to another one do not work."""
        user, caller = await self._nameable(name), await self.caller()
        hashed = await _hashed(check_password(password, user.username or ""))
        async with self._database.write() as writer:
            await user_store.set_password(writer, user.id, hashed)
            await self._logins.drop(writer, user.id)
            await withdraw(writer, user.id)
            await record(writer, entry_of(caller, "password.set", user))

    async def reset_link(self, name: str) -> OneTimeLink:
        """Make the link that a new password is chosen with."""
        user = await self._nameable(name)
        return await self._people.reset_link(await self.caller(), user.public_id)

    async def remove_totp(self, name: str) -> None:
        """Take away a second factor that was lost; the account's logins end."""
        user = await self.find(name)
        await self._people.remove_totp(await self.caller(), user.public_id)

    async def _nameable(self, name: str) -> UserRow:
        """Find an account that a password would be of use for."""
        user = await self.find(name)
        if user.username is None and user.email is None:
            raise Forbidden(
                "The owner has no user name yet. Use `chatbox team enable --owner NAME`."
            )
        return user

    async def enable_team(self) -> OneTimeLink | None:
        """Make the database a team's; answer the set-up link where the owner has no password."""
        async with self._database.write() as writer:
            await _set_team(writer, True)
            if (await user_store.get_owner(writer)).password_hash is not None:
                return None
            _, link = await self._links.make(writer, "setup")
            await record(writer, Entry("setup.link", ACTOR))
        return link

    async def set_up(self, username: str, password: str) -> None:
        """Make the database a team's, and give its owner a name and a password.

        Raises `Forbidden` when there is a password already.
        """
        name = check_username(username)
        hashed = await _hashed(check_password(password, name))
        async with self._database.write() as writer:
            await _set_team(writer, True)
            try:
                claimed = await user_store.claim_owner(
                    writer, username=name, name=name, email=None, password_hash=hashed
                )
            except Conflict as taken:
                raise NameTaken(TAKEN) from taken
            if not claimed:
                raise Forbidden("The owner has a password already.")
            owner = await user_store.get_owner(writer)
            await record(writer, Entry("setup.done", ACTOR, object=f"user:{owner.public_id}"))

    async def disable_team(self) -> None:
        """Make the database one person's again; everybody's data stays."""
        async with self._database.write() as writer:
            await _set_team(writer, False)


async def _set_team(writer: Writer, is_team: bool) -> None:
    if await user_store.is_team(writer) == is_team:
        return
    if not await user_store.set_team(writer, is_team):
        raise NotFound("No server has been started on this database yet. Start it once.")
    await record(writer, Entry(f"team.{'enable' if is_team else 'disable'}", ACTOR))


async def _hashed(password: str) -> str:
    hasher = Hasher()
    try:
        return await hasher.hash(password)
    finally:
        hasher.close()


async def _leave(_user_id: int) -> None:
    """Turns run in the server, whose own sentinel stops them."""
