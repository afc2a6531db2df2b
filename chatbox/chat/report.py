"""What is told about a turn that has ended: a line in the log and numbers, nothing of its text."""

import logging
import time

import msgspec

from chatbox.chat.model import Failure, TurnStatus, Usage
from chatbox.providers.models import Target
from chatbox.system.metrics import Metrics, TurnReport

logger = logging.getLogger(__name__)


class Stopwatch:
    """When a turn began and when its first text came."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self.first_token_seconds: float | None = None
        self.retries = 0

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.perf_counter() - self._began

    def spoke(self, *, unless: bool) -> None:
        """Text has come, unless what came was none; the first time counts."""
        if self.first_token_seconds is None and not unless:
            self.first_token_seconds = self.seconds

    def retried(self) -> None:
        """The provider is asked once more."""
        self.retries += 1


def report_turn(  # noqa: PLR0913 - what a turn came to
    metrics: Metrics,
    turn_id: str,
    target: Target,
    *,
    watch: Stopwatch,
    status: TurnStatus,
    failure: Failure | None,
    usage: Usage | None,
) -> None:
    """Log and count a turn."""
    report = TurnReport(
        turn_id=turn_id,
        provider=target.provider.name,
        model=target.model.name,
        status=status,
        code=None if failure is None else failure.code,
        seconds=round(watch.seconds, 3),
        first_token_seconds=_rounded(watch.first_token_seconds),
        input_tokens=0 if usage is None else usage.input_tokens,
        output_tokens=0 if usage is None else usage.output_tokens,
        retries=watch.retries,
    )
    metrics.turn(report)
    logger.info("turn", extra=msgspec.structs.asdict(report))


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
