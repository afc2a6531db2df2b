"""What tests of accounts need: a small team, a real identity provider, and a browser."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from chatbox.kit.clock import now_ms
from tests.accounts.idp import Browser, IdP, run_idp
from tests.running import config_in
from tests.team import USER, Team, run_team

NOW = now_ms()


@pytest.fixture
async def duo(data_dir: Path) -> AsyncIterator[Team]:
    """A running server in team mode with an owner and one user: quicker than the whole team.

    For codes and the back-off its clock stands still.
    """
    async with run_team(config_in(data_dir, team=True), others=False) as running:
        await running.invite(USER, "user")
        running.site.server.desk.backoff.clock = lambda: NOW
        yield running


@pytest.fixture(scope="session")
def idp() -> Iterator[IdP]:
    """A running identity provider."""
    with run_idp() as running:
        yield running


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A browser that knows nobody yet."""
    found = Browser()
    async with found.client:
        yield found
