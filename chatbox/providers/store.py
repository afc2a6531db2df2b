"""The SQL of providers and models."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from chatbox.db.database import Reader, Writer
from chatbox.db.rows import encode_json
from chatbox.errors import NotFound
from chatbox.llm.adapter import OfferedModel
from chatbox.providers.model import Kind, NewModel, Source


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


class ModelRow(msgspec.Struct, frozen=True):
    """A row of `models` with its provider's names."""

    id: int
    provider_id: int
    provider_public_id: str
    provider_name: str
    provider_enabled: bool
    name: str
    context_window: int | None
    max_output: int | None
    capabilities: list[str]
    enabled: bool
    available: bool
    window_source: str
    token_ratio: float


_PROVIDER = """
    SELECT p.id, p.public_id, p.user_id, p.name, p.kind, p.base_url, p.secret, p.secret_hint,
        p.enabled, p.source, p.state, p.state_code, p.state_detail, p.checked_at, p.version,
        p.created_at, p.updated_at,
        (SELECT count(*) FROM models m WHERE m.provider_id = p.id AND m.available) AS model_count
    FROM providers p
"""

_MODEL = """
    SELECT m.id, m.provider_id, p.public_id AS provider_public_id, p.name AS provider_name,
        p.enabled AS provider_enabled, m.name, m.context_window, m.max_output, m.capabilities,
        m.enabled, m.available, m.window_source, m.token_ratio
    FROM models m
    JOIN providers p ON p.id = m.provider_id
"""


async def list_providers(reader: Reader, user_id: int) -> list[ProviderRow]:
    """List a user's providers, oldest first."""
    return await reader.fetch_all(
        ProviderRow, _PROVIDER + "WHERE p.user_id = :user ORDER BY p.id", user=user_id
    )


async def list_sealed(reader: Reader) -> list[ProviderRow]:
    """List everybody's providers that hold a secret."""
    return await reader.fetch_all(ProviderRow, _PROVIDER + "WHERE p.secret IS NOT NULL")


async def list_enabled(reader: Reader) -> list[ProviderRow]:
    """List everybody's providers that may be called."""
    return await reader.fetch_all(ProviderRow, _PROVIDER + "WHERE p.enabled ORDER BY p.id")


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


async def list_models(
    reader: Reader, user_id: int, *, after: tuple[int, int], limit: int, enabled_only: bool
) -> list[ModelRow]:
    """List a user's models by provider and listing order, from `(provider key, model key)` on."""
    return await reader.fetch_all(
        ModelRow,
        _MODEL
        + """
        WHERE p.user_id = :user AND (p.id, m.id) > (:provider, :model)
            AND (NOT :enabled_only OR (m.enabled AND m.available AND p.enabled))
        ORDER BY p.id, m.id
        LIMIT :limit
        """,
        user=user_id,
        provider=after[0],
        model=after[1],
        enabled_only=enabled_only,
        limit=limit,
    )


async def find_model(reader: Reader, user_id: int, *, provider: str, name: str) -> ModelRow | None:
    """Find a model by its provider's name and its own."""
    return await reader.fetch_one(
        ModelRow,
        _MODEL + "WHERE p.user_id = :user AND p.name = :provider AND m.name = :name",
        user=user_id,
        provider=provider,
        name=name,
    )


async def first_usable(reader: Reader, user_id: int) -> ModelRow | None:
    """Find the first model that can be used now."""
    return await reader.fetch_one(
        ModelRow,
        _MODEL
        + """
        WHERE p.user_id = :user AND p.enabled AND m.enabled AND m.available
        ORDER BY p.source = 'demo', p.state = 'failed', p.id, m.id
        LIMIT 1
        """,
        user=user_id,
    )


async def replace_offer(
    writer: Writer, provider_key: int, offer: Sequence[OfferedModel], *, at: int
) -> None:
    """Take over what a provider lists; what it no longer lists becomes unavailable."""
    await writer.execute(
        "UPDATE models SET available = 0 WHERE provider_id = :provider", provider=provider_key
    )
    await writer.execute_many(
        """
        INSERT INTO models (provider_id, name, context_window, max_output, capabilities, created_at)
        VALUES (:provider, :name, :window, :max_output, :capabilities, :at)
        ON CONFLICT (provider_id, name) DO UPDATE
        SET available = 1, capabilities = excluded.capabilities,
            max_output = coalesce(models.max_output, excluded.max_output),
            context_window = CASE models.window_source
                WHEN 'provider' THEN excluded.context_window
                ELSE models.context_window END
        """,
        [
            {
                "provider": provider_key,
                "name": model.name,
                "window": model.context_window,
                "max_output": model.max_output,
                "capabilities": encode_json(model.capabilities),
                "at": at,
            }
            for model in offer
        ],
    )


async def insert_model(writer: Writer, provider_key: int, new: NewModel, *, at: int) -> None:
    """Insert a model by hand; raises `Conflict` when the provider has it."""
    await writer.execute(
        """
        INSERT INTO models (provider_id, name, context_window, max_output, window_source,
            created_at)
        VALUES (:provider, :name, :window, :max_output,
            CASE WHEN :window IS NULL THEN 'provider' ELSE 'user' END, :at)
        """,
        provider=provider_key,
        name=new.name,
        window=new.context_window,
        max_output=new.max_output,
        at=at,
    )


async def update_model(writer: Writer, row: ModelRow) -> None:
    """Write a model's own fields."""
    await writer.execute(
        """
        UPDATE models
        SET context_window = :window, max_output = :max_output, enabled = :enabled,
            window_source = :source
        WHERE id = :id
        """,
        window=row.context_window,
        max_output=row.max_output,
        enabled=row.enabled,
        source=row.window_source,
        id=row.id,
    )


async def update_window(writer: Writer, key: int, window: int) -> None:
    """Note the window that a provider's refusal taught."""
    await writer.execute(
        "UPDATE models SET context_window = :window, window_source = 'learned' WHERE id = :id",
        window=window,
        id=key,
    )


async def update_ratio(writer: Writer, key: int, ratio: float) -> None:
    """Note how many of the model's tokens one of ours is."""
    await writer.execute(
        "UPDATE models SET token_ratio = :ratio WHERE id = :id", ratio=ratio, id=key
    )


async def delete_model(writer: Writer, key: int) -> None:
    """Delete a model; the provider may list it again."""
    await writer.execute("DELETE FROM models WHERE id = :id", id=key)
