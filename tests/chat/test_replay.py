"""A turn can be read again: live, resumed at any event, after its end, after a restart."""

from pathlib import Path

import pytest

from tests.running import Event, Site, config_in, refused, run_site, text_of
from tests.upstream import Upstream

MODELS = ["up/ok-12-3", "up/deepseek", "up/die@3", "up/401", "up/usage-missing", "up/u2028"]


@pytest.mark.parametrize("model", MODELS)
async def test_an_ended_turn_is_replayed_exactly_as_it_was_streamed(chat: Site, model: str) -> None:
    live = await chat.stream("Hello", model)
    turn_id = live[0].data["turn_id"]
    assert await chat.follow(turn_id) == live
    assert (await chat.turn(turn_id))["last_event_id"] == len(live)


async def test_a_stopped_turn_is_replayed_exactly(chat: Site) -> None:
    started = await chat.begin((await chat.session(model="up/stall@3"))["id"])
    turn_id = started["turn"]["id"]
    await chat.follow(turn_id, until="delta")
    async with chat.client.stream("GET", f"/turns/{turn_id}/events") as response:
        await chat.client.post(f"/turns/{turn_id}/stop")
        live = (await response.aread()).decode()
    again = await chat.client.get(f"/turns/{turn_id}/events")
    assert again.text == live


async def test_every_last_event_id_resumes_right_behind_it(chat: Site) -> None:
    whole = await chat.stream("Hello", "up/ok-12-30")
    turn_id = whole[0].data["turn_id"]
    assert len(whole) >= 4
    for position in range(len(whole) + 1):
        assert await chat.follow(turn_id, position) == whole[position:]
    answer = await chat.client.get(f"/turns/{turn_id}/events?after={len(whole) - 1}")
    assert answer.text.startswith(f"id: {len(whole)}\nevent: done\n")


async def test_a_running_turn_is_resumed_without_gap_or_repeat(chat: Site) -> None:
    started = await chat.begin((await chat.session(model="up/ok-40-10"))["id"])
    turn_id = started["turn"]["id"]
    pieces: list[Event] = []
    while not pieces or pieces[-1].kind != "done":
        pieces += await chat.follow(turn_id, len(pieces), until="delta")
    assert [event.id for event in pieces] == [str(n + 1) for n in range(len(pieces))]
    assert text_of(pieces) == "".join(f" t{n}" for n in range(40))


async def test_an_id_that_nobody_knows_starts_again_with_a_reset(chat: Site) -> None:
    whole = await chat.stream("Hello", "up/ok-3-1")
    turn_id = whole[0].data["turn_id"]
    for unknown in (len(whole) + 1, 10**6, 10**30):
        events = await chat.follow(turn_id, unknown)
        assert events[0] == Event(None, "reset", {})
        assert events[1:] == whole
    running = await chat.begin((await chat.session(model="up/stall@2"))["id"])
    events = await chat.follow(running["turn"]["id"], 999, until="delta")
    assert [event.kind for event in events] == ["reset", "turn", "delta"]


@pytest.mark.parametrize("wrong", ["-1", "x", "1.5"])
async def test_ids_that_are_no_numbers_are_refused(chat: Site, wrong: str) -> None:
    turn_id = (await chat.say("Hello"))["turn"]["id"]
    url = f"/turns/{turn_id}/events"
    refused(await chat.client.get(url, headers={"Last-Event-ID": wrong}), 400, "invalid_request")
    refused(await chat.client.get(f"{url}?after={wrong}"), 400, "invalid_request")


async def test_a_turn_is_replayed_after_a_restart(data_dir: Path, upstream: Upstream) -> None:
    async with run_site(config_in(data_dir)) as site:
        await site.connect(upstream)
        live = await site.stream("Hello", "up/ok-12-3")
    async with run_site(config_in(data_dir)) as site:
        assert await site.follow(live[0].data["turn_id"]) == live


async def test_the_cuts_are_forgotten_after_a_day_and_the_text_stays(chat: Site) -> None:
    live = await chat.stream("Hello", "up/deepseek")
    turn_id = live[0].data["turn_id"]
    async with chat.server.database.write() as writer:
        await writer.execute("UPDATE turns SET ended_at = ended_at - 2 * 86400000")
    await chat.server._tidy()
    again = await chat.follow(turn_id)
    assert [event.kind for event in again] == ["turn", "thinking", "delta", "usage", "done"]
    assert text_of(again) == text_of(live)
    assert text_of(again, "thinking") == text_of(live, "thinking")
    assert (await chat.turn(turn_id))["last_event_id"] == 5


async def test_each_turn_of_a_continued_reply_is_replayed_with_its_own_text(chat: Site) -> None:
    first = await chat.stream("Hello", "up/cut@3")
    reply_id = first[0].data["reply_id"]
    url = f"/messages/{reply_id}/continue"
    async with chat.client.stream("POST", url, headers={"Accept": "text/event-stream"}) as response:
        second = (await response.aread()).decode()
    turn_id = (await chat.messages(first[0].data["session_id"]))[-1]["turn_id"]
    assert (await chat.client.get(f"/turns/{turn_id}/events")).text == second
    assert text_of(await chat.follow(turn_id)) == " t0 t1 t2"
    replayed = await chat.follow(first[0].data["turn_id"])
    assert text_of(replayed) == text_of(first)
    assert [event.kind for event in replayed] == [event.kind for event in first]
