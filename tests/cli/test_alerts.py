"""`chatbox alerts test`, as an operator runs it: a real process, real receivers."""

import asyncio
import os
import ssl
import sys
from pathlib import Path

import msgspec

from tests.receivers import PASSWORD, USER, Hook, Mailbox, make_certificate

HOOK_SECRET = "canary-hook-secret-9Rw"


async def run(folder: Path, *arguments: str, **environ: str) -> tuple[int, str]:
    """Run chatbox; its exit code and everything it said."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CHATBOX_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "chatbox",
        *arguments,
        cwd=folder,
        env={**clean, "PYTHONPATH": str(Path(__file__).parents[2]), **environ},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


def mail_values(port: int) -> dict[str, str]:
    return {
        "CHATBOX_ALERTS_EMAIL_TO": "ops@there.test",
        "CHATBOX_ALERTS_EMAIL_FROM": "box@here.test",
        "CHATBOX_ALERTS_SMTP_HOST": "localhost",
        "CHATBOX_ALERTS_SMTP_PORT": str(port),
        "CHATBOX_ALERTS_SMTP_USER": USER,
    }


async def test_both_targets_get_a_message_and_the_secrets_come_from_files(tmp_path: Path) -> None:
    pem, context = make_certificate(tmp_path)
    password, secret = tmp_path / "password", tmp_path / "secret"
    password.write_text(f"{PASSWORD}\n")
    secret.write_text(f"{HOOK_SECRET}\n")
    async with Mailbox(starttls=context).open() as box, Hook().open() as hook:
        code, said = await run(
            tmp_path,
            "alerts",
            "test",
            **mail_values(box.port),
            CHATBOX_ALERTS_SMTP_PASSWORD_FILE=str(password),
            CHATBOX_ALERTS_WEBHOOK_URL=hook.url,
            CHATBOX_ALERTS_WEBHOOK_SECRET_FILE=str(secret),
            SSL_CERT_FILE=str(pem),
        )
    assert (code, said) == (0, "webhook 127.0.0.1: sent.\ne-mail ops@there.test: sent.\n")
    assert "This is a test." in box.letters[0].get_content()
    ((headers, body),) = hook.requests
    assert msgspec.json.decode(body)["event"] == "test"
    assert headers["webhook-signature"].startswith("v1,")


async def test_what_fails_is_told_with_exit_code_1(tmp_path: Path) -> None:
    _, stranger = make_certificate(tmp_path)
    assert isinstance(stranger, ssl.SSLContext)
    async with Mailbox(starttls=stranger).open() as box, Hook().open() as hook:
        code, said = await run(
            tmp_path,
            "alerts",
            "test",
            **mail_values(box.port),
            CHATBOX_ALERTS_SMTP_PASSWORD=PASSWORD,
            CHATBOX_ALERTS_WEBHOOK_URL=hook.url,
        )
    assert code == 1
    assert "webhook 127.0.0.1: sent." in said
    assert "e-mail ops@there.test: The certificate of localhost is not trusted." in said
    assert PASSWORD not in said
    assert "secret-path" not in said


async def test_no_target_is_refused(tmp_path: Path) -> None:
    code, said = await run(tmp_path, "alerts", "test")
    assert code == 2
    assert "There is nowhere to send to" in said


async def test_config_show_hides_what_is_secret(tmp_path: Path) -> None:
    code, said = await run(
        tmp_path,
        "config",
        "show",
        CHATBOX_ALERTS_SMTP_PASSWORD=PASSWORD,
        CHATBOX_ALERTS_WEBHOOK_SECRET=HOOK_SECRET,
        CHATBOX_ALERTS_WEBHOOK_URL="https://hooks.test/secret-path",
    )
    assert code == 0
    for secret in (PASSWORD, HOOK_SECRET, "secret-path"):
        assert secret not in said
    assert said.count("(set)") == 3
