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
        pattern=r"^ *[^\s/\x00-\x1f\x7f][^/\x00-\x1f\x7f]*$(?!\n)",
        description="Names the provider; the first half of its models' ids",
        examples=["My Ollama"],
    ),
]
BaseUrl = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=2000,
        description="The API's root, usually ending in /v1",
        examples=["http://127.0.0.1:11434/v1"],
    ),
]
Secret = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=4000,
        pattern=r"^[\x21-\x7e]+$(?!\n)",
        description="The provider's API key; it is stored encrypted and never returned",
        examples=["sk-…"],
    ),
]
Tokens = Annotated[int, Meta(ge=256, le=100_000_000, description="Tokens", examples=[32_768])]


class Health(msgspec.Struct, frozen=True):
    """How the last contact with a provider went."""

    state: Annotated[
        Literal["unknown", "ok", "failed"],
        Meta(description="Whether it answered; `unknown` before the first contact"),
    ]
    code: Annotated[str | None, Meta(description="Why it did not, as a stable code")]
    detail: Annotated[str | None, Meta(description="Why it did not, as a sentence")]
    checked_at: Annotated[str | None, Meta(description="When, RFC 3339 in UTC")]


class Provider(msgspec.Struct, frozen=True):
    """A configured upstream account."""

    id: Annotated[str, Meta(description="A UUID in lower-case text")]
    name: Annotated[str, Meta(description="Names the provider; the first half of its models' ids")]
    kind: Annotated[Kind, Meta(description="The kind of API it speaks")]
    base_url: Annotated[str, Meta(description="The API's root")]
    has_secret: Annotated[bool, Meta(description="Whether a secret is stored")]
    secret_hint: Annotated[str | None, Meta(description="The last four characters of the secret")]
    enabled: Annotated[bool, Meta(description="Whether it may be asked")]
    source: Annotated[Source, Meta(description="Where it comes from")]
    is_system: Annotated[bool, Meta(description="It belongs to the server, not to one person")]
    status: Annotated[Health, Meta(description="How the last contact went")]
    model_count: Annotated[int, Meta(description="Models it lists")]
    version: Annotated[int, Meta(description="Grows with every change; goes into If-Match")]
    created_at: Annotated[str, Meta(description="When it was connected, RFC 3339 in UTC")]
    updated_at: Annotated[str, Meta(description="When it was changed last")]


class ProviderPage(msgspec.Struct, frozen=True):
    """All providers of the caller."""

    items: Annotated[list[Provider], Meta(description="The providers")]
    next_cursor: Annotated[str | None, Meta(description="Always null: there is one page")]


class NewProvider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A provider to connect."""

    name: Name
    base_url: BaseUrl
    kind: Annotated[Kind, Meta(description="The kind of API it speaks")] = "openai"
    secret: Secret | None = None
    enabled: Annotated[bool, Meta(description="Whether it may be asked")] = True
    system: Annotated[bool, Meta(description="For everybody; administrators only")] = False


class ProviderChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change in a provider; another host, port or scheme clears its secret."""

    name: Name | UnsetType = UNSET
    base_url: BaseUrl | UnsetType = UNSET
    secret: Secret | None | UnsetType = UNSET
    enabled: Annotated[bool, Meta(description="Whether it may be asked")] | UnsetType = UNSET
    system: (
        Annotated[bool, Meta(description="For everybody, or the caller's own; administrators only")]
        | UnsetType
    ) = UNSET


class TestResult(msgspec.Struct, frozen=True):
    """Whether a provider answers."""

    __test__ = False  # pytest: not a test class

    ok: Annotated[bool, Meta(description="Whether it answered")]
    code: Annotated[str | None, Meta(description="Why it did not, as a stable code")]
    detail: Annotated[str, Meta(description="What happened, as a sentence")]
    latency_ms: Annotated[int | None, Meta(description="How long the answer took, in milliseconds")]
    model_count: Annotated[int | None, Meta(description="Models it lists")]


class Found(msgspec.Struct, frozen=True):
    """A provider that was found on this computer or in the environment."""

    name: Annotated[str, Meta(description="Its name, to connect it by")]
    base_url: Annotated[str, Meta(description="The API's root")]
    kind: Annotated[Kind, Meta(description="The kind of API it speaks")]
    software: Annotated[
        Literal["ollama", "lmstudio", "llamacpp", "environment"],
        Meta(description="What it is, or that it was found in the environment"),
    ]
    model_count: Annotated[
        int | None, Meta(description="Models it lists; null when it was not asked")
    ]
    already_configured: Annotated[
        bool, Meta(description="A provider with this address exists already")
    ]
    variable: Annotated[str | None, Meta(description="The environment variable with the secret")]


class FoundPage(msgspec.Struct, frozen=True):
    """What was found."""

    items: Annotated[list[Found], Meta(description="What was found")]


class UseFound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which of the found providers to connect."""

    name: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=60,
            description="The name that detection listed",
            examples=["Ollama"],
        ),
    ]


class Model(msgspec.Struct, frozen=True):
    """A model offered by a provider."""

    id: Annotated[str, Meta(description="`provider/model`, the name to use in every request")]
    provider_id: Annotated[str, Meta(description="The provider that offers it")]
    provider_name: Annotated[str, Meta(description="That provider's name")]
    is_system: Annotated[bool, Meta(description="Its provider belongs to the server")]
    name: Annotated[str, Meta(description="What the provider calls it")]
    context_window: Annotated[
        int | None, Meta(description="Tokens it can take in all; null when nobody has told")
    ]
    max_output: Annotated[
        int | None, Meta(description="Tokens of its longest reply; null when nobody has told")
    ]
    capabilities: Annotated[list[str], Meta(description="Among `vision`, `tools` and `reasoning`")]
    enabled: Annotated[bool, Meta(description="The user's switch")]
    available: Annotated[bool, Meta(description="Usable now: the provider is on and lists it")]
    is_default: Annotated[bool, Meta(description="The user's default model")]


class ModelPage(msgspec.Struct, frozen=True):
    """A page of models."""

    items: Annotated[list[Model], Meta(description="The models")]
    next_cursor: Annotated[
        str | None, Meta(description="The `cursor` of the next page; null on the last one")
    ]


class NewModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A model that the provider offers but does not list."""

    provider_id: Annotated[
        str, Meta(min_length=36, max_length=36, description="The provider that offers it")
    ]
    name: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=300,
            pattern=r"^[^\x00-\x1f\x7f]+$(?!\n)",
            description="What the provider calls it",
        ),
    ]
    context_window: Annotated[Tokens | None, Meta(description="Tokens it can take in all")] = None
    max_output: Annotated[Tokens | None, Meta(description="Tokens of its longest reply")] = None


class ModelChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change in a model; a null window asks the provider again."""

    context_window: (
        Annotated[
            Tokens | None, Meta(description="Tokens it can take in all; null: as the provider says")
        ]
        | UnsetType
    ) = UNSET
    max_output: (
        Annotated[
            Tokens | None,
            Meta(description="Tokens of its longest reply; null: as the provider says"),
        ]
        | UnsetType
    ) = UNSET
    enabled: Annotated[bool, Meta(description="The user's switch")] | UnsetType = UNSET


class Grant(msgspec.Struct, frozen=True):
    """A role or an account that may use a provider of the server, or one of its models."""

    id: Annotated[str, Meta(description="A UUID in lower-case text")]
    provider_id: Annotated[str, Meta(description="The provider")]
    provider_name: Annotated[str, Meta(description="Its name")]
    model: Annotated[str | None, Meta(description="The model; null: the provider as a whole")]
    role: Annotated[str | None, Meta(description="The role that may; null: an account")]
    user_id: Annotated[str | None, Meta(description="The account that may; null: a role")]
    user_name: Annotated[str | None, Meta(description="The name of that account")]
    created_at: Annotated[str, Meta(description="When it was granted, RFC 3339 in UTC")]


class GrantPage(msgspec.Struct, frozen=True):
    """A page of grants."""

    items: Annotated[list[Grant], Meta(description="The grants")]
    next_cursor: Annotated[
        str | None, Meta(description="The `cursor` of the next page; null on the last one")
    ]


class NewGrant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to grant, to either a role or an account."""

    provider_id: Annotated[
        str, Meta(min_length=36, max_length=36, description="A provider of the server")
    ]
    model: (
        Annotated[
            str,
            Meta(min_length=1, max_length=300, description="A model's name; null: the whole one"),
        ]
        | None
    ) = None
    role: Annotated[
        Literal["admin", "user", "viewer"] | None,
        Meta(description="The role; `admin`: nobody but administrators"),
    ] = None
    user_id: (
        Annotated[str, Meta(min_length=36, max_length=36, description="The account")] | None
    ) = None
