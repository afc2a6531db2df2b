"""The whole server, from the outside."""

from pathlib import Path

import pytest

from chatbox.app import open_server
from chatbox.errors import StartRefused
from chatbox.kit.secretbox import SecretBox
from tests.running import SECRET, Site, config_in, good, run_site, text_of
from tests.upstream import Upstream


def contents_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_a_message_is_answered_and_kept(chat: Site) -> None:
    events = await chat.stream("Say this back, please.")
    assert [event.kind for event in events][:2] == ["turn", "delta"]
    assert [event.id for event in events] == [str(n + 1) for n in range(len(events))]
    assert text_of(events) == "Say this back, please."
    assert events[-1].data["status"] == "done"
    stored = await chat.messages(events[0].data["session_id"])
    assert [(m["role"], m["text"], m["status"]) for m in stored] == [
        ("user", "Say this back, please.", "done"),
        ("assistant", "Say this back, please.", "done"),
    ]


async def test_everything_is_there_after_a_restart(data_dir: Path, upstream: Upstream) -> None:
    async with run_site(config_in(data_dir)) as first:
        await first.connect(upstream)
        answer = await first.say("Remember me")
    async with run_site(config_in(data_dir)) as second:
        stored = await second.messages(answer["session_id"])
        assert [m["text"] for m in stored] == ["Remember me", "Remember me"]
        again = await second.say("And now", session_id=answer["session_id"])
        assert again["message"]["text"] == "And now"
    assert upstream.asked("echo")[-1].secret == SECRET


async def test_another_master_key_is_refused_before_anything_changes(data_dir: Path) -> None:
    async with Upstream() as upstream, run_site(config_in(data_dir)) as site:
        await site.connect(upstream)
    before = (data_dir / "chatbox.db").read_bytes()
    with pytest.raises(StartRefused, match="master key is not the one"):
        async with open_server(config_in(data_dir), SecretBox(bytes(32)), environ={}):
            pass
    assert (data_dir / "chatbox.db").read_bytes() == before


async def test_the_secret_is_nowhere_in_the_data_directory(data_dir: Path) -> None:
    async with Upstream() as upstream, run_site(config_in(data_dir)) as site:
        await site.connect(upstream)
        await site.say("Hello")
        await site.client.post("/chat", json={"content": "Hello", "model": "up/echo-secret-401"})
        answers = [
            (await site.client.get(path)).text
            for path in ("/providers", "/models", "/sessions", "/info", "/settings")
        ]
    assert not [text for text in answers if SECRET in text]
    contents = contents_of(data_dir)
    assert "chatbox.db" in contents
    assert not [name for name, content in contents.items() if SECRET.encode() in content]


async def test_a_stopping_server_finishes_running_replies(
    data_dir: Path, upstream: Upstream
) -> None:
    async with run_site(config_in(data_dir, shutdown_seconds=20.0)) as site:
        await site.connect(upstream)
        session = await site.session(model="up/ok-30-10")
        started = await site.begin(session["id"])
    async with run_site(config_in(data_dir)) as site:
        reply = good(await site.client.get(f"/messages/{started['reply']['id']}"))
        assert reply["status"] == "done"
        assert reply["text"] == "".join(f" t{n}" for n in range(30))


async def test_a_stopping_server_interrupts_what_takes_too_long(
    data_dir: Path, upstream: Upstream
) -> None:
    async with run_site(config_in(data_dir)) as site:
        await site.connect(upstream)
        session = await site.session(model="up/stall@5")
        started = await site.begin(session["id"])
        await site.follow(started["turn"]["id"], until="delta")
    async with run_site(config_in(data_dir)) as site:
        reply = good(await site.client.get(f"/messages/{started['reply']['id']}"))
        assert reply["status"] == "interrupted"
        assert reply["text"].startswith(" t0")
        assert (await site.turn(started["turn"]["id"]))["status"] == "interrupted"
