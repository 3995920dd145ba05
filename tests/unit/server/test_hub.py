"""Who gets what, without sockets and without waiting."""

from typing import Any

import pytest

from rtp_tui.api.frames import FrameError, Position
from rtp_tui.api.operations import Join, Subscribe, Unsubscribe
from rtp_tui.model.events import Event, Payload, Snapshot
from rtp_tui.model.health import MarketSession, SessionState
from rtp_tui.model.market import SignificantChange
from rtp_tui.server.client import HIGH_WATER_BYTES, Client
from rtp_tui.server.hub import MAX_SUBSCRIPTIONS, Hub
from rtp_tui.server.journal import Journal
from rtp_tui.server.rendering import Rendering
from tests.factories import BTC, ETH, NOW_MS, a_feed_status, a_health_report, a_quote, a_verdict
from tests.fakes import FakeClock
from tests.scripted_pipeline import a_snapshot, an_engine
from tests.unit.server.fake_wire import FakeWire, a_client


class Scene:
    """A hub, its clock, and an engine that counts."""

    def __init__(self, kept_events: int = 100) -> None:
        self.clock = FakeClock()
        self.journal = Journal(kept_events)
        self.hub = Hub(self.journal, Rendering(self.journal, self.clock, "9.9.9"), self.clock)
        self.hub.load(a_snapshot())
        self._ids = 0

    def follow(self, *channels: str, **options: Any) -> tuple[Client, FakeWire]:
        client, wire = self.arrive()
        self.hub.subscribe(client, Subscribe(id=1, channels=channels, **options))
        return client, wire

    def arrive(self) -> tuple[Client, FakeWire]:
        self._ids += 1
        wire = FakeWire()
        client = a_client(wire, self._ids)
        self.hub.join(client)
        return client, wire

    def happen(self, *payloads: Payload) -> None:
        for payload in payloads:
            self.hub.note(Event(self.journal.seq + 1, payload))
        self.hub.flush()

    async def later(self, seconds: float) -> None:
        await self.clock.advance(seconds)
        self.hub.flush()


def kinds(messages: list[Any]) -> list[tuple[str, str]]:
    return [(message["type"], message["channel"]) for message in messages]


def test_a_subscription_is_acknowledged_and_then_told_all_there_is() -> None:
    _, wire = Scene().follow("crypto:*", "health", "jobs")
    ack, *snapshots = wire.take()
    assert ack == {
        "type": "ack",
        "id": 1,
        "op": "subscribe",
        "channels": ["crypto:*", "health", "jobs"],
        "epoch": "e1",
        "seq": 100,
        "recovered": False,
    }
    assert kinds(snapshots) == [
        ("snapshot", "crypto:BTC"),
        ("snapshot", "crypto:ETH"),
        ("snapshot", "health"),
        ("snapshot", "jobs"),
    ]
    assert snapshots[0]["data"]["price"] == 67_830.12
    assert snapshots[1]["data"]["price"] is None


async def test_conflation_sends_the_first_at_once_and_then_the_newest_of_each_at_the_pace() -> None:
    scene = Scene()
    _, wire = scene.follow("*", conflate_ms=100)
    await scene.later(1)
    wire.take()
    scene.happen(a_quote(price=1.0))
    assert [message["data"]["price"] for message in wire.take()] == [1.0]
    for price in (2.0, 3.0, 4.0):
        scene.happen(a_quote(price=price))
    scene.happen(a_quote(instrument=ETH, price=9.0))
    assert wire.take() == []
    await scene.later(0.1)
    messages = wire.take()
    assert [(m["channel"], m["seq"], m["data"]["price"]) for m in messages] == [
        ("crypto:BTC", 104, 4.0),
        ("crypto:ETH", 105, 9.0),
    ]
    assert "prev" not in messages[0]
    assert scene.hub.status("").conflated == 2


async def test_without_conflation_every_change_is_chained_to_the_one_before() -> None:
    scene = Scene()
    _, wire = scene.follow("crypto:BTC", conflate_ms=0)
    snapshot = wire.take()[1]
    scene.happen(a_quote(price=1.0), a_quote(instrument=ETH, price=5.0), a_quote(price=2.0))
    scene.happen(a_verdict())
    chain = [(m["prev"], m["seq"]) for m in wire.take()]
    assert snapshot["seq"] == 100
    assert chain == [(100, 101), (101, 103), (103, 104)]


async def test_a_message_that_several_subscriptions_match_is_delivered_once() -> None:
    scene = Scene()
    _, wire = scene.follow("crypto:BTC", "crypto:*", "*", "price_updates", "general", "health", conflate_ms=0)
    wire.take()
    scene.happen(a_quote(price=1.0), a_health_report())
    assert kinds(wire.take()) == [("price_update", "crypto:BTC"), ("health_update", "health")]


async def test_freshness_and_sessions_go_out_with_the_price() -> None:
    scene = Scene()
    _, wire = scene.follow("crypto:BTC", conflate_ms=0)
    wire.take()
    scene.happen(MarketSession(market="24x7", session=SessionState.OPEN, timezone="UTC"))
    scene.happen(a_verdict(freshness="stale", connected=False))
    sessions, freshness = wire.take()
    assert sessions["data"]["session"] == "open"
    assert (freshness["data"]["freshness"], freshness["data"]["connected"]) == ("stale", False)


async def test_each_channel_tells_its_own_kind() -> None:
    scene = Scene()
    _, wire = scene.follow("changes", "feeds", "quality", "general", conflate_ms=0)
    wire.take()
    change = SignificantChange(instrument=BTC, price=2.0, previous=1.0, change_pct=100.0, at_ms=NOW_MS)
    scene.happen(change, a_feed_status(), a_verdict(), an_engine())
    assert kinds(wire.take()) == [
        ("significant_change", "changes"),
        ("feed_update", "feeds"),
        ("quality_update", "quality"),
        ("engine_update", "general"),
    ]


async def test_those_who_follow_the_same_get_the_very_same_bytes() -> None:
    scene = Scene()
    wires = [scene.follow("*", conflate_ms=0)[1] for _ in range(3)]
    scene.happen(a_quote(price=1.0))
    assert wires[0].writes[-1] is wires[1].writes[-1] is wires[2].writes[-1]


async def test_batches_are_arrays_and_single_messages_are_not() -> None:
    scene = Scene()
    _, wire = scene.follow("*", conflate_ms=0, batch=True)
    assert isinstance(wire.frames[-1], list)
    wire.take()
    scene.happen(a_quote(price=1.0))
    scene.happen(a_quote(price=1.0), a_quote(instrument=ETH, price=2.0))
    assert [type(frame) for frame in wire.frames] == [dict, list]


async def test_who_subscribes_between_two_writes_gets_nothing_twice() -> None:
    scene = Scene()
    _, early = scene.follow("crypto:BTC")
    scene.happen(a_quote(price=1.0))
    scene.happen(a_quote(price=2.0))
    _, late = scene.follow("crypto:BTC")
    late.take()
    early.take()
    await scene.later(0.2)
    assert kinds(early.take()) == [("price_update", "crypto:BTC")]
    assert late.take() == []
    scene.happen(a_quote(price=3.0))
    await scene.later(0.2)
    assert [m["data"]["price"] for m in (*early.take(), *late.take())] == [3.0, 3.0]


async def test_changing_the_pace_loses_nothing() -> None:
    scene = Scene()
    client, wire = scene.follow("crypto:BTC")
    scene.happen(a_quote(price=1.0))
    scene.happen(a_quote(price=2.0))
    wire.take()
    scene.hub.subscribe(client, Subscribe(channels=("health",), conflate_ms=0))
    messages = wire.take()
    assert [m.get("data", {}).get("price") for m in messages] == [2.0, None, None]
    scene.happen(a_quote(price=3.0))
    assert [(m["prev"], m["seq"]) for m in wire.take()] == [(102, 103)]


async def test_the_pipeline_channel_has_the_whole_state_and_then_events() -> None:
    scene = Scene()
    _, wire = scene.follow("pipeline", conflate_ms=100)
    ack, snapshot = wire.take()
    assert (ack["channels"], snapshot["data"]["epoch"], snapshot["seq"]) == (["pipeline"], "e1", 100)
    await scene.later(1)
    scene.happen(a_quote(price=1.0), a_quote(price=2.0), a_feed_status(), a_feed_status(rate=5.0))
    (events,) = wire.take()
    assert (events["type"], events["seq"]) == ("events", 104)
    assert [event["seq"] for event in events["data"]] == [102, 103, 104]


async def test_a_reader_that_returns_gets_what_it_missed_where_that_is_certain() -> None:
    scene = Scene()
    scene.follow("pipeline")
    scene.happen(a_quote(price=1.0), a_feed_status(), a_quote(price=2.0), a_health_report())
    _, wire = scene.follow("pipeline", "health", since=Position("e1", 101))
    ack, health, events = wire.take()
    assert ack["recovered"] is True
    assert kinds([health, events]) == [("health_update", "health"), ("events", "pipeline")]
    assert [event["seq"] for event in events["data"]] == [102, 103, 104]


@pytest.mark.parametrize("position", [Position("e0", 100), Position("e1", 99), Position("e1", 105)])
async def test_a_reader_whose_past_is_not_certain_starts_over(position: Position) -> None:
    scene = Scene()
    scene.happen(a_quote(price=1.0))
    _, wire = scene.follow("pipeline", since=position)
    ack, snapshot = wire.take()
    assert (ack["recovered"], snapshot["type"]) == (False, "snapshot")


async def test_events_that_are_no_longer_kept_cannot_be_recovered() -> None:
    scene = Scene(kept_events=2)
    scene.happen(a_feed_status(), a_feed_status(), a_feed_status())
    assert scene.follow("pipeline", since=Position("e1", 100))[1].take()[0]["recovered"] is False
    assert scene.follow("pipeline", since=Position("e1", 101))[1].take()[0]["recovered"] is True


async def test_a_slow_reader_is_left_out_and_then_gets_the_newest() -> None:
    scene = Scene()
    _, slow = scene.follow("crypto:BTC", "health", conflate_ms=50)
    _, fast = scene.follow("crypto:BTC", conflate_ms=50)
    await scene.later(1)
    slow.take()
    slow.backlog = HIGH_WATER_BYTES + 1
    for price in (1.0, 2.0, 3.0):
        scene.happen(a_quote(price=price))
        await scene.later(0.1)
    scene.happen(a_health_report())
    assert slow.take() == []
    assert fast.take()[-1]["data"]["price"] == 3.0
    slow.backlog = 0
    scene.hub.sweep()
    assert kinds(slow.take()) == [("price_update", "crypto:BTC"), ("health_update", "health")]
    scene.happen(a_quote(price=4.0))
    await scene.later(0.1)
    assert [m["data"]["price"] for m in slow.take()] == [4.0]


async def test_a_slow_reader_of_every_change_is_told_the_gap() -> None:
    scene = Scene()
    _, wire = scene.follow("crypto:BTC", "crypto:ETH", conflate_ms=0)
    wire.take()
    wire.backlog = HIGH_WATER_BYTES + 1
    scene.happen(a_quote(price=1.0), a_quote(price=2.0))
    wire.backlog = 0
    scene.hub.sweep()
    gap, snapshot = wire.take()
    assert gap == {"type": "gap", "channel": "crypto:BTC", "from": 101, "to": 102, "reason": "slow_client"}
    assert (snapshot["type"], snapshot["seq"]) == ("snapshot", 102)
    scene.happen(a_quote(price=3.0))
    assert [(m["prev"], m["seq"]) for m in wire.take()] == [(102, 103)]


async def test_a_reader_that_has_stopped_is_sent_away_and_counted() -> None:
    scene = Scene()
    _, stalled = scene.follow("*")
    _, well = scene.follow("*")
    stalled.backlog = HIGH_WATER_BYTES + 1
    scene.hub.sweep()
    assert [wire.closed for wire in (stalled, well)] == [None, None]
    await scene.later(10.1)
    scene.hub.sweep()
    assert [wire.closed for wire in (stalled, well)] == [4008, None]
    status = scene.hub.status("http://x")
    assert (status.clients, status.dropped_clients, status.url) == (1, 1, "http://x")


async def test_an_engine_that_starts_over_gives_everybody_everything() -> None:
    scene = Scene()
    _, conflating = scene.follow("crypto:BTC")
    _, behind = scene.follow("crypto:BTC")
    behind.backlog = HIGH_WATER_BYTES + 1
    scene.hub.sweep()
    conflating.take()
    behind.take()
    fresh: Snapshot = a_snapshot(epoch="e2", seq=7)
    scene.hub.load(fresh)
    assert kinds(conflating.take()) == [("snapshot", "crypto:BTC")]
    assert behind.take() == []
    behind.backlog = 0
    scene.hub.sweep()
    assert kinds(behind.take()) == [("gap", "crypto:BTC"), ("snapshot", "crypto:BTC")]
    scene.happen(a_quote(price=1.0))
    await scene.later(1)
    assert [m["seq"] for m in (*conflating.take(), *behind.take())] == [8, 8]


def test_what_cannot_be_followed_is_refused_and_changes_nothing() -> None:
    scene = Scene()
    client, wire = scene.arrive()
    for order, code in (
        (Subscribe(id=7, channels=("crypto:BTC", "crypto:NOPE")), "unknown_channel"),
        (Subscribe(id=7, channels=("weather",)), "unknown_channel"),
        (Subscribe(id=7, channels=("crypto:BTC",), conflate_ms=-1), "bad_field"),
        (Subscribe(id=7, channels=("crypto:BTC",), conflate_ms=60_001), "bad_field"),
        (Subscribe(id=7, channels=("crypto:BTC",) * 1001), "bad_field"),
    ):
        with pytest.raises(FrameError) as caught:
            scene.hub.subscribe(client, order)
        assert (caught.value.code, caught.value.id) == (code, 7)
    assert (client.subscriptions, wire.frames) == (frozenset(), [])


async def test_rooms_are_channels_and_can_be_left() -> None:
    scene = Scene()
    client, wire = scene.arrive()
    scene.hub.join_rooms(client, Join(id=3, rooms=("general", "alerts")))
    assert [m["type"] for m in wire.take()] == ["ack", "snapshot", "snapshot", "snapshot"]
    order = Unsubscribe(id=4, channels=("general", "never"))
    scene.hub.unsubscribe(client, order, order.channels)
    wire.take()
    scene.happen(a_health_report())
    await scene.later(1)
    assert wire.take() == []
    assert client.subscriptions == {"alerts"}


def test_everybody_hears_the_heartbeat_and_the_goodbye() -> None:
    scene = Scene()
    _, wire = scene.arrive()
    scene.hub.heartbeat()
    scene.hub.say_goodbye()
    assert [m["type"] for m in wire.take()] == ["heartbeat", "shutdown"]
    assert wire.closed == 1001


async def test_totals_keep_what_departed_followers_were_sent() -> None:
    scene = Scene()
    client, _ = scene.follow("crypto:BTC")
    sent = scene.hub.status("").sent
    scene.hub.leave(client)
    assert scene.hub.status("").sent == sent == 2


def test_who_asks_on_without_reading_is_told_so_before_more_is_written() -> None:
    scene = Scene()
    client, wire = scene.follow("pipeline")
    wire.take()
    wire.backlog = HIGH_WATER_BYTES + 1

    with pytest.raises(FrameError, match="read what was sent"):
        scene.hub.subscribe(client, Subscribe(id=2, channels=("pipeline",)))
    assert wire.take() == []


def test_what_is_followed_already_does_not_count_again() -> None:
    scene = Scene()
    names = tuple(f"portfolio:{number}" for number in range(MAX_SUBSCRIPTIONS))
    client, _ = scene.follow(*names)

    scene.hub.subscribe(client, Subscribe(id=2, channels=names, conflate_ms=0))
    with pytest.raises(FrameError, match="at most"):
        scene.hub.subscribe(client, Subscribe(id=3, channels=("health",)))

    assert (client.conflate_ms, len(client.subscriptions)) == (0, MAX_SUBSCRIPTIONS)
