"""What a command is: `main` lists them, each has a module of its own that is quick to import."""

import argparse
from collections.abc import Callable

import msgspec

from chatbox.config import Loaded

Parser = argparse.ArgumentParser


class Command(msgspec.Struct, frozen=True):
    """A command. `run` answers the exit code and may raise `StartRefused`.

    An option whose name is that of a configuration value (`data_dir`) sets that value. `examples`
    are pairs of a command line and what it does, shown at the end of the help.
    """

    name: str
    help: str
    description: str
    add_options: Callable[[Parser], None]
    run: Callable[[argparse.Namespace, Loaded], int]
    examples: tuple[tuple[str, str], ...] = ()

    def epilog(self) -> str | None:
        """The examples as the help shows them."""
        lines = [f"  {line}\n      {what}" for line, what in self.examples]
        return "\n".join(["examples:", *lines]) if lines else None


def add_place_options(parser: Parser) -> None:
    """Options of every command: where things are."""
    parser.add_argument("--data-dir", metavar="DIR", help="where the database lives")
    parser.add_argument("--config", metavar="FILE", help="read values from a TOML file")
    parser.add_argument("--master-key-file", metavar="FILE", help="the key that encrypts secrets")
    parser.add_argument("--log-level", choices=["debug", "info", "warning", "error"])
    parser.add_argument("--log-format", choices=["pretty", "json"])


def add_address_options(parser: Parser) -> None:
    """Options of commands that print links."""
    parser.add_argument("--public-url", metavar="URL", help="the address that people open")
    parser.add_argument("--port", type=int, help="the server's port, where there is no such URL")
