"""`chatbox alerts test`: sends a test message to every target and says what happened."""

import argparse
import asyncio

from chatbox.cli.command import Command, Parser, add_place_options
from chatbox.config import Loaded
from chatbox.errors import StartRefused

EXIT_FAILED = 1


def _add_options(parser: Parser) -> None:
    parser.add_argument("what", choices=["test"])
    add_place_options(parser)


def _run(_options: argparse.Namespace, loaded: Loaded) -> int:
    from chatbox.system.notices import check_targets, send_test  # noqa: PLC0415 - slow to import

    alerts = loaded.config.alerts
    check_targets(alerts)
    outcomes = asyncio.run(send_test(alerts))
    if not outcomes:
        raise StartRefused(
            "There is nowhere to send to: set alerts.webhook_url, or alerts.email_to with "
            "alerts.email_from and alerts.smtp_host."
        )
    for outcome in outcomes:
        print(f"{outcome.target}: {outcome.failure or 'sent.'}")
    return EXIT_FAILED if any(outcome.failure for outcome in outcomes) else 0


COMMAND = Command(
    "alerts",
    "test where alerts go",
    "Send a test message to the webhook and the e-mail address of the configuration.",
    _add_options,
    _run,
)
