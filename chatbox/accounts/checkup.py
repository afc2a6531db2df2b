"""Checks what is sealed for accounts, from outside a running server."""

from pathlib import Path

from chatbox.accounts.factors import place_of
from chatbox.accounts.store.factors import list_sealed
from chatbox.db.quiet import look
from chatbox.kit.secretbox import CannotOpen, SecretBox


def closed_factors(database: Path, box: SecretBox) -> list[str]:
    """Name the accounts whose second factor cannot be opened with this key."""
    closed = []
    for row in look(database, list_sealed):
        try:
            box.open(row.totp_secret, bound_to=place_of(row.public_id))
        except CannotOpen:
            closed.append(row.username or row.public_id)
    return closed
