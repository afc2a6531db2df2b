"""Models: listing them, switching them, and finding the one that a turn uses."""

from collections.abc import Sequence

import msgspec
from msgspec import UNSET

from chatbox.caller import Caller
from chatbox.config import Context
from chatbox.db.database import Conflict, Database, Reader
from chatbox.errors import (
    AlreadyExists,
    Forbidden,
    ModelNotFound,
    NoModel,
    NotFound,
    SecretRequired,
)
from chatbox.events.hub import Hub
from chatbox.kit.clock import now_ms
from chatbox.providers.calls import lacks_secret
from chatbox.providers.model import ModelChange, NewModel
from chatbox.providers.store import models as model_store
from chatbox.providers.store import providers as provider_store
from chatbox.providers.store.models import ModelRow
from chatbox.providers.store.providers import ProviderRow
from chatbox.providers.visible import Sight, sight_of
from chatbox.providers.windows import known_window
from chatbox.rights import Action
from chatbox.system.limits import check_network
from chatbox.system.site import SiteSettings

SMALLEST_WINDOW = 256  # what a refusal names below that is no window
LARGEST_RATIO = 4.0


class Target(msgspec.Struct, frozen=True):
    """A model that can be called, with everything a call needs."""

    provider: ProviderRow
    model: ModelRow
    window: int

    @property
    def public_name(self) -> str:
        """The name users know: `provider/model`."""
        return f"{self.provider.name}/{self.model.name}"


class Models:
    """The verbs of the models that a user sees: his own, and the system's that are granted."""

    def __init__(
        self, database: Database, *, hub: Hub, site: SiteSettings, defaults: Context
    ) -> None:
        self._database = database
        self._hub = hub
        self._site = site
        self._defaults = defaults

    async def page(
        self, caller: Caller, *, after: tuple[int, int], limit: int, enabled_only: bool
    ) -> list[ModelRow]:
        """List the models that the caller sees."""
        async with self._database.read() as reader:
            return await model_store.list_models(
                reader, self._sight(caller), after=after, limit=limit, enabled_only=enabled_only
            )

    async def all_of(self, provider: ProviderRow) -> list[ModelRow]:
        """List the models of a provider that the caller may change."""
        async with self._database.read() as reader:
            return await model_store.list_models_of(reader, provider.id)

    async def get(self, caller: Caller, name: str) -> ModelRow:
        """Find a model by its public name, or raise `NotFound`."""
        provider, _, model = name.partition("/")
        async with self._database.read() as reader:
            row = await model_store.find_model(
                reader, self._sight(caller), provider=provider, name=model
            )
        if row is None:
            raise NotFound("There is no such model.")
        return row

    async def add(self, caller: Caller, new: NewModel, *, to_system: bool = False) -> ModelRow:
        """Add a model that its provider does not list, to an own provider or to the system's."""
        sight = self._sight(caller)
        if not (sight.connects or to_system):
            raise Forbidden("Only administrators may connect providers here.")
        async with self._database.write() as writer:
            provider = await provider_store.get_provider(writer, sight, new.provider_id)
            if provider.is_system != to_system:
                raise NotFound("There is no such provider.")
            try:
                key = await model_store.insert_model(writer, provider.id, new, at=now_ms())
            except Conflict as taken:
                raise AlreadyExists(f"{provider.name} already has {new.name!r}.") from taken
            added = await model_store.get_model_by_key(writer, key)
        self._changed(caller, added)
        return added

    async def change(self, caller: Caller, name: str, change: ModelChange) -> ModelRow:
        """Change a model's limits, or switch it on or off."""
        row = await self._changeable(caller, name)
        given = {
            field: value
            for field in change.__struct_fields__
            if (value := getattr(change, field)) is not UNSET
        }
        if "context_window" in given:
            given["window_source"] = "user" if given["context_window"] else "provider"
        if "max_output" in given:
            given["output_source"] = "user" if given["max_output"] else "provider"
        async with self._database.write() as writer:
            await model_store.update_model(writer, msgspec.structs.replace(row, **given))
        self._changed(caller, row)
        return await self.get(caller, name)

    async def remove(self, caller: Caller, name: str) -> None:
        """Delete a model; a refresh brings it back when the provider lists it."""
        row = await self._changeable(caller, name)
        async with self._database.write() as writer:
            await model_store.delete_model(writer, row.id)
        self._changed(caller, row)

    async def resolve(
        self,
        reader: Reader,
        caller: Caller,
        *,
        asked: Sequence[str | None],
        fallbacks: Sequence[str | None],
    ) -> Target:
        """Find the model to use: what was asked for, else the first fallback that exists, else any.

        The first wish among `asked` binds and is refused when it cannot be used; only a demo model
        that is off is passed over, unless it is the caller's own word, the very first. Fallbacks
        that have gone are passed over. A model that its provider never listed counts as well.
        Raises `ModelNotFound`, `NoModel` and `SecretRequired`.
        """
        sight = self._sight(caller)
        wish = next((wish for wish in asked if wish), None)
        if wish and wish not in asked[:1] and await _is_demo_off(reader, sight, wish):
            wish = None
        if wish:
            model = await _asked(reader, sight, wish)
        else:
            model = await _first_of(reader, sight, fallbacks)
        row = await provider_store.find_provider_by_key(reader, model.provider_id)
        if row is None:
            raise ModelNotFound("The model's provider has just been deleted.")
        if lacks_secret(row):
            raise SecretRequired(f"The secret of {row.name} must be entered again in the settings.")
        return Target(provider=row, model=model, window=self._window(model))

    async def learn_window(self, caller: Caller, target: Target, limit: int | None) -> None:
        """Learn from a refusal because of length: the window it names, in tokens.

        When it names none that is smaller than the one we know, our count was too low: the ratio
        grows by a tenth, so that a long chat is not refused again and again.
        """
        key, ratio = target.model.id, target.model.token_ratio
        if not key:
            return
        is_news = limit is not None and SMALLEST_WINDOW <= limit < target.window
        async with self._database.write() as writer:
            if limit is not None and is_news:
                await model_store.update_window(writer, key, limit)
            else:
                await model_store.update_ratio(writer, key, min(LARGEST_RATIO, ratio * 1.1))
        if is_news:
            self._changed(caller, target.model)

    async def learn_ratio(self, target: Target, *, counted: int, told: int) -> None:
        """Correct the token count by what the provider counted, a fifth of the way each time."""
        if counted < 50 or told < 50 or not target.model.id:
            return
        seen = min(LARGEST_RATIO, max(0.25, told / counted))
        ratio = target.model.token_ratio * 0.8 + seen * 0.2
        if abs(ratio - target.model.token_ratio) < 0.002:  # within one point of what was seen
            return
        async with self._database.write() as writer:
            await model_store.update_ratio(writer, target.model.id, round(ratio, 4))

    def _sight(self, caller: Caller) -> Sight:
        return sight_of(caller, self._site.now)

    async def _changeable(self, caller: Caller, name: str) -> ModelRow:
        """Find a model that the caller may change; users may not change the system's."""
        row = await self.get(caller, name)
        if row.is_system and not self._sight(caller).manages:
            raise NotFound("There is no such model.")
        if row.is_system:
            check_network(self._site.now, caller, Action.MANAGE)
        return row

    def _changed(self, caller: Caller, row: ModelRow) -> None:
        if row.is_system:
            self._hub.broadcast("models_changed", {})
        else:
            self._hub.notify(caller.user_id, "models_changed", {})

    def _window(self, model: ModelRow) -> int:
        return model.context_window or known_window(model.name) or self._defaults.default_window


def _usable(model: ModelRow) -> bool:
    return model.enabled and model.available and model.provider_enabled


async def _asked(reader: Reader, sight: Sight, wish: str) -> ModelRow:
    model = await _named(reader, sight, wish)
    if model is None or not (model.enabled and model.provider_enabled):
        raise ModelNotFound(f"The model {wish!r} is not available. Choose another model.")
    return model


async def _is_demo_off(reader: Reader, sight: Sight, wish: str) -> bool:
    """Tell whether a wish is for the demo, a toy that is off once there is a real provider."""
    provider = wish.partition("/")[0]
    return await provider_store.is_demo_off(reader, sight, provider)


async def _named(reader: Reader, sight: Sight, wish: str) -> ModelRow | None:
    """Find a model by its public name; one that its provider does not list counts too.

    It does not for users of the system's providers: such a name could be another one of a model
    that is not granted.
    """
    provider, _, name = wish.partition("/")
    model = await model_store.find_model(reader, sight, provider=provider, name=name)
    row = await provider_store.find_provider_by_name(reader, sight, provider)
    if model is not None or row is None or not row.enabled or not name:
        return model
    return ModelRow(
        id=0,
        provider_id=row.id,
        provider_public_id=row.public_id,
        provider_name=row.name,
        provider_enabled=True,
        is_system=row.is_system,
        name=name,
        context_window=None,
        max_output=None,
        capabilities=[],
        enabled=True,
        available=True,
        window_source="provider",
        output_source="provider",
        token_ratio=1.0,
    )


async def _first_of(reader: Reader, sight: Sight, wishes: Sequence[str | None]) -> ModelRow:
    for wish in wishes:
        model = await _named(reader, sight, wish) if wish else None
        if model is not None and _usable(model):
            return model
    model = await model_store.first_usable(reader, sight)
    if model is None:
        raise NoModel("No model is available. Connect a provider in the settings first.")
    return model
