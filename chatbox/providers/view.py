"""Rows as the API shows them."""

from chatbox.kit.clock import optional_rfc3339, rfc3339
from chatbox.providers.model import Grant, Health, Model, Provider
from chatbox.providers.store.grants import GrantRow
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
        is_system=row.is_system,
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
        is_system=row.is_system,
        name=row.name,
        context_window=row.context_window,
        max_output=row.max_output,
        capabilities=row.capabilities,
        enabled=row.enabled,
        available=row.available and row.provider_enabled,
        is_default=public == default,
    )


def grant_of(row: GrantRow) -> Grant:
    """Show a grant."""
    return Grant(
        id=row.public_id,
        provider_id=row.provider_public_id,
        provider_name=row.provider_name,
        model=row.model,
        role=row.role,
        user_id=row.user_public_id,
        user_name=row.user_name,
        created_at=rfc3339(row.created_at),
    )
