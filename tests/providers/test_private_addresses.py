"""Private addresses are the administrators': what users connect stays out of the server's network.

It is refused when it is saved and whenever it is used, also when a name leads elsewhere by then.
"""

from collections.abc import Sequence

import pytest

from chatbox.config import Upstream as Clocks
from chatbox.errors import AddressRefused
from chatbox.kit.egress import Client, Policy
from chatbox.kit.secretbox import SecretBox
from chatbox.llm.adapters import all_adapters
from chatbox.llm.errors import RefusedAddress
from chatbox.providers.calls import Calls
from chatbox.providers.store import providers as provider_store
from chatbox.providers.store.providers import ProviderRow
from tests.providers.sharing import connect, may_use, models_of, share
from tests.running import good, refused
from tests.team import ADMIN, USER, Team
from tests.upstream import Upstream

FORMS = (
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "a.localhost",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "10.0.0.1",
    "192.168.1.1",
    "172.16.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "[fd00::1]",
    "[fe80::1]",
    "0.0.0.0",  # noqa: S104
)


@pytest.mark.parametrize("has_admin", [False, True])
async def test_users_cannot_save_a_private_address(
    team: Team, upstream: Upstream, has_admin: bool
) -> None:
    """Not even one that an administrator has let through: grants would mean nothing."""
    if has_admin:
        await share(team, upstream)
    before = len(upstream.records)
    for host in FORMS:
        new = {"name": "x", "base_url": f"http://{host}:{upstream.port}/v1"}
        refused(await team[USER].post("/providers", json=new), 400, "address_refused")
    mine = good(
        await team[USER].post(
            "/providers",
            json={"name": "x", "base_url": "https://93.184.216.34/v1", "enabled": False},
        )
    )
    for host in FORMS:
        change = {"base_url": f"http://{host}:{upstream.port}/v1"}
        answer = await team[USER].patch(f"/providers/{mine['id']}", json=change)
        refused(answer, 400, "address_refused")
    assert good(await team[USER].get(f"/providers/{mine['id']}")) == mine
    assert len(upstream.records) == before


async def test_an_address_that_got_into_the_table_is_refused_at_use(
    team: Team, upstream: Upstream
) -> None:
    await share(team, upstream)
    team.seem_public(upstream.port)
    mine = await connect(team, USER, upstream, "mine")
    team.site.server.public_client._egress._policy.replace([])
    before = len(upstream.records)
    tested = good(await team[USER].post(f"/providers/{mine['id']}/test"))
    assert (tested["ok"], tested["code"]) == (False, "address_refused")
    refresh = await team[USER].post(f"/providers/{mine['id']}/models/refresh")
    refused(refresh, 502, "provider_failed")
    chat = {"content": "Hello", "model": "mine/echo"}
    problem = refused(await team[USER].post("/chat", json=chat), 502, "provider_failed")
    assert problem["cause"] == "address_refused"
    assert len(upstream.records) == before
    assert await may_use(team, USER, "shared/echo")


async def test_a_demoted_administrator_loses_the_way_in(team: Team, upstream: Upstream) -> None:
    await connect(team, ADMIN, upstream, "lan")
    assert await may_use(team, ADMIN, "lan/echo")
    good(await team.owner.patch(f"/users/{team.id_of(ADMIN)}", json={"role": "user"}))
    assert "lan/echo" in await models_of(team, ADMIN)
    answer = await team[ADMIN].post("/chat", json={"content": "Hello", "model": "lan/echo"})
    assert refused(answer, 502, "provider_failed")["cause"] == "address_refused"
    await team.site.server.providers.allow_addresses()
    assert team.site.server.turns._calls.policy.allowed == frozenset()


async def test_looking_around_is_for_administrators(team: Team) -> None:
    refused(await team[USER].post("/providers/detect"), 403, "forbidden")
    use = {"name": "Ollama"}
    refused(await team[USER].post("/providers/detect/use", json=use), 403, "forbidden")
    good(await team[ADMIN].post("/providers/detect"))


@pytest.mark.parametrize("is_admins", [True, False])
async def test_a_name_that_leads_elsewhere_by_now_is_refused(
    team: Team, upstream: Upstream, is_admins: bool
) -> None:
    """First public, then this computer; and a connection of an administrator's stands open."""
    answers: list[Sequence[str]] = [["93.184.216.34"]]
    asked: list[str] = []

    async def lookup(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return answers[0] if len(answers) == 1 else answers.pop(0)

    policy = Policy([("models.test", upstream.port)])
    async with Client(policy, lookup=lookup) as client, Client(Policy(), lookup=lookup) as public:
        calls = Calls(
            client,
            all_adapters(),
            policy=policy,
            public=public,
            box=SecretBox(bytes(32)),
            upstream=Clocks(),
        )
        await calls.check_public(f"http://models.test:{upstream.port}/v1")
        answers[:] = [["127.0.0.1"]]
        row = await a_row(team, upstream, is_admins=is_admins)
        with pytest.raises(AddressRefused):
            await calls.check_public(row.base_url)
        trusted = await a_row(team, upstream, is_admins=True)
        assert await calls.list_models(trusted)  # leaves a connection that could be used again
        seen, asked[:] = len(upstream.records), []
        if is_admins:
            assert await calls.list_models(row)
            return
        with pytest.raises(RefusedAddress):
            await calls.list_models(row)
        assert len(upstream.records) == seen
        assert asked == ["models.test"]
        answers[:] = [["93.184.216.34", "127.0.0.1"]]
        with pytest.raises(RefusedAddress):
            await calls.list_models(row)
        assert len(upstream.records) == seen


async def test_a_name_that_nobody_knows_can_be_saved(team: Team) -> None:
    new = {"name": "x", "base_url": "https://nobody.invalid/v1"}
    made = good(await team[USER].post("/providers", json=new))
    assert made["status"]["code"] == "connect_failed"


async def a_row(team: Team, upstream: Upstream, *, is_admins: bool) -> ProviderRow:
    """A provider at a name, whose connections go to the scripted one."""
    who, name = (ADMIN, "lan") if is_admins else (USER, "mine")
    async with team.site.server.database.write() as writer:
        await writer.execute(
            """
            INSERT INTO providers (public_id, user_id, name, kind, base_url, source, created_at,
                updated_at)
            SELECT lower(hex(randomblob(18))), id, :name || random(), 'openai', :url, 'user', 1, 1
            FROM users WHERE username = :who
            """,
            name=name,
            url=f"http://models.test:{upstream.port}/v1",
            who=who,
        )
        return (await provider_store.list_everybodys(writer))[-1]
