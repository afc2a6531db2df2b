"""What the API tells about system settings: each with its kind, its limits and its value."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from chatbox.kit.clock import rfc3339
from chatbox.system.site import OWNERS_OWN, Past, Site, SiteSettings, Value

Kind = Literal["text", "choice", "switch", "number", "list"]
_KINDS: dict[str, Kind] = {"boolean": "switch", "integer": "number", "array": "list"}


class Setting(msgspec.Struct, frozen=True):
    """One setting of the server, with all that a form needs."""

    key: Annotated[str, Meta(description="Its name")]
    title: Annotated[str, Meta(description="What it is about")]
    kind: Annotated[Kind, Meta(description="What its value is; a `list` is one of texts")]
    value: Annotated[Value, Meta(description="The value now")]
    default: Annotated[Value, Meta(description="The value while nobody has set any")]
    version: Annotated[int, Meta(description="How often it was set; 0: it has its default")]
    owner_only: Annotated[bool, Meta(description="Only the owner can change it")]
    choices: Annotated[list[str] | None, Meta(description="All values of a `choice`")] = None
    minimum: Annotated[int | None, Meta(description="The least value of a `number`")] = None
    maximum: Annotated[int | None, Meta(description="The greatest value of a `number`")] = None


class SettingList(msgspec.Struct, frozen=True):
    """Every setting of the server."""

    items: Annotated[list[Setting], Meta(description="In the order of a form")]


class SettingChange(msgspec.Struct, frozen=True):
    """One change of one setting."""

    id: Annotated[int, Meta(description="Names the change")]
    key: Annotated[str, Meta(description="The setting")]
    old: Annotated[Value | None, Meta(description="Its value before; null: the default")]
    new: Annotated[Value | None, Meta(description="Its value after; null: the default")]
    changed_by: Annotated[str, Meta(description="The id of the account that did it")]
    changed_by_name: Annotated[str | None, Meta(description="Its name; null: it is gone")]
    changed_at: Annotated[str, Meta(description="When, RFC 3339 in UTC")]


class SettingHistory(msgspec.Struct, frozen=True):
    """Changes of settings, newest first."""

    items: Annotated[list[SettingChange], Meta(description="At most `limit` of them")]
    next_cursor: Annotated[str | None, Meta(description="The cursor of the next page, if any")]


class Revert(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which change to take back."""

    id: Annotated[int, Meta(ge=1, le=2**62, description="The id of the change")]


def list_settings(settings: SiteSettings) -> SettingList:
    """Show every setting as it is now."""
    fields: dict[str, Any] = msgspec.json.schema(Site)["$defs"]["Site"]["properties"]
    values, defaults = msgspec.to_builtins(settings.now), msgspec.to_builtins(Site())
    items = [
        Setting(
            key=key,
            title=field["description"],
            kind="choice" if "enum" in field else _KINDS.get(field["type"], "text"),
            value=values[key],
            default=defaults[key],
            version=settings.stored[key].version if key in settings.stored else 0,
            owner_only=key in OWNERS_OWN,
            choices=field.get("enum"),
            minimum=field.get("minimum"),
            maximum=field.get("maximum"),
        )
        for key, field in fields.items()
    ]
    return SettingList(items)


def change_of(past: Past) -> SettingChange:
    """Show a change."""
    return SettingChange(
        id=past.id,
        key=past.key,
        old=_value(past.old),
        new=_value(past.new),
        changed_by=past.changed_by,
        changed_by_name=past.changed_by_name,
        changed_at=rfc3339(past.changed_at),
    )


def _value(text: str | None) -> Value | None:
    return None if text is None else msgspec.json.decode(text, type=Value)
