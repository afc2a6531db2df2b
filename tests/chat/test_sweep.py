"""What a server that died left behind: the disk as it was in the middle of replies."""

import asyncio
import shutil
from pathlib import Path

from tests.running import Event, Site, config_in, good, run_site, text_of
from tests.upstream import Upstream


async def crash(site: Site, folder: Path) -> Path:
    """Copy the files of a running server, as a power cut would leave them."""
    async with site.server.database.write():  # nobody writes meanwhile
        shutil.copytree(site.server.config.data_path, folder)
    return folder


async def journalled(site: Site, turns: int) -> None:
    """Wait until the text of so many turns is on the disk."""
    while True:
        async with site.server.database.read() as reader:
            found = await reader.fetch_one(int, "SELECT count(DISTINCT turn_id) FROM journal")
        if found == turns:
            return
        await asyncio.sleep(0.01)


async def test_text_that_reached_the_disk_is_in_the_reply(chat: Site, tmp_path: Path) -> None:
    started = await chat.begin((await chat.session(model="up/stall@5"))["id"])
    await journalled(chat, 1)
    seen = await chat.follow(started["turn"]["id"], until="delta")
    folder = await crash(chat, tmp_path / "crashed")
    async with run_site(config_in(folder)) as again:
        reply = good(await again.client.get(f"/messages/{started['reply']['id']}"))
        assert reply["status"] == "interrupted"
        assert reply["error"]["code"] == "server_stopped"
        assert reply["text"].startswith(text_of(seen))
        assert reply["text"] in "".join(f" t{n}" for n in range(5))
        turn = await again.turn(started["turn"]["id"])
        assert turn["status"] == "interrupted"
        session = good(await again.client.get(f"/sessions/{started['session']['id']}"))
        assert session["running_turn_id"] is None
        async with again.server.database.read() as reader:
            assert await reader.fetch_one(int, "SELECT count(*) FROM journal") == 0


async def test_a_viewer_comes_back_to_the_same_events_after_the_crash(
    chat: Site, tmp_path: Path
) -> None:
    started = await chat.begin((await chat.session(model="up/stall@5"))["id"])
    turn_id = started["turn"]["id"]
    await journalled(chat, 1)
    await chat.server.journal.flush()
    folder = await crash(chat, tmp_path / "crashed")
    async with run_site(config_in(folder)) as again:
        events = await again.follow(turn_id)
        assert [event.kind for event in events][-2:] == ["error", "done"]
        assert [event.id for event in events] == [str(n + 1) for n in range(len(events))]
        live = await chat.follow(turn_id, until="delta")
        assert events[: len(live)] == live
        assert (await again.follow(turn_id, len(events) + 5))[0] == Event(None, "reset", {})
        saved = len(events) - 2  # what follows are other events than those that were streamed
        assert await again.follow(turn_id, saved) == events[saved:]
        for seen in (saved + 1, saved + 2):
            assert await again.follow(turn_id, seen) == [Event(None, "reset", {}), *events]


async def test_many_turns_are_swept_and_can_be_continued(
    chat: Site, tmp_path: Path, upstream: Upstream
) -> None:
    started = [
        await chat.begin((await chat.session(model="up/stall@3"))["id"], f"Question {n}")
        for n in range(5)
    ]
    await journalled(chat, 5)
    folder = await crash(chat, tmp_path / "crashed")
    async with run_site(config_in(folder)) as again:
        for one in started:
            session_id = one["session"]["id"]
            question, reply = await again.messages(session_id)
            assert reply["status"] == "interrupted"
            more = await again.client.post(f"/messages/{reply['id']}/continue", json={})
            turn_id = good(more)["turn"]["id"]
            await again.follow(turn_id, until="delta")
            await again.client.post(f"/turns/{turn_id}/stop")
            await again.follow(turn_id)
            (_, longer) = await again.messages(session_id)
            assert longer["id"] == reply["id"]
            assert longer["text"].startswith(reply["text"] + " t0")
            assert question["text"].startswith("Question")
    assert len(upstream.asked("stall@3")) == 10


async def test_a_turn_without_any_text_is_swept_too(chat: Site, tmp_path: Path) -> None:
    started = await chat.begin((await chat.session(model="up/silent"))["id"])
    folder = await crash(chat, tmp_path / "crashed")
    async with run_site(config_in(folder)) as again:
        reply = good(await again.client.get(f"/messages/{started['reply']['id']}"))
        assert (reply["status"], reply["text"]) == ("interrupted", "")
        answer = await again.say("Again", session_id=started["session"]["id"])
        assert answer["message"]["text"] == "Hello\n\nAgain"  # neighbours of one role are joined
