"""What administrators do with accounts."""

import asyncio

from tests.running import good, refused, until
from tests.team import ADMIN, OTHER, OWNER, PASSWORD, USER, VIEWER, Team, token_of


async def test_accounts_are_listed_and_found(team: Team) -> None:
    first = good(await team[ADMIN].get("/users", params={"limit": 2}))
    assert [one["username"] for one in first["items"]] == [OWNER, ADMIN]
    following = {"cursor": first["next_cursor"], "limit": 10}
    rest = good(await team[ADMIN].get("/users", params=following))
    assert [one["username"] for one in rest["items"]] == [USER, OTHER, VIEWER]
    assert rest["next_cursor"] is None
    for query, found in (
        ({"q": "um"}, [USER]),
        ({"q": "%"}, []),
        ({"role": "viewer"}, [VIEWER]),
        ({"state": "suspended"}, []),
    ):
        page = good(await team[ADMIN].get("/users", params=query))
        assert [one["username"] for one in page["items"]] == found
    assert good(await team[ADMIN].get(f"/users/{team.id_of(USER)}"))["has_password"]


async def test_a_made_account_gets_its_password_by_link(team: Team) -> None:
    new = {"username": "ida", "role": "viewer", "email": "Ida@Example.org"}
    made = good(await team[ADMIN].post("/users", json=new))
    assert (made["user"]["email"], made["user"]["has_password"]) == ("ida@example.org", False)
    body = {"token": token_of(made["link"]["url"]), "password": PASSWORD}
    assert (await team.browser().post("/auth/reset", json=body)).status_code == 204
    await team.sign_in("ida@example.org")
    refused(await team[ADMIN].post("/users", json=new), 409, "name_taken")


async def test_nobody_is_raised_to_ones_own_rank(team: Team) -> None:
    user = f"/users/{team.id_of(USER)}"
    refused(await team[ADMIN].patch(user, json={"role": "admin"}), 403, "forbidden")
    refused(await team[ADMIN].patch(user, json={"role": "owner"}), 403, "forbidden")
    new = {"username": "ida", "role": "admin"}
    refused(await team[ADMIN].post("/users", json=new), 403, "forbidden")
    refused(await team[ADMIN].post("/invitations", json={"role": "admin"}), 403, "forbidden")
    for who in (OWNER, ADMIN):
        path = f"/users/{team.id_of(who)}"
        refused(await team[ADMIN].patch(path, json={"name": "x"}), 404, "not_found")
        refused(await team[ADMIN].post(f"{path}/reset-link"), 404, "not_found")
        refused(await team[ADMIN].delete(f"{path}/totp"), 404, "not_found")
    good(await team.owner.patch(user, json={"role": "admin"}))
    assert good(await team[USER].get("/users"))["items"]


async def test_changes_are_not_lost(team: Team) -> None:
    path = f"/users/{team.id_of(USER)}"
    good(await team[ADMIN].patch(path, json={"name": "One"}, headers={"If-Match": "1"}))
    answer = await team[ADMIN].patch(path, json={"name": "Two"}, headers={"If-Match": "1"})
    assert refused(answer, 409, "version_conflict")["current"]["name"] == "One"


async def test_there_is_always_exactly_one_owner(team: Team) -> None:
    own = f"/users/{team.id_of(OWNER)}"
    for change in ({"role": "user"}, {"state": "suspended"}):
        refused(await team.owner.patch(own, json=change), 403, "forbidden")
    heir = f"/users/{team.id_of(USER)}"
    assert good(await team.owner.patch(heir, json={"role": "owner"}))["role"] == "owner"
    assert good(await team.owner.get("/auth/me"))["role"] == "admin"
    roles = [one["role"] for one in good(await team[USER].get("/users"))["items"]]
    assert roles.count("owner") == 1


async def test_a_suspended_account_comes_back_as_it_was(team: Team) -> None:
    path = f"/users/{team.id_of(USER)}"
    session = good(await team[USER].post("/sessions", json={"title": "kept"}))
    good(await team[ADMIN].patch(path, json={"state": "suspended"}))
    refused(await team[USER].get("/sessions"), 401, "login_required")
    good(await team[ADMIN].patch(path, json={"state": "active"}))
    refused(await team[USER].get("/sessions"), 401, "login_required")
    browser = await team.sign_in(USER)
    assert good(await browser.get(f"/sessions/{session['id']}"))["title"] == "kept"


async def test_logins_and_lost_factors_are_taken_away(team: Team) -> None:
    assert (await team[ADMIN].delete(f"/users/{team.id_of(USER)}/logins")).status_code == 204
    refused(await team[USER].get("/auth/me"), 401, "login_required")
    assert (await team[ADMIN].delete(f"/users/{team.id_of(OTHER)}/totp")).status_code == 204
    refused(await team[OTHER].get("/auth/me"), 401, "login_required")


async def test_roles_tell_what_they_allow(team: Team) -> None:
    roles = good(await team[VIEWER].get("/roles"))["items"]
    assert [one["role"] for one in roles] == ["owner", "admin", "user", "viewer"]
    assert "chat" not in roles[-1]["may"]
    assert good(await team[USER].get("/auth/me"))["may"] == roles[2]["may"]


async def test_what_is_done_to_accounts_is_on_record(team: Team) -> None:
    good(await team[ADMIN].patch(f"/users/{team.id_of(USER)}", json={"state": "suspended"}))
    async with team.site.server.database.read() as reader:
        rows = await reader.fetch_all(
            str,
            """
            SELECT action || ' ' || object || ' by ' || actor || ' ' || detail
            FROM audit ORDER BY id DESC LIMIT 1
            """,
        )
    user, admin = team.id_of(USER), team.id_of(ADMIN)
    assert rows == [f'user.state user:{user} by {admin} {{"from":"active","to":"suspended"}}']


async def test_what_takes_an_account_over_needs_a_fresh_proof(team: Team) -> None:
    """An address gets links to new passwords, and an administrator of one's own has one."""
    user = f"/users/{team.id_of(USER)}"
    async with team.site.server.database.write() as writer:
        await writer.execute("UPDATE logins SET verified_at = 0")
    for who, method, url, body in (
        (ADMIN, "PATCH", user, {"email": "eve@evil.test"}),
        (OWNER, "PATCH", user, {"role": "admin"}),
        (OWNER, "POST", "/users", {"username": "ida", "role": "admin"}),
        (OWNER, "POST", "/invitations", {"role": "admin"}),
    ):
        answer = await team[who].request(method, url, json=body)
        refused(answer, 403, "step_up_required")
    good(await team[ADMIN].patch(user, json={"name": "Uma", "email": None}))
    good(await team[ADMIN].post("/invitations", json={"role": "user"}))


async def test_an_owner_who_cannot_sign_in_is_none(team: Team) -> None:
    heir = f"/users/{team.id_of(USER)}"
    answer = await team.owner.patch(heir, json={"role": "owner", "state": "suspended"})
    refused(answer, 403, "forbidden")
    assert good(await team.owner.get("/auth/me"))["role"] == "owner"


async def test_of_two_heirs_at_once_one_gets_the_server(team: Team) -> None:
    """Both requests were let in as the owner's; the second is no longer one."""
    server = team.site.server
    async with server.database.write():
        answers = [
            asyncio.create_task(
                team.owner.patch(f"/users/{team.id_of(who)}", json={"role": "owner"})
            )
            for who in (USER, OTHER)
        ]
        await until(lambda: server.app.open["http"] == 2)
        await asyncio.sleep(0.2)
    statuses = [answer.status_code for answer in await asyncio.gather(*answers)]
    assert sorted(statuses) == [200, 403]
    heir = (USER, OTHER)[statuses.index(200)]
    roles = {one["username"]: one["role"] for one in good(await team[heir].get("/users"))["items"]}
    assert roles[heir] == "owner"
    assert list(roles.values()).count("owner") == 1


async def test_who_lost_the_role_meanwhile_changes_nobody(team: Team) -> None:
    server = team.site.server
    user = f"/users/{team.id_of(USER)}"
    async with server.database.write() as writer:
        late = [
            asyncio.create_task(team[ADMIN].patch(user, json={"name": "x"})),
            asyncio.create_task(team[ADMIN].delete(user)),
            asyncio.create_task(team[ADMIN].post("/invitations", json={})),
            asyncio.create_task(team[ADMIN].post("/users", json={"username": "ida"})),
        ]
        await until(lambda: server.app.open["http"] == len(late))
        await asyncio.sleep(0.2)
        await writer.execute(
            "UPDATE users SET role = 'user', rights_version = rights_version + 1 "
            "WHERE username = :who",
            who=ADMIN,
        )
    for answer in await asyncio.gather(*late):
        refused(answer, 403, "forbidden")
    assert good(await team.owner.get(user))["state"] == "active"


async def test_names_hold_nothing_that_a_terminal_obeys(team: Team) -> None:
    for name in ("\x1b[2J", "Uma\nroot", "\x9b31m"):
        answer = await team[USER].patch("/auth/me", json={"name": name})
        refused(answer, 400, "invalid_request")
    answer = await team[ADMIN].post("/invitations", json={"email": "\x1b@example.org"})
    refused(answer, 400, "invalid_request")
    good(await team[USER].patch("/auth/me", json={"name": "Úma 王 Ω"}))
