"""Signing in and out, logins, and what ends with them."""

import asyncio
import json
import threading

import httpx
from websockets.exceptions import ConnectionClosed

from chatbox.accounts.hashing import AT_ONCE
from chatbox.accounts.logins import MOST_LOGINS
from tests.running import JSON, good, next_frame, refused, until
from tests.team import OWNER, PASSWORD, USER, Team


async def test_a_cookie_is_out_of_reach_of_scripts_and_other_sites(team: Team) -> None:
    browser = team.browser()
    body = {"username": USER, "password": PASSWORD}
    answer = await browser.post("/auth/login", json=body)
    (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith("chatbox=")]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/"):
        assert part.lower() in cookie.lower()
    token = cookie.partition("=")[2].partition(";")[0]
    assert token not in answer.text
    async with team.site.server.database.read() as reader:
        hashes = await reader.fetch_all(bytes, "SELECT token_hash FROM logins")
    assert token.encode() not in b"".join(hashes)


async def test_wrong_unknown_and_suspended_are_told_the_same(team: Team) -> None:
    good(await team.owner.patch(f"/users/{team.id_of(USER)}", json={"state": "suspended"}))
    tries = [
        {"username": OWNER, "password": "not the password"},
        {"username": "nobody", "password": PASSWORD},
        {"username": USER, "password": PASSWORD},
        {"username": OWNER, "password": "$argon2id$v=19$m=19456,t=2,p=1$x$y"},
    ]
    answers = [await team.browser().post("/auth/login", json=one) for one in tries]
    problems = [refused(one, 401, "login_failed") for one in answers]
    for problem in problems:
        del problem["request_id"]
    assert all(problem == problems[0] for problem in problems)


async def test_names_are_the_same_in_any_case_and_width(team: Team) -> None:
    await team.sign_in("  ＵＭＡ ")


async def test_signing_out_ends_the_login_for_good(team: Team) -> None:
    browser = await team.sign_in(USER)
    cookies = dict(browser.cookies)
    answer = await browser.post("/auth/logout")
    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]
    replay = team.browser()
    replay.cookies.update(cookies)
    refused(await replay.get("/auth/me"), 401, "login_required")


async def test_two_cookies_of_one_name_are_nobodys(team: Team) -> None:
    token = team[USER].cookies["chatbox"]
    browser = team.browser()
    browser.headers["Cookie"] = f"chatbox={token}; chatbox={token}"
    refused(await browser.get("/auth/me"), 401, "login_required")


async def test_every_bit_of_a_cookie_counts(team: Team) -> None:
    token = team[USER].cookies["chatbox"]
    for place in range(0, len(token), 7):
        other = "A" if token[place] != "A" else "B"
        browser = team.browser()
        browser.headers["Cookie"] = f"chatbox={token[:place]}{other}{token[place + 1 :]}"
        refused(await browser.get("/auth/me"), 401, "login_required")


async def test_a_header_that_is_not_good_is_not_made_good_by_a_cookie(team: Team) -> None:
    headers = {"Authorization": "Bearer nonsense"}
    refused(await team[USER].get("/sessions", headers=headers), 401, "login_required")


async def test_logins_are_listed_and_ended(team: Team) -> None:
    other = await team.sign_in(USER)
    logins: list[JSON] = good(await team[USER].get("/auth/logins"))["items"]
    assert sorted(one["current"] for one in logins) == [False, True]
    assert {one["device"] for one in logins} == {"Mozilla/5.0 (test)"}
    (theirs,) = [one["id"] for one in logins if not one["current"]]
    assert (await team[OWNER].delete(f"/auth/logins/{theirs}")).status_code == 404
    good(await other.get("/auth/me"))
    assert (await team[USER].delete(f"/auth/logins/{theirs}")).status_code == 204
    refused(await other.get("/auth/me"), 401, "login_required")
    third = await team.sign_in(USER)
    assert (await third.delete("/auth/logins")).status_code == 204
    refused(await team[USER].get("/auth/me"), 401, "login_required")
    good(await third.get("/auth/me"))


async def test_another_password_ends_all_other_logins(team: Team) -> None:
    other = await team.sign_in(USER)
    old_cookie = team[USER].cookies["chatbox"]
    body = {"current_password": "wrong", "new_password": "a much better one"}
    refused(await team[USER].post("/auth/password", json=body), 401, "login_failed")
    body["current_password"] = PASSWORD
    assert (await team[USER].post("/auth/password", json=body)).status_code == 204
    assert team[USER].cookies["chatbox"] != old_cookie
    good(await team[USER].get("/auth/me"))
    refused(await other.get("/auth/me"), 401, "login_required")
    old = team.browser()
    old.headers["Cookie"] = f"chatbox={old_cookie}"
    refused(await old.get("/auth/me"), 401, "login_required")
    await team.sign_in(USER, "a much better one")


async def test_a_login_ends_after_its_time(team: Team) -> None:
    for column, value in (("used_at", 1), ("expires_at", 2)):
        browser = await team.sign_in(USER)
        async with team.site.server.database.write() as writer:
            await writer.execute(
                """
                UPDATE logins SET used_at = CASE :column WHEN 'used_at' THEN :v ELSE used_at END,
                    expires_at = CASE :column WHEN 'expires_at' THEN :v ELSE expires_at END
                """,
                column=column,
                v=value,
            )
        refused(await browser.get("/auth/me"), 401, "login_required")


async def test_what_is_open_ends_with_its_login(team: Team) -> None:
    browser = await team.sign_in(USER)
    cookie = {"Cookie": f"chatbox={browser.cookies['chatbox']}"}
    async with (
        team.site.socket(headers=cookie) as socket,
        browser.stream("GET", "/events") as events,
    ):
        await next_frame(socket, "hello")
        lines = events.aiter_lines()
        await anext(lines)
        assert (await browser.post("/auth/logout")).status_code == 204
        async with asyncio.timeout(2):
            code = await closing_code(socket)
            async for _ in lines:
                pass
    assert code == 4401


async def closing_code(socket: object) -> int:
    try:
        while True:
            await socket.recv()  # type: ignore[attr-defined]
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 0


async def test_a_socket_needs_a_login(team: Team) -> None:
    for headers in ({}, {"Cookie": "chatbox=" + "a" * 43}):
        answered = None
        try:
            async with team.site.socket(headers=headers):
                answered = 101
        except Exception as refusal:  # noqa: BLE001 - whatever the client raises, it has no socket
            response = getattr(refusal, "response", None)
            answered = response.status_code if response else None
        assert answered == 403


async def test_the_names_of_others_are_not_taken(team: Team) -> None:
    answer = await team[USER].patch("/auth/me", json={"username": "OLGA"})
    refused(answer, 409, "name_taken")
    me = good(await team[USER].patch("/auth/me", json={"username": "Uma2", "name": " Uma "}))
    assert (me["username"], me["name"]) == ("uma2", "Uma")


async def test_links_tell_what_they_are_for(team: Team) -> None:
    made = good(await team.owner.post("/invitations", json={"role": "viewer"}))
    body = {"token": made["url"].partition("#")[2]}
    told = good(await team.browser().post("/auth/links/check", json=body))
    assert (told["kind"], told["role"]) == ("invitation", "viewer")
    answer: httpx.Response = await team.browser().post("/auth/links/check", json={"token": "x"})
    refused(answer, 403, "link_invalid")


async def test_a_password_that_was_set_meanwhile_stays(team: Team) -> None:
    """The old password was right when it was looked at; its owner has used a reset link since."""
    desk, database = team.site.server.desk, team.site.server.database
    hold = threading.Event()
    for _ in range(AT_ONCE):
        desk.hasher._pool.submit(hold.wait)
    body = {"current_password": PASSWORD, "new_password": "another good password"}
    change = asyncio.create_task(team[USER].post("/auth/password", json=body))
    await until(lambda: desk.hasher._pending == 1)
    async with database.write() as writer:
        await writer.execute("UPDATE users SET password_hash = 'x' WHERE username = :u", u=USER)
    hold.set()
    refused(await change, 401, "login_failed")
    async with database.read() as reader:
        sql = "SELECT password_hash FROM users WHERE username = :u"
        assert await reader.fetch_one(str, sql, u=USER) == "x"


async def test_an_account_has_so_many_logins(team: Team) -> None:
    async with team.site.server.database.write() as writer:
        await writer.execute(
            """
            INSERT INTO logins (public_id, user_id, kind, via, verified_at, created_at, used_at,
                expires_at)
            SELECT 'login' || value, u.id, 'api', 'password', 0, 0, l.used_at - 1, l.expires_at
            FROM json_each(:numbers) JOIN users u ON u.username = :who
            JOIN logins l ON l.user_id = u.id
            """,
            numbers=json.dumps(list(range(MOST_LOGINS))),
            who=USER,
        )
    browser = await team.sign_in(USER)
    items = good(await browser.get("/auth/logins"))["items"]
    assert len(items) == MOST_LOGINS
    assert items[0]["current"]
    good(await team[USER].get("/auth/me"))
