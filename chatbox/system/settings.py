"""Personal settings: what a user can change while the server runs."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chatbox.caller import Caller
from chatbox.db.database import Database, Reader
from chatbox.db.rows import encode_json
from chatbox.events.hub import Hub
from chatbox.kit.lines import json_document

Theme = Literal["system", "light", "dark"]
Locale = Literal["auto", "en", "zh-Hans"]
SendKey = Literal["enter", "mod_enter"]
Density = Literal["comfortable", "compact"]


class Settings(msgspec.Struct, frozen=True):
    """A user's settings."""

    theme: Annotated[Theme, Meta(description="The colours of the UI")] = "system"
    locale: Annotated[Locale, Meta(description="The language of the UI; `auto`: the browser's")] = (
        "auto"
    )
    default_model: Annotated[
        str | None, Meta(description="Used by sessions that name no model of their own")
    ] = None
    send_key: Annotated[SendKey, Meta(description="Which key sends a message")] = "enter"
    density: Annotated[Density, Meta(description="How close the lines of the UI are")] = (
        "comfortable"
    )
    onboarded: Annotated[bool, Meta(description="The first-run pages were finished")] = False
    version: Annotated[int, Meta(description="Grows with every change")] = 1


class SettingsChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings to change; absent ones stay."""

    theme: Annotated[Theme, Meta(description="The colours of the UI")] | UnsetType = UNSET
    locale: (
        Annotated[Locale, Meta(description="The language of the UI; `auto`: the browser's")]
        | UnsetType
    ) = UNSET
    default_model: (
        Annotated[
            str, Meta(max_length=400, description="A model as `provider/model`; null: the first")
        ]
        | None
        | UnsetType
    ) = UNSET
    send_key: Annotated[SendKey, Meta(description="Which key sends a message")] | UnsetType = UNSET
    density: (
        Annotated[Density, Meta(description="How close the lines of the UI are")] | UnsetType
    ) = UNSET
    onboarded: (
        Annotated[bool, Meta(description="The first-run pages were finished")] | UnsetType
    ) = UNSET


class _Row(msgspec.Struct, frozen=True):
    settings: Settings
    settings_version: int


class UserSettings:
    """Reads and writes settings; the newest are kept in memory, for every page needs them."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub
        self._known: dict[int, Settings] = {}

    async def get(self, caller: Caller) -> Settings:
        """The caller's settings, defaults included."""
        if (known := self._known.get(caller.user_id)) is not None:
            return known
        async with self._database.read() as reader:
            settings = await stored_settings(reader, caller.user_id)
        return self._known.setdefault(caller.user_id, settings)  # a change may have been quicker

    async def change(self, caller: Caller, change: SettingsChange) -> Settings:
        """Change some settings and tell the user's other tabs."""
        given = {
            name: value
            for name in change.__struct_fields__
            if (value := getattr(change, name)) is not UNSET
        }
        async with self._database.write() as writer:
            old = await stored_settings(writer, caller.user_id)
            new = msgspec.structs.replace(old, **given, version=old.version + 1)
            await writer.execute(
                """
                UPDATE users
                SET settings = :settings, settings_version = settings_version + 1
                WHERE id = :user
                """,
                settings=encode_json(new),
                user=caller.user_id,
            )
        self._known[caller.user_id] = new
        self._hub.notify(caller.user_id, "settings_changed", {"settings": new})
        return new

    def forget(self, user_id: int) -> None:
        """Forget an account that is no more."""
        self._known.pop(user_id, None)


async def settings_document(reader: Reader, user_id: int) -> bytes:
    """Write a user's settings for whoever takes out what is known of a person."""
    return json_document(await stored_settings(reader, user_id))


async def stored_settings(reader: Reader, user_id: int) -> Settings:
    """Read a user's settings from the database."""
    row = await reader.fetch_one(
        _Row,
        "SELECT settings, settings_version FROM users WHERE id = :user",
        user=user_id,
    )
    if row is None:
        return Settings()
    return msgspec.structs.replace(row.settings, version=row.settings_version)
