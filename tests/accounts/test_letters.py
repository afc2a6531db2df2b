"""Links by mail, through a real mail server."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from chatbox.accounts.letter_texts import TEXTS, language_of
from chatbox.accounts.letters import PER_HOUR
from chatbox.config import Alerts
from tests.receivers import Mailbox
from tests.running import config_in, good, refused, until
from tests.team import OTHER, PASSWORD, USER, Team, Template, run_team

FROM = "chatbox@example.org"
NEW = "another good password"


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with Mailbox().open() as running:
        yield running


@pytest.fixture
async def team(data_dir: Path, mailbox: Mailbox, team_template: Template) -> AsyncIterator[Team]:
    """A server that can send letters; uma has an address."""
    alerts = Alerts(
        smtp_host="127.0.0.1", smtp_port=mailbox.port, smtp_security="none", email_from=FROM
    )
    config = config_in(data_dir, team=True, alerts=alerts, public_url="https://chat.example.org")
    async with run_team(config, team_template) as running:
        await give_address(running, USER, "uma@example.org")
        yield running


async def give_address(team: Team, who: str, email: str) -> None:
    good(await team.owner.patch(f"/users/{team.id_of(who)}", json={"email": email}))


async def letters(mailbox: Mailbox, count: int) -> list[tuple[str, str, str]]:
    """Wait for so many letters: to whom, subject and text."""
    await until(lambda: len(mailbox.letters) >= count)
    await settled(mailbox)
    return [(one["To"], one["Subject"], one.get_content()) for one in mailbox.letters]


async def settled(mailbox: Mailbox) -> None:
    """Give a letter too many a moment to arrive."""
    before = -1
    while len(mailbox.letters) != before:
        before = len(mailbox.letters)
        await asyncio.sleep(0.1)


def token_in(text: str, kind: str) -> str:
    found = re.search(rf"https://chat\.example\.org/{kind}#(\S+)", text)
    assert found is not None, text
    return found[1]


async def post(browser: httpx.AsyncClient, path: str, language: str = "en", **body: str) -> None:
    answer = await browser.post(path, json=body, headers={"Accept-Language": language})
    assert (answer.status_code, answer.content) == (202, b"null")


async def test_who_forgot_the_password_gets_a_link(team: Team, mailbox: Mailbox) -> None:
    browser = team.browser()
    await post(browser, "/auth/reset-request", username="UMA@example.org ")
    ((to, subject, text),) = await letters(mailbox, 1)
    assert (to, subject) == ("uma@example.org", "chatbox: choose a new password")
    assert 'the account "uma" at chatbox,\r\nhttps://chat.example.org. Choose it here:' in text
    assert mailbox.letters[0]["From"] == FROM
    body = {"token": token_in(text, "reset"), "password": NEW}
    assert (
        good(await browser.post("/auth/links/check", json={"token": body["token"]}))["username"]
        == USER
    )
    assert (await browser.post("/auth/reset", json=body)).status_code == 204
    refused(await browser.post("/auth/reset", json=body), 403, "link_invalid")
    await team.sign_in(USER, NEW)


async def test_nobody_learns_who_is_here(team: Team, mailbox: Mailbox) -> None:
    good(await team.owner.patch(f"/users/{team.id_of(OTHER)}", json={"state": "suspended"}))
    await give_address(team, OTHER, "otto@example.org")
    for name in ("nobody", "nobody@example.org", OTHER, "otto@example.org", "x" * 300, USER):
        await post(team.browser(), "/auth/reset-request", username=name)
    ((to, _, _),) = await letters(mailbox, 1)
    assert to == "uma@example.org"


async def test_an_account_gets_three_letters_an_hour(team: Team, mailbox: Mailbox) -> None:
    for _ in range(PER_HOUR + 3):
        await post(team.browser(), "/auth/reset-request", username=USER)
    found = await letters(mailbox, PER_HOUR)
    assert len(found) == PER_HOUR
    tokens = [token_in(text, "reset") for _, _, text in found]
    works = [
        (await team.browser().post("/auth/links/check", json={"token": token})).is_success
        for token in tokens
    ]
    assert sorted(works) == [False] * (PER_HOUR - 1) + [True]  # only the newest
    async with team.site.server.database.write() as writer:
        await writer.execute("UPDATE failures SET first_at = first_at - 3600001")
    await post(team.browser(), "/auth/reset-request", username=USER)
    await letters(mailbox, PER_HOUR + 1)


async def test_letters_are_in_the_language_of_the_account(team: Team, mailbox: Mailbox) -> None:
    await post(team.browser(), "/auth/reset-request", "zh-CN,zh;q=0.9,en;q=0.8", username=USER)
    found = await letters(mailbox, 1)
    assert found[0][1] == "chatbox：设置新密码"
    good(await team[USER].patch("/settings", json={"locale": "en"}))
    await post(team.browser(), "/auth/reset-request", "zh-CN", username=USER)
    found = await letters(mailbox, 2)
    assert found[1][1] == "chatbox: choose a new password"


async def test_an_address_is_taken_when_it_is_confirmed(team: Team, mailbox: Mailbox) -> None:
    answer = await team[USER].post("/auth/email", json={"email": "Uma@Example.com"})
    assert answer.status_code == 202
    ((to, _, text),) = await letters(mailbox, 1)
    assert to == "uma@example.com"
    assert good(await team[USER].get("/auth/me"))["email"] == "uma@example.org"
    token = {"token": token_in(text, "email")}
    stranger = team.browser()
    seen = good(await stranger.post("/auth/links/check", json=token))
    assert (seen["kind"], seen["email"], seen["username"]) == ("email", "uma@example.com", USER)
    refused(
        await stranger.post("/auth/reset", json={**token, "password": NEW}), 403, "link_invalid"
    )
    assert (await stranger.post("/auth/links/use", json=token)).status_code == 204
    refused(await stranger.post("/auth/links/use", json=token), 403, "link_invalid")
    assert good(await team[USER].get("/auth/me"))["email"] == "uma@example.com"
    (_, (to, subject, _)) = await letters(mailbox, 2)
    assert (to, subject) == ("uma@example.org", "chatbox: your e-mail address was changed")


async def test_an_address_that_somebody_has_cannot_be_taken(team: Team, mailbox: Mailbox) -> None:
    answer = await team[OTHER].post("/auth/email", json={"email": "uma@example.org"})
    assert answer.status_code == 202  # which does not tell that it is in use
    ((_, _, text),) = await letters(mailbox, 1)
    token = {"token": token_in(text, "email")}
    refused(await team.browser().post("/auth/links/use", json=token), 409, "name_taken")
    for wrong in ("x", "a@b", "a b@example.org", "a@example.org\r\nBcc: x@example.org"):
        answer = await team[OTHER].post("/auth/email", json={"email": wrong})
        refused(answer, 400, "invalid_request")


async def test_people_of_a_domain_make_their_account_by_mail(team: Team, mailbox: Mailbox) -> None:
    await post(team.browser(), "/auth/register-request", email="ida@example.org")
    site = {"registration": "open", "registration_domains": ["example.org"]}
    good(await team.owner.patch("/settings/system", json=site))
    assert '"registration":"mail"' in (await team.browser().get("../../register")).text
    for email in ("eve@evil.test", "eve@sub.example.org", "uma@example.org", "eve@example.org."):
        await post(team.browser(), "/auth/register-request", email=email)
    await post(team.browser(), "/auth/register-request", email="Ida@example.org")
    await post(team.browser(), "/auth/register-request", email="ida@example.org")
    found = await letters(mailbox, 2)
    assert [to for to, _, _ in found] == ["ida@example.org"] * 2
    bodies = [
        {"token": token_in(text, "invitation"), "username": "ida", "password": PASSWORD}
        for _, _, text in found
    ]
    answers = [await team.browser().post("/auth/register", json=body) for body in bodies]
    assert sorted(answer.status_code for answer in answers) == [201, 403]  # only the newest
    made = next(answer.json() for answer in answers if answer.is_success)
    assert (made["email"], made["role"]) == ("ida@example.org", "user")


async def test_a_mail_server_that_fails_is_the_logs_affair(
    team: Team, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    mailbox._refuses = {"RCPT": "550 no"}
    await post(team.browser(), "/auth/reset-request", username=USER)
    await until(lambda: "a letter was not sent" in caplog.text)
    assert mailbox.letters == []


async def test_without_a_mail_server_addresses_are_taken_as_they_are(bare: Team) -> None:
    await post(bare.browser(), "/auth/reset-request", username="olga")
    await post(bare.browser(), "/auth/register-request", email="olga@example.org")
    for email in ("olga@example.org", None):
        answer = await bare.owner.post("/auth/email", json={"email": email})
        assert answer.status_code == 204
        assert good(await bare.owner.get("/auth/me"))["email"] == email


@pytest.fixture
async def bare(data_dir: Path, team_template: Template) -> AsyncIterator[Team]:
    async with run_team(config_in(data_dir, team=True), team_template) as running:
        yield running


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("de-DE,de;q=0.9", "en"),
        ("zh-TW", "zh-Hans"),
        ("de, zh-CN;q=0.8, en;q=0.5", "zh-Hans"),
        ("en-GB,zh", "en"),
    ],
)
def test_the_language_is_the_first_that_there_is(header: str | None, language: str) -> None:
    assert language_of(header) == language


def test_both_languages_say_the_same_with_the_same_blanks() -> None:
    for kind, text in TEXTS["en"].items():
        other = TEXTS["zh-Hans"][kind]
        for one, two in ((text.subject, other.subject), (text.body, other.body)):
            assert set(re.findall(r"\{\w+\}", one)) == set(re.findall(r"\{\w+\}", two))


async def test_an_address_cannot_be_confirmed_after_a_reset(team: Team, mailbox: Mailbox) -> None:
    """A thief who has asked for another address must not keep a way in."""
    answer = await team[USER].post("/auth/email", json={"email": "eve@evil.test"})
    assert answer.status_code == 202
    ((_, _, text),) = await letters(mailbox, 1)
    link = good(await team.owner.post(f"/users/{team.id_of(USER)}/reset-link"))
    body = {"token": link["url"].partition("#")[2], "password": NEW}
    assert (await team.browser().post("/auth/reset", json=body)).status_code == 204
    token = {"token": token_in(text, "email")}
    refused(await team.browser().post("/auth/links/use", json=token), 403, "link_invalid")


async def test_a_mailed_invitation_ends_with_open_registration(
    team: Team, mailbox: Mailbox
) -> None:
    site = {"registration": "open", "registration_domains": ["example.org"]}
    good(await team.owner.patch("/settings/system", json=site))
    await post(team.browser(), "/auth/register-request", email="ida@example.org")
    ((_, _, text),) = await letters(mailbox, 1)
    body = {"token": token_in(text, "invitation"), "username": "ida", "password": PASSWORD}
    for change in ({"registration": "invitation"}, {"registration_domains": ["example.com"]}):
        good(await team.owner.patch("/settings/system", json={**site, **change}))
        answer = await team.browser().post("/auth/register", json=body)
        refused(answer, 403, "registration_closed")
    good(await team.owner.patch("/settings/system", json=site))
    good(await team.browser().post("/auth/register", json=body))
