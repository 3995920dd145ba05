import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BadFrame, Tick, TickKind
from rtp_tui.sources.contract import Notice, Subscription
from rtp_tui.sources.twelvedata_frames import FrameReader

RECEIVED_MS = 1_790_000_000_500
PESO, APPLE = InstrumentId("fx:USD/COP"), InstrumentId("stocks:AAPL")
PAIR: dict[str, Any] = {
    "event": "price",
    "symbol": "USD/COP",
    "currency_base": "US Dollar",
    "currency_quote": "Colombian Peso",
    "exchange": "PHYSICAL CURRENCY",
    "type": "Physical Currency",
    "timestamp": 1_790_000_000,
    "price": 4011.25,
    "bid": 4011.0,
    "ask": 4011.5,
}
STOCK: dict[str, Any] = {
    "event": "price",
    "symbol": "AAPL",
    "currency": "USD",
    "exchange": "NASDAQ",
    "mic_code": "XNGS",
    "type": "Common Stock",
    "timestamp": 1_790_000_000,
    "price": 175.6997,
    "day_volume": 15991537,
}


def read(frame: object) -> Any:
    reader = FrameReader("twelvedata", 1 << 20)
    reader.expect([Subscription(PESO, "usd/cop"), Subscription(APPLE, "AAPL")])
    return reader.read(frame if isinstance(frame, str | bytes) else json.dumps(frame), RECEIVED_MS)


def refused(message: dict[str, Any]) -> str | None:
    said = read({"event": "subscribe-status", **message})
    return said.refused if isinstance(said, Notice) else None


def test_a_pair_of_currencies_has_a_price_a_bid_and_an_ask() -> None:
    (tick,) = read(PAIR)
    assert tick == Tick(
        TickKind.POLL,
        PESO,
        "twelvedata:usd/cop",
        1_790_000_000_000,
        RECEIVED_MS,
        4011.25,
        bid=4011.0,
        ask=4011.5,
    )


def test_bid_and_ask_may_be_missing_or_null() -> None:
    bare = {name: value for name, value in PAIR.items() if name not in ("bid", "ask", "exchange")}
    for frame in (bare, {**PAIR, "bid": None, "ask": None}):
        (tick,) = read(frame)
        assert (tick.price, tick.bid, tick.ask) == (4011.25, None, None)


def test_a_price_is_no_trade_and_the_days_volume_no_turnover() -> None:
    (tick,) = read(STOCK)
    assert (tick.kind, tick.price, tick.size, tick.sequence) == (TickKind.POLL, 175.6997, None, None)
    assert tick.volume_24h is None


def test_a_zero_is_no_price() -> None:
    (tick,) = read({**PAIR, "price": 0, "bid": 0, "ask": 0})
    assert (tick.price, tick.bid, tick.ask) == (None, None, None)


def test_prices_of_one_second_are_all_read() -> None:
    reader = FrameReader("twelvedata", 1 << 20)
    reader.expect([Subscription(APPLE, "AAPL")])
    read_prices = [
        tick.price
        for price in (175.1, 175.2, 175.1)
        for tick in reader.read(json.dumps({**STOCK, "price": price}), RECEIVED_MS)  # type: ignore[union-attr]
    ]
    assert read_prices == [175.1, 175.2, 175.1]


def test_of_several_instruments_with_one_symbol_the_first_is_priced() -> None:
    reader = FrameReader("twelvedata", 1 << 20)
    reader.expect([Subscription(APPLE, "AAPL"), Subscription(PESO, "aapl")])
    (tick,) = reader.read(json.dumps(STOCK), RECEIVED_MS)  # type: ignore[misc]
    assert tick.instrument == APPLE


def test_an_accepted_subscription_is_nothing_to_tell() -> None:
    success = [{"symbol": "USD/COP", "exchange": "PHYSICAL CURRENCY", "type": "PHYSICAL_CURRENCY"}]
    assert list(read({"event": "subscribe-status", "status": "ok", "success": success, "fails": None})) == []
    assert list(read({"event": "subscribe-status", "status": "ok", "success": success})) == []


def test_every_refused_symbol_is_named_although_others_are_accepted() -> None:
    fails = [{"symbol": "GBP/USD"}, {"symbol": "NOPE", "exchange": ""}]
    words = refused({"status": "ok", "success": [{"symbol": "USD/COP"}], "fails": fails})
    assert words == "GBP/USD, NOPE: no such symbol, or not in the plan of this key"
    assert refused({"status": "error", "success": None, "fails": fails[:1]}) == (
        "GBP/USD: no such symbol, or not in the plan of this key"
    )


def test_a_refusal_is_told_in_the_providers_words_where_there_are_any() -> None:
    assert refused({"status": "error", "messages": ["symbol limit \x1b[31mreached"]}) == (
        "symbol limit reached"
    )
    assert refused({"status": "error", "message": "too many events"}) == "too many events"
    assert refused({"status": "error"}) is not None
    long = refused({"status": "error", "fails": [{"symbol": "X" * 30}] * 1000})
    assert long is not None
    assert len(long) <= 200


def test_a_heartbeat_is_a_sign_of_life() -> None:
    assert read({"event": "heartbeat", "status": "ok"}) == Notice(is_heartbeat=True)


@pytest.mark.parametrize("event", ["reset-status", "unsubscribe-status", "message-processing", "news"])
def test_other_events_are_none_of_our_business(event: str) -> None:
    assert list(read({"event": event, "status": "ok", "price": "x"})) == []


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ({**PAIR, "symbol": "EUR/USD"}, BadFrame.UNKNOWN_SYMBOL),
        ({**PAIR, "price": "4011.25"}, BadFrame.WRONG_SHAPE),
        ({**PAIR, "timestamp": None}, BadFrame.WRONG_SHAPE),
        ({**PAIR, "timestamp": 2**60}, BadFrame.WRONG_SHAPE),
        ({"event": "price"}, BadFrame.WRONG_SHAPE),
        ({"event": "subscribe-status", "fails": 5}, BadFrame.WRONG_SHAPE),
        ({"status": "ok"}, BadFrame.WRONG_SHAPE),
        ([], BadFrame.WRONG_SHAPE),
        ("{", BadFrame.NOT_JSON),
        (json.dumps(PAIR)[:40], BadFrame.NOT_JSON),
        (json.dumps(PAIR) * 2, BadFrame.NOT_JSON),
        (b"\x02\x00\x10\xff", BadFrame.NOT_TEXT),
        (b"\x02\x00\x10", BadFrame.NOT_TEXT),
        (" " * ((1 << 20) + 1), BadFrame.TOO_BIG),
        ("[" * 100_000, BadFrame.WRONG_SHAPE),
    ],
)
def test_a_bad_frame_has_its_reason(frame: object, reason: BadFrame) -> None:
    said = read(frame)
    assert isinstance(said, Notice)
    assert said.bad is reason


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*PAIR, "fails", "success", "messages"]), inner, max_size=5)
        ),
        max_leaves=10,
    ),
    st.sampled_from(["price", "subscribe-status", "heartbeat"]),
)
def test_no_message_raises(message: object, event: str) -> None:
    frame = {**message, "event": event} if isinstance(message, dict) else message
    said = read(frame)
    assert isinstance(said, Notice) or all(isinstance(tick, Tick) for tick in said)
