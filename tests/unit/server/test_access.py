"""Host and Origin, as a browser that was led astray would send them."""

import pytest

from rtp_tui.server.access import Access
from rtp_tui.server.settings import ServerSettings

ACCESS = Access(ServerSettings(allowed_hosts=("Rtp.Example",), allowed_origins=("https://board.example",)))


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8080", "127.0.0.1:1", "[::1]:8080", "LOCALHOST", "rtp.example:80"]
)
def test_names_of_this_machine_and_allowed_ones_are_answered_to(host: str) -> None:
    assert ACCESS.fault([(b"host", host.encode())]) is None


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "evil.example:127.0.0.1",
        "",
        "[::1",
        "127.0.0.2",
        "a@evil.example",
    ],
)
def test_other_names_are_not(host: str) -> None:
    assert ACCESS.fault([(b"host", host.encode())]) == "bad_host"


@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://127.0.0.1", "https://board.example"])
def test_pages_of_this_machine_and_allowed_ones_may_call(origin: str) -> None:
    assert ACCESS.fault([(b"host", b"localhost"), (b"origin", origin.encode())]) is None


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example", "file://localhost", ""]
)
def test_other_pages_may_not(origin: str) -> None:
    assert ACCESS.fault([(b"host", b"localhost"), (b"origin", origin.encode())]) == "bad_origin"


def test_a_second_host_does_not_hide_behind_a_good_one_and_none_is_not_guessed() -> None:
    assert ACCESS.fault([(b"host", b"localhost"), (b"host", b"evil.example")]) == "ambiguous_host"
    assert ACCESS.fault([(b"host", b"localhost"), (b"host", b"localhost")]) == "ambiguous_host"
    assert ACCESS.fault([]) == "ambiguous_host"


@pytest.mark.parametrize(
    ("host", "sent_to"),
    [
        ("192.0.2.1:8080", "192.0.2.1"),
        ("192.0.2.1", "::ffff:192.0.2.1"),
        ("[2001:db8::1]:8080", "2001:db8::1"),
        ("[2001:DB8:0::1]", "2001:db8::1"),
    ],
)
def test_the_address_that_was_connected_to_is_answered_to_and_so_are_its_own_pages(
    host: str, sent_to: str
) -> None:
    own = (b"origin", f"http://{host}".encode())

    assert ACCESS.fault([(b"host", host.encode()), own], sent_to) is None
    assert ACCESS.fault([(b"host", host.encode())], "198.51.100.1") == "bad_host"
    assert ACCESS.fault([(b"host", b"localhost"), own], sent_to) == "bad_origin"


@pytest.mark.parametrize(
    "host", ["192.0.2.1@evil.example", "192.0.2.1.evil.example", "[2001:db8::1", "3221225985"]
)
def test_what_only_looks_like_that_address_is_not(host: str) -> None:
    assert ACCESS.fault([(b"host", host.encode())], "192.0.2.1") == "bad_host"


def test_a_name_that_was_rebound_to_this_server_does_not_become_its_own_origin() -> None:
    headers = [(b"host", b"evil.example:8080"), (b"origin", b"http://evil.example:8080")]

    assert ACCESS.fault(headers, "192.0.2.1") == "bad_host"


def test_the_host_that_was_configured_is_answered_to() -> None:
    access = Access(ServerSettings(host="Rtp.Lan", token_file="tokens"))

    assert access.fault([(b"host", b"rtp.lan:8080")]) is None


def test_headers_have_a_size_they_may_not_exceed() -> None:
    assert ACCESS.fault([(b"cookie", b"x" * 17_000)]) == "headers_too_large"


def test_a_request_with_two_lengths_could_hide_another_one_and_is_refused() -> None:
    lengths = [(b"content-length", b"5"), (b"transfer-encoding", b"chunked")]

    assert ACCESS.fault([(b"host", b"localhost"), *lengths]) == "ambiguous_length"
    assert ACCESS.fault([(b"host", b"localhost"), lengths[0]]) is None
    assert ACCESS.fault([(b"host", b"localhost"), lengths[1]]) is None
