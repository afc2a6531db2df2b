"""Which master key a database belongs to, and when another one may take its place."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chatbox.app import open_server
from chatbox.caller import OWNER
from chatbox.db.database import Database
from chatbox.errors import StartRefused
from chatbox.kit.secretbox import SecretBox
from chatbox.providers.model import NewProvider, ProviderChange
from chatbox.system.instance import claim, holds_secrets
from tests.running import MASTER_KEY, SECRET, config_in

OTHER_KEY = bytes(reversed(MASTER_KEY))
DOWN = "http://127.0.0.1:9/v1"


async def connect(data_dir: Path, secret: str | None) -> str:
    async with open_server(config_in(data_dir), SecretBox(MASTER_KEY), {}) as server:
        new = NewProvider(name="down", base_url=DOWN, secret=secret, enabled=False)
        return (await server.providers.connect(OWNER, new)).public_id


async def test_another_key_is_refused_while_there_is_a_secret(data_dir: Path) -> None:
    provider = await connect(data_dir, SECRET)
    with pytest.raises(StartRefused, match="master key is not the one"):
        async with open_server(config_in(data_dir), SecretBox(OTHER_KEY), {}):
            pass
    async with open_server(config_in(data_dir), SecretBox(MASTER_KEY), {}) as server:
        await server.providers.change(OWNER, provider, ProviderChange(secret=None), version=None)
    async with open_server(config_in(data_dir), SecretBox(OTHER_KEY), {}):
        pass


async def test_another_key_takes_over_when_nothing_is_encrypted(database: Database) -> None:
    await claim(database, SecretBox(MASTER_KEY))
    await claim(database, SecretBox(OTHER_KEY))
    async with database.read() as reader:
        known = await reader.fetch_all(str, "SELECT key_fingerprint FROM instance")
    assert known == [SecretBox(OTHER_KEY).fingerprint]


@pytest.mark.parametrize(("secret", "holds"), [(None, False), (SECRET, True)])
async def test_a_file_tells_whether_it_holds_secrets(
    data_dir: Path, secret: str | None, holds: bool
) -> None:
    await connect(data_dir, secret)
    assert holds_secrets(data_dir / "chatbox.db") is holds


def test_no_file_an_empty_one_and_a_fresh_one_hold_none(tmp_path: Path, fresh_file: Path) -> None:
    assert holds_secrets(tmp_path / "absent.db") is False
    assert not (tmp_path / "absent.db").exists()
    (tmp_path / "empty.db").touch()
    assert holds_secrets(tmp_path / "empty.db") is False
    assert holds_secrets(fresh_file) is False


def test_a_file_that_is_no_database_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "chatbox.db"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StartRefused, match="cannot be read as a database"):
        holds_secrets(path)
    assert path.read_bytes() == b"not a database at all" * 100


async def test_secrets_still_in_the_log_are_seen(data_dir: Path) -> None:
    async with open_server(config_in(data_dir), SecretBox(MASTER_KEY), {}) as server:
        new = NewProvider(name="down", base_url=DOWN, secret=SECRET, enabled=False)
        await server.providers.connect(OWNER, new)
        assert holds_secrets(data_dir / "chatbox.db") is True
        assert len(await server.providers.all(OWNER)) == 1


async def test_a_second_factor_is_a_secret_of_this_key_too(database: Database) -> None:
    await claim(database, SecretBox(MASTER_KEY))
    async with database.write() as writer:
        await writer.execute("UPDATE users SET totp_secret = x'00'")
    assert holds_secrets(database.path) is True
    with pytest.raises(StartRefused, match="master key is not the one"):
        await claim(database, SecretBox(OTHER_KEY))


def test_a_file_from_before_second_factors_can_be_asked(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE users (id INTEGER PRIMARY KEY)")
        connection.execute("CREATE TABLE providers (secret BLOB)")
        connection.commit()
    assert holds_secrets(path) is False
