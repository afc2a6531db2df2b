"""Whether one person uses the server without signing in, or several people with accounts."""

from typing import Literal


class Mode:
    """The mode of a running server; `is_forced` when the command line or the address demands it."""

    def __init__(self, *, is_team: bool, is_forced: bool) -> None:
        self.is_forced = is_forced
        self.is_team = is_team or is_forced

    @property
    def name(self) -> Literal["single-user", "team"]:
        """What the API calls it."""
        return "team" if self.is_team else "single-user"

    def follow(self, is_team: bool) -> bool:
        """Take over what the database says; whether that was news."""
        wanted = is_team or self.is_forced
        is_news, self.is_team = wanted != self.is_team, wanted
        return is_news
