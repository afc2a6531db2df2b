"""The recent past: always the newest points, with holes where nothing was measured."""

import math

from chatbox.system.rings import Ring


def known(ring: Ring, name: str = "x") -> list[float | None]:
    return [None if math.isnan(value) else value for value in ring.newest(name)]


def test_the_oldest_points_go() -> None:
    ring = Ring(["x"], step=10, size=3)
    assert known(ring) == [None, None, None]
    for number in range(1, 6):
        ring.add({"x": number}, at_ms=number * 10_000)
    assert known(ring) == [3, 4, 5]
    assert ring.newest("x", 2) == [4, 5]


def test_a_sleeping_computer_leaves_a_hole() -> None:
    ring = Ring(["x"], step=10, size=5)
    ring.add({"x": 1}, at_ms=10_000)
    ring.add({"x": 2}, at_ms=40_300)
    assert known(ring) == [None, 1, None, None, 2]
    ring.add({"x": 3}, at_ms=86_400_000)
    assert known(ring) == [None, None, None, None, 3]


def test_a_clock_that_was_set_back_is_borne() -> None:
    ring = Ring(["x"], step=10, size=3)
    ring.add({"x": 1}, at_ms=90_000)
    ring.add({"x": 2}, at_ms=10_000)
    assert known(ring) == [None, 1, 2]


def test_totals_leave_out_what_is_not_known() -> None:
    ring = Ring(["x", "y"], step=10, size=4)
    ring.add({"x": 1, "y": 5}, at_ms=10_000)
    ring.add({"x": 2}, at_ms=20_000)
    assert ring.total("x", 4) == 3
    assert ring.total("y", 1) == 0
