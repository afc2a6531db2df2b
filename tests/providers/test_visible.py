"""The rule about models in SQL: the same as in plain words, and by index whatever others have."""

import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pytest

from chatbox.caller import OWNER, Caller, Role
from chatbox.db.database import Database, Reader, Writer
from chatbox.db.migrate import migrate
from chatbox.providers.store import models as model_store
from chatbox.providers.store import providers as provider_store
from chatbox.providers.visible import Sight, sight_of
from chatbox.system.site import Site

T = TypeVar("T")
ROLES: dict[int, Role] = {1: "owner", 2: "admin", 3: "user", 4: "user", 5: "viewer"}
CLOSED = Site(personal_providers="admins")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    migrate(tmp_path / "chatbox.db")
    database = await Database.open(tmp_path / "chatbox.db")
    async with database.write() as writer:
        for user, role in ROLES.items():
            if user != OWNER.user_id:
                await writer.execute(
                    """
                    INSERT INTO users (id, public_id, name, role, created_at)
                    VALUES (:user, 'u' || :user, '', :role, 1)
                    """,
                    user=user,
                    role=role,
                )
    yield database
    await database.close()


class Grant(NamedTuple):
    provider: int
    model: str | None
    role: str | None
    user: int | None


class Provider(NamedTuple):
    key: int
    user: int
    name: str
    is_system: bool
    models: tuple[str, ...]


def may_see(
    sight: Sight, provider: Provider, model: str, world: list[Provider], grants: Any
) -> bool:
    """The rule in plain words."""
    if not provider.is_system:
        return provider.user == sight.user and sight.connects
    own = [one for one in world if one.user == sight.user and not one.is_system]
    if sight.connects and provider.name in {one.name for one in own}:
        return False
    if sight.manages:
        return True
    here = [grant for grant in grants if grant.provider == provider.key]
    for wanted in (model, None):
        if said := [grant for grant in here if grant.model == wanted]:
            return any(grant.role == sight.role or grant.user == sight.user for grant in said)
    return sight.chats


async def fill(writer: Writer, dice: random.Random) -> tuple[list[Provider], list[Grant]]:
    """Some providers with some models, and grants on them."""
    world, grants = [], set()
    for name in ("a", "b", "c", "d"):
        for user in [None, *dice.sample(sorted(ROLES), 2)]:
            maker = dice.choice([1, 2]) if user is None else user
            if any((one.user, one.name) == (maker, name) for one in world):
                continue
            key = await writer.insert(
                """
                INSERT INTO providers (public_id, user_id, name, kind, base_url, source, is_system,
                    created_at, updated_at)
                VALUES (:id, :user, :name, 'openai', 'https://x.test/v1', 'user', :system, 1, 1)
                """,
                id=f"{name}{user}",
                user=maker,
                name=name,
                system=user is None,
            )
            models = tuple(dice.sample(["m", "n", "o"], dice.randint(1, 3)))
            await writer.execute_many(
                "INSERT INTO models (provider_id, name, created_at) VALUES (:key, :name, 1)",
                [{"key": key, "name": one} for one in models],
            )
            world.append(Provider(key, maker, name, user is None, models))
    for one in (one for one in world if one.is_system):
        for _ in range(dice.randint(0, 3)):
            to_role = dice.random() < 0.5
            role = dice.choice(["admin", "user", "viewer"]) if to_role else None
            user = None if to_role else dice.choice(sorted(ROLES))
            grants.add(Grant(one.key, dice.choice(["m", "n", None, None]), role, user))
    await writer.execute_many(
        """
        INSERT INTO grants (public_id, provider_id, model, role, user_id, created_at)
        VALUES (:id, :provider, :model, :role, :user, 1)
        """,
        [{"id": str(number), **grant._asdict()} for number, grant in enumerate(grants)],
    )
    return world, list(grants)


@pytest.mark.parametrize("seed", range(12))
async def test_the_query_says_what_the_words_say(database: Database, seed: int) -> None:
    dice = random.Random(seed)
    async with database.write() as writer:
        world, grants = await fill(writer, dice)
        for (user, role), site in ((pair, s) for pair in ROLES.items() for s in (Site(), CLOSED)):
            sight = sight_of(Caller(user_id=user, role=role), site)
            wanted = {
                (one.key, model)
                for one in world
                for model in one.models
                if may_see(sight, one, model, world, grants)
            }
            rows = await model_store.list_models(
                writer, sight, after=(0, 0), limit=99, enabled_only=False
            )
            assert {(row.provider_id, row.name) for row in rows} == wanted
            assert len({(row.provider_name, row.name) for row in rows}) == len(rows)
            for one in world:
                for model in ("m", "n", "o"):
                    row = await model_store.find_model(writer, sight, provider=one.name, name=model)
                    known = {(key, name) for key, name in wanted if name == model}
                    same = {other.key for other in world if other.name == one.name}
                    assert (
                        {(row.provider_id, row.name)} <= known
                        if row
                        else not any(key in same for key, _ in known)
                    )
            first = await model_store.first_usable(writer, sight)
            assert (first is None) == (not wanted)
            assert first is None or (first.provider_id, first.name) in wanted
            changeable = {row.id for row in await provider_store.list_providers(writer, sight)}
            assert changeable == {
                one.key for one in world if (sight.manages if one.is_system else one.user == user)
            }


class Planned(Reader):
    """Asks SQLite how it would find the rows."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader._connection)
        self.plans: list[str] = []

    async def fetch_all(self, row_type: type[T], sql: str, **params: Any) -> list[T]:
        steps = await self._connection.execute_fetchall("EXPLAIN QUERY PLAN " + sql, params)
        self.plans.append("\n".join(step[3] for step in steps))
        return await super().fetch_all(row_type, sql, **params)


async def test_what_others_have_is_not_read(database: Database) -> None:
    sight = sight_of(Caller(user_id=3, role="user"), Site())
    async with database.read() as reader:
        planned = Planned(reader)
        await model_store.list_models(planned, sight, after=(0, 0), limit=9, enabled_only=False)
        await model_store.find_model(planned, sight, provider="a", name="m")
        await model_store.first_usable(planned, sight)
        await provider_store.list_providers(planned, sight)
        await provider_store.find_provider_by_name(planned, sight, "a")
        await provider_store.is_system_name(planned, sight, "a", other_than=0)
    assert len(planned.plans) == 6
    steps = [step for plan in planned.plans for step in plan.splitlines()]
    assert [step for step in steps if step.startswith("SCAN") and step != "SCAN row"] == []
