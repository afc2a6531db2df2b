"""Connecting providers: what a user may configure, where it may lead, which models exist."""

import asyncio

import msgspec
from msgspec import UNSET

from chatbox.caller import Caller
from chatbox.config import Limits
from chatbox.db.database import Conflict, Database, Writer
from chatbox.errors import (
    Forbidden,
    LimitReached,
    NameTaken,
    ProviderFailed,
    SecretRequired,
    VersionConflict,
)
from chatbox.events.hub import Hub
from chatbox.kit.clock import now_ms
from chatbox.kit.egress import check_url
from chatbox.kit.egress_address import host_of, port_of
from chatbox.llm.adapter import OfferedModel
from chatbox.llm.errors import LLMError
from chatbox.providers.calls import Calls, lacks_secret
from chatbox.providers.model import NewProvider, ProviderChange, Source, TestResult
from chatbox.providers.rows import Rows, normal_base_url
from chatbox.providers.store import grants as grant_store
from chatbox.providers.store import models as model_store
from chatbox.providers.store import providers as provider_store
from chatbox.providers.store.providers import ProviderRow
from chatbox.providers.view import provider_of
from chatbox.providers.visible import Sight, sight_of
from chatbox.rights import Action, authorise
from chatbox.system.audit import Entry, record
from chatbox.system.limits import administers_from, check_network
from chatbox.system.site import SiteSettings


class Contact(msgspec.Struct, frozen=True):
    """How an attempt to reach a provider went."""

    offer: tuple[OfferedModel, ...]
    failure: LLMError | None
    latency_ms: int


class Providers:
    """The verbs of providers: one's own, and for administrators those of the system."""

    def __init__(  # noqa: PLR0913 - built once, in app.py
        self,
        database: Database,
        rows: Rows,
        calls: Calls,
        *,
        hub: Hub,
        site: SiteSettings,
        limits: Limits,
    ) -> None:
        self._database = database
        self._rows = rows
        self._calls = calls
        self._hub = hub
        self._site = site
        self._limits = limits
        self._allowing = asyncio.Lock()

    async def all(self, caller: Caller) -> list[ProviderRow]:
        """List the caller's providers, for administrators with the system's."""
        async with self._database.read() as reader:
            return await provider_store.list_providers(reader, self._sight(caller))

    async def get(self, caller: Caller, provider_id: str) -> ProviderRow:
        """Find one of these providers, or raise `NotFound`."""
        async with self._database.read() as reader:
            return await provider_store.get_provider(reader, self._sight(caller), provider_id)

    async def connect(
        self, caller: Caller, new: NewProvider, *, source: Source = "user"
    ) -> ProviderRow:
        """Create a provider and list its models; it is created even when it does not answer.

        Raises `Forbidden`, `NameTaken`, `AddressRefused` and `LimitReached`.
        """
        sight = self._may_connect(caller, is_system=new.system)
        row = self._rows.new(caller, new, source)
        if not row.may_reach_private:
            await self._calls.check_public(row.base_url)
        async with self._database.write() as writer:
            count = await provider_store.count_providers(
                writer, caller.user_id, is_system=row.is_system
            )
            if count >= self._limits.providers:
                raise LimitReached("No more providers can be added; delete one first.")
            await _check_name(writer, sight, row)
            try:
                await provider_store.insert_provider(writer, row)
            except Conflict as taken:
                raise _name_taken(row) from taken
            await _note(writer, caller, "provider.add", row)
        await self.allow_addresses()
        if new.enabled:
            await self.refresh(caller, row.public_id)
        self._changed(row)
        return await self.get(caller, row.public_id)

    async def change(
        self, caller: Caller, provider_id: str, change: ProviderChange, *, version: int | None
    ) -> ProviderRow:
        """Change a provider; another scheme, host or port clears its secret.

        A provider whose secret went that way is not asked before another comes, or an explicit
        null says that it needs none.
        """
        sight = self._sight(caller)
        if not sight.manages and change.base_url is not UNSET:
            await self.get(caller, provider_id)
            await self._calls.check_public(normal_base_url(change.base_url))
        async with self._database.write() as writer:
            old = await provider_store.get_provider(writer, sight, provider_id)
            self._may_connect(caller, is_system=old.is_system or change.system is True)
            if version is not None and version != old.version:
                raise VersionConflict(current=provider_of(old))
            new = self._rows.changed(caller, old, change)
            await _write_change(writer, sight, old, new)
            await _note(writer, caller, "provider.change", new, before=old)
        await self.allow_addresses()
        if _reach(new) not in (None, _reach(old)):
            await self.refresh(caller, provider_id)
        self._changed(old, new)
        return await self.get(caller, provider_id)

    async def remove(self, caller: Caller, provider_id: str) -> None:
        """Delete a provider with its secret and models; messages keep the model's name."""
        async with self._database.write() as writer:
            row = await provider_store.get_provider(writer, self._sight(caller), provider_id)
            await provider_store.delete_provider(writer, row.id)
            await _note(writer, caller, "provider.remove", row)
        await self.allow_addresses()
        self._changed(row)

    async def refresh(self, caller: Caller, provider_id: str) -> Contact:
        """Ask a provider for its models and note how that went.

        An answer is not noted when the address or the secret has changed meanwhile.
        Raises `NotFound`, also when the provider is deleted meanwhile, and `SecretRequired`.
        """
        row = await self.get(caller, provider_id)
        sight = self._may_connect(caller, is_system=row.is_system)
        started = now_ms()
        try:
            offer, failure = await self._calls.list_models(row), None
        except LLMError as failed:
            offer, failure = (), failed
        contact = Contact(offer=offer, failure=failure, latency_ms=now_ms() - started)
        async with self._database.write() as writer:
            now = await provider_store.get_provider(writer, sight, provider_id)
            if (now.base_url, now.secret) == (row.base_url, row.secret):
                await _note_contact(writer, now, contact)
        self._changed(row)
        return contact

    async def must_refresh(self, caller: Caller, provider_id: str) -> ProviderRow:
        """Ask a provider for its models; raise `ProviderFailed` when that does not work."""
        contact = await self.refresh(caller, provider_id)
        if contact.failure is not None:
            raise ProviderFailed(contact.failure.detail, cause=contact.failure.code)
        return await self.get(caller, provider_id)

    async def allow_addresses(self) -> None:
        """Let the outbound client reach the private addresses that administrators configured."""
        async with self._allowing:  # else an older list may be installed after a newer one
            async with self._database.read() as reader:
                rows = await provider_store.list_everybodys(reader)
            urls = [check_url(row.base_url) for row in rows if row.may_reach_private]
            self._calls.policy.replace((host_of(url), port_of(url)) for url in urls)

    def _sight(self, caller: Caller) -> Sight:
        """What the caller may change: the system's where administration is open to him."""
        sight = sight_of(caller, self._site.now)
        if administers_from(self._site.now, caller):
            return sight
        return msgspec.structs.replace(sight, manages=False)

    def _may_connect(self, caller: Caller, *, is_system: bool) -> Sight:
        """Check that the caller may have such a provider. Raises `Forbidden`."""
        sight = self._sight(caller)
        if is_system:
            authorise(caller, Action.MANAGE)
            check_network(self._site.now, caller, Action.MANAGE)
        elif not sight.connects:
            raise Forbidden("Only administrators may connect providers here.")
        return sight

    def _changed(self, *rows: ProviderRow) -> None:
        for kind in ("providers_changed", "models_changed"):
            if any(row.is_system for row in rows):
                self._hub.broadcast(kind, {})
            else:
                self._hub.notify(rows[0].user_id, kind, {})


def result_of(contact: Contact) -> TestResult:
    """Tell how a contact went."""
    failure = contact.failure
    return TestResult(
        ok=failure is None,
        code=failure.code if failure else None,
        detail=failure.detail if failure else "The provider answers.",
        latency_ms=None if failure else contact.latency_ms,
        model_count=None if failure else len(contact.offer),
    )


def _reach(row: ProviderRow) -> tuple[str, bytes | None] | None:
    """Where and with what a provider can be asked; None when it cannot."""
    return (row.base_url, row.secret) if row.enabled and not lacks_secret(row) else None


def _name_taken(row: ProviderRow) -> NameTaken:
    return NameTaken(f"There is already a provider called {row.name!r}.")


async def _check_name(writer: Writer, sight: Sight, row: ProviderRow) -> None:
    """Refuse an own provider that would hide one of the system which the caller can see."""
    if not row.is_system and await provider_store.is_system_name(
        writer, sight, row.name, other_than=row.id
    ):
        raise _name_taken(row)


async def _write_change(writer: Writer, sight: Sight, old: ProviderRow, new: ProviderRow) -> None:
    if (new.name, new.is_system) != (old.name, old.is_system):
        await _check_name(writer, sight, new)
    try:
        await provider_store.update_provider(writer, new, expected_version=old.version, at=now_ms())
    except Conflict as taken:
        raise _name_taken(new) from taken
    if old.is_system and not new.is_system:
        await grant_store.delete_grants_on(writer, new.id)
    if lacks_secret(new) and old.secret is not None:
        await _note_lost_secret(writer, new)


async def _note(
    writer: Writer,
    caller: Caller,
    action: str,
    row: ProviderRow,
    *,
    before: ProviderRow | None = None,
) -> None:
    """Write down what is done to a provider of the system; what users do to theirs is their own."""
    if not row.is_system and (before is None or not before.is_system):
        return
    detail: dict[str, str | int | bool | None] = {}
    if before is not None:
        fields = ("name", "base_url", "secret", "enabled", "is_system")
        detail = {key: True for key in fields if getattr(row, key) != getattr(before, key)}
    await record(
        writer,
        Entry(
            action=action,
            actor=caller.public_id,
            address=caller.address,
            object=f"provider:{row.public_id}",
            detail=detail,
        ),
    )


async def _note_contact(writer: Writer, row: ProviderRow, contact: Contact) -> None:
    failure = contact.failure
    await provider_store.update_state(
        writer,
        row.id,
        code=failure.code if failure else None,
        detail=failure.detail if failure else None,
        at=now_ms(),
    )
    if failure is None:
        await model_store.replace_offer(writer, row.id, contact.offer, at=now_ms())


async def _note_lost_secret(writer: Writer, row: ProviderRow) -> None:
    await provider_store.update_state(
        writer,
        row.id,
        code=SecretRequired.code,
        detail="The address has changed. Enter the secret again.",
        at=now_ms(),
    )
