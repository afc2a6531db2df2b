"""What backups are called, and which of them are kept."""

from datetime import UTC, datetime, timedelta

import pytest

from chatbox.system.backup.names import Keep, is_backup, name_at, outdated

BEGIN = datetime(2026, 11, 1, 3, tzinfo=UTC)


def named(hours: float, *, sealed: bool = False) -> str:
    moment = BEGIN + timedelta(hours=hours)
    return name_at(int(moment.timestamp() * 1000), sealed=sealed)


def test_a_name_tells_the_time_and_whether_it_is_sealed() -> None:
    assert named(0) == "chatbox-2026-11-01T030000000Z.db"
    assert named(0, sealed=True) == "chatbox-2026-11-01T030000000Z.db.cbx"


@pytest.mark.parametrize(
    "name",
    ["chatbox.db", "chatbox-2026.db", "notes.txt", "xchatbox-2026-11-01T030000000Z.db",
     "chatbox-2026-11-01T030000000Z.db.partial", "chatbox-2026-11-01T030000000Z-before-m0002.db"],
)  # fmt: skip
def test_other_files_are_no_backups(name: str) -> None:
    assert not is_backup(name)
    assert outdated([name, named(0), named(1)], Keep(newest=1)) == [named(0)]


def test_without_a_rule_everything_is_kept() -> None:
    assert outdated([named(hour) for hour in range(100)], Keep()) == []


def test_the_newest_are_kept_sealed_or_not() -> None:
    names = [named(0), named(1, sealed=True), named(2), named(3, sealed=True)]
    assert outdated(names, Keep(newest=2)) == names[:2]
    assert outdated(names[::-1], Keep(newest=2)) == names[:2]
    assert outdated([], Keep(newest=2)) == []


def test_older_ones_are_thinned_to_one_a_day_and_one_a_week() -> None:
    names = [named(hours) for hours in range(0, 24 * 28, 6)]
    gone = set(outdated(names, Keep(newest=4, daily=7, weekly=3)))
    kept = [name for name in names if name not in gone]
    days = [f"chatbox-2026-11-{day:02}T210000000Z.db" for day in (22, 23, 24, 25, 26, 27)]
    weeks = ["chatbox-2026-11-15T210000000Z.db"]
    newest = [named(24 * 28 - hours) for hours in (24, 18, 12, 6)]
    assert kept == [*weeks, *days, *newest]


def test_the_newest_one_is_always_kept() -> None:
    names = ["chatbox-9999-99-99T999999999Z.db", named(0)]
    assert outdated(names, Keep(daily=1)) == [named(0)]


def test_the_one_just_made_is_kept_beside_those_of_a_wrong_clock() -> None:
    names = [named(24 * 365), "chatbox-9999-99-99T999999999Z.db", named(1), named(0)]
    assert outdated(names, Keep(newest=1), made=named(1)) == [named(0)]
