"""Administrators read the sessions of others only while the owner allows it, and leave a trace."""

import pytest

from chatbox.accounts.store.leaving import delete_ways_in, mark_deleted
from tests.running import JSON, UNKNOWN, Site, good, refused
from tests.team import ADMIN, OTHER, OWNER, USER, Team
from tests.upstream import Upstream


@pytest.fixture
async def said(team: Team, upstream: Upstream) -> dict[str, str]:
    """Everybody's session; the owner has allowed it."""
    new = {"name": "up", "base_url": upstream.base_url, "system": True}
    good(await team[ADMIN].post("/providers", json=new))
    found = {}
    for who in (OWNER, ADMIN, USER):
        answer = good(await team[who].post("/chat", json={"content": f"canary of {who}"}))
        found[who] = answer["session_id"]
    await allow(team, True)
    return found


async def allow(team: Team, is_allowed: bool) -> None:
    good(await team.owner.patch("/settings/system", json={"admins_read_sessions": is_allowed}))


async def trace(team: Team) -> list[str]:
    async with team.site.server.database.read() as reader:
        return await reader.fetch_all(
            str,
            """
            SELECT u.username || ' ' || object
            FROM audit a JOIN users u ON u.public_id = a.actor
            WHERE action = 'session.read_by_admin' ORDER BY a.id
            """,
        )


def url_of(team: Team, who: str, session: str = "") -> str:
    url = f"/users/{team.id_of(who)}/sessions"
    return f"{url}/{session}/messages" if session else url


async def test_an_administrator_reads_and_it_is_written_down(
    team: Team, said: dict[str, str]
) -> None:
    listed = good(await team[ADMIN].get(url_of(team, USER)))["items"]
    assert [item["id"] for item in listed] == [said[USER]]
    uma, url = team.id_of(USER), url_of(team, USER, said[USER])
    answer = await team[ADMIN].get(f"/users/{uma}/sessions/{said[USER]}/messages")
    read = good(answer)["items"]
    assert [message["text"] for message in read][0] == f"canary of {USER}"
    assert read == good(await team[USER].get(f"/sessions/{said[USER]}/messages"))["items"]
    assert good(await team[ADMIN].get(f"{url}?limit=1"))["next_cursor"]
    good(await team.owner.get(url_of(team, ADMIN, said[ADMIN])))
    assert await trace(team) == [
        f"{ADMIN} user:{team.id_of(USER)}",
        f"{ADMIN} session:{said[USER]}",
        f"{ADMIN} session:{said[USER]}",
        f"{OWNER} session:{said[ADMIN]}",
    ]


async def test_what_may_not_be_read_is_not_there(team: Team, said: dict[str, str]) -> None:
    async def problem(who: str, url: str) -> JSON:
        found = refused(await team[who].get(url), 404, "not_found")
        del found["request_id"]
        return found

    unknown = await problem(ADMIN, f"/users/{UNKNOWN}/sessions")
    for who in (OWNER, ADMIN):
        assert await problem(ADMIN, url_of(team, who)) == unknown
        assert await problem(ADMIN, url_of(team, who, said[who])) == unknown
    nobodys = await problem(ADMIN, url_of(team, USER, UNKNOWN))
    assert await problem(ADMIN, url_of(team, USER, said[OWNER])) == nobodys
    assert await problem(ADMIN, url_of(team, OTHER, said[USER])) == nobodys
    refused(await team[OTHER].get(url_of(team, USER)), 403, "forbidden")
    await allow(team, False)
    for who in (OWNER, ADMIN):
        assert await problem(who, url_of(team, USER)) == unknown
        assert await problem(who, url_of(team, USER, said[USER])) == unknown
    assert await trace(team) == []


async def test_reading_is_all_that_may_be_done(team: Team, said: dict[str, str]) -> None:
    url = f"/sessions/{said[USER]}"
    for call in (
        team[ADMIN].get(url),
        team[ADMIN].get(f"{url}/messages"),
        team[ADMIN].patch(url, json={"title": "x"}),
        team[ADMIN].post(f"{url}/messages", json={"content": "x"}),
        team[ADMIN].delete(url),
    ):
        refused(await call, 404, "not_found")
    answer = await team[ADMIN].delete(url_of(team, USER))
    refused(answer, 405, "method_not_allowed")


async def test_an_admin_cannot_allow_it_to_himself(team: Team, said: dict[str, str]) -> None:
    await allow(team, False)
    change = {"admins_read_sessions": True}
    answer = await team[ADMIN].patch("/settings/system", json=change)
    refused(answer, 403, "forbidden")
    refused(await team[ADMIN].get(url_of(team, USER, said[USER])), 404, "not_found")


async def test_alone_there_is_nobody_to_read(chat: Site) -> None:
    me = good(await chat.client.get("/auth/me"))["id"]
    refused(await chat.client.get(f"/users/{me}/sessions"), 404, "not_found")


async def test_a_deleted_account_is_not_read_while_it_is_removed(
    team: Team, said: dict[str, str]
) -> None:
    async with team.site.server.database.write() as writer:
        user = await writer.fetch_one(int, "SELECT id FROM users WHERE username = :u", u=USER)
        assert user is not None
        await mark_deleted(writer, user)
        await delete_ways_in(writer, user)
    refused(await team[ADMIN].get(url_of(team, USER)), 404, "not_found")
    (provider,) = good(await team[ADMIN].get("/providers"))["items"]
    grant = {"provider_id": provider["id"], "user_id": team.id_of(USER)}
    refused(await team[ADMIN].post("/grants", json=grant), 404, "not_found")
