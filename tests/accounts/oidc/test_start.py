"""A provider that is configured wrongly stops the start."""

from typing import Any

import pytest

from chatbox.accounts.oidc.start import check_oidc
from chatbox.config import Oidc
from chatbox.errors import StartRefused

GOOD = {"issuer": "https://id.example.org/realms/x", "client_id": "chatbox"}


@pytest.mark.parametrize(
    "values",
    [
        {},
        GOOD,
        GOOD | {"issuer": "http://127.0.0.1:8080"},
        GOOD | {"create_users": True, "allowed_domains": "example.org, a.example.com"},
        GOOD | {"create_users": True, "allowed_domains": "*"},
    ],
)
def test_a_provider_that_can_be_used_is_accepted(values: dict[str, Any]) -> None:
    check_oidc(Oidc(**values))


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"issuer": "id.example.org"}, "oidc.issuer is not valid"),
        ({"issuer": "http://id.example.org"}, "https://"),
        ({"issuer": "http://10.0.0.1"}, "https://"),
        ({"issuer": "https://id.example.org/?x"}, "neither"),
        ({"issuer": "https://id.example.org/#"}, "neither"),
        ({"client_id": ""}, "oidc.client_id"),
        ({"scopes": "email"}, "openid"),
        ({"create_users": True}, "oidc.allowed_domains"),
        ({"allowed_domains": "@example.org"}, "'@example.org'"),
    ],
)
def test_a_provider_that_cannot_be_used_stops_the_start(changed: dict[str, Any], word: str) -> None:
    with pytest.raises(StartRefused, match=word):
        check_oidc(Oidc(**{**GOOD, **changed}))
