"""Programs stay signed in with tokens that work once; a copy of one ends the login."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.running import JSON, good, refused
from tests.team import PASSWORD, USER, Team


async def log_in(team: Team, who: str = USER) -> JSON:
    body = {"username": who, "password": PASSWORD, "kind": "api"}
    answer = await team.browser().post("/auth/login", json=body)
    assert "set-cookie" not in answer.headers
    return good(answer)


async def refresh(team: Team, token: Any) -> httpx.Response:
    return await team.browser().post("/auth/refresh", json={"refresh_token": token})


async def ask(team: Team, access_token: str, path: str = "/auth/me") -> httpx.Response:
    headers = {"Authorization": f"Bearer {access_token}"}
    return await team.browser().get(path, headers=headers)


async def test_a_program_signs_in_and_stays_so(team: Team) -> None:
    pair = await log_in(team)
    assert (pair["token_type"], pair["expires_in"]) == ("Bearer", 900)
    assert pair["user"]["username"] == USER
    for _ in range(3):
        assert good(await ask(team, pair["access_token"]))["id"] == team.id_of(USER)
        fresh = good(await refresh(team, pair["refresh_token"]))
        assert fresh["refresh_token"] != pair["refresh_token"]
        pair = fresh
    assert set(pair) == {"access_token", "token_type", "expires_in", "refresh_token"}
    kinds = [login["kind"] for login in good(await team[USER].get("/auth/logins"))["items"]]
    assert sorted(kinds) == ["api", "browser"]


async def test_a_used_token_ends_the_login_of_both(team: Team) -> None:
    first = await log_in(team)
    bystander = await log_in(team)
    second = good(await refresh(team, first["refresh_token"]))
    refused(await refresh(team, first["refresh_token"]), 401, "login_required")
    refused(await refresh(team, second["refresh_token"]), 401, "login_required")
    for pair in (first, second):
        refused(await ask(team, pair["access_token"]), 401, "login_required")
    good(await ask(team, bystander["access_token"]))
    async with team.site.server.database.read() as reader:
        entries = await reader.fetch_all(
            str, "SELECT actor || ' ' || result FROM audit WHERE action = 'login.reused'"
        )
    assert entries == [f"{team.id_of(USER)} refused"]


async def test_one_of_many_at_once_gets_new_tokens_and_loses_them(team: Team) -> None:
    token = (await log_in(team))["refresh_token"]
    answers = await asyncio.gather(*(refresh(team, token) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + 19 * [401]
    (winner,) = [answer.json() for answer in answers if answer.status_code == 200]
    refused(await ask(team, winner["access_token"]), 401, "login_required")
    refused(await refresh(team, winner["refresh_token"]), 401, "login_required")


@pytest.mark.parametrize("what", ["sign out", "suspend", "password"])
async def test_tokens_end_with_their_login(team: Team, what: str) -> None:
    pair = await log_in(team)
    headers = {"Authorization": f"Bearer {pair['access_token']}"}
    if what == "sign out":
        answer = await team.browser().post("/auth/logout", headers=headers)
        assert answer.status_code == 204
    elif what == "suspend":
        user = good(await team.owner.get(f"/users/{team.id_of(USER)}"))
        answer = await team.owner.patch(
            f"/users/{user['id']}",
            json={"state": "suspended"},
            headers={"If-Match": str(user["version"])},
        )
        good(answer)
    else:
        body = {"current_password": PASSWORD, "new_password": "another horse battery"}
        assert (await team[USER].post("/auth/password", json=body)).status_code == 204
    refused(await ask(team, pair["access_token"]), 401, "login_required")
    refused(await refresh(team, pair["refresh_token"]), 401, "login_required")


async def test_tokens_are_not_cookies_and_cookies_no_tokens(team: Team) -> None:
    pair = await log_in(team)
    cookie = dict(team[USER].cookies)["chatbox"]
    for token in (cookie, pair["refresh_token"], "x", "a.b.c", "cbx_x", "é"):
        headers = [(b"Authorization", b"Bearer " + token.encode("latin-1"))]
        answer = await team.browser().get("/auth/me", headers=headers)
        refused(answer, 401, "login_required")
    for token in (pair["access_token"], pair["refresh_token"]):
        answer = await team.browser().get("/auth/me", headers={"Cookie": f"chatbox={token}"})
        refused(answer, 401, "login_required")
    for token in (cookie, pair["access_token"]):
        refused(await refresh(team, token[:200]), 401, "login_required")
    for nonsense in ("", None, 1, ["x"], "x" * 201):
        refused(await refresh(team, nonsense), 400, "invalid_request")


async def test_a_token_that_is_no_good_is_not_helped_by_a_cookie(team: Team) -> None:
    answer = await team[USER].get("/auth/me", headers={"Authorization": "Bearer x"})
    refused(answer, 401, "login_required")
    pair = await log_in(team)
    for scheme in ("Basic ", "Token ", "Bearer: ", "Bearer  ", ""):
        headers = {"Authorization": f"{scheme}{pair['access_token']}"}
        refused(await team.browser().get("/auth/me", headers=headers), 401, "login_required")
    headers = {"Authorization": f"bearer {pair['access_token']}"}
    good(await team.browser().get("/auth/me", headers=headers))
