"""`chatbox install-service`: a systemd unit for this user or for the whole computer."""

import argparse
import os
import shutil
import sys
from pathlib import Path

from chatbox.cli.command import Command, Parser, add_place_options
from chatbox.cli.units import MARK, SYSTEM_HOME, system_unit, user_unit
from chatbox.config import Loaded
from chatbox.errors import StartRefused

SYSTEM_UNIT = Path("/etc/systemd/system/chatbox.service")
# A unit for the whole computer has these folders hidden from it.
HIDDEN = (Path("/home"), Path("/root"), Path("/run/user"), Path("/tmp"), Path("/var/tmp"))  # noqa: S108
_HANDED_ON = ("host", "port", "data_dir", "config", "master_key_file", "log_level", "log_format")


def _add_options(parser: Parser) -> None:
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument(
        "--user", action="store_true", help="a service of yours, with your data; no root needed"
    )
    whose.add_argument(
        "--system", action="store_true", help="a service of this computer, with a user of its own"
    )
    parser.add_argument("--print", action="store_true", help="show the unit and write nothing")
    parser.add_argument("--host", help="the address to listen on")
    parser.add_argument("--port", type=int, help="the port to listen on")
    add_place_options(parser)


def _run(options: argparse.Namespace, _loaded: Loaded) -> int:
    command = [*_program(system=options.system), "serve", *_flags(options)]
    data = _whole(options.data_dir) if options.data_dir else None
    unit = system_unit(command, data) if options.system else user_unit(command)
    if options.print:
        print(unit, end="")
        return 0
    path = SYSTEM_UNIT if options.system else _user_folder() / "chatbox.service"
    _write(path, unit)
    print(f"Wrote {path}. Now run:\n")
    for line in _steps(system=options.system):
        print(f"  {line}")
    return 0


def _program(*, system: bool) -> list[str]:
    """The command that starts this very chatbox."""
    beside = Path(sys.executable).with_name("chatbox")
    if getattr(sys, "frozen", False):
        command = [sys.executable]
    else:
        command = [str(beside)] if beside.is_file() else [sys.executable, "-m", "chatbox"]
    places = {Path(command[0]).absolute(), Path(command[0]).resolve(), Path(sys.base_prefix)}
    if system and any(place.is_relative_to(home) for place in places for home in HIDDEN):
        raise StartRefused(
            f"A service of the whole computer cannot run {command[0]}, which lies in a home or "
            "temporary directory. Put chatbox into /usr/local/bin, or use --user."
        )
    return command


def _flags(options: argparse.Namespace) -> list[str]:
    """The options of `serve` that were given, their paths made whole."""
    flags = []
    for name in _HANDED_ON:
        value = getattr(options, name)
        if value is not None:
            if name in ("data_dir", "config", "master_key_file"):
                value = _whole(value)
            flags += [f"--{name.replace('_', '-')}", str(value)]
    return flags


def _whole(path: str) -> Path:
    return Path(path).expanduser().absolute()


def _user_folder() -> Path:
    configured = os.environ.get("XDG_CONFIG_HOME")
    try:
        base = Path(configured) if configured else Path.home() / ".config"
    except RuntimeError as failure:
        raise StartRefused(
            "This user has no home directory for the unit: use --system, or --print."
        ) from failure
    return base / "systemd" / "user"


def _write(path: Path, unit: str) -> None:
    """Write the unit, over an older one of ours but never over somebody else's."""
    try:
        if path.exists() and not path.read_text(encoding="utf-8").startswith(MARK):
            raise StartRefused(
                f"{path} was not written by this command, so it is left alone. Move it away, or "
                "use --print."
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(unit, encoding="utf-8")
    except OSError as failure:
        raise StartRefused(
            f"{path} cannot be written: {failure.strerror}. Use --print, or run this as root for "
            "--system."
        ) from failure


def _steps(*, system: bool) -> list[str]:
    if not system:
        return [
            "systemctl --user daemon-reload",
            "systemctl --user enable --now chatbox",
            "loginctl enable-linger   # only if it is to run while you are logged out",
        ]
    login = shutil.which("nologin") or "/usr/sbin/nologin"
    return [
        f"useradd --system --home-dir {SYSTEM_HOME} --shell {login} chatbox",
        "systemctl daemon-reload",
        "systemctl enable --now chatbox",
    ]


COMMAND = Command(
    "install-service",
    "run chatbox as a systemd service",
    "Write a hardened systemd unit that starts this chatbox, and print the commands that enable "
    "it. Options for `serve` that are given here are written into the unit.",
    _add_options,
    _run,
    examples=(
        ("chatbox install-service --user", "start with your login, with your data"),
        ("sudo chatbox install-service --system", "start with the computer"),
        ("chatbox install-service --system --print", "look at the unit first"),
    ),
)
