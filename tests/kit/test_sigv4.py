"""Signatures, against the examples that Amazon publishes with the description."""

import hashlib
from datetime import UTC, datetime

import pytest

from chatbox.kit.sigv4 import (
    EMPTY_SHA256,
    Credentials,
    encode_path,
    encode_query,
    signed_headers,
)

WHO = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")
WHEN = datetime(2013, 5, 24, tzinfo=UTC)
HOST = {"Host": "examplebucket.s3.amazonaws.com"}


@pytest.mark.parametrize(
    ("method", "path", "query", "headers", "body", "signature"),
    [
        (
            "GET", "/test.txt", {}, {"Range": "bytes=0-9"}, None,
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            "PUT", "/test$file.text", {},
            {"Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"},
            b"Welcome to Amazon S3.",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        (
            "GET", "/", {"lifecycle": ""}, {}, None,
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        ),
        (
            "GET", "/", {"prefix": "J", "max-keys": "2"}, {}, None,
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ],
)  # fmt: skip
def test_published_examples(
    method: str,
    path: str,
    query: dict[str, str],
    headers: dict[str, str],
    body: bytes | None,
    signature: str,
) -> None:
    signed = signed_headers(
        method,
        encode_path(path),
        encode_query(query),
        {**HOST, **headers},
        sha256=EMPTY_SHA256 if body is None else hashlib.sha256(body).hexdigest(),
        credentials=WHO,
        now=WHEN,
    )
    assert signed["authorization"].rpartition("Signature=")[2] == signature
    assert signed["x-amz-date"] == "20130524T000000Z"


def test_everything_unusual_is_encoded() -> None:
    assert encode_path("/a b/ü+~.-_") == "/a%20b/%C3%BC%2B~.-_"
    assert encode_query({"b": "x/y =", "a": ""}) == "a=&b=x%2Fy%20%3D"
