"""What tests of accounts need: a real identity provider, and a browser."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.accounts.idp import Browser, IdP, run_idp


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
