"""Networks and addresses as text."""

import pytest

from chatbox.kit.networks import is_within, neighbourhood, parse_address, parse_networks


@pytest.mark.parametrize(
    ("address", "network", "expected"),
    [
        ("10.1.2.3", "10.0.0.0/8", True),
        ("11.1.2.3", "10.0.0.0/8", False),
        ("::ffff:10.1.2.3", "10.0.0.0/8", True),
        ("2001:db8::1", "2001:db8::/32", True),
        ("10.1.2.3", "::/0", False),
        ("fe80::1%eth0", "fe80::/10", True),
        ("192.0.2.1", "192.0.2.1", True),
        ("", "0.0.0.0/0", False),
        ("localhost", "0.0.0.0/0", False),
    ],
)
def test_a_network_holds_its_addresses(address: str, network: str, *, expected: bool) -> None:
    assert is_within(parse_address(address), parse_networks([network])) is expected


@pytest.mark.parametrize("text", ["", "x", "10.0.0.0/8/8", "10.0.0.0/-1", "1.2.3", "10.0.0.1/8"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a network"):
        parse_networks([text])


def test_an_ipv6_customer_is_one_place() -> None:
    assert neighbourhood("2001:db8:1:2::1") == neighbourhood("2001:db8:1:2:ffff::9")
    assert neighbourhood("2001:db8:1:2::1") != neighbourhood("2001:db8:1:3::1")
    assert neighbourhood("::ffff:192.0.2.1") == neighbourhood("192.0.2.1") == "192.0.2.1"
    assert neighbourhood("") == ""
