"""Tells whoever runs the server when something is wrong: once, again after a day, and when it ends.

Which rules are firing is kept in memory: after a restart what is still wrong is told anew.
"""

import time
from collections.abc import Callable, Mapping

import msgspec

from chatbox.kit.clock import now_ms
from chatbox.system.notices import Event, Targets, notice_of
from chatbox.system.rules import Rule

CHECK_SECONDS = 30.0
CALM_CHECKS = 4


class _Firing(msgspec.Struct):
    detail: str
    since_ms: int
    told_at: float | None = None
    calm: int = 0


class Alarm:
    """Checks the rules; `check` is a job of the server."""

    def __init__(
        self,
        targets: Targets,
        rules: Mapping[str, Rule],
        *,
        remind_hours: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._targets = targets
        self._rules = rules
        self._remind_seconds = remind_hours * 3600
        self._clock = clock
        self._firing: dict[str, _Firing] = {}

    @property
    def firing(self) -> int:
        """How many rules have found something."""
        return len(self._firing)

    async def check(self) -> None:
        """Ask every rule, and tell what is new, what is still so and what is over."""
        for name, rule in self._rules.items():
            found = rule()
            known = self._firing.get(name)
            if found is not None:
                await self._found(name, found, known)
            elif known is not None:
                await self._calmed(name, known)

    async def _found(self, name: str, detail: str, known: _Firing | None) -> None:
        if known is None:
            known = self._firing[name] = _Firing(detail, now_ms())
        known.detail, known.calm = detail, 0
        now = self._clock()
        if known.told_at is None:
            event: Event = "firing"
        elif self._remind_seconds > 0 and now - known.told_at >= self._remind_seconds:
            event = "reminder"
        else:
            return
        if await self._tell(event, name, detail, known.since_ms):
            known.told_at = now

    async def _calmed(self, name: str, known: _Firing) -> None:
        """It is over when it has been quiet for a while, so that nothing flickers."""
        known.calm += 1
        if known.calm < CALM_CHECKS:
            return
        if known.told_at is None or await self._tell(
            "resolved", name, known.detail, known.since_ms
        ):
            del self._firing[name]

    async def _tell(self, event: Event, rule: str, detail: str, since_ms: int) -> bool:
        """Send a notice; tell whether any target took it. What nobody took is sent again."""
        outcomes = await self._targets.send(notice_of(event, rule, detail, since_ms=since_ms))
        return any(outcome.failure is None for outcome in outcomes)
