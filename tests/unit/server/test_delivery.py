"""Rounds in steps: the loop is not held, and what happens between the steps confuses nobody."""

import pytest

from rtp_tui.api.operations import Subscribe
from rtp_tui.model.events import Event, Payload
from rtp_tui.server import cadence
from rtp_tui.server.client import Client
from rtp_tui.server.hub import HELD_S, Hub
from rtp_tui.server.journal import Journal
from rtp_tui.server.rendering import Rendering
from tests.factories import BTC, ETH, a_quote
from tests.fakes import FakeClock
from tests.scripted_pipeline import a_snapshot
from tests.unit.server.fake_wire import FakeWire, a_client


class SlowClock(FakeClock):
    """Time passes with every look at it."""

    looking_s = 0.0

    def monotonic(self) -> float:
        self._monotonic += self.looking_s
        return self._monotonic


class Scene:
    """A hub whose writing takes long."""

    def __init__(self, followers: int, channel: str = "crypto:BTC") -> None:
        self.clock = SlowClock()
        self.journal = Journal(10)
        self.hub = Hub(self.journal, Rendering(self.journal, self.clock, "9.9.9"), self.clock)
        self.hub.load(a_snapshot())
        self.wires: list[FakeWire] = []
        self.clients = [self.follow(channel) for _ in range(followers)]
        for wire in self.wires:
            wire.take()
        self.clock.looking_s = HELD_S

    def follow(self, channel: str) -> Client:
        self.wires.append(FakeWire())
        client = a_client(self.wires[-1], len(self.wires))
        self.hub.join(client)
        self.hub.subscribe(client, Subscribe(channels=(channel,), conflate_ms=0))
        return client

    def happen(self, *payloads: Payload) -> None:
        for payload in payloads:
            self.hub.note(Event(self.journal.seq + 1, payload))

    def written(self) -> list[int]:
        """How many messages each has got since last asked."""
        return [len(wire.take()) for wire in self.wires]


def test_writing_is_done_a_part_at_a_time_and_all_are_written_to() -> None:
    scene = Scene(followers=3)
    scene.happen(a_quote(price=1.0))
    waits = [scene.hub.flush() for _ in range(4)]
    assert waits == [0.0, 0.0, 0.0, None]
    assert scene.written() == [1, 1, 1]


def test_what_happens_meanwhile_waits_for_the_next_round_and_is_chained_to_it() -> None:
    scene = Scene(followers=2)
    scene.happen(a_quote(price=1.0))
    scene.hub.flush()
    scene.happen(a_quote(price=2.0))
    while scene.hub.flush() is not None:
        pass
    for wire in scene.wires:
        assert [(m["prev"], m["seq"]) for m in wire.take()] == [(100, 101), (101, 102)]


def test_who_comes_and_who_goes_between_the_steps_gets_nothing_twice_and_nothing_more() -> None:
    scene = Scene(followers=3)
    scene.happen(a_quote(price=1.0))
    scene.hub.flush()
    scene.hub.leave(scene.clients[2])
    scene.follow("crypto:BTC")
    assert [m["type"] for m in scene.wires[3].take()] == ["ack", "snapshot"]
    while scene.hub.flush() is not None:
        pass
    written = scene.written()
    assert (written[0], written[1], written[3]) == (1, 1, 0)


def test_one_pace_that_is_being_written_does_not_keep_another_waiting() -> None:
    scene = Scene(followers=4)
    other = scene.follow("crypto:ETH")
    scene.clock.looking_s = 0.0
    scene.hub.subscribe(other, Subscribe(channels=("crypto:ETH",), conflate_ms=50))
    scene.clock._monotonic += 1
    scene.wires[4].take()
    scene.clock.looking_s = HELD_S
    scene.happen(a_quote(price=1.0), a_quote(instrument=ETH, price=1.0))
    scene.hub.flush()
    scene.hub.flush()
    assert scene.written()[4] == 1


def test_more_than_can_wait_is_given_up_and_told_as_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cadence, "PENDING_LIMIT", 5)
    scene = Scene(followers=2)
    scene.happen(a_quote(price=1.0))
    scene.hub.flush()
    scene.happen(*(a_quote(price=float(price)) for price in range(2, 9)))
    while scene.hub.flush() is not None:
        pass
    for wire, client in zip(scene.wires, scene.clients, strict=True):
        update, gap, snapshot = wire.take()
        assert (update["seq"], gap["type"], gap["from"]) == (101, "gap", 102)
        assert (snapshot["seq"], snapshot["data"]["price"]) == (108, 8.0)
        assert client.gaps == 1


def test_an_operation_of_one_who_was_sent_away_is_not_followed_up() -> None:
    scene = Scene(followers=1)
    gone = scene.clients[0]
    scene.hub.leave(gone)
    scene.hub.subscribe(gone, Subscribe(channels=(BTC,)))
    scene.wires[0].take()
    scene.happen(a_quote(price=1.0))
    assert scene.hub.flush() is None
    assert scene.written() == [0]
