"""Who guesses is slowed down and learns nothing; who owns the account gets in; no log tells."""

import logging
import re
from typing import Any

import httpx
import pytest

from chatbox.accounts import totp
from chatbox.accounts.backoff import MOST_PER_DAY, Attempt
from chatbox.accounts.strangers import MOST_FROM_A_PLACE
from chatbox.kit.clock import now_ms
from tests.running import good, refused
from tests.team import OTHER, PASSWORD, USER, Team, token_of

NOW = now_ms()


@pytest.fixture(autouse=True)
def _clock_stands_still(team: Team) -> None:
    """For codes and the back-off."""
    team.site.server.desk.backoff.clock = lambda: NOW


async def log_in(browser: httpx.AsyncClient, who: str, password: str, **more: Any) -> Any:
    return await browser.post("/auth/login", json={"username": who, "password": password, **more})


async def test_a_name_that_nobody_has_is_slowed_down_the_same(team: Team) -> None:
    told = []
    for who in (USER, "nobody"):
        answers = [await log_in(team.browser(), who, "wrong password") for _ in range(7)]
        problems = [answer.json() for answer in answers]
        for problem in problems:
            del problem["request_id"]
        waits = [answer.headers.get("retry-after") for answer in answers]
        told.append((problems, waits))
    assert told[0] == told[1]
    assert told[0][1] == 5 * [None] + ["1", "1"]
    assert [problem["status"] for problem in told[0][0]] == 5 * [401] + 2 * [429]
    refused(await log_in(team.browser(), USER, PASSWORD), 429, "too_many_tries")
    good(await log_in(team.browser(), OTHER, PASSWORD))


async def test_a_known_device_gets_in_while_the_world_guesses(team: Team) -> None:
    known = team.browser()
    good(await log_in(known, USER, PASSWORD))
    assert (await known.post("/auth/logout")).status_code == 204
    desk, user_id = team.site.server.desk, await key_of(team, USER)
    async with team.site.server.database.write() as writer:
        for number in range(MOST_PER_DAY):
            await desk.backoff.failed(writer, Attempt(USER, user_id, f"198.51.100.{number}"))
    answer = await log_in(team.browser(), USER, PASSWORD)
    refused(answer, 429, "too_many_tries")
    assert int(answer.headers["retry-after"]) == 24 * 3_600
    refused(await log_in(known, USER, "wrong password"), 401, "login_failed")
    good(await log_in(known, USER, PASSWORD))


async def test_a_flood_of_made_up_names_is_not_all_written_down(team: Team) -> None:
    """What is tried at an account is, flood or not."""
    for number in range(MOST_FROM_A_PLACE + 2):
        refused(await log_in(team.browser(), f"nobody{number}", PASSWORD), 401, "login_failed")
    assert await refusals(team) == [""] * MOST_FROM_A_PLACE
    refused(await log_in(team.browser(), USER, "wrong password"), 401, "login_failed")
    known = "user:" + good(await team[USER].get("/auth/me"))["id"]
    assert await refusals(team) == [""] * MOST_FROM_A_PLACE + [known]


async def refusals(team: Team) -> list[str]:
    """What the refused sign-ins of the audit log were about."""
    async with team.site.server.database.read() as reader:
        return await reader.fetch_all(
            str,
            "SELECT object FROM audit"
            " WHERE action = 'login.open' AND result = 'refused' ORDER BY id",
        )


async def key_of(team: Team, who: str) -> int:
    async with team.site.server.database.read() as reader:
        key = await reader.fetch_one(int, "SELECT id FROM users WHERE username = :w", w=who)
    assert key is not None
    return key


async def test_a_reset_makes_every_device_unknown(team: Team) -> None:
    known = team.browser()
    good(await log_in(known, USER, PASSWORD))
    link = good(await team.owner.post(f"/users/{team.id_of(USER)}/reset-link"))
    new = {"token": token_of(link["url"]), "password": "another horse battery"}
    assert (await team.browser().post("/auth/reset", json=new)).status_code == 204
    for _ in range(5):
        refused(await log_in(team.browser(), USER, PASSWORD), 401, "login_failed")
    refused(await log_in(known, USER, "another horse battery"), 429, "too_many_tries")


async def test_nothing_is_logged_that_helps_a_thief(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("chatbox", "uvicorn", "litestar", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    secrets: set[str] = {PASSWORD, "a wrong password"}
    browser, path = team.browser(), team.site.server.database.path
    enrolment = good(await team[USER].post("/auth/totp"))
    code = totp.code_at(enrolment["secret"], totp.step_at(NOW))
    confirmed = good(await team[USER].post("/auth/totp/confirm", json={"code": code}))
    later = totp.code_at(enrolment["secret"], totp.step_at(NOW) + 1)
    secrets |= {enrolment["secret"], code, later, *confirmed["recovery_codes"]}
    refused(await log_in(browser, USER, "a wrong password"), 401, "login_failed")
    refused(await log_in(browser, "a wrong password", PASSWORD), 401, "login_failed")
    refused(await log_in(browser, USER, PASSWORD, code="987650"), 401, "totp_required")
    pair = good(await log_in(browser, USER, PASSWORD, code=later, kind="api"))
    good(await log_in(browser, USER, PASSWORD, code=confirmed["recovery_codes"][0]))
    access, refresh = pair["access_token"], pair["refresh_token"]
    fresh = good(await browser.post("/auth/refresh", json={"refresh_token": refresh}))
    await browser.post("/auth/refresh", json={"refresh_token": refresh})
    secrets |= {"987650", access, refresh, fresh["access_token"], fresh["refresh_token"]}
    secrets |= {
        cookie for name in ("chatbox", "chatbox-device") if (cookie := browser.cookies[name])
    }
    for bad in (access, access[:-2] + "AA", access.rpartition(".")[0] + ".", "x" * 8_000):
        headers = {"Authorization": f"Bearer {bad}", "Cookie": f"chatbox={bad}"}
        refused(await team.browser().get("/auth/me", headers=headers), 401, "login_required")
        secrets |= {bad, *bad.split(".")} - {access.partition(".")[0], ""}
    link = good(await team.owner.post(f"/users/{team.id_of(OTHER)}/reset-link"))
    secrets.add(token_of(link["url"]))
    await browser.post("/auth/links/check", json={"token": token_of(link["url"])})

    logged = "\n".join(map(written, caplog.records))
    assert "/api/v1/auth/login" in logged
    stored = b"".join(file.read_bytes() for file in path.parent.glob("chatbox.db*"))
    assert b"login.reused" in stored
    codes = {code, later, "987650"}
    assert [one for one in secrets - codes if one in logged or one.encode() in stored] == []
    assert [one for one in codes if re.search(rf"\b{one}\b", logged)] == []


def written(record: logging.LogRecord) -> str:
    """What a line of the log can hold of a record of the server's."""
    if record.name.startswith(("httpx", "httpcore")):
        return ""
    usual = vars(logging.makeLogRecord({}))
    more = {name: value for name, value in vars(record).items() if name not in usual}
    return f"{record.getMessage()} {more} {record.exc_info}"
