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


def test_a_second_host_does_not_hide_behind_a_good_one() -> None:
    assert ACCESS.fault([(b"host", b"localhost"), (b"host", b"evil.example")]) == "bad_host"


def test_headers_have_a_size_they_may_not_exceed() -> None:
    assert ACCESS.fault([(b"cookie", b"x" * 17_000)]) == "headers_too_large"


def test_a_request_with_two_lengths_could_hide_another_one_and_is_refused() -> None:
    lengths = [(b"content-length", b"5"), (b"transfer-encoding", b"chunked")]

    assert ACCESS.fault([(b"host", b"localhost"), *lengths]) == "ambiguous_length"
    assert ACCESS.fault([(b"host", b"localhost"), lengths[0]]) is None
    assert ACCESS.fault([(b"host", b"localhost"), lengths[1]]) is None
