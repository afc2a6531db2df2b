"""What an alert is about."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path

import pytest

from chatbox.config import Alerts, Limits
from chatbox.db.condition import Condition
from chatbox.db.database import Database
from chatbox.events.hub import Hub
from chatbox.kit.clock import now_ms
from chatbox.system.health import Health
from chatbox.system.metrics import Metrics
from chatbox.system.mode import Mode
from chatbox.system.rules import Rule, old_backup, rules_of
from chatbox.system.stats import Watch

HOUR_MS = 3_600_000


@pytest.fixture
def watch(database: Database) -> Watch:
    hub = Hub()
    health = Health(database, hub, limits=Limits(), mode=Mode(is_team=False, is_forced=False))
    return Watch(Metrics(), database, hub, health=health)


@pytest.fixture
def condition(tmp_path: Path) -> Condition:
    return Condition(tmp_path / "chatbox.db")


def fill(watch: Watch, *points: Mapping[str, float]) -> None:
    for number, point in enumerate(points, start=1):
        watch.hour.add(point, at_ms=number * 10_000)


def rule(name: str, watch: Watch, condition: Condition, **values: float) -> Rule:
    return rules_of(Alerts(**values), watch, condition)[name]  # type: ignore[arg-type]


async def test_nothing_is_wrong_with_a_server_that_has_just_started(
    watch: Watch, condition: Condition
) -> None:
    rules = rules_of(Alerts(free_disk_bytes=1), watch, condition)
    assert set(rules) == {"storage", "disk", "turns", "lag"}
    assert [one() for one in rules.values()] == [None] * 4


async def test_a_few_failed_turns_or_a_small_share_are_nothing(
    watch: Watch, condition: Condition
) -> None:
    turns = rule("turns", watch, condition, failed_turns=5, failed_share=0.5)
    fill(watch, {"turns": 4, "failed_turns": 4})
    assert turns() is None
    fill(watch, {"turns": 6, "failed_turns": 1})
    assert turns() == "5 of 10 replies of the last 10 minutes ended with an error."
    fill(watch, {"turns": 1, "failed_turns": 0})
    assert turns() is None
    fill(watch, *[{"turns": 0, "failed_turns": 0}] * 60, {"turns": 9, "failed_turns": 9})
    assert turns() == "9 of 9 replies of the last 10 minutes ended with an error."


async def test_a_moment_of_lag_is_nothing(watch: Watch, condition: Condition) -> None:
    lag = rule("lag", watch, condition, loop_lag_seconds=1.0)
    fill(watch, *[{"loop_lag_ms": 1500.0}] * 5)
    assert lag() is None
    fill(watch, {"loop_lag_ms": 2500.0})
    assert lag() == "For a minute the server has reacted up to 2.5 s late."
    fill(watch, {"loop_lag_ms": 10.0})
    assert lag() is None


async def test_storage_that_fails_is_told_in_its_own_words(
    watch: Watch, condition: Condition
) -> None:
    failure = sqlite3.DatabaseError("malformed")
    failure.sqlite_errorcode = 11
    condition.note(failure)
    told = rule("storage", watch, condition)() or ""
    assert "nothing is written until chatbox is restarted" in told


async def test_thresholds_of_zero_take_their_rules_away(watch: Watch, condition: Condition) -> None:
    none = Alerts(free_disk_bytes=0, failed_turns=0, loop_lag_seconds=0, backup_hours=0)
    assert set(rules_of(none, watch, condition, last_backup=lambda: None)) == {"storage"}


async def test_backups_count_from_the_last_one_or_from_the_start(
    watch: Watch, condition: Condition
) -> None:
    last: list[int | None] = [None]
    rules = rules_of(Alerts(), watch, condition, last_backup=lambda: last[0])
    assert rules["backup"]() is None
    last[0] = now_ms() - 49 * HOUR_MS
    assert rules["backup"]() == "The last backup is 49 hours old."
    assert old_backup(now_ms() - 47 * HOUR_MS, 48) is None


async def test_a_disk_that_has_gone_is_told(watch: Watch, tmp_path: Path) -> None:
    gone = Condition(tmp_path / "gone" / "chatbox.db")
    assert "No such file" in str(rule("disk", watch, gone, free_disk_bytes=1)())
