"""The SQL of providers."""

from typing import Literal

import msgspec

from chatbox.db.database import Reader, Writer
from chatbox.errors import NotFound
from chatbox.providers.model import Kind, Source


class ProviderRow(msgspec.Struct, frozen=True):
    """A row of `providers`."""

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
    model_count: int


_PROVIDER = """
    SELECT p.id, p.public_id, p.user_id, p.name, p.kind, p.base_url, p.secret, p.secret_hint,
        p.enabled, p.source, p.state, p.state_code, p.state_detail, p.checked_at, p.version,
        p.created_at, p.updated_at,
        (SELECT count(*) FROM models m WHERE m.provider_id = p.id AND m.available) AS model_count
    FROM providers p
"""


async def list_providers(reader: Reader, user_id: int) -> list[ProviderRow]:
    """List a user's providers, oldest first."""
    return await reader.fetch_all(
        ProviderRow, _PROVIDER + "WHERE p.user_id = :user ORDER BY p.id", user=user_id
    )


async def list_everybodys(reader: Reader) -> list[ProviderRow]:
    """List the providers of all users."""
    return await reader.fetch_all(ProviderRow, _PROVIDER + "ORDER BY p.id")


async def get_provider(reader: Reader, user_id: int, public_id: str) -> ProviderRow:
    """Find a provider or raise `NotFound`."""
    row = await reader.fetch_one(
        ProviderRow,
        _PROVIDER + "WHERE p.user_id = :user AND p.public_id = :id",
        user=user_id,
        id=public_id,
    )
    if row is None:
        raise NotFound("There is no such provider.")
    return row


async def find_provider_by_key(reader: Reader, user_id: int, key: int) -> ProviderRow | None:
    """Find a provider by its integer id."""
    return await reader.fetch_one(
        ProviderRow, _PROVIDER + "WHERE p.user_id = :user AND p.id = :id", user=user_id, id=key
    )


async def find_provider_by_name(reader: Reader, user_id: int, name: str) -> ProviderRow | None:
    """Find a provider by its name."""
    return await reader.fetch_one(
        ProviderRow,
        _PROVIDER + "WHERE p.user_id = :user AND p.name = :name",
        user=user_id,
        name=name,
    )


async def insert_provider(writer: Writer, user_id: int, row: ProviderRow) -> int:
    """Insert a provider; raises `Conflict` when the user has one of that name."""
    return await writer.insert(
        """
        INSERT INTO providers (public_id, user_id, name, kind, base_url, secret, secret_hint,
            enabled, source, created_at, updated_at)
        VALUES (:public_id, :user, :name, :kind, :base_url, :secret, :hint, :enabled, :source,
            :at, :at)
        """,
        public_id=row.public_id,
        user=user_id,
        name=row.name,
        kind=row.kind,
        base_url=row.base_url,
        secret=row.secret,
        hint=row.secret_hint,
        enabled=row.enabled,
        source=row.source,
        at=row.created_at,
    )


async def update_provider(
    writer: Writer, user_id: int, row: ProviderRow, *, expected_version: int, at: int
) -> int:
    """Write a provider's fields; answer 0 when somebody else was quicker."""
    return await writer.execute(
        """
        UPDATE providers
        SET name = :name, base_url = :base_url, secret = :secret, secret_hint = :hint,
            enabled = :enabled, version = version + 1, updated_at = :at
        WHERE id = :id AND user_id = :user AND version = :version
        """,
        name=row.name,
        base_url=row.base_url,
        secret=row.secret,
        hint=row.secret_hint,
        enabled=row.enabled,
        id=row.id,
        user=user_id,
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


async def delete_provider(writer: Writer, user_id: int, public_id: str) -> int:
    """Delete a provider, its secret and its models."""
    return await writer.execute(
        "DELETE FROM providers WHERE user_id = :user AND public_id = :id",
        user=user_id,
        id=public_id,
    )
