"""What browsers do by themselves on the tab's stream, and what a socket says when it hangs up."""

import pytest
from websockets.exceptions import ConnectionClosed

from tests.running import Site, events_of, next_frame, next_of


async def test_a_stream_resumes_after_the_last_event_id(site: Site) -> None:
    async with site.feed() as events:
        cursor = (await next_of(events, "hello")).data["cursor"]
    session = await site.session(title="missed")
    headers = {"Last-Event-ID": cursor}
    async with site.client.stream("GET", "/events", headers=headers) as response:
        news = events_of(response)
        assert (await anext(news)).kind == "hello"
        seen = await anext(news)
        assert seen.data["session"] == session
    async with site.client.stream(
        "GET", "/events", params={"after": seen.id}, headers={"Last-Event-ID": "other-1"}
    ) as response:
        news = events_of(response)
        assert (await anext(news)).kind == "hello"
        site.server.hub.notify(1, "models_changed", {})
        assert (await anext(news)).kind == "models_changed", "`after` counts when there is one"


@pytest.mark.parametrize("said", ["", "x", '{"type":"other"}', "x" * 5_000, b"\x00\xff"])
async def test_a_message_that_is_none_closes_with_1008(site: Site, said: str | bytes) -> None:
    async with site.socket() as socket:
        await next_frame(socket, "hello")
        await socket.send(said)
        with pytest.raises(ConnectionClosed) as closed:
            await next_frame(socket, "never")
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, "invalid_request")


async def test_a_message_beyond_all_measure_is_closed_with_a_code(site: Site) -> None:
    async with site.socket() as socket:
        await next_frame(socket, "hello")
        await socket.send("x" * 17_000_000)
        with pytest.raises(ConnectionClosed) as closed:
            await next_frame(socket, "never")
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code in (1008, 1009)
