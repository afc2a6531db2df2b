"""What strangers may add to the audit log."""

import msgspec

from chatbox.accounts.strangers import HOUR_MS, MOST_AN_HOUR, MOST_FROM_A_PLACE, Strangers
from chatbox.system.audit import Entry

REFUSED = Entry(action="login.open", address="192.0.2.1", result="refused", detail={"why": "x"})


def from_place(number: int) -> Entry:
    return msgspec.structs.replace(REFUSED, address=f"192.0.2.{number}")


def test_a_flood_is_counted_instead_of_written() -> None:
    """The first of the next hour tells how many there were, and it alone."""
    now = 5 * HOUR_MS
    strangers = Strangers(lambda: now)
    taken = [strangers.admit(from_place(n % 4)) for n in range(MOST_AN_HOUR)]
    assert None not in taken
    assert {strangers.admit(from_place(n)) for n in range(25)} == {None}
    now += HOUR_MS - 1
    assert strangers.admit(REFUSED) is None
    now += 1
    told = msgspec.structs.replace(REFUSED, detail={"why": "x", "unwritten_before": 26})
    assert [strangers.admit(REFUSED), strangers.admit(REFUSED)] == [told, REFUSED]


def test_one_place_and_one_account_use_up_only_their_own_share() -> None:
    strangers = Strangers()
    told = [strangers.admit(REFUSED) for _ in range(MOST_FROM_A_PLACE + 1)]
    assert told == [REFUSED] * MOST_FROM_A_PLACE + [None]
    assert strangers.admit(from_place(2)) is not None
    known = msgspec.structs.replace(REFUSED, object="user:1")
    assert [strangers.admit(known) for _ in range(MOST_AN_HOUR + 1)].count(None) == 1
    other = msgspec.structs.replace(REFUSED, object="user:2")
    assert strangers.admit(other) == other
