"""What the banner says of a lost engine, and how long it is left alone."""

import pytest

from rtp_tui.api.lost import CROWDED_S, LEAVING_S, REFUSED_S, of_closing, of_opening, of_protocol
from rtp_tui.net.websocket import SocketClosed, SocketUnreachable


@pytest.mark.parametrize(
    ("code", "words", "patience_s"),
    [
        (1001, "ending", LEAVING_S),
        (1006, "closed with 1006", 0.0),
        (1008, "fault with this console", REFUSED_S),
        (1009, "larger than allowed", REFUSED_S),
        (1011, "bug", CROWDED_S),
        (4001, "refuses the token", REFUSED_S),
        (4003, "does not let this console in", REFUSED_S),
        (4008, "too slow", 0.0),
        (4009, "too often", CROWDED_S),
        (4013, "too many clients", CROWDED_S),
    ],
)
def test_a_close_code_is_told_in_words(code: int, words: str, patience_s: float) -> None:
    lost = of_closing(SocketClosed(code, "as the server says"), has_token=True)
    assert words in str(lost)
    assert str(code) in str(lost)
    assert lost.patience_s == patience_s


@pytest.mark.parametrize(
    ("status", "words", "patience_s"),
    [
        (401, "refuses the token", REFUSED_S),
        (403, "does not let this console in", REFUSED_S),
        (404, "no rtp-tui server", REFUSED_S),
        (421, "allowed_hosts", REFUSED_S),
        (426, "no rtp-tui server", REFUSED_S),
        (200, "no rtp-tui server", REFUSED_S),
        (429, "too much", CROWDED_S),
        (500, "in trouble", 0.0),
        (502, "proxy", 0.0),
        (503, "takes nobody", CROWDED_S),
        (504, "proxy", 0.0),
    ],
)
def test_an_answer_that_opens_nothing_is_told_in_words(status: int, words: str, patience_s: float) -> None:
    lost = of_opening(SocketUnreachable(f"h answers HTTP {status}", status), has_token=True)
    assert words in str(lost)
    assert f"HTTP {status}" in str(lost)
    assert lost.patience_s == patience_s


def test_without_a_token_it_says_how_to_give_one() -> None:
    for lost in (
        of_opening(SocketUnreachable("h answers HTTP 401", 401), has_token=False),
        of_closing(SocketClosed(4001), has_token=False),
    ):
        assert "--token-file" in str(lost)


def test_the_pause_that_a_server_asks_for_is_kept() -> None:
    assert of_opening(SocketUnreachable("h answers HTTP 503", 503, 90.0), has_token=False).patience_s == 90.0


def test_what_the_peer_says_reaches_the_banner_without_its_escapes() -> None:
    hostile = "\x1b]0;owned\x07\x1b[2Jbye\u202e"
    for code in (4013, 4999):
        assert str(of_closing(SocketClosed(code, hostile), has_token=False)).isprintable()


@pytest.mark.parametrize(("theirs", "who"), [(2, "this console"), (0, "the server")])
def test_another_protocol_names_who_is_older(theirs: int, who: str) -> None:
    assert f"update {who}" in str(of_protocol(theirs, 1))
