"""Answers are read at once at first and with rests later, which grow while the loop is busy."""

from itertools import pairwise

from chatbox.chat.pace import LONGEST, SAMPLE_SECONDS, SHORTEST, Pace
from tests.running import Site


class Load:
    """A clock, and a processor that is busy for a share of the time."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def pass_by(self, seconds: float, *, busy: float) -> None:
        self.wall += seconds
        self.cpu += seconds * busy


def rests(pace: Pace, load: Load, *, busy: float, count: int = 30) -> list[float]:
    found = []
    for _ in range(count):
        load.pass_by(SAMPLE_SECONDS, busy=busy)
        found.append(pace.next_rest())
    return found


def test_rests_grow_while_the_loop_is_busy_and_shrink_when_it_is_calm() -> None:
    load = Load()
    pace = Pace(lambda: load.wall, lambda: load.cpu)
    assert pace.next_rest() == SHORTEST
    growing = rests(pace, load, busy=0.95)
    assert all(a <= b for a, b in pairwise(growing))
    assert growing[-1] == LONGEST
    assert rests(pace, load, busy=0.6) == [LONGEST] * 30
    assert rests(pace, load, busy=0.1)[-1] == SHORTEST


def test_the_load_is_looked_at_now_and_then_only() -> None:
    load = Load()
    pace = Pace(lambda: load.wall, lambda: load.cpu)
    load.pass_by(SAMPLE_SECONDS / 2, busy=1.0)
    assert pace.next_rest() == SHORTEST


async def test_the_first_word_is_not_kept_and_later_ones_come_together(chat: Site) -> None:
    events = await chat.stream("Hello", "up/ok-200-1")
    deltas = [event.data["text"] for event in events if event.kind == "delta"]
    assert "".join(deltas) == "".join(f" t{n}" for n in range(200))
    assert deltas[0].count(" ") < 20
    assert len(deltas) < 60
