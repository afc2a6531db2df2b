"""Errors as RFC 9457 problem documents; the only module that knows which status an error has."""

import logging
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from msgspec import Meta

from chatbox import errors
from chatbox.db.database import StorageFailed
from chatbox.errors import ChatboxError

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
_OUR_MISTAKES = frozenset({1, 19, 20, 21, 25})  # ERROR, CONSTRAINT, MISMATCH, MISUSE, RANGE
_NO_ROOM = 13  # FULL

STATUS: dict[type[ChatboxError], int] = {
    errors.InvalidRequest: 400,
    errors.AddressRefused: 400,
    errors.MessageTooLong: 400,
    errors.PasswordRefused: 400,
    errors.LoginRequired: 401,
    errors.LoginFailed: 401,
    errors.CodeRequired: 401,
    errors.ForeignOrigin: 403,
    errors.Forbidden: 403,
    errors.StepUpRequired: 403,
    errors.EnrolmentRequired: 403,
    errors.LinkInvalid: 403,
    errors.RegistrationClosed: 403,
    errors.NotFound: 404,
    errors.ModelNotFound: 404,
    errors.MethodNotAllowed: 405,
    errors.BodyTimeout: 408,
    errors.NameTaken: 409,
    errors.AlreadyExists: 409,
    errors.VersionConflict: 409,
    errors.IdempotencyMismatch: 409,
    errors.SessionBusy: 409,
    errors.CannotContinue: 409,
    errors.NoModel: 409,
    errors.SecretRequired: 409,
    errors.BodyTooLarge: 413,
    errors.UnsupportedMediaType: 415,
    errors.WrongHost: 421,
    errors.LimitReached: 429,
    errors.RateLimited: 429,
    errors.TooManyTries: 429,
    errors.TooManyTurns: 429,
    errors.ProviderFailed: 502,
    errors.IdentityProviderFailed: 502,
    errors.Busy: 503,
    errors.ShuttingDown: 503,
    errors.NotReady: 503,
    errors.StorageFailed: 503,
    errors.StorageFull: 507,
}


class FieldError(msgspec.Struct, frozen=True):
    """One field that is not valid."""

    field: Annotated[str, Meta(description="Where in the body, or which parameter")]
    detail: Annotated[str, Meta(description="What is wrong with it")]


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """An error (RFC 9457); `code` is stable, `detail` is for people."""

    title: Annotated[str, Meta(description="What went wrong, the same for every case of a code")]
    status: Annotated[int, Meta(description="The HTTP status")]
    detail: Annotated[str, Meta(description="What went wrong this time, for people")]
    code: Annotated[str, Meta(description="What went wrong, for programs; stable")]
    request_id: Annotated[str, Meta(description="Names the request in the server's log")]
    type: Annotated[str, Meta(description="Always `about:blank`")] = "about:blank"
    errors: Annotated[list[FieldError], Meta(description="The fields that are not valid")] = []


def problem_body(error: ChatboxError, request_id: str) -> tuple[int, bytes]:
    """Write an error as a problem document; answer its status too."""
    status = STATUS.get(type(error), 500)
    document = {
        "type": "about:blank",
        "title": error.title,
        "status": status,
        "detail": error.detail,
        "code": error.code,
        "request_id": request_id,
        **error.extra,
    }
    return status, msgspec.json.encode(document)


def answer_problem(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Litestar's exception handler for everything."""
    request_id = str(request.scope.get("state", {}).get("request_id", ""))
    known = _known(error)
    if known is None:
        extra = {"path": request.url.path, "request_id": request_id}
        logger.error("request failed", exc_info=error, extra=extra)
        known = _of_the_disk(error) or ChatboxError()
    status, body = problem_body(known, request_id)
    headers = {"Retry-After": str(known.extra.get("retry_after", 2))}
    if status not in (429, 503):
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if isinstance(error, HTTPException) and "allow" in (told := error.headers or {}):
        headers["Allow"] = told["allow"]
    return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def _of_the_disk(error: Exception) -> ChatboxError | None:
    """Tell a file or disk that does not work from a mistake in our own SQL."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if not isinstance(error, StorageFailed) or code in _OUR_MISTAKES:
        return None
    return errors.StorageFull() if code == _NO_ROOM else errors.StorageFailed()


def _known(error: Exception) -> ChatboxError | None:
    if isinstance(error, ChatboxError):
        return error
    if isinstance(error, ValidationException):
        return _invalid(error)
    if isinstance(error, HTTPException):
        return _from_litestar(error)
    return None


def _invalid(error: ValidationException) -> ChatboxError:
    found: list[FieldError] = []
    extra = error.extra if isinstance(error.extra, list) else []
    for entry in extra:
        if isinstance(entry, dict):
            text = str(entry.get("message", "is not valid"))
            inside = text.partition("`$.")[2].partition("`")[0]
            key = str(entry.get("key", ""))
            field = inside or ("" if key == "data" else key)
            found.append(FieldError(field=field, detail=_words(text)))
    detail = "; ".join(f"{one.field}: {one.detail}" if one.field else one.detail for one in found)
    return errors.InvalidRequest(f"{detail}." if detail else "", errors=found)


def _words(message: str) -> str:
    """Say what is wrong in words, as far as msgspec does not."""
    if message == "'data'":
        return "The request body is missing"
    if "matching regex" in message:
        return "Holds characters that are not allowed here"
    return message.partition(" - at")[0]


def _from_litestar(error: HTTPException) -> ChatboxError | None:
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            return errors.NotFound()
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return errors.MethodNotAllowed()
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return errors.BodyTooLarge()
        case HTTPStatus.UNSUPPORTED_MEDIA_TYPE:
            return errors.UnsupportedMediaType()
        case status if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return errors.InvalidRequest(error.detail)
    return None
