"""Advanced Trade's socket and requests: what is said on them, and what comes."""

import json
from collections import defaultdict
from itertools import pairwise
from typing import Any

import pytest

from rtp_tui.simulator.coinbase_advanced import numbered
from rtp_tui.simulator.coinbase_advanced_control import obey, subscribed
from rtp_tui.simulator.coinbase_advanced_publisher import CoinbaseAdvancedPublisher
from rtp_tui.simulator.coinbase_advanced_rest import MAX_CANDLES, REQUESTS_A_SECOND, CoinbaseAdvancedRest
from rtp_tui.simulator.fanout import Fanout, Subscriber
from rtp_tui.simulator.market import SimulatedMarket
from rtp_tui.simulator.minutes import MINUTE_MS
from rtp_tui.simulator.numbered_fanout import NumberedFanout
from tests.factories import NOW_MS
from tests.unit.simulator.fake_wire import FakeWire
from tests.unit.simulator.venues import FEW, a_market, asked, products_of, refused, replied

PRODUCTS = ("BTC-USD", "ETH-USD")
MARKET = "/api/v3/brokerage/market/products"
CANDLES = f"{MARKET}/BTC-USD/candles?granularity=ONE_MINUTE"
MINUTE_S = (NOW_MS + 10_000) // MINUTE_MS * 60
ENVELOPE = '{"channel":"ticker","sequence_num":-1,"events":[]}'


def published(seconds: float, *streams: str) -> tuple[dict[str, list[Any]], CoinbaseAdvancedPublisher]:
    told: defaultdict[str, list[Any]] = defaultdict(list)
    market = SimulatedMarket(1, FEW, NOW_MS, trades_per_second=100)
    publisher = CoinbaseAdvancedPublisher(
        products_of(market), streams.__contains__, lambda stream, text: told[stream].append(json.loads(text))
    )
    for at_ms in range(NOW_MS, NOW_MS + int(seconds * 1000), 50):
        publisher.beat(market.advance(at_ms), at_ms)
    return told, publisher


@pytest.fixture
def desk() -> Subscriber:
    return Fanout().enter(FakeWire(), combined=False)


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return a_market()


@pytest.fixture
def rest(market: SimulatedMarket) -> CoinbaseAdvancedRest:
    return CoinbaseAdvancedRest(products_of(market))


def an_order(channel: str, *products: str, kind: str = "subscribe") -> str:
    return json.dumps({"type": kind, "product_ids": products, "channel": channel})


def test_trades_of_a_message_are_newest_first_and_their_numbers_have_no_hole() -> None:
    told, publisher = published(20, "market_trades/BTC-USD")
    messages = [event["trades"] for message in told["market_trades/BTC-USD"] for event in message["events"]]
    assert all(
        int(newer["trade_id"]) == int(older["trade_id"]) + 1
        for rows in messages
        for newer, older in pairwise(rows)
    )
    ids = [int(row["trade_id"]) for rows in messages for row in reversed(rows)]
    assert ids == list(range(ids[0], ids[-1] + 1))
    snapshot = json.loads(publisher.newest("market_trades/BTC-USD", NOW_MS) or "")["events"][0]
    assert snapshot["type"] == "snapshot"
    assert [int(row["trade_id"]) for row in snapshot["trades"]] == ids[:-101:-1]


def test_heartbeats_come_once_a_second_and_count() -> None:
    beats = published(21, "heartbeats/heartbeats")[0]["heartbeats/heartbeats"]
    counters = [event["heartbeat_counter"] for message in beats for event in message["events"]]
    assert 20 <= len(counters) <= 22
    assert counters == list(range(counters[0], counters[0] + len(counters)))


def test_the_whole_set_is_listed_without_what_does_not_exist(desk: Subscriber) -> None:
    assert obey(desk, an_order("ticker", "BTC-USD", "NO-USD"), PRODUCTS).added == ["ticker/BTC-USD"]
    assert obey(desk, an_order("heartbeats"), PRODUCTS).added == ["heartbeats/heartbeats"]
    assert subscribed(desk) == {"ticker": ["BTC-USD"], "heartbeats": ["heartbeats"]}
    assert obey(desk, an_order("ticker", "BTC-USD", "ETH-USD"), PRODUCTS).added == ["ticker/ETH-USD"]
    obey(desk, an_order("ticker", "BTC-USD", kind="unsubscribe"), PRODUCTS)
    assert subscribed(desk)["ticker"] == ["ETH-USD"]


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("{", "failed to parse message"),
        ('{"type":"shout"}', "unknown message type"),
        (an_order("gossip", "BTC-USD"), "authentication failure"),
    ],
)
def test_what_cannot_be_done_changes_nothing(desk: Subscriber, message: str, error: str) -> None:
    assert obey(desk, message, PRODUCTS).error == error
    assert desk.subscriptions() == []


def test_each_connection_has_numbers_of_its_own_and_a_lost_event_has_one_too() -> None:
    fanout = NumberedFanout()
    early, late = FakeWire(), FakeWire()
    first = fanout.enter(early, combined=False)
    first.subscribe(["a"])
    fanout.publish("a", ENVELOPE)
    second = fanout.enter(late, combined=False)
    second.subscribe(["a"])
    assert json.loads(fanout.take(second, ENVELOPE))["sequence_num"] == 0
    fanout.publish("a", ENVELOPE)
    fanout.skip("a")
    fanout.publish("a", ENVELOPE)
    fanout.publish("a", "not json", is_bare=True)
    fanout.flush()

    def numbers(wire: FakeWire) -> list[bytes]:
        return [part[:2].strip(b",") for part in b"".join(wire.sink.written).split(b'"sequence_num":')[1:]]

    assert numbers(early) == [b"0", b"1", b"3"]
    assert numbers(late) == [b"1", b"3"]


def test_what_is_no_envelope_has_no_number() -> None:
    assert numbered("not json", 5) == "not json"


def test_candles_are_text_newest_first(rest: CoinbaseAdvancedRest) -> None:
    rows = asked(rest, f"{CANDLES}&start={MINUTE_S - 300}&end={MINUTE_S}")["candles"]
    assert [int(row["start"]) for row in rows] == list(range(MINUTE_S, MINUTE_S - 301, -60))
    assert all(float(row["low"]) <= float(row["open"]) <= float(row["high"]) for row in rows)


@pytest.mark.parametrize(
    ("target", "status", "words"),
    [
        (f"{MARKET}/NO-USD", 404, "valid product_id is required"),
        (f"{CANDLES}&start={MINUTE_S - 60 * MAX_CANDLES}&end={MINUTE_S}", 400, "less than 350"),
        (f"{MARKET}/BTC-USD/candles?granularity=SOON", 400, "granularity"),
        (f"{CANDLES}&start=yesterday&end=1", 400, "start"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    rest: CoinbaseAdvancedRest, target: str, status: int, words: str
) -> None:
    assert words in refused(rest, target, status)["error_details"]


def test_a_product_has_its_price_and_its_day(rest: CoinbaseAdvancedRest, market: SimulatedMarket) -> None:
    product = asked(rest, f"{MARKET}/BTC-USD")
    assert float(product["price"]) == market.books["BTCUSDT"].last_price
    assert product in asked(rest, MARKET)["products"]


def test_more_than_its_quota_in_a_second_is_refused(rest: CoinbaseAdvancedRest) -> None:
    for _ in range(REQUESTS_A_SECOND):
        assert replied(rest, MARKET).status == 200
    assert replied(rest, MARKET).status == 429
