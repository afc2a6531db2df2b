"""A scripted provider whose models have the names and words that a picture or a measure needs."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.upstream import Upstream
from tests.upstream.modes import MODES, Mode


@contextmanager
def provider(models: Mapping[str, Mode]) -> Iterator[str]:
    """Run a provider that offers these models beside `ok-20-10`; answer its base URL."""
    usual = dict(MODES)
    MODES.clear()
    MODES.update(models)
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    over = asyncio.Event()
    url = ""

    async def run() -> None:
        nonlocal url
        async with Upstream() as upstream:
            url = upstream.base_url
            ready.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), daemon=True)
    thread.start()
    try:
        assert ready.wait(10)
        yield url
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
        loop.close()
        MODES.clear()
        MODES.update(usual)
