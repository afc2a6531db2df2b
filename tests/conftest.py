"""What most tests need: a data directory, a running server, a scripted provider."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from chatbox.db.database import Database
from chatbox.db.invariants import ALWAYS, AT_REST, violations
from chatbox.db.migrate import migrate
from chatbox.db.quiet import reading
from tests.running import Site, config_in, run_site
from tests.team import Team, Template, lift_rates, make_template, run_team
from tests.upstream import Upstream


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    """Commands that run within a test make files private; those of the next test are not."""
    os.umask(0o022)
    yield
    os.umask(0o022)


@pytest.fixture(scope="session")
def fresh_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database to copy."""
    path = tmp_path_factory.mktemp("fresh") / "chatbox.db"
    migrate(path)
    return path


@pytest.fixture
def data_dir(tmp_path: Path, fresh_file: Path) -> Path:
    """A data directory with an empty database."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    shutil.copy(fresh_file, folder / "chatbox.db")
    return folder


@pytest.fixture
async def database(data_dir: Path) -> AsyncIterator[Database]:
    """An open, empty database."""
    opened = await Database.open(data_dir / "chatbox.db")
    yield opened
    await opened.close()


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    """A scripted provider."""
    async with Upstream() as running:
        yield running


@pytest.fixture
async def site(data_dir: Path) -> AsyncIterator[Site]:
    """A running server without any provider; what it leaves must be sound."""
    async with run_site(config_in(data_dir)) as running:
        yield running
    with reading(data_dir / "chatbox.db") as connection:
        assert violations(connection, ALWAYS + AT_REST) == {}


@pytest.fixture(scope="session")
def team_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A team's database to copy."""
    return asyncio.run(make_template(tmp_path_factory.mktemp("team")))


@pytest.fixture
async def team(data_dir: Path, team_template: Template) -> AsyncIterator[Team]:
    """A running server in team mode with an owner, an admin, two users and a viewer."""
    async with run_team(config_in(data_dir, team=True), team_template) as running:
        yield running
    with reading(data_dir / "chatbox.db") as connection:
        assert violations(connection, ALWAYS + AT_REST) == {}


@pytest.fixture
async def bare_team(data_dir: Path) -> AsyncIterator[Team]:
    """A running server in team mode that nobody has set up."""
    async with run_site(config_in(data_dir, team=True)) as site:
        await lift_rates(site)
        team = Team(site)
        yield team
        await team.aclose()


@pytest.fixture
async def chat(site: Site, upstream: Upstream) -> Site:
    """A running server whose provider `up` is the scripted one."""
    await site.connect(upstream)
    return site


@pytest.fixture
def client(site: Site) -> httpx.AsyncClient:
    """A client of the running server's API."""
    return site.client
