"""Deleting an account: at once it can do nothing any more, then everything of it is removed.

What it wrote may be much, so it goes in small transactions between those of others. A server that
dies in between leaves an account that is marked; the next one goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable

from chatbox.accounts import leaving as accounts
from chatbox.caller import Caller
from chatbox.chat import leaving as chat
from chatbox.db.database import Database
from chatbox.events.hub import Hub
from chatbox.kit.tasks import Tasks
from chatbox.providers.handover import keep_restrictions, keep_system_providers
from chatbox.system.settings import UserSettings


class Deletion:
    """Deletes accounts; `stop_turns` stops the replies of one, `removed` hears when it is gone."""

    def __init__(  # noqa: PLR0913 - built once, in app.py
        self,
        database: Database,
        hub: Hub,
        *,
        tasks: Tasks,
        settings: UserSettings,
        stop_turns: Callable[[int], Awaitable[None]],
        removed: Callable[[], Awaitable[None]],
    ) -> None:
        self._database = database
        self._hub = hub
        self._tasks = tasks
        self._settings = settings
        self._stop_turns = stop_turns
        self._removed = removed

    async def delete(self, caller: Caller, user_id: str | None = None) -> None:
        """Delete the caller's own account, or another one; returns when everything is removed.

        It goes on when the caller is cancelled. Raises `NotFound`, and `Forbidden` for the owner's.
        """
        async with self._database.write() as writer:
            user = await accounts.find_leaving(writer, caller, user_id)
            owner = await accounts.owner_key(writer)
            await keep_system_providers(writer, user.id, owner)
            await keep_restrictions(writer, user.id, owner)
            await accounts.mark(writer, caller, user)
        for kind in ("providers_changed", "models_changed"):  # what was shared is the owner's now
            self._hub.broadcast(kind, {})
        task = self._tasks.spawn(self._remove(user.id), name="account removal")
        await asyncio.shield(task)

    async def complete(self) -> None:
        """Go on with what another server, or a command, began; a job of the server."""
        async with self._database.read() as reader:
            marked = await accounts.marked(reader)
        for user_id in marked:
            await self._remove(user_id)

    async def _remove(self, user_id: int) -> None:
        self._hub.cut(lambda viewer: viewer.caller.user_id == user_id)
        await self._stop_turns(user_id)
        while await self._remove_some(user_id):
            pass
        async with self._database.write() as writer:
            await keep_system_providers(writer, user_id, await accounts.owner_key(writer))
            await accounts.finish(writer, user_id)
        await self._stop_turns(user_id)  # of a request that was under way as it began
        self._hub.forget(user_id)
        self._settings.forget(user_id)
        await self._removed()

    async def _remove_some(self, user_id: int) -> bool:
        async with self._database.write() as writer:
            return await chat.remove_some(writer, user_id)
