"""The OpenAPI document: Litestar lists the routes, msgspec writes the schemas, errors are added.

Litestar's own schemas of Structs lose docstrings, lower limits of 0 and closed objects; msgspec's
tell everything that is checked. And Litestar documents an error shape that is never answered.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Request, Router
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Schema, Tag
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition

from chatbox import __version__
from chatbox.rights import Action
from chatbox.web.problems import MEDIA_TYPE, Problem

STREAM = {
    200: ResponseSpec(
        data_container=str,
        media_type="text/event-stream",
        generate_examples=False,
        description="Server-sent events",
    )
}
ARCHIVE = {
    200: ResponseSpec(
        data_container=bytes,
        media_type="application/zip",
        generate_examples=False,
        description="A zip archive",
    )
}
TAGS = {
    "Chat": "Say something and get the answer, in one request.",
    "Sessions": "Conversations and the messages in them.",
    "Messages": "One message: read, change, delete it, or have a reply written anew.",
    "Turns": "Replies that are being written: follow and stop them.",
    "Events": "One connection tells a browser tab everything that changes.",
    "Providers": "The servers and accounts that models are asked from.",
    "Models": "What the providers offer.",
    "Administration": "The server as a whole: its settings.",
    "Accounts": "Signing in and out, and one's own account.",
    "People": "Who may use the server, for administrators.",
    "System": "This server, its health and the user's settings.",
}
INTRODUCTION = """\
A small, self-hosted LLM chat server. Bodies are JSON with names in snake_case; unknown fields are \
refused. Ids are UUIDs, times are RFC 3339 in UTC.

Errors are problem documents (RFC 9457) with a stable `code`. Lists are paged: pass `next_cursor` \
back as `cursor` until it is null. Requests that begin a turn take `Idempotency-Key` and may be \
repeated. Changes take `If-Match` with the `version` they are based on.\
"""
_REFERENCE = "#/components/schemas/{name}"


class Structs(OpenAPISchemaPlugin):
    """Remembers which Structs the routes use and refers to them by name."""

    def __init__(self) -> None:
        self.types: list[type[msgspec.Struct]] = []

    @staticmethod
    def is_plugin_supported_type(value: Any) -> bool:
        """Take Structs."""
        return isinstance(value, type) and issubclass(value, msgspec.Struct)

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: Any) -> Schema:
        """Register an empty schema under the Struct's name; `complete` puts the real one there."""
        self.types.append(field_definition.annotation)
        schema: Schema = schema_creator.create_component_schema(
            field_definition, required=[], property_fields={}
        )
        return schema


class Document(JsonRenderPlugin):
    """Serves the completed document, written once."""

    def __init__(self, structs: Structs) -> None:
        super().__init__(path="/openapi.json")
        self._structs = structs
        self._body = b""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Answer with the document as JSON."""
        if not self._body:
            self._body = msgspec.json.encode(complete(openapi_schema, self._structs.types))
        return self._body


def openapi_config(structs: Structs) -> OpenAPIConfig:
    """What Litestar is told about the document."""
    return OpenAPIConfig(
        title="chatbox",
        version=__version__,
        description=INTRODUCTION,
        tags=[Tag(name=name, description=text) for name, text in TAGS.items()],
        openapi_router=Router(
            "/schema",
            route_handlers=[],
            include_in_schema=False,
            opt={"action": Action.OPEN},
        ),
        render_plugins=[Document(structs)],
        operation_id_creator=_operation_id,
        use_handler_docstrings=False,
    )


def complete(document: dict[str, Any], types: list[type[msgspec.Struct]]) -> dict[str, Any]:
    """Put the schemas, the problem documents and what is optional into Litestar's document."""
    found = list(dict.fromkeys([*types, Problem]))
    _, schemas = msgspec.json.schema_components(found, ref_template=_REFERENCE)
    for schema in schemas.values():
        _describe_fields(schema)
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    for path, operation in _operations(document):
        _describe_successes(operation["responses"], schemas)
        operation["responses"].update(_problems(path))
        for parameter in operation.get("parameters", ()):
            parameter["schema"] = _without_null(parameter["schema"])
        if "requestBody" in operation:
            _describe_body(operation["requestBody"])
    return document


def _operation_id(handler: HTTPRouteHandler, _method: object, _path: object) -> str:
    return handler.handler_name


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for operation in item.values():
            yield path, operation


def _describe_fields(schema: dict[str, Any]) -> None:
    """Say of a field itself what msgspec says of its only alternative to null, or of a tag."""
    for field in schema.get("properties", {}).values():
        said = [one["description"] for one in field.get("anyOf", ()) if "description" in one]
        if len(said) == 1:
            field.setdefault("description", said[0])
        if len(field.get("enum", ())) == 1:
            field.setdefault("description", f"Always `{field['enum'][0]}`")


def _describe_successes(responses: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Say what comes instead of what the HTTP status means."""
    for status, response in responses.items():
        content = response.get("content") or {}
        reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
        if status == "204":
            response["description"] = "Done; the answer has no body"
        elif name := reference.rpartition("/")[2]:
            response["description"] = schemas[name]["description"].rstrip(".")


def _problems(path: str) -> dict[str, Any]:
    """Every route can answer 400, one with an id 404; what else may happen is `default`."""
    texts = {"400": "The request is not valid; `errors` names the fields"}
    if "{" in path:
        texts["404"] = "There is no such object"
    texts["default"] = "Any other failure; `code` tells which"
    content = {MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(name="Problem")}}}
    return {status: {"description": text, "content": content} for status, text in texts.items()}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is absent, never null: leave the alternative out that only says so."""
    others = [one for one in schema.get("oneOf", ()) if one != {"type": "null"}]
    if len(others) != 1:
        return schema
    return {**others[0], **{key: value for key, value in schema.items() if key != "oneOf"}}


def _describe_body(body: dict[str, Any]) -> None:
    """A body that may be null may be left out, which Litestar does not say."""
    content = body["content"]["application/json"]
    required = content["schema"]
    content["schema"] = _without_null(required)
    body["required"] = content["schema"] is required
