"""The one door to any model: opens the secret, asks the adapter, retries before the first byte."""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Callable, Mapping
from functools import lru_cache

from chatbox.config import Upstream
from chatbox.errors import AddressRefused, SecretRequired
from chatbox.kit import egress
from chatbox.kit.egress import Client, Policy, check_url
from chatbox.kit.egress_address import host_of, is_private, literal
from chatbox.kit.secretbox import CannotOpen, SecretBox
from chatbox.llm.adapter import Adapter, Clocks, Completion, Endpoint, OfferedModel
from chatbox.llm.errors import (
    ClockExpired,
    ConnectFailed,
    CreditExhausted,
    LLMError,
    RedirectRefused,
    RefusedAddress,
    SecretRejected,
)
from chatbox.llm.events import Event
from chatbox.providers.store.providers import ProviderRow

logger = logging.getLogger(__name__)

LONGEST_RETRY_AFTER = 30.0
LIST_SECONDS = 15.0
_TELLING = (ConnectFailed, CreditExhausted, RedirectRefused, RefusedAddress, SecretRejected)
_LOCAL_SUFFIXES = (".local", ".lan", ".internal", ".localhost", ".home.arpa")


class Calls:
    """Calls models of configured providers through the outbound client.

    What users connect goes through `public`, a client that knows no private address and shares no
    connection with the other: neither a name that leads elsewhere later, nor an address that an
    administrator has let through, brings them into the network of the server.
    """

    def __init__(  # noqa: PLR0913 - built once, in app.py
        self,
        client: Client,
        adapters: Mapping[str, Adapter],
        *,
        policy: Policy,
        public: Client,
        box: SecretBox,
        upstream: Upstream,
    ) -> None:
        self.policy = policy
        self._client = client
        self._public = public
        self._adapters = adapters
        self._box = box
        self._upstream = upstream

    async def stream(
        self,
        provider: ProviderRow,
        completion: Completion,
        *,
        on_retry: Callable[[], None] = lambda: None,
    ) -> AsyncGenerator[list[Event], None]:
        """Ask a model and report what comes, each time all that came together; raises `LLMError`.

        A failure that may pass is retried, with jitter or the provider's own Retry-After, as long
        as nothing of an answer has come. Closing the generator closes the connection.
        """
        adapter, endpoint = self._adapters[provider.kind], self._endpoint(provider)
        client, clocks = self._client_of(provider), self._clocks(provider)
        tries = 0
        while True:
            answered = False
            batches = adapter.stream(client, endpoint, completion, clocks)
            try:
                async for events in batches:
                    answered = True
                    yield events
                return
            except LLMError as failure:
                failure.sent_output = answered
                pause = _pause(failure, tries, answered, self._upstream.max_retries)
                if pause is None or _was_patient(failure, provider):
                    keep_private(failure, provider)
                    raise
                told = {"code": failure.code, "seconds": round(pause, 2)}
                logger.info("retrying a provider", extra={"provider": provider.name, **told})
            finally:
                await batches.aclose()
            tries += 1
            on_retry()
            await asyncio.sleep(pause)

    async def list_models(self, provider: ProviderRow) -> tuple[OfferedModel, ...]:
        """Name the models a provider offers; raises `LLMError`."""
        endpoint = self._endpoint(provider)
        return await self._list(self._client_of(provider), provider.kind, endpoint)

    async def offered(self, kind: str, endpoint: Endpoint) -> tuple[OfferedModel, ...]:
        """Name the models of an endpoint that is not configured yet; raises `LLMError`."""
        return await self._list(self._client, kind, endpoint)

    async def check_public(self, base_url: str) -> None:
        """Refuse an address that leads into a private network now. Raises `AddressRefused`."""
        try:
            await self._public.vet(check_url(base_url), seconds=self._upstream.connect_seconds)
        except egress.AddressRefused as refused:
            raise AddressRefused(
                "This address is not public. Only administrators may connect such providers."
            ) from refused

    async def _list(
        self, client: Client, kind: str, endpoint: Endpoint
    ) -> tuple[OfferedModel, ...]:
        try:
            async with asyncio.timeout(LIST_SECONDS):
                return await self._adapters[kind].list_models(client, endpoint)
        except TimeoutError as late:
            raise ClockExpired("first_token", LIST_SECONDS) from late

    def _client_of(self, provider: ProviderRow) -> Client:
        return self._client if provider.may_reach_private else self._public

    def _endpoint(self, provider: ProviderRow) -> Endpoint:
        return Endpoint(base_url=provider.base_url, secret=open_secret(self._box, provider))

    def _clocks(self, provider: ProviderRow) -> Clocks:
        upstream = self._upstream
        first = upstream.first_token_seconds
        total = upstream.total_seconds
        if _is_local(provider.base_url):  # loading weights and reading a long prompt take minutes
            first = max(first, upstream.local_first_token_seconds)
            total = max(total, first + total)
        return Clocks(
            connect=upstream.connect_seconds,
            first_token=first,
            idle=upstream.idle_seconds,
            total=total,
        )


def binding_of(provider: ProviderRow) -> str:
    """Name the one place a provider's secret may be opened at: its row, owner and origin.

    The system's providers have no owner, so that whoever made them may go.
    """
    owner = "system" if provider.is_system else provider.user_id
    return f"v1|providers|secret|{provider.public_id}|{owner}|{origin_of(provider)}"


def origin_of(provider: ProviderRow) -> str:
    """Scheme, host and port of a provider."""
    url = check_url(provider.base_url)
    return f"{url.scheme}://{url.netloc.decode()}"


def lacks_secret(provider: ProviderRow) -> bool:
    """Tell whether the secret went when the address changed, and no other has come since."""
    return provider.secret is None and provider.secret_hint is not None


def open_secret(box: SecretBox, provider: ProviderRow) -> str | None:
    """Decrypt a provider's secret; raises `SecretRequired` when it is lost or of another place."""
    if lacks_secret(provider):
        raise SecretRequired(
            f"The address of {provider.name} has changed. Enter its secret again in the settings."
        )
    if provider.secret is None:
        return None
    try:
        return box.open(provider.secret, bound_to=binding_of(provider))
    except CannotOpen as failure:
        raise SecretRequired(
            f"The secret of {provider.name} cannot be opened. Enter it again in the settings."
        ) from failure


def keep_private(failure: LLMError, provider: ProviderRow) -> None:
    """Take out of a failure what users are not to know of a system provider: where, and its key."""
    if not provider.is_system:
        return
    url = check_url(provider.base_url)
    detail = failure.detail.replace(url.netloc.decode(), provider.name)
    detail = detail.replace(host_of(url), provider.name)
    if isinstance(failure, _TELLING):
        detail = f"{provider.name} cannot be used at the moment. An administrator can test it."
    failure.detail, failure.args = detail, (detail,)


@lru_cache(maxsize=512)
def _is_local(base_url: str) -> bool:
    """Tell whether the address looks like somebody's own computer or network; asks no resolver."""
    host = host_of(check_url(base_url)).rstrip(".")
    address = literal(host)
    if address is not None:
        return is_private(address)
    return "." not in host or host.endswith(_LOCAL_SUFFIXES)


def _was_patient(failure: LLMError, provider: ProviderRow) -> bool:
    """Tell whether a local server has had its long time to begin; another try repeats the wait."""
    expired = isinstance(failure, ClockExpired) and failure.clock == "first_token"
    return expired and _is_local(provider.base_url)


def _pause(failure: LLMError, tries: int, answered: bool, most: int) -> float | None:
    """How long to wait before the next try, or None to give up."""
    if answered or not failure.retryable or tries >= most:
        return None
    if failure.retry_after is not None:
        return failure.retry_after if failure.retry_after <= LONGEST_RETRY_AFTER else None
    jitter = 0.75 + random.random() / 2  # noqa: S311 - not a secret
    return float(0.4 * 2**tries * jitter)
