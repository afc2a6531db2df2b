"""What the providers API takes and gives."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

Kind = Literal["openai"]
Source = Literal["user", "environment", "detected", "demo"]
Name = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=60,
        pattern=r"^[^/\x00-\x1f\x7f]+$",
        description="Names the provider; the first half of its models' ids",
    ),
]
BaseUrl = Annotated[
    str, Meta(min_length=1, max_length=2000, description="The API's root, usually ending in /v1")
]
Secret = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=4000,
        pattern=r"^[\x21-\x7e]+$",
        description="The provider's API key; it is stored encrypted and never returned",
    ),
]
Tokens = Annotated[int, Meta(ge=256, le=100_000_000, description="Tokens")]


class Health(msgspec.Struct, frozen=True):
    """How the last contact with a provider went."""

    state: Literal["unknown", "ok", "failed"]
    code: str | None
    detail: str | None
    checked_at: str | None


class Provider(msgspec.Struct, frozen=True):
    """A configured upstream account."""

    id: str
    name: str
    kind: Kind
    base_url: str
    has_secret: bool
    secret_hint: Annotated[str | None, Meta(description="The last four characters of the secret")]
    enabled: bool
    source: Source
    status: Health
    model_count: int
    version: int
    created_at: str
    updated_at: str


class ProviderPage(msgspec.Struct, frozen=True):
    """All providers of the caller."""

    items: list[Provider]
    next_cursor: str | None


class NewProvider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A provider to connect."""

    name: Name
    base_url: BaseUrl
    kind: Kind = "openai"
    secret: Secret | None = None
    enabled: bool = True


class ProviderChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change in a provider; another host, port or scheme clears its secret."""

    name: Name | UnsetType = UNSET
    base_url: BaseUrl | UnsetType = UNSET
    secret: Secret | None | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET


class TestResult(msgspec.Struct, frozen=True):
    """Whether a provider answers."""

    __test__ = False  # pytest: not a test class

    ok: bool
    code: str | None
    detail: str
    latency_ms: int | None
    model_count: int | None


class Found(msgspec.Struct, frozen=True):
    """A provider that was found on this computer or in the environment."""

    name: str
    base_url: str
    kind: Kind
    software: Literal["ollama", "lmstudio", "llamacpp", "environment"]
    model_count: int | None
    already_configured: bool
    variable: Annotated[str | None, Meta(description="The environment variable with the secret")]


class FoundPage(msgspec.Struct, frozen=True):
    """What was found."""

    items: list[Found]


class UseFound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which of the found providers to connect."""

    name: Annotated[str, Meta(min_length=1, max_length=60)]


class Model(msgspec.Struct, frozen=True):
    """A model offered by a provider."""

    id: Annotated[str, Meta(description="`provider/model`, the name to use in every request")]
    provider_id: str
    provider_name: str
    name: str
    context_window: int | None
    max_output: int | None
    capabilities: list[str]
    enabled: bool
    available: Annotated[bool, Meta(description="Usable now: the provider is on and lists it")]
    is_default: bool


class ModelPage(msgspec.Struct, frozen=True):
    """A page of models."""

    items: list[Model]
    next_cursor: str | None


class NewModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A model that the provider offers but does not list."""

    provider_id: Annotated[str, Meta(min_length=36, max_length=36)]
    name: Annotated[str, Meta(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]+$")]
    context_window: Tokens | None = None
    max_output: Tokens | None = None


class ModelChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change in a model; a null window asks the provider again."""

    context_window: Tokens | None | UnsetType = UNSET
    max_output: Tokens | None | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
