"""Bybit as it is simulated: what is said on its socket, what comes, what it answers over HTTP."""

import json
from collections import defaultdict
from itertools import pairwise
from typing import Any

import pytest

from rtp_tui.simulator.book import Book
from rtp_tui.simulator.bybit_control import answer
from rtp_tui.simulator.bybit_gateway import BybitGateway
from rtp_tui.simulator.bybit_publisher import BybitPublisher
from rtp_tui.simulator.bybit_rest import LEFT, LIMIT, REQUESTS, BybitRest
from rtp_tui.simulator.fanout import Fanout, Subscriber
from rtp_tui.simulator.market import SimulatedMarket
from rtp_tui.simulator.venue_names import bybit_symbol
from tests.factories import NOW_MS
from tests.fakes import FakeClock
from tests.unit.simulator.fake_wire import FakeWire
from tests.unit.simulator.venues import FEW, a_market, asked, refused, replied

SYMBOLS = ("BTCUSDT", "ETHUSDT")
MINUTE_MS = 60_000
KLINES = "/v5/market/kline?category=spot&symbol=BTCUSDT&interval="


def symbols_of(market: SimulatedMarket) -> dict[str, Book]:
    named = ((bybit_symbol(book.listing), book) for book in market.books.values())
    return {name: book for name, book in named if name}


def published(seconds: float, *streams: str, trades_per_second: float = 100) -> dict[str, list[Any]]:
    told: defaultdict[str, list[Any]] = defaultdict(list)
    market = SimulatedMarket(1, FEW, NOW_MS, trades_per_second=trades_per_second)
    publisher = BybitPublisher(
        symbols_of(market), streams.__contains__, lambda stream, text: told[stream].append(json.loads(text))
    )
    for at_ms in range(NOW_MS, NOW_MS + int(seconds * 1000), 50):
        publisher.beat(market.advance(at_ms), at_ms)
    return told


@pytest.fixture
def desk() -> Subscriber:
    return Fanout().enter(FakeWire(), combined=False)


@pytest.fixture
def rest() -> BybitRest:
    return BybitRest(symbols_of(a_market()))


def said(desk: Subscriber, message: object) -> Any:
    text = message if isinstance(message, str) else json.dumps(message)
    return json.loads(answer(desk, text, SYMBOLS))


def test_nothing_is_encoded_that_nobody_listens_to() -> None:
    assert set(published(3, "tickers/BTCUSDT")) == {"tickers/BTCUSDT"}


def test_all_fills_of_a_beat_are_in_one_event_and_none_is_missing() -> None:
    events = published(10, "publicTrade/BTCUSDT")["publicTrade/BTCUSDT"]
    assert any(len(event["data"]) > 1 for event in events)
    ids = [int(fill["i"]) for event in events for fill in event["data"]]
    assert all(later - earlier == 1 for earlier, later in pairwise(ids))


def test_tickers_hold_no_spread_and_the_top_of_the_book_does() -> None:
    told = published(3, "tickers/BTCUSDT", "orderbook.1/BTCUSDT")
    ticker = told["tickers/BTCUSDT"][0]
    assert ticker["type"] == "snapshot"
    assert not {name for name in ticker["data"] if name.startswith(("bid", "ask"))}
    top = told["orderbook.1/BTCUSDT"][-1]["data"]
    assert float(top["b"][0][0]) < float(top["a"][0][0])


def test_a_top_that_does_not_change_is_told_again_after_three_seconds() -> None:
    told = published(10, "orderbook.1/BTCUSDT", trades_per_second=0.0001)["orderbook.1/BTCUSDT"]
    assert 3 <= len(told) <= 4
    assert len({json.dumps(event["data"]) for event in told}) == 1


def test_a_request_is_acknowledged_as_a_whole(desk: Subscriber) -> None:
    reply = said(desk, {"op": "subscribe", "args": ["tickers.BTCUSDT", "orderbook.1.ETHUSDT"], "req_id": "1"})
    assert (reply["success"], reply["ret_msg"], reply["op"]) == (True, "subscribe", "subscribe")
    assert desk.subscriptions() == ["tickers/BTCUSDT", "orderbook.1/ETHUSDT"]
    assert said(desk, {"op": "unsubscribe", "args": ["tickers.BTCUSDT"]})["success"]
    assert desk.subscriptions() == ["orderbook.1/ETHUSDT"]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"op": "subscribe", "args": ["tickers.BTCUSDT", "tickers.NOPE"]}, "Invalid symbol :[tickers.NOPE]"),
        ({"op": "subscribe", "args": ["tickers.btcusdt"]}, "Invalid symbol :[tickers.btcusdt]"),
        (
            {"op": "subscribe", "args": ["gossip.BTCUSDT"]},
            "error:handler not found,topic:gossip.BTCUSDT",
        ),
        ({"op": "subscribe", "args": ["tickers.BTCUSDT"] * 11}, "args size >10"),
        ({"op": "subscribe", "args": []}, "args is empty"),
        ({"op": "shout"}, "error:op not found:shout"),
        ("{", "error:request format invalid"),
        ("ping", "error:request format invalid"),
    ],
)
def test_what_cannot_be_done_is_refused_whole(desk: Subscriber, message: object, words: str) -> None:
    reply = said(desk, message)
    assert (reply["success"], reply["ret_msg"]) == (False, words)
    assert desk.subscriptions() == []


def test_a_ping_is_answered_as_spot_does(desk: Subscriber) -> None:
    reply = said(desk, {"op": "ping"})
    assert (reply["success"], reply["ret_msg"], reply["op"]) == (True, "pong", "ping")


def test_who_subscribes_gets_the_newest_but_for_trades() -> None:
    symbols = symbols_of(a_market())
    gateway = BybitGateway(FakeClock(NOW_MS), BybitRest(symbols), symbols)
    client = gateway.enter(FakeWire(), "/")  # type: ignore[arg-type]
    topics = [f"{topic}.BTCUSDT" for topic in ("tickers", "publicTrade", "orderbook.1")]
    replies = [
        json.loads(reply) for reply in gateway.obey(client, json.dumps({"op": "subscribe", "args": topics}))
    ]
    assert [reply.get("topic") for reply in replies] == [None, "tickers.BTCUSDT", "orderbook.1.BTCUSDT"]


def test_klines_are_newest_first_and_end_where_they_are_told(rest: BybitRest) -> None:
    rows = asked(rest, f"{KLINES}1")["result"]["list"]
    assert len(rows) == 200
    assert all(int(newer[0]) - int(older[0]) == MINUTE_MS for newer, older in pairwise(rows))
    newest = int(rows[0][0])
    some = asked(rest, f"{KLINES}1&start={newest - 2 * MINUTE_MS}&end={newest}")["result"]["list"]
    assert [int(row[0]) for row in some] == [newest - n * MINUTE_MS for n in range(3)]


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("/v5/market/tickers?category=spot&symbol=NOPE", "Not supported symbols"),
        ("/v5/market/tickers", "params error: Category is invalid"),
        (f"{KLINES}7", "Invalid period!"),
        (f"{KLINES}1&start=soon", "params error: start invalid"),
    ],
)
def test_wrong_questions_are_refused_with_200(rest: BybitRest, target: str, words: str) -> None:
    reply = refused(rest, target, 200)
    assert (reply["retCode"], reply["retMsg"]) == (10001, words)


def test_tickers_have_a_spread_over_http(rest: BybitRest) -> None:
    rows = asked(rest, "/v5/market/tickers?category=spot")["result"]["list"]
    assert [row["symbol"] for row in rows] == ["BTCUSDT", "ETHUSDT"]
    assert all(float(row["bid1Price"]) < float(row["ask1Price"]) for row in rows)


def test_symbols_and_time_are_told(rest: BybitRest) -> None:
    rows = asked(rest, "/v5/market/instruments-info?category=spot")["result"]["list"]
    assert [(row["baseCoin"], row["quoteCoin"]) for row in rows] == [("BTC", "USDT"), ("ETH", "USDT")]
    assert asked(rest, "/v5/market/time", NOW_MS)["time"] == NOW_MS
    assert replied(rest, "/v5/nowhere").status == 404


def test_what_asks_too_much_is_told_so_and_then_banned_with_403(rest: BybitRest) -> None:
    for _ in range(REQUESTS):
        assert replied(rest, "/v5/market/time").status == 200
    reply = replied(rest, "/v5/market/time")
    assert (reply.status, json.loads(reply.body)["retCode"]) == (429, 10006)
    banned = rest.banned(NOW_MS + 5_000, NOW_MS)
    assert (banned.status, banned.body) == (403, b"403, access too frequent")


def test_a_quota_that_counts_down_is_told_in_headers(rest: BybitRest) -> None:
    counted = rest.counted(replied(rest, "/v5/market/time"), 0.1)
    assert counted.headers == ((LIMIT, "600"), (LEFT, "60"))
