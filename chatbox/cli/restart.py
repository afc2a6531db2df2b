"""Restarts in place: the same process, the same socket, a new program.

The server goes on as ever until no reply is being written, then ends and starts its program again,
which may be a newer one. Who connects meanwhile waits in the socket's queue and is refused nothing;
pages connect again by themselves.
"""

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from chatbox.cli.listener import hand_over

logger = logging.getLogger(__name__)

CHECK_SECONDS = 30
_UNPACK_AGAIN = {"PYINSTALLER_RESET_ENVIRONMENT": "1"}  # for an executable of one file


class Restart:
    """Whether the server is to start again after it has ended."""

    def __init__(self) -> None:
        self.is_wanted = False
        self.is_due = False

    async def prepare(self, wait: Coroutine[Any, Any, None]) -> bool:
        """Try the program, then wait for the right moment; tell whether it has come."""
        if not await asyncio.get_running_loop().run_in_executor(None, _can_start):
            wait.close()
            self.is_wanted = False
            return False
        logger.info("restarting as soon as no reply is being written")
        await wait
        self.is_due = self.is_wanted
        return self.is_due

    def call_off(self) -> None:
        """End for good, as a signal to stop demands."""
        self.is_wanted = self.is_due = False


def ignore_requests() -> None:
    """Let a request to restart do nothing, also in the program that follows, until it is heard.

    By default the signal would end the process.
    """
    if hasattr(signal, "SIGUSR2"):
        signal.signal(signal.SIGUSR2, signal.SIG_IGN)


def start_again(listener: socket.socket) -> None:
    """Replace this process by its program; does not return."""
    command = [*_command(), *(word for word in sys.argv[1:] if word != "--open")]
    handed = hand_over(listener) | {"CHATBOX_OPEN": "false"}
    logger.info("starting again")
    os.execve(command[0], command, os.environ | handed | _UNPACK_AGAIN)  # noqa: S606 - no shell


def _command() -> list[str]:
    """What runs chatbox, without its arguments."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    is_module = Path(sys.argv[0]).name == "__main__.py"
    # Without -P, -m imports from the working directory, which the `chatbox` command does not.
    return [sys.executable, *([] if is_module else ["-P"]), "-m", "chatbox"]


def _can_start() -> bool:
    """Try the program: a broken one is told from a good one before the server ends for it."""
    try:
        subprocess.run(  # noqa: S603 - the command is our own
            [*_command(), "--version"],
            env=os.environ | _UNPACK_AGAIN,
            stdout=subprocess.DEVNULL,
            check=True,
            timeout=CHECK_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as failure:
        logger.error("not restarting: the program does not start", extra={"why": str(failure)})
        return False
    return True
