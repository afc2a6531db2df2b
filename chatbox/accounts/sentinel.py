"""The sentinel: ends what is open of those who may no longer.

Every request asks the database who sends it. Connections that stay open would go on under rights
that are gone, so once a second their logins and accounts are looked up, in two small queries. It
does not matter who changed them: this server, or a command in another process.
"""

from collections.abc import Awaitable, Callable

from chatbox.accounts.logins import IDLE_MS
from chatbox.accounts.store import logins as login_store
from chatbox.accounts.store import users as user_store
from chatbox.db.database import Database, Reader
from chatbox.events.hub import Hub, Viewer
from chatbox.kit.clock import now_ms
from chatbox.system.mode import Mode
from chatbox.system.site import SiteSettings

LOOK_SECONDS = 1.0


class Sentinel:
    """Looks after open connections and running turns; `stop_turns` stops those of an account."""

    def __init__(
        self,
        database: Database,
        hub: Hub,
        *,
        mode: Mode,
        site: SiteSettings,
        stop_turns: Callable[[int], Awaitable[None]],
    ) -> None:
        self._database = database
        self._hub = hub
        self._mode = mode
        self._site = site
        self._stop_turns = stop_turns

    async def look(self) -> None:
        """End what must end now."""
        await self.look_at_mode()
        # Also when that was news to nobody: a route may have changed it, a request have come late.
        self._hub.cut(lambda viewer: viewer.caller.is_alone == self._mode.is_team)
        await self._site.reload()
        if not self._mode.is_team:
            return
        viewers = {one for one in self._hub.viewers if not one.caller.is_alone}
        running = self._hub.running_users()
        if not viewers and not running:
            return
        standing, active = await self._database.snapshot(
            lambda reader: _stand(reader, viewers, running)
        )
        self._hub.cut(lambda one: one in viewers and _of(one) not in standing)
        for user_id in running - active:
            await self._stop_turns(user_id)

    async def look_at_mode(self) -> None:
        """Find out whether people sign in, and whose the server is."""
        async with self._database.read() as reader:
            self._mode.follow(await user_store.is_team(reader))
            owner = await user_store.get_owner(reader)
        self._mode.know_owner(owner.id, owner.public_id)


async def _stand(
    reader: Reader, viewers: set[Viewer], running: set[int]
) -> tuple[set[tuple[int, int, int]], set[int]]:
    """Which logins are good, for whom and under which rights; which accounts are active.

    Whom a proxy vouches for has no login: the account alone decides.
    """
    now = now_ms()
    rows = await login_store.list_standing(
        reader, list({one.caller.login for one in viewers}), now=now, idle_since=now - IDLE_MS
    )
    vouched = {one.caller.user_id for one in viewers if not one.caller.login}
    accounts = await user_store.list_rights(reader, running | vouched)
    standing = {(row.login, row.user_id, row.rights_version) for row in rows}
    standing |= {(0, row.user_id, row.rights_version) for row in accounts if row.user_id in vouched}
    return standing, {row.user_id for row in accounts}


def _of(viewer: Viewer) -> tuple[int, int, int]:
    caller = viewer.caller
    return caller.login, caller.user_id, caller.rights_version
