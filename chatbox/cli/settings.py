"""`chatbox settings`: the system settings from the command line, such as after a lock-out."""

import argparse

import msgspec

from chatbox.cli.command import Command, Parser, add_place_options
from chatbox.config import Config, Loaded
from chatbox.errors import StartRefused

_DESCRIPTION = (
    "List the settings that administrators change in the browser, or change one here. The server "
    "may run: it notices within a second. A list is written with commas; docs/configuration.md "
    "explains every key."
)

Options = argparse.Namespace


def _list(options: Options, config: Config) -> None:
    from chatbox.cli.accounts import read  # noqa: PLC0415 - half a second, as all here
    from chatbox.system.site import read_site  # noqa: PLC0415 - as above

    values = msgspec.to_builtins(read(config, read_site))
    if options.json:
        print(msgspec.json.encode(values).decode())
        return
    width = max(map(len, values))
    for key, value in values.items():
        print(f"{key:{width}}  {_shown(value)}".rstrip())


def _set(options: Options, config: Config) -> None:
    if options.value is None:
        raise StartRefused(f"Say which value: chatbox settings set {options.key} VALUE.")
    _write(options.key, options.value, config)


def _reset(options: Options, config: Config) -> None:
    _write(options.key, None, config)


def _write(key: str, text: str | None, config: Config) -> None:
    from chatbox.accounts.console import Console  # noqa: PLC0415 - as below
    from chatbox.cli.accounts import change  # noqa: PLC0415 - as below
    from chatbox.db.database import Database  # noqa: PLC0415 - as below
    from chatbox.system.site import SiteSettings, value_from  # noqa: PLC0415 - half a second

    async def write(console: Console, database: Database) -> object:
        value = None if text is None else value_from(key, text)
        return await SiteSettings(database).change(await console.caller(), {key: value})

    site = change(config, write)
    print(f"{key} is {_shown(msgspec.to_builtins(getattr(site, key))) or 'empty'} now.")


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


_VERBS = {"list": _list, "set": _set, "reset": _reset}


def _add_options(parser: Parser) -> None:
    parser.add_argument("what", choices=list(_VERBS), help="what to do")
    parser.add_argument("key", metavar="KEY", nargs="?", help="which setting")
    parser.add_argument("value", metavar="VALUE", nargs="?", help="of set: what it shall be")
    parser.add_argument("--json", action="store_true", help="of list: print one JSON document")
    add_place_options(parser)


def _run(options: Options, loaded: Loaded) -> int:
    if options.key is None and options.what != "list":
        raise StartRefused(f"Say which setting: chatbox settings {options.what} KEY.")
    _VERBS[options.what](options, loaded.config)
    return 0


COMMAND = Command(
    "settings",
    "list and change the system settings",
    _DESCRIPTION,
    _add_options,
    _run,
    examples=(
        ("chatbox settings list", "every setting and its value"),
        ("chatbox settings set registration closed", "no new accounts from now on"),
        ("chatbox settings reset admin_networks", "administrators have locked themselves out"),
    ),
)
