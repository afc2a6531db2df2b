"""What changes while a provider is being asked: the answer belongs to what was there before."""

import asyncio
import json
from collections.abc import AsyncIterator
from ipaddress import ip_address

import httpx
import pytest

from chatbox.caller import OWNER
from chatbox.providers.discovery import Discovery, Spot
from tests.running import SECRET, Site, good, refused, until


class SlowList:
    """A provider that lists its models when it is told to."""

    def __init__(self, *names: str) -> None:
        body = json.dumps({"data": [{"id": name} for name in names]})
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        self._answer = f"{head}\r\nConnection: close\r\n\r\n{body}".encode()
        self.go = asyncio.Event()
        self.asked = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        await self.go.wait()
        writer.write(self._answer)
        writer.close()


class Slow:
    """A running `SlowList` and a provider that was connected to it while it was quick."""

    def __init__(self, site: Site, models: SlowList, base_url: str, provider: str) -> None:
        self.site, self.models, self.base_url = site, models, base_url
        self.url = f"/providers/{provider}"

    async def while_asked(self, change: dict[str, object]) -> httpx.Response:
        """Refresh, and change the provider before the answer comes."""
        self.models.go.clear()
        before = self.models.asked
        client = self.site.client
        refreshing = asyncio.ensure_future(client.post(f"{self.url}/models/refresh"))
        await until(lambda: self.models.asked > before)
        good(await client.patch(self.url, json=change))
        self.models.go.set()
        return await refreshing


@pytest.fixture
async def slow(site: Site) -> AsyncIterator[Slow]:
    models = SlowList("one")
    server = await asyncio.start_server(models, "127.0.0.1")
    base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    models.go.set()
    new = {"name": "slow", "base_url": base_url, "secret": SECRET}
    made = good(await site.client.post("/providers", json=new))
    assert made["model_count"] == 1
    yield Slow(site, models, base_url, made["id"])
    server.close()
    await server.wait_closed()


async def test_the_list_of_a_deleted_provider_is_not_given_to_the_next(slow: Slow) -> None:
    client = slow.site.client
    before = slow.models.asked
    slow.models.go.clear()
    refreshing = asyncio.ensure_future(client.post(f"{slow.url}/models/refresh"))
    await until(lambda: slow.models.asked > before)
    assert (await client.delete(slow.url)).status_code == 204
    new = {"name": "next", "base_url": slow.base_url, "enabled": False}
    good(await client.post("/providers", json=new))
    slow.models.go.set()
    refused(await refreshing, 404, "not_found")
    (row,) = good(await client.get("/providers"))["items"]
    assert (row["model_count"], row["status"]["state"]) == (0, "unknown")


@pytest.mark.parametrize(
    "change",
    [{"base_url": "http://127.0.0.1:9/v1", "secret": None}, {"secret": "sk-another"}],
    ids=["address", "secret"],
)
async def test_an_answer_to_an_older_address_or_secret_is_dropped(
    slow: Slow, change: dict[str, object]
) -> None:
    async with slow.site.server.database.write() as writer:
        await writer.execute("UPDATE models SET available = 0")
        await writer.execute("UPDATE providers SET state = 'unknown'")
    assert (await slow.while_asked({"enabled": False, **change})).is_success
    row = good(await slow.site.client.get(slow.url))
    assert (row["model_count"], row["status"]["state"]) == (0, "unknown")


async def test_an_answer_counts_when_only_the_name_changed(slow: Slow) -> None:
    async with slow.site.server.database.write() as writer:
        await writer.execute("UPDATE models SET available = 0")
    await slow.while_asked({"name": "renamed"})
    assert good(await slow.site.client.get(slow.url))["model_count"] == 1


async def test_a_probe_keeps_its_address_while_providers_change(slow: Slow) -> None:
    server, models = slow.site.server, SlowList("found")
    listener = await asyncio.start_server(models, "127.0.0.1")
    port = listener.sockets[0].getsockname()[1]
    spot = Spot("Ollama", "ollama", f"http://127.0.0.1:{port}/v1")
    discovery = Discovery(server.providers, server.turns._calls, {}, spots=(spot,))
    detecting = asyncio.ensure_future(discovery.detect(OWNER))
    await until(lambda: models.asked == 1)
    policy, loopback = server.turns._calls.policy, ip_address("127.0.0.1")
    await server.providers.allow_addresses()
    assert policy.permits("127.0.0.1", port, address=loopback)
    models.go.set()
    assert [found.name for found in await detecting] == ["Ollama"]
    assert not policy.permits("127.0.0.1", port, address=loopback)
    listener.close()
    await listener.wait_closed()


async def test_addresses_are_allowed_in_the_order_of_the_changes(slow: Slow) -> None:
    client, ports = slow.site.client, range(20_001, 20_013)
    await asyncio.gather(
        *(
            client.post(
                "/providers",
                json={"name": f"p{n}", "base_url": f"http://127.0.0.1:{n}/v1", "enabled": False},
            )
            for n in ports
        )
    )
    allowed = slow.site.server.turns._calls.policy.allowed
    assert {("127.0.0.1", n) for n in ports} < allowed
