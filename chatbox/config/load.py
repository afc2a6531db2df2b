"""Builds the configuration: flags over environment over `chatbox.toml` over defaults."""

import math
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from chatbox.config.model import Config
from chatbox.errors import StartRefused

_ADDRESS = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")
SHORTEST_TOKEN = 20


class Loaded(msgspec.Struct, frozen=True):
    """A configuration and, for every dotted name, where its value came from."""

    config: Config
    sources: dict[str, str]


def load_config(path: Path | None, environ: Mapping[str, str], flags: Mapping[str, Any]) -> Loaded:
    """Build the configuration.

    `flags` holds dotted names with typed values; `None` means not given. Raises `StartRefused`
    with a sentence that names the value and where it was set.
    """
    values: dict[str, Any] = {}
    sources = dict.fromkeys(field_names(), "default")
    for name, value in _from_file(path).items():
        if name not in sources:
            raise StartRefused(f"The file {path} sets {name!r}, which is not a known value.")
        values[name], sources[name] = value, f"file {path}"
    for name in sources:
        if (found := _from_environment(name, environ)) is not None:
            values[name], sources[name] = found, f"environment {variable_of(name)}"
    for name, value in flags.items():
        if value is not None:
            values[name], sources[name] = value, "flag"
    config = _convert(values, sources)
    _check(config)
    return Loaded(config=config, sources=sources)


def field_names(struct: type[msgspec.Struct] = Config, prefix: str = "") -> list[str]:
    """List every value by its dotted name, in the order of the classes above."""
    names: list[str] = []
    for field in msgspec.structs.fields(struct):
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            names += field_names(field.type, f"{prefix}{field.name}.")
        else:
            names.append(prefix + field.name)
    return names


def value_of(config: Config, name: str) -> object:
    """Read a value by its dotted name."""
    value: object = config
    for step in name.split("."):
        value = getattr(value, step)
    return value


def variable_of(name: str) -> str:
    """Name a value's environment variable: `limits.viewers` is CHATBOX_LIMITS_VIEWERS."""
    return "CHATBOX_" + name.replace(".", "_").upper()


def _from_file(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as failure:
        reason = failure.strerror or str(failure)
        raise StartRefused(f"The file {path} cannot be read: {reason}.") from failure
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as failure:
        raise StartRefused(f"The file {path} is not valid TOML: {failure}.") from failure
    return _flatten(tree)


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            flat |= _flatten(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat


def _from_environment(name: str, environ: Mapping[str, str]) -> str | None:
    variable = variable_of(name)
    if variable in environ:
        return environ[variable]
    if file := environ.get(f"{variable}_FILE"):
        if name.endswith("_file"):
            return None
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as failure:
            raise StartRefused(
                f"{variable}_FILE names {file}, which cannot be read: {failure.strerror}."
            ) from failure
    return None


def _convert(values: Mapping[str, Any], sources: Mapping[str, str]) -> Config:
    tree: dict[str, Any] = {}
    for name, value in values.items():
        *parents, leaf = name.split(".")
        node = tree
        for parent in parents:
            node = node.setdefault(parent, {})
        node[leaf] = value
    try:
        return msgspec.convert(tree, Config, strict=False)
    except msgspec.ValidationError as failure:
        name = str(failure).partition("`$.")[2].rstrip("`") or "?"
        origin = sources.get(name, "the configuration")
        problem = str(failure).partition(" - at")[0]
        raise StartRefused(f"The value of {name} ({origin}) is not valid: {problem}.") from failure


def _check(config: Config) -> None:
    _check_addresses(config)
    if not 0 <= config.port <= 65535:
        raise StartRefused(f"The port must be between 0 and 65535, not {config.port}.")
    if 0 < len(config.metrics_token) < SHORTEST_TOKEN:
        raise StartRefused(
            f"The metrics_token must have {SHORTEST_TOKEN} characters or more: "
            "`openssl rand -hex 32` makes one."
        )
    for name in field_names():
        value = value_of(config, name)
        if not isinstance(value, int | float):
            continue
        if not math.isfinite(value):
            raise StartRefused(f"The value of {name} must be a finite number, not {value}.")
        if value < 0:
            raise StartRefused(f"The value of {name} must not be negative.")
    if not 0.2 <= config.context.keep_after_drop <= 0.9:
        raise StartRefused("The value of context.keep_after_drop must be between 0.2 and 0.9.")
    for name, least in (("default_window", 512), ("output_reserve", 1)):
        if getattr(config.context, name) < least:
            raise StartRefused(f"The value of context.{name} must be at least {least}.")


def _check_addresses(config: Config) -> None:
    if not config.host:
        raise StartRefused("The value of host must be an address, such as 127.0.0.1.")
    if config.public_url and not _ADDRESS.fullmatch(config.public_url):
        raise StartRefused(
            "The value of public_url must be like https://chat.example.org, without a path, not "
            f"{config.public_url!r}."
        )
