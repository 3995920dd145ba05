"""Kraken's socket: what is said on it, and what comes."""

import json
import re
from collections import defaultdict
from itertools import pairwise
from typing import Any

import pytest

from rtp_tui.simulator import kraken
from rtp_tui.simulator.disturbances import CLOCK_OFFSET_MS, GAP_EVERY, OutgoingEvent
from rtp_tui.simulator.fanout import Fanout, Subscriber
from rtp_tui.simulator.faults import Fault, Faults
from rtp_tui.simulator.kraken_control import obey
from rtp_tui.simulator.kraken_publisher import HEARTBEATS, KrakenPublisher
from rtp_tui.simulator.market import SimulatedMarket
from rtp_tui.sources.moments import rfc3339_ms
from tests.factories import NOW_MS
from tests.unit.simulator.fake_wire import FakeWire
from tests.unit.simulator.venues import FEW, pairs_of

PAIRS = ("BTC/USD", "ETH/USD")
TRADES = '{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","price":100.5,"qty":2.00}]}'


def published(seconds: float, *streams: str) -> tuple[dict[str, list[Any]], KrakenPublisher]:
    """What came on each stream in so many seconds of 50 ms beats."""
    told: defaultdict[str, list[Any]] = defaultdict(list)
    market = SimulatedMarket(1, FEW, NOW_MS, trades_per_second=100)
    publisher = KrakenPublisher(
        pairs_of(market), streams.__contains__, lambda stream, text: told[stream].append(json.loads(text))
    )
    for at_ms in range(NOW_MS, NOW_MS + int(seconds * 1000), 50):
        publisher.beat(market.advance(at_ms), at_ms)
    return told, publisher


@pytest.fixture
def desk() -> Subscriber:
    return Fanout().enter(FakeWire(), combined=False)


def said(desk: Subscriber, message: object) -> list[Any]:
    text = message if isinstance(message, str) else json.dumps(message)
    return [json.loads(answer) for answer in obey(desk, text, PAIRS, NOW_MS).answers]


def an_order(*symbols: str, method: str = "subscribe", channel: str = "trade", **more: Any) -> dict[str, Any]:
    return {"method": method, "params": {"channel": channel, "symbol": list(symbols), **more}, "req_id": 7}


def rows(messages: list[Any]) -> list[Any]:
    return [row for message in messages for row in message["data"]]


def test_nothing_is_encoded_that_nobody_listens_to() -> None:
    assert set(published(3, "trade/BTC/USD")[0]) == {"trade/BTC/USD", HEARTBEATS}


def test_trade_numbers_are_contiguous_and_numbers_are_json_numbers() -> None:
    trades = rows(published(5, "trade/ETH/USD")[0]["trade/ETH/USD"])
    assert len(trades) > 50
    assert all(after["trade_id"] == before["trade_id"] + 1 for before, after in pairwise(trades))
    assert all(isinstance(trade["price"], float) and isinstance(trade["qty"], float) for trade in trades)
    assert all(re.fullmatch(r"[-\dT:]+\.\d{6}Z", trade["timestamp"]) for trade in trades)


def test_a_ticker_comes_with_trades_or_with_the_best_bid_and_ask() -> None:
    told, _ = published(5, "ticker_trades/BTC/USD", "ticker_bbo/BTC/USD", "trade/BTC/USD")
    assert len(told["ticker_trades/BTC/USD"]) == len(told["trade/BTC/USD"])
    assert len(told["ticker_bbo/BTC/USD"]) >= len(told["ticker_trades/BTC/USD"])
    (day,) = told["ticker_bbo/BTC/USD"][-1]["data"]
    assert day["bid"] < day["ask"]
    assert day["low"] <= day["last"] <= day["high"]
    assert day["low"] <= day["vwap"] <= day["high"]


def test_heartbeats_come_once_a_second() -> None:
    assert 20 <= len(published(21)[0][HEARTBEATS]) <= 22


def test_a_snapshot_holds_the_newest_fifty_trades_oldest_first() -> None:
    told, publisher = published(20, "trade/BTC/USD")
    snapshot = json.loads(publisher.newest("trade/BTC/USD", NOW_MS))
    assert snapshot["type"] == "snapshot"
    assert snapshot["data"] == rows(told["trade/BTC/USD"])[-50:]
    assert json.loads(publisher.newest("ticker_bbo/BTC/USD", NOW_MS))["type"] == "snapshot"


def test_the_number_of_a_connection_does_not_fit_into_63_bits() -> None:
    (data,) = json.loads(kraken.status(1))["data"]
    assert 2**63 < data["connection_id"] < 2**64


def test_each_symbol_is_acknowledged_or_rejected_by_itself(desk: Subscriber) -> None:
    good, bad = said(desk, an_order("BTC/USD", "XBT/USD"))
    assert (good["success"], good["req_id"]) == (True, 7)
    assert good["result"] == {"channel": "trade", "symbol": "BTC/USD", "snapshot": False}
    assert (bad["success"], bad["symbol"], bad["error"]) == (
        False, "XBT/USD", "Currency pair not supported XBT/USD",
    )  # fmt: skip
    assert desk.subscriptions() == ["trade/BTC/USD"]


def test_tickers_come_with_a_snapshot_and_trades_where_one_is_asked_for(desk: Subscriber) -> None:
    def added(order: dict[str, Any]) -> list[str]:
        return obey(desk, json.dumps(order), PAIRS, NOW_MS).added

    assert added(an_order("BTC/USD", channel="ticker")) == ["ticker_trades/BTC/USD"]
    assert added(an_order("BTC/USD", channel="ticker", event_trigger="bbo", snapshot=False)) == []
    assert added(an_order("BTC/USD")) == []
    assert added(an_order("ETH/USD", snapshot=True)) == ["trade/ETH/USD"]


def test_what_was_asked_for_can_be_given_up_once(desk: Subscriber) -> None:
    said(desk, an_order("BTC/USD"))
    assert said(desk, an_order("BTC/USD"))[0]["error"] == "Already subscribed"
    assert said(desk, an_order("BTC/USD", method="unsubscribe"))[0]["success"]
    assert desk.subscriptions() == []
    assert said(desk, an_order("BTC/USD", method="unsubscribe"))[0]["error"] == "Subscription Not Found"


def test_a_ping_is_answered(desk: Subscriber) -> None:
    (pong,) = said(desk, {"method": "ping", "req_id": 2})
    assert (pong["method"], pong["req_id"]) == ("pong", 2)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("{", "Malformed"),
        ('{"method":5}', "Malformed"),
        ({"method": "shout"}, "Unsupported"),
        (an_order("BTC/USD", channel="executions"), "ws-auth"),
        (an_order("BTC/USD", channel="gossip"), "channel"),
        (an_order(), "not complete"),
    ],
)
def test_what_cannot_be_done_is_an_error_and_changes_nothing(
    desk: Subscriber, message: object, words: str
) -> None:
    (told,) = said(desk, message)
    assert told["success"] is False
    assert words in told["error"]
    assert desk.subscriptions() == []


def under(fault: Fault, count: int = 1) -> list[str]:
    faults = Faults()
    faults.begin(fault, 10.0)
    events = [OutgoingEvent("trade/BTC/USD", TRADES)] * count
    return [out.text for event in events for out in faults.pass_on(event, NOW_MS)]


def test_a_spike_is_ten_times_the_price_as_a_json_number() -> None:
    assert json.loads(under(Fault.SPIKE)[0])["data"][0] == {"symbol": "BTC/USD", "price": 1005.0, "qty": 2.0}


def test_trades_can_be_missing() -> None:
    assert len(under(Fault.GAP, GAP_EVERY)) == GAP_EVERY - 1


def test_garbage_reaches_the_numbers_and_the_names() -> None:
    spoilt = under(Fault.GARBAGE, 60)
    assert any('"price":NaN' in text for text in spoilt)
    assert any('"symbol":"\\u001b' in text for text in spoilt)


def test_a_wrong_clock_moves_the_times_of_trades() -> None:
    faults = Faults()
    faults.begin(Fault.CLOCK, 10.0)
    told, publisher = published(2, "trade/BTC/USD")
    text = publisher.newest("trade/BTC/USD", NOW_MS)
    (event,) = faults.pass_on(OutgoingEvent("trade/BTC/USD", text), NOW_MS)
    before, after = rows(told["trade/BTC/USD"])[-1], json.loads(event.text)["data"][-1]
    assert rfc3339_ms(after["timestamp"]) - rfc3339_ms(before["timestamp"]) == CLOCK_OFFSET_MS
    assert after["price"] == before["price"]
