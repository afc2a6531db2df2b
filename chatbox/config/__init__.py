"""What is fixed at start: `model` is the table of it, `load` fills it from four places."""

from chatbox.config.load import Loaded, field_names, load_config, value_of, variable_of
from chatbox.config.model import (
    SECRET_VALUES,
    Alerts,
    Backup,
    Config,
    Context,
    Limits,
    Oidc,
    ProxyLogin,
    Storage,
    Upstream,
    default_data_dir,
)

__all__ = [
    "SECRET_VALUES",
    "Alerts",
    "Backup",
    "Config",
    "Context",
    "Limits",
    "Loaded",
    "Oidc",
    "ProxyLogin",
    "Storage",
    "Upstream",
    "default_data_dir",
    "field_names",
    "load_config",
    "value_of",
    "variable_of",
]
