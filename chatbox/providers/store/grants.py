"""The SQL of grants; what they mean is in `store/visible.py`."""

import msgspec

from chatbox.db.database import Reader, Writer
from chatbox.errors import NotFound


class GrantRow(msgspec.Struct, frozen=True):
    """A row of `grants` with the names that it refers to."""

    id: int
    public_id: str
    provider_public_id: str
    provider_name: str
    model: str | None
    role: str | None
    user_public_id: str | None
    user_name: str | None
    created_at: int


_GRANT = """
    SELECT g.id, g.public_id, p.public_id AS provider_public_id, p.name AS provider_name, g.model,
        g.role, u.public_id AS user_public_id, coalesce(u.username, u.name) AS user_name,
        g.created_at
    FROM grants g
    JOIN providers p ON p.id = g.provider_id
    LEFT JOIN users u ON u.id = g.user_id
"""


async def list_grants(
    reader: Reader, *, provider: str | None, after: int, limit: int
) -> list[GrantRow]:
    """List grants by age from a key on, all of them or those on one provider."""
    return await reader.fetch_list(
        GrantRow,
        _GRANT
        + """
        WHERE g.id > :after AND (:provider IS NULL OR p.public_id = :provider)
        ORDER BY g.id
        LIMIT 0 + :limit
        """,
        provider=provider,
        after=after,
        limit=limit,
    )


async def get_grant(reader: Reader, public_id: str) -> GrantRow:
    """Find a grant or raise `NotFound`."""
    row = await reader.fetch_one(GrantRow, _GRANT + "WHERE g.public_id = :id", id=public_id)
    if row is None:
        raise NotFound("There is no such grant.")
    return row


async def find_user_key(reader: Reader, public_id: str) -> int:
    """Find the key of an account, or raise `NotFound`."""
    sql = "SELECT id FROM users WHERE public_id = :id AND state <> 'deleted'"
    key = await reader.fetch_one(int, sql, id=public_id)
    if key is None:
        raise NotFound("There is no such account.")
    return key


async def insert_grant(writer: Writer, grant: dict[str, object]) -> int:
    """Insert a grant; raises `Conflict` when there is the same one already."""
    return await writer.insert(
        """
        INSERT INTO grants (public_id, provider_id, model, role, user_id, created_at)
        VALUES (:public_id, :provider, :model, :role, :user, :at)
        """,
        **grant,
    )


async def delete_grant(writer: Writer, key: int) -> None:
    """Delete a grant."""
    await writer.execute("DELETE FROM grants WHERE id = :id", id=key)


async def delete_grants_on(writer: Writer, provider_key: int) -> None:
    """Delete the grants on a provider and its models."""
    await writer.execute("DELETE FROM grants WHERE provider_id = :id", id=provider_key)


async def hand_on_grants(writer: Writer, from_user: int, to_user: int) -> None:
    """Give the grants of one account to another, as far as that does not have them."""
    await writer.execute(
        "UPDATE OR IGNORE grants SET user_id = :to WHERE user_id = :from",
        **{"from": from_user, "to": to_user},
    )
