"""Where outbound requests may go: every written form of a private address, and every way around."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from ipaddress import ip_address

import httpx
import pytest

from chatbox.kit.egress import (
    AddressRefused,
    Client,
    HeaderRefused,
    Policy,
    RedirectRefused,
)
from chatbox.kit.egress_address import PRIVATE, REFUSED, is_public
from tests.upstream import Upstream

FORBIDDEN = """
127.0.0.1 127.1 127.0.1 0 0.0.0.0 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 00.0.0.0
127.0.0.1. 127.000.000.001 256.1.1.1 1.2.3.4.5 0x7f.0.0.0x1 example.0x7f
localhost localhost. LOCALHOST 127。0。0。1 １２７.0.0.1 ①②⑦.0.0.1
[::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b::127.0.0.1]
[64:ff9b:1::7f00:1] [64:ff9b:1::808:808] [2002:7f00:1::] [2002:808:808::1] [fe80::1]
[fe80::1%25eth0] [fe80::1%eth0] [fec0::1] [fd00::1] [fd00:ec2::254] [ff02::1] [100::1] [2001::1]
[2001:db8::1] [2001:0:7f00:1::1] [3fff::1] [5f00::1] [::ffff:0:127.0.0.1] [1::1]
169.254.169.254 169.254.170.2 100.100.100.200 100.64.0.1 192.0.0.192 192.0.0.1 198.18.0.1 224.0.0.1
239.255.255.255 240.0.0.1 255.255.255.255 10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255
192.168.0.1 192.0.2.1 198.51.100.1 203.0.113.1 192.88.99.1 168.63.129.16 0.1.2.3
""".split()  # noqa: SIM905  (a table to be read)
PUBLIC = ["93.184.216.34", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:2800:220:1::1"]


@pytest.fixture
async def canary() -> AsyncIterator[Upstream]:
    """A listener on loopback that must not be touched."""
    async with Upstream() as upstream:
        yield upstream
        assert not upstream.connections
        assert not upstream.records
        assert upstream.canary_hits == 0


class Names:
    """A resolver with fixed answers, one list for each question in turn, that counts its calls."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.calls = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.calls += 1
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


@pytest.mark.parametrize("host", FORBIDDEN)
async def test_every_form_of_a_private_address_is_refused(canary: Upstream, host: str) -> None:
    async with Client(Policy()) as client:
        with pytest.raises((AddressRefused, httpx.InvalidURL)):
            await client.get(f"http://{host}:{canary.port}/")


def test_the_refused_ranges_are_exactly_these() -> None:
    assert " ".join(map(str, REFUSED)) == (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 "
        "172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 "
        "198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 2001::/23 2001:db8::/32 "
        "2002::/16 3fff::/20"
    )
    assert " ".join(map(str, PRIVATE)) == (
        "10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 172.16.0.0/12 192.168.0.0/16 ::1/128 fc00::/7"
    )


@pytest.mark.parametrize("text", [*PUBLIC, "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    "answer",
    [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::1"], ["169.254.169.254"], ["10.0.0.1"]],
)
async def test_a_name_with_any_private_address_is_refused(
    canary: Upstream, answer: list[str]
) -> None:
    names = Names(answer)
    async with Client(Policy(), lookup=names) as client:
        with pytest.raises(AddressRefused):
            await client.get(f"http://rebind.test:{canary.port}/")
    assert names.calls == 1


async def test_a_name_that_changes_its_address_is_vetted_again(canary: Upstream) -> None:
    names = Names(["192.0.2.1"], ["127.0.0.1"])
    async with Client(Policy(), lookup=names) as client:
        for _ in range(2):
            with pytest.raises(AddressRefused):
                await client.get(f"http://rebind.test:{canary.port}/")
    assert names.calls == 2


async def test_one_lookup_for_each_connection_and_none_for_a_kept_one() -> None:
    names = Names(["127.0.0.1"], ["169.254.169.254"])
    async with Upstream() as up:
        policy = Policy([("Models.LAN.", up.port)])
        async with Client(policy, lookup=names) as client:
            for _ in range(3):
                answer = await client.get(f"http://models.lan:{up.port}/v1/models")
                assert answer.status_code == 200
        assert up.records[0].headers["host"] == f"models.lan:{up.port}"
    assert names.calls == 1


async def test_an_entry_for_a_name_never_opens_the_clouds_metadata(canary: Upstream) -> None:
    policy = Policy([("models.lan", canary.port)])
    for address in ("169.254.169.254", "100.100.100.200", "fd00:ec2::254", "fe80::1", "0.1.2.3"):
        async with Client(policy, lookup=Names([address])) as client:
            with pytest.raises(AddressRefused):
                await client.get(f"http://models.lan:{canary.port}/")


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "100.100.100.200", "[fd00:ec2::254]", "[fe80::1]", "224.0.0.1"]
)
async def test_an_entry_that_is_an_address_never_opens_a_reserved_one(host: str) -> None:
    async with Client(Policy([(host, 80)])) as client:
        with pytest.raises(AddressRefused):
            await client.get(f"http://{host}/")


async def test_an_entry_is_exact(canary: Upstream) -> None:
    policy = Policy([("127.0.0.1", canary.port + 1), ("localhost", 1), ("10.0.0.1", canary.port)])
    async with Client(policy) as client:
        for host in ("127.0.0.1", "localhost", "[::1]"):
            with pytest.raises(AddressRefused):
                await client.get(f"http://{host}:{canary.port}/")


def test_entries_are_compared_in_one_form() -> None:
    policy = Policy([("[::1]", 80), ("LOCALHOST.", 11_434)])
    assert policy.allowed == {("::1", 80), ("localhost", 11_434)}
    assert policy.permits("localhost", 11_434, address=ip_address("127.0.0.1"))
    assert policy.permits("0:0:0:0:0:0:0:1", 80, address=ip_address("::1"))
    policy.replace([])
    assert not policy.permits("localhost", 11_434, address=ip_address("127.0.0.1"))


def test_an_entry_is_held_while_others_are_replaced() -> None:
    policy, loopback = Policy(), ip_address("127.0.0.1")
    with policy.holding("127.0.0.1", 1), policy.holding("127.0.0.1", 2):
        with policy.holding("127.0.0.1", 1):
            policy.replace([("127.0.0.1", 3)])
        assert all(policy.permits("127.0.0.1", port, address=loopback) for port in (1, 2, 3))
    assert policy.allowed == {("127.0.0.1", 3)}
    assert not policy.permits("127.0.0.1", 1, address=loopback)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_refused_and_no_key_travels(status: int) -> None:
    async with Upstream() as up:
        policy = Policy([("127.0.0.1", up.port)])
        async with Client(policy) as client:
            with pytest.raises(RedirectRefused):
                await client.post(
                    up.base_url + "/chat/completions",
                    json={"model": f"redirect@{status}"},
                    headers={"x-api-key": "canary", "api-key": "c", "x-goog-api-key": "c"},
                    follow_redirects=True,
                )
        assert len(up.records) == 1
        assert up.canary_hits == 0


async def test_user_names_in_urls_never_reach_the_wire(canary: Upstream) -> None:
    async with Client(Policy([("127.0.0.1", canary.port)])) as client:
        with pytest.raises(AddressRefused):
            await client.get(f"http://user:pw@127.0.0.1:{canary.port}/")


async def test_proxies_of_the_environment_are_ignored(
    canary: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
    async with Upstream() as up, Client(Policy([("127.0.0.1", up.port)])) as client:
        assert (await client.get(up.base_url + "/models")).status_code == 200
        assert len(up.records) == 1


@pytest.mark.parametrize("value", [b"a\nb", b"a\r\nx: y", b"a\0", b"a\x7f", b"caf\xe9"])
async def test_header_values_that_break_are_refused_unquoted(
    canary: Upstream, value: bytes
) -> None:
    async with Client(Policy([("127.0.0.1", canary.port)])) as client:
        with pytest.raises(HeaderRefused) as caught:
            await client.get(f"http://127.0.0.1:{canary.port}/", headers={b"x-api-key": value})
    assert str(caught.value).startswith("The value of the header x-api-key ")
    assert "caf" not in repr(caught.value)


async def test_cookies_are_not_kept() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            requests.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    requests: list[bytes] = []
    server = await asyncio.start_server(answer, "127.0.0.1")
    port = server.sockets[0].getsockname()[1]
    async with Client(Policy([("127.0.0.1", port)])) as client:
        await client.get(f"http://127.0.0.1:{port}/")
        await client.get(f"http://127.0.0.1:{port}/")
    server.close()
    await server.wait_closed()
    assert len(requests) == 2
    assert b"cookie" not in requests[1].lower()


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (b"", httpx.ReadError),
        (b"SSH-2.0-OpenSSH_9.2\r\n", httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100_000 + b"\r\n\r\n", httpx.RemoteProtocolError),
    ],
)
async def test_servers_that_speak_no_http_are_named(
    answer: bytes, failure: type[httpx.TransportError]
) -> None:
    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(respond, "127.0.0.1")
    port = server.sockets[0].getsockname()[1]
    async with Client(Policy([("127.0.0.1", port)])) as client:
        with pytest.raises(failure) as caught:
            await client.get(f"http://127.0.0.1:{port}/?key=canary")
    server.close()
    await server.wait_closed()
    assert "canary" not in str(caught.value)


async def test_names_that_do_not_exist_are_named() -> None:
    async def unknown(host: str, port: int) -> list[str]:
        raise OSError(-2, "Name or service not known")

    async with Client(Policy(), lookup=unknown) as client:
        with pytest.raises(httpx.ConnectError, match=r"The name nowhere.test could not be found\."):
            await client.get("http://nowhere.test/")


async def test_a_long_body_goes_out_whole() -> None:
    async with Upstream() as up, Client(Policy([("127.0.0.1", up.port)])) as client:
        message = {"role": "user", "content": "x" * 3_000_000}
        body = {"model": "echo", "messages": [message]}
        answer = await client.post(up.base_url + "/chat/completions", json=body)
        assert len(answer.json()["choices"][0]["message"]["content"]) == 3_000_000
