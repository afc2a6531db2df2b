"""Signatures of Amazon's S3 protocol, version 4, in the Authorization header.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

import msgspec

ALGORITHM = "AWS4-HMAC-SHA256"
EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()


class Credentials(msgspec.Struct, frozen=True):
    """Who signs, and for which region."""

    access_key: str
    secret_key: str
    region: str


def encode_path(path: str) -> str:
    """Write a path as S3 signs it: all but letters, digits, `-_.~` and slashes is encoded."""
    return quote(path, safe="/-_.~")


def encode_query(query: Mapping[str, str]) -> str:
    """Write a query as S3 signs it: sorted, everything encoded."""
    pairs = sorted(
        (quote(name, safe="-_.~"), quote(text, safe="-_.~")) for name, text in query.items()
    )
    return "&".join(f"{name}={text}" for name, text in pairs)


def signed_headers(  # noqa: PLR0913 - what a signature is made of
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    *,
    sha256: str,
    credentials: Credentials,
    now: datetime,
) -> dict[str, str]:
    """Add the headers that sign a request; `headers` must name the host, `path` be encoded.

    `sha256` is the body's digest in hexadecimal. `now` is in UTC.
    """
    moment = now.strftime("%Y%m%dT%H%M%SZ")
    every = {
        **{name.lower(): value.strip() for name, value in headers.items()},
        "x-amz-content-sha256": sha256,
        "x-amz-date": moment,
    }
    names = ";".join(sorted(every))
    lines = [f"{name}:{every[name]}" for name in sorted(every)]
    request = "\n".join([method, path, query, *lines, "", names, sha256])
    scope = f"{moment[:8]}/{credentials.region}/s3/aws4_request"
    digest = hashlib.sha256(request.encode()).hexdigest()
    text = "\n".join([ALGORITHM, moment, scope, digest])
    signature = hmac.new(_key(credentials, moment[:8]), text.encode(), hashlib.sha256).hexdigest()
    every["authorization"] = (
        f"{ALGORITHM} Credential={credentials.access_key}/{scope},SignedHeaders={names},"
        f"Signature={signature}"
    )
    return every


def _key(credentials: Credentials, day: str) -> bytes:
    key = f"AWS4{credentials.secret_key}".encode()
    for part in (day, credentials.region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
