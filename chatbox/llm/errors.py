"""Every way a call to a model can fail.

    LLMError
      ConnectFailed       nothing listens there, no such name, TLS failed            retry
      RefusedAddress      the egress policy forbids this address
      RedirectRefused     the provider answered with a redirect
      SecretRejected      401, 403, or a secret that cannot be sent
      CreditExhausted     402, or 429 because the account is empty
      ModelMissing        404
      RateLimited         429                                                        retry
      Overloaded          408, 409, 425, 5xx, 529                                    retry
      BadRequest          every other 4xx
        ContextExceeded   the messages are longer than the model's window
      ClockExpired        connect, first_token (both: retry), idle or total
      StreamBroken        the answer ended before its end                            retry
      UpstreamFailed      the provider reported an error in the middle of its answer
      AnswerTooLarge      more than 32 MB, or a line of more than 1 MB
      AnswerUnreadable    not an answer of this dialect

`retryable` says that the same request may succeed a little later; whether a retry is still allowed
once output was seen (`sent_output`) is for the caller to decide.
"""

from typing import ClassVar, Literal

ClockName = Literal["connect", "first_token", "idle", "total"]

MAX_DETAIL = 500


class LLMError(Exception):
    """`detail` is for the person who reads it: no secret, no HTML, at most 500 characters."""

    code: ClassVar[str] = "llm_error"
    default_retryable: ClassVar[bool] = False

    def __init__(
        self,
        detail: str,
        *,
        status: int | None = None,
        retryable: bool | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.detail = detail[:MAX_DETAIL]
        self.status = status
        self.retryable = self.default_retryable if retryable is None else retryable
        self.retry_after = retry_after
        self.sent_output = False
        super().__init__(self.detail)


class ConnectFailed(LLMError):
    """No connection came about, or it went away before the answer began."""

    code = "connect_failed"
    default_retryable = True


class RefusedAddress(LLMError):
    """The egress policy forbids the address; nothing was sent."""

    code = "address_refused"


class RedirectRefused(LLMError):
    """The provider pointed elsewhere; following would carry the secret along."""

    code = "redirect_refused"


class SecretRejected(LLMError):
    """The provider does not accept the secret, or it cannot be sent."""

    code = "secret_rejected"


class CreditExhausted(LLMError):
    """The provider wants to be paid first; trying again does not help."""

    code = "credit_exhausted"


class ModelMissing(LLMError):
    """The provider does not know the model, or the address has no such API."""

    code = "model_missing"


class RateLimited(LLMError):
    """Too many requests; `retry_after` tells when to come back, if the provider said so."""

    code = "rate_limited"
    default_retryable = True


class Overloaded(LLMError):
    """The provider has a bad moment."""

    code = "provider_overloaded"
    default_retryable = True


class BadRequest(LLMError):
    """The provider does not accept the request as it is."""

    code = "provider_rejected"


class ContextExceeded(BadRequest):
    """The messages are longer than the model's window; `limit` is the window if it was named."""

    code = "context_exceeded"

    def __init__(self, detail: str, *, limit: int | None = None, status: int | None = None) -> None:
        super().__init__(detail, status=status)
        self.limit = limit


class ClockExpired(LLMError):
    """One of the four clocks ran out; `clock` names it."""

    code = "clock_expired"

    def __init__(self, clock: ClockName, seconds: float) -> None:
        super().__init__(
            _EXPIRED[clock].format(seconds=f"{seconds:g}"),
            retryable=clock in ("connect", "first_token"),
        )
        self.clock: ClockName = clock


_EXPIRED: dict[ClockName, str] = {
    "connect": "No connection to the provider came about within {seconds} seconds.",
    "first_token": "The provider did not begin its answer within {seconds} seconds.",
    "idle": "The provider sent nothing more for {seconds} seconds.",
    "total": "The answer was not finished within {seconds} seconds.",
}


class StreamBroken(LLMError):
    """The connection ended before the answer did."""

    code = "stream_broken"
    default_retryable = True


class UpstreamFailed(LLMError):
    """The provider reported an error of its own in the middle of the answer."""

    code = "upstream_failed"


class AnswerTooLarge(LLMError):
    """The answer is larger than chatbox takes."""

    code = "answer_too_large"


class AnswerUnreadable(LLMError):
    """What came is not an answer of this dialect."""

    code = "answer_unreadable"
