"""Messages to whoever runs the server, by webhook and by e-mail."""

import logging
import re
import socket
from collections.abc import Callable, Coroutine
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from functools import partial
from typing import Any, Literal

import msgspec

from chatbox import __version__
from chatbox.config import Alerts
from chatbox.errors import StartRefused
from chatbox.kit.clock import now_ms, rfc3339
from chatbox.kit.egress import Client, InvalidURL, Policy, check_url
from chatbox.kit.egress_address import host_of, port_of
from chatbox.kit.ids import new_id
from chatbox.kit.mail import MailFailed, MailServer, send_mail
from chatbox.kit.tasks import in_daemon_thread
from chatbox.kit.webhook import WebhookFailed, key_of, post_signed

logger = logging.getLogger(__name__)

Event = Literal["firing", "reminder", "resolved", "test"]
TEST = "This is a test. Alerts of this server arrive here."
_ADDRESS = re.compile(r"[^\s@,<>\"]+@[^\s@,<>\"]+")
_WORDS: dict[Event, str] = {
    "firing": "Alert",
    "reminder": "Still",
    "resolved": "Resolved",
    "test": "Test",
}


class Notice(msgspec.Struct, frozen=True):
    """What is told: `text` is all of it in one line, for chat programs that show nothing else."""

    id: str
    event: Event
    rule: str
    detail: str
    since: str
    at: str
    server: str
    version: str
    text: str


class Outcome(msgspec.Struct, frozen=True):
    """What became of a notice at one target; `failure` is None when it was taken."""

    target: str
    failure: str | None


class Targets:
    """Where notices go; make it with values that `check_targets` has passed."""

    def __init__(self, alerts: Alerts) -> None:
        self._alerts = alerts
        self._client = Client(Policy())
        self._sending: list[tuple[str, Callable[[Notice], Coroutine[Any, Any, None]]]] = []
        if alerts.webhook_url:
            url = check_url(alerts.webhook_url)
            # The operator named it, so that one private address is allowed.
            self._client = Client(Policy([(host_of(url), port_of(url))]))
            self._sending.append((f"webhook {host_of(url)}", self._post))
        if alerts.email_to:
            self._sending.append((f"e-mail {alerts.email_to}", self._mail))

    def __bool__(self) -> bool:
        return bool(self._sending)

    async def send(self, notice: Notice) -> list[Outcome]:
        """Send to every target; what fails is logged and told, never raised."""
        outcomes = []
        for target, sending in self._sending:
            failure = None
            try:
                await sending(notice)
            except (WebhookFailed, MailFailed) as failed:
                failure = str(failed)
                logger.warning("a notice was not sent", extra={"target": target, "why": failure})
            outcomes.append(Outcome(target, failure))
        return outcomes

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _post(self, notice: Notice) -> None:
        body = msgspec.json.encode(notice)
        url, secret = self._alerts.webhook_url, self._alerts.webhook_secret
        await post_signed(self._client, url, body, secret=secret, name=notice.id)

    async def _mail(self, notice: Notice) -> None:
        letter = _letter(self._alerts, notice)
        await in_daemon_thread(partial(send_mail, mail_server(self._alerts), letter))


def mail_server(alerts: Alerts) -> MailServer:
    """The server that mail is handed to."""
    return MailServer(
        host=alerts.smtp_host,
        port=alerts.smtp_port,
        security=alerts.smtp_security,
        user=alerts.smtp_user,
        password=alerts.smtp_password,
    )


def notice_of(event: Event, rule: str, detail: str, *, since_ms: int | None = None) -> Notice:
    """Write a notice."""
    server = socket.gethostname()
    now = now_ms()
    detail = " ".join(detail.split())  # it goes into a header
    return Notice(
        id=new_id(),
        event=event,
        rule=rule,
        detail=detail,
        since=rfc3339(now if since_ms is None else since_ms),
        at=rfc3339(now),
        server=server,
        version=__version__,
        text=f"{_WORDS[event]}: {detail} (chatbox on {server})",
    )


async def send_test(alerts: Alerts) -> list[Outcome]:
    """Send a test message to every target."""
    targets = Targets(alerts)
    try:
        return await targets.send(notice_of("test", "test", TEST))
    finally:
        await targets.aclose()


def check_targets(alerts: Alerts) -> None:
    """Raise `StartRefused` for values that no notice could be sent with."""
    if alerts.webhook_url:
        try:
            check_url(alerts.webhook_url)
        except InvalidURL as failure:
            raise StartRefused(f"The value of alerts.webhook_url is not valid: {failure}") from None
        try:
            key_of(alerts.webhook_secret)
        except ValueError:
            raise StartRefused(
                "The value of alerts.webhook_secret begins with whsec_, but what follows is not "
                "base64."
            ) from None
    if alerts.email_to or alerts.smtp_host:
        _check_mail(alerts)


def _check_mail(alerts: Alerts) -> None:
    if not alerts.smtp_host:
        raise StartRefused("With alerts.email_to, alerts.smtp_host must name a mail server.")
    if not 1 <= alerts.smtp_port <= 65_535:
        raise StartRefused("The value of alerts.smtp_port must be between 1 and 65535.")
    addresses = {"alerts.email_from": alerts.email_from}
    if alerts.email_to:
        addresses["alerts.email_to"] = alerts.email_to
    for name, value in addresses.items():
        if not _ADDRESS.fullmatch(value):
            raise StartRefused(f"The value of {name} must be one e-mail address, not {value!r}.")
    if alerts.smtp_user and alerts.smtp_security == "none":
        raise StartRefused(
            "The password of alerts.smtp_user would be sent in the clear: set "
            "alerts.smtp_security to starttls or tls."
        )


def _letter(alerts: Alerts, notice: Notice) -> EmailMessage:
    letter = EmailMessage()
    letter["Subject"] = f"[chatbox] {notice.text}"
    letter["From"], letter["To"] = alerts.email_from, alerts.email_to
    letter["Date"] = formatdate()
    letter["Message-ID"] = make_msgid(domain=alerts.email_from.partition("@")[2])
    letter["Auto-Submitted"] = "auto-generated"
    lines = (
        notice.detail,
        "",
        f"Since:   {notice.since}",
        f"Now:     {notice.at}",
        f"Server:  {notice.server}, chatbox {notice.version}",
        f"Rule:    {notice.rule}",
    )
    letter.set_content("\n".join(lines))
    return letter
