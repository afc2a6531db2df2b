"""System settings: typed, live, with a history, in the audit log."""

from pathlib import Path
from typing import get_args

import httpx
import msgspec
import pytest

from chatbox.caller import OWNER, Caller
from chatbox.db.database import Database
from chatbox.errors import Forbidden, InvalidRequest, NotFound, StepUpRequired
from chatbox.system.site import Site, SiteSettings, Value
from chatbox.system.site_view import Kind
from tests.running import good, refused

ADMIN = Caller(user_id=1, role="admin", address="10.1.2.3", verified_at=2**60)
LAST = 2**62


@pytest.fixture
async def settings(database: Database) -> SiteSettings:
    return SiteSettings(database)


async def audited(database: Database) -> list[str]:
    async with database.read() as reader:
        return await reader.fetch_all(
            str, "SELECT action || ' ' || object || ' ' || detail FROM audit ORDER BY id"
        )


async def test_a_change_holds_at_once_and_after_a_restart(
    settings: SiteSettings, database: Database
) -> None:
    heard: list[Site] = []
    settings.listen(heard.append)
    await settings.change(OWNER, {"name": "Team", "turns_per_user": 2, "admin_networks": ["::/0"]})
    assert (settings.now.name, settings.now.turns_per_user) == ("Team", 2)
    assert heard == [settings.now]
    again = SiteSettings(database)
    await again.reload()
    assert again.now == settings.now
    assert await audited(database) == [
        r'settings.change setting:name {"old":null,"new":"\"Team\""}',
        'settings.change setting:turns_per_user {"old":null,"new":"2"}',
        r'settings.change setting:admin_networks {"old":null,"new":"[\"::/0\"]"}',
    ]


async def test_another_process_is_heard(settings: SiteSettings, database: Database) -> None:
    await SiteSettings(database).change(OWNER, {"registration": "closed"})
    assert settings.now == Site()
    await settings.reload()
    assert settings.now == Site(registration="closed")


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"nme": "x"}, "There is no setting 'nme'"),
        ({"name": ""}, "name: "),
        ({"registration": "sometimes"}, "registration: "),
        ({"turns_per_user": "4"}, "turns_per_user: "),
        ({"turns_per_user": True}, "turns_per_user: "),
        ({"turns_per_user": -1}, "turns_per_user: "),
        ({"registration_domains": ["Example.org"]}, "registration_domains: "),
        ({"registration_domains": "example.org"}, "registration_domains: "),
        ({"admin_networks": ["10.0.0.1/8"]}, "10.0.0.0/8 is"),
        ({"admin_networks": ["all"]}, "not a network"),
        ({"name": "Good", "sends_per_minute": 2_000_000}, "sends_per_minute: "),
    ],
)
async def test_what_is_not_valid_changes_nothing(
    settings: SiteSettings, database: Database, values: dict[str, Value], says: str
) -> None:
    with pytest.raises(InvalidRequest, match=says):
        await settings.change(OWNER, values)
    assert settings.now == Site()
    assert await audited(database) == []


async def test_a_change_can_be_taken_back(settings: SiteSettings) -> None:
    for name in ("One", "Two", "Two", "Three"):
        await settings.change(OWNER, {"name": name})
    three, two, one = await settings.history(before=LAST, limit=10)
    assert [(past.old, past.new) for past in (one, two, three)] == [
        (None, '"One"'),
        ('"One"', '"Two"'),
        ('"Two"', '"Three"'),
    ]
    assert (await settings.revert(OWNER, two.id)).name == "One"
    assert (await settings.revert(OWNER, one.id)).name == "chatbox"
    assert settings.stored == {}
    with pytest.raises(NotFound):
        await settings.revert(OWNER, 99)


async def test_some_settings_are_the_owners(settings: SiteSettings) -> None:
    networks: dict[str, Value | None] = {"admin_networks": ["10.0.0.0/8"]}
    for values in ({"admins_read_sessions": True}, {"audit_days": 1}, networks):
        with pytest.raises(Forbidden):
            await settings.change(ADMIN, values)
    owner = msgspec.structs.replace(ADMIN, role="owner")
    assert (await settings.change(owner, {"admins_read_sessions": True})).admins_read_sessions
    (past,) = await settings.history(before=LAST, limit=10)
    with pytest.raises(Forbidden):
        await settings.revert(ADMIN, past.id)
    with pytest.raises(StepUpRequired):
        await settings.revert(msgspec.structs.replace(owner, verified_at=0), past.id)


async def test_nobody_locks_himself_out(settings: SiteSettings) -> None:
    owner = msgspec.structs.replace(ADMIN, role="owner")
    with pytest.raises(InvalidRequest, match=r"leave out 10\.1\.2\.3"):
        await settings.change(owner, {"admin_networks": ["192.168.0.0/16"]})
    await settings.change(owner, {"admin_networks": ["192.168.0.0/16", "10.0.0.0/8"]})
    await settings.change(owner, {"admin_networks": []})


async def test_what_a_version_does_not_know_is_passed_over(
    settings: SiteSettings, database: Database
) -> None:
    await settings.change(OWNER, {"name": "Team", "turns_per_user": 2})
    async with database.write() as writer:
        await writer.execute("UPDATE settings SET value = '{' WHERE key = 'turns_per_user'")
        await writer.execute(
            """
            INSERT INTO settings (key, value, updated_by, updated_at)
            VALUES ('future', '1', '', 0)
            """
        )
    await settings.reload()
    assert settings.now == Site(name="Team")


def test_every_setting_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert [key for key in Site.__struct_fields__ if f"`{key}`" not in text] == []


async def test_the_api_tells_every_setting_and_changes_it(client: httpx.AsyncClient) -> None:
    items = {item["key"]: item for item in good(await client.get("/settings/system"))["items"]}
    assert list(items) == list(Site.__struct_fields__)
    assert {item["kind"] for item in items.values()} == set(get_args(Kind))
    assert items["registration"]["choices"] == ["closed", "invitation", "open"]
    assert (items["turns_per_user"]["minimum"], items["audit_days"]["owner_only"]) == (0, True)
    assert all(item["value"] == item["default"] for item in items.values())

    change = {"registration": "open", "registration_domains": ["example.org"]}
    changed = good(await client.patch("/settings/system", json=change))["items"]
    assert {item["key"]: item["value"] for item in changed if item["version"]} == change
    refused(await client.patch("/settings/system", json={"name": 1}), 400, "invalid_request")


async def test_the_api_pages_through_changes_and_takes_one_back(client: httpx.AsyncClient) -> None:
    for turns in (1, 2, 3):
        await client.patch("/settings/system", json={"turns_per_user": turns})
    page = good(await client.get("/settings/system/history", params={"limit": 2}))
    assert [(item["old"], item["new"]) for item in page["items"]] == [(2, 3), (1, 2)]
    query = {"cursor": page["next_cursor"]}
    rest = good(await client.get("/settings/system/history", params=query))
    assert [(item["old"], item["new"]) for item in rest["items"]] == [(None, 1)]
    assert rest["next_cursor"] is None
    body = {"id": page["items"][1]["id"]}
    items = good(await client.post("/settings/system/revert", json=body))["items"]
    assert {item["key"]: item["value"] for item in items}["turns_per_user"] == 1
    refused(await client.post("/settings/system/revert", json={"id": 99}), 404, "not_found")
