"""The whole path with a real llama.cpp server and real weights."""

import os
from collections.abc import AsyncIterator

import httpx
import pytest

from chatbox.providers.demo import ALIAS, DemoModel
from chatbox.providers.demo_fetch import default_cache
from tests.running import JSON, Site, good, refused, text_of

MODEL = f"llama/{ALIAS}"
QUESTION = "What is the capital of France? Answer in one sentence."
CALM = {"temperature": 0, "max_tokens": 40}
RAMBLE = {"temperature": 0, "max_tokens": 1_500}


@pytest.fixture
async def base_url() -> AsyncIterator[str]:
    demo = DemoModel(default_cache(os.environ))
    yield await demo.start(lambda words: None)
    await demo.stop()


@pytest.fixture
async def llama(site: Site, base_url: str) -> Site:
    provider = {"name": "llama", "base_url": base_url}
    connected = good(await site.client.post("/providers", json=provider))
    assert connected["status"]["state"] == "ok"
    assert connected["model_count"] == 1
    return site


async def test_a_question_is_answered_streamed_and_stored(llama: Site) -> None:
    events = await llama.stream(QUESTION, None, params=CALM)
    kinds = [event.kind for event in events]
    assert kinds[0] == "turn"
    assert kinds[-2:] == ["usage", "done"]
    assert kinds.count("delta") > 1
    assert "Paris" in text_of(events)
    assert events[-1].data["status"] == "done"
    assert events[-2].data["input_tokens"] > 10
    stored = await llama.messages(events[0].data["session_id"])
    assert [message["text"] for message in stored] == [QUESTION, text_of(events)]
    assert stored[1]["model"] == MODEL


async def test_the_window_is_the_servers_own(llama: Site) -> None:
    (model,) = good(await llama.client.get("/models"))["items"]
    assert model["id"] == MODEL
    assert 1_024 <= model["context_window"] <= 4_096


async def test_a_message_that_does_not_fit_is_explained_before_it_is_sent(llama: Site) -> None:
    long = {"content": "word " * 6_000, "model": MODEL}
    problem = refused(
        await llama.client.post("/chat", json=long), 400, "message_too_long_for_context"
    )
    assert problem["tokens"] > problem["window"]


async def test_a_stopped_reply_keeps_its_text_and_continues(llama: Site) -> None:
    session = await llama.session()
    begun = await llama.begin(session["id"], "Tell a long story about a cat.", params=RAMBLE)
    turn_id = begun["turn"]["id"]
    await llama.follow(turn_id, until="delta")
    good(await llama.client.post(f"/turns/{turn_id}/stop"))
    await llama.follow(turn_id)
    reply = await last(llama, session["id"])
    assert reply["status"] == "stopped"
    assert reply["text"]
    begun = good(await llama.client.post(f"/messages/{reply['id']}/continue"))
    await llama.follow(begun["turn"]["id"], until="delta")
    good(await llama.client.post(f"/turns/{begun['turn']['id']}/stop"))
    await llama.follow(begun["turn"]["id"])
    longer = await last(llama, session["id"])
    assert longer["id"] == reply["id"]
    assert longer["text"].startswith(reply["text"])
    assert len(longer["text"]) > len(reply["text"])


async def test_a_server_that_went_away_is_named(llama: Site, base_url: str) -> None:
    nobody = {"name": "gone", "base_url": "http://127.0.0.1:9/v1"}
    connected = good(await llama.client.post("/providers", json=nobody))
    assert connected["status"]["code"] == "connect_failed"
    async with httpx.AsyncClient(base_url=base_url) as direct:
        assert (await direct.get("/models")).status_code == 200


async def last(site: Site, session_id: str) -> JSON:
    return (await site.messages(session_id))[-1]
