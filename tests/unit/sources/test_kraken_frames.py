import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.market import BadFrame, Tick, TickKind
from rtp_tui.sources.contract import Notice, Subscription
from rtp_tui.sources.kraken_frames import FrameReader
from tests.factories import BTC, ETH
from tests.odd_frames import JSON, NO_MESSAGES

RECEIVED_MS = 1_790_358_507_000
DAY: dict[str, Any] = {
    "symbol": "BTC/USD",
    "bid": 83744.2,
    "bid_qty": 0.56251979,
    "ask": 83744.3,
    "ask_qty": 0.0004478,
    "last": 83744.3,
    "volume": 3156.5,
    "vwap": 84174.5,
    "low": 83163.6,
    "high": 85247.4,
    "change": -429.3,
    "change_pct": -0.51,
    "trades": 135262,
    "timestamp": "2026-09-25T17:48:26.844359Z",
}
TRADE: dict[str, Any] = {
    "symbol": "BTC/USD",
    "side": "buy",
    "price": 83744.3,
    "qty": 0.0004478,
    "ord_type": "limit",
    "trade_id": 109116693,
    "timestamp": "2026-09-25T17:48:26.844359Z",
}
STATUS: dict[str, Any] = {
    "channel": "status",
    "type": "update",
    "data": [
        {"version": "2.0.10", "system": "online", "api_version": "v2", "connection_id": 18125794168470749634}
    ],
}
ACK = {
    "method": "subscribe",
    "result": {"channel": "trade", "snapshot": False, "symbol": "BTC/USD", "warnings": ["deprecated"]},
    "success": True,
    "time_in": "2026-09-25T17:48:24.745996Z",
    "time_out": "2026-09-25T17:48:24.746032Z",
    "req_id": 1,
}
REJECT: dict[str, Any] = {
    "error": "Currency pair not supported NO/USD",
    "method": "subscribe",
    "success": False,
    "symbol": "NO/USD",
}


def a_reader() -> FrameReader:
    reader = FrameReader("kraken", 1 << 20)
    reader.expect([Subscription(BTC, "BTC/USD"), Subscription(ETH, "ETH/USD")])
    return reader


def raw(message: object) -> bytes:
    return json.dumps(message).encode()


def days(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"channel": "ticker", "type": "update", "data": list(rows)}


def trades(*rows: dict[str, Any], kind: str = "update") -> dict[str, Any]:
    return {"channel": "trade", "type": kind, "data": list(rows)}


def numbered(*numbers: int, symbol: str = "BTC/USD") -> list[dict[str, Any]]:
    return [{**TRADE, "symbol": symbol, "trade_id": number} for number in numbers]


def read(frame: str | bytes) -> Any:
    return a_reader().read(frame, RECEIVED_MS)


def bad(frame: str | bytes) -> BadFrame | None:
    said = read(frame)
    return said.bad if isinstance(said, Notice) else None


def numbers(said: Any) -> list[int]:
    return [tick.sequence for tick in said]


def test_a_trade_has_its_own_time_and_number_and_json_numbers() -> None:
    assert list(read(raw(trades(TRADE)))) == [
        Tick(
            kind=TickKind.TRADE,
            instrument=BTC,
            feed="kraken:BTC/USD",
            event_ms=1_790_358_506_844,
            received_ms=RECEIVED_MS,
            price=83744.3,
            size=0.0004478,
            sequence=109116693,
        )
    ]


def test_all_trades_of_a_message_are_read_of_whichever_symbol() -> None:
    other = {**TRADE, "symbol": "ETH/USD", "trade_id": 5}
    said = read(raw(trades(TRADE, other)))
    assert [(tick.instrument, tick.sequence) for tick in said] == [(BTC, 109116693), (ETH, 5)]


def test_a_price_written_without_a_point_is_a_price() -> None:
    (tick,) = read(raw(trades({**TRADE, "price": 83744, "qty": 1})))
    assert (tick.price, tick.size) == (83744.0, 1.0)


def test_a_ticker_gives_spread_and_figures_of_24_hours_and_no_price() -> None:
    (tick,) = read(raw(days(DAY)))
    assert (tick.kind, tick.instrument, tick.feed) == (TickKind.QUOTE, BTC, "kraken:BTC/USD")
    assert (tick.event_ms, tick.price, tick.size, tick.sequence) == (1_790_358_506_844, None, None, None)
    assert (tick.bid, tick.ask, tick.high_24h, tick.low_24h) == (83744.2, 83744.3, 85247.4, 83163.6)
    assert tick.open_24h == 84173.6


def test_a_volume_in_units_becomes_one_in_money() -> None:
    (tick,) = read(raw(days(DAY)))
    assert tick.volume_24h == 3156.5 * 84174.5


def test_a_ticker_without_a_time_or_with_zeros_for_nothing_says_so() -> None:
    row = {"symbol": "BTC/USD", "bid": 0, "ask": 0.0, "last": 0.0, "volume": 0.0, "vwap": 0.0, "change": 0.0}
    (tick,) = read(raw(days(row)))
    assert (tick.event_ms, tick.bid, tick.ask, tick.open_24h, tick.volume_24h) == (None,) * 5
    (tick,) = read(raw(days({"symbol": "BTC/USD", "bid": None})))
    assert (tick.bid, tick.ask, tick.open_24h, tick.volume_24h) == (None,) * 4


def test_of_the_first_snapshot_only_the_newest_trade_counts() -> None:
    assert numbers(read(raw(trades(*numbered(7, 9, 8), kind="snapshot")))) == [9]


def test_of_a_later_snapshot_what_was_missed_counts_oldest_first() -> None:
    reader = a_reader()
    reader.read(raw(trades(*numbered(10))), 1)
    assert numbers(reader.read(raw(trades(*numbered(13, 12, 11, 10, 9), kind="snapshot")), 2)) == [
        10, 11, 12, 13,
    ]  # fmt: skip
    assert numbers(reader.read(raw(trades(*numbered(13, 12), kind="snapshot")), 3)) == [13]


def test_what_was_seen_is_known_after_other_symbols_are_expected() -> None:
    reader = a_reader()
    reader.read(raw(trades(*numbered(10))), 1)
    reader.expect([Subscription(ETH, "ETH/USD"), Subscription(BTC, "BTC/USD")])
    assert numbers(reader.read(raw(trades(*numbered(10, 11, 12), kind="snapshot")), 2)) == [10, 11, 12]


def test_a_snapshot_of_a_venue_that_counts_anew_is_as_the_first() -> None:
    reader = a_reader()
    reader.read(raw(trades(*numbered(1000))), 1)
    assert numbers(reader.read(raw(trades(*numbered(1, 2, 3), kind="snapshot")), 2)) == [3]


def test_a_snapshot_of_several_symbols_is_taken_apart() -> None:
    reader = a_reader()
    reader.read(raw(trades(*numbered(4))), 1)
    both = numbered(3, 4, 5) + numbered(80, 81, symbol="ETH/USD")
    said: Any = reader.read(raw(trades(*both, kind="snapshot")), 2)
    assert [(tick.instrument, tick.sequence) for tick in said] == [(BTC, 4), (BTC, 5), (ETH, 81)]


@pytest.mark.parametrize("message", [{"channel": "heartbeat"}, {"method": "pong", "req_id": 2}])
def test_a_heartbeat_and_the_answer_to_a_ping_are_signs_of_life(message: object) -> None:
    assert read(raw(message)) == Notice(is_heartbeat=True)


def test_the_first_frame_is_nothing_though_its_number_is_unsigned() -> None:
    assert read(raw(STATUS)) == ()


@pytest.mark.parametrize(
    ("system", "refused"),
    [("cancel_only", None), ("post_only", None), ("maintenance", "the venue is in maintenance")],
)
def test_only_maintenance_stops_the_data(system: str, refused: str | None) -> None:
    said = read(raw({**STATUS, "data": [{**STATUS["data"][0], "system": system}]}))
    assert said == (Notice(refused=refused) if refused else ())


@pytest.mark.parametrize(
    "message",
    [
        ACK,
        {"channel": "ohlc", "type": "update", "data": [{"symbol": "BTC/USD", "open": 5}]},
        {"channel": "book", "type": "snapshot", "data": 5},
        {"channel": "something_new", "price": 5},
        {"method": "unsubscribe", "success": True, "result": {"channel": "ticker", "symbol": "BTC/USD"}},
        {"method": "unsubscribe", "success": False, "error": "Subscription Not Found"},
    ],
)
def test_acknowledgements_and_what_is_not_ours_are_nothing(message: object) -> None:
    assert read(raw(message)) == ()


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (REJECT, "Currency pair not supported NO/USD"),
        (
            {**REJECT, "error": "Currency pair not supported XBT/USD", "symbol": "XBT/USD"},
            "Currency pair not supported XBT/USD; here it is BTC/USD",
        ),
        (
            {**REJECT, "error": "Currency pair not supported XDG/XBT", "symbol": "XDG/XBT"},
            "Currency pair not supported XDG/XBT; here it is DOGE/BTC",
        ),
        ({"error": "Exceeded msg rate\x1b[2J", "success": False}, "Exceeded msg rate"),
        ({"error": "x" * 500, "method": "subscribe", "success": False}, "x" * 120),
    ],
)
def test_a_rejected_symbol_is_named_in_safe_words_and_with_the_name_that_is_known(
    message: object, words: str
) -> None:
    assert read(raw(message)) == Notice(refused=words)


def test_one_rejected_symbol_is_no_matter_to_the_others() -> None:
    reader = a_reader()
    assert reader.read(raw(REJECT), 1) == Notice(refused=REJECT["error"])
    assert reader.read(raw(ACK), 1) == ()
    assert numbers(reader.read(raw(trades(TRADE)), 1)) == [109116693]


@pytest.mark.parametrize("symbol", ["XBT/USD", "btc/usd", "NO/USD"])
def test_symbols_that_nobody_asked_for_are_named_as_such(symbol: str) -> None:
    assert bad(raw(trades({**TRADE, "symbol": symbol}))) is BadFrame.UNKNOWN_SYMBOL
    assert bad(raw(days({**DAY, "symbol": symbol}))) is BadFrame.UNKNOWN_SYMBOL


@pytest.mark.parametrize(
    "message",
    [
        trades({**TRADE, "price": "83744.3"}),
        trades({**TRADE, "price": None}),
        trades({**TRADE, "trade_id": "5"}),
        trades({**TRADE, "trade_id": -1}),
        trades({**TRADE, "trade_id": 2**64}),
        trades({**TRADE, "timestamp": "yesterday"}),
        trades({**TRADE, "timestamp": 1_790_358_506.844}),
        trades({key: value for key, value in TRADE.items() if key != "qty"}),
        trades({key: value for key, value in TRADE.items() if key != "symbol"}),
        days({**DAY, "bid": "83744.2"}),
        days({**DAY, "timestamp": "2026-09-25"}),
        {"channel": "trade", "type": "update", "data": {}},
        {"channel": "ticker"},
        {"channel": "status", "data": 5},
        {"channel": 5},
        {"method": 5},
        {"no": "channel"},
        [],
        [321, {"a": ["1", "1", "1"]}, "ticker", "XBT/USD"],
        5,
        None,
    ],
)
def test_messages_of_another_shape_are_counted(message: object) -> None:
    assert bad(raw(message)) is BadFrame.WRONG_SHAPE


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (raw(trades(TRADE))[:-9], BadFrame.NOT_JSON),
        (raw(trades(TRADE)) * 2, BadFrame.NOT_JSON),
        (raw(trades(TRADE)).replace(b"83744.3", b"NaN"), BadFrame.NOT_JSON),
        (b'{"channel":"\xff"}', BadFrame.NOT_TEXT),
        *NO_MESSAGES,
    ],
)
def test_frames_that_are_no_messages_are_told_apart(frame: bytes, reason: BadFrame) -> None:
    assert bad(frame) is reason


@given(st.sampled_from([DAY, TRADE]), st.sampled_from(["ticker", "trade"]), st.data())
def test_no_value_anywhere_makes_the_reader_raise(
    row: dict[str, Any], channel: str, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(row)))
    kind = data.draw(st.sampled_from(["snapshot", "update"]))
    said = read(raw({"channel": channel, "type": kind, "data": [{**row, name: data.draw(JSON)}]}))
    assert isinstance(said, Notice) or all(isinstance(tick, Tick) for tick in said)
