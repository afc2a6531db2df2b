"""Guessing is slowed down, and nobody locks the owner of an account out."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from chatbox.accounts.backoff import (
    DAY_MS,
    FREE,
    LONGEST_SECONDS,
    MOST_DEVICES,
    MOST_PER_DAY,
    YEAR_MS,
    Attempt,
    Backoff,
    network_of,
)
from chatbox.caller import OWNER_ID
from chatbox.db.database import Database, Writer
from chatbox.errors import TooManyTries
from chatbox.kit.secretbox import SecretBox

ANNA = Attempt(account="anna", user_id=OWNER_ID, address="192.0.2.1")
ELSEWHERE = Attempt(account="anna", user_id=OWNER_ID, address="198.51.100.7")


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.ms = 1_800_000_000_000

    def __call__(self) -> int:
        return self.ms

    def pass_seconds(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)


class Door:
    """The back-off over a database, one transaction for each call."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = Clock()
        self.backoff = Backoff(SecretBox(bytes(range(32))), clock=self.clock)

    async def run(self, work: Callable[[Writer], Awaitable[object]]) -> object:
        async with self.database.write() as writer:
            return await work(writer)

    async def wait(self, who: Attempt) -> int:
        """How long one has to wait; 0 when one may try."""
        try:
            await self.run(lambda writer: self.backoff.check(writer, who))
        except TooManyTries as refusal:
            seconds = refusal.extra["retry_after"]
            assert isinstance(seconds, int)
            return seconds
        return 0

    async def fail(self, who: Attempt, times: int = 1) -> None:
        for _ in range(times):
            await self.run(lambda writer: self.backoff.failed(writer, who))

    async def remember(self, token: str | None = None) -> Attempt:
        """Sign in, and be known from then on."""
        answer = await self.run(lambda writer: self.backoff.remember(writer, OWNER_ID, token))
        assert isinstance(answer, str)
        return Attempt("anna", OWNER_ID, "192.0.2.1", answer)


@pytest.fixture
def door(database: Database) -> Door:
    return Door(database)


async def test_waits_grow_from_one_second_to_a_minute(door: Door) -> None:
    await door.fail(ANNA, FREE - 1)
    assert await door.wait(ANNA) == 0
    waits = []
    for _ in range(9):
        await door.fail(ANNA)
        waits.append(await door.wait(ANNA))
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    door.clock.pass_seconds(59.5)
    assert await door.wait(ANNA) == 1
    door.clock.pass_seconds(0.5)
    assert await door.wait(ANNA) == 0


async def test_of_many_who_waited_one_may_try(door: Door) -> None:
    await door.fail(ANNA, FREE + 3)
    door.clock.pass_seconds(LONGEST_SECONDS)
    waits = await asyncio.gather(*(door.wait(ANNA) for _ in range(20)))
    assert sorted(waits) == [0] + 19 * [8]


async def test_success_forgets_the_failures_from_there_alone(door: Door) -> None:
    await door.fail(ANNA, FREE)
    await door.fail(ELSEWHERE, FREE)
    await door.run(lambda writer: door.backoff.succeeded(writer, ANNA))
    assert await door.wait(ANNA) == 0
    assert await door.wait(ELSEWHERE) == 1


async def test_another_network_and_another_name_have_counts_of_their_own(door: Door) -> None:
    await door.fail(ANNA, FREE + 2)
    assert await door.wait(ANNA) > 0
    assert await door.wait(ELSEWHERE) == 0
    assert await door.wait(Attempt("bert", 0, "192.0.2.1")) == 0
    assert await door.wait(Attempt(" ANNA".strip(), OWNER_ID, "192.0.2.1")) > 0


async def test_a_name_that_nobody_has_is_treated_the_same(door: Door) -> None:
    nobody = Attempt("nobody", 0, "192.0.2.1")
    waits = []
    for who in (ANNA, nobody):
        await door.fail(who, FREE + 2)
        waits.append(await door.wait(who))
    assert waits == [4, 4]
    spread = [Attempt("ghost", 0, f"192.0.2.{number}") for number in range(MOST_PER_DAY)]
    for who in spread:
        await door.fail(who)
    assert await door.wait(Attempt("ghost", 0, "203.0.113.1")) == DAY_MS // 1000


async def test_from_many_networks_a_name_has_a_hundred_tries_a_day(door: Door) -> None:
    for number in range(MOST_PER_DAY):
        who = Attempt("anna", OWNER_ID, f"198.51.100.{number}")
        assert await door.wait(who) == 0
        await door.fail(who)
        door.clock.pass_seconds(10)
    left = DAY_MS // 1000 - MOST_PER_DAY * 10
    assert await door.wait(Attempt("anna", OWNER_ID, "203.0.113.9")) == left
    door.clock.pass_seconds(left)
    assert await door.wait(Attempt("anna", OWNER_ID, "203.0.113.9")) == 0


async def test_a_known_device_is_stopped_by_its_own_failures_only(door: Door) -> None:
    known = await door.remember()
    for number in range(MOST_PER_DAY):
        await door.fail(Attempt("anna", OWNER_ID, f"198.51.100.{number}"))
    await door.fail(ANNA, FREE + 5)
    assert await door.wait(ANNA) > 60
    assert await door.wait(known) == 0
    await door.fail(known, FREE)
    assert await door.wait(known) == 1
    assert await door.wait(await door.remember()) == 0


async def test_a_known_device_has_a_hundred_tries_a_day_too(door: Door) -> None:
    known = await door.remember()
    await door.fail(known, MOST_PER_DAY)
    assert await door.wait(known) == DAY_MS // 1000


async def test_a_device_is_known_for_its_own_account_only(door: Door) -> None:
    known = await door.remember()
    await door.fail(Attempt("bert", 0, "192.0.2.1"), FREE)
    assert await door.wait(Attempt("bert", 0, "192.0.2.1", known.device_token)) == 1
    assert await door.wait(Attempt("bert", 99, "192.0.2.1", known.device_token)) == 1


@pytest.mark.parametrize("token", ["", "made-up", "x" * 300, "\0", "é\ud800"])
async def test_a_made_up_device_is_not_known(door: Door, token: str) -> None:
    await door.fail(ANNA, FREE)
    assert await door.wait(Attempt("anna", OWNER_ID, "192.0.2.1", token)) == 1
    fresh = await door.remember(token)
    assert fresh.device_token != token


async def test_a_device_keeps_its_token_and_is_forgotten_after_a_year(door: Door) -> None:
    known = await door.remember()
    door.clock.ms += YEAR_MS - 1000
    assert (await door.remember(known.device_token)).device_token == known.device_token
    door.clock.ms += YEAR_MS + 1000
    assert (await door.remember(known.device_token)).device_token != known.device_token


async def test_the_devices_used_last_are_kept_and_all_can_be_forgotten(door: Door) -> None:
    devices = []
    for _ in range(MOST_DEVICES + 1):
        devices.append(await door.remember())
        door.clock.pass_seconds(1)
    await door.fail(ANNA, FREE)
    assert await door.wait(devices[0]) > 0
    assert await door.wait(devices[1]) == await door.wait(devices[-1]) == 0
    await door.run(lambda writer: door.backoff.forget_devices(writer, OWNER_ID))
    assert await door.wait(devices[-1]) > 0


async def test_counts_outlive_a_restart(door: Door) -> None:
    await door.fail(ANNA, FREE + 2)
    again = await Database.open(door.database.path)
    other = Door(again)
    assert await other.wait(ANNA) == 4
    await again.close()


async def test_a_clock_that_was_set_back_locks_nobody_out(door: Door) -> None:
    await door.fail(ANNA, FREE + 1)
    door.clock.ms -= 400 * DAY_MS
    assert await door.wait(ANNA) == 2


async def test_what_is_over_is_forgotten(door: Door) -> None:
    await door.fail(ANNA, FREE + 9)
    known = await door.remember()
    await door.run(door.backoff.prune)
    assert await count(door, "failures") == 2
    door.clock.ms += DAY_MS + 1
    assert await door.wait(ANNA) == 0
    await door.run(door.backoff.prune)
    assert await count(door, "failures") == 0
    door.clock.ms += YEAR_MS
    await door.run(door.backoff.prune)
    assert await door.wait(known) == 0


async def count(door: Door, table: str) -> int:
    assert table == "failures"
    async with door.database.read() as reader:
        return await reader.fetch_one(int, "SELECT count(*) FROM failures") or 0


async def test_names_are_not_stored(door: Door) -> None:
    await door.fail(Attempt("my password, typed into the wrong field", 0, "192.0.2.1"))
    async with door.database.read() as reader:
        keys = await reader.fetch_all(str, "SELECT key FROM failures")
    assert len(keys) == 2
    assert not [key for key in keys if "password" in key]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("what", "what"),
    ],
)
def test_an_address_counts_for_its_network(address: str, network: str) -> None:
    assert network_of(address) == network
