"""`chatbox team`: from one person to a team, and back; nothing is lost either way."""

import argparse

from chatbox.cli.command import Command, Parser, add_address_options, add_place_options
from chatbox.config import Config, Loaded
from chatbox.errors import StartRefused

_DESCRIPTION = (
    "Let several people use this server, each with an account, or only one again. The owner of the "
    "team is the one person of before: its sessions, providers and settings stay where they are. "
    "The server may run: it notices within a second."
)

Options = argparse.Namespace


def _enable(options: Options, config: Config) -> None:
    from chatbox.accounts.console import overview  # noqa: PLC0415 - half a second, as below
    from chatbox.cli.accounts import change, password_from, read  # noqa: PLC0415 - as below

    if options.owner is not None:
        if read(config, overview).owner.has_password:
            raise StartRefused("The owner has a password already. Leave --owner out.")
        password = password_from(ask=True) or ""
        change(config, lambda console, _: console.set_up(options.owner, password))
        owner = read(config, overview).owner
        print(f"This is a team's server now. {owner.username} is its owner.")
        return
    link = change(config, lambda console, _: console.enable_team())
    owner = read(config, overview).owner
    if link is None:
        print(f"This is a team's server now. {owner.username} is its owner and signs in as before.")
        return
    print(
        "This is a team's server now. It has no owner yet who can sign in. Open this address until "
        f"{link.expires_at}; it works once:\n\n  {link.url}\n"
    )


def _disable(_options: Options, config: Config) -> None:
    from chatbox.accounts.console import overview  # noqa: PLC0415 - as below
    from chatbox.cli.accounts import change, read  # noqa: PLC0415 - as below
    from chatbox.cli.listener import for_team_where_public  # noqa: PLC0415 - as below

    if for_team_where_public(config).team:
        raise StartRefused(
            "The configuration asks for a team: it sets team or public_url, or a host that others "
            "can reach. Whoever reached the server would be its owner. Take these values out "
            "first. Nothing was changed."
        )
    change(config, lambda console, _: console.disable_team())
    now = read(config, overview)
    others = sum(now.states.values()) - 1
    print("This is one person's server now: whoever sits at this computer is its owner.")
    if others:
        what = "account keeps" if others == 1 else "accounts keep"
        print(f"{others} other {what} everything, but cannot sign in.")


def _status(_options: Options, config: Config) -> None:
    from chatbox.accounts.console import overview  # noqa: PLC0415 - as below
    from chatbox.cli.accounts import read  # noqa: PLC0415 - half a second, as all here

    now = read(config, overview)
    print("This is a team's server." if now.is_team else "This is one person's server.")
    owner = now.owner.username or now.owner.name
    has = "has a password" if now.owner.has_password else "has no password yet"
    print(f"Its owner is {owner}, who {has}.")
    print("Accounts: " + ", ".join(f"{count} {state}" for state, count in now.states.items()) + ".")


_VERBS = {"enable": _enable, "disable": _disable, "status": _status}


def _add_options(parser: Parser) -> None:
    parser.add_argument("what", choices=list(_VERBS), help="what to do")
    parser.add_argument(
        "--owner", metavar="NAME", help="of enable: give the owner this name, ask for a password"
    )
    add_address_options(parser)
    add_place_options(parser)


def _run(options: Options, loaded: Loaded) -> int:
    _VERBS[options.what](options, loaded.config)
    return 0


COMMAND = Command(
    "team",
    "let several people use this server, or one again",
    _DESCRIPTION,
    _add_options,
    _run,
    examples=(
        ("chatbox team enable --owner olga", "ask for a password, and ask everybody from now on"),
        ("chatbox team enable", "the same; the owner chooses name and password with a link"),
        ("chatbox team disable", "one person again, on this computer only"),
    ),
)
