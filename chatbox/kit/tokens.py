"""Secrets that chatbox hands out once and knows again: only their hash is stored.

256 random bits need no salt and no slow hash: nobody guesses them (unlike passwords).
"""

import hashlib
import secrets

BYTES = 32
LONGEST = 200


def new_token() -> str:
    """Make a token, in the letters of base64url."""
    return secrets.token_urlsafe(BYTES)


def hash_token(token: str) -> bytes:
    """What is stored of a token."""
    return hashlib.sha256(token.encode(errors="replace")).digest()
