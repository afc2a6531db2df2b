"""What the doctor says of accounts and of the address of a team's server."""

import os
from pathlib import Path

import pytest

from chatbox.kit.secretbox import SecretBox
from tests.cli.test_doctor import examined, healthy
from tests.db.test_migrate import change
from tests.running import MASTER_KEY

__all__ = ["healthy"]
pytestmark = pytest.mark.usefixtures("plain_environment")
TEAM = "UPDATE instance SET team = 1"
OWNER = "UPDATE users SET username = 'olga', password_hash = 'x' WHERE role = 'owner'"
UMA = """
INSERT INTO users (public_id, username, name, role, state, created_at)
VALUES ('u', 'uma', 'Uma', 'user', ?, 0)
"""


def test_one_persons_server_needs_no_accounts(healthy: Path) -> None:
    assert examined(healthy, code=0)["accounts"] == (
        "ok",
        "One person's server, without signing in.",
    )
    change(healthy / "chatbox.db", UMA, "active")
    assert "1 other" in examined(healthy, code=0)["accounts"][1]


def test_a_team_is_counted_and_its_owner_named(healthy: Path) -> None:
    database = healthy / "chatbox.db"
    change(database, TEAM)
    found = examined(healthy, code=0)
    assert found["accounts"][0] == "warning"
    assert "chatbox team enable" in found["accounts"][1]
    change(database, OWNER)
    change(database, UMA, "suspended")
    found = examined(healthy, code=0)
    assert found["accounts"] == ("ok", "1 active, 1 suspended. The owner is olga.")
    change(database, "UPDATE users SET state = 'deleted' WHERE username = 'uma'")
    assert "being removed" in examined(healthy, code=0)["accounts"][1]


@pytest.mark.parametrize(
    ("url", "proxies", "state", "said"),
    [
        ("", "", "warning", "public_url is not set"),
        ("http://chat.test", "", "warning", "not encrypted"),
        ("https://chat.test", "", "warning", "trusted_proxies does not name"),
        ("https://chat.test", "0.0.0.0/0", "warning", "anybody can claim"),
        ("https://chat.test", "10.0.0.1/8", "failure", "trusted_proxies is not valid"),
        ("https://chat.test", "127.0.0.1", "ok", "https://chat.test"),
        ("http://127.0.0.1:8000", "", "ok", "http://127.0.0.1:8000"),
    ],
)
def test_the_address_of_a_team(
    healthy: Path, monkeypatch: pytest.MonkeyPatch, url: str, proxies: str, state: str, said: str
) -> None:
    change(healthy / "chatbox.db", TEAM)
    monkeypatch.setitem(os.environ, "CHATBOX_PUBLIC_URL", url)
    monkeypatch.setitem(os.environ, "CHATBOX_TRUSTED_PROXIES", proxies)
    found = examined(healthy, code=int(state == "failure"))["address"]
    assert found[0] == state
    assert said in found[1]


def test_a_factor_of_another_key_and_a_changed_log_are_failures(healthy: Path) -> None:
    database = healthy / "chatbox.db"
    sealed = SecretBox(bytes(32)).seal("x", bound_to="v1|users|totp_secret|u")
    change(database, UMA, "active")
    change(database, "UPDATE users SET totp_secret = ? WHERE username = 'uma'", sealed)
    change(
        database,
        "INSERT INTO audit (at, actor, address, action, object, result, hash) "
        "VALUES (0, '', '', 'x', '', 'ok', x'00')",
    )
    found = examined(healthy, "--deep", code=1)
    assert found["factors"][0] == found["audit"][0] == "failure"
    assert "remove-totp" in found["factors"][1]
    mine = SecretBox(MASTER_KEY).seal("x", bound_to="v1|users|totp_secret|u")
    change(database, "UPDATE users SET totp_secret = ? WHERE username = 'uma'", mine)
    assert examined(healthy, "--deep", code=1)["factors"][0] == "ok"
