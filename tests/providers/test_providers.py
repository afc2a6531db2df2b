"""Providers: connecting, changing and testing them, and what becomes of their secrets."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from chatbox.config import Limits
from tests.running import SECRET, Site, config_in, good, next_of, refused, run_site
from tests.upstream import Upstream

NEW_SECRET = "sk-other-9876543210zzzz"


@pytest.fixture
async def provider(chat: Site) -> dict[str, object]:
    found: dict[str, object] = good(await chat.client.get("/providers"))["items"][0]
    return found


@pytest.fixture
async def elsewhere() -> AsyncIterator[Upstream]:
    """A second provider on another port."""
    async with Upstream() as running:
        yield running


async def secrets_seen(chat: Site, upstream: Upstream) -> set[str]:
    await chat.say("Hello")
    return {upstream.records[-1].secret}


async def test_connecting_lists_the_models_at_once(site: Site, upstream: Upstream) -> None:
    made = await site.connect(upstream, "up")
    assert made["status"]["state"] == "ok"
    assert made["model_count"] > 20
    assert made["has_secret"] is True
    assert made["secret_hint"] == SECRET[-4:]
    assert "secret" not in made
    assert made["source"] == "user"
    assert good(await site.client.get(f"/providers/{made['id']}")) == made
    names = {model["id"] for model in good(await site.client.get("/models"))["items"]}
    assert "up/echo" in names
    assert [record.secret for record in upstream.records] == [SECRET]


async def test_a_provider_that_does_not_answer_is_kept_with_the_reason(
    client: httpx.AsyncClient,
) -> None:
    new = {"name": "down", "base_url": "http://127.0.0.1:9/v1", "secret": SECRET}
    made = good(await client.post("/providers", json=new))
    assert made["status"]["state"] == "failed"
    assert made["status"]["code"] == "connect_failed"
    assert SECRET not in str(made)
    result = good(await client.post(f"/providers/{made['id']}/test"))
    assert (result["ok"], result["code"]) == (False, "connect_failed")
    answer = await client.post(f"/providers/{made['id']}/models/refresh")
    assert refused(answer, 502, "provider_failed")["cause"] == "connect_failed"


async def test_a_test_tells_latency_and_models(chat: Site, provider: dict[str, object]) -> None:
    result = good(await chat.client.post(f"/providers/{provider['id']}/test"))
    assert result["ok"] is True
    assert result["model_count"] == provider["model_count"]
    assert result["latency_ms"] >= 0


async def test_names_are_unique_and_sensible(chat: Site, upstream: Upstream) -> None:
    new = {"name": "up", "base_url": upstream.base_url}
    refused(await chat.client.post("/providers", json=new), 409, "name_taken")
    for wrong in ("", "a/b", "a\nb", "x" * 61, " ", "\t", "a\n"):
        answer = await chat.client.post("/providers", json={**new, "name": wrong})
        refused(answer, 400, "invalid_request")
    other = good(await chat.client.post("/providers", json={**new, "name": "ünïcode 模型"}))
    answer = await chat.client.patch(f"/providers/{other['id']}", json={"name": "up"})
    refused(answer, 409, "name_taken")
    assert (await chat.say("Hi", "ünïcode 模型/echo"))["message"]["text"] == "Hi"


ADDRESSES = (
    "ftp://127.0.0.1/v1",
    "http://user:pass@127.0.0.1/v1",
    "http://169.254.169.254/v1",
    "http://[fd00:ec2::254]/v1",
    "http://100.100.100.200/v1",
    "http://127.0.0.1:0/v1",
    "http://127.0.0.1:99999/v1",
    "http://127.0.0.1:80\\@example.com/v1",
    "http:///v1",
    "http://0.0.0.0/v1",
    "http://2130706433/v1",
    "http://0x7f.1/v1",
    "http://a b/v1",
    "http://127.0.0.1/v1?key=x",
    "http://127.0.0.1/v1#x",
    "file:///etc/passwd",
    "x",
)


@pytest.mark.parametrize("address", ADDRESSES)
async def test_addresses_that_no_provider_has_are_refused(
    chat: Site, provider: dict[str, object], address: str
) -> None:
    new = {"name": "b", "base_url": address}
    answer = await chat.client.post("/providers", json=new)
    assert answer.status_code == 400, answer.text
    answer = await chat.client.patch(f"/providers/{provider['id']}", json={"base_url": address})
    assert answer.status_code == 400, answer.text
    assert good(await chat.client.get("/providers"))["items"] == [provider]


async def test_placeholders_in_values_are_stored_as_they_are(client: httpx.AsyncClient) -> None:
    address = "http://127.0.0.1:9/${CHATBOX_MASTER_KEY}/%(x)s/$HOME"
    made = good(await client.post("/providers", json={"name": "${HOME}", "base_url": address}))
    assert made["name"] == "${HOME}"
    assert "HOME" in made["base_url"]
    assert "root" not in made["base_url"]


@pytest.mark.parametrize("secret", ["", "a b", "sk-\n1", "sk-1\n", "sk-\r\nX: y", "ключ", "\x7f"])
async def test_secrets_that_cannot_be_a_header_are_refused(
    client: httpx.AsyncClient, secret: str
) -> None:
    new = {"name": "b", "base_url": "http://127.0.0.1:9/v1", "secret": secret}
    problem = refused(await client.post("/providers", json=new), 400, "invalid_request")
    assert len(secret) < 3 or secret not in str(problem)


async def test_another_host_port_or_scheme_clears_the_secret(
    chat: Site, provider: dict[str, object], elsewhere: Upstream
) -> None:
    url = f"/providers/{provider['id']}"
    same = str(provider["base_url"]).replace("/v1", "/api/v1")
    kept = good(await chat.client.patch(url, json={"base_url": same, "name": "b"}))
    assert kept["has_secret"] is True
    for address in (elsewhere.base_url, "https://127.0.0.1:9/v1", "http://localhost:9/v1"):
        good(await chat.client.patch(url, json={"base_url": same, "secret": SECRET}))
        moved = good(await chat.client.patch(url, json={"base_url": address}))
        assert moved["has_secret"] is False
        assert moved["secret_hint"] == SECRET[-4:]
        assert (moved["status"]["state"], moved["status"]["code"]) == ("failed", "secret_required")
    assert not elsewhere.records
    change = {"base_url": elsewhere.base_url, "secret": NEW_SECRET}
    assert good(await chat.client.patch(url, json=change))["has_secret"] is True
    assert elsewhere.records[-1].secret == NEW_SECRET


async def test_a_moved_provider_is_not_asked_before_its_secret_comes_again(
    chat: Site, provider: dict[str, object], elsewhere: Upstream
) -> None:
    url = f"/providers/{provider['id']}"
    good(await chat.client.patch(url, json={"base_url": elsewhere.base_url}))
    for _ in range(2):
        body = {"content": "x", "model": "up/echo"}
        refused(await chat.client.post("/chat", json=body), 409, "secret_required")
        refused(await chat.client.post(f"{url}/test"), 409, "secret_required")
        refused(await chat.client.post(f"{url}/models/refresh"), 409, "secret_required")
        good(await chat.client.patch(url, json={"enabled": False}))
        good(await chat.client.patch(url, json={"enabled": True}))
        good(await chat.client.patch(url, json={"base_url": provider["base_url"]}))  # and back
        good(await chat.client.patch(url, json={"base_url": elsewhere.base_url}))
    assert not elsewhere.records
    keyless = good(await chat.client.patch(url, json={"secret": None}))
    assert (keyless["has_secret"], keyless["secret_hint"]) == (False, None)
    assert keyless["status"]["state"] == "ok"
    assert (await chat.say("Hello"))["message"]["text"] == "Hello"
    assert {record.secret for record in elsewhere.records} == {""}


async def test_moving_and_naming_no_secret_at_once_needs_none(
    chat: Site, provider: dict[str, object], elsewhere: Upstream
) -> None:
    change = {"base_url": elsewhere.base_url, "secret": None}
    moved = good(await chat.client.patch(f"/providers/{provider['id']}", json=change))
    assert (moved["secret_hint"], moved["status"]["state"]) == (None, "ok")


async def test_a_secret_can_be_replaced_and_cleared(
    chat: Site, provider: dict[str, object], upstream: Upstream
) -> None:
    url = f"/providers/{provider['id']}"
    assert await secrets_seen(chat, upstream) == {SECRET}
    good(await chat.client.patch(url, json={"secret": NEW_SECRET}))
    assert await secrets_seen(chat, upstream) == {NEW_SECRET}
    cleared = good(await chat.client.patch(url, json={"secret": None}))
    assert (cleared["has_secret"], cleared["secret_hint"]) == (False, None)
    assert await secrets_seen(chat, upstream) == {""}


async def test_a_blob_moved_to_another_row_does_not_open(chat: Site, elsewhere: Upstream) -> None:
    await chat.connect(elsewhere, "thief", secret=None)
    async with chat.server.database.write() as writer:
        await writer.execute(
            "UPDATE providers SET secret = (SELECT secret FROM providers WHERE name = 'up') "
            "WHERE name = 'thief'"
        )
    events = await chat.stream("Hello", "thief/echo")
    assert next(event.data["code"] for event in events if event.kind == "error") == (
        "secret_required"
    )
    assert not elsewhere.asked("echo")


async def test_an_address_edited_in_the_database_gets_no_secret(
    chat: Site, elsewhere: Upstream
) -> None:
    async with chat.server.database.write() as writer:
        await writer.execute("UPDATE providers SET base_url = :url", url=elsewhere.base_url)
    await chat.stream("Hello", "up/echo")
    assert not elsewhere.records


async def test_changes_are_locked_by_version(chat: Site, provider: dict[str, object]) -> None:
    url = f"/providers/{provider['id']}"
    first = await chat.client.patch(url, json={"name": "a"}, headers={"If-Match": "1"})
    assert good(first)["version"] == 2
    answer = await chat.client.patch(url, json={"name": "b"}, headers={"If-Match": "1"})
    refused(answer, 409, "version_conflict")
    assert good(await chat.client.get(url))["name"] == "a"


async def test_a_deleted_provider_takes_its_models_and_leaves_the_messages(
    chat: Site, provider: dict[str, object]
) -> None:
    answer = await chat.say("Hello")
    assert (await chat.client.delete(f"/providers/{provider['id']}")).status_code == 204
    assert good(await chat.client.get("/models"))["items"] == []
    assert (await chat.messages(answer["session_id"]))[-1]["model"] == "up/echo"
    refused(await chat.client.delete(f"/providers/{provider['id']}"), 404, "not_found")
    body = {"content": "x", "session_id": answer["session_id"]}
    refused(await chat.client.post("/chat", json=body), 404, "model_not_found")
    refused(await chat.client.post("/chat", json={"content": "x"}), 409, "no_model")


async def test_the_number_of_providers_is_limited(data_dir: object) -> None:
    config = config_in(data_dir, limits=Limits(providers=2))  # type: ignore[arg-type]
    async with run_site(config) as site:
        new = {"base_url": "http://127.0.0.1:9/v1", "enabled": False}
        answers = await asyncio.gather(
            *(site.client.post("/providers", json={**new, "name": f"p{n}"}) for n in range(5))
        )
        assert sorted(answer.status_code for answer in answers) == [201, 201, 429, 429, 429]


async def test_a_disabled_provider_is_not_called(site: Site, upstream: Upstream) -> None:
    async with site.feed() as events:
        await next_of(events, "hello")
        made = await site.connect(upstream, enabled=False)
        await next_of(events, "providers_changed")
    assert made["status"]["state"] == "unknown"
    assert not upstream.records
    changed = await site.client.patch(f"/providers/{made['id']}", json={"enabled": True})
    assert good(changed)["status"]["state"] == "ok"
