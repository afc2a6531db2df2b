"""`chatbox healthcheck`: whether the server of this configuration answers."""

import argparse
import http.client
import sys

from chatbox.cli.command import Command, Parser, add_place_options
from chatbox.config import Loaded

SECONDS = 5.0

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked at this computer's own
"""Where a server is asked that listens at all addresses."""


def _add_options(parser: Parser) -> None:
    parser.add_argument("--host", help="the address it listens on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, help="its port (default 8000)")
    add_place_options(parser)


def _run(_options: argparse.Namespace, loaded: Loaded) -> int:
    config = loaded.config
    host = EVERYWHERE.get(config.host, config.host)
    connection = http.client.HTTPConnection(host, config.port, timeout=SECONDS)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as failure:
        print(f"chatbox on port {config.port} does not answer: {failure}", file=sys.stderr)
        return 1
    finally:
        connection.close()
    print(f"chatbox on port {config.port} answers: {status}")
    return 0 if status == http.client.OK else 1


COMMAND = Command(
    "healthcheck",
    "ask a running server whether it is alive",
    "Ask the server of this configuration for /healthz. The exit code is 0 when it answers well "
    "and 1 when it does not, as the health checks of containers want it.",
    _add_options,
    _run,
    examples=(("chatbox healthcheck --port 8080", "the server on another port"),),
)
