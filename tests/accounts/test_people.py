"""What administrators do with accounts."""

from tests.running import good, refused
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
