"""The seam between chatbox and a kind of API: what goes in, what comes out."""

from collections.abc import AsyncGenerator
from typing import Annotated, Protocol

from msgspec import Meta, Raw, Struct

from chatbox.kit.egress import Client
from chatbox.llm.events import Event
from chatbox.llm.messages import Message


class Endpoint(Struct, frozen=True):
    """Where a provider listens; `headers` are the operator's own, sent with every request."""

    base_url: str
    secret: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        """Leave out the secret and the headers, so that no log or traceback can show them."""
        return f"Endpoint(base_url={self.base_url!r})"


class Params(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """How to answer. What is absent or null is left to the provider."""

    temperature: (
        Annotated[float, Meta(ge=0, le=2, description="Randomness; 0 is the least")] | None
    ) = None
    top_p: (
        Annotated[
            float,
            Meta(
                ge=0,
                le=1,
                description="Nucleus sampling: the share of likely tokens to choose from",
            ),
        ]
        | None
    ) = None
    max_tokens: (
        Annotated[int, Meta(ge=1, le=10_000_000, description="Longest answer in tokens")] | None
    ) = None
    stop: (
        Annotated[
            tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...],
            Meta(max_length=16, description="Texts that end the answer"),
        ]
        | None
    ) = None
    seed: (
        Annotated[
            int,
            Meta(
                ge=-(2**31),
                lt=2**53,
                description="The same one makes answers repeatable where the provider can",
            ),
        ]
        | None
    ) = None
    presence_penalty: (
        Annotated[float, Meta(ge=-2, le=2, description="Above 0: away from topics that came up")]
        | None
    ) = None
    frequency_penalty: (
        Annotated[
            float, Meta(ge=-2, le=2, description="Above 0: away from words that were used often")
        ]
        | None
    ) = None
    reasoning_effort: (
        Annotated[
            str,
            Meta(
                max_length=20,
                pattern=r"^[a-z]+$(?!\n)",
                description="How hard to think, for example `low` or `high`",
                examples=["low"],
            ),
        ]
        | None
    ) = None


NO_PARAMS = Params()
"""The provider decides everything."""


class ToolOffer(Struct, frozen=True):
    """A tool the model may call; `parameters` is its JSON Schema as JSON text."""

    name: str
    description: str
    parameters: Raw


class Completion(Struct, frozen=True):
    """One question to one model."""

    model: str
    messages: tuple[Message, ...]
    params: Params = NO_PARAMS
    tools: tuple[ToolOffer, ...] = ()


class Clocks(Struct, frozen=True):
    """How long to wait, in seconds.

    `connect` runs until the connection stands; `first_token` from the start until the first text,
    thinking or tool call; `idle` between events that carry data (comments do not count); `total`
    over all.
    """

    connect: float = 10.0
    first_token: float = 60.0
    idle: float = 60.0
    total: float = 900.0


class OfferedModel(Struct, frozen=True):
    """A model as the provider lists it; None where it does not say.

    Capabilities are among "vision", "tools" and "reasoning".
    """

    name: str
    context_window: int | None = None
    max_output: int | None = None
    capabilities: tuple[str, ...] = ()


class Adapter(Protocol):
    """Speaks one kind of API. It never retries: `LLMError.retryable` tells its caller to."""

    def stream(
        self, client: Client, endpoint: Endpoint, completion: Completion, clocks: Clocks
    ) -> AsyncGenerator[list[Event], None]:
        """Ask, and report what comes, each time all that came together, which is never nothing.

        A reader may take its time: what comes meanwhile waits outside, and comes together then.
        Raises LLMError. Closing it closes the connection.
        """
        ...

    async def list_models(self, client: Client, endpoint: Endpoint) -> tuple[OfferedModel, ...]:
        """Name the models on offer, at most 5,000. Raises LLMError."""
        ...
