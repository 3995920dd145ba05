import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.market import BadFrame, Tick, TickKind
from rtp_tui.sources.binance_frames import FrameReader
from rtp_tui.sources.contract import Notice, Subscription
from tests.factories import BTC, ETH

RECEIVED_MS = 1_790_000_000_050
TRADE: dict[str, Any] = {
    "e": "trade",
    "E": 1_790_000_000_001,
    "s": "BTCUSDT",
    "t": 3_735_683_259,
    "p": "61837.63000000",
    "q": "0.02000000",
    "T": 1_790_000_000_000,
    "m": True,
    "M": True,
}
BOOK = {"u": 1, "s": "BTCUSDT", "b": "61837.63", "B": "3.7", "a": "61837.64", "A": "1.5"}
DAY = {
    "e": "24hrMiniTicker",
    "E": 1_790_000_000_001,
    "s": "BTCUSDT",
    "c": "84028.01",
    "o": "84004.82",
    "h": "84336.96",
    "l": "83363.63",
    "v": "8974.97",
    "q": "753516400.00",
}


def a_reader(trades: str = "trade") -> FrameReader:
    reader = FrameReader("binance", trades, 1 << 20)
    reader.expect([Subscription(BTC, "BTCUSDT"), Subscription(ETH, "ETHUSDT")])
    return reader


def combined(stream: str, event: object) -> bytes:
    return json.dumps({"stream": stream, "data": event}).encode()


def raw(event: object) -> bytes:
    return json.dumps(event).encode()


def read(frame: str | bytes, trades: str = "trade") -> Any:
    return a_reader(trades).read(frame, RECEIVED_MS)


def bad(frame: str | bytes) -> BadFrame | None:
    said = read(frame)
    return said.bad if isinstance(said, Notice) else None


@pytest.mark.parametrize("frame", [combined("btcusdt@trade", TRADE), raw(TRADE), raw(TRADE).decode()])
def test_a_trade_is_read_with_its_own_time_and_number(frame: str | bytes) -> None:
    assert read(frame) == (
        Tick(
            kind=TickKind.TRADE,
            instrument=BTC,
            feed="binance:BTCUSDT",
            event_ms=1_790_000_000_000,
            received_ms=RECEIVED_MS,
            price=61837.63,
            size=0.02,
            sequence=3_735_683_259,
        ),
    )


def test_an_aggregated_trade_is_numbered_by_its_own_counter() -> None:
    event = {"e": "aggTrade", "E": 3, "s": "ETHUSDT", "a": 77, "p": "1.5", "q": "2", "f": 1, "l": 5, "T": 2}
    (tick,) = read(combined("ethusdt@aggTrade", event), trades="aggTrade")
    assert (tick.instrument, tick.sequence, tick.event_ms, tick.price, tick.size) == (ETH, 77, 2, 1.5, 2.0)


@pytest.mark.parametrize(
    ("configured", "other"), [("aggTrade", TRADE), ("trade", {**TRADE, "e": "aggTrade"})]
)
def test_only_the_configured_trade_stream_is_read(configured: str, other: dict[str, Any]) -> None:
    assert read(raw({**other, "a": 5}), trades=configured) == ()


@pytest.mark.parametrize("frame", [combined("btcusdt@bookTicker", BOOK), raw(BOOK)])
def test_a_book_ticker_is_a_quote_without_time_or_price(frame: bytes) -> None:
    (tick,) = read(frame)
    assert (tick.kind, tick.event_ms, tick.price) == (TickKind.QUOTE, None, None)
    assert (tick.bid, tick.ask) == (61837.63, 61837.64)


def test_an_empty_side_of_the_book_is_not_known_rather_than_zero() -> None:
    (tick,) = read(raw({**BOOK, "b": "0.00000000"}))
    assert (tick.bid, tick.ask) == (None, 61837.64)


@pytest.mark.parametrize("frame", [combined("btcusdt@miniTicker", DAY), raw(DAY)])
def test_a_mini_ticker_gives_figures_of_24_hours_and_no_price(frame: bytes) -> None:
    (tick,) = read(frame)
    assert (tick.kind, tick.event_ms, tick.price) == (TickKind.QUOTE, 1_790_000_000_001, None)
    figures = (tick.open_24h, tick.high_24h, tick.low_24h, tick.volume_24h)
    assert figures == (84004.82, 84336.96, 83363.63, 753516400.0)


@pytest.mark.parametrize(
    "frame",
    [
        combined("btcusdt@depth@100ms", {"e": "depthUpdate", "s": "BTCUSDT", "b": [["1", "2"]], "a": []}),
        combined("btcusdt@depth20", {"lastUpdateId": 1, "bids": [], "asks": []}),
        combined("btcusdt@kline_1m", {"e": "kline", "E": 1, "s": "BTCUSDT", "k": {"t": 1, "x": True}}),
        combined("!miniTicker@arr", [DAY]),
        raw({"e": "depthUpdate", "s": "BTCUSDT", "b": [["1", "2"]], "a": []}),
        raw({"e": "somethingNew", "s": "BTCUSDT"}),
        raw({"result": None, "id": 1}),
        raw({"result": ["btcusdt@trade"], "id": "abc"}),
    ],
)
def test_what_is_not_ours_is_ignored(frame: bytes) -> None:
    assert read(frame) == ()


@pytest.mark.parametrize(
    "event", [{**TRADE, "s": "FOOUSDT"}, {**BOOK, "s": "FOOUSDT"}, {**DAY, "s": "FOOUSDT"}]
)
def test_symbols_that_nobody_asked_for_are_named_as_such(event: dict[str, Any]) -> None:
    assert bad(raw(event)) is BadFrame.UNKNOWN_SYMBOL


@pytest.mark.parametrize(
    "frame",
    [raw({"e": "serverShutdown", "E": 1}), combined("!serverShutdown", {"e": "serverShutdown", "E": 1})],
)
def test_an_announced_end_is_a_notice(frame: bytes) -> None:
    assert read(frame) == Notice(closing=True)


@pytest.mark.parametrize(
    "frame",
    [
        raw({"error": {"code": 2, "msg": "Invalid request: \x1b[2Jno"}, "id": 2}),
        raw({"code": 2, "msg": "Invalid request: \x1b[2Jno", "id": 2}),
    ],
)
def test_a_refusal_is_told_in_safe_words(frame: bytes) -> None:
    assert read(frame) == Notice(refused="2: Invalid request: no")


@pytest.mark.parametrize(
    ("changes", "value"), [({"p": "1e999"}, float("inf")), ({"p": "-5"}, -5.0), ({"p": "0"}, 0.0)]
)
def test_numbers_that_cannot_be_prices_are_left_to_processing(changes: dict[str, str], value: float) -> None:
    (tick,) = read(raw({**TRADE, **changes}))
    assert tick.price == value


def test_times_in_microseconds_are_left_to_processing() -> None:
    (tick,) = read(raw({**TRADE, "T": 1_790_000_000_000_000}))
    assert tick.event_ms == 1_790_000_000_000_000


@pytest.mark.parametrize(
    "event",
    [
        {**TRADE, "p": "abc"},
        {**TRADE, "p": ""},
        {**TRADE, "p": None},
        {**TRADE, "p": 61837.63},
        {**TRADE, "p": ["61837.63"]},
        {**TRADE, "t": "3735683259"},
        {**TRADE, "t": None},
        {**TRADE, "t": 2**64},
        {**TRADE, "T": True},
        {**TRADE, "T": -1},
        {**TRADE, "T": 1.5},
        {**TRADE, "s": 5},
        {key: value for key, value in TRADE.items() if key != "T"},
        {key: value for key, value in TRADE.items() if key != "p"},
        {key: value for key, value in TRADE.items() if key != "s"},
        {**BOOK, "a": 5},
        {**BOOK, "a": None},
        {**BOOK, "b": "x"},
        {**DAY, "l": 5},
        {**DAY, "l": "x"},
        {},
        [],
        [DAY],
        5,
        None,
        "trade",
    ],
)
def test_wrong_shapes_are_named_as_such(event: object) -> None:
    assert bad(raw(event)) is BadFrame.WRONG_SHAPE


def test_a_wrong_shape_on_a_stream_of_ours_is_not_taken_for_another_stream() -> None:
    assert bad(combined("btcusdt@trade", [TRADE])) is BadFrame.WRONG_SHAPE
    assert bad(combined("btcusdt@bookTicker", {"b": [["1", "2"]]})) is BadFrame.WRONG_SHAPE


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (b"", BadFrame.NOT_JSON),
        (b"<html><body>403</body></html>", BadFrame.NOT_JSON),
        (combined("btcusdt@trade", TRADE)[:-20], BadFrame.NOT_JSON),
        (b'{"stream":"btcusdt@trade","data":{"e":"trade","p":NaN}}', BadFrame.NOT_JSON),
        (b"\xef\xbb\xbf{}", BadFrame.NOT_JSON),
        (b"\x02\x10\x00\x01\xff\xfe\x00", BadFrame.NOT_TEXT),
        (b'{"e":"tr\xff"}', BadFrame.NOT_TEXT),
        ('{"e":"\ud800"}', BadFrame.NOT_TEXT),
        (b"x" * ((1 << 20) + 1), BadFrame.TOO_BIG),
        (b"[" * 500_000, BadFrame.WRONG_SHAPE),
        (b'{"x":' * 100_000, BadFrame.WRONG_SHAPE),
        (b'{"data":{"e":' + b"[" * 500_000, BadFrame.WRONG_SHAPE),
    ],
)
def test_what_is_no_message_is_counted_by_its_reason(frame: str | bytes, reason: BadFrame) -> None:
    assert bad(frame) is reason


def test_the_first_of_two_instruments_with_one_symbol_is_priced() -> None:
    reader = FrameReader("binance", "trade", 1 << 20)
    reader.expect([Subscription(ETH, "btcusdt"), Subscription(BTC, "BTCUSDT")])
    (tick,) = reader.read(raw(TRADE), RECEIVED_MS)  # type: ignore[misc]
    assert (tick.instrument, tick.feed) == (ETH, "binance:btcusdt")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("eEsTtpqabohl"), inner),
    max_leaves=8,
)


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_no_bytes_raise(frame: str | bytes) -> None:
    read(frame)


@given(
    st.sampled_from(["btcusdt@trade", "btcusdt@bookTicker", "btcusdt@miniTicker", "", None]),
    st.sampled_from([TRADE, BOOK, DAY, {}]),
    st.dictionaries(st.sampled_from([*"eEsTtpqabohl", "error", "code", "result", "data"]), values),
)
def test_no_shape_raises(stream: str | None, event: dict[str, Any], changes: dict[str, Any]) -> None:
    message = {**event, **changes}
    frame = msgspec.json.encode(message if stream is None else {"stream": stream, "data": message})
    said = read(frame)
    assert isinstance(said, Notice) or all(isinstance(tick, Tick) for tick in said)
