"""Checks the configured providers from outside a running server: their secrets, their answers."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import msgspec

from chatbox.config import Upstream
from chatbox.db.quiet import look
from chatbox.errors import SecretRequired
from chatbox.kit.egress import Client, Policy, check_url
from chatbox.kit.egress_address import host_of, port_of
from chatbox.kit.secretbox import SecretBox
from chatbox.llm.adapters import all_adapters
from chatbox.llm.errors import LLMError
from chatbox.providers.calls import Calls, open_secret
from chatbox.providers.store import providers as provider_store
from chatbox.providers.store.providers import ProviderRow


class Answer(msgspec.Struct, frozen=True):
    """What became of asking a provider for its models."""

    name: str
    models: int
    failure: str | None


def read_providers(database: Path) -> list[ProviderRow]:
    """Read everybody's providers; nothing on the disk changes."""
    return look(database, provider_store.list_everybodys)


def closed_secrets(rows: Sequence[ProviderRow], box: SecretBox) -> list[str]:
    """Name the providers whose secret is there and cannot be opened with this key."""
    closed = []
    for row in rows:
        try:
            if row.secret is not None:
                open_secret(box, row)
        except SecretRequired:
            closed.append(row.name)
    return closed


async def ask_providers(
    rows: Sequence[ProviderRow], box: SecretBox, upstream: Upstream
) -> list[Answer]:
    """Ask every provider that is switched on for its models, all at once."""
    urls = [check_url(row.base_url) for row in rows if row.may_reach_private]
    policy = Policy((host_of(url), port_of(url)) for url in urls)
    async with Client(policy) as client, Client(Policy()) as public:
        calls = Calls(
            client, all_adapters(), policy=policy, public=public, box=box, upstream=upstream
        )
        return await asyncio.gather(*(_ask(calls, row) for row in rows if row.enabled))


async def _ask(calls: Calls, row: ProviderRow) -> Answer:
    try:
        offered = await calls.list_models(row)
    except (LLMError, SecretRequired) as failure:
        return Answer(name=row.name, models=0, failure=str(failure))
    return Answer(name=row.name, models=len(offered), failure=None)
