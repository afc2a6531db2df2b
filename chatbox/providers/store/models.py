"""The SQL of models."""

from collections.abc import Sequence

import msgspec

from chatbox.db.database import Reader, Writer
from chatbox.db.rows import encode_json
from chatbox.errors import NotFound
from chatbox.llm.adapter import OfferedModel
from chatbox.providers.model import NewModel
from chatbox.providers.store.visible import VISIBLE, params
from chatbox.providers.visible import Sight


class ModelRow(msgspec.Struct, frozen=True):
    """A row of `models` with its provider's names."""

    id: int
    provider_id: int
    provider_public_id: str
    provider_name: str
    provider_enabled: bool
    is_system: bool
    name: str
    context_window: int | None
    max_output: int | None
    capabilities: list[str]
    enabled: bool
    available: bool
    window_source: str
    output_source: str
    token_ratio: float


_MODEL = """
    SELECT m.id, m.provider_id, p.public_id AS provider_public_id, p.name AS provider_name,
        p.enabled AS provider_enabled, p.is_system, m.name, m.context_window, m.max_output,
        m.capabilities, m.enabled, m.available, m.window_source, m.output_source, m.token_ratio
    FROM models m
    JOIN providers p ON p.id = m.provider_id
"""


async def list_models(
    reader: Reader, sight: Sight, *, after: tuple[int, int], limit: int, enabled_only: bool
) -> list[ModelRow]:
    """List what the caller sees by provider and listing order, from `(provider, model)` on."""
    return await reader.fetch_list(
        ModelRow,
        _MODEL
        + f"""
        WHERE {VISIBLE} AND (p.id, m.id) > (:provider, :model)
            AND (NOT :enabled_only OR (m.enabled AND m.available AND p.enabled))
        ORDER BY p.id, m.id
        LIMIT 0 + :limit
        """,
        provider=after[0],
        model=after[1],
        enabled_only=enabled_only,
        limit=limit,
        **params(sight),
    )


async def find_model(reader: Reader, sight: Sight, *, provider: str, name: str) -> ModelRow | None:
    """Find a model that the caller sees by its provider's name and its own."""
    return await reader.fetch_one(
        ModelRow,
        _MODEL + f"WHERE {VISIBLE} AND p.name = :provider AND m.name = :name",
        provider=provider,
        name=name,
        **params(sight),
    )


async def get_model_by_key(reader: Reader, key: int) -> ModelRow:
    """Read a model that is known to be there."""
    row = await reader.fetch_one(ModelRow, _MODEL + "WHERE m.id = :id", id=key)
    if row is None:
        raise NotFound("There is no such model.")
    return row


async def list_models_of(reader: Reader, provider_key: int) -> list[ModelRow]:
    """List the models of a provider that the caller has been found to see."""
    return await reader.fetch_list(
        ModelRow, _MODEL + "WHERE p.id = :provider ORDER BY m.id", provider=provider_key
    )


async def first_usable(reader: Reader, sight: Sight) -> ModelRow | None:
    """Find the first model that can be used now; one's own come before the system's."""
    return await reader.fetch_one(
        ModelRow,
        _MODEL
        + f"""
        WHERE {VISIBLE} AND p.enabled AND m.enabled AND m.available
        ORDER BY p.source = 'demo', p.state = 'failed', p.is_system, p.id, m.id
        LIMIT 1
        """,
        **params(sight),
    )


async def replace_offer(
    writer: Writer, provider_key: int, offer: Sequence[OfferedModel], *, at: int
) -> None:
    """Take over what a provider lists; what it no longer lists becomes unavailable."""
    await writer.execute(
        "UPDATE models SET available = 0 WHERE provider_id = :provider", provider=provider_key
    )
    await writer.execute(
        """
        INSERT INTO models (provider_id, name, context_window, max_output, capabilities, created_at)
        SELECT :provider, model.value ->> 'name', model.value ->> 'context_window',
            model.value ->> 'max_output', model.value -> 'capabilities', :at
        FROM json_each(:offer) model
        WHERE true
        ON CONFLICT (provider_id, name) DO UPDATE
        SET available = 1, capabilities = excluded.capabilities,
            max_output = CASE models.output_source
                WHEN 'provider' THEN excluded.max_output
                ELSE models.max_output END,
            context_window = CASE models.window_source
                WHEN 'provider' THEN excluded.context_window
                ELSE models.context_window END
        """,
        provider=provider_key,
        offer=encode_json(offer),
        at=at,
    )


async def insert_model(writer: Writer, provider_key: int, new: NewModel, *, at: int) -> int:
    """Insert a model by hand; raises `Conflict` when the provider has it."""
    return await writer.insert(
        """
        INSERT INTO models (provider_id, name, context_window, max_output, window_source,
            output_source, created_at)
        VALUES (:provider, :name, :window, :max_output,
            CASE WHEN :window IS NULL THEN 'provider' ELSE 'user' END,
            CASE WHEN :max_output IS NULL THEN 'provider' ELSE 'user' END, :at)
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
            window_source = :source, output_source = :output_source
        WHERE id = :id
        """,
        window=row.context_window,
        max_output=row.max_output,
        enabled=row.enabled,
        source=row.window_source,
        output_source=row.output_source,
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
