"""Public ids: UUID version 7 (RFC 9562 §5.7), which sort by the time they were made."""

import os
import re

from chatbox.kit.clock import now_ms

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def new_id() -> str:
    """Make a UUIDv7 in its usual text form."""
    random = int.from_bytes(os.urandom(10), "big")
    value = (now_ms() & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76 | (random >> 68 & 0xFFF) << 64
    value |= 0b10 << 62 | random & 0x3FFF_FFFF_FFFF_FFFF
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def is_id(text: str) -> bool:
    """Tell whether the text is a lower-case UUID of any version."""
    return _UUID.fullmatch(text) is not None
