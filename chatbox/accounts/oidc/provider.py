"""The provider of the configuration: sends people to it, and says who came back."""

import base64
import time
from collections.abc import Callable
from urllib.parse import quote_plus, urlencode, urlsplit

import msgspec

from chatbox.accounts.oidc.asking import ask
from chatbox.accounts.oidc.discovery import Discovery
from chatbox.accounts.oidc.flows import Flow, Flows, Started, challenge_of
from chatbox.accounts.oidc.idtoken import auth_time_of, header_of, verified_claims
from chatbox.accounts.oidc.keys import Keys
from chatbox.accounts.oidc.model import Identity, Metadata, OidcFailed, Profile, TokenAnswer
from chatbox.config import Oidc
from chatbox.kit.egress import Client, Policy, check_url
from chatbox.kit.egress_address import host_of, port_of

HOME = "/api/v1/auth/oidc/callback"
FRESH_SECONDS = 60
"""How far the provider's clock may be behind ours when somebody must have just signed in."""


class Answer(msgspec.Struct, frozen=True):
    """What the browser brings back from the provider."""

    state: str = ""
    code: str = ""
    error: str = ""
    iss: str | None = None


class Provider:
    """Make it with values that `check_oidc` has passed; `redirect_uri` tells where people return.

    It has a client and a policy of its own: the operator named the issuer, so that its address may
    be private, and nobody else's requests may go there because of that.
    """

    def __init__(
        self,
        oidc: Oidc,
        *,
        redirect_uri: Callable[[], str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        url = check_url(oidc.issuer)
        self.issuer = oidc.issuer
        self._oidc = oidc
        self._redirect_uri = redirect_uri
        self._client = Client(Policy([(host_of(url), port_of(url))]))
        self._discovery = Discovery(self._client, oidc.issuer, clock=clock)
        self._keys = Keys(self._client, self._discovery, clock=clock)
        self._flows = Flows(clock)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def begin(
        self,
        next_path: str,
        address: str,
        *,
        user: int | None = None,
        links: bool = False,
        is_fresh: bool = False,
    ) -> tuple[str, Started]:
        """The address to send a browser to, and the flow that has begun. Raises `OidcFailed`."""
        metadata = await self._discovery.metadata()
        started = self._flows.begin(next_path, address, user=user, links=links, is_fresh=is_fresh)
        query = {
            "response_type": "code",
            "client_id": self._oidc.client_id,
            "redirect_uri": self._redirect_uri(),
            "scope": self._oidc.scopes,
            "state": started.state,
            "nonce": started.flow.nonce,
            "code_challenge": challenge_of(started.flow.verifier),
            "code_challenge_method": "S256",
        }
        if is_fresh:
            query |= {"prompt": "login", "max_age": "0"}
        endpoint = metadata.authorization_endpoint
        joint = "&" if urlsplit(endpoint).query else "?"
        return f"{endpoint}{joint}{urlencode(query)}", started

    def flow_of(self, answer: Answer, browser: str) -> Flow:
        """The flow that an answer belongs to, which is used up by that. Raises `OidcFailed`."""
        flow = self._flows.finish(answer.state, browser)
        if flow is None:
            raise OidcFailed("oidc_expired", "No such sign-in is under way in this browser.")
        return flow

    async def finish(self, answer: Answer, flow: Flow) -> Identity:
        """Who came back. Raises `OidcFailed`."""
        metadata = await self._discovery.metadata()
        self._check_sender(answer, metadata)
        if answer.error or not answer.code:
            raise OidcFailed("oidc_denied", "The provider did not sign the person in.")
        token = await self._exchange(answer.code, flow, metadata)
        identity = await self._identify(token, flow, metadata)
        if flow.is_fresh and (identity.auth_time or 0) < flow.began // 1000 - FRESH_SECONDS:
            raise OidcFailed("oidc_not_fresh", "The provider did not ask the person to sign in.")
        return identity

    def _check_sender(self, answer: Answer, metadata: Metadata) -> None:
        """The answer must come from the provider that was asked (RFC 9207)."""
        is_told = metadata.authorization_response_iss_parameter_supported
        if answer.iss != self.issuer and (is_told or answer.iss is not None):
            raise OidcFailed("oidc_refused", "The answer is that of another provider.")

    async def _exchange(self, code: str, flow: Flow, metadata: Metadata) -> TokenAnswer:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri(),
            "code_verifier": flow.verifier,
        }
        client_id, secret = self._oidc.client_id, self._oidc.client_secret
        headers = []
        if secret and _takes_basic(metadata):
            pair = f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()
            headers.append((b"authorization", b"Basic " + base64.b64encode(pair)))
        else:
            form |= {"client_id": client_id} | ({"client_secret": secret} if secret else {})
        return await ask(
            self._client,
            metadata.token_endpoint,
            TokenAnswer,
            form=urlencode(form).encode(),
            headers=headers,
            refusal="oidc_refused",
        )

    async def _identify(self, token: TokenAnswer, flow: Flow, metadata: Metadata) -> Identity:
        offered = metadata.id_token_signing_alg_values_supported
        algorithm, kid = header_of(token.id_token, offered)
        key = await self._keys.find(kid, algorithm)
        claims = verified_claims(
            token.id_token,
            key,
            issuer=self.issuer,
            client_id=self._oidc.client_id,
            nonce=flow.nonce,
        )
        profile = _profile_of(claims)
        if profile.email is None and metadata.userinfo_endpoint and token.access_token:
            profile = await self._ask_more(token, metadata.userinfo_endpoint, profile)
        return Identity(
            issuer=self.issuer,
            subject=profile.sub,
            email=profile.email,
            is_verified=profile.email_verified is True,
            name=profile.name or "",
            username=profile.preferred_username or "",
            auth_time=auth_time_of(claims),
        )

    async def _ask_more(self, token: TokenAnswer, endpoint: str, known: Profile) -> Profile:
        """Ask the UserInfo endpoint, where providers that keep to the letter tell the e-mail."""
        bearer = f"Bearer {token.access_token}"
        if not bearer.isascii() or not bearer.isprintable():
            raise OidcFailed("oidc_refused", "The access token cannot be sent.")
        headers = [(b"authorization", bearer.encode())]
        told = await ask(self._client, endpoint, Profile, headers=headers, refusal="oidc_refused")
        if told.sub != known.sub:
            raise OidcFailed("oidc_refused", "The provider told about another person.")
        return told


def provider_of(oidc: Oidc, base: Callable[[], str]) -> Provider | None:
    """The provider of a configuration, if it names one; `base` answers this server's address."""
    return Provider(oidc, redirect_uri=lambda: base() + HOME) if oidc.issuer else None


def _takes_basic(metadata: Metadata) -> bool:
    methods = metadata.token_endpoint_auth_methods_supported
    return "client_secret_basic" in methods or "client_secret_post" not in methods


def _profile_of(claims: dict[str, object]) -> Profile:
    """The claims of an ID token that are about the person; what has a wrong type is left out."""

    def text(name: str) -> str | None:
        value = claims.get(name)
        return value if isinstance(value, str) else None

    return Profile(
        sub=str(claims["sub"]),
        email=text("email"),
        email_verified=claims.get("email_verified"),
        name=text("name"),
        preferred_username=text("preferred_username"),
    )
