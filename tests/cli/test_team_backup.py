"""A backup of a team's server holds its people, but nobody is signed in by it."""

import asyncio
import base64
from hashlib import sha256
from pathlib import Path

from tests.cli.test_alerts import run
from tests.running import MASTER_KEY, config_in, good, refused, run_site
from tests.team import PASSWORD, USER, Team


async def test_after_a_restore_everybody_signs_in_again(team: Team, tmp_path: Path) -> None:
    link = good(await team.owner.post("/invitations", json={"role": "user"}))["url"]
    pair = {"username": USER, "password": PASSWORD, "kind": "api"}
    tokens = good(await team.browser().post("/auth/login", json=pair))
    old_browser = await team.sign_in(USER)
    said = good(await old_browser.post("/sessions", json={"title": "Kept"}))
    config = team.site.server.config
    where = ("--data-dir", config.data_dir)
    code, told = await run(tmp_path, "backup", str(tmp_path / "out"), *where)
    assert code == 0, told

    (backup,) = (tmp_path / "out").iterdir()
    content = await asyncio.to_thread(backup.read_bytes)
    for token in (
        old_browser.cookies["chatbox"],
        old_browser.cookies["chatbox-device"],
        tokens["refresh_token"],
        link.partition("#")[2],
    ):
        assert sha256(token.encode()).digest() not in content
    fresh = tmp_path / "fresh" / "data"
    key = tmp_path / "key"
    key.write_text(base64.b64encode(MASTER_KEY).decode())
    where = ("--data-dir", str(fresh), "--master-key-file", str(key))
    code, told = await run(tmp_path, "restore", str(backup), "--yes", *where)
    assert code == 0, told

    async with run_site(config_in(fresh, team=True)) as site:
        restored = Team(site)
        cookie = {"Cookie": f"chatbox={old_browser.cookies['chatbox']}"}
        refused(await restored.browser().get("/auth/me", headers=cookie), 401, "login_required")
        old = {"refresh_token": tokens["refresh_token"]}
        refused(await restored.browser().post("/auth/refresh", json=old), 401, "login_required")
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        refused(await restored.browser().get("/auth/me", headers=bearer), 401, "login_required")
        browser = await restored.sign_in(USER)
        assert good(await browser.get("/sessions"))["items"][0]["id"] == said["id"]
        await restored.aclose()
