"""A tab's stream of everything: greeting, resuming, the turn in view, many viewers."""

import asyncio
from collections.abc import AsyncIterator

from chatbox.config import Limits
from chatbox.events.hub import CHANNEL_LENGTH
from tests.running import (
    Event,
    Site,
    config_in,
    events_of,
    good,
    next_frame,
    next_of,
    refused,
    run_site,
    until,
)


async def turn_events(events: AsyncIterator[Event]) -> list[Event]:
    """Collect a turn's events as a tab sees them, to its last one."""
    found: list[Event] = []
    while not found or found[-1].data["type"] != "done":
        found.append(await next_of(events, "turn_event"))
    return found


def as_streamed(seen: list[Event]) -> list[Event]:
    return [Event(str(e.data["seq"]), e.data["type"], e.data["data"]) for e in seen]


async def test_hello_comes_first_and_names_what_is_running(chat: Site) -> None:
    async with chat.feed() as events:
        hello = await anext(events)
        assert hello.kind == "hello"
        assert hello.data["running"] == []
    started = await chat.begin((await chat.session(model="up/stall@1"))["id"])
    async with chat.feed() as events:
        (running,) = (await anext(events)).data["running"]
        assert running == {
            "turn_id": started["turn"]["id"],
            "session_id": started["session"]["id"],
            "reply_id": started["reply"]["id"],
        }


async def test_a_cursor_resumes_with_what_was_missed(site: Site) -> None:
    async with site.feed() as events:
        cursor = (await next_of(events, "hello")).data["cursor"]
    names = [(await site.session(title=f"s{n}"))["title"] for n in range(3)]
    async with site.feed(after=cursor) as events:
        await next_of(events, "hello")
        seen = [await next_of(events, "session") for _ in names]
    assert [event.data["session"]["title"] for event in seen] == names
    assert [event.id for event in seen] == [f"{cursor.rpartition('-')[0]}-{n}" for n in (1, 2, 3)]
    async with site.feed(after=seen[1].id) as events:
        await next_of(events, "hello")
        assert await next_of(events, "session") == seen[2]


async def test_a_cursor_that_is_too_old_or_foreign_gets_a_reset(site: Site) -> None:
    async with site.feed() as events:
        cursor = (await next_of(events, "hello")).data["cursor"]
    for _ in range(CHANNEL_LENGTH + 1):
        site.server.hub.notify(1, "models_changed", {})
    boot = cursor.rpartition("-")[0]
    for after in (cursor, f"{boot}-99999", f"{boot}--1", f"{boot}-x", "other-3", "", "-", "x" * 64):
        async with site.feed(after=after) as events:
            assert [(await anext(events)).kind for _ in range(2)] == ["hello", "reset"]
    refused(await site.client.get(f"/events?after={'x' * 65}"), 400, "invalid_request")


async def test_the_turn_in_view_is_shown_event_by_event(chat: Site) -> None:
    session = await chat.session(model="up/ok-20-2")
    async with chat.feed(session=session["id"]) as events:
        await next_of(events, "hello")
        started = await chat.begin(session["id"])
        seen = await turn_events(events)
        ended = await next_of(events, "turn_ended")
    assert as_streamed(seen) == await chat.follow(started["turn"]["id"])
    assert {event.id for event in seen} == {None}
    assert ended.data["turn_id"] == started["turn"]["id"]
    assert ended.data["status"] == "done"


async def test_turns_of_other_sessions_are_only_announced(chat: Site) -> None:
    quiet = await chat.session()
    async with chat.feed(session=quiet["id"]) as events:
        await next_of(events, "hello")
        answer = await chat.say("Hello")
        kinds: list[str] = []
        while not kinds or kinds[-1] != "turn_ended":
            kinds.append((await anext(events)).kind)
    assert "turn_event" not in kinds
    assert kinds.index("turn_started") < kinds.index("turn_ended")
    assert answer["message"]["status"] == "done"


async def test_a_tab_that_comes_back_sees_only_what_it_missed(chat: Site) -> None:
    session = await chat.session(model="up/ok-30-5")
    started = await chat.begin(session["id"])
    turn_id = started["turn"]["id"]
    async with chat.feed(session=session["id"]) as events:
        first = [await next_of(events, "turn_event") for _ in range(3)]
    query = {"session": session["id"], "turn": turn_id, "seq": 3}
    async with chat.feed(**query) as events:
        rest = await turn_events(events)
    assert as_streamed(first + rest) == await chat.follow(turn_id)


async def test_a_number_the_server_does_not_know_starts_the_turn_again(chat: Site) -> None:
    session = await chat.session(model="up/stall@2")
    started = await chat.begin(session["id"])
    await chat.follow(started["turn"]["id"], until="delta")
    for turn, seq in ((started["turn"]["id"], 999), ("another", 2)):
        async with chat.feed(session=session["id"], turn=turn, seq=seq) as events:
            assert (await next_of(events, "turn_event")).data["seq"] == 1


async def test_two_viewers_see_the_same_and_one_leaving_disturbs_nobody(chat: Site) -> None:
    session = await chat.session(model="up/ok-30-5")
    async with chat.feed(session=session["id"]) as stays:
        await next_of(stays, "hello")
        async with chat.feed(session=session["id"]) as leaves:
            await next_of(leaves, "hello")
            started = await chat.begin(session["id"])
            await next_of(leaves, "turn_event")
        seen = await turn_events(stays)
    assert as_streamed(seen) == await chat.follow(started["turn"]["id"])


async def test_two_turns_in_a_row_are_both_shown_whole(chat: Site) -> None:
    session = await chat.session(model="up/ok-10-1")
    async with chat.feed(session=session["id"]) as events:
        await next_of(events, "hello")
        for _ in range(3):
            started = await chat.begin(session["id"])
            seen = await turn_events(events)
            assert as_streamed(seen) == await chat.follow(started["turn"]["id"])
            await next_of(events, "turn_ended")


async def test_settings_providers_and_models_are_announced(chat: Site) -> None:
    async with chat.feed() as events:
        await next_of(events, "hello")
        await chat.client.patch("/settings", json={"theme": "dark"})
        assert (await next_of(events, "settings_changed")).data["settings"]["theme"] == "dark"
        await chat.client.patch("/models/up%2Fecho", json={"enabled": False})
        assert (await next_of(events, "models_changed")).data == {}
        provider = good(await chat.client.get("/providers"))["items"][0]
        await chat.client.delete(f"/providers/{provider['id']}")
        assert (await next_of(events, "providers_changed")).data == {}


async def test_too_many_viewers_are_refused(data_dir: object) -> None:
    config = config_in(data_dir, limits=Limits(viewers=2))  # type: ignore[arg-type]
    async with run_site(config) as site, site.feed() as one, site.feed() as two:
        await next_of(one, "hello")
        await next_of(two, "hello")
        refused(await site.client.get("/events"), 429, "limit_reached")


async def test_leaving_viewers_are_forgotten(site: Site) -> None:
    for _ in range(5):
        async with site.feed() as events:
            await next_of(events, "hello")
    await until(lambda: site.server.hub.viewer_count == 0)
    assert not site.server.hub.channel(1).viewers


async def test_a_stopping_server_ends_every_stream(chat: Site) -> None:
    started = await chat.begin((await chat.session(model="up/stall@1"))["id"])
    turn_id = started["turn"]["id"]
    client = chat.client
    async with (
        chat.feed() as feed,
        chat.socket() as socket,
        client.stream("GET", f"/turns/{turn_id}/events") as response,
    ):
        await next_of(feed, "hello")
        await next_frame(socket, "hello")
        turn = events_of(response)
        await next_of(turn, "delta")
        chat.server.hub.drain()
        async with asyncio.timeout(5):
            assert [event.kind async for event in feed] == []
            assert [event.kind async for event in turn if event.kind != "delta"] == []
            await socket.wait_closed()
    assert socket.close_code == 1012
