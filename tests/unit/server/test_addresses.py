"""Who a request comes from, and who may say so."""

import pytest

from rtp_tui.server.addresses import TrustedProxies, address_in, group_of, is_loopback


def caller(peer: str, *headers: tuple[str, str], trusted: tuple[str, ...] = ("10.0.0.0/8", "fd00::1")) -> str:
    """The address that is made out of a connection's peer and headers."""
    lines = [(name.encode(), value.encode()) for name, value in headers]
    return TrustedProxies(trusted).address_of({"client": (peer, 1), "headers": lines})


def test_a_stranger_is_who_it_connects_as_whatever_it_says() -> None:
    assert caller("203.0.113.9", ("x-forwarded-for", "127.0.0.1")) == "203.0.113.9"
    assert caller("203.0.113.9", ("forwarded", "for=127.0.0.1")) == "203.0.113.9"
    assert caller("10.0.0.1", ("x-forwarded-for", "127.0.0.1"), trusted=()) == "10.0.0.1"


def test_a_trusted_proxy_says_for_whom_it_speaks() -> None:
    assert caller("10.0.0.1", ("x-forwarded-for", "203.0.113.9")) == "203.0.113.9"
    assert caller("fd00::1", ("forwarded", 'for="[2001:db8::7]:4711";proto=https')) == "2001:db8::7"
    assert caller("10.0.0.1", ("forwarded", "proto=https; For=203.0.113.9")) == "203.0.113.9"


def test_the_right_most_untrusted_address_counts_since_those_left_of_it_may_be_made_up() -> None:
    assert caller("10.0.0.1", ("x-forwarded-for", "127.0.0.1, 203.0.113.9, 10.0.0.2")) == "203.0.113.9"
    several = (("x-forwarded-for", "127.0.0.1"), ("x-forwarded-for", "203.0.113.9"))
    assert caller("10.0.0.1", *several) == "203.0.113.9"


def test_a_chain_of_proxies_alone_leads_to_the_first_of_them() -> None:
    assert caller("10.0.0.1", ("x-forwarded-for", "10.0.0.3, 10.0.0.2")) == "10.0.0.3"
    assert caller("10.0.0.1") == "10.0.0.1"


@pytest.mark.parametrize(
    "nonsense", ["unknown", "_hidden", "", "1.2.3", "<script>", "for=", "\x1b[2J", "," * 999]
)
def test_what_is_no_address_leaves_the_nearest_known_one(nonsense: str) -> None:
    assert caller("10.0.0.1", ("x-forwarded-for", nonsense)) == "10.0.0.1"
    assert caller("10.0.0.1", ("forwarded", f"for={nonsense}")) == "10.0.0.1"
    assert caller("10.0.0.1", ("x-forwarded-for", f"127.0.0.1, {nonsense}")) == "10.0.0.1"


def test_a_connection_without_a_peer_has_no_address() -> None:
    assert TrustedProxies(()).address_of({"client": None, "headers": []}) == ""


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:80", "192.0.2.1"),
        ('"[2001:db8::1]:80"', "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
    ],
)
def test_an_address_is_found_in_every_form_that_is_written(text: str, address: str) -> None:
    assert str(address_in(text)) == address


def test_a_site_is_one_caller_in_ipv6_and_an_address_in_ipv4() -> None:
    assert group_of("2001:db8:0:1::1") == group_of("2001:db8:0:1:ffff::2") == "2001:db8:0:1::/64"
    assert group_of("2001:db8:0:2::1") != group_of("2001:db8:0:1::1")
    assert group_of("192.0.2.1") == group_of("::ffff:192.0.2.1") == "192.0.2.1"


def test_loopback_is_told_apart_in_both_families() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1")))
    assert not any(map(is_loopback, ("", "localhost", "192.0.2.1", "::2")))


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        TrustedProxies(("nonsense",))
