"""Rows as the API shows them."""

from chatbox.kit.clock import optional_rfc3339, rfc3339
from chatbox.providers.model import Health, Model, Provider
from chatbox.providers.store.models import ModelRow
from chatbox.providers.store.providers import ProviderRow


def provider_of(row: ProviderRow) -> Provider:
    """Show a provider; its secret stays inside."""
    return Provider(
        id=row.public_id,
        name=row.name,
        kind=row.kind,
        base_url=row.base_url,
        has_secret=row.secret is not None,
        secret_hint=row.secret_hint,
        enabled=row.enabled,
        source=row.source,
        status=Health(
            state=row.state,
            code=row.state_code,
            detail=row.state_detail,
            checked_at=optional_rfc3339(row.checked_at),
        ),
        model_count=row.model_count,
        version=row.version,
        created_at=rfc3339(row.created_at),
        updated_at=rfc3339(row.updated_at),
    )


def model_of(row: ModelRow, default: str | None) -> Model:
    """Show a model."""
    public = f"{row.provider_name}/{row.name}"
    return Model(
        id=public,
        provider_id=row.provider_public_id,
        provider_name=row.provider_name,
        name=row.name,
        context_window=row.context_window,
        max_output=row.max_output,
        capabilities=row.capabilities,
        enabled=row.enabled,
        available=row.available and row.provider_enabled,
        is_default=public == default,
    )
