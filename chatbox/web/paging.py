"""Keyset paging: `?limit=&cursor=`; a cursor is an opaque text that holds the last key."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

import msgspec
from litestar.params import Parameter

from chatbox.errors import InvalidRequest

T = TypeVar("T")
Limit = Annotated[int, Parameter(ge=1, le=500, description="How many items a page has at most")]
Cursor = Annotated[
    str | None, Parameter(max_length=200, description="The `next_cursor` of the page before")
]
Key = tuple[int, int]


def encode_cursor(key: Key) -> str:
    """Write a key as a cursor."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def decode_cursor(cursor: str | None, *, default: Key) -> Key:
    """Read a cursor; raise `InvalidRequest` when it is not one of ours."""
    if cursor is None:
        return default
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        key: Key = msgspec.json.decode(base64.urlsafe_b64decode(padded), type=Key)
    except (binascii.Error, ValueError) as wrong:
        raise InvalidRequest("The cursor is not valid.") from wrong
    if any(abs(number) > 2**62 for number in key):
        raise InvalidRequest("The cursor is not valid.")
    return key


def page(
    rows: Sequence[T], limit: int, key_of: Callable[[T], Key]
) -> tuple[Sequence[T], str | None]:
    """Cut `limit` rows off a list that was read with one row more."""
    shown = rows[:limit]
    return shown, encode_cursor(key_of(shown[-1])) if len(rows) > limit else None
