"""The tree of messages: versions, branches, pages, deletion."""

import httpx
import pytest

from tests.running import JSON, UNKNOWN, Site, good, refused


@pytest.fixture
async def said(chat: Site) -> list[JSON]:
    """A session of two questions and two replies."""
    first = await chat.say("One")
    await chat.say("Two", session_id=first["session_id"])
    return await chat.messages(first["session_id"])


async def texts(site: Site, session_id: str) -> list[str]:
    return [message["text"] for message in await site.messages(session_id)]


async def version(site: Site, message: JSON, text: str) -> JSON:
    url = f"/messages/{message['id']}"
    return good(await site.client.patch(url, json={"text": text}))


async def regenerated(site: Site, message: JSON, **how: object) -> JSON:
    answer = await site.client.post(f"/messages/{message['id']}/regenerate", json=how)
    assert answer.status_code == 202, answer.text
    started: JSON = answer.json()
    await site.follow(started["turn"]["id"])
    return good(await site.client.get(f"/messages/{started['reply']['id']}"))


async def test_a_branch_is_a_chain_of_parents(said: list[JSON]) -> None:
    assert [message["role"] for message in said] == ["user", "assistant"] * 2
    assert [message["parent_id"] for message in said] == [None, *(m["id"] for m in said[:-1])]
    assert all(message["sibling_ids"] == [message["id"]] for message in said)


async def test_another_version_stands_beside_and_becomes_the_branch(
    chat: Site, said: list[JSON]
) -> None:
    session_id = said[0]["session_id"]
    new = await version(chat, said[2], "Two, better")
    assert new["edited"] is True
    assert new["role"] == "user"
    assert new["parent_id"] == said[1]["id"]
    assert new["sibling_ids"] == [said[2]["id"], new["id"]]
    assert await texts(chat, session_id) == ["One", "One", "Two, better"]
    old = good(await chat.client.get(f"/messages/{said[2]['id']}"))
    assert old["text"] == "Two"
    assert old["sibling_ids"] == new["sibling_ids"]


async def test_editing_and_sending_makes_a_sibling(chat: Site, said: list[JSON]) -> None:
    session_id = said[0]["session_id"]
    await chat.say("Zwei", session_id=session_id, parent_id=said[2]["parent_id"])
    branch = await chat.messages(session_id)
    assert [message["text"] for message in branch] == ["One", "One", "Zwei", "Zwei"]
    assert branch[2]["sibling_ids"] == [said[2]["id"], branch[2]["id"]]
    await chat.say("Eins", session_id=session_id, parent_id=None)
    branch = await chat.messages(session_id)
    assert [message["text"] for message in branch] == ["Eins", "Eins"]
    assert branch[0]["sibling_ids"] == [said[0]["id"], branch[0]["id"]]


async def test_a_regenerated_reply_stands_beside_the_first(chat: Site, said: list[JSON]) -> None:
    new = await regenerated(chat, said[3], model="up/ok-3-1")
    assert new["sibling_ids"] == [said[3]["id"], new["id"]]
    assert new["text"] == " t0 t1 t2"
    assert new["model"] == "up/ok-3-1"
    assert (await chat.messages(said[0]["session_id"]))[-1]["id"] == new["id"]


async def test_a_user_message_can_get_a_new_reply(chat: Site, said: list[JSON]) -> None:
    new = await regenerated(chat, said[0])
    assert new["parent_id"] == said[0]["id"]
    assert new["sibling_ids"] == [said[1]["id"], new["id"]]
    assert await texts(chat, said[0]["session_id"]) == ["One", "One"]


async def test_regenerating_asks_with_nothing_of_the_old_reply(
    chat: Site, said: list[JSON]
) -> None:
    await regenerated(chat, said[3], params={"temperature": 0})
    provider = good(await chat.client.get("/providers"))["items"][0]
    assert provider["status"]["state"] == "ok"
    branch = await texts(chat, said[0]["session_id"])
    assert branch == ["One", "One", "Two", "Two"]


async def test_switching_branches_goes_to_the_newest_end(chat: Site, said: list[JSON]) -> None:
    session_id = said[0]["session_id"]
    await chat.say("Eins", session_id=session_id, parent_id=None)
    url = f"/sessions/{session_id}"
    good(await chat.client.patch(url, json={"active_message_id": said[0]["id"]}))
    assert await texts(chat, session_id) == ["One", "One", "Two", "Two"]
    new = await version(chat, said[1], "Uno")
    good(await chat.client.patch(url, json={"active_message_id": said[1]["id"]}))
    assert await texts(chat, session_id) == ["One", "One", "Two", "Two"]
    good(await chat.client.patch(url, json={"active_message_id": new["id"]}))
    assert await texts(chat, session_id) == ["One", "Uno"]


async def test_a_foreign_message_cannot_become_the_branch(chat: Site, said: list[JSON]) -> None:
    other = await chat.say("Elsewhere")
    url = f"/sessions/{said[0]['session_id']}"
    for wrong in (other["message"]["id"], UNKNOWN):
        answer = await chat.client.patch(url, json={"title": "x", "active_message_id": wrong})
        refused(answer, 404, "not_found")
    session = good(await chat.client.get(url))
    assert session["title"] == "One"
    assert await texts(chat, said[0]["session_id"]) == ["One", "One", "Two", "Two"]


async def test_pages_from_both_ends_hold_the_branch_in_order(chat: Site) -> None:
    session_id = (await chat.say("m0"))["session_id"]
    for number in range(1, 6):
        await chat.say(f"m{number}", session_id=session_id)
    whole = [message["id"] for message in await chat.messages(session_id)]
    assert len(whole) == 12
    for start in ("start", "end"):
        for limit in (1, 5, 12, 100):
            found: list[str] = []
            query: dict[str, str | int] = {"limit": limit, "from": start}
            while True:
                answer = await chat.client.get(f"/sessions/{session_id}/messages", params=query)
                page = good(answer)
                ids = [message["id"] for message in page["items"]]
                found = found + ids if start == "start" else ids + found
                if page["next_cursor"] is None:
                    break
                query["cursor"] = page["next_cursor"]
            assert found == whole, (start, limit)


async def test_deleting_takes_the_subtree_and_moves_to_what_is_left(
    chat: Site, said: list[JSON]
) -> None:
    session_id = said[0]["session_id"]
    answer = await chat.client.delete(f"/messages/{said[2]['id']}")
    assert answer.status_code == 204
    refused(await chat.client.get(f"/messages/{said[3]['id']}"), 404, "not_found")
    assert await texts(chat, session_id) == ["One", "One"]
    assert good(await chat.client.get(f"/sessions/{session_id}"))["message_count"] == 2
    again = await chat.say("Three", session_id=session_id)
    assert again["message"]["status"] == "done"
    assert await texts(chat, session_id) == ["One", "One", "Three", "Three"]


async def test_deleting_one_version_moves_to_its_sibling(chat: Site, said: list[JSON]) -> None:
    new = await regenerated(chat, said[3])
    await chat.client.delete(f"/messages/{new['id']}")
    branch = await chat.messages(said[0]["session_id"])
    assert branch[-1]["id"] == said[3]["id"]
    assert branch[-1]["sibling_ids"] == [said[3]["id"]]


async def test_deleting_beside_the_branch_leaves_it_alone(chat: Site, said: list[JSON]) -> None:
    new = await regenerated(chat, said[3])
    await chat.client.delete(f"/messages/{said[3]['id']}")
    assert (await chat.messages(said[0]["session_id"]))[-1]["id"] == new["id"]


async def test_deleting_roots_ends_in_an_empty_session(chat: Site, said: list[JSON]) -> None:
    session_id = said[0]["session_id"]
    await chat.say("Eins", session_id=session_id, parent_id=None)
    root = (await chat.messages(session_id))[0]
    await chat.client.delete(f"/messages/{root['id']}")
    assert await texts(chat, session_id) == ["One", "One", "Two", "Two"]
    await chat.client.delete(f"/messages/{said[0]['id']}")
    assert await texts(chat, session_id) == []
    assert (await chat.say("Anew", session_id=session_id))["message"]["text"] == "Anew"


async def test_a_pinned_message_stays_where_it_is(chat: Site, said: list[JSON]) -> None:
    url = f"/messages/{said[0]['id']}"
    assert good(await chat.client.patch(url, json={"pinned": True}))["pinned"] is True
    assert good(await chat.client.get(url))["pinned"] is True
    assert await texts(chat, said[0]["session_id"]) == ["One", "One", "Two", "Two"]
    assert good(await chat.client.patch(url, json={"pinned": False}))["pinned"] is False


async def test_reading_writes_nothing(chat: Site, said: list[JSON]) -> None:
    session_id = said[0]["session_id"]
    database = chat.server.database
    dump = "SELECT group_concat(quote(parts) || updated_at) FROM messages JOIN sessions"
    async with database.read() as reader:
        before = await reader.fetch_one(str, dump)
    for path in (f"/sessions/{session_id}", f"/messages/{said[0]['id']}", "/sessions"):
        good(await chat.client.get(path))
    async with database.read() as reader:
        assert await reader.fetch_one(str, dump) == before


async def test_unknown_messages_are_404(client: httpx.AsyncClient) -> None:
    for wrong in (UNKNOWN, "x", "..%2fsessions", "%00", "1"):
        refused(await client.get(f"/messages/{wrong}"), 404, "not_found")
