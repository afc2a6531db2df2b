"""What an account has written, as lines of JSON: sessions, messages, turns.

A step reads about a megabyte; a session's messages and turns are read from a key on, and each step
answers where to go on.
"""

from collections.abc import Sequence

from chatbox.chat.store import export as export_store
from chatbox.db.database import Reader
from chatbox.kit.lines import json_lines

STEP_BYTES = 1_000_000
AT_ONCE = 500


async def session_keys(reader: Reader, user_id: int) -> list[int]:
    """List the keys of a user's sessions, deleted ones too, for the functions below."""
    return await export_store.list_session_keys(reader, user_id)


async def session_lines(reader: Reader, keys: Sequence[int]) -> bytes:
    """Write sessions."""
    return json_lines(await export_store.list_sessions(reader, keys))


async def message_lines(reader: Reader, session: int, after: int) -> tuple[bytes, int | None]:
    """Write some of a session's messages, all branches."""
    sizes = await export_store.list_sizes(reader, session, after=after, limit=AT_ONCE)
    if not sizes:
        return b"", None
    last, total = sizes[0].key, sizes[0].size
    for one in sizes[1:]:
        total += one.size
        if total > STEP_BYTES:
            break
        last = one.key
    rows = await export_store.list_messages(reader, session, after=after, last=last)
    is_end = last == sizes[-1].key and len(sizes) < AT_ONCE
    return json_lines(rows), None if is_end else last


async def turn_lines(reader: Reader, session: int, after: int) -> tuple[bytes, int | None]:
    """Write some of a session's turns."""
    rows = await export_store.list_turns(reader, session, after=after, limit=AT_ONCE)
    return json_lines(rows), None if len(rows) < AT_ONCE else rows[-1].key
