import msgspec
import pytest

from rtp_tui.model.market import BadFrame
from rtp_tui.sources.contract import Notice
from rtp_tui.sources.outlines import outlined


class Outline(msgspec.Struct):
    topic: str = ""


decode = msgspec.json.Decoder(Outline).decode


def test_a_frame_of_any_other_shape_says_whose_it_is() -> None:
    assert outlined(b'{"topic":"trades","data":[[1],{}]}', decode) == Outline("trades")


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (b'{"topic":', BadFrame.NOT_JSON),
        ("\0", BadFrame.NOT_JSON),
        (b"\0", BadFrame.NOT_TEXT),
        (b"\xff\xfe", BadFrame.NOT_TEXT),
        (b'{"topic":"\xff"}', BadFrame.NOT_TEXT),
        (b'{"topic":1}', BadFrame.WRONG_SHAPE),
        (b"[" * 100_000, BadFrame.WRONG_SHAPE),
    ],
)
def test_a_frame_without_an_outline_says_why(frame: str | bytes, reason: BadFrame) -> None:
    assert outlined(frame, decode) == Notice(bad=reason)
