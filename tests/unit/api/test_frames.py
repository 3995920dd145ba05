"""Operations and messages of the WebSocket."""

import pytest

from rtp_tui.api.frames import FrameError, Heartbeat, Position
from rtp_tui.api.operations import Join, Ping, Subscribe, decode_operation
from rtp_tui.api.reading import Reader


def test_a_subscription_has_all_its_fields() -> None:
    text = (
        '{"op":"subscribe","id":1,"channels":["crypto:BTC","jobs"],"conflate_ms":0,"batch":true,'
        '"since":{"epoch":"k3f","seq":812}}'
    )
    assert decode_operation(text) == Subscribe(
        id=1, channels=("crypto:BTC", "jobs"), conflate_ms=0, batch=True, since=Position("k3f", 812)
    )


def test_an_id_may_be_a_number_a_text_or_absent() -> None:
    assert decode_operation('{"op":"ping","id":"seven"}') == Ping(id="seven")
    assert decode_operation('{"rooms":["general"],"op":"join"}') == Join(rooms=("general",))


@pytest.mark.parametrize(
    ("text", "code", "own_id"),
    [
        ("hello", "bad_json", None),
        ("", "bad_json", None),
        ('{"op":' + "[" * 30_000, "bad_json", None),
        ("[1]", "bad_json", None),
        ('"text"', "bad_json", None),
        ('{"op":"ping"', "bad_json", None),
        ("{}", "unknown_op", None),
        ('{"op":7,"id":3}', "unknown_op", 3),
        ('{"op":"dance","id":3}', "unknown_op", 3),
        ('{"op":"subscribe","id":4}', "bad_field", 4),
        ('{"op":"subscribe","id":4,"channels":"crypto:BTC"}', "bad_field", 4),
        ('{"op":"subscribe","id":4,"channels":["x"],"conflate_ms":"fast"}', "bad_field", 4),
        ('{"op":"ping","id":[1]}', "bad_field", None),
        (b'{"op":"\xff"}', "bad_json", None),
    ],
)
def test_what_cannot_be_understood_is_told_by_code(text: str | bytes, code: str, own_id: int | None) -> None:
    with pytest.raises(FrameError) as caught:
        decode_operation(text)
    assert (caught.value.code, caught.value.id) == (code, own_id)


def test_a_message_of_an_unknown_kind_is_passed_over_and_a_broken_one_is_not() -> None:
    assert Reader().read(b'{"type":"heartbeat","ts_ms":5}') == Heartbeat(ts_ms=5)
    assert Reader().read(b'{"type":"fireworks"}') is None
    for broken in (b"{}", b"<html>", b'{"type":"events","seq":"x","data":[]}'):
        with pytest.raises(FrameError):
            Reader().read(broken)
