"""How accounts begin: the owner's by set-up, others by invitation or open registration.

A password is hashed before the transaction begins, for that takes a while; whether the link still
works is decided inside it, so that exactly one of many wins.
"""

from typing import NamedTuple

from chatbox.accounts.hashing import Hasher
from chatbox.accounts.letters import is_open_to
from chatbox.accounts.links import Links, use, withdraw
from chatbox.accounts.logins import Logins, Opened
from chatbox.accounts.model import OneTimeLink, Registration, SetUp, TeamStart
from chatbox.accounts.passwords import check_email, check_password, check_username
from chatbox.accounts.store import users as user_store
from chatbox.accounts.store.users import UserRow
from chatbox.accounts.visit import Visit
from chatbox.caller import Caller, Role
from chatbox.db.database import Conflict, Database, Writer
from chatbox.errors import (
    Forbidden,
    InvalidRequest,
    LinkInvalid,
    NameTaken,
    NotFound,
    RegistrationClosed,
)
from chatbox.kit.clock import now_ms
from chatbox.kit.ids import new_id
from chatbox.system.audit import Entry, record
from chatbox.system.mode import Mode
from chatbox.system.site import SiteSettings


class _Person(NamedTuple):
    username: str
    name: str
    email: str | None
    password_hash: str | None


class Joining:
    """The verbs of accounts that begin."""

    def __init__(  # noqa: PLR0913 - built once
        self,
        database: Database,
        hasher: Hasher,
        logins: Logins,
        *,
        links: Links,
        site: SiteSettings,
        mode: Mode,
    ) -> None:
        self._database = database
        self._hasher = hasher
        self._logins = logins
        self._links = links
        self._site = site
        self._mode = mode

    async def needs_setup(self) -> bool:
        """Whether the owner has no password yet."""
        async with self._database.read() as reader:
            return (await user_store.get_owner(reader)).password_hash is None

    async def setup_link(self) -> OneTimeLink:
        """Make the link that the owner's account is set up with; older ones stop working."""
        async with self._database.write() as writer:
            _, link = await self._links.make(writer, "setup")
            await record(writer, Entry(action="setup.link"))
        return link

    async def set_up(self, new: SetUp, visit: Visit) -> Opened:
        """Give the owner a name and a password. Raises `LinkInvalid` for all but the first."""
        await self._links.check(new.token)
        person = await self._person(new.username, new.password, new.name, new.email)
        async with self._database.write() as writer:
            await use(writer, new.token, "setup")
            return await self._claim(writer, person, visit, "setup.done")

    async def start_team(self, caller: Caller, new: TeamStart, visit: Visit) -> Opened:
        """Make one person's server a team's; from now on everybody signs in."""
        if not caller.is_alone:
            raise NotFound
        async with self._database.read() as reader:
            owner = await user_store.get_owner(reader)
        if owner.password_hash is not None:
            raise Forbidden(
                "The owner has a password already: enable the team with `chatbox team enable`."
            )
        person = await self._person(new.username, new.password, new.name, None)
        async with self._database.write() as writer:
            opened = await self._claim(writer, person, visit, "team.enable")
        self._mode.follow(True)
        return opened

    async def end_team(self, caller: Caller) -> None:
        """Make the server one person's again: nobody signs in any more."""
        if self._mode.is_forced:
            raise Forbidden(
                "This server was started for a team: start it without --team, on this computer's "
                "own address."
            )
        async with self._database.write() as writer:
            await user_store.set_team(writer, False)
            entry = Entry(action="team.disable", actor=caller.public_id, address=caller.address)
            await record(writer, entry)
        self._mode.follow(False)

    async def register(self, new: Registration, visit: Visit) -> Opened:
        """Make an account and begin its login.

        Raises `LinkInvalid`, `RegistrationClosed`, `NameTaken` and `PasswordRefused`.
        """
        site = self._site.now
        if new.token is None and (site.registration != "open" or site.registration_domains):
            raise RegistrationClosed
        invitation = None if new.token is None else await self._links.check(new.token)
        if invitation is not None and invitation.kind != "invitation":
            raise LinkInvalid
        if site.registration == "closed":
            raise RegistrationClosed
        person = await self._person(new.username, new.password, new.name, None)
        async with self._database.write() as writer:
            role: Role = "user"
            if new.token is not None:
                link = await use(writer, new.token, "invitation")
                if link.created_by is None and not is_open_to(site, link.email or ""):
                    raise RegistrationClosed  # nobody but the site's rules stood for it
                role = link.role or "user"
                person = person._replace(email=link.email)
            user = await insert_person(writer, person, role)
            how = "open" if new.token is None else "invitation"
            await record(writer, _joined(user, visit, how))
            return await self._logins.open(writer, user, visit, via="link")

    async def reset(self, token: str, password: str, visit: Visit) -> UserRow:
        """Give an account a new password with a link, and end all its logins."""
        found = await self._links.check(token)
        if found.kind != "reset":
            raise LinkInvalid
        hashed = await self._hasher.hash(check_password(password, found.username or ""))
        async with self._database.write() as writer:
            link = await use(writer, token, "reset")
            user = await user_store.find_user(writer, link.user_id or 0)
            if user is None or user.state != "active":
                raise LinkInvalid
            await user_store.set_password(writer, user.id, hashed)
            await withdraw(writer, user.id)
            await self._logins.drop(writer, user.id)
            entry = Entry(
                action="password.reset",
                actor=user.public_id,
                address=visit.address,
                object=f"user:{user.public_id}",
            )
            await record(writer, entry)
        self._logins.cut_account(user.id)
        return user

    async def _person(self, username: str, password: str, name: str, email: str | None) -> _Person:
        username = check_username(username)
        address = None if email is None else check_email(email)
        hashed = await self._hasher.hash(check_password(password, username))
        return _Person(username, name.strip() or username, address, hashed)

    async def _claim(self, writer: Writer, person: _Person, visit: Visit, action: str) -> Opened:
        """Make the owner of the database the person who signs in as such.

        From now on the database is a team's, however the server is started.
        """
        if person.password_hash is None:
            raise InvalidRequest
        try:
            claimed = await user_store.claim_owner(
                writer,
                username=person.username,
                name=person.name,
                email=person.email,
                password_hash=person.password_hash,
            )
        except Conflict as taken:
            raise NameTaken("That user name or e-mail address is in use.") from taken
        if not claimed:
            raise LinkInvalid
        await user_store.set_team(writer, True)
        owner = await user_store.get_owner(writer)
        entry = Entry(
            action=action,
            actor=owner.public_id,
            address=visit.address,
            object=f"user:{owner.public_id}",
        )
        await record(writer, entry)
        return await self._logins.open(writer, owner, visit, via="link")


async def insert_person(writer: Writer, person: _Person, role: Role) -> UserRow:
    """Insert an account; raises `NameTaken`."""
    try:
        key = await user_store.insert_user(
            writer,
            public_id=new_id(),
            username=person.username,
            name=person.name,
            email=person.email,
            role=role,
            password_hash=person.password_hash,
            at=now_ms(),
        )
    except Conflict as taken:
        raise NameTaken("That user name or e-mail address is in use.") from taken
    user = await user_store.find_user(writer, key)
    if user is None:
        raise NotFound
    return user


def _joined(user: UserRow, visit: Visit, how: str) -> Entry:
    return Entry(
        action="user.join",
        actor=user.public_id,
        address=visit.address,
        object=f"user:{user.public_id}",
        detail={"how": how, "role": user.role},
    )
