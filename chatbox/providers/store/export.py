"""The SQL of taking out the providers and models that an account has connected."""

import msgspec

from chatbox.db.database import Reader


class ProviderRow(msgspec.Struct, frozen=True):
    """A provider without its secret."""

    id: str
    name: str
    kind: str
    base_url: str
    has_secret: bool
    enabled: bool
    source: str
    created_at: int
    updated_at: int


class ModelRow(msgspec.Struct, frozen=True):
    """A model of one of these providers."""

    key: int
    provider_id: str
    name: str
    context_window: int | None
    max_output: int | None
    capabilities: msgspec.Raw
    enabled: bool
    available: bool
    created_at: int


async def list_providers(reader: Reader, user_id: int) -> list[ProviderRow]:
    """Read a user's providers, the oldest first."""
    return await reader.fetch_all(
        ProviderRow,
        """
        SELECT public_id AS id, name, kind, base_url, secret IS NOT NULL AS has_secret, enabled,
            source, created_at, updated_at
        FROM providers
        WHERE user_id = :user AND NOT is_system
        ORDER BY id
        """,
        user=user_id,
    )


async def list_models(reader: Reader, user_id: int, *, after: int, limit: int) -> list[ModelRow]:
    """Read the models of a user's providers from a key on."""
    return await reader.fetch_all(
        ModelRow,
        """
        SELECT m.id AS key, p.public_id AS provider_id, m.name, m.context_window, m.max_output,
            m.capabilities, m.enabled, m.available, m.created_at
        FROM models m
        JOIN providers p ON p.id = m.provider_id
        WHERE p.user_id = :user AND NOT p.is_system AND m.id > :after
        ORDER BY m.id
        LIMIT 0 + :limit
        """,
        user=user_id,
        after=after,
        limit=limit,
    )
