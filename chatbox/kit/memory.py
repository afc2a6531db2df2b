"""Memory: handing back to the system what glibc would keep."""

import ctypes
import gc


def give_back() -> None:
    """Collect garbage and trim the heap; does nothing with another C library."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return
