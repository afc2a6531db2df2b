"""Connecting providers: what a user may configure, where secrets are sealed, which models exist."""

import asyncio

import msgspec
from msgspec import UNSET

from chatbox.caller import Caller
from chatbox.config import Limits
from chatbox.db.database import Conflict, Database, Writer
from chatbox.errors import (
    AddressRefused,
    LimitReached,
    NameTaken,
    ProviderFailed,
    SecretRequired,
    VersionConflict,
)
from chatbox.events.hub import Hub
from chatbox.kit.clock import now_ms
from chatbox.kit.egress import InvalidURL, check_url
from chatbox.kit.egress_address import host_of, is_private, is_public, literal, port_of
from chatbox.kit.ids import new_id
from chatbox.kit.secretbox import SecretBox
from chatbox.llm.adapter import OfferedModel
from chatbox.llm.errors import LLMError
from chatbox.providers.calls import Calls, binding_of, lacks_secret
from chatbox.providers.model import NewProvider, ProviderChange, Source
from chatbox.providers.store import models as model_store
from chatbox.providers.store import providers as provider_store
from chatbox.providers.store.providers import ProviderRow
from chatbox.providers.view import provider_of


class Contact(msgspec.Struct, frozen=True):
    """How an attempt to reach a provider went."""

    offer: tuple[OfferedModel, ...]
    failure: LLMError | None
    latency_ms: int


class Providers:
    """The verbs of a user's providers."""

    def __init__(
        self, database: Database, box: SecretBox, calls: Calls, *, hub: Hub, limits: Limits
    ) -> None:
        self._database = database
        self._box = box
        self._calls = calls
        self._hub = hub
        self._limits = limits
        self._allowing = asyncio.Lock()

    async def all(self, caller: Caller) -> list[ProviderRow]:
        """List the caller's providers."""
        async with self._database.read() as reader:
            return await provider_store.list_providers(reader, caller.user_id)

    async def get(self, caller: Caller, provider_id: str) -> ProviderRow:
        """Find one of the caller's providers, or raise `NotFound`."""
        async with self._database.read() as reader:
            return await provider_store.get_provider(reader, caller.user_id, provider_id)

    async def connect(
        self, caller: Caller, new: NewProvider, *, source: Source = "user"
    ) -> ProviderRow:
        """Create a provider and list its models; it is created even when it does not answer.

        Raises `NameTaken`, `AddressRefused` and `LimitReached`.
        """
        row = self._compose(caller, new, source)
        async with self._database.write() as writer:
            if (
                len(await provider_store.list_providers(writer, caller.user_id))
                >= self._limits.providers
            ):
                raise LimitReached("No more providers can be added; delete one first.")
            try:
                await provider_store.insert_provider(writer, caller.user_id, row)
            except Conflict as taken:
                raise NameTaken(f"There is already a provider called {new.name!r}.") from taken
        await self.allow_addresses()
        if new.enabled:
            await self.refresh(caller, row.public_id)
        self._changed(caller)
        return await self.get(caller, row.public_id)

    async def change(
        self, caller: Caller, provider_id: str, change: ProviderChange, *, version: int | None
    ) -> ProviderRow:
        """Change a provider; another scheme, host or port clears its secret.

        A provider whose secret went that way is not asked before another comes, or an explicit
        null says that it needs none.
        """
        async with self._database.write() as writer:
            old = await provider_store.get_provider(writer, caller.user_id, provider_id)
            if version is not None and version != old.version:
                raise VersionConflict(current=provider_of(old))
            new = self._changed_row(old, change)
            try:
                await provider_store.update_provider(
                    writer, caller.user_id, new, expected_version=old.version, at=now_ms()
                )
            except Conflict as taken:
                raise NameTaken(f"There is already a provider called {new.name!r}.") from taken
            if lacks_secret(new) and old.secret is not None:
                await _note_lost_secret(writer, new)
        await self.allow_addresses()
        if _reach(new) not in (None, _reach(old)):
            await self.refresh(caller, provider_id)
        self._changed(caller)
        return await self.get(caller, provider_id)

    async def remove(self, caller: Caller, provider_id: str) -> None:
        """Delete a provider with its secret and models; messages keep the model's name."""
        async with self._database.write() as writer:
            await provider_store.get_provider(writer, caller.user_id, provider_id)
            await provider_store.delete_provider(writer, caller.user_id, provider_id)
        await self.allow_addresses()
        self._changed(caller)

    async def refresh(self, caller: Caller, provider_id: str) -> Contact:
        """Ask a provider for its models and note how that went.

        An answer is not noted when the address or the secret has changed meanwhile.
        Raises `NotFound`, also when the provider is deleted meanwhile, and `SecretRequired`.
        """
        row = await self.get(caller, provider_id)
        started = now_ms()
        try:
            offer, failure = await self._calls.list_models(row), None
        except LLMError as failed:
            offer, failure = (), failed
        contact = Contact(offer=offer, failure=failure, latency_ms=now_ms() - started)
        async with self._database.write() as writer:
            now = await provider_store.get_provider(writer, caller.user_id, provider_id)
            if (now.base_url, now.secret) == (row.base_url, row.secret):
                await _note_contact(writer, now, contact)
        self._changed(caller)
        return contact

    async def must_refresh(self, caller: Caller, provider_id: str) -> ProviderRow:
        """Ask a provider for its models; raise `ProviderFailed` when that does not work."""
        contact = await self.refresh(caller, provider_id)
        if contact.failure is not None:
            raise ProviderFailed(contact.failure.detail, cause=contact.failure.code)
        return await self.get(caller, provider_id)

    async def allow_addresses(self) -> None:
        """Let the outbound client reach the private addresses of the configured providers."""
        async with self._allowing:  # else an older list may be installed after a newer one
            async with self._database.read() as reader:
                rows = await provider_store.list_everybodys(reader)
            urls = [check_url(row.base_url) for row in rows]
            self._calls.policy.replace((host_of(url), port_of(url)) for url in urls)

    def _compose(self, caller: Caller, new: NewProvider, source: Source) -> ProviderRow:
        base_url = normal_base_url(new.base_url)
        public_id, at = new_id(), now_ms()
        row = ProviderRow(
            id=0,
            public_id=public_id,
            user_id=caller.user_id,
            name=new.name.strip(),
            kind=new.kind,
            base_url=base_url,
            secret=None,
            secret_hint=None,
            enabled=new.enabled,
            source=source,
            state="unknown",
            state_code=None,
            state_detail=None,
            checked_at=None,
            version=1,
            created_at=at,
            updated_at=at,
            model_count=0,
        )
        return self._sealed(row, new.secret)

    def _changed_row(self, old: ProviderRow, change: ProviderChange) -> ProviderRow:
        new = msgspec.structs.replace(
            old,
            name=old.name if change.name is UNSET else change.name.strip(),
            enabled=old.enabled if change.enabled is UNSET else change.enabled,
            base_url=old.base_url if change.base_url is UNSET else normal_base_url(change.base_url),
        )
        if change.secret is not UNSET:
            return self._sealed(new, change.secret)
        if binding_of(new) != binding_of(old):
            return msgspec.structs.replace(new, secret=None)  # the hint says that there was one
        return new

    def _sealed(self, row: ProviderRow, secret: str | None) -> ProviderRow:
        if secret is None:
            return msgspec.structs.replace(row, secret=None, secret_hint=None)
        sealed = self._box.seal(secret, bound_to=binding_of(row))
        hint = secret[-4:] if len(secret) >= 12 else ""
        return msgspec.structs.replace(row, secret=sealed, secret_hint=hint)

    def _changed(self, caller: Caller) -> None:
        self._hub.notify(caller.user_id, "providers_changed", {})
        self._hub.notify(caller.user_id, "models_changed", {})


def _reach(row: ProviderRow) -> tuple[str, bytes | None] | None:
    """Where and with what a provider can be asked; None when it cannot."""
    return (row.base_url, row.secret) if row.enabled and not lacks_secret(row) else None


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


def normal_base_url(text: str) -> str:
    """Check a base URL and drop its trailing slash.

    Raises `AddressRefused` for what no owner may reach: malformed URLs, link-local and cloud
    metadata addresses. Names are vetted again at every connection.
    """
    try:
        url = check_url(text.strip())
    except InvalidURL as refused:
        raise AddressRefused(str(refused)) from refused
    if url.query or url.fragment:
        raise AddressRefused("The address must not contain ? or #.")
    address = literal(host_of(url))
    if address is not None and not (is_public(address) or is_private(address)):
        raise AddressRefused("This address is reserved and cannot be a provider.")
    return str(url).rstrip("/")
