"""`chatbox serve`: its options; `server` does it."""

import argparse
import gc

from chatbox.cli.command import Command, Parser, add_place_options
from chatbox.config import Loaded

_DESCRIPTION = (
    "Start the server. Alone it serves one person on this computer, without login, on "
    "http://127.0.0.1:8000."
)


def add_options(parser: Parser) -> None:
    """The options that say how to serve."""
    parser.add_argument("--host", help="the address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, help="the port (default 8000; 0 takes any free one)")
    add_place_options(parser)
    parser.add_argument(
        "--team", action="store_const", const=True, help="serve several people, with accounts"
    )
    parser.add_argument(
        "--public-url", help="the address that people use, such as https://chat.example.org"
    )
    parser.add_argument(
        "--demo-model",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="fetch and start a tiny local model when no provider is configured or found",
    )
    parser.add_argument(
        "--discover",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="look for local model servers and keys in the environment",
    )
    parser.add_argument(
        "--open", action="store_const", const=True, help="open the browser when ready"
    )


def _run(_options: argparse.Namespace, loaded: Loaded) -> int:
    gc.disable()  # looking for garbage takes a sixth of the imports' time, and there is none
    from chatbox.cli.server import serve  # noqa: PLC0415 - half a second that only serving needs

    gc.enable()
    return serve(loaded.config)


COMMAND = Command(
    "serve",
    "start the server",
    _DESCRIPTION,
    add_options,
    _run,
    examples=(
        ("chatbox serve --open", "start, and open the browser"),
        ("chatbox serve --port 8080 --data-dir ~/chats", "another port, another place"),
        ("CHATBOX_LOG_FORMAT=json chatbox serve", "every value is a variable, too"),
    ),
)
