"""`chatbox`: the commands, and what all of them share."""

import argparse
import os
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import chatbox
from chatbox.cli import (
    alerts,
    backup,
    completion,
    doctor,
    healthcheck,
    install_service,
    migrate,
    restore,
    rollback,
    serve,
    settings,
    show_config,
    team,
    users,
)
from chatbox.config import field_names, load_config
from chatbox.db import SQLITE_VERSION
from chatbox.errors import StartRefused

COMMANDS = (
    serve.COMMAND,
    show_config.COMMAND,
    doctor.COMMAND,
    backup.COMMAND,
    restore.COMMAND,
    migrate.COMMAND,
    rollback.COMMAND,
    team.COMMAND,
    users.COMMAND,
    settings.COMMAND,
    alerts.COMMAND,
    healthcheck.COMMAND,
    install_service.COMMAND,
    completion.COMMAND,
)
EXIT_REFUSED = 2
EXIT_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; answer its exit code."""
    options = _parser().parse_args(arguments)
    command = next(one for one in COMMANDS if one.name == options.command)
    try:
        loaded = load_config(_config_file(options), os.environ, _flags(options))
        return command.run(options, loaded)
    except StartRefused as refused:
        print(f"chatbox: {refused}", file=sys.stderr)
        return EXIT_REFUSED
    except PermissionError as failure:
        print(
            f"chatbox: {failure.filename or failure} is closed to this user. Run this command as "
            "the owner of the data directory, as with sudo -u.",
            file=sys.stderr,
        )
        return EXIT_REFUSED
    except EOFError:  # a question was answered with Ctrl-D
        print("\nNothing was changed.")
        return EXIT_INTERRUPTED
    except KeyboardInterrupt:  # before the server hears signals
        return EXIT_INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chatbox",
        description="A small, self-hosted LLM chat server in one SQLite file.",
        epilog="`chatbox serve` starts it. Every command tells more with --help.",
    )
    version = _version()
    parser.add_argument("--version", action="version", version=version, help="tell the versions")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="command")
    for command in COMMANDS:
        command.add_options(
            subparsers.add_parser(
                command.name,
                help=command.help,
                description=textwrap.fill(command.description, 80),
                epilog=command.epilog(),
                formatter_class=argparse.RawDescriptionHelpFormatter,
            )
        )
    parser.set_defaults(config=None, parser=parser)  # `completion` describes the parser
    return parser


def _flags(options: argparse.Namespace) -> dict[str, Any]:
    names = set(field_names())
    return {name: value for name, value in vars(options).items() if name in names}


def _config_file(options: argparse.Namespace) -> Path | None:
    if options.config:
        return Path(options.config)
    if named := os.environ.get("CHATBOX_CONFIG"):
        return Path(named)
    usual = Path("chatbox.toml")
    return usual if os.path.isfile(usual) else None  # `is_file` raises in a closed directory


def _version() -> str:
    commit, dash, changed = os.environ.get("CHATBOX_COMMIT", "").partition("-")
    built = f" ({commit[:12]}{dash}{changed})" if commit else ""
    python = ".".join(map(str, sys.version_info[:3]))
    return f"chatbox {chatbox.__version__}{built}, Python {python}, SQLite {SQLITE_VERSION}"
