"""Whether two addresses lead to one server."""

import pytest

from rtp_tui.cli.reachable import is_same_place


@pytest.mark.parametrize(
    ("url", "other", "is_same"),
    [
        ("http://127.0.0.1:8080", "http://localhost:8080", True),
        ("http://[::1]:8080", "http://127.0.0.1:8080", True),
        ("http://box:8080", "http://box:8080", True),
        ("http://127.0.0.1:8080", "http://box:8080", False),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8081", False),
    ],
)
def test_a_server_elsewhere_at_the_same_port_is_another_one(url: str, other: str, is_same: bool) -> None:
    assert is_same_place(url, other) is is_same
