"""Instruments come and go while they are followed."""

import pytest

from rtp_tui.api.frames import FrameError
from rtp_tui.api.operations import Subscribe
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import InstrumentAdded, InstrumentRemoved
from tests.factories import BTC, a_quote, an_instrument
from tests.unit.server.test_hub import Scene, kinds

SOL = InstrumentId("crypto:SOL")
ADDED = InstrumentAdded(an_instrument(SOL))


@pytest.mark.parametrize("channel", ["*", "crypto:*", "price_updates"])
@pytest.mark.parametrize("conflate_ms", [0, 100])
async def test_who_follows_many_gets_a_new_one_snapshot_first(channel: str, conflate_ms: int) -> None:
    scene = Scene()
    _, wire = scene.follow(channel, conflate_ms=conflate_ms)
    scene.happen(a_quote())
    await scene.later(1)
    wire.take()
    scene.happen(ADDED)
    assert kinds(wire.take()) == [("snapshot", SOL)]
    scene.happen(a_quote(instrument=SOL, price=3.0), a_quote(price=5.0))
    await scene.later(1)
    told = wire.take()
    assert sorted(kinds(told)) == [("price_update", BTC), ("price_update", SOL)]
    assert {one["channel"]: one["data"]["price"] for one in told} == {SOL: 3.0, BTC: 5.0}


async def test_it_can_be_followed_by_its_name_only_while_it_is_there() -> None:
    scene = Scene()
    client, wire = scene.arrive()
    with pytest.raises(FrameError):
        scene.hub.subscribe(client, Subscribe(channels=(SOL,)))
    scene.happen(ADDED)
    scene.hub.subscribe(client, Subscribe(channels=(SOL,)))
    wire.take()
    scene.happen(InstrumentRemoved(SOL), a_quote())
    await scene.later(1)
    assert wire.take() == []
    scene.happen(ADDED)
    assert kinds(wire.take()) == [("snapshot", SOL)]


async def test_what_waited_of_one_that_went_is_told_before_and_nothing_after() -> None:
    scene = Scene()
    _, wire = scene.follow("crypto:*", conflate_ms=1000)
    scene.happen(ADDED)
    await scene.later(1)
    wire.take()
    scene.happen(a_quote(instrument=SOL, price=1.0))
    wire.take()
    scene.happen(a_quote(instrument=SOL, price=2.0), a_quote(price=4.0), InstrumentRemoved(SOL))
    await scene.later(2)
    told = wire.take()
    assert [one["data"]["price"] for one in told if one["channel"] == SOL] == [2.0]
    assert [one["data"]["price"] for one in told if one["channel"] == BTC] == [4.0]
    scene.happen(a_quote(price=6.0))
    await scene.later(2)
    assert kinds(wire.take()) == [("price_update", BTC)]


async def test_consoles_hear_of_it_once() -> None:
    scene = Scene()
    _, wire = scene.follow("pipeline", "*", conflate_ms=100)
    await scene.later(1)
    wire.take()
    scene.happen(ADDED)
    await scene.later(1)
    told = [one for one in wire.take() if one["channel"] == "pipeline"]
    events = [event for one in told for event in one["data"]]
    assert [event["payload"]["type"] for event in events] == ["instrument_added"]


async def test_who_follows_something_else_is_not_disturbed() -> None:
    scene = Scene()
    _, wire = scene.follow("crypto:BTC", "health", conflate_ms=0)
    wire.take()
    scene.happen(ADDED, a_quote(instrument=SOL), InstrumentRemoved(SOL))
    await scene.later(1)
    assert wire.take() == []
