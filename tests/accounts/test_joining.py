"""How accounts begin."""

import asyncio

import httpx

from tests.running import JSON, good, refused
from tests.team import ADMIN, OWNER, PASSWORD, USER, Team, token_of


def new_owner(token: str, name: str = "olga") -> JSON:
    return {"token": token, "username": name, "password": PASSWORD}


async def test_everybody_is_who_the_link_said(team: Team) -> None:
    roles = {who: good(await team[who].get("/auth/me"))["role"] for who in team.clients}
    assert roles == {
        "olga": "owner",
        "adam": "admin",
        "uma": "user",
        "otto": "user",
        "vera": "viewer",
    }


async def test_nobody_gets_in_without_a_login(team: Team) -> None:
    refused(await team.browser().get("/sessions"), 401, "login_required")
    good(await team[USER].get("/sessions"))


async def test_a_setup_link_makes_exactly_one_owner(bare_team: Team) -> None:
    url = (await bare_team.site.server.desk.joining.setup_link()).url
    browsers = [bare_team.browser() for _ in range(50)]

    async def try_it(number: int, browser: httpx.AsyncClient) -> int:
        body = new_owner(token_of(url), f"person{number}")
        while (answer := await browser.post("/auth/setup", json=body)).status_code == 503:
            assert int(answer.headers["retry-after"]) >= 1
        return answer.status_code

    statuses = await asyncio.gather(*(try_it(n, one) for n, one in enumerate(browsers)))
    assert sorted(statuses) == [201] + [403] * 49
    async with bare_team.site.server.database.read() as reader:
        sql = "SELECT count(*) FROM users WHERE password_hash IS NOT NULL"
        assert await reader.fetch_one(int, sql) == 1


async def test_the_set_up_is_on_record_with_the_owner(team: Team) -> None:
    params = {"action": "setup.done"}
    (entry,) = good(await team.owner.get("/audit", params=params))["items"]
    assert entry["object"] == f"user:{team.id_of(OWNER)}"
    assert entry["actor_name"] == OWNER


async def test_without_the_link_nobody_becomes_owner(bare_team: Team) -> None:
    browser = bare_team.browser()
    for guess in ("x", "a" * 43):
        answer = await browser.post("/auth/setup", json=new_owner(guess))
        refused(answer, 403, "link_invalid")
    nonsense: tuple[object, ...] = ("", None, 7, [])
    for token in nonsense:
        answer = await browser.post("/auth/setup", json={**new_owner("x"), "token": token})
        refused(answer, 400, "invalid_request")
    assert await bare_team.site.server.desk.joining.needs_setup()


async def test_an_invitation_works_once(team: Team) -> None:
    made = good(await team.owner.post("/invitations", json={"role": "user", "note": "Ida"}))
    body = {"token": token_of(made["url"]), "username": "ida", "password": PASSWORD}
    assert good(await team.browser().post("/auth/register", json=body))["role"] == "user"
    again = await team.browser().post("/auth/register", json={**body, "username": "ida2"})
    refused(again, 403, "link_invalid")
    (shown,) = [
        one
        for one in good(await team.owner.get("/invitations"))["items"]
        if one["id"] == made["id"]
    ]
    assert (shown["state"], shown["url"]) == ("used", None)


async def test_a_revoked_invitation_is_worth_nothing(team: Team) -> None:
    made = good(await team.owner.post("/invitations", json={}))
    assert (await team.owner.delete(f"/invitations/{made['id']}")).status_code == 204
    body = {"token": token_of(made["url"]), "username": "ida", "password": PASSWORD}
    refused(await team.browser().post("/auth/register", json=body), 403, "link_invalid")


async def test_registration_is_by_invitation_unless_opened(team: Team) -> None:
    body = {"username": "ida", "password": PASSWORD}
    refused(await team.browser().post("/auth/register", json=body), 403, "registration_closed")
    good(await team.owner.patch("/settings/system", json={"registration": "open"}))
    good(await team.browser().post("/auth/register", json=body))
    taken = await team.browser().post("/auth/register", json={**body, "username": "IDA"})
    refused(taken, 409, "name_taken")


async def test_a_reset_link_gives_a_new_password_and_ends_logins(team: Team) -> None:
    link = good(await team.owner.post(f"/users/{team.id_of(USER)}/reset-link"))
    body = {"token": token_of(link["url"]), "password": "another good password"}
    assert (await team.browser().post("/auth/reset", json=body)).status_code == 204
    refused(await team[USER].get("/auth/me"), 401, "login_required")
    refused(await team.browser().post("/auth/reset", json=body), 403, "link_invalid")
    await team.sign_in(USER, "another good password")


async def test_weak_passwords_are_refused_with_a_reason(team: Team) -> None:
    made = good(await team.owner.post("/invitations", json={}))
    for password in ("short", "x" * 257, "aaaaaaaaaaaa", "annabelle.x"):
        body = {
            "token": token_of(made["url"]),
            "username": "annabelle.x",
            "password": password,
        }
        refused(await team.browser().post("/auth/register", json=body), 400, "password_refused")
    good(await team.browser().post("/auth/register", json={**body, "password": PASSWORD}))


async def test_the_page_tells_who_is_signed_in(team: Team) -> None:
    anonymous = (await team.browser().get(team.site.url)).text
    assert '"user":null' in anonymous
    assert '"mode":"team"' in anonymous
    signed_in = (await team.owner.get(team.site.url)).text
    assert f'"username":"{OWNER}"' in signed_in


async def test_links_end_with_the_rights_of_whoever_handed_them_out(team: Team) -> None:
    """Somebody who is sent away must not come back by an invitation of their own."""
    invitation = good(await team[ADMIN].post("/invitations", json={}))["url"]
    link = good(await team[ADMIN].post(f"/users/{team.id_of(USER)}/reset-link"))["url"]
    bodies = (
        ("register", {"token": token_of(invitation), "username": "ida", "password": PASSWORD}),
        ("reset", {"token": token_of(link), "password": PASSWORD}),
    )
    admin, browser = f"/users/{team.id_of(ADMIN)}", team.browser()
    for change in ({"state": "suspended"}, {"role": "user", "state": "active"}):
        good(await team.owner.patch(admin, json=change))
        for what, body in bodies:
            refused(await browser.post(f"/auth/{what}", json=body), 403, "link_invalid")
            check = {"token": body["token"]}
            refused(await browser.post("/auth/links/check", json=check), 403, "link_invalid")
    good(await team.owner.patch(admin, json={"role": "admin"}))
    assert [
        (await browser.post(f"/auth/{what}", json=body)).status_code for what, body in bodies
    ] == [201, 204]


async def test_a_suspended_account_gets_no_new_password(team: Team) -> None:
    link = good(await team.owner.post(f"/users/{team.id_of(USER)}/reset-link"))
    body = {"token": token_of(link["url"]), "password": "another good password"}
    url = f"/users/{team.id_of(USER)}"
    good(await team.owner.patch(url, json={"state": "suspended"}))
    refused(await team.browser().post("/auth/reset", json=body), 403, "link_invalid")
    good(await team.owner.patch(url, json={"state": "active"}))
    await team.sign_in(USER)


async def test_links_to_an_account_end_with_its_password(team: Team) -> None:
    """What a thief has asked for must not work when the owner has put things right."""
    url = f"/users/{team.id_of(USER)}/reset-link"
    body = {"token": token_of(good(await team.owner.post(url))["url"]), "password": PASSWORD}
    change = {"current_password": PASSWORD, "new_password": "another good password"}
    assert (await team[USER].post("/auth/password", json=change)).status_code == 204
    refused(await team.browser().post("/auth/reset", json=body), 403, "link_invalid")
