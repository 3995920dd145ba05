"""What the socket answers."""

import json

import pytest

from rtp_tui.simulator.control import MAX_STREAMS, TooManyStreams, answer


class FakeDesk:
    def __init__(self) -> None:
        self.combined = False
        self.streams: list[str] = []

    def subscribe(self, streams: list[str]) -> None:
        self.streams += [name for name in streams if name not in self.streams]

    def unsubscribe(self, streams: list[str]) -> None:
        self.streams = [name for name in self.streams if name not in streams]

    def subscriptions(self) -> list[str]:
        return self.streams


def said(desk: FakeDesk, **order: object) -> object:
    return json.loads(answer(desk, json.dumps(order)))


def test_subscriptions_are_acknowledged_and_listed() -> None:
    desk = FakeDesk()
    assert said(desk, method="SUBSCRIBE", params=["a@trade", "b@trade"], id=1) == {"result": None, "id": 1}
    assert said(desk, method="UNSUBSCRIBE", params=["a@trade"], id="two") == {"result": None, "id": "two"}
    assert said(desk, method="LIST_SUBSCRIPTIONS", id=3) == {"result": ["b@trade"], "id": 3}


def test_combined_can_be_set_and_read() -> None:
    desk = FakeDesk()
    assert said(desk, method="SET_PROPERTY", params=["combined", True], id=1) == {"result": None, "id": 1}
    assert said(desk, method="GET_PROPERTY", params=["combined"], id=2) == {"result": True, "id": 2}


def test_an_unknown_method_is_refused_as_recorded() -> None:
    assert said(FakeDesk(), method="NOT_A_METHOD", id=2) == {
        "error": {"code": 2, "msg": "Invalid request: unknown variant `NOT_A_METHOD`"},
        "id": 2,
    }


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("{", 3),
        (b"\xff", 3),
        ("[]", 2),
        ('{"params":[]}', 2),
        ('{"method":"SUBSCRIBE","params":[],"id":1}', 2),
        ('{"method":"SUBSCRIBE","params":[true],"id":1}', 2),
        ('{"method":"SUBSCRIBE","params":"x","id":1}', 2),
        ('{"method":"SET_PROPERTY","params":["combined","yes"],"id":1}', 1),
        ('{"method":"GET_PROPERTY","params":["colour"],"id":1}', 0),
    ],
)
def test_what_is_wrong_is_refused_with_its_code(message: str | bytes, code: int) -> None:
    assert json.loads(answer(FakeDesk(), message))["error"]["code"] == code


def test_too_many_streams_end_the_connection() -> None:
    desk = FakeDesk()
    said(desk, method="SUBSCRIBE", params=[f"s{i}@trade" for i in range(MAX_STREAMS)], id=1)
    said(desk, method="SUBSCRIBE", params=["s0@trade"], id=2)
    with pytest.raises(TooManyStreams):
        said(desk, method="SUBSCRIBE", params=["one@trade"], id=3)
