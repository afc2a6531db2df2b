"""Models at the first start: what is found here, else the demo model, each told on the terminal."""

import itertools
import os
import sys
from contextlib import AsyncExitStack

from chatbox.app import Server
from chatbox.cli.stages import show_progress
from chatbox.config import Config
from chatbox.providers.demo import DemoModel
from chatbox.providers.demo_fetch import DemoModelFailed, default_cache
from chatbox.providers.model import NewProvider, ProviderChange
from chatbox.system.model import DemoModelState

DEMO_NAME = "Demo"


async def find_models(config: Config, server: Server, stack: AsyncExitStack) -> None:
    """Connect what is there when nothing is configured; else start the demo model if asked to."""
    rows = await server.providers.all(server.mode.alone)
    demo = next((row for row in rows if row.source == "demo"), None)
    others = [row for row in rows if row.source != "demo"]
    if not rows and config.discover:
        for name in await server.discovery.connect_found(server.mode.alone):
            print(f"  Found {name} and connected it.", flush=True)
        others = await server.providers.all(server.mode.alone)
    usable = [row for row in others if row.enabled and (row.model_count or row.state != "failed")]
    if config.demo_model and not usable:
        await _start_demo(server, stack, demo.public_id if demo else None)
    elif demo is not None and demo.enabled:
        await server.providers.change(
            server.mode.alone, demo.public_id, ProviderChange(enabled=False), version=None
        )


async def _start_demo(server: Server, stack: AsyncExitStack, known: str | None) -> None:
    try:
        model = DemoModel(default_cache(os.environ))
        stack.push_async_callback(model.stop)
        base_url = await model.start(show_progress)
    except DemoModelFailed as failure:
        print(f"\n  {failure}\n  Connect a provider in the browser instead.", file=sys.stderr)
        server.health.demo_model = DemoModelState(state="failed", detail=str(failure))
        return
    await connect_demo(server, base_url, known)
    server.health.demo_model = DemoModelState(
        state="ready", detail="A tiny model that only checks that your set-up works."
    )
    print(f"  The demo model runs ({model.alias}): a toy to check your set-up.", flush=True)


async def connect_demo(server: Server, base_url: str, known: str | None) -> None:
    """Make the running demo model a provider, or tell the one it has been before its address."""
    if known is not None:
        change = ProviderChange(base_url=base_url, enabled=True)
        await server.providers.change(server.mode.alone, known, change, version=None)
        return
    taken = {row.name for row in await server.providers.all(server.mode.alone)}
    numbered = (f"{DEMO_NAME} {number}" for number in itertools.count(2))
    name = next(name for name in itertools.chain([DEMO_NAME], numbered) if name not in taken)
    await server.providers.connect(
        server.mode.alone, NewProvider(name=name, base_url=base_url), source="demo"
    )
