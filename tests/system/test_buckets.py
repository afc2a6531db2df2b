"""Buckets: bursts pass, floods do not, and what is forgotten was empty."""

from chatbox.system.buckets import MINUTE_MS, Buckets, Share

START = 1_700_000_000_000


def passed(buckets: Buckets, shares: list[Share], times: int, now: int) -> int:
    return sum(buckets.take(shares, now) == 0 for _ in range(times))


def test_a_burst_passes_and_then_as_much_as_leaks() -> None:
    buckets, share = Buckets(10), [Share("k", 30)]
    assert passed(buckets, share, 100, START) == 30
    assert passed(buckets, share, 100, START + 1_999) == 0
    assert passed(buckets, share, 100, START + 2_000) == 1
    assert passed(buckets, share, 100, START + 12_000) == 5
    assert passed(buckets, share, 100, START + 12_000 + MINUTE_MS) == 30


def test_the_time_to_wait_is_told_in_whole_seconds_and_suffices() -> None:
    for rate in (1, 7, 30, 600):
        buckets, share = Buckets(10), [Share("k", rate)]
        assert passed(buckets, share, rate, START) == rate
        seconds = buckets.take(share, START)
        assert 1 <= seconds <= 60
        assert buckets.take(share, START + seconds * 1000) == 0


def test_zero_is_no_limit_and_keeps_nothing() -> None:
    buckets = Buckets(10)
    assert passed(buckets, [Share("k", 0)], 10_000, START) == 10_000
    assert len(buckets) == 0


def test_a_drop_goes_into_all_buckets_or_into_none() -> None:
    buckets = Buckets(10)
    for user in range(3):
        shares = [Share("address", 5), Share(f"user {user}", 2)]
        assert passed(buckets, shares, 10, START) == (2, 2, 1)[user]
    kept = buckets.get("user 2")
    assert kept is not None
    assert kept.level == 1


def test_a_lower_rate_holds_at_once_and_a_higher_one_too() -> None:
    buckets = Buckets(10)
    assert passed(buckets, [Share("k", 30)], 20, START) == 20
    assert passed(buckets, [Share("k", 10)], 20, START) == 0
    assert passed(buckets, [Share("k", 40)], 100, START) == 20


def test_a_clock_that_goes_back_neither_leaks_nor_crashes() -> None:
    buckets, share = Buckets(10), [Share("k", 2)]
    assert passed(buckets, share, 10, START) == 2
    assert passed(buckets, share, 10, START - MINUTE_MS) == 0


def test_memory_is_bounded_and_empty_buckets_go() -> None:
    buckets = Buckets(1_000)
    for number in range(5_000):
        buckets.take([Share(f"k{number}", 10)], START)
    assert len(buckets) == 1_000
    assert buckets.get("k0") is None
    assert buckets.get("k4999") is not None
    for number in range(1_000):
        buckets.take([Share("other", 0)], START + MINUTE_MS + number)
    assert len(buckets) == 0
