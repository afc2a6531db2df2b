"""What the OpenAPI document says about answers that are not plain JSON documents."""

from litestar.openapi.datastructures import ResponseSpec

STREAM = {
    200: ResponseSpec(
        data_container=str,
        media_type="text/event-stream",
        description="Server-sent events; `id` grows by one from 1 within a turn",
    )
}
