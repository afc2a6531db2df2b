"""Ends a command as Ctrl-C does, so that it cleans up, when it is told to in other ways."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM and the loss of the terminal interrupt the block.

    A command that a script has put into the background ignores SIGINT, which carries them here; so
    it hears that, too, meanwhile.
    """
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {
        number: signal.signal(number, _interrupt)
        for number in (getattr(signal, name) for name in names)
    }
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """What runs hears SIGINT alone: asyncio cancels its task for it, which is the clean way."""
    signal.raise_signal(signal.SIGINT)
