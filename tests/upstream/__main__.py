"""Runs the scripted upstream as a process of its own: `python -m tests.upstream --port 9100`."""

import argparse
import asyncio
import contextlib
import signal

from tests.upstream import Upstream


async def _serve(port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(number, stop.set)
    async with Upstream(port) as upstream:
        print(upstream.base_url, flush=True)  # noqa: T201  (the program's answer)
        await stop.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A scripted provider for tests.")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    asyncio.run(_serve(parser.parse_args().port))
