"""The adapter for OpenAI's chat completions, which nearly every server speaks."""

from collections.abc import AsyncGenerator
from functools import lru_cache

import httpx

from chatbox.kit.egress import (
    AddressRefused,
    Client,
    HeaderRefused,
    InvalidURL,
    RedirectRefused,
    check_headers,
    check_url,
)
from chatbox.kit.egress_body import BodyTooLarge, BodyUnreadable, read_body
from chatbox.llm import errors
from chatbox.llm.adapter import Clocks, Completion, Endpoint, OfferedModel
from chatbox.llm.answer import Answer
from chatbox.llm.clocks import Watch
from chatbox.llm.errors import LLMError
from chatbox.llm.events import Event
from chatbox.llm.openai_decode import Decoder
from chatbox.llm.openai_encode import USUAL, Shape, encode
from chatbox.llm.openai_models import decode_models
from chatbox.llm.refusals import failure_within, read_failure, refusal
from chatbox.llm.sse import Frame

__all__ = ["Decoder", "OpenAIAdapter", "Shape", "encode"]

MAX_REFUSAL = 64_000
MAX_LIST = 8_000_000
_FRAMING = frozenset(("host", "connection", "content-length", "transfer-encoding"))
LIST_CLOCKS = Clocks(connect=10.0, first_token=20.0, idle=20.0, total=20.0)


class OpenAIAdapter:
    """Speaks to `{base_url}/chat/completions` and `{base_url}/models`; holds no state."""

    async def stream(
        self, client: Client, endpoint: Endpoint, completion: Completion, clocks: Clocks
    ) -> AsyncGenerator[list[Event], None]:
        """Ask, and report what comes, each time all that came together. Raises LLMError.

        Closing the generator, or cancelling its reader, closes the connection at once.
        """
        watch = Watch(clocks)
        decoder = Decoder(lambda body: failure_within(body, endpoint))
        try:
            response = await watch.wait(_Call(client, endpoint, clocks=clocks).ask(completion))
            async with Answer(response, watch) as answer:
                failure = None
                while failure is None and not decoder.closed:
                    frames = await _next(answer, decoder)
                    events, failure = _decoded(decoder, frames)
                    if events:
                        yield events
                    _advance(watch, decoder)
                if failure is not None:
                    raise failure
                await answer.drain()
        except LLMError as failure:
            failure.sent_output = decoder.began
            raise
        finally:
            watch.stop()

    async def list_models(self, client: Client, endpoint: Endpoint) -> tuple[OfferedModel, ...]:
        """Name the models on offer, at most 5,000. Raises LLMError."""
        watch = Watch(LIST_CLOCKS)
        try:
            return decode_models(
                await watch.wait(_Call(client, endpoint, clocks=LIST_CLOCKS).list())
            )
        finally:
            watch.stop()


async def _next(answer: Answer, decoder: Decoder) -> list[Frame] | None:
    """Wait for frames; None at the end, which after a finish_reason may be an untidy one."""
    try:
        return await answer.next()
    except (errors.StreamBroken, errors.ClockExpired):
        if decoder.ended:
            return None
        raise


def _decoded(decoder: Decoder, frames: list[Frame] | None) -> tuple[list[Event], LLMError | None]:
    """Decode frames, and end the answer behind the last; what came before a failure counts."""
    events: list[Event] = []
    try:
        for frame in frames or ():
            events += decoder.feed(frame)
            if decoder.finished:
                break
        if frames is None or decoder.finished:
            events += decoder.close()
    except LLMError as failure:
        return events, failure
    return events, None


def _advance(watch: Watch, decoder: Decoder) -> None:
    if decoder.ended:
        watch.finishing()
    elif decoder.began:
        watch.begin()


class _Call:
    """One request to one endpoint, with everything that can go wrong before the answer begins."""

    def __init__(self, client: Client, endpoint: Endpoint, *, clocks: Clocks) -> None:
        self._client = client
        self._endpoint = endpoint
        self._connect = clocks.connect  # the clocks bound the rest

    async def ask(self, completion: Completion) -> httpx.Response:
        """Open the answer; what the server does not know is left out or renamed, once each."""
        shape = USUAL
        while True:
            body = encode(completion, shape=shape)
            response = await self._send(b"POST", "/chat/completions", body=body)
            if response.is_success:
                return response
            said = await _read(response, MAX_REFUSAL)
            simpler = self._simpler(shape, response.status_code, body=said)
            if simpler is None:
                raise self._refusal(response, said)
            shape = simpler

    async def list(self) -> bytes:
        """Read the list of models."""
        response = await self._send(b"GET", "/models")
        body = await _read(response, MAX_LIST)
        if not response.is_success:
            raise self._refusal(response, body)
        return body

    def _refusal(self, response: httpx.Response, body: bytes) -> LLMError:
        return refusal(response.status_code, response.headers, body=body, endpoint=self._endpoint)

    def _simpler(self, shape: Shape, status: int, *, body: bytes) -> Shape | None:
        if status not in (400, 422):
            return None
        words = read_failure(body, self._endpoint).words or body.decode(errors="replace")
        if shape.stream_options and "stream_options" in words:
            return Shape(False, shape.max_completion_tokens)
        renamed = "max_completion_tokens" in words and "support" in words
        if renamed and not shape.max_completion_tokens:
            return Shape(shape.stream_options, True)
        return None

    async def _send(self, method: bytes, path: str, *, body: bytes = b"") -> httpx.Response:
        try:
            return await self._client.exchange(
                method,
                _join(self._endpoint.base_url, path),
                headers=_headers(self._endpoint),
                body=body,
                connect=self._connect,
            )
        except (AddressRefused, InvalidURL) as exc:
            raise errors.RefusedAddress(str(exc)) from exc
        except RedirectRefused as exc:
            text = f"{exc} Redirects are refused; enter the address it really has."
            raise errors.RedirectRefused(text) from exc
        except HeaderRefused as exc:
            raise errors.SecretRejected(f"{exc} Enter it again.") from exc
        except httpx.ConnectTimeout as exc:
            raise errors.ClockExpired("connect", self._connect) from exc
        except httpx.TransportError as exc:
            raise errors.ConnectFailed(str(exc)) from exc


async def _read(response: httpx.Response, limit: int) -> bytes:
    """Read a body; that of a refusal may be damaged, for its status says enough."""
    try:
        return await read_body(response, limit=limit)
    except httpx.TransportError as exc:
        if not response.is_success:
            return b""
        raise _unreadable(exc) from exc
    finally:
        await response.aclose()


def _unreadable(failure: httpx.TransportError) -> LLMError:
    match failure:
        case BodyTooLarge():
            return errors.AnswerTooLarge("The provider's answer is too large.")
        case BodyUnreadable():
            return errors.AnswerUnreadable(str(failure))
    return errors.StreamBroken("The connection broke in the middle of the answer.")


@lru_cache(maxsize=512)
def _join(base_url: str, path: str) -> httpx.URL:
    url = check_url(base_url)
    own, mark, query = url.raw_path.partition(b"?")
    return url.copy_with(raw_path=own.rstrip(b"/") + path.encode() + mark + query)


def _headers(endpoint: Endpoint) -> list[tuple[bytes, bytes]]:
    """Our headers, replaced by the operator's own where both exist. Raises HeaderRefused."""
    ours = {
        b"accept": b"text/event-stream, application/json",
        b"accept-encoding": b"identity",
        b"content-type": b"application/json",
        b"user-agent": b"chatbox",
    }
    if endpoint.secret:
        ours[b"authorization"] = b"Bearer " + endpoint.secret.encode(errors="replace")
    for name, value in endpoint.headers:
        if name.lower() not in _FRAMING:
            ours[name.lower().encode(errors="replace")] = value.encode(errors="replace")
    check_headers(ours.items())
    return list(ours.items())
