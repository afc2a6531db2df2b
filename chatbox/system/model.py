"""What the system API gives."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

FileCheck = Literal["none", "running", "done"]


class DemoModelState(msgspec.Struct, frozen=True):
    """The embedded demo model."""

    state: Annotated[
        Literal["off", "starting", "ready", "failed"], Meta(description="Whether it can be used")
    ]
    detail: Annotated[str | None, Meta(description="Why it cannot")] = None


class StorageState(msgspec.Struct, frozen=True):
    """Whether the database can be written."""

    state: Annotated[
        Literal["ok", "full", "broken"],
        Meta(description="`full`: read-only until there is room; `broken`: until a restart"),
    ]
    detail: Annotated[str, Meta(description="What happened and what to do")] = ""


class InfoLimits(msgspec.Struct, frozen=True):
    """What a request may hold at most."""

    body_bytes: Annotated[int, Meta(description="The longest request body")]
    content_chars: Annotated[int, Meta(description="The longest message, in characters")]


class Info(msgspec.Struct, frozen=True):
    """What this server is."""

    name: Annotated[str, Meta(description="Always `chatbox`")]
    version: Annotated[str, Meta(description="The version of the server")]
    commit: Annotated[str | None, Meta(description="The commit it was built from, if known")]
    sqlite_version: Annotated[str, Meta(description="The version of SQLite")]
    mode: Annotated[Literal["single-user", "team"], Meta(description="Whether there are accounts")]
    demo_model: Annotated[DemoModelState, Meta(description="The embedded demo model")]
    storage: Annotated[StorageState, Meta(description="Whether the database can be written")]
    limits: Annotated[InfoLimits, Meta(description="What a request may hold")]


class Alive(msgspec.Struct, frozen=True):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(msgspec.Struct, frozen=True):
    """Everything a turn needs works."""

    status: Literal["ok"] = "ok"
    database: Annotated[str, Meta(description="The SQLite version")] = ""
    running_turns: Annotated[int, Meta(description="Replies being written")] = 0
    file_check: Annotated[
        FileCheck,
        Meta(description="The check of a large file after a crash; `none` when not needed"),
    ] = "none"
