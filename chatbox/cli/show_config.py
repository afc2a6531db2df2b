"""`chatbox config show`: every value, where it came from and what sets it."""

import argparse

from chatbox.cli import serve
from chatbox.cli.command import Command, Parser
from chatbox.config import SECRET_VALUES, Loaded, value_of, variable_of

# Values that stand for a place when they are empty, and what tells the place.
_PLACES = {"data_dir": "data_path", "master_key_file": "master_key_path"}


def _add_options(parser: Parser) -> None:
    parser.add_argument("what", choices=["show"], help="print the values")
    serve.add_options(parser)


def _run(_options: argparse.Namespace, loaded: Loaded) -> int:
    width = max(map(len, loaded.sources))
    for name, source in loaded.sources.items():
        value = value_of(loaded.config, name)
        if not value and name in _PLACES:
            value = str(getattr(loaded.config, _PLACES[name]))
        shown = "(set)" if value and name in SECRET_VALUES else repr(value)
        print(f"{name:{width}}  {shown:24}  {source}  ({variable_of(name)})")
    return 0


COMMAND = Command(
    "config",
    "show the configuration",
    "Print every configuration value, where it came from and the variable that sets it.",
    _add_options,
    _run,
    examples=(
        ("chatbox config show", "what `chatbox serve` would use here"),
        ("chatbox config show --port 8080", "the same with a flag"),
    ),
)
