"""From one person to a team and back."""

import asyncio
from collections.abc import AsyncIterator

from tests.running import SECRET, Event, Site, events_of, good, next_of, refused
from tests.team import PASSWORD, Team
from tests.upstream import Upstream


async def test_one_person_becomes_a_team_and_one_person_again(
    chat: Site, upstream: Upstream
) -> None:
    said = await chat.say("Remember me")
    team = Team(chat)
    try:
        owner = team.browser()
        new = {"username": "olga", "password": PASSWORD, "name": "Olga"}
        me = good(await owner.post("/team", json=new))
        assert (me["role"], me["name"]) == ("owner", "Olga")
        refused(await chat.client.get("/sessions"), 401, "login_required")
        assert good(await owner.get("/info"))["mode"] == "team"
        (session,) = good(await owner.get("/sessions"))["items"]
        assert session["id"] == said["session_id"]
        again = {"content": "Still there?", "session_id": session["id"]}
        good(await owner.post("/chat", json=again))
        assert upstream.asked("echo")[-1].secret == SECRET

        assert (await owner.delete("/team")).status_code == 204
        assert len(await chat.messages(session["id"])) == 4
        await chat.say("Alone again", session_id=session["id"])
    finally:
        await team.aclose()


async def test_nobody_but_one_alone_makes_a_team(team: Team) -> None:
    new = {"username": "olga2", "password": PASSWORD}
    refused(await team.owner.post("/team", json=new), 404, "not_found")


async def test_a_server_for_a_team_stays_one(team: Team) -> None:
    """It was started with --team, or listens where others can reach it."""
    refused(await team.owner.delete("/team"), 403, "forbidden")


async def test_what_is_open_ends_with_the_mode(chat: Site) -> None:
    """In both directions, also when a request has changed the mode itself."""
    server, team = chat.server, Team(chat)
    try:
        async with chat.feed() as alone:
            await next_of(alone, "hello")
            owner = team.browser()
            good(await owner.post("/team", json={"username": "olga", "password": PASSWORD}))
            await ended(alone)
        async with owner.stream("GET", "/events") as response:
            signed_in = events_of(response)
            await next_of(signed_in, "hello")
            assert (await owner.delete("/team")).status_code == 204
            await ended(signed_in)
        assert server.hub.viewer_count == 0
    finally:
        await team.aclose()


async def ended(events: AsyncIterator[Event]) -> None:
    async with asyncio.timeout(5):
        while await anext(events, None) is not None:
            pass


async def test_one_person_alone_is_the_owner_of_now(chat: Site) -> None:
    """The server was handed over while it ran; the old owner's chats are not the new one's."""
    said = await chat.say("Of the old owner")
    team = Team(chat)
    try:
        team.clients["olga"] = team.browser()
        good(await team.owner.post("/team", json={"username": "olga", "password": PASSWORD}))
        await team.invite("uma", "user")
        heir = f"/users/{team.id_of('uma')}"
        good(await team.owner.patch(heir, json={"role": "owner"}))
        uma = await team.sign_in("uma")
        assert (await uma.delete("/team")).status_code == 204
        assert good(await chat.client.get("/sessions"))["items"] == []
        refused(await chat.client.get(f"/sessions/{said['session_id']}"), 404, "not_found")
        assert good(await chat.client.get("/auth/me"))["username"] == "uma"
    finally:
        await team.aclose()
