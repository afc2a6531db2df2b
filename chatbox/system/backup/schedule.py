"""The running server's own backups: one whenever the last try is long enough ago."""

import logging

from chatbox.errors import BackupFailed, BackupUnderWay
from chatbox.kit.clock import now_ms
from chatbox.system.backup.make import Plan, back_up
from chatbox.system.backup.state import last_backup

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 60.0
_RETRY_SECONDS = 3_600.0


class Schedule:
    """Makes the backups that a plan describes; `tick` is a job of the server."""

    def __init__(self, plan: Plan, *, hours: float) -> None:
        self._plan = plan
        self._every = hours * 3_600.0

    @property
    def look_seconds(self) -> float:
        """How often to look whether a backup is due."""
        return min(_LOOK_SECONDS, self._every)

    async def tick(self) -> None:
        """Make a backup when one is due; a failure is logged and remembered."""
        if not self._is_due():
            return
        try:
            made = await back_up(self._plan)
        except BackupUnderWay as busy:
            logger.info("no backup now", extra={"why": str(busy)})
            return
        except BackupFailed as failure:
            logger.error("the backup failed", extra={"why": str(failure)})
            return
        attempt = made.attempt
        logger.info(
            "backup made",
            extra={"where": attempt.where, "file": attempt.name, "bytes": attempt.size},
        )
        if attempt.warning:
            logger.warning("after the backup", extra={"why": attempt.warning})

    def _is_due(self) -> bool:
        """One that failed is tried again sooner; a time in the future comes from a wrong clock."""
        last = last_backup(self._plan.data).last
        if last is None or last.at > now_ms():
            return True
        pause = self._every if last.is_good else min(self._every, _RETRY_SECONDS)
        return now_ms() - last.at >= pause * 1000
