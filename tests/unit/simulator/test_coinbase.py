"""Coinbase's socket: what is said on it, and what comes."""

import json
import re
from collections import defaultdict
from typing import Any

import pytest

from rtp_tui.simulator.coinbase import rfc3339, short
from rtp_tui.simulator.coinbase_control import answer
from rtp_tui.simulator.coinbase_publisher import CoinbasePublisher
from rtp_tui.simulator.fanout import Fanout, Subscriber
from rtp_tui.simulator.market import SimulatedMarket
from tests.factories import NOW_MS
from tests.unit.simulator.fake_wire import FakeWire
from tests.unit.simulator.venues import FEW, products_of

PRODUCTS = ("BTC-USD", "ETH-USD")


def published(seconds: float, *streams: str) -> dict[str, list[Any]]:
    """What came on each stream in so many seconds of 50 ms beats."""
    told: defaultdict[str, list[Any]] = defaultdict(list)
    market = SimulatedMarket(1, FEW, NOW_MS, trades_per_second=100)
    publisher = CoinbasePublisher(
        products_of(market), streams.__contains__, lambda stream, text: told[stream].append(json.loads(text))
    )
    for at_ms in range(NOW_MS, NOW_MS + int(seconds * 1000), 50):
        publisher.beat(market.advance(at_ms), at_ms)
    return told


@pytest.fixture
def desk() -> Subscriber:
    return Fanout().enter(FakeWire(), combined=False)


def said(desk: Subscriber, message: object) -> Any:
    text = message if isinstance(message, str) else json.dumps(message)
    return json.loads(answer(desk, text, PRODUCTS))


def test_nothing_is_encoded_that_nobody_listens_to() -> None:
    assert set(published(3, "ticker/BTC-USD")) == {"ticker/BTC-USD"}


def test_every_match_has_a_ticker_of_the_same_sequence_and_the_opposite_side() -> None:
    told = published(5, "ticker/BTC-USD", "matches/BTC-USD")
    tickers, matches = told["ticker/BTC-USD"], told["matches/BTC-USD"]
    assert len(tickers) == len(matches) > 50
    for ticker, match in zip(tickers, matches, strict=True):
        assert {ticker["side"], match["side"]} == {"buy", "sell"}
        assert [ticker[name] for name in ("sequence", "trade_id", "time")] == [
            match[name] for name in ("sequence", "trade_id", "time")
        ]
        taken = ticker["best_ask"] if ticker["side"] == "buy" else ticker["best_bid"]
        assert float(ticker["price"]) == float(match["price"]) == float(taken)


def test_sequences_rise_with_gaps_and_trade_ids_without() -> None:
    matches = published(5, "matches/ETH-USD")["matches/ETH-USD"]
    sequences = [match["sequence"] for match in matches]
    assert sequences == sorted(set(sequences))
    assert sequences[-1] - sequences[0] > len(sequences)
    assert [match["trade_id"] - matches[0]["trade_id"] for match in matches] == list(range(len(matches)))


def test_times_have_microseconds_and_numbers_are_strings() -> None:
    ticker = published(2, "ticker/BTC-USD")["ticker/BTC-USD"][0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", ticker["time"])
    numbers = set(ticker) - {"type", "product_id", "side", "time", "sequence", "trade_id"}
    assert all(isinstance(ticker[name], str) and float(ticker[name]) > 0 for name in numbers)
    assert isinstance(ticker["sequence"], int)


def test_heartbeats_come_once_a_second_and_batches_every_five() -> None:
    told = published(21, "heartbeat/ETH-USD", "ticker_batch/ETH-USD")
    assert 20 <= len(told["heartbeat/ETH-USD"]) <= 22
    assert set(told["heartbeat/ETH-USD"][0]) == {
        "type", "sequence", "last_trade_id", "product_id", "time",
    }  # fmt: skip
    assert 4 <= len(told["ticker_batch/ETH-USD"]) <= 5


def test_the_acknowledgement_lists_everything_subscribed_to(desk: Subscriber) -> None:
    said(desk, {"type": "subscribe", "product_ids": ["BTC-USD"], "channels": ["ticker", "heartbeat"]})
    told = said(desk, {"type": "subscribe", "channels": [{"name": "ticker", "product_ids": ["ETH-USD"]}]})
    assert told == {
        "type": "subscriptions",
        "channels": [
            {"name": "ticker", "product_ids": ["BTC-USD", "ETH-USD"]},
            {"name": "heartbeat", "product_ids": ["BTC-USD"]},
        ],
    }
    told = said(desk, {"type": "unsubscribe", "product_ids": ["BTC-USD"]})
    assert told["channels"] == [{"name": "ticker", "product_ids": ["ETH-USD"]}]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("{", "Malformed JSON"),
        ('{"type":"shout"}', "not a valid type"),
        ('{"type":"subscribe"}', "must be provided"),
        ('{"type":"subscribe","product_ids":["BTC-USD"],"channels":"ticker"}', "Failed to subscribe"),
        (
            '{"type":"subscribe","product_ids":["X-USD"],"channels":["ticker"]}',
            "X-USD is not a valid product",
        ),
        ('{"type":"subscribe","product_ids":["BTC-USD"],"channels":["gossip"]}', "not a valid channel"),
        ('{"type":"subscribe","product_ids":["BTC-USD"],"channels":["level2"]}', "authentication"),
    ],
)
def test_what_cannot_be_done_is_an_error_and_changes_nothing(
    desk: Subscriber, message: str, words: str
) -> None:
    told = said(desk, message)
    assert told["type"] == "error"
    assert words in f"{told['message']} {told.get('reason')}"
    assert desk.subscriptions() == []


@pytest.mark.parametrize(
    ("number", "decimals", "text"),
    [(68010.2, 2, "68010.2"), (5.0, 2, "5"), (10.0, 0, "10"), (6.1e-6, 8, "0.0000061")],
)
def test_short_numbers_have_no_zeros_at_their_end(number: float, decimals: int, text: str) -> None:
    assert short(number, decimals) == text


def test_microseconds_are_kept() -> None:
    assert rfc3339(1_618_677_810_244_075) == "2021-04-17T16:43:30.244075Z"
    assert rfc3339(1_618_677_810_000_000) == "2021-04-17T16:43:30.000000Z"
