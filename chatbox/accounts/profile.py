"""The caller's own account."""

import msgspec
from msgspec import UNSET

from chatbox.accounts.factors import needs_factor
from chatbox.accounts.logins import Opened
from chatbox.accounts.model import Me, MeChange
from chatbox.accounts.passwords import check_username
from chatbox.accounts.store import users as user_store
from chatbox.accounts.view import me_of
from chatbox.accounts.visit import Visit
from chatbox.caller import Caller
from chatbox.db.database import Conflict, Database
from chatbox.errors import NameTaken, NotFound
from chatbox.kit.clock import now_ms
from chatbox.system.audit import Entry, record
from chatbox.system.site import SiteSettings


class Profile:
    """The verbs of one's own account."""

    def __init__(self, database: Database, site: SiteSettings) -> None:
        self._database = database
        self._site = site

    async def show(self, caller: Caller) -> Me:
        """The account and what it may do."""
        async with self._database.read() as reader:
            return await me_of(reader, caller)

    async def of_login(self, opened: Opened, visit: Visit) -> Me:
        """The account of a login that has just begun."""
        user = opened.user
        caller = Caller(
            user_id=user.id,
            role=user.role,
            public_id=user.public_id,
            login=opened.key,
            verified_at=now_ms(),
            rights_version=user.rights_version,
            address=visit.address,
            must_enrol=needs_factor(self._site.now, user.role, has_one=user.has_totp),
        )
        return await self.show(caller)

    async def change(self, caller: Caller, change: MeChange) -> Me:
        """Change how one is called; raises `NameTaken`."""
        async with self._database.write() as writer:
            row = await user_store.find_user(writer, caller.user_id)
            if row is None:
                raise NotFound
            name = row.name if change.name is UNSET else change.name.strip()
            username = row.username
            if change.username is not UNSET:
                username = check_username(change.username)
            new = msgspec.structs.replace(row, name=name or username or row.name, username=username)
            try:
                await user_store.update_user(writer, new)
            except Conflict as taken:
                raise NameTaken("That user name is in use.") from taken
            thing = f"user:{caller.public_id}"
            entry = Entry("user.change", caller.public_id, caller.address, thing)
            await record(writer, entry)
        return await self.show(caller)
