"""What happens when requests cross: deletions under a plan, deep branches, stops near the end."""

import asyncio

import httpx
import pytest

from chatbox.chat.store import messages as message_store
from chatbox.chat.store.messages import NewMessage
from chatbox.config import Limits
from chatbox.db.database import Database
from chatbox.kit.ids import new_id
from chatbox.llm.messages import TextPart
from tests.running import Site, config_in, good, refused, run_site
from tests.upstream import Upstream

DEEP = 3_000


async def test_keys_are_never_used_again(chat: Site) -> None:
    first = await chat.say("One")
    before = await newest_key(chat.server.database)
    session = first["session_id"]
    question = (await chat.messages(session))[0]
    await chat.client.delete(f"/messages/{question['id']}")
    await chat.say("Two")
    assert await newest_key(chat.server.database) > before


async def test_a_question_deleted_while_a_message_is_planned_is_not_answered(chat: Site) -> None:
    session = (await chat.say("One"))["session_id"]
    question = (await chat.messages(session))[0]
    slow = {"content": "word " * 200_000, "model": "up/echo"}
    sending = asyncio.create_task(chat.client.post(f"/sessions/{session}/messages", json=slow))
    await chat.client.delete(f"/messages/{question['id']}")
    other = await chat.session()
    await chat.begin(other["id"], model="up/echo")
    answer = await sending
    assert answer.status_code in (400, 404, 409), answer.text
    async with chat.server.database.read() as reader:
        stray = await reader.fetch_all(
            int,
            "SELECT m.id FROM messages m JOIN messages p ON p.id = m.parent_id "
            "WHERE p.session_id <> m.session_id",
        )
    assert stray == []


async def test_branches_of_any_depth_are_deleted_and_purged(chat: Site) -> None:
    session = (await chat.say("One"))["session_id"]
    root, _ = await chat.messages(session)
    await deepen(chat.server.database, root["id"])
    good_or_gone = await chat.client.delete(f"/messages/{root['id']}")
    assert good_or_gone.status_code == 204
    assert await chat.messages(session) == []
    assert good(await chat.client.get(f"/sessions/{session}"))["message_count"] == 0


@pytest.mark.parametrize("chunks", range(3))
async def test_a_stop_near_the_end_never_breaks_a_waiting_request(chat: Site, chunks: int) -> None:
    for _ in range(10):
        session = await chat.session()
        body = {"content": "Hi", "session_id": session["id"], "model": f"up/ok-{chunks + 1}-1"}
        waiting = asyncio.create_task(chat.client.post("/chat", json=body))
        while (turn := await running_turn(chat, session["id"])) is None and not waiting.done():
            pass
        if turn is not None:
            await chat.client.post(f"/turns/{turn}/stop")
        answer = good(await waiting)
        assert answer["message"]["status"] in ("done", "stopped")
        assert await running_turn(chat, session["id"]) is None


async def test_no_turn_is_begun_when_nobody_more_can_watch(
    tmp_path: pytest.TempPathFactory, upstream: Upstream
) -> None:
    config = config_in(tmp_path, limits=Limits(viewers=0))
    async with run_site(config) as site:
        await site.connect(upstream)
        answer = await site.client.post("/chat/stream", json={"content": "Hi", "model": "up/echo"})
        refused(answer, 429, "limit_reached")
        assert good(await site.client.get("/sessions"))["items"] == []


async def test_only_the_last_reply_of_a_branch_is_continued(chat: Site) -> None:
    session = (await chat.say("One", "up/cleancut@3"))["session_id"]
    await chat.say("Two", session_id=session)
    reply = (await chat.messages(session))[1]
    assert reply["status"] == "interrupted"
    refused(await chat.client.post(f"/messages/{reply['id']}/continue"), 409, "cannot_continue")
    assert len(await chat.messages(session)) == 4


async def running_turn(site: Site, session_id: str) -> str | None:
    turn: str | None = good(await site.client.get(f"/sessions/{session_id}"))["running_turn_id"]
    return turn


async def newest_key(database: Database) -> int:
    async with database.read() as reader:
        return await reader.fetch_one(int, "SELECT max(id) FROM messages") or 0


async def deepen(database: Database, message_id: str) -> None:
    async with database.write() as writer:
        row = await writer.fetch_one(
            int, "SELECT id FROM messages WHERE public_id = :id", id=message_id
        )
        session = await writer.fetch_one(
            int, "SELECT session_id FROM messages WHERE public_id = :id", id=message_id
        )
        parent, key = row, session or 0
        for _ in range(DEEP):
            parent = await message_store.insert_message(
                writer,
                NewMessage(
                    session_key=key,
                    public_id=new_id(),
                    parent=parent,
                    role="user",
                    status="done",
                    parts=(TextPart("x"),),
                    at=0,
                ),
            )


async def test_answers_of_the_api_are_json_even_then(client: httpx.AsyncClient) -> None:
    refused(await client.post("/chat", json={"content": "Hi"}), 409, "no_model")
