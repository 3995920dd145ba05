"""Who may open a console in a browser."""

import pytest

from rtp_tui.browser.entry import Entry

LOOPBACK = Entry("127.0.0.1")


@pytest.mark.parametrize(
    ("entry", "host", "origin", "fault"),
    [
        (LOOPBACK, "127.0.0.1:8000", "", ""),
        (LOOPBACK, "localhost:8000", "http://localhost:8000", ""),
        (LOOPBACK, "evil.example", "", "bad_host"),
        (LOOPBACK, "127.0.0.1:8000", "http://evil.example", "bad_origin"),
        (LOOPBACK, "127.0.0.1:8000", "http://127.0.0.1:9999", "bad_origin"),
        (LOOPBACK, "127.0.0.1:8000", "null", "bad_origin"),
        (Entry("0.0.0.0", names=("desk.example",)), "desk.example", "https://desk.example", ""),
        (Entry("0.0.0.0"), "192.0.2.7:8000", "", ""),
        (Entry("0.0.0.0"), "192.0.2.8:8000", "", "bad_host"),
    ],
)
def test_only_our_own_names_and_pages_get_in(entry: Entry, host: str, origin: str, fault: str) -> None:
    headers = [(b"Host", host.encode())] + ([(b"Origin", origin.encode())] if origin else [])
    assert entry.fault(headers, "192.0.2.7") == fault


def test_a_token_is_wanted_where_there_is_one() -> None:
    assert LOOPBACK.knows("")
    assert not LOOPBACK.knows("guess")
    assert Entry("0.0.0.0", "secret").knows("secret")
    assert not Entry("0.0.0.0", "secret").knows("")
