"""Sends an e-mail through somebody's server (RFC 5321), under the same policy as all requests.

The address is looked up once, vetted and connected to. A password goes over TLS only.
"""

import smtplib
import socket
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from ipaddress import ip_address
from typing import Literal

import msgspec

from chatbox.kit.egress import Policy
from chatbox.kit.trust import trusting_context

_LONGEST_REPLY = 200


class MailServer(msgspec.Struct, frozen=True):
    """Where mail is handed in; `starttls` begins in the clear and refuses to go on like that."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    user: str = ""
    password: str = ""
    seconds: float = 15.0


class MailFailed(Exception):
    """A sentence about why the mail was not taken; it holds no secret."""


def send_mail(server: MailServer, message: EmailMessage) -> None:
    """Hand a message in; blocks, so it belongs on a thread. Raises `MailFailed`."""
    try:
        with _connect(server) as connection:
            if server.security == "starttls":
                connection.starttls(context=trusting_context())
            if server.user:
                connection.login(server.user, server.password)
            connection.send_message(message)
    except smtplib.SMTPException as failure:
        raise MailFailed(_refusal(server, failure)) from failure
    except (OSError, UnicodeError) as failure:
        raise MailFailed(_breakdown(server, failure)) from failure


def _refusal(server: MailServer, failure: smtplib.SMTPException) -> str:
    """What a server that could be reached did not like."""
    where = f"{server.host}:{server.port}"
    match failure:
        case smtplib.SMTPAuthenticationError():  # its words might repeat what it was told
            code = failure.smtp_code
            return f"{where} does not accept the user name or the password ({code})."
        case smtplib.SMTPRecipientsRefused():
            replies = "; ".join(_reply(*reply) for reply in failure.recipients.values())
            return f"{where} refuses the recipient: {replies}."
        case smtplib.SMTPResponseException():
            reply = _reply(failure.smtp_code, failure.smtp_error)
            return f"{where} does not take the message: {reply}."
        case smtplib.SMTPNotSupportedError():
            wanted = "STARTTLS" if server.security == "starttls" else "what the message needs"
            return f"{where} does not offer {wanted}."
        case smtplib.SMTPServerDisconnected():
            return f"{where} closed the connection or did not answer in time."
        case _:
            return f"{where} does not answer in proper SMTP."


def _breakdown(server: MailServer, failure: OSError | UnicodeError) -> str:
    """Why nothing could be sent at all."""
    where = f"{server.host}:{server.port}"
    match failure:
        case UnicodeError():
            return "The user name and the password of the mail server must be ASCII."
        case ssl.SSLCertVerificationError():
            return f"The certificate of {server.host} is not trusted."
        case ssl.SSLError():
            return f"No secure connection to {where} came about."
        case TimeoutError():
            return f"{where} did not answer in time."
        case _:
            return f"No connection to {where} came about ({failure.strerror or 'closed'})."


class _Connection(smtplib.SMTP):
    """SMTP to an address that was vetted, whatever the name may mean by now."""

    def __init__(self, server: MailServer, address: str) -> None:
        self._address = address
        self._is_wrapped = server.security == "tls"
        super().__init__(server.host, server.port, timeout=server.seconds)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Called by smtplib to connect; for implicit TLS it expects the wrapped socket."""
        plain = socket.create_connection((self._address, port), timeout)
        if not self._is_wrapped:
            return plain
        return trusting_context().wrap_socket(plain, server_hostname=host)


def _connect(server: MailServer) -> smtplib.SMTP:
    addresses = _vetted(server)
    failure: OSError | None = None
    for address in addresses:
        try:
            return _Connection(server, address)
        except ssl.SSLError:
            raise
        except OSError as failed:
            failure = failed
    raise failure or OSError("no address")


def _vetted(server: MailServer) -> Sequence[str]:
    """The addresses of the host; the operator named it, so private ones are allowed."""
    policy = Policy([(server.host, server.port)])
    try:
        found = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    except OSError as unknown:
        raise MailFailed(f"The name {server.host} could not be found.") from unknown
    addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
    for address in addresses:
        if not policy.permits(server.host, server.port, address=ip_address(address)):
            raise MailFailed(f"{server.host} leads to {address}, which is not allowed.")
    return addresses


def _reply(code: int, text: bytes | str) -> str:
    """What a server said, on one line and not endlessly."""
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(said.split())[:_LONGEST_REPLY]}".rstrip(". ")
