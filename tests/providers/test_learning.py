"""What providers teach about their models: the window, and how they count tokens."""

import pytest

from chatbox.caller import OWNER
from chatbox.providers.models import Target
from tests.running import Site, good

ECHO = "/models/up%2Fecho"


async def target(chat: Site) -> Target:
    resolve = chat.server.models.resolve
    return await chat.server.database.snapshot(
        lambda reader: resolve(reader, OWNER, asked=("up/echo",), fallbacks=())
    )


async def test_a_smaller_window_is_learned_and_the_count_stays(chat: Site) -> None:
    await chat.server.models.learn_window(OWNER, await target(chat), 4_096)
    learned = await target(chat)
    assert (learned.window, learned.model.token_ratio) == (4_096, 1.0)
    assert learned.model.window_source == "learned"


@pytest.mark.parametrize("limit", [None, -1, 0, 1, 255, 8_192, 8_193, 10**12])
async def test_a_refusal_that_names_no_smaller_window_corrects_the_count(
    chat: Site, limit: int | None
) -> None:
    await chat.server.models.learn_window(OWNER, await target(chat), limit)
    learned = await target(chat)
    assert learned.window == 8_192
    assert learned.model.token_ratio == pytest.approx(1.1)


async def test_the_correction_has_an_end(chat: Site) -> None:
    for _ in range(20):
        await chat.server.models.learn_window(OWNER, await target(chat), 8_192)
    assert (await target(chat)).model.token_ratio == 4.0


@pytest.mark.parametrize("told", [1_050, 1_080, 950, 1_500])
async def test_the_ratio_comes_within_one_point_of_what_is_seen(chat: Site, told: int) -> None:
    for _ in range(60):
        await chat.server.models.learn_ratio(await target(chat), counted=1_000, told=told)
    assert (await target(chat)).model.token_ratio == pytest.approx(told / 1_000, abs=0.011)


async def test_a_chat_that_is_refused_for_its_length_shrinks_turn_by_turn(chat: Site) -> None:
    model = "/models/up%2Fcontext-400"
    good(await chat.client.patch(model, json={"context_window": 8_192}))
    ratios = []
    for _ in range(3):
        events = await chat.stream("Hello", "up/context-400")
        reply = (await chat.messages(events[0].data["session_id"]))[-1]
        ratios.append(reply["context"]["ratio"])
    assert ratios == pytest.approx([1.0, 1.1, 1.21])
