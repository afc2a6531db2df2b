"""Hands letters to the mail server that alerts go through; what fails is logged and given up."""

import asyncio
import logging
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from functools import partial

from chatbox.accounts.letter_texts import TEXTS, Language, LetterKind
from chatbox.config import Alerts
from chatbox.kit.mail import MailFailed, send_mail
from chatbox.kit.tasks import in_daemon_thread
from chatbox.system.notices import mail_server
from chatbox.system.site import SiteSettings

logger = logging.getLogger(__name__)

AT_ONCE = 4


class Postbox:
    """Writes and sends letters; `base` answers the address that people reach the server by."""

    def __init__(self, alerts: Alerts, site: SiteSettings, base: Callable[[], str]) -> None:
        self._alerts = alerts
        self._site = site
        self._base = base
        self._room = asyncio.Semaphore(AT_ONCE)

    @property
    def is_open(self) -> bool:
        """Whether letters can be sent at all."""
        return bool(self._alerts.smtp_host and self._alerts.email_from)

    async def send(self, kind: LetterKind, to: str, language: Language, **values: str) -> None:
        """Write a letter and hand it in; nobody is told when that fails, except the log."""
        letter = self._write(kind, to, language, values)
        try:
            async with self._room:
                await in_daemon_thread(partial(send_mail, mail_server(self._alerts), letter))
        except MailFailed as failed:
            logger.warning("a letter was not sent", extra={"kind": kind, "why": str(failed)})

    def _write(
        self, kind: LetterKind, to: str, language: Language, values: dict[str, str]
    ) -> EmailMessage:
        text = TEXTS[language][kind]
        site = " ".join(self._site.now.name.split())
        filled = {"site": site, "base": self._base(), "url": "", "until": "", **values}
        letter = EmailMessage()
        letter["Subject"] = text.subject.format_map(filled)
        letter["From"], letter["To"] = self._alerts.email_from, to
        letter["Date"] = formatdate()
        letter["Message-ID"] = make_msgid(domain=self._alerts.email_from.partition("@")[2])
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(text.body.format_map(filled))
        return letter
