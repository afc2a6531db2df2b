"""Rate limits: by class, person and address; restarts; the networks of administration."""

import pytest

from chatbox.caller import OWNER, Caller
from chatbox.db.database import Database
from chatbox.errors import Forbidden, RateLimited
from chatbox.rights import Action
from chatbox.system.limits import NEIGHBOURS, RateLimits, check_network, kind_of
from chatbox.system.mode import Mode
from chatbox.system.site import Site, SiteSettings

ADA = Caller(user_id=7, role="user")
BOB = Caller(user_id=8, role="user")
HOME, OFFICE = "192.0.2.1", "192.0.2.2"


class Clock:
    """A clock that is moved by hand, in milliseconds."""

    def __init__(self) -> None:
        self.now = 1_700_000_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def site(database: Database) -> SiteSettings:
    settings = SiteSettings(database)
    await settings.change(
        OWNER,
        {
            "sign_ins_per_minute": 3,
            "sends_per_minute": 2,
            "writes_per_minute": 4,
            "requests_per_minute": 5,
        },
    )
    return settings


@pytest.fixture
def limits(database: Database, site: SiteSettings, clock: Clock) -> RateLimits:
    return RateLimits(database, site, Mode(is_team=True, is_forced=False), clock=clock)


def passed(
    limits: RateLimits, caller: Caller | None, address: str, action: Action, method: str
) -> int:
    """How many of twenty requests pass."""
    count = 0
    for _ in range(20):
        try:
            limits.take(caller, address, action, method)
        except RateLimited:
            continue
        count += 1
    return count


def test_each_class_has_its_own_limit(limits: RateLimits) -> None:
    assert passed(limits, None, HOME, Action.OPEN, "POST") == 3
    assert passed(limits, ADA, HOME, Action.ACCOUNT, "POST") == 3
    assert passed(limits, ADA, HOME, Action.CHAT, "POST") == 4
    assert passed(limits, ADA, HOME, Action.READ, "GET") == 5
    assert passed(limits, ADA, HOME, Action.READ, "WS") == 0
    assert passed(limits, BOB, HOME, Action.READ, "GET") == 5


def test_the_classes_follow_from_action_and_method() -> None:
    assert {kind_of(action, method) for action in Action for method in ("GET", "HEAD")} == {"read"}
    assert [action for action in Action if kind_of(action, "POST") == "auth"] == [
        Action.OPEN,
        Action.ACCOUNT,
        Action.SECURE,
    ]
    assert {kind_of(action, "PATCH") for action in Action} == {"write"}


def test_one_address_has_a_limit_whoever_asks(limits: RateLimits) -> None:
    count = 0
    for user_id in range(100, 120):
        caller = Caller(user_id=user_id, role="user")
        count += passed(limits, caller, HOME, Action.READ, "GET")
    assert count == 5 * NEIGHBOURS
    assert passed(limits, BOB, HOME, Action.READ, "GET") == 0
    assert passed(limits, BOB, OFFICE, Action.READ, "GET") == 5


def test_neighbours_in_ipv6_are_one_address(limits: RateLimits) -> None:
    count = sum(
        passed(limits, None, f"2001:db8::{number}", Action.OPEN, "POST") for number in range(50)
    )
    assert count == 3
    assert passed(limits, None, "2001:db8:0:1::1", Action.OPEN, "POST") == 3


def test_the_answer_tells_how_long_to_wait(limits: RateLimits, clock: Clock) -> None:
    passed(limits, None, HOME, Action.OPEN, "POST")
    with pytest.raises(RateLimited) as refused:
        limits.take(None, HOME, Action.OPEN, "POST")
    assert refused.value.extra == {"retry_after": 20}
    clock.now += 20_000
    limits.take(None, HOME, Action.OPEN, "POST")


def test_messages_are_counted_besides(limits: RateLimits) -> None:
    for _ in range(2):
        limits.take_send(ADA)
    with pytest.raises(RateLimited):
        limits.take_send(ADA)
    limits.take_send(BOB)


async def test_a_change_of_the_settings_holds_at_once(
    limits: RateLimits, site: SiteSettings
) -> None:
    assert passed(limits, ADA, HOME, Action.READ, "GET") == 5
    await site.change(OWNER, {"requests_per_minute": 8})
    assert passed(limits, ADA, HOME, Action.READ, "GET") == 3
    await site.change(OWNER, {"requests_per_minute": 0})
    assert passed(limits, ADA, HOME, Action.READ, "GET") == 20


async def test_a_restart_gives_no_new_tries_to_sign_in(
    limits: RateLimits, database: Database, site: SiteSettings, clock: Clock
) -> None:
    assert passed(limits, None, HOME, Action.OPEN, "POST") == 3
    assert passed(limits, ADA, HOME, Action.ACCOUNT, "POST") == 3
    assert passed(limits, ADA, HOME, Action.READ, "GET") == 5
    await limits.save()
    again = RateLimits(database, site, Mode(is_team=True, is_forced=False), clock=clock)
    await again.load()
    assert passed(again, None, HOME, Action.OPEN, "POST") == 0
    assert passed(again, ADA, HOME, Action.ACCOUNT, "POST") == 0
    assert passed(again, ADA, HOME, Action.READ, "GET") == 5
    clock.now += 20_000
    assert passed(again, None, HOME, Action.OPEN, "POST") == 1


async def test_what_was_written_down_goes_when_it_is_empty(
    limits: RateLimits, database: Database, clock: Clock
) -> None:
    limits.take(None, HOME, Action.OPEN, "POST")
    await limits.save()
    clock.now += 60_000
    limits.take(None, OFFICE, Action.OPEN, "POST")
    await limits.save()
    async with database.read() as reader:
        keys = await reader.fetch_all(str, "SELECT key FROM buckets")
    assert keys == [f"auth n {OFFICE}"]


async def test_one_person_alone_has_no_limits(
    database: Database, site: SiteSettings, limits: RateLimits
) -> None:
    alone = RateLimits(database, site, Mode(is_team=False, is_forced=False))
    assert passed(alone, None, HOME, Action.OPEN, "POST") == 20
    assert passed(limits, OWNER, HOME, Action.CHAT, "POST") == 20


@pytest.mark.parametrize(
    ("networks", "address", "action", "is_open"),
    [
        ((), "203.0.113.9", Action.MANAGE, True),
        (("10.0.0.0/8",), "10.1.2.3", Action.MANAGE, True),
        (("10.0.0.0/8",), "::ffff:10.1.2.3", Action.OWN, True),
        (("10.0.0.0/8",), "203.0.113.9", Action.OPERATE, False),
        (("10.0.0.0/8",), "203.0.113.9", Action.GUARD, False),
        (("10.0.0.0/8",), "", Action.MANAGE, False),
        (("10.0.0.0/8",), "203.0.113.9", Action.CHAT, True),
        (("10.0.0.0/8",), "203.0.113.9", Action.SECURE, True),
        (("10.0.0.0/8", "2001:db8::/32"), "2001:db8::9", Action.MANAGE, True),
    ],
)
def test_administration_may_be_open_to_some_networks_only(
    networks: tuple[str, ...], address: str, action: Action, *, is_open: bool
) -> None:
    site, admin = Site(admin_networks=networks), Caller(user_id=9, role="admin", address=address)
    if is_open:
        check_network(site, admin, action)
    else:
        with pytest.raises(Forbidden, match="other networks"):
            check_network(site, admin, action)
    check_network(site, OWNER, action)
