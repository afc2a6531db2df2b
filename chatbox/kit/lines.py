"""Rows as lines of JSON, for whoever takes data out of chatbox."""

from collections.abc import Sequence

import msgspec

from chatbox.kit.clock import optional_rfc3339

_encoder = msgspec.json.Encoder()


def json_lines(rows: Sequence[msgspec.Struct]) -> bytes:
    """Write a line for each row: its fields but for `key`, those that end in `_at` as RFC 3339."""
    return _encoder.encode_lines([_shown(row) for row in rows])


def json_document(row: msgspec.Struct) -> bytes:
    """Write one row as a document of its own."""
    return msgspec.json.format(_encoder.encode(_shown(row)), indent=2) + b"\n"


def _shown(row: msgspec.Struct) -> dict[str, object]:
    values = {name: getattr(row, name) for name in row.__struct_fields__ if name != "key"}
    return {
        name: optional_rfc3339(value) if name.endswith("_at") else value
        for name, value in values.items()
    }
