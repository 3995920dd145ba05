"""A notice of the desktop is a sequence that nothing in it can break out of."""

from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.tui.desktop_notice import desktop_notice


def test_it_is_said_in_both_dialects() -> None:
    said = desktop_notice("rtp; prod", "crypto:BTC price > 1")

    assert (
        said == "\x1b]9;rtp, prod: crypto:BTC price > 1\x07\x1b]777;notify;rtp, prod;crypto:BTC price > 1\x07"
    )


@given(st.text(), st.text())
def test_no_text_breaks_out_of_it(title: str, body: str) -> None:
    said = desktop_notice(title, body)

    assert (said.count("\x1b"), said.count("\x07")) == (2, 2)
    assert not set(said) & {"\n", "\r", "\x9c", "\x9d"}
