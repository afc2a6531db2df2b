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


class LastBackup(msgspec.Struct, frozen=True):
    """What is known of the backups that this installation has made."""

    made_at: Annotated[
        str | None, Meta(description="When the last good one began, RFC 3339 in UTC, if any")
    ]
    size_bytes: Annotated[int, Meta(description="Its size")]
    error: Annotated[str | None, Meta(description="Why the last try failed; null when it did not")]


class Now(msgspec.Struct, frozen=True):
    """The server at this moment; sums are since it started."""

    version: Annotated[str, Meta(description="The version of the server")]
    commit: Annotated[str | None, Meta(description="The commit it was built from, if known")]
    python_version: Annotated[str, Meta(description="The version of Python")]
    sqlite_version: Annotated[str, Meta(description="The version of SQLite")]
    started_at: Annotated[str, Meta(description="When it started, RFC 3339 in UTC")]
    uptime_seconds: Annotated[int, Meta(description="How long it has run")]
    memory_bytes: Annotated[int | None, Meta(description="Resident memory, if known")]
    open_files: Annotated[int | None, Meta(description="Open files and sockets, if known")]
    database_bytes: Annotated[int, Meta(description="The database file")]
    wal_bytes: Annotated[int, Meta(description="Its write-ahead log")]
    free_disk_bytes: Annotated[int, Meta(description="Free where the data is")]
    disk_bytes: Annotated[int, Meta(description="The disk where the data is")]
    storage: Annotated[StorageState, Meta(description="Whether the database can be written")]
    backup: Annotated[
        LastBackup | None, Meta(description="The last backup; null when none was ever tried")
    ]
    running_turns: Annotated[int, Meta(description="Replies being written")]
    viewers: Annotated[int, Meta(description="Connections that watch")]
    requests: Annotated[int, Meta(description="Requests answered")]
    turns: Annotated[int, Meta(description="Turns ended")]
    failed_turns: Annotated[int, Meta(description="Turns that ended with an error")]


Points = list[float | None]


class Series(msgspec.Struct, frozen=True):
    """The past in steps, oldest first; null where nothing was measured."""

    step_seconds: Annotated[int, Meta(description="The time between two points")]
    until: Annotated[str, Meta(description="The time of the last point, RFC 3339 in UTC")]
    requests: Annotated[Points, Meta(description="Requests answered in the step")]
    request_errors: Annotated[Points, Meta(description="Answers with status 500 and above")]
    request_ms: Annotated[
        Points,
        Meta(description="95 % of the answers began within so many milliseconds, estimated"),
    ]
    turns: Annotated[Points, Meta(description="Turns ended in the step")]
    failed_turns: Annotated[Points, Meta(description="Of these, those that ended with an error")]
    first_token_ms: Annotated[
        Points, Meta(description="Milliseconds until the first text of a turn, the mean")
    ]
    input_tokens: Annotated[Points, Meta(description="Tokens sent to models in the step")]
    output_tokens: Annotated[Points, Meta(description="Tokens received in the step")]
    running_turns: Annotated[Points, Meta(description="Replies being written")]
    viewers: Annotated[Points, Meta(description="Connections that watch")]
    loop_lag_ms: Annotated[
        Points, Meta(description="The longest delay of the event loop, in milliseconds")
    ]
    cpu_percent: Annotated[Points, Meta(description="Of one processor")]
    memory_bytes: Annotated[Points, Meta(description="Resident memory")]
    database_bytes: Annotated[Points, Meta(description="The database file with its log")]
    free_disk_bytes: Annotated[Points, Meta(description="Free where the data is")]


class Stats(msgspec.Struct, frozen=True):
    """How the server does, now and before."""

    now: Annotated[Now, Meta(description="At this moment")]
    series: Annotated[Series, Meta(description="The last hour or day")]
