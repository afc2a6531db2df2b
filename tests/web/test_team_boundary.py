"""The boundary of a team's server: which names it answers under, and who may send what."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.running import config_in, good, refused
from tests.team import PASSWORD, USER, Team, Template, run_team

PUBLIC = "chat.example.org"


@pytest.fixture
async def public(data_dir: Path, team_template: Template) -> AsyncIterator[Team]:
    """A team's server that knows its public address."""
    config = config_in(data_dir, team=True, public_url=f"https://{PUBLIC}")
    async with run_team(config, team_template) as running:
        yield running


async def test_a_server_without_a_public_address_answers_under_any_name(team: Team) -> None:
    for host in ("anything.test", "192.0.2.1:8000", "[2001:db8::1]:8000"):
        good(await team[USER].get("/auth/me", headers={"Host": host}))
    for host in ("", "a b", "x/y", "evil.test@own", "a:b:c", "x,y"):
        answer = await team.browser().get("/info", headers={"Host": host})
        assert answer.status_code in (400, 421), host


async def test_a_page_of_another_name_is_foreign(team: Team) -> None:
    for origin in ("https://evil.test", "null", "http://127.0.0.1:1"):
        headers = {"Origin": origin}
        answer = await team[USER].post("/sessions", json={}, headers=headers)
        refused(answer, 403, "foreign_origin")
    own = {"Origin": team.site.url}
    good(await team[USER].post("/sessions", json={}, headers=own))
    for site in ("cross-site", "same-site"):
        answer = await team[USER].post("/sessions", json={}, headers={"Sec-Fetch-Site": site})
        refused(answer, 403, "foreign_origin")


async def test_signing_in_is_not_for_pages_of_others(team: Team) -> None:
    body = {"username": USER, "password": PASSWORD}
    headers = {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"}
    answer = await team.browser().post("/auth/login", json=body, headers=headers)
    refused(answer, 403, "foreign_origin")
    text = {"Content-Type": "text/plain"}
    answer = await team.browser().post("/auth/login", content=b"{}", headers=text)
    refused(answer, 415, "unsupported_media_type")


async def test_a_public_server_answers_under_its_names_only(public: Team) -> None:
    for host in (PUBLIC, f"127.0.0.1:{public.site.port}"):
        good(await public.browser().get("/info", headers={"Host": host}))
    answer = await public.browser().get("/info", headers={"Host": "evil.test"})
    assert f"https://{PUBLIC}" in refused(answer, 421, "wrong_host")["detail"]


async def test_over_tls_the_cookie_is_bound_to_the_host(public: Team) -> None:
    browser = public.browser()
    browser.headers["Host"] = PUBLIC
    body = {"username": USER, "password": PASSWORD}
    answer = await browser.post("/auth/login", json=body, headers={"Origin": f"https://{PUBLIC}"})
    (cookie,) = [
        one for one in answer.headers.get_list("set-cookie") if one.startswith("__Host-chatbox=")
    ]
    assert "; Secure" in cookie
    token = cookie.partition("=")[2].partition(";")[0]
    good(await me(public, PUBLIC, f"__Host-chatbox={token}"))
    refused(await me(public, PUBLIC, f"chatbox={token}"), 401, "login_required")


async def me(public: Team, host: str, cookie: str) -> httpx.Response:
    headers = {"Host": host, "Cookie": cookie}
    return await public.browser().get("/auth/me", headers=headers)


async def test_links_lead_to_the_public_address(public: Team) -> None:
    made = good(await public.owner.post("/invitations", json={}))
    assert made["url"].startswith(f"https://{PUBLIC}/invitation#")


async def test_a_page_without_tls_is_foreign_where_people_use_it(public: Team) -> None:
    """Whoever is on the way can be `http://` of every name."""
    for scheme, status in (("https", 201), ("http", 403)):
        headers = {"Host": PUBLIC, "Origin": f"{scheme}://{PUBLIC}"}
        token = public[USER].cookies["chatbox"]
        headers["Cookie"] = f"__Host-chatbox={token}"
        answer = await public.browser().post("/sessions", json={}, headers=headers)
        assert answer.status_code == status
