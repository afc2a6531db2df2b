"""The configuration: where values come from, and errors that name the place."""

from pathlib import Path
from typing import Any

import pytest

from chatbox.config import Config, field_names, load_config, value_of, variable_of
from chatbox.errors import StartRefused


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "chatbox.toml"
    path.write_text('port = 1\nhost = "127.0.0.1"\n[limits]\nviewers = 11\nproviders = 12\n')
    return path


def test_nothing_given_means_the_defaults() -> None:
    loaded = load_config(None, {}, {})
    assert loaded.config == Config()
    assert set(loaded.sources.values()) == {"default"}
    assert set(loaded.sources) == set(field_names())


def test_flag_beats_environment_beats_file_beats_default(file: Path) -> None:
    environ = {"CHATBOX_PORT": "2", "CHATBOX_LIMITS_VIEWERS": "22", "CHATBOX_TEAM": "false"}
    loaded = load_config(file, environ, {"port": 3, "host": None})
    config, sources = loaded.config, loaded.sources
    assert (config.port, sources["port"]) == (3, "flag")
    assert config.limits.viewers == 22
    assert sources["limits.viewers"] == "environment CHATBOX_LIMITS_VIEWERS"
    assert (config.limits.providers, sources["limits.providers"]) == (12, f"file {file}")
    assert (config.host, sources["host"]) == ("127.0.0.1", f"file {file}")
    assert (config.team, sources["log_level"]) == (False, "default")


def test_a_value_can_come_from_a_file_that_the_environment_names(tmp_path: Path) -> None:
    (tmp_path / "port").write_text(" 4242\n")
    loaded = load_config(None, {"CHATBOX_PORT_FILE": str(tmp_path / "port")}, {})
    assert loaded.config.port == 4242
    with pytest.raises(StartRefused, match="CHATBOX_PORT_FILE names .*missing"):
        load_config(None, {"CHATBOX_PORT_FILE": str(tmp_path / "missing")}, {})


def test_the_master_key_file_is_a_path_not_a_content(tmp_path: Path) -> None:
    environ = {"CHATBOX_MASTER_KEY_FILE": str(tmp_path / "key")}
    assert load_config(None, environ, {}).config.master_key_path == tmp_path / "key"


def test_the_master_key_lies_outside_the_data_directory(tmp_path: Path) -> None:
    config = Config(data_dir=str(tmp_path / "data"))
    assert config.master_key_path.parent == tmp_path
    assert not config.master_key_path.is_relative_to(config.data_path)


def test_relative_paths_are_made_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in (".", "", "../here"):
        config = Config(data_dir=name or "./", master_key_file="")
        assert config.data_path == folder.resolve()
        assert config.master_key_path == folder.resolve().with_name("here.master-key")
    assert Config(master_key_file="key").master_key_path == folder.resolve() / "key"
    with pytest.raises(StartRefused, match="name one below it"):
        _ = Config(data_dir="/").master_key_path
    with pytest.raises(StartRefused, match="cannot be used"):
        _ = Config(data_dir="~no-such-user-here/x").data_path


BAD: list[tuple[dict[str, str], dict[str, Any], str]] = [
    ({"CHATBOX_PORT": "many"}, {}, r"port \(environment CHATBOX_PORT\)"),
    ({"CHATBOX_PORT": "70000"}, {}, "port must be between"),
    ({}, {"port": -1}, "port must be between"),
    ({"CHATBOX_LOG_LEVEL": "loud"}, {}, r"log_level \(environment CHATBOX_LOG_LEVEL\)"),
    ({"CHATBOX_TEAM": "perhaps"}, {}, r"team \(environment CHATBOX_TEAM\)"),
    ({"CHATBOX_LIMITS_VIEWERS": "-1"}, {}, "limits.viewers must not be negative"),
    ({"CHATBOX_LIMITS_VIEWERS": "x"}, {}, r"limits.viewers \(environment CHATBOX_LIMITS_VIEWERS\)"),
    ({"CHATBOX_UPSTREAM_IDLE_SECONDS": "-0.5"}, {}, "upstream.idle_seconds must not be negative"),
    ({"CHATBOX_UPSTREAM_TOTAL_SECONDS": "nan"}, {}, "upstream.total_seconds must be a finite"),
    ({"CHATBOX_UPSTREAM_IDLE_SECONDS": "inf"}, {}, "upstream.idle_seconds must be a finite"),
    ({"CHATBOX_SHUTDOWN_SECONDS": "inf"}, {}, "shutdown_seconds must be a finite"),
    ({"CHATBOX_SHUTDOWN_SECONDS": "-1"}, {}, "shutdown_seconds must not be negative"),
    ({"CHATBOX_CONTEXT_DEFAULT_WINDOW": "511"}, {}, "context.default_window must be at least 512"),
    ({"CHATBOX_CONTEXT_OUTPUT_RESERVE": "0"}, {}, "context.output_reserve must be at least 1"),
    ({"CHATBOX_CONTEXT_KEEP_AFTER_DROP": "nan"}, {}, "keep_after_drop must be a finite"),
    ({"CHATBOX_CONTEXT_KEEP_AFTER_DROP": "1.5"}, {}, "keep_after_drop must be between"),
    ({"CHATBOX_METRICS_TOKEN": "x" * 19}, {}, "metrics_token must have 20 characters"),
]


@pytest.mark.parametrize(("environ", "flags", "words"), BAD)
def test_a_bad_value_names_itself_and_its_source(
    environ: dict[str, str], flags: dict[str, Any], words: str
) -> None:
    with pytest.raises(StartRefused, match=words):
        load_config(None, environ, flags)


BAD_FILES = {
    "port = ": "not valid TOML",
    "prot = 1": "sets 'prot', which is not a known value",
    "[limits]\nveiwers = 1": "sets 'limits.veiwers'",
    "port = 'x'": r"port \(file .*chatbox.toml\)",
    "limits = 7": "sets 'limits'",
    "\x80": "not valid TOML",
}


@pytest.mark.parametrize("text", BAD_FILES)
def test_a_bad_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "chatbox.toml"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(StartRefused, match=BAD_FILES[text]) as refusal:
        load_config(path, {}, {})
    assert str(path) in str(refusal.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StartRefused, match=r"nowhere\.toml cannot be read: No such file"):
        load_config(tmp_path / "nowhere.toml", {}, {})


def test_every_value_has_a_name_a_variable_and_can_be_read() -> None:
    names = field_names()
    assert len(names) == len(set(names)) > 20
    for name in names:
        value_of(Config(), name)
        assert variable_of(name).startswith("CHATBOX_")
    assert len({variable_of(name) for name in names}) == len(names)
