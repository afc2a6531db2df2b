"""`chatbox users` and `chatbox team`: what they do to the file, what they refuse, what they log."""

import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from chatbox.accounts.hashing import Hasher
from chatbox.cli.main import EXIT_REFUSED, main
from chatbox.db.invariants import ALWAYS, AT_REST, violations

Run = Callable[..., str]
PASSWORD = "correct horse battery"
pytestmark = pytest.mark.usefixtures("plain_environment")


@pytest.fixture
def password_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")
    monkeypatch.setenv("CHATBOX_PASSWORD_FILE", str(file))
    return file


@pytest.fixture
def database(data_dir: Path) -> Path:
    """A database that a server was started on."""
    path = data_dir / "chatbox.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO instance (id, key_fingerprint, created_at) VALUES (1, 'print', 0)"
        )
        connection.commit()
    return path


@pytest.fixture
def run(database: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on the database; what it said."""

    def run(*arguments: str, code: int = 0) -> str:
        assert main([*arguments, "--data-dir", str(database.parent)]) == code
        shown = capsys.readouterr()
        with closing(sqlite3.connect(database)) as connection:
            assert violations(connection, ALWAYS + AT_REST) == {}
        return shown.out if code == 0 else shown.err

    return run


def ask(database: Path, sql: str, *values: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(sql, values).fetchall()


def people(run: Run) -> dict[str, dict[str, object]]:
    items = json.loads(run("users", "list", "--json"))["items"]
    return {item["username"]: item for item in items}


def test_an_account_is_made_with_a_link_or_a_password(
    run: Run, database: Path, request: pytest.FixtureRequest
) -> None:
    told = run("users", "create", "Uma", "--role", "admin", "--public-url", "https://chat.test")
    assert "uma is an admin now" in told
    assert "https://chat.test/reset#" in told
    request.getfixturevalue("password_file")
    told = run("users", "create", "otto", "--email", "Otto@mail.test")
    assert "#" not in told
    shown = people(run)
    assert (shown["uma"]["role"], shown["uma"]["has_password"]) == ("admin", False)
    assert (shown["otto"]["email"], shown["otto"]["has_password"]) == ("otto@mail.test", True)
    assert ask(database, "SELECT count(*) FROM links WHERE used_at IS NULL") == [(1,)]
    (stored,) = ask(database, "SELECT password_hash FROM users WHERE username = 'otto'")
    assert Hasher()._verify(PASSWORD, str(stored[0]))
    table = run("users", "list")
    assert [line.split()[0] for line in table.splitlines()] == ["NAME", "-", "uma", "otto"]


def test_an_account_is_suspended_and_let_in_again(run: Run, database: Path) -> None:
    run("users", "create", "uma")
    before = ask(database, "SELECT rights_version FROM users WHERE username = 'uma'")
    run("users", "disable", "uma")
    assert people(run)["uma"]["state"] == "suspended"
    assert ask(database, "SELECT rights_version FROM users WHERE username = 'uma'") > before
    run("users", "enable", "uma")
    assert people(run)["uma"]["state"] == "active"


def test_a_password_and_a_lost_factor_are_mended(
    run: Run, database: Path, password_file: Path
) -> None:
    run("users", "create", "uma")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(
            "UPDATE users SET totp_secret = x'00', totp_confirmed_at = 1 WHERE username = 'uma'"
        )
        connection.commit()
    link = run("users", "reset-link", "uma")
    assert "http://127.0.0.1:8000/reset#" in link
    password_file.write_text("another good password")
    run("users", "passwd", "uma")
    assert ask(database, "SELECT count(*) FROM links") == [(0,)], "older links do not work"
    run("users", "remove-totp", "uma")
    assert people(run)["uma"]["totp"] is False


def test_an_account_is_taken_out_and_deleted(run: Run, database: Path, tmp_path: Path) -> None:
    run("users", "create", "uma")
    archive = tmp_path / "uma.zip"
    run("users", "export", "uma", str(archive))
    assert archive.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(archive) as opened:
        assert json.loads(opened.read("account.json"))["username"] == "uma"
    assert "File exists" in run("users", "export", "uma", str(archive), code=EXIT_REFUSED)
    assert "--yes" in run("users", "delete", "uma", code=EXIT_REFUSED)
    run("users", "delete", "uma", "--yes")
    assert ask(database, "SELECT count(*) FROM users") == [(1,)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("create",), "Say whom"),
        (("create", "x"), "2 to 40 letters"),
        (("create", "taken"), "in use"),
        (("create", "uma", "--email", "nothing"), "no e-mail address"),
        (("create", "uma", "--password-prompt"), "Nobody can be asked"),
        (("disable", "nobody"), "no account called 'nobody'"),
        (("disable", "{owner}"), "must be an owner"),
        (("delete", "{owner}", "--yes"), "must be an owner"),
        (("passwd", "taken"), "Nobody can be asked"),
        (("reset-link", "{owner}"), "team enable --owner"),
        (("export", "taken"), "Name the file"),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(
    run: Run, database: Path, arguments: tuple[str, ...], said: str
) -> None:
    run("users", "create", "taken")
    ((owner,),) = ask(database, "SELECT public_id FROM users WHERE role = 'owner'")
    before = ask(database, "SELECT id, username, state, version FROM users")
    filled = [one.format(owner=owner) for one in arguments]
    assert said in run("users", *filled, code=EXIT_REFUSED)
    assert ask(database, "SELECT id, username, state, version FROM users") == before


def test_a_weak_password_is_refused_with_its_reason(run: Run, password_file: Path) -> None:
    password_file.write_text("short")
    assert "at least 10" in run("users", "create", "uma", code=EXIT_REFUSED)
    assert "uma" not in people(run)
    password_file.unlink()
    assert "CHATBOX_PASSWORD_FILE" in run("users", "create", "uma", code=EXIT_REFUSED)


def test_a_team_begins_and_ends(run: Run, database: Path, password_file: Path) -> None:
    assert "one person's server" in run("team", "status")
    run("users", "create", "uma")
    assert "in use" in run("team", "enable", "--owner", "uma", code=EXIT_REFUSED)
    assert ask(database, "SELECT team FROM instance") == [(0,)], "all or nothing"
    assert "olga is its owner" in run("team", "enable", "--owner", "Olga")
    told = run("team", "status")
    assert "team's server" in told
    assert "olga, who has a password" in told
    assert "password already" in run("team", "enable", "--owner", "olga", code=EXIT_REFUSED)
    assert "1 other account" in run("team", "disable")
    assert ask(database, "SELECT team FROM instance") == [(0,)]
    assert "signs in as before" in run("team", "enable")
    assert password_file.read_text().strip() == PASSWORD


def test_a_team_without_an_owner_gets_a_link(run: Run, database: Path) -> None:
    assert "http://127.0.0.1:8001/setup#" in run("team", "enable", "--port", "8001")
    assert ask(database, "SELECT team FROM instance") == [(1,)]


def test_a_server_that_others_reach_stays_a_teams(run: Run, database: Path) -> None:
    run("team", "enable")
    told = run("team", "disable", "--public-url", "https://chat.test", code=EXIT_REFUSED)
    assert "would be its owner" in told
    assert ask(database, "SELECT team FROM instance") == [(1,)]


def test_the_log_says_who_did_it_and_names_nobody(run: Run, database: Path) -> None:
    run("users", "create", "uma")
    run("users", "disable", "uma")
    run("users", "delete", "uma", "--yes")
    run("team", "enable")
    rows = ask(database, "SELECT actor, action, object, detail FROM audit ORDER BY id")
    assert [row[1] for row in rows] == [
        "user.create",
        "user.state",
        "user.delete",
        "team.enable",
        "setup.link",
    ]
    assert {row[0] for row in rows} == {"cli"}
    assert "uma" not in repr(rows)


def test_without_a_database_or_a_first_start_nothing_is_done(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (("users", "list"), ("users", "create", "uma"), ("team", "enable")):
        assert main([*command, "--data-dir", str(tmp_path / "none")]) == EXIT_REFUSED
        assert "no database" in capsys.readouterr().err
    assert main(["team", "enable", "--data-dir", str(data_dir)]) == EXIT_REFUSED
    assert "Start it once" in capsys.readouterr().err
