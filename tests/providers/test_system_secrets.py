"""The secrets of the server's providers: bound to the server, so that whoever made them may go."""

import pytest

from chatbox.caller import OWNER_ID
from chatbox.errors import SecretRequired
from chatbox.providers.calls import binding_of, open_secret
from chatbox.providers.handover import keep_system_providers
from chatbox.providers.store import providers as provider_store
from chatbox.providers.store.providers import ProviderRow
from tests.providers.sharing import connect, grant, may_use, share
from tests.running import SECRET, good, refused
from tests.team import ADMIN, OTHER, OWNER, USER, Team
from tests.upstream import Upstream


async def rows(team: Team) -> dict[str, ProviderRow]:
    async with team.site.server.database.read() as reader:
        return {row.public_id: row for row in await provider_store.list_everybodys(reader)}


async def key_of(team: Team, who: str) -> int:
    async with team.site.server.database.read() as reader:
        return await reader.fetch_one(int, "SELECT id FROM users WHERE username = :w", w=who) or 0


async def test_a_secret_is_sealed_anew_when_its_provider_changes_hands(
    team: Team, upstream: Upstream
) -> None:
    made = await connect(team, OWNER, upstream, "up")
    url, sealed = f"/providers/{made['id']}", [(await rows(team))[made["id"]]]
    for who, is_system in ((OWNER, True), (ADMIN, False), (ADMIN, True)):
        changed = good(await team[who].patch(url, json={"system": is_system}))
        assert changed["is_system"] is is_system
        assert (changed["has_secret"], changed["secret_hint"]) == (True, SECRET[-4:])
        sealed.append((await rows(team))[made["id"]])
        assert await may_use(team, ADMIN, "up/echo")
        assert upstream.records[-1].secret == SECRET
        assert await may_use(team, OWNER, "up/echo") is is_system
    assert [row.user_id for row in sealed[:2]] == [OWNER_ID, OWNER_ID]
    assert {row.user_id for row in sealed[2:]} == {await key_of(team, ADMIN)}
    assert len({row.secret for row in sealed}) == 4
    box, own = team.site.server.box, sealed[0]
    for row in sealed[1:]:
        assert binding_of(row) != binding_of(own)
        assert ("|system|" in binding_of(row)) is row.is_system
        assert open_secret(box, row) == SECRET
        with pytest.raises(SecretRequired):  # a ciphertext that was copied into another's row
            open_secret(box, ProviderRow(**{**_fields(own), "secret": row.secret}))


async def test_leaving_the_server_takes_the_grants_along(team: Team, upstream: Upstream) -> None:
    shared = await share(team, upstream)
    await grant(team, shared, role="admin")
    url = f"/providers/{shared['id']}"
    for is_system in (False, True):
        good(await team[ADMIN].patch(url, json={"system": is_system}))
    assert good(await team[ADMIN].get("/grants"))["items"] == []
    assert await may_use(team, USER, "shared/echo")


async def test_another_address_clears_the_secret_whoever_it_belongs_to(
    team: Team, upstream: Upstream
) -> None:
    shared = await share(team, upstream)
    async with Upstream() as elsewhere:
        body = {"base_url": elsewhere.base_url, "system": False}
        changed = good(await team[ADMIN].patch(f"/providers/{shared['id']}", json=body))
        assert (changed["has_secret"], changed["is_system"]) == (False, False)
        answer = await team[ADMIN].post("/chat", json={"content": "Hello", "model": "shared/echo"})
        refused(answer, 409, "secret_required")
        assert not elsewhere.records


async def test_the_servers_providers_outlive_their_maker(team: Team, upstream: Upstream) -> None:
    shared = await share(team, upstream)
    await grant(team, shared, user_id=team.id_of(USER))
    team.seem_public(upstream.port)
    mine = await connect(team, ADMIN, upstream, "mine")
    async with team.site.server.database.write() as writer:
        # The owner had a provider of this name before the admin shared his.
        await writer.execute("UPDATE providers SET name = 'aside' WHERE name = 'shared'")
    own = await connect(team, OWNER, upstream, "shared", secret="sk-owner-0123456789")
    await connect(team, OWNER, upstream, "shared (2)")
    async with team.site.server.database.write() as writer:
        await writer.execute("UPDATE providers SET name = 'shared' WHERE name = 'aside'")
    gone = await team.owner.delete(f"/users/{team.id_of(ADMIN)}")
    assert gone.status_code == 204, gone.text
    kept = await rows(team)
    assert mine["id"] not in kept
    assert kept[shared["id"]].user_id == OWNER_ID
    assert (kept[shared["id"]].name, kept[own["id"]].name) == ("shared", "shared (3)")
    assert await may_use(team, USER, "shared/echo")
    assert upstream.records[-1].secret == SECRET
    assert not await may_use(team, OTHER, "shared/echo")
    assert await may_use(team, OWNER, "shared (3)/echo")
    assert upstream.records[-1].secret == "sk-owner-0123456789"
    changed = good(await team.owner.patch(f"/providers/{shared['id']}", json={"name": "renamed"}))
    assert changed["has_secret"] is True


async def test_a_long_name_is_numbered_within_its_limit(team: Team, upstream: Upstream) -> None:
    name = "n" * 60
    await connect(team, OWNER, upstream, name)
    async with team.site.server.database.write() as writer:
        await writer.execute(
            """
            INSERT INTO providers (public_id, user_id, name, kind, base_url, source, is_system,
                created_at, updated_at)
            VALUES ('x', :user, :name, 'openai', 'https://example.com/v1', 'user', 1, 1, 1)
            """,
            user=await key_of(team, ADMIN),
            name=name,
        )
        await keep_system_providers(writer, await key_of(team, ADMIN), OWNER_ID)
    names = {row.name for row in (await rows(team)).values()}
    assert names == {name, "n" * 56 + " (2)"}


def _fields(row: ProviderRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__struct_fields__}
