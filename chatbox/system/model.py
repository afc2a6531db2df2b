"""What the system API gives."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class DemoModelState(msgspec.Struct, frozen=True):
    """The embedded demo model."""

    state: Literal["off", "starting", "ready", "failed"]
    detail: str | None = None


class InfoLimits(msgspec.Struct, frozen=True):
    """What a request may hold at most."""

    body_bytes: int
    content_chars: int


class Info(msgspec.Struct, frozen=True):
    """What this server is."""

    name: str
    version: str
    commit: str | None
    sqlite_version: str
    mode: Literal["single-user", "team"]
    demo_model: DemoModelState
    limits: InfoLimits


class Alive(msgspec.Struct, frozen=True):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(msgspec.Struct, frozen=True):
    """Everything a turn needs works."""

    status: Literal["ok"] = "ok"
    database: Annotated[str, Meta(description="The SQLite version")] = ""
    running_turns: int = 0
