"""Who is asking: every service and store takes the caller, or the user id in it."""

from typing import Literal

import msgspec

Role = Literal["owner", "admin", "user", "viewer"]

OWNER_ID = 1
"""The row of `users` that the first schema made."""


class Caller(msgspec.Struct, frozen=True):
    """The person or program behind a request, already authenticated.

    `login` is the key of a row of `logins`, 0 where nobody signs in; `verified_at` is when the
    caller last proved who it is, in milliseconds.
    """

    user_id: int
    role: Role
    public_id: str = "00000000-0000-7000-8000-000000000001"
    login: int = 0
    verified_at: int = 0
    rights_version: int = 1
    address: str = ""
    must_enrol: bool = False
    is_alone: bool = False
    """Single-user mode: nobody signs in, and there is nobody else."""


OWNER = Caller(user_id=OWNER_ID, role="owner", is_alone=True)
