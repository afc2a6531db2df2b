"""The SQL of providers."""

from typing import Literal

import msgspec

from chatbox.caller import Role
from chatbox.db.database import Reader, Writer
from chatbox.errors import NotFound
from chatbox.providers.model import Kind, Source
from chatbox.providers.store.visible import CHANGEABLE, GRANTED, WITHIN_REACH, params
from chatbox.providers.visible import Sight


class ProviderRow(msgspec.Struct, frozen=True):
    """A row of `providers` with its user's role. A system provider belongs to nobody in person."""

    id: int
    public_id: str
    user_id: int
    name: str
    kind: Kind
    base_url: str
    secret: bytes | None
    secret_hint: str | None
    enabled: bool
    source: Source
    state: Literal["unknown", "ok", "failed"]
    state_code: str | None
    state_detail: str | None
    checked_at: int | None
    version: int
    created_at: int
    updated_at: int
    is_system: bool
    user_role: Role
    model_count: int

    @property
    def may_reach_private(self) -> bool:
        """Whether it may have an address in a private network: those of users may not."""
        return self.is_system or self.user_role in ("owner", "admin")


_PROVIDER = """
    SELECT p.id, p.public_id, p.user_id, p.name, p.kind, p.base_url, p.secret, p.secret_hint,
        p.enabled, p.source, p.state, p.state_code, p.state_detail, p.checked_at, p.version,
        p.created_at, p.updated_at, p.is_system, u.role AS user_role,
        (SELECT count(*) FROM models m WHERE m.provider_id = p.id AND m.available) AS model_count
    FROM providers p
    JOIN users u ON u.id = p.user_id
"""


async def list_providers(reader: Reader, sight: Sight) -> list[ProviderRow]:
    """List the providers that the caller may change, oldest first."""
    return await reader.fetch_all(
        ProviderRow,
        _PROVIDER + f"WHERE {WITHIN_REACH} AND {CHANGEABLE} ORDER BY p.id",
        **params(sight),
    )


async def count_providers(reader: Reader, user_id: int, *, is_system: bool) -> int:
    """Count a user's own providers, or those of the system."""
    return (
        await reader.fetch_one(
            int,
            """
            SELECT count(*)
            FROM providers
            WHERE is_system = :is_system AND (is_system OR user_id = :user)
            """,
            is_system=is_system,
            user=user_id,
        )
        or 0
    )


async def list_everybodys(reader: Reader) -> list[ProviderRow]:
    """List the providers of all users."""
    return await reader.fetch_all(ProviderRow, _PROVIDER + "ORDER BY p.id")


async def get_provider(reader: Reader, sight: Sight, public_id: str) -> ProviderRow:
    """Find a provider that the caller may change, or raise `NotFound`."""
    row = await reader.fetch_one(
        ProviderRow,
        _PROVIDER + f"WHERE p.public_id = :id AND {CHANGEABLE}",
        id=public_id,
        **params(sight),
    )
    if row is None:
        raise NotFound("There is no such provider.")
    return row


async def find_provider_by_key(reader: Reader, key: int) -> ProviderRow | None:
    """Find anybody's provider by its integer id."""
    return await reader.fetch_one(ProviderRow, _PROVIDER + "WHERE p.id = :id", id=key)


async def find_provider_by_name(reader: Reader, sight: Sight, name: str) -> ProviderRow | None:
    """Find a provider that the caller may change by its name; one's own comes first."""
    return await reader.fetch_one(
        ProviderRow,
        _PROVIDER
        + f"""
        WHERE p.name = :name AND {WITHIN_REACH} AND {CHANGEABLE}
            AND (p.is_system OR :connects)
        ORDER BY p.is_system
        LIMIT 1
        """,
        name=name,
        **params(sight),
    )


async def is_demo_off(reader: Reader, sight: Sight, name: str) -> bool:
    """Tell whether a name is that of a demo that is switched off, one's own or the system's."""
    found = await reader.fetch_one(
        int,
        """
        SELECT p.id
        FROM providers p
        WHERE p.name = :name AND (p.is_system OR p.user_id = :user) AND p.source = 'demo'
            AND NOT p.enabled
        """,
        name=name,
        user=sight.user,
    )
    return found is not None


async def is_system_name(reader: Reader, sight: Sight, name: str, *, other_than: int) -> bool:
    """Tell whether another provider, of the system and known to the caller, has this name."""
    found = await reader.fetch_one(
        int,
        f"""
        SELECT p.id
        FROM providers p
        WHERE p.is_system AND p.name = :name AND p.id <> :key AND (:manages OR EXISTS (
            SELECT 1 FROM models m WHERE m.provider_id = p.id AND {GRANTED}
        ))
        """,  # noqa: S608 - literals
        name=name,
        key=other_than,
        **params(sight),
    )
    return found is not None


async def insert_provider(writer: Writer, row: ProviderRow) -> int:
    """Insert a provider; raises `Conflict` when its user, or the system, has one of that name."""
    return await writer.insert(
        """
        INSERT INTO providers (public_id, user_id, name, kind, base_url, secret, secret_hint,
            enabled, source, is_system, created_at, updated_at)
        VALUES (:public_id, :user, :name, :kind, :base_url, :secret, :hint, :enabled, :source,
            :is_system, :at, :at)
        """,
        public_id=row.public_id,
        user=row.user_id,
        name=row.name,
        kind=row.kind,
        base_url=row.base_url,
        secret=row.secret,
        hint=row.secret_hint,
        enabled=row.enabled,
        source=row.source,
        is_system=row.is_system,
        at=row.created_at,
    )


async def update_provider(
    writer: Writer, row: ProviderRow, *, expected_version: int, at: int
) -> int:
    """Write a provider's fields; answer 0 when somebody else was quicker."""
    return await writer.execute(
        """
        UPDATE providers
        SET name = :name, base_url = :base_url, secret = :secret, secret_hint = :hint,
            enabled = :enabled, is_system = :is_system, user_id = :user, version = version + 1,
            updated_at = :at
        WHERE id = :id AND version = :version
        """,
        name=row.name,
        base_url=row.base_url,
        secret=row.secret,
        hint=row.secret_hint,
        enabled=row.enabled,
        is_system=row.is_system,
        user=row.user_id,
        id=row.id,
        version=expected_version,
        at=at,
    )


async def update_state(
    writer: Writer, key: int, *, code: str | None, detail: str | None, at: int
) -> None:
    """Note how the last contact went; no code means well."""
    await writer.execute(
        """
        UPDATE providers
        SET state = CASE WHEN :code IS NULL THEN 'ok' ELSE 'failed' END, state_code = :code,
            state_detail = :detail, checked_at = :at
        WHERE id = :id
        """,
        code=code,
        detail=detail,
        at=at,
        id=key,
    )


async def delete_provider(writer: Writer, key: int) -> int:
    """Delete a provider, its secret, its models and the grants on it."""
    return await writer.execute("DELETE FROM providers WHERE id = :id", id=key)


async def list_own_names(reader: Reader, user_id: int) -> list[str]:
    """List the names of the rows that a user has, the system's that he made among them."""
    return await reader.fetch_all(
        str, "SELECT name FROM providers WHERE user_id = :user", user=user_id
    )


async def list_system_names(reader: Reader, user_id: int) -> list[str]:
    """List the names of the system providers that a user made."""
    return await reader.fetch_all(
        str, "SELECT name FROM providers WHERE user_id = :user AND is_system", user=user_id
    )


async def rename_own(writer: Writer, user_id: int, name: str, new: str) -> None:
    """Give a provider of a user another name."""
    await writer.execute(
        """
        UPDATE providers
        SET name = :new, version = version + 1
        WHERE user_id = :user AND name = :name AND NOT is_system
        """,
        new=new,
        user=user_id,
        name=name,
    )


async def hand_on_system(writer: Writer, from_user: int, to_user: int) -> int:
    """Put another user into the rows of system providers; answer how many."""
    return await writer.execute(
        "UPDATE providers SET user_id = :receiver WHERE user_id = :giver AND is_system",
        giver=from_user,
        receiver=to_user,
    )
