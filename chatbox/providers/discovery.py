"""Finding models without asking: local servers on their usual ports, keys in the environment."""

import asyncio
from collections.abc import Mapping
from typing import Literal

import msgspec

from chatbox.caller import Caller
from chatbox.errors import AddressRefused, NameTaken, NotFound
from chatbox.kit.egress import check_url
from chatbox.kit.egress_address import host_of, port_of
from chatbox.llm.adapter import Endpoint
from chatbox.llm.errors import LLMError
from chatbox.providers.calls import Calls
from chatbox.providers.model import Found, NewProvider, Source
from chatbox.providers.rows import normal_base_url
from chatbox.providers.service import Providers
from chatbox.providers.store.providers import ProviderRow

PROBE_SECONDS = 1.5
Software = Literal["ollama", "lmstudio", "llamacpp"]


class Spot(msgspec.Struct, frozen=True):
    """A place where a local server usually listens."""

    name: str
    software: Software
    base_url: str


SPOTS = (
    Spot("Ollama", "ollama", "http://127.0.0.1:11434/v1"),
    Spot("LM Studio", "lmstudio", "http://127.0.0.1:1234/v1"),
    Spot("llama.cpp", "llamacpp", "http://127.0.0.1:8080/v1"),
)
VARIABLES = (
    ("OpenAI", "OPENAI_API_KEY", "https://api.openai.com/v1"),
    ("OpenRouter", "OPENROUTER_API_KEY", "https://openrouter.ai/api/v1"),
    ("DeepSeek", "DEEPSEEK_API_KEY", "https://api.deepseek.com/v1"),
)


class _Candidate(msgspec.Struct, frozen=True):
    found: Found
    secret: str | None
    source: Source


class Discovery:
    """Looks for providers, and connects those that are there when none is configured."""

    def __init__(
        self,
        providers: Providers,
        calls: Calls,
        environ: Mapping[str, str],
        *,
        spots: tuple[Spot, ...] = SPOTS,
        own_port: int = 0,
    ) -> None:
        self._providers = providers
        self._calls = calls
        self._environ = environ
        self._spots = tuple(s for s in spots if port_of(check_url(s.base_url)) != own_port)

    async def detect(self, caller: Caller) -> list[Found]:
        """List what is there; local ports are probed for at most two seconds."""
        return [candidate.found for candidate in await self._candidates(caller)]

    async def connect_found(self, caller: Caller) -> list[str]:
        """Connect everything found when nothing is configured; answer the names."""
        if await self._providers.all(caller):
            return []
        names = []
        for candidate in await self._candidates(caller):
            found = candidate.found
            new = NewProvider(name=found.name, base_url=found.base_url, secret=candidate.secret)
            try:
                await self._providers.connect(caller, new, source=candidate.source)
            except (NameTaken, AddressRefused):
                continue
            names.append(found.name)
        return names

    async def use(self, caller: Caller, name: str) -> ProviderRow:
        """Connect one thing that was found, by the name it was listed under."""
        for candidate in await self._candidates(caller):
            if candidate.found.name == name:
                new = NewProvider(
                    name=name, base_url=candidate.found.base_url, secret=candidate.secret
                )
                return await self._providers.connect(caller, new, source=candidate.source)
        raise NotFound(f"{name} is no longer there.")

    async def _candidates(self, caller: Caller) -> list[_Candidate]:
        configured = {row.base_url for row in await self._providers.all(caller)}
        local = await asyncio.gather(*(self._probe(spot, configured) for spot in self._spots))
        return [*(one for one in local if one is not None), *self._from_environment(configured)]

    async def _probe(self, spot: Spot, configured: set[str]) -> _Candidate | None:
        url = check_url(spot.base_url)
        with self._calls.policy.holding(host_of(url), port_of(url)):
            try:
                async with asyncio.timeout(PROBE_SECONDS):
                    offer = await self._calls.offered("openai", Endpoint(base_url=spot.base_url))
            except (LLMError, TimeoutError):
                return None
        found = Found(
            name=spot.name,
            base_url=spot.base_url,
            kind="openai",
            software=spot.software,
            model_count=len(offer),
            already_configured=spot.base_url in configured,
            variable=None,
        )
        return _Candidate(found=found, secret=None, source="detected")

    def _from_environment(self, configured: set[str]) -> list[_Candidate]:
        candidates = []
        for name, variable, usual in VARIABLES:
            secret = self._environ.get(variable, "").strip()
            given = self._environ.get("OPENAI_BASE_URL", "").strip() if name == "OpenAI" else ""
            if not secret and not given:
                continue
            try:
                base_url = normal_base_url(given or usual)
            except AddressRefused:
                continue
            found = Found(
                name=name,
                base_url=base_url,
                kind="openai",
                software="environment",
                model_count=None,
                already_configured=base_url in configured,
                variable=variable if secret else "OPENAI_BASE_URL",
            )
            candidates.append(_Candidate(found=found, secret=secret or None, source="environment"))
        return candidates
