"""Sessions: listing, searching, changing, deleting and restoring them."""

import asyncio

import httpx

from tests.running import UNKNOWN, Site, good, next_of, refused

OLD = 31 * 86_400_000


async def listed(client: httpx.AsyncClient, **query: str | int) -> list[str]:
    """Read every page of the list; the titles."""
    titles: list[str] = []
    while True:
        page = good(await client.get("/sessions", params=query))
        titles += [session["title"] for session in page["items"]]
        if page["next_cursor"] is None:
            return titles
        query["cursor"] = page["next_cursor"]


async def test_a_session_is_created_with_everything_or_nothing(site: Site) -> None:
    empty = await site.session()
    assert empty["title"] == ""
    assert empty["model"] is None
    assert empty["version"] == 1
    full = {
        "id": "0199aaaa-0000-7000-8000-000000000001",
        "title": "Mine",
        "model": "up/x",
        "system_prompt": "Be kind.",
        "params": {"temperature": 0.5, "stop": ["a"]},
    }
    made = await site.session(**full)
    assert {name: made[name] for name in full} == full
    answer = await site.client.get(f"/sessions/{made['id']}")
    assert answer.json() == made
    assert answer.headers["etag"] == '"1"'


async def test_ids_that_are_no_uuids_are_refused(client: httpx.AsyncClient) -> None:
    for wrong in ("x", "X" * 36, UNKNOWN.upper(), "../" * 12, UNKNOWN + "0"):
        refused(await client.post("/sessions", json={"id": wrong}), 400, "invalid_request")


async def test_pages_hold_every_session_once_the_newest_first(site: Site) -> None:
    for number in range(12):
        await site.session(title=f"s{number}")
    expected = [f"s{number}" for number in reversed(range(12))]
    for limit in (1, 5, 12, 50):
        assert await listed(site.client, limit=limit) == expected


async def test_sessions_of_one_millisecond_are_paged_too(site: Site) -> None:
    for number in range(7):
        await site.session(title=f"s{number}")
    async with site.server.database.write() as writer:
        await writer.execute("UPDATE sessions SET active_at = 1000")
    assert len(set(await listed(site.client, limit=2))) == 7


async def test_pinned_sessions_lead_the_first_page_only(site: Site) -> None:
    for number in range(6):
        await site.session(title=f"s{number}")
    for session in good(await site.client.get("/sessions"))["items"]:
        if session["title"] in ("s0", "s3"):
            await site.client.patch(f"/sessions/{session['id']}", json={"pinned": True})
    assert await listed(site.client, limit=2) == ["s3", "s0", "s5", "s4", "s2", "s1"]


async def test_archived_sessions_have_a_list_of_their_own(site: Site) -> None:
    kept, gone = await site.session(title="kept"), await site.session(title="gone")
    await site.client.patch(f"/sessions/{gone['id']}", json={"archived": True, "pinned": True})
    await site.client.patch(f"/sessions/{kept['id']}", json={"pinned": True})
    assert await listed(site.client) == ["kept"]
    assert await listed(site.client, archived="true") == ["gone"]


async def test_new_activity_moves_a_session_up(chat: Site) -> None:
    old, new = await chat.session(title="old"), await chat.session(title="new")
    assert await listed(chat.client) == ["new", "old"]
    await chat.client.patch(f"/sessions/{old['id']}", json={"system_prompt": "x"})
    assert await listed(chat.client) == ["new", "old"]
    await chat.say("Hello", session_id=old["id"])
    assert await listed(chat.client) == ["old", "new"]
    assert new["last_message_at"] is None


async def test_titles_are_found_literally(site: Site) -> None:
    titles = ["100% sure", "100x sure", "a_b", "axb", 'say "hi"', "it's", "c:\\dir", "中文标题"]
    for title in titles:
        await site.session(title=title)
    found = {
        "100%": ["100% sure"],
        "%": ["100% sure"],
        "_": ["a_b"],
        '"': ['say "hi"'],
        "'": ["it's"],
        "\\": ["c:\\dir"],
        "SURE": ["100x sure", "100% sure"],
        "文标": ["中文标题"],
        "' OR '1'='1": [],
        "nothing": [],
    }
    for query, expected in found.items():
        assert await listed(site.client, q=query) == expected, query
    assert await listed(site.client, q="  ", limit=3) == titles[::-1]


async def test_a_search_is_paged_and_finds_archived_ones(site: Site) -> None:
    for number in range(5):
        session = await site.session(title=f"cat {number}")
        await site.client.patch(f"/sessions/{session['id']}", json={"archived": number % 2 == 0})
    assert await listed(site.client, q="cat", limit=2) == [f"cat {n}" for n in (4, 3, 2, 1, 0)]


async def test_changes_keep_what_is_not_named(site: Site) -> None:
    made = await site.session(title="a", model="up/x", params={"seed": 1})
    url = f"/sessions/{made['id']}"
    changed = good(await site.client.patch(url, json={"title": "b"}))
    assert changed == {**made, "title": "b", "version": 2, "updated_at": changed["updated_at"]}
    changed = good(await site.client.patch(url, json={"model": None, "params": {}}))
    assert (changed["model"], changed["params"], changed["title"]) == (None, {}, "b")


async def test_a_change_based_on_an_old_version_gets_the_current_copy(site: Site) -> None:
    made = await site.session(title="a")
    url = f"/sessions/{made['id']}"
    good(await site.client.patch(url, json={"title": "b"}, headers={"If-Match": "1"}))
    answer = await site.client.patch(url, json={"title": "c"}, headers={"If-Match": "1"})
    problem = refused(answer, 409, "version_conflict")
    assert problem["current"]["title"] == "b"
    assert problem["current"]["version"] == 2
    good(await site.client.patch(url, json={"title": "c"}, headers={"If-Match": "2"}))


async def test_of_parallel_changes_of_one_version_one_wins(site: Site) -> None:
    url = f"/sessions/{(await site.session())['id']}"
    answers = await asyncio.gather(
        *(
            site.client.patch(url, json={"title": f"t{n}"}, headers={"If-Match": "1"})
            for n in range(10)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9


async def test_a_title_of_spaces_is_none(chat: Site) -> None:
    session = await chat.session(title="  ")
    assert session["title"] == ""
    await chat.say("Hello there", session_id=session["id"])
    named = good(await chat.client.get(f"/sessions/{session['id']}"))
    assert named["title"] == "Hello there"
    renamed = good(await chat.client.patch(f"/sessions/{session['id']}", json={"title": " Mine "}))
    assert renamed["title"] == "Mine"


async def test_a_title_of_ones_own_is_never_replaced(chat: Site) -> None:
    session = await chat.session(title="Mine")
    await chat.say("Something else entirely.", session_id=session["id"])
    assert good(await chat.client.get(f"/sessions/{session['id']}"))["title"] == "Mine"


async def test_a_deleted_session_is_gone_until_it_is_restored(chat: Site) -> None:
    answer = await chat.say("Keep me")
    session_id, reply = answer["session_id"], answer["message"]["id"]
    turn_id = answer["turn"]["id"]
    before = await chat.messages(session_id)
    assert (await chat.client.delete(f"/sessions/{session_id}")).status_code == 204
    for path in (f"/sessions/{session_id}", f"/messages/{reply}", f"/turns/{turn_id}"):
        refused(await chat.client.get(path), 404, "not_found")
    refused(await chat.client.get(f"/turns/{turn_id}/events"), 404, "not_found")
    refused(await chat.client.delete(f"/sessions/{session_id}"), 404, "not_found")
    refused(await chat.client.patch(f"/messages/{reply}", json={"pinned": True}), 404, "not_found")
    assert await listed(chat.client) == []
    assert await listed(chat.client, q="Keep") == []
    restored = await chat.client.post(f"/sessions/{session_id}/restore")
    assert restored.status_code == 200
    assert await chat.messages(session_id) == before
    refused(await chat.client.post(f"/sessions/{session_id}/restore"), 404, "not_found")


async def test_what_was_deleted_long_ago_goes_for_good(chat: Site) -> None:
    gone, kept = await chat.say("Gone"), await chat.say("Kept")
    for answer in (gone, kept):
        await chat.client.delete(f"/sessions/{answer['session_id']}")
    database = chat.server.database
    async with database.write() as writer:
        await writer.execute(
            "UPDATE sessions SET deleted_at = deleted_at - :old WHERE public_id = :id",
            old=OLD,
            id=gone["session_id"],
        )
    await chat.server.sessions.purge()
    refused(await chat.client.post(f"/sessions/{gone['session_id']}/restore"), 404, "not_found")
    good(await chat.client.post(f"/sessions/{kept['session_id']}/restore"))
    async with database.read() as reader:
        assert await reader.fetch_one(int, "SELECT count(*) FROM messages") == 2
        assert await reader.fetch_one(int, "SELECT count(*) FROM turns") == 1


async def test_every_change_is_told_to_other_tabs(site: Site) -> None:
    async with site.feed() as events:
        await next_of(events, "hello")
        session = await site.session(title="a")
        url = f"/sessions/{session['id']}"
        assert (await next_of(events, "session")).data["session"] == session
        await site.client.patch(url, json={"title": "b"})
        assert (await next_of(events, "session")).data["session"]["title"] == "b"
        await site.client.delete(url)
        assert (await next_of(events, "session_deleted")).data == {"id": session["id"]}
        await site.client.post(f"{url}/restore")
        assert (await next_of(events, "session")).data["session"]["id"] == session["id"]
