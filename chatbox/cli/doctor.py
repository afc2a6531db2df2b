"""`chatbox doctor`: is everything in order, and what to do when it is not. It changes nothing."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import msgspec

from chatbox.cli.command import Command, Parser, add_place_options
from chatbox.cli.findings import Finding
from chatbox.config import Config, Loaded
from chatbox.errors import StartRefused

EXIT_UNWELL = 1
_DESCRIPTION = (
    "Check this installation and say what to do: a line for each check. Changes nothing, and may "
    "be used while the server runs. The exit code is 0 when nothing failed, else 1."
)


def _add_options(parser: Parser) -> None:
    parser.add_argument(
        "--deep", action="store_true", help="read the whole database, and ask every provider"
    )
    parser.add_argument(
        "--url", metavar="URL", help="look from outside: the address that people open"
    )
    parser.add_argument(
        "--login-file", metavar="FILE", help="user:password for the proxy at that address"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    add_place_options(parser)


def _run(options: argparse.Namespace, loaded: Loaded) -> int:
    findings = []
    login = _login(options.login_file)
    for finding in examine(loaded.config, deep=options.deep, url=options.url, login=login):
        findings.append(finding)
        if not options.json:
            print(f"{finding.state:8} {finding.check:10} {finding.text}", flush=True)
    if options.json:
        print(msgspec.json.encode({"checks": findings}).decode())
    return EXIT_UNWELL if any(finding.state == "failure" for finding in findings) else 0


def examine(
    config: Config, *, deep: bool = False, url: str | None = None, login: str = ""
) -> Iterator[Finding]:
    """Make every check, the quickest first."""
    # Half a second of imports that only this command needs.
    from chatbox.cli.doctor_data import check_data, check_sqlite_version  # noqa: PLC0415
    from chatbox.cli.doctor_place import check_place, is_hidden, is_readable  # noqa: PLC0415

    yield check_sqlite_version()
    yield from check_place(config)
    data = config.data_path
    if is_readable(data) or not (is_hidden(data) or data.exists()):
        yield from check_data(config, deep=deep)
    if url is not None:
        from chatbox.cli.doctor_stream import check_address  # noqa: PLC0415

        yield from check_address(url, login)


def _login(file: str | None) -> str:
    if file is None:
        return ""
    try:
        return Path(file).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as problem:
        raise StartRefused(f"{file} cannot be read: {problem}.") from problem


COMMAND = Command(
    "doctor",
    "check the installation",
    _DESCRIPTION,
    _add_options,
    _run,
    examples=(
        ("chatbox doctor", "the quick checks"),
        (
            "chatbox doctor --deep --url https://chat.example.org",
            "everything, and whether a proxy holds replies back",
        ),
    ),
)
