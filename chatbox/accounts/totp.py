"""One-time codes that change every 30 seconds (RFC 6238): SHA-1 and six digits, as every app does.

Pure: what a code is for whom, and that none is used twice, is the business of `factors`.
"""

import base64
import hashlib
import hmac
import secrets
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
WINDOW = 1
"""How many steps the clock of a phone may be off, either way."""
SECRET_BYTES = 20


def new_secret() -> str:
    """Make a secret, in base32, as authenticator apps take it."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def step_at(ms: int) -> int:
    """The number of the step that a time lies in."""
    return ms // (STEP_SECONDS * 1000)


def code_at(secret: str, step: int) -> str:
    """The code of a step."""
    return code_of(base64.b32decode(secret), step)


def code_of(key: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of a counter (RFC 4226 §5.3)."""
    digest = hmac.digest(key, step.to_bytes(8, "big"), hashlib.sha1)
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**digits:0{digits}}"


def matching_step(secret: str, code: str, *, at: int, after: int) -> int | None:
    """Find the step near a time, later than `after`, whose code this is.

    All codes of the window are compared, in constant time each, so the time tells nothing.
    """
    given, key, now = code.encode(), base64.b32decode(secret), step_at(at)
    found = None
    for step in range(now - WINDOW, now + WINDOW + 1):
        is_it = hmac.compare_digest(code_of(key, step).encode(), given)
        if is_it and step > after:
            found = step
    return found


def uri(secret: str, *, account: str, issuer: str) -> str:
    """The address that an authenticator app reads from a QR code."""
    label = quote(f"{issuer}:{account}", safe="")
    query = {
        "secret": secret,
        "issuer": issuer,
        "algorithm": "SHA1",
        "digits": DIGITS,
        "period": STEP_SECONDS,
    }
    return f"otpauth://totp/{label}?{urlencode(query, quote_via=quote)}"
