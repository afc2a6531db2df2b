"""From one person to a team and back."""

from tests.running import SECRET, Site, good, refused
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
