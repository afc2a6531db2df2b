"""The window: what fits, in order, whole turns, and a beginning that stays the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbox.chat.context import Budget, Context, Entry, build_context
from chatbox.errors import MessageTooLong

ROLES = st.sampled_from(["user", "assistant", "assistant", "tool"])
BUDGETS = st.builds(
    Budget,
    window=st.integers(256, 20_000),
    reserve=st.integers(0, 4_000),
    ratio=st.floats(0.25, 4.0),
    keep=st.floats(0.2, 0.9),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    rows = draw(
        st.lists(st.tuples(ROLES, st.integers(0, 600), st.booleans(), st.booleans()), max_size=60)
    )
    entries = [
        Entry(id=n + 1, role=role, tokens=tokens, pinned=pinned and rare)
        for n, (role, tokens, pinned, rare) in enumerate(rows)
    ]
    return [*entries, Entry(id=len(entries) + 1, role="user", tokens=draw(st.integers(1, 400)))]


def build(
    system: int, history: list[Entry], budget: Budget, start_id: int | None = None
) -> Context | None:
    """The context, or None when it is refused as too long."""
    try:
        return build_context(system, history, budget, start_id=start_id)
    except MessageTooLong:
        return None


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 800), histories(), BUDGETS, st.integers(0, 70))
def test_whatever_is_chosen_fits_in_order_and_in_whole_turns(
    system: int, history: list[Entry], budget: Budget, start: int
) -> None:
    context = build(system, history, budget, start or None)
    if context is None:
        return
    ids = [entry.id for entry in history]
    chosen = [*context.pinned, *context.kept]
    assert context.used <= budget.tokens
    assert chosen == sorted(chosen)
    assert len(set(chosen)) == len(chosen)
    assert set(chosen) <= set(ids)
    assert chosen[-1] == ids[-1]
    assert list(context.kept) == ids[len(ids) - len(context.kept) :]
    assert context.start_id == context.kept[0]
    assert context.dropped == len(ids) - len(chosen)
    first = ids.index(context.kept[0])
    assert first == 0 or history[first].role == "user"
    assert context.pinned == tuple(entry.id for entry in history[:first] if entry.pinned)
    assert abs(context.system_tokens + context.history_tokens - context.used) <= 1


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 800), histories(), BUDGETS)
def test_a_refusal_means_that_even_the_newest_turn_alone_does_not_fit(
    system: int, history: list[Entry], budget: Budget
) -> None:
    if build(system, history, budget) is None:
        last = max(n for n, entry in enumerate(history) if entry.role == "user" or n == 0)
        pinned = [entry for entry in history[:last] if entry.pinned]
        assert build(system, [*pinned, *history[last:]], budget) is None


@settings(max_examples=100, deadline=None)
@given(histories(), BUDGETS)
def test_all_is_kept_when_all_fits_well(history: list[Entry], budget: Budget) -> None:
    tokens = sum(entry.tokens + 4 for entry in history) + 3
    roomy = Budget(window=int(tokens * budget.ratio * 4) + 10_000, reserve=0, ratio=budget.ratio)
    context = build_context(0, history, roomy)
    assert context.dropped == 0
    assert context.pinned == ()


@pytest.mark.parametrize("pinned", [(), (3, 8)])
def test_a_long_session_keeps_its_beginning_for_many_turns(pinned: tuple[int, ...]) -> None:
    """200 turns through a window of about 30: the last request begins the next one, nearly always.

    That is what a provider's prompt cache lives on.
    """
    budget = Budget(window=10_000, reserve=1_024)
    history: list[Entry] = []
    start: int | None = None
    before: tuple[int, ...] = ()
    stable, drops, largest = 0, 0, 0
    for turn in range(200):
        key = 2 * turn + 1
        history.append(Entry(id=key, role="user", tokens=90, pinned=key in pinned))
        context = build_context(200, history, budget, start_id=start)
        sent = (*context.pinned, *context.kept)
        stable += sent[: len(before)] == before
        drops += start is not None and context.start_id != start
        start, before = context.start_id, sent
        largest = max(largest, len(context.kept))
        assert context.used <= budget.tokens
        history.append(Entry(id=key + 1, role="assistant", tokens=190))
    assert 50 < largest < 70
    assert stable >= 180
    assert 5 < drops < 20


def test_a_drop_makes_room_for_many_turns() -> None:
    budget = Budget(window=1_000, reserve=100, keep=0.6)
    history = [Entry(id=n, role="user", tokens=96) for n in range(1, 11)]
    context = build_context(0, history, budget, start_id=1)
    assert context.used <= budget.tokens * 0.6
    assert context.start_id > 2


def test_tool_calls_and_their_results_stay_together() -> None:
    history = [
        Entry(id=1, role="user", tokens=100),
        Entry(id=2, role="assistant", tokens=100),
        Entry(id=3, role="tool", tokens=300),
        Entry(id=4, role="assistant", tokens=100),
        Entry(id=5, role="user", tokens=100),
    ]
    context = build_context(0, history, Budget(window=620, reserve=20))
    assert context.kept == (5,)


def test_the_refusal_explains_itself() -> None:
    with pytest.raises(MessageTooLong, match="needs about 1007 tokens .* of 500") as refusal:
        build_context(0, [Entry(id=1, role="user", tokens=1_000)], Budget(window=500, reserve=100))
    assert refusal.value.extra == {"tokens": 1_007, "budget": 390, "window": 500}
