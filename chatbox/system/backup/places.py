"""From the configuration to a plan: the target by its address, the passphrase, what is kept."""

import re
from pathlib import Path

from chatbox.config import Config
from chatbox.errors import BackupFailed, StartRefused
from chatbox.kit.sigv4 import Credentials
from chatbox.system.backup.folder import Folder
from chatbox.system.backup.make import Plan
from chatbox.system.backup.names import Keep
from chatbox.system.backup.remote import Network
from chatbox.system.backup.s3 import S3
from chatbox.system.backup.schedule import Schedule
from chatbox.system.backup.target import Remote, Target
from chatbox.system.backup.webdav import WebDav, is_webdav

LEAST_PASSPHRASE = 12
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def plan_of(config: Config, network: Network) -> Plan:
    """Work out what the configuration asks for. Raises BackupFailed."""
    backup = config.backup
    return Plan(
        data=config.data_path,
        target=open_target(config, network),
        passphrase=_good(passphrase_of(config)),
        keep=Keep(newest=backup.keep, daily=backup.keep_daily, weekly=backup.keep_weekly),
        least_free_bytes=config.storage.least_free_bytes,
    )


def schedule_of(config: Config, network: Network) -> Schedule | None:
    """The backups that the server makes by itself, if any. Raises `StartRefused`."""
    if not config.backup.every_hours:
        return None
    try:
        return Schedule(plan_of(config, network), hours=config.backup.every_hours)
    except BackupFailed as wrong:
        raise StartRefused(f"Backups every few hours are configured. {wrong}") from wrong


def open_target(config: Config, network: Network) -> Target:
    """Open the place that `backup.target` names; nothing is asked of it yet."""
    address = config.backup.target
    if not is_remote(address):
        return Folder(_folder(config, address))
    return open_remote(config, network, address)


def is_remote(address: str) -> bool:
    """Tell an address in the network from a path."""
    return _SCHEME.match(address) is not None


def open_remote(config: Config, network: Network, address: str) -> Remote:
    """Open a place in the network. Raises BackupFailed."""
    backup = config.backup
    if address.startswith("s3://"):
        who = Credentials(backup.s3_access_key, backup.s3_secret_key, backup.s3_region)
        return S3(network, address, endpoint=backup.s3_endpoint, credentials=who)
    if is_webdav(address):
        return WebDav(network, address, user=backup.dav_user, password=backup.dav_password)
    raise BackupFailed(
        f"The backup target {address} is of an unknown kind. Name a directory, or an address that "
        "begins with s3://, davs:// or https://."
    )


def passphrase_of(config: Config) -> str:
    """The passphrase that seals backups, empty when there is none."""
    passphrase = config.backup.passphrase
    if name := config.backup.passphrase_file:
        try:
            passphrase = Path(name).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as failure:
            why = getattr(failure, "strerror", None) or "it is not text"
            raise BackupFailed(f"The passphrase file {name} cannot be read: {why}.") from failure
        if not passphrase:
            raise BackupFailed(f"The passphrase file {name} is empty.")
    return passphrase


def _good(passphrase: str) -> str:
    if 0 < len(passphrase) < LEAST_PASSPHRASE:
        raise BackupFailed(
            f"The passphrase for backups is too short: use at least {LEAST_PASSPHRASE} characters."
        )
    return passphrase


def _folder(config: Config, address: str) -> Path:
    if not address:
        return config.data_path / "backups"
    path = Path(address).expanduser().resolve()
    if path.is_file():
        raise BackupFailed(f"The backup target {path} is a file. Name a directory.")
    return path
