"""Grants: administrators say whom a provider of the system, or one of its models, is for."""

from chatbox.caller import Caller
from chatbox.db.database import Conflict, Database, Writer
from chatbox.errors import AlreadyExists, InvalidRequest, NotFound
from chatbox.events.hub import Hub
from chatbox.kit.clock import now_ms
from chatbox.kit.ids import new_id
from chatbox.providers.model import NewGrant
from chatbox.providers.store import grants as grant_store
from chatbox.providers.store import providers as provider_store
from chatbox.providers.store.grants import GrantRow
from chatbox.providers.visible import sight_of
from chatbox.system.audit import Entry, record
from chatbox.system.site import Site


class Grants:
    """The verbs of grants. The route has asked whether the caller manages the server."""

    def __init__(self, database: Database, *, hub: Hub) -> None:
        self._database = database
        self._hub = hub

    async def page(self, *, provider: str | None, after: int, limit: int) -> list[GrantRow]:
        """List grants, oldest first."""
        async with self._database.read() as reader:
            return await grant_store.list_grants(
                reader, provider=provider, after=after, limit=limit
            )

    async def add(self, caller: Caller, new: NewGrant) -> GrantRow:
        """Restrict a provider or a model to a role or an account, beside those named before.

        Raises `InvalidRequest`, `NotFound` and `AlreadyExists`.
        """
        if (new.role is None) == (new.user_id is None):
            raise InvalidRequest("Name either a role or a user_id.")
        public_id = new_id()
        async with self._database.write() as writer:
            grant: dict[str, object] = {
                "public_id": public_id,
                "provider": await _system_provider(writer, caller, new.provider_id),
                "model": new.model,
                "role": new.role,
                "user": None,
                "at": now_ms(),
            }
            if new.user_id is not None:
                grant["user"] = await grant_store.find_user_key(writer, new.user_id)
            try:
                await grant_store.insert_grant(writer, grant)
            except Conflict as taken:
                raise AlreadyExists("This is granted already.") from taken
            row = await grant_store.get_grant(writer, public_id)
            await _note(writer, caller, "grant.add", row)
        self._hub.broadcast("models_changed", {})
        return row

    async def remove(self, caller: Caller, grant_id: str) -> None:
        """Take a grant back; the next turn of whoever had it is refused.

        Without its last grant, a provider is for everybody again.
        """
        async with self._database.write() as writer:
            row = await grant_store.get_grant(writer, grant_id)
            await grant_store.delete_grant(writer, row.id)
            await _note(writer, caller, "grant.remove", row)
        self._hub.broadcast("models_changed", {})


async def _system_provider(writer: Writer, caller: Caller, public_id: str) -> int:
    row = await provider_store.get_provider(writer, sight_of(caller, Site()), public_id)
    if not row.is_system:
        raise NotFound("There is no such provider.")
    return row.id


async def _note(writer: Writer, caller: Caller, action: str, row: GrantRow) -> None:
    await record(
        writer,
        Entry(
            action=action,
            actor=caller.public_id,
            address=caller.address,
            object=f"provider:{row.provider_public_id}",
            detail={"model": row.model, "role": row.role, "user": row.user_public_id},
        ),
    )
