"""`chatbox`: the commands and their options."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import chatbox
from chatbox.config import Loaded, field_names, load_config, value_of, variable_of
from chatbox.db import SQLITE_VERSION
from chatbox.errors import StartRefused

EXIT_REFUSED = 2
EXIT_INTERRUPTED = 130

_SERVE_HELP = (
    "Start the server. Alone it serves one person on this computer, without login, on "
    "http://127.0.0.1:8000."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; answer its exit code."""
    options = _parser().parse_args(arguments)
    try:
        loaded = load_config(_config_file(options), os.environ, _flags(options))
        if options.command == "config":
            _show_config(loaded)
            return 0
        from chatbox.cli.serve import serve  # noqa: PLC0415 - quick --help and --version

        return serve(loaded.config)
    except StartRefused as refused:
        print(f"chatbox: {refused}", file=sys.stderr)
        return EXIT_REFUSED
    except KeyboardInterrupt:  # before the server hears signals
        return EXIT_INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chatbox", description="A small, self-hosted LLM chat server in one SQLite file."
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    _add_options(commands.add_parser("serve", help="start the server", description=_SERVE_HELP))
    config = commands.add_parser("config", help="show the configuration")
    config.add_argument("what", choices=["show"])
    _add_options(config)
    return parser


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="the address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, help="the port (default 8000; 0 takes any free one)")
    parser.add_argument("--data-dir", metavar="DIR", help="where the database lives")
    parser.add_argument("--config", metavar="FILE", help="read values from a TOML file")
    parser.add_argument("--master-key-file", metavar="FILE", help="the key that encrypts secrets")
    parser.add_argument(
        "--team", action="store_const", const=True, help="serve several people, with accounts"
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
    parser.add_argument("--log-level", choices=["debug", "info", "warning", "error"])
    parser.add_argument("--log-format", choices=["pretty", "json"])


def _flags(options: argparse.Namespace) -> dict[str, Any]:
    names = set(field_names())
    return {name: value for name, value in vars(options).items() if name in names}


def _config_file(options: argparse.Namespace) -> Path | None:
    if options.config:
        return Path(options.config)
    if named := os.environ.get("CHATBOX_CONFIG"):
        return Path(named)
    usual = Path("chatbox.toml")
    return usual if usual.is_file() else None


def _show_config(loaded: Loaded) -> None:
    width = max(map(len, loaded.sources))
    for name, source in loaded.sources.items():
        value = value_of(loaded.config, name)
        print(f"{name:{width}}  {value!r:24}  {source}  ({variable_of(name)})")


def _version() -> str:
    commit = os.environ.get("CHATBOX_COMMIT")
    built = f" ({commit[:12]})" if commit else ""
    python = ".".join(map(str, sys.version_info[:3]))
    return f"chatbox {chatbox.__version__}{built}, Python {python}, SQLite {SQLITE_VERSION}"
