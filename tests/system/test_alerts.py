"""Alerts: told once, told again, told when they are over; to a real receiver."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from chatbox.config import Alerts, Backup
from chatbox.errors import StartRefused
from chatbox.kit.clock import now_ms
from chatbox.system.alerts import CALM_CHECKS, Alarm
from chatbox.system.backup.state import Attempt, note_attempt
from chatbox.system.notices import Targets, check_targets
from tests.receivers import Hook, Mailbox
from tests.running import config_in, run_site, until

DAY = 24 * 3600.0


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Weather:
    """A rule whose finding a test decides."""

    def __init__(self) -> None:
        self.finding: str | None = None

    def __call__(self) -> str | None:
        return self.finding


def told(hook: Hook) -> list[tuple[str, str]]:
    notices = [msgspec.json.decode(body) for _, body in hook.requests]
    return [(notice["event"], notice["detail"]) for notice in notices]


async def test_an_alert_is_told_once_reminded_of_and_resolved() -> None:
    weather, clock = Weather(), Clock()
    async with Hook().open() as hook:
        targets = Targets(Alerts(webhook_url=hook.url))
        alarm = Alarm(targets, {"weather": weather}, remind_hours=24, clock=clock)
        await alarm.check()
        weather.finding = "It rains."
        for _ in range(5):
            await alarm.check()
        assert told(hook) == [("firing", "It rains.")]
        assert alarm.firing == 1
        clock.now, weather.finding = DAY, "It pours."
        await alarm.check()
        await alarm.check()
        assert told(hook)[1:] == [("reminder", "It pours.")]
        weather.finding = None
        for _ in range(CALM_CHECKS - 1):
            await alarm.check()
        weather.finding = "It pours."
        await alarm.check()
        weather.finding = None
        for _ in range(CALM_CHECKS - 1):
            await alarm.check()
        assert len(told(hook)) == 2
        await alarm.check()
        assert told(hook)[2:] == [("resolved", "It pours.")]
        assert alarm.firing == 0
        await targets.aclose()


async def test_what_nobody_took_is_told_again() -> None:
    weather = Weather()
    weather.finding = "It rains."
    async with Hook(b"HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n").open() as hook:
        targets = Targets(Alerts(webhook_url=hook.url))
        alarm = Alarm(targets, {"weather": weather}, remind_hours=24, clock=Clock())
        await alarm.check()
        assert alarm.firing == 1
        hook.answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
        await alarm.check()
        await alarm.check()
        assert told(hook) == [("firing", "It rains.")] * 2
        assert alarm.firing == 1
        await targets.aclose()


async def test_both_targets_are_told_and_one_may_fail() -> None:
    weather = Weather()
    weather.finding = "Two\nlines: 磁盘"
    async with Mailbox().open() as box:
        alerts = Alerts(
            webhook_url="http://127.0.0.1:9/hook",
            email_to="ops@there.test",
            email_from="box@here.test",
            smtp_host="127.0.0.1",
            smtp_port=box.port,
            smtp_security="none",
        )
        check_targets(alerts)
        targets = Targets(alerts)
        alarm = Alarm(targets, {"weather": weather}, remind_hours=0, clock=Clock())
        await alarm.check()
        await alarm.check()
        await targets.aclose()
    (letter,) = box.letters
    assert letter["Subject"].startswith("[chatbox] Alert: Two lines: 磁盘 (chatbox on ")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"]
    assert "Two lines: 磁盘" in letter.get_content()


async def test_a_server_with_a_target_tells_of_its_own_disk(data_dir: Path) -> None:
    async with Hook().open() as hook:
        alerts = Alerts(webhook_url=hook.url, free_disk_bytes=2**62)
        async with run_site(config_in(data_dir, alerts=alerts)) as site:
            await until(lambda: site.server.alarm.firing > 0)
            page = await site.client.get(f"{site.url}/metrics")
            assert "chatbox_alerts_firing 1" in page.text
    assert told(hook)[0][0] == "firing"
    assert "are free on the disk" in told(hook)[0][1]


MAIL: dict[str, Any] = {
    "email_to": "ops@there.test",
    "email_from": "box@here.test",
    "smtp_host": "mail.test",
}


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"webhook_url": "ftp://x.test/"}, "alerts.webhook_url"),
        ({"webhook_url": "http://user:pw@x.test/"}, "alerts.webhook_url"),
        ({"webhook_url": "http://x.test/", "webhook_secret": "whsec_!"}, "alerts.webhook_secret"),
        ({**MAIL, "smtp_host": ""}, "alerts.smtp_host"),
        ({**MAIL, "smtp_port": 70_000}, "alerts.smtp_port"),
        ({**MAIL, "email_from": ""}, "alerts.email_from"),
        ({**MAIL, "email_to": "a@b.test, c@d.test"}, "alerts.email_to"),
        ({**MAIL, "email_to": "a@b.test\r\nBcc: x@y.test"}, "alerts.email_to"),
        ({**MAIL, "smtp_user": "u", "smtp_security": "none"}, "alerts.smtp_security"),
    ],
)
def test_values_that_cannot_work_stop_the_start(values: dict[str, Any], named: str) -> None:
    with pytest.raises(StartRefused, match=named):
        check_targets(Alerts(**values))


def test_nothing_configured_is_nothing_to_check() -> None:
    check_targets(Alerts())
    assert not Targets(Alerts())


async def test_a_server_that_makes_backups_tells_when_they_are_old(data_dir: Path) -> None:
    old = Attempt(at=now_ms() - 50 * 3_600_000, seconds=1.0, where="x", name="chatbox-x.db")
    note_attempt(data_dir, old)
    async with Hook().open() as hook:
        alerts = Alerts(webhook_url=hook.url, free_disk_bytes=0)
        nowhere = {"target": "s3://bucket/x", "s3_endpoint": "http://127.0.0.1:9"}
        backup = Backup(every_hours=6.0, s3_access_key="k", s3_secret_key="s", **nowhere)
        async with run_site(config_in(data_dir, alerts=alerts, backup=backup)) as site:
            await until(lambda: site.server.alarm.firing > 0)
    assert told(hook) == [("firing", "The last backup is 50 hours old.")]
