"""Letters: links that are mailed to whoever an account belongs to, or is to belong to.

Whoever asks for one is told nothing, neither by the answer nor by how long it takes: the work is
done afterwards. An account gets three letters of a kind within an hour, whoever asks.
"""

import hashlib
import logging
from collections.abc import Coroutine
from typing import Any

import msgspec

from chatbox.accounts.letter_texts import Language
from chatbox.accounts.links import HOUR_MS, Links, use
from chatbox.accounts.model import OneTimeLink
from chatbox.accounts.passwords import check_email, normal_name
from chatbox.accounts.postbox import Postbox
from chatbox.accounts.store import failures as failure_store
from chatbox.accounts.store import links as link_store
from chatbox.accounts.store import users as user_store
from chatbox.accounts.store.failures import FailureRow
from chatbox.accounts.store.users import UserRow
from chatbox.accounts.visit import Visit
from chatbox.caller import Caller
from chatbox.db.database import Conflict, Database, Writer
from chatbox.errors import InvalidRequest, LinkInvalid, NameTaken, NotFound
from chatbox.kit.clock import now_ms
from chatbox.kit.tasks import Tasks
from chatbox.system.audit import Entry, record
from chatbox.system.mode import Mode
from chatbox.system.settings import UserSettings
from chatbox.system.site import Site, SiteSettings

logger = logging.getLogger(__name__)

PER_HOUR = 3
MOST_PENDING = 100
TAKEN = "That e-mail address is in use."


class Letters:
    """The verbs of mailed links."""

    def __init__(  # noqa: PLR0913 - built once
        self,
        database: Database,
        tasks: Tasks,
        postbox: Postbox,
        *,
        links: Links,
        mode: Mode,
        site: SiteSettings,
        settings: UserSettings,
    ) -> None:
        self._database = database
        self._tasks = tasks
        self._postbox = postbox
        self._links = links
        self._mode = mode
        self._site = site
        self._settings = settings
        self._pending = 0

    @property
    def is_on(self) -> bool:
        """Whether letters can be sent."""
        return self._postbox.is_open

    def ask_reset(self, name: str, visit: Visit, language: Language) -> None:
        """Mail the link to a new password to the account of that name, if there is one."""
        self._later(self._reset(name, visit, language))

    def ask_registration(self, email: str, visit: Visit, language: Language) -> None:
        """Mail the link to a new account to an address that may have one."""
        self._later(self._register(email, visit, language))

    async def change_email(self, caller: Caller, email: str | None, language: Language) -> bool:
        """Change the caller's address; answer True when it must be confirmed by a link first.

        Raises `InvalidRequest`, and `NameTaken` where no letters can be sent.
        """
        address = None if email is None else check_email(email)
        if address is not None and self.is_on and self._mode.is_team:
            self._later(self._confirm(caller, address, language))
            return True
        async with self._database.write() as writer:
            await self._set_email(writer, caller.user_id, address, caller.address)
        return False

    async def use_link(self, token: str, visit: Visit) -> None:
        """Take the address that a link confirms; raises `LinkInvalid` and `NameTaken`."""
        async with self._database.write() as writer:
            link = await use(writer, token, "email")
            old = await self._set_email(writer, link.user_id or 0, link.email, visit.address)
        if old.email is not None and old.email != link.email and self.is_on:
            self._later(self._tell_old(old))

    async def _reset(self, name: str, visit: Visit, language: Language) -> None:
        async with self._database.write() as writer:
            user = await user_store.find_user_by_name(writer, normal_name(name))
            if user is None or user.email is None or user.state != "active":
                return
            if not await _may_send(writer, f"reset:{user.public_id}"):
                return
            _, link = await self._links.make(writer, "reset", user_id=user.id, life_ms=HOUR_MS)
            await record(writer, _asked("user.reset_mail", user, visit.address))
        language = await self._language(user, language)
        await self._postbox.send("reset", user.email, language, **_filled(link, user))

    async def _register(self, email: str, visit: Visit, language: Language) -> None:
        try:
            address = check_email(email)
        except InvalidRequest:
            return
        if not is_open_to(self._site.now, address):
            return
        async with self._database.write() as writer:
            if await user_store.find_user_by_name(writer, address) is not None:
                return
            digest = hashlib.sha256(address.encode()).hexdigest()
            if not await _may_send(writer, f"join:{digest}"):
                return
            await link_store.delete_own_invitations(writer, address)
            _, link = await self._links.make(
                writer, "invitation", role="user", email=address, life_ms=24 * HOUR_MS
            )
            await record(writer, Entry(action="invitation.mail", address=visit.address))
        await self._postbox.send("invitation", address, language, **_filled(link))

    async def _confirm(self, caller: Caller, address: str, language: Language) -> None:
        async with self._database.write() as writer:
            user = await user_store.find_user(writer, caller.user_id)
            if user is None or not await _may_send(writer, f"email:{user.public_id}"):
                return
            _, link = await self._links.make(
                writer, "email", user_id=user.id, created_by=user.id, email=address
            )
            await record(writer, _asked("user.email_mail", user, caller.address))
        language = await self._language(user, language)
        await self._postbox.send("email", address, language, **_filled(link, user))

    async def _set_email(
        self, writer: Writer, key: int, email: str | None, address: str
    ) -> UserRow:
        """Write an account's address and answer the row as it was."""
        old = await user_store.find_user(writer, key)
        if old is None:
            raise NotFound
        if old.state != "active":
            raise LinkInvalid
        try:
            await user_store.update_user(writer, msgspec.structs.replace(old, email=email))
        except Conflict as taken:
            raise NameTaken(TAKEN) from taken
        if email != old.email:  # what was mailed to the old one
            await link_store.delete_links(writer, "reset", user_id=key)
        await record(writer, _asked("user.email", old, address))
        return old

    async def _tell_old(self, old: UserRow) -> None:
        if old.email is not None:
            language = await self._language(old, "en")
            await self._postbox.send("email_changed", old.email, language, **_filled(None, old))

    async def _language(self, user: UserRow, asked: Language) -> Language:
        """The language that the account has chosen, else the one that was asked in."""
        chosen = await self._settings.get(Caller(user_id=user.id, role=user.role))
        return asked if chosen.locale == "auto" else chosen.locale

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it when the answer is out; nobody can make it pile up."""
        if not self.is_on or not self._mode.is_team or self._pending >= MOST_PENDING:
            if self._pending >= MOST_PENDING:
                logger.warning("a letter was not written", extra={"pending": self._pending})
            work.close()
            return
        self._pending += 1
        self._tasks.spawn(work, name="letter").add_done_callback(self._done)

    def _done(self, _: object) -> None:
        self._pending -= 1


def is_open_to(site: Site, address: str) -> bool:
    """Whether people with such an address may make an account by mail."""
    domain = address.rpartition("@")[2]
    return site.registration == "open" and domain in site.registration_domains


async def _may_send(writer: Writer, what: str) -> bool:
    """Count a letter, unless there were enough within the hour."""
    now, key = now_ms(), f"letter:{what}"
    row = await failure_store.get_failures(writer, key, since=now - HOUR_MS)
    if row.first_at <= now - HOUR_MS:
        row = FailureRow(count=0, first_at=now, last_at=now)
    if row.count >= PER_HOUR:
        return False
    counted = FailureRow(count=row.count + 1, first_at=row.first_at, last_at=now)
    await failure_store.put_failures(writer, key, counted)
    return True


def _filled(link: OneTimeLink | None, user: UserRow | None = None) -> dict[str, str]:
    values = {"username": "" if user is None else user.username or ""}
    if link is not None:
        values |= {"url": link.url, "until": link.expires_at[:16].replace("T", " ")}
    return values


def _asked(action: str, user: UserRow, address: str) -> Entry:
    thing = f"user:{user.public_id}"
    return Entry(action=action, actor=user.public_id, address=address, object=thing)
