"""What `GET /api/v1/admin/stats` shows of real traffic."""

import os

import pytest

from chatbox.kit.clock import now_ms
from chatbox.system.backup.state import Attempt, note_attempt
from chatbox.system.stats import LONG_LOG_BYTES, NAMES, STEPS_OF_AN_HOUR
from tests.running import JSON, Site, good, refused


async def stats_of(site: Site, period: str = "hour") -> JSON:
    return good(await site.client.get("/admin/stats", params={"period": period}))


async def test_now_tells_what_the_server_is_and_does(chat: Site) -> None:
    await chat.say("Hello")
    await chat.stream("Hello", "up/401")
    now = (await stats_of(chat))["now"]
    assert (now["turns"], now["failed_turns"]) == (2, 1)
    assert now["requests"] >= 3
    assert now["storage"] == {"state": "ok", "detail": ""}
    assert now["database_bytes"] > 0
    assert now["free_disk_bytes"] > 0
    assert now["uptime_seconds"] >= 0


async def test_the_last_backup_is_shown(site: Site) -> None:
    data = site.server.database.path.parent
    assert (await stats_of(site))["now"]["backup"] is None
    note_attempt(data, Attempt(at=1_795_324_603_120, seconds=1.0, where="", name="a", size=7))
    good_one = {"made_at": "2026-11-22T05:16:43.120Z", "size_bytes": 7, "error": None}
    assert (await stats_of(site))["now"]["backup"] == good_one
    note_attempt(data, Attempt(at=now_ms(), seconds=1.0, where="", name="b", error="No room."))
    assert (await stats_of(site))["now"]["backup"] == good_one | {"error": "No room."}
    page = (await site.client.get(f"{site.url}/metrics")).text
    assert "chatbox_backup_timestamp_seconds 1795324603.12" in page
    assert "chatbox_backup_failed 1" in page


async def test_an_hour_shows_each_sample_and_a_day_each_five_minutes(chat: Site) -> None:
    watch = chat.server.watch
    await watch.sample()
    await chat.say("Hello")
    await watch.sample()
    await chat.stream("Hello", "up/401")
    await watch.sample()
    series = (await stats_of(chat))["series"]
    assert series["step_seconds"] == 10
    assert {len(series[name]) for name in NAMES} == {STEPS_OF_AN_HOUR}
    assert series["turns"][-2:] == [1, 1]
    assert series["failed_turns"][-2:] == [0, 1]
    assert series["output_tokens"][-2] > 0
    assert series["first_token_ms"][-2] > 0
    assert series["first_token_ms"][-1] is None
    assert series["request_ms"][-1] > 0
    assert series["requests"][0] is None

    long = (await stats_of(chat, "day"))["series"]
    assert set(long["turns"]) == {None}
    while watch.day.last_ms == 0:
        await watch.sample()
    long = (await stats_of(chat, "day"))["series"]
    assert long["step_seconds"] == 300
    assert long["turns"][-1] == 2
    assert long["failed_turns"][-1] == 1


async def test_a_long_log_is_told_once(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    log = site.server.database.path.with_name("chatbox.db-wal")
    held = log.stat().st_size
    for size in (held, LONG_LOG_BYTES + 1, LONG_LOG_BYTES + 2, held, LONG_LOG_BYTES + 1):
        os.truncate(log, size)  # holes behind what SQLite reads
        await site.server.watch.sample()
    os.truncate(log, held)
    told = [one for one in caplog.records if one.message == "the write-ahead log is long"]
    assert [vars(one)["bytes"] for one in told] == [LONG_LOG_BYTES + 1] * 2


async def test_another_period_is_refused(site: Site) -> None:
    response = await site.client.get("/admin/stats", params={"period": "year"})
    refused(response, 400, "invalid_request")
