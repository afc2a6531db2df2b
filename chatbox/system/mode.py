"""Whether one person uses the server without signing in, or several people with accounts."""

from typing import Literal

from chatbox.caller import OWNER, Caller


class Mode:
    """The mode of a running server; `is_forced` when the command line or the address demands it.

    `alone` is who asks while nobody signs in: the owner, who may be another one by then.
    """

    def __init__(self, *, is_team: bool, is_forced: bool) -> None:
        self.is_forced = is_forced
        self.is_team = is_team or is_forced
        self.alone: Caller = OWNER

    @property
    def name(self) -> Literal["single-user", "team"]:
        """What the API calls it."""
        return "team" if self.is_team else "single-user"

    def follow(self, is_team: bool) -> None:
        """Take over what the database says."""
        self.is_team = is_team or self.is_forced

    def know_owner(self, key: int, public_id: str) -> None:
        """Take over whose the server is."""
        if (key, public_id) != (self.alone.user_id, self.alone.public_id):
            self.alone = Caller(user_id=key, role="owner", public_id=public_id, is_alone=True)
