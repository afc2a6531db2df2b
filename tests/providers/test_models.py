"""The models of the providers: listed, limited, added by hand, found on this computer."""

import httpx
import pytest

from chatbox.app import open_server
from chatbox.caller import OWNER
from chatbox.kit.secretbox import SecretBox
from chatbox.providers.discovery import Discovery, Spot
from chatbox.providers.windows import known_window
from tests.running import MASTER_KEY, SECRET, UNKNOWN, Site, config_in, good, refused, run_site
from tests.upstream import Upstream

ECHO = "/models/up%2Fecho"


async def test_models_are_paged_once_each(chat: Site) -> None:
    whole = [model["id"] for model in good(await chat.client.get("/models?limit=500"))["items"]]
    found: list[str] = []
    query: dict[str, str] = {"limit": "7"}
    while True:
        page = good(await chat.client.get("/models", params=query))
        found += [model["id"] for model in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert found == whole
    assert len(set(found)) == len(found) > 20


async def test_limits_and_switches_can_be_changed_and_taken_back(chat: Site) -> None:
    assert good(await chat.client.get(ECHO))["context_window"] == 8_192
    change = {"context_window": 100_000, "max_output": 5_000, "enabled": False}
    changed = good(await chat.client.patch(ECHO, json=change))
    assert {name: changed[name] for name in change} == change
    enabled = good(await chat.client.get("/models?enabled=true&limit=500"))["items"]
    assert "up/echo" not in {model["id"] for model in enabled}
    provider = changed["provider_id"]
    good(await chat.client.post(f"/providers/{provider}/models/refresh"))
    assert good(await chat.client.get(ECHO))["context_window"] == 100_000
    good(await chat.client.patch(ECHO, json={"context_window": None}))
    good(await chat.client.post(f"/providers/{provider}/models/refresh"))
    assert good(await chat.client.get(ECHO))["context_window"] == 8_192


@pytest.mark.parametrize("window", [0, 255, -1, 10**9, 10**30, "many", 1.5, []])
async def test_impossible_windows_are_refused(chat: Site, window: object) -> None:
    answer = await chat.client.patch(ECHO, json={"context_window": window})
    refused(answer, 400, "invalid_request")


async def test_a_model_can_be_added_used_and_deleted(chat: Site) -> None:
    provider = good(await chat.client.get("/providers"))["items"][0]["id"]
    new = {"provider_id": provider, "name": "ok-4-1", "context_window": 4_096}
    made = good(await chat.client.post("/models", json=new))
    assert made["id"] == "up/ok-4-1"
    refused(await chat.client.post("/models", json=new), 409, "already_exists")
    answer = await chat.say("Hello", "up/ok-4-1")
    assert answer["message"]["context"]["window"] == 4_096
    assert (await chat.client.delete("/models/up%2Fok-4-1")).status_code == 204
    refused(await chat.client.get("/models/up%2Fok-4-1"), 404, "not_found")
    unknown = {**new, "provider_id": UNKNOWN}
    refused(await chat.client.post("/models", json=unknown), 404, "not_found")


async def test_names_with_slashes_and_odd_characters_work(chat: Site) -> None:
    provider = good(await chat.client.get("/providers"))["items"][0]["id"]
    for broken in ("a\n", "\n", "a\x7f"):
        answer = await chat.client.post("/models", json={"provider_id": provider, "name": broken})
        refused(answer, 400, "invalid_request")
    for name in ("org/family/model:7b", "a b%2Fc?d#e", "模型", "..", "a&b=c"):
        good(await chat.client.post("/models", json={"provider_id": provider, "name": name}))
        path = "/models/" + httpx.QueryParams({"": f"up/{name}"}).__str__().removeprefix("=")
        found = await chat.client.get(path.replace("+", "%20"))
        assert good(found)["name"] == name


async def test_the_default_model_is_marked(chat: Site) -> None:
    await chat.client.patch("/settings", json={"default_model": "up/echo"})
    models = good(await chat.client.get("/models?limit=500"))["items"]
    assert [model["id"] for model in models if model["is_default"]] == ["up/echo"]


async def test_a_model_that_is_no_longer_listed_becomes_unavailable(chat: Site) -> None:
    provider = good(await chat.client.get("/providers"))["items"][0]
    new = {"provider_id": provider["id"], "name": "retired"}
    good(await chat.client.post("/models", json=new))
    good(await chat.client.post(f"/providers/{provider['id']}/models/refresh"))
    retired = good(await chat.client.get("/models/up%2Fretired"))
    assert retired["available"] is False
    assert good(await chat.client.get(ECHO))["available"] is True


@pytest.mark.parametrize(
    ("name", "window"),
    [
        ("gpt-4.1-mini", 1_047_576),
        ("gpt-4o", 128_000),
        ("openai/gpt-5", 400_000),
        ("o3-mini", 200_000),
        ("claude-sonnet-4", 200_000),
        ("gpt-4", 8_192),
        ("my-own-model", None),
    ],
)
def test_windows_of_well_known_families(name: str, window: int | None) -> None:
    assert known_window(name) == window


# --- finding providers ----------------------------------------------------------


async def test_local_servers_and_keys_in_the_environment_are_found(
    site: Site, upstream: Upstream
) -> None:
    server = site.server
    spot = Spot("Ollama", "ollama", upstream.base_url)
    absent = Spot("LM Studio", "lmstudio", "http://127.0.0.1:9/v1")
    environ = {"OPENAI_API_KEY": SECRET, "OPENAI_BASE_URL": upstream.base_url.replace("v1", "v2")}
    discovery = Discovery(
        server.providers, server.turns._calls, environ, spots=(spot, absent), own_port=site.port
    )
    found = await discovery.detect(OWNER)
    assert [(one.name, one.software, one.variable) for one in found] == [
        ("Ollama", "ollama", None),
        ("OpenAI", "environment", "OPENAI_API_KEY"),
    ]
    assert SECRET not in repr(found)
    assert not any(one.already_configured for one in found)
    row = await discovery.use(OWNER, "Ollama")
    assert row.source == "detected"
    assert (await discovery.detect(OWNER))[0].already_configured
    assert await discovery.connect_found(OWNER) == []


async def test_detection_over_http_reads_the_environment(
    data_dir: object, upstream: Upstream
) -> None:
    environ = {"OPENAI_API_KEY": SECRET, "OPENAI_BASE_URL": upstream.base_url}
    config = config_in(data_dir)  # type: ignore[arg-type]
    async with run_site(config, environ) as site:
        (found,) = good(await site.client.post("/providers/detect"))["items"]
        assert (found["name"], found["variable"]) == ("OpenAI", "OPENAI_API_KEY")
        assert SECRET not in str(found)
        used = await site.client.post("/providers/detect/use", json={"name": "OpenAI"})
        assert used.status_code == 201
        assert used.json()["source"] == "environment"
        assert used.json()["status"]["state"] == "ok"
        gone = await site.client.post("/providers/detect/use", json={"name": "Ollama"})
        refused(gone, 404, "not_found")


async def test_what_is_found_is_connected_only_when_nothing_is_configured(
    data_dir: object, upstream: Upstream
) -> None:
    environ = {"OPENAI_API_KEY": SECRET, "OPENAI_BASE_URL": upstream.base_url}
    config = config_in(data_dir)  # type: ignore[arg-type]
    async with open_server(config, SecretBox(MASTER_KEY), environ) as server:
        assert await server.discovery.connect_found(OWNER) == ["OpenAI"]
        assert await server.discovery.connect_found(OWNER) == []
        (row,) = await server.providers.all(OWNER)
        assert (row.state, row.source) == ("ok", "environment")


async def test_a_malformed_address_in_the_environment_does_not_stop_detection(
    site: Site,
) -> None:
    environ = {"OPENAI_BASE_URL": "not an address", "DEEPSEEK_API_KEY": SECRET}
    server = site.server
    discovery = Discovery(server.providers, server.turns._calls, environ, spots=())
    assert [one.name for one in await discovery.detect(OWNER)] == ["DeepSeek"]
