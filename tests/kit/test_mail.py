"""E-mail to a real server on loopback, and every way it can fail, in a sentence without secrets."""

import asyncio
import socket
import ssl
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from chatbox.kit.mail import MailFailed, MailServer, send_mail
from tests.receivers import PASSWORD, USER, Mailbox, make_certificate


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's certificate that this system trusts."""
    pem, context = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    return context


def letter(subject: str = "Something is wrong") -> EmailMessage:
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = subject, "box@here.test", "ops@there.test"
    made.set_content("Only 12 MB are free.\n.\nA line with a dot alone is above. 磁盘已满")
    return made


async def send(port: int, host: str = "localhost", **values: Any) -> None:
    server = MailServer(host=host, port=port, **{"security": "none", **values})
    await asyncio.to_thread(send_mail, server, letter())


async def failure_of(port: int, host: str = "localhost", **values: Any) -> str:
    with pytest.raises(MailFailed) as failed:
        await send(port, host, **values)
    text = str(failed.value)
    assert PASSWORD not in text
    assert text.endswith(".")
    return text


async def test_a_letter_arrives_over_starttls_with_a_login(context: ssl.SSLContext) -> None:
    async with Mailbox(starttls=context).open() as box:
        await send(box.port, security="starttls", user=USER, password=PASSWORD)
    (got,) = box.letters
    assert (got["Subject"], got["To"]) == ("Something is wrong", "ops@there.test")
    assert "磁盘已满" in got.get_content()
    verbs = [line.split()[0].upper() for line in box.lines]
    assert verbs.index("STARTTLS") < verbs.index("AUTH") < verbs.index("DATA")


async def test_a_letter_arrives_over_tls(context: ssl.SSLContext) -> None:
    async with Mailbox(tls=context).open() as box:
        await send(box.port, security="tls", user=USER, password=PASSWORD)
    assert len(box.letters) == 1


async def test_a_letter_arrives_in_the_clear_when_that_is_wanted() -> None:
    async with Mailbox().open() as box:
        await send(box.port)
    assert len(box.letters) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_that_nobody_knows_is_refused(tmp_path: Path, security: str) -> None:
    _, stranger = make_certificate(tmp_path)
    which = {security: stranger}
    async with Mailbox(**which).open() as box:
        text = await failure_of(box.port, security=security, user=USER, password=PASSWORD)
    assert "certificate of localhost is not trusted" in text
    assert not [line for line in box.lines if line.startswith("AUTH")]


async def test_no_password_is_sent_when_starttls_is_missing() -> None:
    async with Mailbox().open() as box:
        text = await failure_of(box.port, security="starttls", user=USER, password=PASSWORD)
    assert "does not offer STARTTLS" in text
    assert not [line for line in box.lines if line.startswith("AUTH")]


async def test_a_wrong_password_is_told_without_the_servers_words(context: ssl.SSLContext) -> None:
    async with Mailbox(starttls=context).open() as box:
        wrong = f"{PASSWORD}-wrong"
        text = await failure_of(box.port, security="starttls", user=USER, password=wrong)
    assert "does not accept the user name or the password (535)" in text


@pytest.mark.parametrize(
    ("refuses", "said"),
    [
        ({"RCPT": "550 nobody here"}, "refuses the recipient: 550 nobody here"),
        ({"MAIL": "552 too full"}, "does not take the message: 552 too full"),
        ({"DATA": f"554 {'x' * 5000}"}, "does not take the message: 554 xxx"),
    ],
)
async def test_a_refusal_is_told_in_the_servers_words(refuses: dict[str, str], said: str) -> None:
    async with Mailbox(refuses=refuses).open() as box:
        text = await failure_of(box.port)
    assert said in text
    assert len(text) < 400


async def test_a_server_that_says_nothing_is_given_up() -> None:
    async with Mailbox(silent=True).open() as box:
        assert "did not answer in time" in await failure_of(box.port, seconds=0.2)


async def test_a_port_where_nobody_listens_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert "No connection to localhost" in await failure_of(port)


@pytest.mark.parametrize("host", ["169.254.169.254", "100.100.100.200", "240.0.0.1"])
async def test_metadata_and_reserved_addresses_are_never_asked(host: str) -> None:
    assert "is not allowed" in await failure_of(25, host)
