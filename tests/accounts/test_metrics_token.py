"""A monitoring program reads a team server's metrics with a token that opens nothing else."""

from pathlib import Path

import pytest

from tests.running import config_in, refused
from tests.team import ADMIN, USER, Team, Template, run_team

TOKEN = "metrics-0123456789abcdef"


async def status_of(team: Team, header: str | bytes | None, path: str = "/metrics") -> int:
    headers = {} if header is None else {"Authorization": header}
    return (await team.browser().get(f"{team.site.url}{path}", headers=headers)).status_code


async def test_the_token_opens_the_metrics_and_nothing_else(
    data_dir: Path, team_template: Template
) -> None:
    config = config_in(data_dir, team=True, metrics_token=TOKEN)
    async with run_team(config, team_template) as team:
        assert await status_of(team, f"Bearer {TOKEN}") == 200
        assert await status_of(team, f"bearer {TOKEN}") == 200
        for wrong in (None, TOKEN, "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", b"Bearer \xff"):
            assert await status_of(team, wrong) == 401, wrong
        for path in ("/api/v1/admin/stats", "/api/v1/sessions", "/api/v1/users"):
            assert await status_of(team, f"Bearer {TOKEN}", path) == 401
        assert (await team[ADMIN].get(f"{team.site.url}/metrics")).status_code == 200
        refused(await team[USER].get(f"{team.site.url}/metrics"), 403, "forbidden")
        team[USER].headers["Authorization"] = f"Bearer {TOKEN}"
        refused(await team[USER].get("/sessions"), 401, "login_required")


@pytest.mark.parametrize("header", ["Bearer", "Bearer null", None])
async def test_without_a_token_none_opens_them(team: Team, header: str | None) -> None:
    assert await status_of(team, header) == 401
