"""How the row of a provider comes about: what somebody sends, checked, with its secret sealed."""

import msgspec
from msgspec import UNSET

from chatbox.caller import Caller
from chatbox.errors import AddressRefused
from chatbox.kit.clock import now_ms
from chatbox.kit.egress import InvalidURL, check_url
from chatbox.kit.egress_address import host_of, is_private, is_public, literal
from chatbox.kit.ids import new_id
from chatbox.kit.secretbox import SecretBox
from chatbox.providers.calls import binding_of, open_secret, origin_of
from chatbox.providers.model import NewProvider, ProviderChange, Source
from chatbox.providers.store.providers import ProviderRow


class Rows:
    """Composes rows; `box` seals secrets to the provider, whose it is and where it leads."""

    def __init__(self, box: SecretBox) -> None:
        self._box = box

    def new(self, caller: Caller, new: NewProvider, source: Source) -> ProviderRow:
        """The row of a new provider. Raises `AddressRefused`."""
        at = now_ms()
        row = ProviderRow(
            id=0,
            public_id=new_id(),
            user_id=caller.user_id,
            name=new.name.strip(),
            kind=new.kind,
            base_url=normal_base_url(new.base_url),
            secret=None,
            secret_hint=None,
            enabled=new.enabled,
            source=source,
            state="unknown",
            state_code=None,
            state_detail=None,
            checked_at=None,
            version=1,
            created_at=at,
            updated_at=at,
            is_system=new.system,
            user_role=caller.role,
            model_count=0,
        )
        return self._sealed(row, new.secret)

    def changed(self, caller: Caller, old: ProviderRow, change: ProviderChange) -> ProviderRow:
        """The row after a change; a provider that leaves the system becomes the caller's own.

        Another scheme, host or port clears the secret; another owner keeps it, sealed anew.
        Raises `AddressRefused`, and `SecretRequired` for a secret that cannot be opened.
        """
        new = msgspec.structs.replace(
            old,
            name=old.name if change.name is UNSET else change.name.strip(),
            enabled=old.enabled if change.enabled is UNSET else change.enabled,
            base_url=old.base_url if change.base_url is UNSET else normal_base_url(change.base_url),
            is_system=old.is_system if change.system is UNSET else change.system,
        )
        if old.is_system and not new.is_system:
            new = msgspec.structs.replace(new, user_id=caller.user_id, user_role=caller.role)
        if change.secret is not UNSET:
            return self._sealed(new, change.secret)
        if origin_of(new) != origin_of(old):
            return msgspec.structs.replace(new, secret=None)  # the hint says that there was one
        if binding_of(new) != binding_of(old) and old.secret is not None:
            return self._sealed(new, open_secret(self._box, old))
        return new

    def _sealed(self, row: ProviderRow, secret: str | None) -> ProviderRow:
        if secret is None:
            return msgspec.structs.replace(row, secret=None, secret_hint=None)
        sealed = self._box.seal(secret, bound_to=binding_of(row))
        hint = secret[-4:] if len(secret) >= 12 else ""
        return msgspec.structs.replace(row, secret=sealed, secret_hint=hint)


def normal_base_url(text: str) -> str:
    """Check a base URL and drop its trailing slash.

    Raises `AddressRefused` for what no owner may reach: malformed URLs, link-local and cloud
    metadata addresses. Names are vetted again at every connection.
    """
    try:
        url = check_url(text.strip())
    except InvalidURL as refused:
        raise AddressRefused(str(refused)) from refused
    if url.query or url.fragment:
        raise AddressRefused("The address must not contain ? or #.")
    address = literal(host_of(url))
    if address is not None and not (is_public(address) or is_private(address)):
        raise AddressRefused("This address is reserved and cannot be a provider.")
    return str(url).rstrip("/")
