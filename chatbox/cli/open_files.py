"""How many files, and so connections, the process may have open at once.

The usual soft limit of 1,024 is there for programs that call select(); a stream takes two.
"""

import contextlib
import logging

from chatbox.config import Limits

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment]

logger = logging.getLogger(__name__)

MOST = 65_536


def raise_open_files(limits: Limits) -> None:
    """Raise the soft limit as far as it goes, and warn when that is not enough for `limits`."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST if hard == resource.RLIM_INFINITY else min(hard, MOST)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):  # macOS has a lower limit of its own
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = 2 * limits.running_turns + limits.viewers
    if soft != resource.RLIM_INFINITY and soft < needed:
        logger.warning(
            "The system lets this process open %d files, but limits.running_turns and "
            "limits.viewers may need %d. Raise the limit (ulimit -n), or lower the values.",
            soft,
            needed,
        )
