"""Who is asking: every service and store takes the caller, or the user id in it."""

import msgspec

OWNER_ID = 1
"""The row of `users` that single-user mode acts as."""


class Caller(msgspec.Struct, frozen=True):
    """The person or program behind a request, already authenticated."""

    user_id: int
    role: str


OWNER = Caller(user_id=OWNER_ID, role="owner")
