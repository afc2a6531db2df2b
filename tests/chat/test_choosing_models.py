"""Which model answers: the caller's word, the session's, the user's default, the first usable."""

from collections.abc import AsyncIterator

import pytest

from chatbox.caller import OWNER
from chatbox.providers.model import NewProvider
from tests.running import Site, good, refused
from tests.upstream import Upstream


@pytest.fixture
async def demo() -> AsyncIterator[Upstream]:
    """What stands in for the demo model's process."""
    async with Upstream() as running:
        yield running


async def used(site: Site, model: str | None = None, session_id: str | None = None) -> str:
    more = {} if session_id is None else {"session_id": session_id}
    model_used: str = (await site.say("Hello", model, **more))["message"]["model"]
    return model_used


async def test_without_any_wish_the_first_usable_model_answers(chat: Site) -> None:
    first = good(await chat.client.get("/models?enabled=true"))["items"][0]["id"]
    assert await used(chat) == first
    await chat.client.patch(f"/models/{first.replace('/', '%2F')}", json={"enabled": False})
    assert await used(chat) != first


async def test_the_callers_word_beats_the_sessions_beats_the_default(chat: Site) -> None:
    await chat.client.patch("/settings", json={"default_model": "up/deepseek"})
    plain, own = await chat.session(), await chat.session(model="up/echo")
    assert await used(chat, None, plain["id"]) == "up/deepseek"
    assert await used(chat, None, own["id"]) == "up/echo"
    assert await used(chat, "up/ollama", own["id"]) == "up/ollama"
    assert await used(chat, None, own["id"]) == "up/echo"


async def test_a_sessions_own_model_is_never_replaced_silently(chat: Site) -> None:
    await chat.client.patch("/settings", json={"default_model": "up/deepseek"})
    session = await chat.session(model="up/echo")
    answer = await chat.say("Hello", None, session_id=session["id"])
    await chat.client.patch("/models/up%2Fecho", json={"enabled": False})
    body = {"content": "x", "session_id": session["id"]}
    problem = refused(await chat.client.post("/chat", json=body), 404, "model_not_found")
    assert problem["detail"] == "The model 'up/echo' is not available. Choose another model."
    again = await chat.client.post(f"/messages/{answer['message']['id']}/regenerate", json={})
    refused(again, 404, "model_not_found")
    assert len(await chat.messages(session["id"])) == 2
    assert await used(chat, "up/ollama", session["id"]) == "up/ollama"


async def test_a_session_of_the_demo_goes_on_with_a_real_model(chat: Site, demo: Upstream) -> None:
    made = await chat.server.providers.connect(
        OWNER, NewProvider(name="Demo", base_url=demo.base_url), source="demo"
    )
    session = await chat.session(model="Demo/echo")
    assert await used(chat, None, session["id"]) == "Demo/echo"
    good(await chat.client.patch(f"/providers/{made.public_id}", json={"enabled": False}))
    await chat.client.patch("/settings", json={"default_model": "up/deepseek"})
    assert await used(chat, None, session["id"]) == "up/deepseek"
    body = {"content": "x", "session_id": session["id"], "model": "Demo/echo"}
    refused(await chat.client.post("/chat", json=body), 404, "model_not_found")


async def test_a_demo_that_is_on_binds_its_sessions_too(chat: Site, demo: Upstream) -> None:
    await chat.server.providers.connect(
        OWNER, NewProvider(name="Demo", base_url=demo.base_url), source="demo"
    )
    session = await chat.session(model="Demo/echo")
    await chat.client.patch("/models/Demo%2Fecho", json={"enabled": False})
    body = {"content": "x", "session_id": session["id"]}
    refused(await chat.client.post("/chat", json=body), 404, "model_not_found")


async def test_a_continuation_takes_what_is_there(chat: Site) -> None:
    answer = await chat.say("Hello", "up/length")
    await chat.client.patch("/models/up%2Flength", json={"enabled": False})
    await chat.client.patch("/settings", json={"default_model": "up/deepseek"})
    url = f"/messages/{answer['message']['id']}/continue"
    started = good(await chat.client.post(url))
    assert started["turn"]["model"] == "up/deepseek"
    await chat.follow(started["turn"]["id"])


async def test_a_default_that_cannot_be_used_is_passed_over(chat: Site) -> None:
    for gone in ("nobody/nothing", "", "noslash", "up/"):
        await chat.client.patch("/settings", json={"default_model": gone})
        assert (await used(chat)).startswith("up/")


async def test_what_the_caller_asks_for_is_used_or_refused(chat: Site) -> None:
    await chat.client.patch("/models/up%2Fecho", json={"enabled": False})
    for wrong in ("up/echo", "nobody/echo", "up/", "noslash", "/", "up"):
        body = {"content": "x", "model": wrong}
        refused(await chat.client.post("/chat", json=body), 404, "model_not_found")
    assert good(await chat.client.get("/sessions"))["items"] == []


async def test_a_model_that_its_provider_does_not_list_can_be_used(chat: Site) -> None:
    assert await used(chat, "up/ok-7-1") == "up/ok-7-1"
    session = await chat.session(model="up/ok-8-1")
    assert await used(chat, None, session["id"]) == "up/ok-8-1"
    listed = {model["id"] for model in good(await chat.client.get("/models"))["items"]}
    assert "up/ok-7-1" not in listed


async def test_a_model_of_a_provider_that_is_off_is_refused(chat: Site) -> None:
    provider = good(await chat.client.get("/providers"))["items"][0]
    await chat.client.patch(f"/providers/{provider['id']}", json={"enabled": False})
    for model in ("up/echo", "up/ok-7-1"):
        body = {"content": "x", "model": model}
        refused(await chat.client.post("/chat", json=body), 404, "model_not_found")
    refused(await chat.client.post("/chat", json={"content": "x"}), 409, "no_model")


async def test_regenerating_uses_the_wish_then_the_session_then_the_reply(chat: Site) -> None:
    answer = await chat.say("Hello", "up/deepseek")
    await chat.client.patch(f"/sessions/{answer['session_id']}", json={"model": None})
    url = f"/messages/{answer['message']['id']}/regenerate"
    for wish, expected in (({}, "up/deepseek"), ({"model": "up/echo"}, "up/echo")):
        started = good(await chat.client.post(url, json=wish))
        assert started["turn"]["model"] == expected
        await chat.follow(started["turn"]["id"])
