"""Followers that do too much or too little."""

from rtp_tui.server.client import HIGH_WATER_BYTES, LOW_WATER_BYTES
from tests.unit.server.fake_wire import FakeWire, a_client


def test_a_follower_is_behind_above_the_high_water_mark_and_until_below_the_low_one() -> None:
    wire = FakeWire()
    client = a_client(wire)
    seen = []
    for backlog in (HIGH_WATER_BYTES, HIGH_WATER_BYTES + 1, LOW_WATER_BYTES + 1, LOW_WATER_BYTES):
        wire.backlog = backlog
        client.watch_pressure(1.0)
        seen.append(client.is_behind)
    assert seen == [False, True, True, False]


def test_a_thousand_messages_at_once_are_taken_and_then_a_hundred_a_second() -> None:
    client = a_client(FakeWire())
    assert not any(client.note_heard(100.0) for _ in range(1000))
    assert client.note_heard(100.0)
    assert not any(client.note_heard(102.0) for _ in range(190))
    assert any(client.note_heard(102.0) for _ in range(20))


def test_three_malformed_messages_count_only_within_ten_seconds() -> None:
    client = a_client(FakeWire())
    assert [client.note_malformed(at_s) for at_s in (0.0, 5.0, 11.0, 12.0)] == [False, False, False, True]
