"""The context window: which messages a model gets to see. Pure; nothing here reads or counts.

Old turns are dropped in blocks: as long as the messages fit, the window starts where it started
last time, so the request is the previous one plus what is new, and the provider's prompt cache
keeps working. When they no longer fit, the start moves far enough to leave room for many turns.
"""

from collections.abc import Sequence
from itertools import accumulate

import msgspec

from chatbox.errors import MessageTooLong

MESSAGE_OVERHEAD = 4
"""Tokens a message costs beside its text: role and separators, as in OpenAI's cookbook."""
REPLY_OVERHEAD = 3
SAFETY_SHARE = 0.02


class Entry(msgspec.Struct, frozen=True):
    """A message of the branch as the window sees it; `tokens` counts its text alone."""

    id: int
    role: str
    tokens: int
    pinned: bool = False


class Budget(msgspec.Struct, frozen=True):
    """How much there is to spend, in the model's own tokens.

    `ratio` turns estimated tokens into the model's; `keep` is the share of the budget that a
    drop leaves in use.
    """

    window: int
    reserve: int
    ratio: float = 1.0
    keep: float = 0.6

    @property
    def tokens(self) -> int:
        """What messages may take: the window less the reserve and a safety margin."""
        return max(0, self.window - self.reserve - int(self.window * SAFETY_SHARE))


class Context(msgspec.Struct, frozen=True):
    """The messages to send, by id in order, and the account of them in the model's tokens."""

    pinned: tuple[int, ...]
    kept: tuple[int, ...]
    start_id: int
    dropped: int
    used: int
    system_tokens: int
    history_tokens: int


def build_context(
    system_tokens: int, history: Sequence[Entry], budget: Budget, *, start_id: int | None = None
) -> Context:
    """Choose what fits of a branch whose last entries are the newest.

    `start_id` is where the window of the previous turn on this branch started. Turns stay whole:
    a user message is never separated from the replies, tool calls and tool results after it.
    Raises `MessageTooLong` when the newest turn cannot fit even alone.
    """
    turns = _turns(history)
    costs = [sum(_cost(entry) for entry in turn) for turn in turns]
    system = _overheads(system_tokens)
    chosen = _start(turns, costs, system=system, budget=budget, start_id=start_id)
    pinned = _pinned(turns[:chosen])
    kept = [entry for turn in turns[chosen:] for entry in turn]
    used = system + sum(map(_cost, pinned)) + sum(map(_cost, kept))
    if _spent(used, budget) > budget.tokens:
        raise _too_long(used, budget)
    return Context(
        pinned=tuple(entry.id for entry in pinned),
        kept=tuple(entry.id for entry in kept),
        start_id=kept[0].id if kept else 0,
        dropped=len(history) - len(kept) - len(pinned),
        used=_spent(used, budget),
        system_tokens=_spent(system, budget),
        history_tokens=_spent(used - system, budget),
    )


def _turns(history: Sequence[Entry]) -> list[list[Entry]]:
    turns: list[list[Entry]] = []
    for entry in history:
        if entry.role == "user" or not turns:
            turns.append([])
        turns[-1].append(entry)
    return turns


def _start(
    turns: list[list[Entry]],
    costs: list[int],
    *,
    system: int,
    budget: Budget,
    start_id: int | None,
) -> int:
    """Find the first turn to keep."""
    low = budget.tokens * budget.keep

    pins = [sum(map(_cost, _pinned([turn]))) for turn in turns]
    before = list(accumulate(pins, initial=0))
    after = list(accumulate(reversed(costs), initial=0))[::-1]

    def spent(start: int) -> int:
        return _spent(system + before[start] + after[start], budget)

    if spent(0) <= low:
        return 0
    start = next((i for i, turn in enumerate(turns) if any(e.id == start_id for e in turn)), 0)
    if spent(start) <= budget.tokens:
        return start
    while start < len(turns) - 1 and spent(start) > low:
        start += 1
    return start


def _pinned(turns: list[list[Entry]]) -> list[Entry]:
    return [entry for turn in turns for entry in turn if entry.pinned]


def _cost(entry: Entry) -> int:
    return entry.tokens + MESSAGE_OVERHEAD


def _overheads(system_tokens: int) -> int:
    return REPLY_OVERHEAD + (system_tokens + MESSAGE_OVERHEAD if system_tokens else 0)


def _spent(tokens: int, budget: Budget) -> int:
    return int(tokens * budget.ratio + 0.5)


def _too_long(used: int, budget: Budget) -> MessageTooLong:
    needed = _spent(used, budget)
    return MessageTooLong(
        f"This message needs about {needed} tokens with the instructions and pinned messages, but "
        f"the model's window of {budget.window} has room for {budget.tokens}. Shorten it, send it "
        "in parts, or choose a model with a larger window.",
        tokens=needed,
        budget=budget.tokens,
        window=budget.window,
    )
