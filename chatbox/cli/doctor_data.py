"""The doctor's look into the database and at the key; it only reads."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

from chatbox.cli.doctor_accounts import check_accounts, check_sealed
from chatbox.cli.findings import Finding, failure, fine, warning
from chatbox.config import Config
from chatbox.db import SQLITE_VERSION
from chatbox.db.database import StorageFailed
from chatbox.db.invariants import AT_REST, violations
from chatbox.db.lock import owner_of
from chatbox.db.migrate import Schema, check_sqlite, known_schema
from chatbox.db.peek import peek
from chatbox.db.quiet import has_log, look, reading
from chatbox.db.snapshots import way_back
from chatbox.errors import NotFound, StartRefused
from chatbox.kit.clock import now_ms, rfc3339
from chatbox.kit.secretbox import SecretBox, read_master_key
from chatbox.providers.checkup import ask_providers, closed_secrets, read_providers
from chatbox.system.audit_chain import check_chain
from chatbox.system.instance import check_key, holds_secrets

_NEWEST = "SELECT max(updated_at) FROM sessions"
_AUDITED = "SELECT seq FROM sqlite_sequence WHERE name = 'audit'"
_LEEWAY_MS = 60_000


def check_sqlite_version() -> Finding:
    """SQLite must be free of the WAL-reset bug."""
    try:
        check_sqlite()
    except StartRefused as refused:
        return failure("sqlite", str(refused))
    return fine("sqlite", f"SQLite {SQLITE_VERSION} is free of the WAL-reset bug.")


def check_data(config: Config, *, deep: bool) -> Iterator[Finding]:
    """Check the database and the key; `deep` reads everything and asks the providers."""
    path = config.data_path / "chatbox.db"
    if not path.exists():
        yield warning("database", f"{path} is not there yet. The first start makes it.")
        return
    try:
        schema = known_schema(path)
        yield _schema(schema)
        yield _clock(path)
    except (StartRefused, StorageFailed, OSError) as refused:
        yield failure("database", _unreadable(path, refused))
        return
    box, finding = _key(config, path)
    yield finding
    if not schema.pending:
        yield from _quiet(path, check_accounts(config, path))
    if deep:
        yield _soundness(path, schema)
        yield _audit(path)
        if schema.pending:
            yield warning("providers", "Not asked, because their table is of an older schema.")
        else:
            yield from _providers(config, path, box)
        if box is not None and not schema.pending:
            yield from _quiet(path, check_sealed(path, box))


def _quiet(path: Path, checks: Iterator[Finding]) -> Iterator[Finding]:
    """Make checks; a file that cannot be read is a finding, too."""
    try:
        yield from checks
    except (StorageFailed, NotFound) as problem:
        yield failure("accounts", _unreadable(path, problem))


def _schema(schema: Schema) -> Finding:
    if schema.pending:
        return warning(
            "database",
            f"{len(schema.pending)} migrations are pending, from {schema.pending[0]} on. The next "
            "start applies them; `chatbox migrate --dry-run` tries them out.",
        )
    return fine("database", f"The schema is current ({schema.applied[-1]}).")


def _clock(path: Path) -> Finding:
    newest, now = peek(path, _NEWEST, table="sessions"), now_ms()
    if newest > now + _LEEWAY_MS:
        return warning(
            "clock",
            f"It is {rfc3339(now)} here, but the newest session was used at {rfc3339(newest)}. Set "
            "the clock; new messages would seem to be older than those before them.",
        )
    return fine("clock", f"It is {rfc3339(now)} here.")


def _key(config: Config, path: Path) -> tuple[SecretBox | None, Finding]:
    where = config.master_key_path
    try:
        key = read_master_key(where, os.environ)
        if key is None:
            if holds_secrets(path):
                return None, failure(
                    "key",
                    f"The master key file {where} is missing, and the database holds secrets that "
                    "only it opens. Put the file back, or set CHATBOX_MASTER_KEY to its content.",
                )
            return None, warning("key", f"{where} is not there yet. The next start makes it.")
        box = SecretBox(key)
        check_key(path, box)
    except StartRefused as refused:
        return None, failure("key", str(refused))
    except OSError as problem:
        return None, failure("key", f"{where} cannot be read: {problem.strerror}. Make it yours.")
    return box, fine("key", f"The master key belongs to this database ({box.fingerprint[:8]}…).")


def _soundness(path: Path, schema: Schema) -> Finding:
    is_at_rest, before = owner_of(path.parent) is None and not has_log(path), path.stat()
    try:
        with reading(path) as connection:
            found = violations(connection)
            unfinished = violations(connection, AT_REST) if is_at_rest and not found else {}
        if found and is_at_rest and path.stat().st_mtime_ns != before.st_mtime_ns:
            return _soundness(path, schema)  # a server has begun to write into it meanwhile
    except StorageFailed as problem:
        return failure("soundness", _unreadable(path, problem))
    if found:
        list_of_them = "; ".join(f"{says} ({times} times)" for says, times in found.items())
        return failure("soundness", f"{path} is not sound: {list_of_them}. {way_back(path)}")
    if unfinished:
        return warning(
            "soundness",
            f"Unfinished replies: {sum(unfinished.values())}. The next start completes them.",
        )
    part = "" if not schema.pending else " as far as its older schema can be checked"
    return fine("soundness", f"Everything in the file fits together{part}.")


def _audit(path: Path) -> Finding:
    """Every row of the audit log must fit to the one before it."""
    try:
        if not peek(path, _AUDITED, table="audit"):
            return fine("audit", "The audit log is empty.")
        chain = look(path, check_chain)
    except StorageFailed as problem:
        return failure("audit", _unreadable(path, problem))
    if chain.broken_at is not None:
        return failure(
            "audit",
            f"The audit log was changed: entry {chain.broken_at} does not fit to the one before it "
            "or is missing. Compare it with an earlier export or backup.",
        )
    return fine("audit", f"The audit log is whole: {chain.entries} entries.")


def _providers(config: Config, path: Path, box: SecretBox | None) -> Iterator[Finding]:
    if box is None:
        yield warning("providers", "Not asked, because the master key is not there.")
        return
    try:
        rows = read_providers(path)
    except StorageFailed as problem:
        yield failure("providers", _unreadable(path, problem))
        return
    if closed := closed_secrets(rows, box):
        names = ", ".join(closed)
        yield failure(
            "secrets", f"The secrets of {names} cannot be opened. Enter them again in the settings."
        )
    else:
        yield fine("secrets", "Every secret can be opened with this key.")
    for answer in asyncio.run(ask_providers(rows, box, config.upstream)):
        if answer.failure is not None:
            yield warning("providers", f"{answer.name} cannot be used: {answer.failure}")
        else:
            yield fine("providers", f"{answer.name} answers and offers {answer.models} models.")


def _unreadable(path: Path, problem: Exception) -> str:
    if isinstance(problem, StartRefused):
        return str(problem)
    return f"The file {path} cannot be read: {problem}. {way_back(path)}"
