"""The OpenAPI document says what the server does, errors and streams included."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.running import JSON, Site, good

PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


@pytest.fixture
async def document(site: Site) -> JSON:
    """The document as clients get it."""
    found: JSON = good(await site.client.get(f"{site.url}/schema/openapi.json"))
    return found


def operations(document: JSON) -> dict[str, JSON]:
    return {one["operationId"]: one for item in document["paths"].values() for one in item.values()}


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_every_reference_leads_somewhere(document: JSON) -> None:
    names = {name.removeprefix("#/components/schemas/") for name in references(document)}
    assert len(names) > 20
    assert names <= set(document["components"]["schemas"])


def test_operation_ids_are_the_names_of_the_handlers(document: JSON) -> None:
    found = operations(document)
    assert len(found) == sum(len(item) for item in document["paths"].values())
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) for name in found)
    assert {"chat", "stream_chat", "send_message", "list_sessions", "follow_events"} <= set(found)


def test_every_tag_is_described_and_used(document: JSON) -> None:
    used = {tag for one in operations(document).values() for tag in one["tags"]}
    assert {tag["name"] for tag in document["tags"] if tag["description"]} == used


def test_every_operation_answers_errors_as_problem_documents(document: JSON) -> None:
    for path, item in document["paths"].items():
        for operation in item.values():
            responses = operation["responses"]
            errors = {status for status in responses if not status.startswith(("2", "3"))}
            assert errors == {"400", "default"} | ({"404"} if "{" in path else set())
            assert all(responses[status]["content"] == PROBLEM for status in errors)


@pytest.mark.parametrize("name", ["stream_chat", "follow_turn", "follow_events"])
def test_a_stream_is_an_event_stream_and_nothing_else(document: JSON, name: str) -> None:
    responses = operations(document)[name]["responses"]
    assert [status for status in responses if status.startswith("2")] == ["200"]
    assert responses["200"]["content"] == {"text/event-stream": {"schema": {"type": "string"}}}


@pytest.mark.parametrize("name", ["send_message", "regenerate_reply", "continue_reply"])
def test_beginning_a_turn_answers_started_or_its_events(document: JSON, name: str) -> None:
    responses = operations(document)[name]["responses"]
    started = {"schema": {"$ref": "#/components/schemas/Started"}}
    assert responses["202"]["content"] == {"application/json": started}
    assert list(responses["200"]["content"]) == ["text/event-stream"]


def test_a_body_that_may_be_absent_is_optional(document: JSON) -> None:
    found = operations(document)
    assert found["regenerate_reply"]["requestBody"]["required"] is False
    assert found["send_message"]["requestBody"]["required"] is True


def test_schemas_tell_their_limits_and_that_they_are_closed(document: JSON) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["Send"]["additionalProperties"] is False
    assert schemas["Send"]["properties"]["content"]["minLength"] == 1
    temperature = schemas["Params"]["properties"]["temperature"]["anyOf"][0]
    assert (temperature["minimum"], temperature["maximum"]) == (0, 2)
    assert all(schema["description"] for schema in schemas.values())


def test_a_parameter_is_absent_never_null(document: JSON) -> None:
    for operation in operations(document).values():
        for parameter in operation.get("parameters", []):
            assert "oneOf" not in parameter["schema"], parameter["name"]
