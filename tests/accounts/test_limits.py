"""Limits of a team's server over real HTTP: rates, turns, connections, bodies, networks."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from chatbox.config import Limits
from tests.running import SECRET, config_in, events_of, good, next_of, refused, run_site
from tests.team import ADMIN, OTHER, OWNER, USER, Team, Template, run_team
from tests.upstream import Upstream


async def settle(team: Team, **values: Any) -> None:
    """Change system settings."""
    good(await team.owner.patch("/settings/system", json=values))


async def share(team: Team, upstream: Upstream) -> None:
    """Connect a scripted provider for everybody."""
    new = {"name": "up", "base_url": upstream.base_url, "secret": SECRET, "system": True}
    provider = good(await team.owner.post("/providers", json=new))["id"]
    slow = {"provider_id": provider, "name": "ok-600-50"}
    good(await team.owner.post("/models/system", json=slow))
    good(await team.owner.post("/grants", json={"provider_id": provider, "role": "user"}))


async def statuses(asked: int, client: httpx.AsyncClient, method: str, url: str) -> list[int]:
    answers = [await client.request(method, url, json={"token": "x"}) for _ in range(asked)]
    for answer in answers:
        if answer.status_code == 429:
            problem = refused(answer, 429, "rate_limited")
            assert int(answer.headers["retry-after"]) == problem["retry_after"] > 0
    return [answer.status_code for answer in answers]


async def test_requests_are_limited_by_class_and_person(team: Team) -> None:
    await settle(team, requests_per_minute=2, writes_per_minute=1, sign_ins_per_minute=1)
    assert (await statuses(4, team[USER], "GET", "/sessions")).count(429) == 2
    assert (await team[OTHER].get("/sessions")).status_code == 200
    answers = [await team[USER].post("/sessions", json={}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 429, 429]
    anonymous = team.browser()
    anonymous.headers["X-Forwarded-For"] = "198.51.100.7"
    assert (await statuses(3, anonymous, "POST", "/auth/links/check")).count(429) == 2
    anonymous.headers["X-Forwarded-For"] = "198.51.100.8"
    assert await statuses(1, anonymous, "POST", "/auth/links/check") == [429]


async def test_tokens_cannot_be_guessed_quickly(team: Team) -> None:
    await settle(team, requests_per_minute=1)
    program = team.browser()
    found = []
    for number in range(15):
        headers = {"Authorization": f"Bearer guess{number}"}
        found.append((await program.get("/sessions", headers=headers)).status_code)
    assert set(found[:9]) == {401}
    assert found[-1] == 429


async def test_a_restart_gives_no_new_tries_to_sign_in(
    data_dir: Path, team_template: Template
) -> None:
    config = config_in(data_dir, team=True)
    async with run_team(config, team_template) as team:
        await settle(team, sign_ins_per_minute=1)
        anonymous = team.browser()
        assert (await statuses(2, anonymous, "POST", "/auth/links/check")).count(429) == 1
    async with run_site(config) as site:
        assert 429 in await statuses(2, site.client, "POST", "/auth/links/check")


async def test_one_account_has_so_many_turns_at_once(team: Team, upstream: Upstream) -> None:
    await settle(team, turns_per_user=2)
    await share(team, upstream)

    async def begin(who: str) -> httpx.Response:
        session = good(await team[who].post("/sessions", json={}))["id"]
        body = {"content": "Hello", "model": "up/ok-600-50"}
        return await team[who].post(f"/sessions/{session}/messages", json=body)

    answers = await asyncio.gather(*(begin(USER) for _ in range(6)))
    begun = [answer for answer in answers if answer.status_code == 202]
    assert len(begun) == 2, [answer.text for answer in answers]
    for answer in answers:
        if answer not in begun:
            assert "At most 2 replies" in refused(answer, 429, "too_many_turns")["detail"]
    assert (await begin(OTHER)).status_code == 202
    turn = begun[0].json()["turn"]["id"]
    good(await team[USER].post(f"/turns/{turn}/stop"))
    async with team[USER].stream("GET", f"/turns/{turn}/events") as events:
        await next_of(events_of(events), "done")
    async with asyncio.timeout(10):
        while (await begin(USER)).status_code == 429:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_messages_are_limited_and_repeated_ones_are_not(
    team: Team, upstream: Upstream
) -> None:
    await settle(team, sends_per_minute=2)
    await share(team, upstream)

    async def say(key: str) -> httpx.Response:
        body = {"content": "Hello", "model": "up/echo"}
        return await team[USER].post("/chat", json=body, headers={"Idempotency-Key": key})

    assert [(await say(key)).status_code for key in ("a", "b", "a", "b", "c")] == [
        200,
        200,
        200,
        200,
        429,
    ]


async def test_one_account_has_so_many_tabs(team: Team) -> None:
    await settle(team, sockets_per_user=2)
    cookie = {"Cookie": f"chatbox={team[USER].cookies['chatbox']}"}
    site = team.site
    async with (
        team[USER].stream("GET", "/events") as first,
        site.socket(headers=cookie),
        team[OTHER].stream("GET", "/events") as others,
    ):
        assert first.status_code == others.status_code == 200
        events = events_of(first)  # kept, for its end is the stream's
        await next_of(events, "hello")
        problem = refused(await team[USER].get("/events"), 429, "limit_reached")
        assert "At most 2 tabs" in problem["detail"]
        with pytest.raises(InvalidStatus) as failure:
            async with site.socket(headers=cookie):
                pass
        assert failure.value.response.status_code == 403
        assert not first.is_closed, events


async def test_one_address_has_so_many_connections(data_dir: Path, team_template: Template) -> None:
    limits = Limits(connections_per_address=2)
    config = config_in(data_dir, team=True, limits=limits, trusted_proxies="127.0.0.1")
    async with run_team(config, team_template) as team:
        here, there = ({"X-Forwarded-For": f"198.51.100.{number}"} for number in (1, 2))
        async with (
            team.owner.stream("GET", "/events", headers=here),
            team.owner.stream("GET", "/events", headers=here),
        ):
            refused(await team.owner.get("/auth/me", headers=here), 429, "limit_reached")
            assert (await team.owner.get("/auth/me", headers=there)).is_success


async def test_only_those_who_are_signed_in_send_large_bodies(team: Team) -> None:
    large = {"token": "x" * 1_100_000}
    problem = refused(
        await team.browser().post("/auth/links/check", json=large), 413, "body_too_large"
    )
    assert "Sign in" in problem["detail"]
    refused(await team[USER].post("/auth/links/check", json=large), 400, "invalid_request")
    forged = team.browser()
    forged.cookies.set("chatbox", "x" * 43)
    refused(await forged.post("/sessions", json=large), 413, "body_too_large")
    suspended = team[OTHER]
    url = f"/users/{team.id_of(OTHER)}"
    good(await team.owner.patch(url, json={"state": "suspended"}))
    refused(await suspended.post("/sessions", json=large), 413, "body_too_large")


async def test_administration_is_open_to_some_networks(
    data_dir: Path, team_template: Template
) -> None:
    config = config_in(data_dir, team=True, trusted_proxies="127.0.0.1")
    async with run_team(config, team_template) as team:
        inside = {"X-Forwarded-For": "10.1.2.3"}
        change = {"admin_networks": ["10.0.0.0/8"]}
        answer = await team[ADMIN].patch("/settings/system", json=change, headers=inside)
        refused(answer, 403, "forbidden")  # else an administrator could shut the owner out
        answer = await team.owner.patch("/settings/system", json=change)
        assert "127.0.0.1" in refused(answer, 400, "invalid_request")["detail"]
        good(await team.owner.patch("/settings/system", json=change, headers=inside))
        for who in (ADMIN, OWNER):
            for url in ("/users", "/settings/system", "/invitations", "/admin/stats"):
                refused(await team[who].get(url), 403, "forbidden")
                assert (await team[who].get(url, headers=inside)).is_success
            assert (await team[who].get("/sessions")).is_success


async def test_the_address_of_the_client_is_audited(
    data_dir: Path, team_template: Template
) -> None:
    config = config_in(data_dir, team=True, trusted_proxies="127.0.0.1")
    async with run_team(config, team_template) as team:
        headers = {"X-Forwarded-For": "6.6.6.6, 198.51.100.7"}
        good(await team.owner.patch("/settings/system", json={"name": "Team"}, headers=headers))
        async with team.site.server.database.read() as reader:
            found = await reader.fetch_one(
                str,
                "SELECT address || actor FROM audit WHERE object = 'setting:name'",
            )
        assert found == f"198.51.100.7{team.id_of(OWNER)}"


async def test_other_networks_do_not_change_what_belongs_to_the_server(
    data_dir: Path, team_template: Template, upstream: Upstream
) -> None:
    """These routes are for users too, who have providers of their own."""
    config = config_in(data_dir, team=True, trusted_proxies="127.0.0.1")
    async with run_team(config, team_template) as team:
        inside = {"X-Forwarded-For": "10.1.2.3"}
        new = {"name": "up", "base_url": upstream.base_url, "system": True}
        provider = good(await team[ADMIN].post("/providers", json=new))
        change = {"admin_networks": ["10.0.0.0/8"]}
        good(await team.owner.patch("/settings/system", json=change, headers=inside))
        url, model = f"/providers/{provider['id']}", "/models/up%2Fecho"
        for who in (ADMIN, OWNER):
            outside = team[who]
            refused(await outside.get(url), 404, "not_found")
            refused(await outside.patch(url, json={"enabled": False}), 404, "not_found")
            refused(await outside.post(f"{url}/test"), 404, "not_found")
            refused(await outside.delete(url), 404, "not_found")
            refused(await outside.patch(model, json={"enabled": False}), 403, "forbidden")
            refused(await outside.delete(model), 403, "forbidden")
            answer = await outside.post("/providers", json={**new, "name": "two"})
            refused(answer, 403, "forbidden")
            assert good(await outside.get("/providers"))["items"] == []
            good(await outside.post("/chat", json={"content": "Hi", "model": "up/echo"}))
            good(await outside.patch(url, json={"enabled": True}, headers=inside))
