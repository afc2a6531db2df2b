"""An identity provider that lies as a test tells it to; what it was asked is kept."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

CLIENT = "chatbox"
RSA_KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
OTHER_RSA_KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
WEAK_RSA_KEY = rsa.generate_private_key(65_537, 1_024)  # noqa: S505 - to be refused
EC_KEY = ec.generate_private_key(ec.SECP256R1())
ED_KEY = ed25519.Ed25519PrivateKey.generate()

JSON = dict[str, Any]


class Reply:
    """What is answered at a path."""

    def __init__(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.body, self.status, self.headers = body, status, headers


class BadIdP:
    """Serves the usual documents until a test replaces one in `replies`."""

    def __init__(self) -> None:
        self.issuer = ""
        self.asked: list[str] = []
        self.forms: list[str] = []
        self.replies: dict[str, Reply] = {}

    @asynccontextmanager
    async def open(self) -> AsyncIterator["BadIdP"]:
        server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.issuer = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self.describe()
        self.publish(jwk_of(RSA_KEY, kid="one"))
        try:
            yield self
        finally:
            server.close()

    def describe(self, **changed: Any) -> None:
        """Set the description."""
        usual = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
        }
        self.tell("/.well-known/openid-configuration", usual | changed)

    def publish(self, *keys: JSON) -> None:
        """Set the public keys."""
        self.tell("/jwks", {"keys": list(keys)})

    def give(self, id_token: str, **more: Any) -> None:
        """Set what a code is exchanged for."""
        self.tell("/token", {"id_token": id_token, "token_type": "Bearer"} | more)

    def tell(self, path: str, document: object) -> None:
        """Set a document."""
        self.replies[path] = Reply(json.dumps(document).encode())

    def claims(self, right_nonce: str, **changed: Any) -> JSON:
        """The claims of a good token, changed; None leaves one out."""
        now = int(time.time())
        usual = {
            "iss": self.issuer,
            "sub": "ada",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": right_nonce,
            "email": "ada@example.org",
            "email_verified": True,
        }
        return {name: value for name, value in (usual | changed).items() if value is not None}

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                path = head.split()[1]
                lengths = [line for line in head.lower().split("\r\n") if "content-length" in line]
                length = int(lengths[0].partition(":")[2]) if lengths else 0
                self.asked.append(path)
                self.forms.append((await reader.readexactly(length)).decode())
                await self._answer(self.replies.get(path, Reply(b"{}", 404)), writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, reply: Reply, writer: asyncio.StreamWriter) -> None:
        headers = {"content-length": str(len(reply.body)), **reply.headers}
        lines = [f"HTTP/1.1 {reply.status} X", *(f"{name}: {headers[name]}" for name in headers)]
        writer.write("\r\n".join([*lines, "", ""]).encode() + reply.body)
        await writer.drain()


def jwk_of(key: Any, **more: str) -> JSON:
    """The public part of a key, as a provider publishes it."""
    name = {rsa.RSAPrivateKey: "RS256", ec.EllipticCurvePrivateKey: "ES256"}
    kind = next((name[one] for one in name if isinstance(key, one)), "EdDSA")
    public = jwt.get_algorithm_by_name(kind).to_jwk(key.public_key(), as_dict=True)
    return {**public, "use": "sig", **more}


def signed(claims: JSON, key: Any = RSA_KEY, algorithm: str = "RS256", **header: Any) -> str:
    """A token."""
    return jwt.encode(claims, key, algorithm, headers={"kid": "one", **header})


def raw_token(header: JSON, claims: JSON, signature: bytes = b"") -> str:
    """A token as nobody's library makes it."""
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
