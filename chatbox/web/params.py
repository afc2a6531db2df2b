"""Header parameters that several routes take."""

from typing import Annotated

from litestar.openapi.spec import Example
from litestar.params import HeaderParameter

from chatbox.errors import InvalidRequest

IfMatch = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match",
        description="The version that the change is based on; another one answers 409",
    ),
]
IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="Makes a repeated request answer with the turn that the first one began",
    ),
]
LastEventId = Annotated[
    int | None,
    HeaderParameter(
        name="Last-Event-ID", ge=0, description="Resume after the event with this number"
    ),
]
Accept = Annotated[
    str | None,
    HeaderParameter(
        name="Accept",
        description="`text/event-stream` streams the turn's events",
        examples=[Example(value="text/event-stream")],
    ),
]


def etag(version: int) -> dict[str, str]:
    """The header that tells a version."""
    return {"ETag": f'"{version}"'}


def version_in(if_match: str | None) -> int | None:
    """Read the version that an If-Match header names; `*` and no header match every version."""
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not text.isdecimal() or len(text) > 15:
        raise InvalidRequest("The If-Match header must hold one version, as its ETag told it.")
    return int(text)
