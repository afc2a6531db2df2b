"""What an alert is about: each rule tells what is wrong in a sentence, or None."""

from collections.abc import Callable, Mapping

from chatbox.config import Alerts
from chatbox.db.condition import Condition
from chatbox.kit.clock import now_ms
from chatbox.system.stats import Watch

Rule = Callable[[], str | None]
LastBackup = Callable[[], int | None]
"""When the last good backup was made, in milliseconds since 1970; None: never."""

MINUTES_OF_TURNS = 10
LAG_STEPS = 6
_HOUR_MS = 3_600_000


def rules_of(
    alerts: Alerts,
    watch: Watch,
    condition: Condition,
    *,
    last_backup: LastBackup | None = None,
) -> Mapping[str, Rule]:
    """The rules by their names; a threshold of 0 takes its rule away."""
    rules: dict[str, Rule] = {"storage": lambda: storage(condition)}
    if alerts.free_disk_bytes:
        rules["disk"] = lambda: free_disk(condition, alerts.free_disk_bytes)
    if alerts.failed_turns:
        rules["turns"] = lambda: failing_turns(watch, alerts)
    if alerts.loop_lag_seconds:
        rules["lag"] = lambda: loop_lag(watch, alerts.loop_lag_seconds)
    if alerts.backup_hours and last_backup is not None:
        started = now_ms()
        rules["backup"] = lambda: old_backup(last_backup() or started, alerts.backup_hours)
    return rules


def storage(condition: Condition) -> str | None:
    """The database cannot be written."""
    return None if condition.state == "ok" else condition.detail


def free_disk(condition: Condition, least: int) -> str | None:
    """The disk is about to be full."""
    try:
        free = condition.free_bytes()
    except OSError as failure:
        return f"The disk of the database cannot be asked what is free: {failure.strerror}."
    if free >= least:
        return None
    return f"Only {free / 1e6:,.0f} MB are free on the disk of the database."


def failing_turns(watch: Watch, alerts: Alerts) -> str | None:
    """Many of the last minutes' turns ended with an error."""
    steps = MINUTES_OF_TURNS * 60 // watch.hour.step
    failed, ended = watch.hour.total("failed_turns", steps), watch.hour.total("turns", steps)
    if failed < alerts.failed_turns or failed < alerts.failed_share * ended:
        return None
    return (
        f"{failed:.0f} of {ended:.0f} replies of the last {MINUTES_OF_TURNS} minutes ended with an "
        "error."
    )


def loop_lag(watch: Watch, most: float) -> str | None:
    """The server has been slow to react for a minute, not just for a moment."""
    lags = watch.hour.newest("loop_lag_ms", LAG_STEPS)
    if not all(lag >= most * 1000 for lag in lags):  # NaN is not
        return None
    return f"For a minute the server has reacted up to {max(lags) / 1000:.1f} s late."


def old_backup(last_ms: int, hours: float) -> str | None:
    """There is no recent backup."""
    age = (now_ms() - last_ms) / _HOUR_MS
    return None if age < hours else f"The last backup is {age:.0f} hours old."
