"""The client's address: believed of nobody but the proxies that the configuration names."""

from typing import Any

import pytest

from chatbox.errors import StartRefused
from chatbox.web.address import Origin, trusted_proxies

HEADER = b"x-forwarded-for"


def scope(peer: str | None, *headers: tuple[bytes, bytes], scheme: str = "http") -> Any:
    return {
        "client": None if peer is None else (peer, 4711),
        "scheme": scheme,
        "headers": list(headers),
    }


@pytest.mark.parametrize(
    ("trusted", "peer", "said", "address"),
    [
        ("", "203.0.113.9", "", "203.0.113.9"),
        ("", "127.0.0.1", "198.51.100.1", "127.0.0.1"),
        ("10.0.0.0/8", "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.0/8", "10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.0/8", "10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.0/8", "10.0.0.1", "6.6.6.6, 198.51.100.1, 10.9.9.9", "198.51.100.1"),
        ("10.0.0.0/8", "10.0.0.1", "6.6.6.6, nonsense, 10.9.9.9", "10.9.9.9"),
        ("10.0.0.0/8", "10.0.0.1", "6.6.6.6, nonsense", "10.0.0.1"),
        ("10.0.0.0/8", "10.0.0.1", "10.0.0.2, 10.0.0.3", "10.0.0.2"),
        ("10.0.0.0/8", "10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.0/8, ::1", "::1", "198.51.100.1:55", "198.51.100.1"),
        ("10.0.0.0/8,::1", "::1", "[2001:DB8::1]:55", "2001:db8::1"),
        ("127.0.0.1", "::ffff:127.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("fe80::/10", "fe80::1%eth0", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.0/8", None, "198.51.100.1", ""),
    ],
)
def test_the_address_is_the_last_hop_that_is_no_proxy(
    trusted: str, peer: str | None, said: str, address: str
) -> None:
    headers = [(HEADER, said.encode())] if said else []
    assert trusted_proxies(trusted).origin(scope(peer, *headers)).address == address


def test_several_headers_are_one_list() -> None:
    asked = scope(
        "10.0.0.1", (HEADER, b"6.6.6.6"), (HEADER, b"198.51.100.1"), (HEADER, b"10.0.0.2")
    )
    assert trusted_proxies("10.0.0.0/8").origin(asked).address == "198.51.100.1"


def test_rotating_headers_change_nothing_without_trust(caplog: pytest.LogCaptureFixture) -> None:
    proxies = trusted_proxies("")
    names = (HEADER, b"x-real-ip", b"forwarded", b"true-client-ip", b"cf-connecting-ip")
    found = {
        proxies.origin(
            scope(
                "203.0.113.9",
                *((name, f"for=198.51.100.{number}".encode()) for name in names),
                (HEADER, f"198.51.100.{number}".encode()),
                (b"x-forwarded-proto", b"https"),
            )
        )
        for number in range(100)
    }
    assert found == {Origin("203.0.113.9", is_secure=False)}
    assert [record.message for record in caplog.records] == [
        "X-Forwarded-For is ignored: its sender is not in trusted_proxies"
    ]


def test_rotating_headers_in_front_of_a_proxy_change_nothing() -> None:
    proxies = trusted_proxies("10.0.0.0/8")
    found = {
        proxies.origin(
            scope("10.0.0.1", (HEADER, f"198.51.100.{number}, 203.0.113.9".encode()))
        ).address
        for number in range(100)
    }
    assert found == {"203.0.113.9"}


@pytest.mark.parametrize(
    ("peer", "scheme", "said", "is_secure"),
    [
        ("10.0.0.1", "http", b"https", True),
        ("10.0.0.1", "http", b"http, https", True),
        ("10.0.0.1", "http", b"https, http", False),
        ("10.0.0.1", "https", None, True),
        ("203.0.113.9", "http", b"https", False),
        ("203.0.113.9", "wss", b"http", True),
    ],
)
def test_the_scheme_is_believed_of_proxies_only(
    peer: str, scheme: str, said: bytes | None, is_secure: bool
) -> None:
    headers = [(b"x-forwarded-proto", said)] if said else []
    origin = trusted_proxies("10.0.0.0/8").origin(scope(peer, *headers, scheme=scheme))
    assert origin.is_secure is is_secure


@pytest.mark.parametrize("text", ["everything", "10.0.0.1/8", "10.0.0.0/33", "*", "10.0.0.0/8;::1"])
def test_what_is_not_a_list_of_networks_stops_the_start(text: str) -> None:
    with pytest.raises(StartRefused, match="trusted_proxies is not valid"):
        trusted_proxies(text)
