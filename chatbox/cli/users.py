"""`chatbox users`: the accounts, from the command line; a server may run meanwhile."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from chatbox.cli.command import Command, Parser, add_address_options, add_place_options
from chatbox.config import Config, Loaded
from chatbox.errors import StartRefused

EXIT_DECLINED = 1
_DESCRIPTION = (
    "Make, list, suspend and delete accounts, and let people in again who have lost their password "
    "or their second factor. NAME is a user name, an e-mail address or an id. The server may run: "
    "it notices within a second. Passwords are asked for, or come from the file that the variable "
    "CHATBOX_PASSWORD_FILE names; they are never arguments."
)

Options = argparse.Namespace


def _create(options: Options, config: Config) -> None:
    from chatbox.accounts.console import overview  # noqa: PLC0415 - as below
    from chatbox.accounts.model import NewUser  # noqa: PLC0415 - as below
    from chatbox.cli.accounts import change, password_from, read  # noqa: PLC0415 - as below
    from chatbox.cli.listener import for_team_where_public  # noqa: PLC0415 - as below

    password = password_from(ask=options.password_prompt)
    new = NewUser(username=options.name, role=options.role or "user", email=options.email)
    user, link = change(config, lambda console, _: console.create(new, password))
    print(f"{user.username} is {'an' if user.role == 'admin' else 'a'} {user.role} now.")
    if link is not None:
        _tell_link(link.url, link.expires_at)
    if not (read(config, overview).is_team or for_team_where_public(config).team):
        print("Nobody signs in on this server yet: `chatbox team enable` makes it a team's.")


def _list(options: Options, config: Config) -> None:
    from chatbox.accounts.console import everybody  # noqa: PLC0415 - as below
    from chatbox.cli.accounts import read  # noqa: PLC0415 - as below

    users = read(config, everybody)
    if options.json:
        print(msgspec.json.encode({"items": users}).decode())
        return
    rows = [("NAME", "CALLED", "ROLE", "STATE", "PASSWORD", "2ND FACTOR", "LAST SIGN-IN")]
    rows += [
        (
            user.username or "-",
            user.name,
            user.role,
            user.state,
            "yes" if user.has_password else "no",
            "yes" if user.totp else "no",
            user.last_login_at or "never",
        )
        for user in users
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print(
            "  ".join(f"{text:{width}}" for text, width in zip(row, widths, strict=True)).rstrip()
        )


def _disable(options: Options, config: Config) -> None:
    from chatbox.cli.accounts import change  # noqa: PLC0415 - as below

    change(config, lambda console, _: console.set_state(options.name, "suspended"))
    print(f"{options.name} is suspended: nothing of it is open any more in a second or two.")


def _enable(options: Options, config: Config) -> None:
    from chatbox.cli.accounts import change  # noqa: PLC0415 - as below

    change(config, lambda console, _: console.set_state(options.name, "active"))
    print(f"{options.name} may sign in again.")


def _passwd(options: Options, config: Config) -> None:
    from chatbox.cli.accounts import change, password_from  # noqa: PLC0415 - as below

    change(config, lambda console, _: console.find(options.name))
    password = password_from(ask=True) or ""
    change(config, lambda console, _: console.set_password(options.name, password))
    print(f"{options.name} has a new password. All its logins have ended.")


def _reset_link(options: Options, config: Config) -> None:
    from chatbox.cli.accounts import change  # noqa: PLC0415 - as below

    link = change(config, lambda console, _: console.reset_link(options.name))
    _tell_link(link.url, link.expires_at)


def _remove_totp(options: Options, config: Config) -> None:
    from chatbox.cli.accounts import change  # noqa: PLC0415 - as below

    change(config, lambda console, _: console.remove_totp(options.name))
    print(f"{options.name} signs in with the password alone. All its logins have ended.")


def _delete(options: Options, config: Config) -> int:
    from chatbox.cli.accounts import change  # noqa: PLC0415 - as below
    from chatbox.cli.leaving import delete_account  # noqa: PLC0415 - as below

    user = change(config, lambda console, _: console.find(options.name))
    if not options.yes:
        if not sys.stdin.isatty():
            raise StartRefused("Say --yes when nobody can be asked. Nothing was changed.")
        question = f"Delete {user.username or user.name} with everything that it owns? [y/N] "
        if input(question).strip().lower() not in ("y", "yes"):
            print("Nothing was changed.")
            return EXIT_DECLINED
    change(config, lambda console, opened: delete_account(console, opened, user.public_id))
    print(f"{options.name} is deleted with everything that it owned.")
    return 0


def _export(options: Options, config: Config) -> None:
    from chatbox.cli.accounts import change  # noqa: PLC0415 - as below
    from chatbox.cli.leaving import export_account  # noqa: PLC0415 - half a second, as all here

    if options.file is None:
        raise StartRefused("Name the file that the archive goes to.")
    file = Path(options.file).expanduser()
    change(config, lambda console, opened: export_account(console, opened, options.name, file))
    print(f"Everything of {options.name} is in {file}.")


def _tell_link(url: str, expires_at: str) -> None:
    print(f"This address chooses a password. It works once, until {expires_at}:\n\n  {url}\n")


_VERBS: dict[str, Callable[[Options, Config], int | None]] = {
    "create": _create,
    "list": _list,
    "disable": _disable,
    "enable": _enable,
    "passwd": _passwd,
    "reset-link": _reset_link,
    "remove-totp": _remove_totp,
    "export": _export,
    "delete": _delete,
}


def _add_options(parser: Parser) -> None:
    parser.add_argument("what", choices=list(_VERBS), help="what to do")
    parser.add_argument("name", metavar="NAME", nargs="?", help="whose account")
    parser.add_argument("file", metavar="FILE", nargs="?", help="of export: where it goes")
    parser.add_argument("--role", choices=["admin", "user", "viewer"], help="of create")
    parser.add_argument("--email", metavar="ADDRESS", help="of create")
    parser.add_argument("--password-prompt", action="store_true", help="of create: ask for one")
    parser.add_argument("--json", action="store_true", help="of list: print one JSON document")
    parser.add_argument("--yes", action="store_true", help="of delete: do not ask")
    add_address_options(parser)
    add_place_options(parser)


def _run(options: Options, loaded: Loaded) -> int:
    if options.name is None and options.what != "list":
        raise StartRefused(f"Say whom: chatbox users {options.what} NAME.")
    return _VERBS[options.what](options, loaded.config) or 0


COMMAND = Command(
    "users",
    "make, list, suspend and delete accounts",
    _DESCRIPTION,
    _add_options,
    _run,
    examples=(
        ("chatbox users create uma --role admin", "make an account, print the link to begin with"),
        ("chatbox users list --json", "who there is"),
        ("chatbox users reset-link uma", "uma has forgotten her password"),
        ("chatbox users remove-totp uma", "uma has lost her phone and her recovery codes"),
        ("chatbox users disable uma", "end everything of it and let nobody in"),
        ("chatbox users export uma uma.zip", "everything that the account owns"),
    ),
)
