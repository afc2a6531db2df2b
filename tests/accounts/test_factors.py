"""The second factor: set up, asked for, used once, and removed."""

import asyncio
from typing import Any

import httpx
import pytest

from chatbox.accounts import totp
from chatbox.kit.clock import now_ms
from tests.running import JSON, good, refused
from tests.team import OTHER, PASSWORD, USER, Team

NOW = now_ms()


@pytest.fixture(autouse=True)
def _clock_stands_still(team: Team) -> None:
    """For codes and the back-off: no test crosses from one code into the next."""
    team.site.server.desk.backoff.clock = lambda: NOW


def code_of(secret: str, off: int = 0) -> str:
    """The code that the app shows, or showed some steps ago."""
    return totp.code_at(secret, totp.step_at(NOW) + off)


async def enrol(client: httpx.AsyncClient) -> tuple[str, list[str]]:
    """Set a second factor up with the code of the step before: the current one stays unused."""
    secret = good(await client.post("/auth/totp"))["secret"]
    answer = await client.post("/auth/totp/confirm", json={"code": code_of(secret, -1)})
    return secret, good(answer)["recovery_codes"]


async def log_in(team: Team, who: str, **more: Any) -> httpx.Response:
    body = {"username": who, "password": PASSWORD, **more}
    return await team.browser().post("/auth/login", json=body)


async def me(client: httpx.AsyncClient) -> JSON:
    return good(await client.get("/auth/me"))


async def test_signing_in_asks_for_the_code(team: Team) -> None:
    secret, codes = await enrol(team[USER])
    assert len(set(codes)) == 10
    shown = await me(team[USER])
    assert (shown["totp"], shown["recovery_codes"]) == (True, 10)
    refused(await log_in(team, USER), 401, "totp_required")
    refused(await log_in(team, USER, code="000000"), 401, "totp_required")
    refused(await log_in(team, USER, password="wrong password", code="1"), 401, "login_failed")
    good(await log_in(team, USER, code=code_of(secret)))


async def test_a_code_works_once_for_twenty_who_try_it_at_once(team: Team) -> None:
    secret, _ = await enrol(team[USER])
    code = code_of(secret, 1)
    answers = await asyncio.gather(*(log_in(team, USER, code=code) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + 19 * [401]
    refused(await log_in(team, USER, code=code_of(secret)), 429, "too_many_tries")


async def test_a_recovery_code_works_once_however_it_is_typed(team: Team) -> None:
    _, codes = await enrol(team[USER])
    typed = codes[0].upper().replace("-", " ").replace("0", "O").replace("1", "l")
    answers = await asyncio.gather(*(log_in(team, USER, code=typed) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200] + 3 * [401]
    assert (await me(team[USER]))["recovery_codes"] == 9
    good(await log_in(team, USER, code=codes[1]))
    fresh = good(await team[USER].post("/auth/totp/recovery-codes"))["recovery_codes"]
    refused(await log_in(team, USER, code=codes[2]), 401, "totp_required")
    good(await log_in(team, USER, code=fresh[0]))


async def test_somebody_elses_codes_are_worth_nothing(team: Team) -> None:
    _, codes = await enrol(team[USER])
    secret, _ = await enrol(team[OTHER])
    refused(await log_in(team, USER, code=code_of(secret)), 401, "totp_required")
    refused(await log_in(team, OTHER, code=codes[0]), 401, "totp_required")


async def test_nothing_is_asked_for_before_a_code_was_right(team: Team) -> None:
    refused(await team[USER].post("/auth/totp/confirm", json={"code": "1"}), 404, "not_found")
    good(await team[USER].post("/auth/totp"))
    answer = await team[USER].post("/auth/totp/confirm", json={"code": "000000"})
    refused(answer, 401, "totp_required")
    good(await log_in(team, USER))
    assert not (await me(team[USER]))["totp"]
    refused(await team[USER].post("/auth/totp/recovery-codes"), 404, "not_found")
    secret, _ = await enrol(team[USER])
    refused(await team[USER].post("/auth/totp"), 409, "already_exists")
    good(await log_in(team, USER, code=code_of(secret)))


async def test_guessing_a_first_code_is_slowed_down(team: Team) -> None:
    good(await team[USER].post("/auth/totp"))
    for _ in range(5):
        answer = await team[USER].post("/auth/totp/confirm", json={"code": "000000"})
        refused(answer, 401, "totp_required")
    answer = await team[USER].post("/auth/totp/confirm", json={"code": "000000"})
    refused(answer, 429, "too_many_tries")
    assert int(answer.headers["retry-after"]) == 1


async def test_every_other_login_ends_when_the_factor_changes(team: Team) -> None:
    other = await team.sign_in(USER)
    stolen = dict(team[USER].cookies)["chatbox"]
    await enrol(team[USER])
    refused(await other.get("/auth/me"), 401, "login_required")
    old = await team.browser().get("/auth/me", headers={"Cookie": f"chatbox={stolen}"})
    refused(old, 401, "login_required")
    assert (await team[USER].delete("/auth/totp")).status_code == 204
    assert not (await me(team[USER]))["totp"]
    assert (await me(team[USER]))["recovery_codes"] == 0
    good(await log_in(team, USER))


async def test_the_factor_changes_for_a_fresh_login_only(team: Team) -> None:
    await age_logins(team)
    for method, path in (
        ("POST", "/auth/totp"),
        ("POST", "/auth/totp/recovery-codes"),
        ("DELETE", "/auth/totp"),
    ):
        refused(await team[USER].request(method, path), 403, "step_up_required")
    answer = await team[USER].post("/auth/totp/confirm", json={"code": "1"})
    refused(answer, 403, "step_up_required")
    good(await team[USER].post("/auth/verify", json={"password": PASSWORD}))
    good(await team[USER].post("/auth/totp"))


async def age_logins(team: Team) -> None:
    async with team.site.server.database.write() as writer:
        await writer.execute("UPDATE logins SET verified_at = verified_at - 301000")


async def test_proving_it_again_takes_password_and_code(team: Team) -> None:
    client = team[USER]
    secret, _ = await enrol(client)
    await age_logins(team)
    wrong = {"password": "wrong password", "code": code_of(secret)}
    refused(await client.post("/auth/verify", json=wrong), 401, "login_failed")
    refused(await client.post("/auth/verify", json={"password": PASSWORD}), 401, "totp_required")
    assert (await me(client))["verified_until"] is None
    right = {"password": PASSWORD, "code": code_of(secret)}
    until = good(await client.post("/auth/verify", json=right))["verified_until"]
    assert (await me(client))["verified_until"] == until
    refused(await client.post("/auth/verify", json=right), 401, "totp_required")


async def test_signing_in_and_proving_it_again_share_their_tries(team: Team) -> None:
    stranger, thief = team.browser(), team.browser()
    own = await team.sign_in(USER)
    for _ in range(5):
        refused(await log_in(team, USER, password="wrong password"), 401, "login_failed")
    refused(await log_in(team, USER, password="wrong password"), 429, "too_many_tries")
    refused(await log_in(team, USER), 429, "too_many_tries")
    thief.cookies.set("chatbox", team[USER].cookies["chatbox"])
    wrong = {"current_password": "wrong", "new_password": "whatever it takes"}
    refused(await thief.post("/auth/verify", json={"password": PASSWORD}), 429, "too_many_tries")
    refused(await thief.post("/auth/password", json=wrong), 429, "too_many_tries")
    good(await own.post("/auth/verify", json={"password": PASSWORD}))
    stranger.cookies.set("chatbox-device", own.cookies["chatbox-device"])
    good(await stranger.post("/auth/login", json={"username": USER, "password": PASSWORD}))
    for _ in range(5):
        refused(await own.post("/auth/password", json=wrong), 401, "login_failed")
    refused(await own.post("/auth/password", json=wrong), 429, "too_many_tries")


async def test_who_is_asked_for_a_factor_may_set_it_up_and_nothing_else(team: Team) -> None:
    good(await team.owner.patch("/settings/system", json={"require_totp": "everybody"}))
    client = await team.sign_in(USER)
    assert (await me(client))["must_enrol"]
    refused(await client.get("/sessions"), 403, "enrolment_required")
    await enrol(client)
    good(await client.get("/sessions"))
    assert not (await me(client))["must_enrol"]


async def test_the_database_gives_away_neither_secret_nor_codes(team: Team) -> None:
    secret, codes = await enrol(team[USER])
    database = team.site.server.database
    await database.write_together(lambda writer: writer.execute("UPDATE instance SET id = id"))
    folder = database.path.parent
    stored = b"".join(path.read_bytes() for path in folder.glob("chatbox.db*"))
    assert b"totp" in stored
    for text in (secret, *codes, *(code.replace("-", "") for code in codes)):
        assert text.encode() not in stored


async def test_the_password_alone_makes_no_login_fresh(team: Team) -> None:
    """Else whoever stole a cookie and a password would need no second factor to remove it."""
    change = {"current_password": PASSWORD, "new_password": "another good password"}
    await enrol(team[USER])
    await age_logins(team)
    assert (await team[USER].post("/auth/password", json=change)).status_code == 204
    refused(await team[USER].delete("/auth/totp"), 403, "step_up_required")
    assert (await team[OTHER].post("/auth/password", json=change)).status_code == 204
    good(await team[OTHER].post("/auth/totp"))
