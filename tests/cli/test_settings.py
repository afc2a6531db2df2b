"""`chatbox settings`: what it changes, what it refuses, what it logs."""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from chatbox.cli.main import EXIT_REFUSED, main
from chatbox.db.quiet import look
from chatbox.system.audit_chain import check_chain, list_rows
from chatbox.system.site import Site
from tests.running import config_in, run_site

Run = Callable[..., str]
DEFAULTS = json.loads(msgspec.json.encode(Site()))
pytestmark = pytest.mark.usefixtures("plain_environment")


@pytest.fixture
def run(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `chatbox settings`; what it said."""

    def run(*arguments: str, code: int = 0) -> str:
        assert main(["settings", *arguments, "--data-dir", str(data_dir)]) == code
        shown = capsys.readouterr()
        return shown.out if code == 0 else shown.err

    return run


@pytest.fixture
async def started(data_dir: Path) -> None:
    """A database that a server was started on."""
    async with run_site(config_in(data_dir)):
        pass


@pytest.mark.usefixtures("started")
def test_settings_are_listed_set_and_reset(run: Run, data_dir: Path) -> None:
    assert json.loads(run("list", "--json")) == DEFAULTS
    assert run("set", "registration", "closed") == "registration is closed now.\n"
    assert run("set", "turns_per_user", "9") == "turns_per_user is 9 now.\n"
    assert run("set", "admins_read_sessions", "TRUE") == "admins_read_sessions is true now.\n"
    networks = run("set", "admin_networks", "10.0.0.0/8, ::1")
    assert networks == "admin_networks is 10.0.0.0/8,::1 now.\n"
    lines = dict(line.partition(" ")[::2] for line in run("list").splitlines())
    assert lines["admin_networks"].strip() == "10.0.0.0/8,::1"
    assert run("reset", "admin_networks") == "admin_networks is empty now.\n"
    rows = look(data_dir / "chatbox.db", lambda reader: list_rows(reader, after=0, limit=9))
    assert [(row.actor, row.object) for row in rows] == [
        ("cli", "setting:registration"),
        ("cli", "setting:turns_per_user"),
        ("cli", "setting:admins_read_sessions"),
        ("cli", "setting:admin_networks"),
        ("cli", "setting:admin_networks"),
    ]
    assert look(data_dir / "chatbox.db", check_chain).broken_at is None


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("set", "registration", "perhaps"), "registration: "),
        (("set", "turns_per_user", "many"), "turns_per_user: "),
        (("set", "admins_read_sessions", "1"), "admins_read_sessions: "),
        (("set", "admin_networks", "everywhere"), "not a network"),
        (("set", "nothing", "x"), "no setting 'nothing'"),
        (("reset", "nothing"), "no setting 'nothing'"),
        (("set", "registration"), "settings set registration VALUE"),
        (("set",), "settings set KEY"),
        (("reset",), "settings reset KEY"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(
    run: Run, arguments: tuple[str, ...], says: str
) -> None:
    assert says in run(*arguments, code=EXIT_REFUSED)
    assert json.loads(run("list", "--json")) == DEFAULTS
