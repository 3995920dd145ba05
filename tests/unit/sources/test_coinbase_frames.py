import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.market import BadFrame, Tick, TickKind
from rtp_tui.sources.coinbase_frames import FrameReader
from rtp_tui.sources.contract import Notice, Subscription
from tests.factories import BTC, ETH
from tests.odd_frames import JSON, NO_MESSAGES

RECEIVED_MS = 1_618_677_817_000
MATCH: dict[str, Any] = {
    "type": "match",
    "trade_id": 280_232,
    "maker_order_id": "2a0da34e-61f7-4c36-88e5-c9dd15927b16",
    "taker_order_id": "3c82abaa-c01e-4608-be59-6a1e69742891",
    "side": "sell",
    "size": "0.985",
    "price": "61837.63",
    "product_id": "BTC-USD",
    "sequence": 177_100_030,
    "time": "2021-04-17T16:43:37.089723Z",
}
TICKER: dict[str, Any] = {
    "type": "ticker",
    "sequence": 333_938_798,
    "product_id": "BTC-USD",
    "price": "61837.60",
    "open_24h": "60000.5",
    "volume_24h": "94381.28",
    "low_24h": "59000",
    "high_24h": "62000",
    "volume_30d": "2295579.57",
    "best_bid": "61837.55",
    "best_ask": "61837.65",
    "side": "buy",
    "time": "2021-04-17T16:43:30.244075Z",
    "trade_id": 881_613,
    "last_size": "0.04",
}
HEARTBEAT = {
    "type": "heartbeat",
    "sequence": 90,
    "last_trade_id": 20,
    "product_id": "BTC-USD",
    "time": "2014-11-07T08:19:28.464459Z",
}


def a_reader() -> FrameReader:
    reader = FrameReader("coinbase", 1 << 20)
    reader.expect([Subscription(BTC, "BTC-USD"), Subscription(ETH, "eth-usd")])
    return reader


def raw(message: object) -> bytes:
    return json.dumps(message).encode()


def read(frame: str | bytes) -> Any:
    return a_reader().read(frame, RECEIVED_MS)


def bad(frame: str | bytes) -> BadFrame | None:
    said = read(frame)
    return said.bad if isinstance(said, Notice) else None


@pytest.mark.parametrize("kind", ["match", "last_match"])
def test_a_match_is_a_trade_with_its_own_time_and_number(kind: str) -> None:
    assert read(raw({**MATCH, "type": kind})) == (
        Tick(
            kind=TickKind.TRADE,
            instrument=BTC,
            feed="coinbase:BTC-USD",
            event_ms=1_618_677_817_089,
            received_ms=RECEIVED_MS,
            price=61837.63,
            size=0.985,
            sequence=280_232,
        ),
    )


def test_a_trade_repeated_by_a_new_subscription_keeps_its_number() -> None:
    reader = a_reader()
    (first,) = reader.read(raw(MATCH), 1)  # type: ignore[misc]
    (again,) = reader.read(raw({**MATCH, "type": "last_match"}), 2)  # type: ignore[misc]
    assert first.sequence == again.sequence


def test_a_ticker_gives_spread_and_figures_of_24_hours_and_no_price() -> None:
    (tick,) = read(raw(TICKER))
    assert (tick.kind, tick.instrument, tick.feed) == (TickKind.QUOTE, BTC, "coinbase:BTC-USD")
    assert (tick.event_ms, tick.price, tick.size, tick.sequence) == (1_618_677_810_244, None, None, None)
    assert (tick.bid, tick.ask) == (61837.55, 61837.65)
    assert (tick.open_24h, tick.high_24h, tick.low_24h) == (60000.5, 62000.0, 59000.0)


def test_a_volume_in_units_is_not_taken_for_one_in_money() -> None:
    (tick,) = read(raw(TICKER))
    assert tick.volume_24h is None


def test_the_first_ticker_of_a_product_that_never_traded_has_no_time() -> None:
    message = {"type": "ticker", "sequence": 1, "product_id": "BTC-USD", "best_bid": "0", "best_ask": ""}
    (tick,) = read(raw({**message, "open_24h": "0"}))
    assert (tick.event_ms, tick.bid, tick.ask, tick.open_24h) == (None, None, None, None)


def test_a_ticker_that_was_overtaken_is_left_out() -> None:
    reader = a_reader()
    assert reader.read(raw(TICKER), 1)
    older = {**TICKER, "sequence": TICKER["sequence"] - 1, "time": "2021-04-17T16:43:30.2Z"}
    assert reader.read(raw(older), 2) == ()
    assert reader.read(raw({**older, "product_id": "ETH-USD"}), 3)
    assert reader.read(raw({**TICKER, "sequence": TICKER["sequence"] + 9}), 4)


def test_a_product_that_is_counted_anew_goes_on() -> None:
    reader = a_reader()
    reader.read(raw(TICKER), 1)
    assert reader.read(raw({**TICKER, "sequence": 5, "time": "2021-04-17T16:43:31Z"}), 2)


def test_matches_are_never_left_out_for_their_sequence() -> None:
    reader = a_reader()
    reader.read(raw(TICKER), 1)
    assert reader.read(raw({**MATCH, "sequence": 1}), 2)


@pytest.mark.parametrize(
    "message",
    [
        {"type": "subscriptions", "channels": [{"name": "level2", "product_ids": ["BTC-USD"]}]},
        {"type": "l2update", "product_id": "BTC-USD", "changes": [["sell", "0.1", "6"]], "time": 5},
        {"type": "snapshot", "product_id": "BTC-USD", "asks": [["1", "2"]], "bids": []},
        {"type": "status", "products": [{"id": "BTC-USD"}]},
        {"type": "something_new", "price": 5},
    ],
)
def test_what_is_not_ours_is_ignored(message: object) -> None:
    assert read(raw(message)) == ()


def test_a_heartbeat_is_a_sign_of_life() -> None:
    assert read(raw(HEARTBEAT)) == Notice(is_heartbeat=True)


@pytest.mark.parametrize("message", [{**MATCH, "product_id": "NO-USD"}, {**TICKER, "product_id": "NO-USD"}])
def test_products_that_nobody_asked_for_are_named_as_such(message: dict[str, Any]) -> None:
    assert bad(raw(message)) is BadFrame.UNKNOWN_SYMBOL


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            {"type": "error", "message": "Failed to subscribe", "reason": "NO-USD is not a valid product"},
            "Failed to subscribe: NO-USD is not a valid product",
        ),
        ({"type": "error", "message": "slow\x1b[2J down", "reason": None}, "slow down"),
        ({"type": "error", "message": "x" * 500}, "x" * 160),
    ],
)
def test_an_error_is_a_refusal_in_safe_words(message: object, words: str) -> None:
    assert read(raw(message)) == Notice(refused=words)


@pytest.mark.parametrize(
    "message",
    [
        {**MATCH, "price": "abc"},
        {**MATCH, "price": ""},
        {**MATCH, "price": None},
        {**MATCH, "price": 61837.63},
        {**MATCH, "trade_id": "280232"},
        {**MATCH, "trade_id": -1},
        {**MATCH, "trade_id": 2**64},
        {**MATCH, "time": "yesterday"},
        {**MATCH, "time": 1_618_677_817},
        {key: value for key, value in MATCH.items() if key != "time"},
        {key: value for key, value in MATCH.items() if key != "product_id"},
        {**TICKER, "best_bid": 5},
        {**TICKER, "best_bid": "abc"},
        {**TICKER, "time": "2021-04-17"},
        {**TICKER, "sequence": None},
        {"type": "error", "message": 5},
        {"type": 5},
        {"no": "type"},
        [],
        5,
        None,
    ],
)
def test_messages_of_another_shape_are_counted(message: object) -> None:
    assert bad(raw(message)) is BadFrame.WRONG_SHAPE


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (b'{"type":"match"', BadFrame.NOT_JSON),
        (b'{"type":"\xff"}', BadFrame.NOT_TEXT),
        *NO_MESSAGES,
    ],
)
def test_frames_that_are_no_messages_are_told_apart(frame: bytes, reason: BadFrame) -> None:
    assert bad(frame) is reason


@given(st.sampled_from([MATCH, TICKER, HEARTBEAT]), st.data())
def test_no_value_anywhere_makes_the_reader_raise(message: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(message)))
    said = read(raw({**message, name: data.draw(JSON)}))
    assert isinstance(said, Notice) or all(isinstance(tick, Tick) for tick in said)
