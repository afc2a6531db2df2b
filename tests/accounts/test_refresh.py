"""Programs stay signed in with tokens that work once; a copy of one ends the login."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.running import JSON, good, refused
from tests.team import PASSWORD, USER, Team


async def log_in(duo: Team, who: str = USER) -> JSON:
    body = {"username": who, "password": PASSWORD, "kind": "api"}
    answer = await duo.browser().post("/auth/login", json=body)
    assert "set-cookie" not in answer.headers
    return good(answer)


async def refresh(duo: Team, token: Any) -> httpx.Response:
    return await duo.browser().post("/auth/refresh", json={"refresh_token": token})


async def ask(duo: Team, access_token: str, path: str = "/auth/me") -> httpx.Response:
    headers = {"Authorization": f"Bearer {access_token}"}
    return await duo.browser().get(path, headers=headers)


async def test_a_program_signs_in_and_stays_so(duo: Team) -> None:
    pair = await log_in(duo)
    assert (pair["token_type"], pair["expires_in"]) == ("Bearer", 900)
    assert pair["user"]["username"] == USER
    for _ in range(3):
        assert good(await ask(duo, pair["access_token"]))["id"] == duo.id_of(USER)
        fresh = good(await refresh(duo, pair["refresh_token"]))
        assert fresh["refresh_token"] != pair["refresh_token"]
        pair = fresh
    assert set(pair) == {"access_token", "token_type", "expires_in", "refresh_token"}
    kinds = [login["kind"] for login in good(await duo[USER].get("/auth/logins"))["items"]]
    assert sorted(kinds) == ["api", "browser"]


async def test_a_used_token_ends_the_login_of_both(duo: Team) -> None:
    first = await log_in(duo)
    bystander = await log_in(duo)
    second = good(await refresh(duo, first["refresh_token"]))
    refused(await refresh(duo, first["refresh_token"]), 401, "login_required")
    refused(await refresh(duo, second["refresh_token"]), 401, "login_required")
    for pair in (first, second):
        refused(await ask(duo, pair["access_token"]), 401, "login_required")
    good(await ask(duo, bystander["access_token"]))
    async with duo.site.server.database.read() as reader:
        entries = await reader.fetch_all(
            str, "SELECT actor || ' ' || result FROM audit WHERE action = 'login.reused'"
        )
    assert entries == [f"{duo.id_of(USER)} refused"]


async def test_one_of_many_at_once_gets_new_tokens_and_loses_them(duo: Team) -> None:
    token = (await log_in(duo))["refresh_token"]
    answers = await asyncio.gather(*(refresh(duo, token) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + 19 * [401]
    (winner,) = [answer.json() for answer in answers if answer.status_code == 200]
    refused(await ask(duo, winner["access_token"]), 401, "login_required")
    refused(await refresh(duo, winner["refresh_token"]), 401, "login_required")


@pytest.mark.parametrize("what", ["sign out", "suspend", "password"])
async def test_tokens_end_with_their_login(duo: Team, what: str) -> None:
    pair = await log_in(duo)
    headers = {"Authorization": f"Bearer {pair['access_token']}"}
    if what == "sign out":
        answer = await duo.browser().post("/auth/logout", headers=headers)
        assert answer.status_code == 204
    elif what == "suspend":
        user = good(await duo.owner.get(f"/users/{duo.id_of(USER)}"))
        answer = await duo.owner.patch(
            f"/users/{user['id']}",
            json={"state": "suspended"},
            headers={"If-Match": str(user["version"])},
        )
        good(answer)
    else:
        body = {"current_password": PASSWORD, "new_password": "another horse battery"}
        assert (await duo[USER].post("/auth/password", json=body)).status_code == 204
    refused(await ask(duo, pair["access_token"]), 401, "login_required")
    refused(await refresh(duo, pair["refresh_token"]), 401, "login_required")


async def test_tokens_are_not_cookies_and_cookies_no_tokens(duo: Team) -> None:
    pair = await log_in(duo)
    cookie = dict(duo[USER].cookies)["chatbox"]
    for token in (cookie, pair["refresh_token"], "x", "a.b.c", "cbx_x", "é"):
        headers = [(b"Authorization", b"Bearer " + token.encode("latin-1"))]
        answer = await duo.browser().get("/auth/me", headers=headers)
        refused(answer, 401, "login_required")
    for token in (pair["access_token"], pair["refresh_token"]):
        answer = await duo.browser().get("/auth/me", headers={"Cookie": f"chatbox={token}"})
        refused(answer, 401, "login_required")
    for token in (cookie, pair["access_token"]):
        refused(await refresh(duo, token[:200]), 401, "login_required")
    for nonsense in ("", None, 1, ["x"], "x" * 201):
        refused(await refresh(duo, nonsense), 400, "invalid_request")


async def test_a_token_that_is_no_good_is_not_helped_by_a_cookie(duo: Team) -> None:
    answer = await duo[USER].get("/auth/me", headers={"Authorization": "Bearer x"})
    refused(answer, 401, "login_required")
    pair = await log_in(duo)
    for scheme in ("Basic ", "Token ", "Bearer: ", "Bearer  ", ""):
        headers = {"Authorization": f"{scheme}{pair['access_token']}"}
        refused(await duo.browser().get("/auth/me", headers=headers), 401, "login_required")
    headers = {"Authorization": f"bearer {pair['access_token']}"}
    good(await duo.browser().get("/auth/me", headers=headers))
