"""Followers that do too much or too little."""

from rtp_tui.server.client import HIGH_WATER_BYTES, HOPELESS_BYTES, Client
from tests.unit.server.fake_wire import FakeWire, a_client


def pressed(client: Client, wire: FakeWire, *moments: tuple[float, int]) -> list[bool]:
    """Whether it is behind after each moment with so much unread."""
    seen = []
    for at_s, wire.backlog in moments:
        client.watch_pressure(at_s)
        seen.append(client.is_behind)
    return seen


def test_a_follower_is_behind_above_the_high_water_mark_and_until_it_has_read_everything() -> None:
    wire = FakeWire()
    moments = (1.0, HIGH_WATER_BYTES), (1.1, HIGH_WATER_BYTES + 1), (1.2, 1), (1.3, 0), (1.4, 1)
    assert pressed(a_client(wire), wire, *moments) == [False, True, True, False, False]


def test_a_follower_is_behind_when_a_little_stays_unread_for_two_seconds() -> None:
    wire = FakeWire()
    moments = (1.0, 10), (2.9, 10), (3.1, 10), (3.2, 0), (5.0, 10), (6.9, 10)
    assert pressed(a_client(wire), wire, *moments) == [False, False, True, False, False, False]


def test_a_follower_that_takes_nothing_is_stalled_after_four_seconds_or_with_too_much_unread() -> None:
    wire = FakeWire()
    client = a_client(wire)
    pressed(client, wire, (1.0, 10), (4.9, 10))
    assert (client.is_stalled(4.9), client.is_stalled(5.1)) == (False, True)
    pressed(client, wire, (11.2, 0), (11.3, HOPELESS_BYTES + 1))
    assert client.is_stalled(11.3)


def test_a_follower_that_takes_a_little_now_and_then_is_stalled_after_ten_seconds() -> None:
    wire = FakeWire()
    client = a_client(wire)
    pressed(client, wire, (1.0, 40), (4.0, 30), (7.0, 20), (10.0, 10))
    assert (client.is_stalled(10.9), client.is_stalled(11.1)) == (False, True)


def test_a_thousand_messages_at_once_are_taken_and_then_a_hundred_a_second() -> None:
    client = a_client(FakeWire())
    assert not any(client.note_heard(100.0) for _ in range(1000))
    assert client.note_heard(100.0)
    assert not any(client.note_heard(102.0) for _ in range(190))
    assert any(client.note_heard(102.0) for _ in range(20))


def test_three_malformed_messages_count_only_within_ten_seconds() -> None:
    client = a_client(FakeWire())
    assert [client.note_malformed(at_s) for at_s in (0.0, 5.0, 11.0, 12.0)] == [False, False, False, True]
