"""How the server does: one look every ten seconds, kept for an hour, and in steps of five minutes
for a day. It is all in memory (80 KB) and begins anew with every start.
"""

import asyncio
import logging
import math
import platform
import time
from typing import Literal

import msgspec

from chatbox import __version__
from chatbox.db import SQLITE_VERSION
from chatbox.db.database import Database
from chatbox.events.hub import Hub
from chatbox.kit.clock import now_ms, rfc3339
from chatbox.system.backup.state import BackupState
from chatbox.system.health import Health
from chatbox.system.machine import Machine, look_at_machine
from chatbox.system.meters import Labels, quantile
from chatbox.system.metrics import Metrics, commit
from chatbox.system.model import LastBackup, Now, Series, Stats
from chatbox.system.rings import Ring

logger = logging.getLogger(__name__)

Period = Literal["hour", "day"]
STEP_SECONDS, STEPS_OF_AN_HOUR = 10, 360
LONG_STEP_SECONDS, LONG_STEPS_OF_A_DAY = 300, 288
LAG_SECONDS = 0.5
LONG_LOG_BYTES = 128 * 1024 * 1024
"""Twice what is left of the log after it was written back."""
NAMES = tuple(field for field in Series.__struct_fields__ if field not in ("step_seconds", "until"))
_SUMS = {"requests", "request_errors", "turns", "failed_turns", "input_tokens", "output_tokens"}
_PEAKS = {"request_ms", "loop_lag_ms"}
_WAITS_FOR_A_MODEL = "/api/v1/chat"


class _Sums(msgspec.Struct, frozen=True):
    """Everything that only grows, as it was at one moment."""

    at: float
    cpu_seconds: float
    requests: float
    request_errors: float
    turns: float
    failed_turns: float
    input_tokens: float
    output_tokens: float
    answers: list[float]
    first_tokens: list[float]


class Watch:
    """Takes the looks; `lag` and `sample` are jobs of the server."""

    def __init__(self, metrics: Metrics, database: Database, hub: Hub, *, health: Health) -> None:
        self.metrics = metrics
        self.hour = Ring(NAMES, step=STEP_SECONDS, size=STEPS_OF_AN_HOUR)
        self.day = Ring(NAMES, step=LONG_STEP_SECONDS, size=LONG_STEPS_OF_A_DAY)
        self._database = database
        self._hub = hub
        self._health = health
        self._before: _Sums | None = None
        self._worst_lag = 0.0
        self._is_log_long = False
        self._steps = 0

    async def lag(self) -> None:
        """Notice for ever how late the event loop wakes up."""
        clock = asyncio.get_running_loop().time
        while True:
            due = clock() + LAG_SECONDS
            await asyncio.sleep(LAG_SECONDS)
            late = max(clock() - due, 0.0)
            self.metrics.lag.observe(late)
            self._worst_lag = max(self._worst_lag, late)

    async def sample(self) -> None:
        """Add a point; called every `STEP_SECONDS`."""
        machine = await self.machine()
        self._look_at_log(machine.wal_bytes)
        sums, before = self._sums(machine), self._before
        self._before = sums
        if before is None:
            return
        at = now_ms()
        self.hour.add(self._point(machine, sums, before), at_ms=at)
        self._steps += 1
        if self._steps % (LONG_STEP_SECONDS // STEP_SECONDS) == 0:
            self.day.add(_condensed(self.hour), at_ms=at)

    def _look_at_log(self, wal_bytes: int) -> None:
        """Say once that the write-ahead log grows: something reads for too long at a stretch."""
        is_long = wal_bytes > LONG_LOG_BYTES
        if is_long and not self._is_log_long:
            logger.warning("the write-ahead log is long", extra={"bytes": wal_bytes})
        self._is_log_long = is_long

    async def machine(self) -> Machine:
        """Look at process and disk, without holding up the event loop."""
        return await asyncio.to_thread(look_at_machine, self._database.path)

    async def page(self) -> str:
        """The metrics, for Prometheus."""
        return self.metrics.page(await self.machine(), self._health.storage().state)

    async def show(self, period: Period) -> Stats:
        """The server now and in the last hour or day."""
        ring = self.hour if period == "hour" else self.day
        points = {name: [_known(value) for value in ring.newest(name)] for name in NAMES}
        until = rfc3339(ring.last_ms or now_ms())
        series = Series(step_seconds=ring.step, until=until, **points)
        return Stats(now=self._now(await self.machine()), series=series)

    def _now(self, machine: Machine) -> Now:
        metrics = self.metrics
        return Now(
            version=__version__,
            commit=commit(),
            python_version=platform.python_version(),
            sqlite_version=SQLITE_VERSION,
            started_at=rfc3339(int(metrics.started * 1000)),
            uptime_seconds=int(time.time() - metrics.started),
            memory_bytes=machine.memory_bytes,
            open_files=machine.open_files,
            database_bytes=machine.database_bytes,
            wal_bytes=machine.wal_bytes,
            free_disk_bytes=machine.free_bytes,
            disk_bytes=machine.disk_bytes,
            storage=self._health.storage(),
            backup=_last_backup(machine.backups),
            running_turns=self._hub.running_count,
            viewers=self._hub.viewer_count,
            requests=int(metrics.requests.total()),
            turns=int(metrics.turns.total()),
            failed_turns=int(metrics.turn_errors.total()),
        )

    def _sums(self, machine: Machine) -> _Sums:
        metrics = self.metrics
        return _Sums(
            at=time.monotonic(),
            cpu_seconds=machine.cpu_seconds,
            requests=metrics.requests.total(),
            request_errors=metrics.requests.total(lambda labels: labels[2] >= "500"),
            turns=metrics.turns.total(),
            failed_turns=metrics.turn_errors.total(),
            input_tokens=metrics.tokens.total(lambda labels: labels[0] == "input"),
            output_tokens=metrics.tokens.total(lambda labels: labels[0] == "output"),
            answers=metrics.request_seconds.counts(_is_answered_at_once),
            first_tokens=metrics.first_token.counts(),
        )

    def _point(self, machine: Machine, sums: _Sums, before: _Sums) -> dict[str, float]:
        point: dict[str, float] = {
            "running_turns": self._hub.running_count,
            "viewers": self._hub.viewer_count,
            "loop_lag_ms": self._worst_lag * 1000,
            "cpu_percent": 100 * (sums.cpu_seconds - before.cpu_seconds) / (sums.at - before.at),
            "database_bytes": machine.database_bytes + machine.wal_bytes,
            "free_disk_bytes": machine.free_bytes,
        }
        for name in _SUMS:
            point[name] = getattr(sums, name) - getattr(before, name)
        if machine.memory_bytes is not None:
            point["memory_bytes"] = machine.memory_bytes
        *first_tokens, seconds = _difference(sums.first_tokens, before.first_tokens)
        if begun := sum(first_tokens):
            point["first_token_ms"] = 1000 * seconds / begun
        answers = _difference(sums.answers, before.answers)
        slow = quantile(answers, self.metrics.request_seconds.bounds, 0.95)
        if slow is not None:
            point["request_ms"] = 1000 * slow
        self._worst_lag = 0.0
        return point


def _condensed(ring: Ring) -> dict[str, float]:
    """One point from the last long step: sums of what was counted, peaks, else the mean."""
    count = LONG_STEP_SECONDS // STEP_SECONDS
    point = {}
    for name in NAMES:
        if values := [value for value in ring.newest(name, count) if not math.isnan(value)]:
            total = math.fsum(values)
            mean = total / len(values)
            point[name] = total if name in _SUMS else max(values) if name in _PEAKS else mean
    return point


def _difference(now: list[float], before: list[float]) -> list[float]:
    return [one - another for one, another in zip(now, before, strict=True)]


def _is_answered_at_once(labels: Labels) -> bool:
    return labels[1] != _WAITS_FOR_A_MODEL


def _last_backup(state: BackupState) -> LastBackup | None:
    if state.last is None:
        return None
    good = state.last_good
    return LastBackup(
        made_at=None if good is None else rfc3339(good.at),
        size_bytes=0 if good is None else good.size,
        error=state.last.error or None,
    )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 2)
