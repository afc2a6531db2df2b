"""`Config`: the table of everything that is fixed at start, with its defaults.

What can change while the server runs is a setting in the database.
"""

import os
import sys
from pathlib import Path
from typing import Literal

import msgspec

from chatbox.errors import StartRefused


class Upstream(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The clocks of a call to a provider, in seconds, and the caps on its answer."""

    connect_seconds: float = 10.0
    first_token_seconds: float = 60.0
    local_first_token_seconds: float = 900.0
    idle_seconds: float = 60.0
    total_seconds: float = 900.0
    max_retries: int = 2


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one caller may ask for at most."""

    body_bytes: int = 4 * 1024 * 1024
    content_chars: int = 1_500_000
    running_turns: int = 2_000
    viewers: int = 4_000
    messages_per_session: int = 50_000
    providers: int = 100
    connections_per_address: int = 100


class Storage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is kept free on the disk of the database, in bytes, and who empties its log."""

    ballast_bytes: int = 16 * 1024 * 1024
    least_free_bytes: int = 64 * 1024 * 1024
    checkpoints: Literal["chatbox", "litestream"] = "chatbox"


class Context(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the context window is filled; tokens."""

    default_window: int = 8_192
    output_reserve: int = 1_024
    keep_after_drop: float = 0.6


class Backup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where backups go, how often, and how many are kept; no target means the data directory."""

    target: str = ""
    every_hours: float = 0.0
    keep: int = 0
    keep_daily: int = 0
    keep_weekly: int = 0
    passphrase: str = ""
    passphrase_file: str = ""
    s3_endpoint: str = ""
    s3_region: str = "us-east-1"
    s3_access_key: str = ""
    s3_secret_key: str = ""
    dav_user: str = ""
    dav_password: str = ""


class Alerts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where alerts go, and what they are about; nothing is watched without a target."""

    webhook_url: str = ""
    webhook_secret: str = ""
    email_to: str = ""
    email_from: str = ""
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: str = ""
    remind_hours: float = 24.0
    failed_turns: int = 5
    failed_share: float = 0.5
    free_disk_bytes: int = 1024 * 1024 * 1024
    loop_lag_seconds: float = 1.0
    backup_hours: float = 48.0


class Oidc(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The OpenID Connect provider that people may sign in through; none without an issuer."""

    issuer: str = ""
    client_id: str = ""
    client_secret: str = ""
    name: str = "OpenID Connect"
    scopes: str = "openid email profile"
    create_users: bool = False
    role: Literal["user", "viewer"] = "user"
    allowed_domains: str = ""


class ProxyLogin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A proxy that says who is asking; it is believed only with the secret."""

    header: str = ""
    secret: str = ""


SECRET_VALUES = frozenset(
    {
        "backup.passphrase",
        "backup.s3_secret_key",
        "backup.dav_password",
        "alerts.webhook_url",  # the addresses of many are secrets
        "alerts.webhook_secret",
        "alerts.smtp_password",
        "oidc.client_secret",
        "proxy_login.secret",
        "metrics_token",
    }
)
"""Values that are never shown."""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that is fixed when the server starts."""

    host: str = "127.0.0.1"
    port: int = 8000
    data_dir: str = ""
    master_key_file: str = ""
    team: bool = False
    public_url: str = ""
    trusted_proxies: str = ""
    metrics_token: str = ""
    demo_model: bool = False
    open: bool = False
    discover: bool = True
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["pretty", "json"] = "pretty"
    shutdown_seconds: float = 10.0
    restart_seconds: float = 60.0
    upstream: Upstream = Upstream()
    limits: Limits = Limits()
    storage: Storage = Storage()
    context: Context = Context()
    backup: Backup = Backup()
    alerts: Alerts = Alerts()
    oidc: Oidc = Oidc()
    proxy_login: ProxyLogin = ProxyLogin()

    @property
    def data_path(self) -> Path:
        """The directory of the database, the lock and the snapshots."""
        return _whole_path(self.data_dir) if self.data_dir else default_data_dir()

    @property
    def master_key_path(self) -> Path:
        """The file of the master key, outside the data directory unless configured."""
        if self.master_key_file:
            return _whole_path(self.master_key_file)
        data = self.data_path
        if not data.name:
            raise StartRefused(f"The data directory cannot be {data} itself; name one below it.")
        return data.with_name(f"{data.name}.master-key")


def default_data_dir() -> Path:
    """The user's data directory for chatbox on this system."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or _home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = _home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or _home() / ".local" / "share")
    return base / "chatbox"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError as failure:
        raise StartRefused(
            "This user has no home directory, where the data would go. Name a directory with "
            "--data-dir or CHATBOX_DATA_DIR."
        ) from failure


def _whole_path(text: str) -> Path:
    try:
        return Path(text).expanduser().resolve()
    except (RuntimeError, OSError, ValueError) as failure:
        raise StartRefused(f"The path {text!r} cannot be used: {failure}.") from failure
