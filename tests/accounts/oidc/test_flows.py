"""Flows: how long and how many, and where people may land afterwards."""

import pytest

from chatbox.accounts.oidc.flows import MOST, MOST_OF_ONE, SECONDS, Flows, challenge_of, local_path


@pytest.mark.parametrize(
    "path", ["/", "/c/01890000-0000-7000", "/settings?tab=login#x", "/c/a%2Db", "/c/1//2"]
)
def test_a_path_of_this_site_is_kept(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "evil",
        "//evil",
        "///evil",
        "/\\evil",
        "\\\\evil",
        "https:evil",
        "https://evil",
        "%2f%2fevil",
        "/%2fevil",
        "/%252fevil",
        "/%5cevil",
        "/\t/evil",
        "/%09/evil",
        "/%0d%0aLocation:%20x",
        "/\r\nX: y",
        " /evil",
        "/ü",
        "/\x00",
        "javascript:alert(1)",
        "/api/v1/auth/logout",
        "/" + "x" * 1_000,
    ],
)
def test_every_other_place_becomes_the_first_page(path: str) -> None:
    assert local_path(path) == "/"


def test_a_flow_is_kept_for_ten_minutes() -> None:
    now = [0.0]
    flows = Flows(lambda: now[0])
    early, late = flows.begin("/", "192.0.2.1"), flows.begin("/", "192.0.2.1")
    now[0] = SECONDS
    assert flows.finish(early.state, early.browser) == early.flow
    now[0] = SECONDS + 1
    assert flows.finish(late.state, late.browser) is None
    assert len(flows) == 0


def test_the_oldest_flows_make_room() -> None:
    flows = Flows()
    started = [flows.begin("/", f"192.0.{n >> 8}.{n & 255}") for n in range(MOST + 1)]
    assert len(flows) == MOST
    assert flows.finish(started[0].state, started[0].browser) is None
    assert flows.finish(started[1].state, started[1].browser) == started[1].flow


def test_one_network_pushes_out_its_own_flows_only() -> None:
    flows = Flows()
    other = flows.begin("/", "2001:db8:1::1")
    started = [flows.begin("/", f"2001:db8::{n:x}") for n in range(MOST_OF_ONE + 5)]
    assert len(flows) == MOST_OF_ONE + 1
    assert flows.finish(started[4].state, started[4].browser) is None
    assert flows.finish(started[5].state, started[5].browser) == started[5].flow
    assert flows.finish(other.state, other.browser) == other.flow


def test_a_wrong_browser_uses_the_flow_up() -> None:
    flows = Flows()
    one, other = flows.begin("/", "192.0.2.1"), flows.begin("/", "192.0.2.1")
    assert flows.finish(one.state, other.browser) is None
    assert flows.finish(one.state, one.browser) is None


def test_the_challenge_is_that_of_the_standard() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
