"""What somebody has done, as lines of JSON for whoever takes out what is known of a person."""

import msgspec

from chatbox.db.database import Reader
from chatbox.kit.lines import json_lines

AT_ONCE = 500


class _Row(msgspec.Struct, frozen=True):
    key: int
    done_at: int
    address: str
    action: str
    object: str
    result: str
    detail: msgspec.Raw


async def audit_lines(reader: Reader, public_id: str, after: int) -> tuple[bytes, int | None]:
    """Write some of a person's own entries from a key on; answer where to go on, if at all."""
    rows = await reader.fetch_all(
        _Row,
        """
        SELECT id AS key, at AS done_at, address, action, object, result, detail
        FROM audit
        WHERE actor = :actor AND id > :after
        ORDER BY id
        LIMIT 0 + :limit
        """,
        actor=public_id,
        after=after,
        limit=AT_ONCE,
    )
    return json_lines(rows), None if len(rows) < AT_ONCE else rows[-1].key
