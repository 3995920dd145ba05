import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BadFrame, Tick, TickKind
from rtp_tui.sources.contract import Notice, Subscription
from rtp_tui.sources.okx_frames import FrameReader
from tests.factories import BTC, ETH
from tests.odd_frames import JSON, NO_MESSAGES

RECEIVED_MS = 1_790_358_565_400
SWAP = InstrumentId("futures:BTC-USDT-SWAP")
TRADE = {
    "instId": "BTC-USDT", "tradeId": "1062992715", "px": "83772.6", "sz": "0.0000178", "side": "buy",
    "ts": "1790358565298", "count": "1", "source": "1", "seqId": 81625379835,
}  # fmt: skip
TICKER = {
    "instType": "SPOT", "instId": "BTC-USDT", "last": "83766.8", "lastSz": "0.0000102", "askPx": "83774.2",
    "askSz": "0.25", "bidPx": "83774.1", "bidSz": "0.65", "open24h": "84180.1", "high24h": "85258.8",
    "low24h": "83174.7", "sodUtc0": "84409.9", "sodUtc8": "83800", "volCcy24h": "458903124.05",
    "vol24h": "5449.95", "ts": "1790358564077",
}  # fmt: skip


def a_reader() -> FrameReader:
    reader = FrameReader("okx", 1 << 20)
    reader.expect(
        [
            Subscription(BTC, "BTC-USDT"),
            Subscription(ETH, "eth-usdt"),
            Subscription(SWAP, "BTC-USDT-SWAP"),
        ]
    )
    return reader


def pushed(channel: str, *rows: object, name: str = "BTC-USDT", **others: object) -> bytes:
    return raw({"arg": {"channel": channel, "instId": name}, "data": list(rows), **others})


def raw(message: object) -> bytes:
    return json.dumps(message).encode()


def read(frame: str | bytes) -> Any:
    return a_reader().read(frame, RECEIVED_MS)


def bad(frame: str | bytes) -> BadFrame | None:
    said = read(frame)
    return said.bad if isinstance(said, Notice) else None


def test_a_trade_has_its_own_time_and_number() -> None:
    assert list(read(pushed("trades", TRADE))) == [
        Tick(
            kind=TickKind.TRADE,
            instrument=BTC,
            feed="okx:BTC-USDT",
            event_ms=1_790_358_565_298,
            received_ms=RECEIVED_MS,
            price=83772.6,
            size=0.0000178,
            sequence=1_062_992_715,
        )
    ]


def test_fills_told_together_are_one_trade_of_their_sum_with_the_number_of_the_last() -> None:
    (tick,) = read(pushed("trades", {**TRADE, "count": "7", "sz": "0.5"}))
    assert (tick.size, tick.sequence) == (0.5, 1_062_992_715)


def test_a_trade_of_an_older_protocol_has_no_count_and_is_read_too() -> None:
    old = {name: TRADE[name] for name in ("instId", "tradeId", "px", "sz", "side", "ts")}
    assert read(pushed("trades", old)) == read(pushed("trades", TRADE))


def test_a_number_may_come_without_its_quotes() -> None:
    bare = {**TRADE, "px": 83772.6, "ts": 1_790_358_565_298, "tradeId": 1_062_992_715}
    assert read(pushed("trades", bare)) == read(pushed("trades", TRADE))


def test_several_trades_of_one_frame_are_all_read() -> None:
    ticks = read(pushed("trades", TRADE, {**TRADE, "tradeId": "1062992716", "px": "83772.7"}))
    assert [(tick.sequence, tick.price) for tick in ticks] == [
        (1_062_992_715, 83772.6),
        (1_062_992_716, 83772.7),
    ]


def test_a_ticker_gives_spread_and_figures_of_24_hours_in_money_and_no_price() -> None:
    (tick,) = read(pushed("tickers", TICKER))
    assert (tick.kind, tick.instrument, tick.feed) == (TickKind.QUOTE, BTC, "okx:BTC-USDT")
    assert (tick.event_ms, tick.price, tick.size, tick.sequence) == (1_790_358_564_077, None, None, None)
    assert (tick.bid, tick.ask) == (83774.1, 83774.2)
    assert (tick.open_24h, tick.high_24h, tick.low_24h) == (84180.1, 85258.8, 83174.7)
    assert tick.volume_24h == 458903124.05


def test_a_last_trade_outside_of_bid_and_ask_is_no_bad_data() -> None:
    (tick,) = read(pushed("tickers", {**TICKER, "last": "1"}))
    assert (tick.bid, tick.ask) == (83774.1, 83774.2)


def test_an_empty_text_and_a_zero_are_no_value() -> None:
    (tick,) = read(pushed("tickers", {**TICKER, "bidPx": "", "askPx": "0", "volCcy24h": "0"}))
    assert (tick.bid, tick.ask, tick.volume_24h) == (None, None, None)


def test_contracts_are_taken_neither_for_coins_nor_for_money() -> None:
    (trade,) = read(pushed("trades", {**TRADE, "sz": "7"}, name="BTC-USDT-SWAP"))
    assert (trade.instrument, trade.price, trade.size) == (SWAP, 83772.6, None)
    (ticker,) = read(pushed("tickers", {**TICKER, "instType": "SWAP"}, name="BTC-USDT-SWAP"))
    assert (ticker.bid, ticker.volume_24h) == (83774.1, None)


@pytest.mark.parametrize("pong", ["pong", b"pong"])
def test_the_answer_to_our_ping_is_a_sign_of_life_though_it_is_not_json(pong: str | bytes) -> None:
    assert read(pong) == Notice(is_heartbeat=True)


def test_each_argument_is_acknowledged_and_again_when_it_is_repeated() -> None:
    ack = {"event": "subscribe", "arg": {"channel": "tickers", "instId": "BTC-USDT"}, "connId": "76defc81"}
    reader = a_reader()
    assert [reader.read(raw(ack), 1), reader.read(raw(ack), 2)] == [(), ()]


def test_a_planned_close_is_announced() -> None:
    notice = {"event": "notice", "code": "64008", "msg": "The connection will soon be closed", "connId": "a"}
    assert read(raw(notice)) == Notice(closing=True)
    assert read(raw({**notice, "code": "64999"})) == ()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("60012", 'Invalid request: {"op": "subscribe", "argss":[]}'),
        ("60018", "Subscribe failed, wrong URL or channel:candle1m,instId:NO-USDT doesn't exist."),
        ("64001", "This channel has been migrated to the '/business' URL."),
        ("60014", "slow\x1b[2J down"),
        ("1", "x" * 500),
    ],
)
def test_an_error_is_a_refusal_in_safe_words_with_its_code(code: str, words: str) -> None:
    said = read(raw({"event": "error", "code": code, "msg": words, "connId": "a4d3ae55"}))
    assert said.refused.startswith(f"{code}: {words[:4]}")
    assert len(said.refused) <= 160
    assert "\x1b" not in said.refused


def test_an_error_leaves_what_was_acknowledged_beside_it_alone() -> None:
    reader = a_reader()
    reader.read(raw({"event": "error", "code": "60018", "msg": "NO-USDT doesn't exist"}), 1)
    assert reader.read(pushed("trades", TRADE), 2)


@pytest.mark.parametrize(
    "message",
    [
        {
            "arg": {"channel": "candle1m", "instId": "BTC-USDT"},
            "data": [["1654154580000", "1", "2", "1", "2"]],
        },
        {
            "arg": {"channel": "books", "instId": "BTC-USDT"},
            "action": "snapshot",
            "data": [{"asks": [["1"]]}],
        },
        {"arg": {"channel": "funding-rate", "instId": "BTC-USDT-SWAP"}, "data": [{"ts": 5}]},
        {"event": "channel-conn-count", "channel": "orders", "connCount": "1"},
        {"event": "unsubscribe", "arg": {"channel": "tickers", "instId": "BTC-USDT"}},
    ],
)
def test_what_is_not_ours_is_ignored_whatever_its_shape(message: object) -> None:
    assert read(raw(message)) == ()


@pytest.mark.parametrize("name", ["NO-USDT", "btc-usdt", "BTC-USD"])
def test_instruments_that_nobody_asked_for_are_named_as_such(name: str) -> None:
    assert bad(pushed("trades", TRADE, name=name)) is BadFrame.UNKNOWN_SYMBOL
    assert bad(pushed("tickers", TICKER, name=name)) is BadFrame.UNKNOWN_SYMBOL


@pytest.mark.parametrize(
    "row",
    [
        {**TRADE, "px": "abc"},
        {**TRADE, "px": ""},
        {**TRADE, "px": None},
        {**TRADE, "sz": "much"},
        {**TRADE, "tradeId": ""},
        {**TRADE, "tradeId": "-1"},
        {**TRADE, "tradeId": "9223372036854775808"},
        {**TRADE, "tradeId": "1_0"},
        {**TRADE, "ts": "yesterday"},
        {name: value for name, value in TRADE.items() if name != "px"},
        [],
        5,
        None,
    ],
)
def test_trades_of_another_shape_are_counted(row: object) -> None:
    assert bad(pushed("trades", row)) is BadFrame.WRONG_SHAPE


@pytest.mark.parametrize(
    "message",
    [
        {"arg": {"channel": "tickers", "instId": "BTC-USDT"}, "data": [{**TICKER, "bidPx": "x"}]},
        {"arg": {"channel": "tickers", "instId": "BTC-USDT"}, "data": [{**TICKER, "ts": "x"}]},
        {"arg": {"channel": "tickers", "instId": "BTC-USDT"}, "data": {}},
        {"arg": {"channel": "tickers", "instId": "BTC-USDT"}},
        {"arg": {"channel": "tickers"}, "data": [TICKER]},
        {"arg": {"instId": "BTC-USDT"}, "data": [TICKER]},
        {"arg": "tickers", "data": [TICKER]},
        {"data": [TICKER]},
        {"event": 5},
        {"event": "error", "code": 60012},
        {},
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
        (pushed("trades", TRADE)[:-9], BadFrame.NOT_JSON),
        (pushed("trades", TRADE) * 2, BadFrame.NOT_JSON),
        (b"ping", BadFrame.NOT_JSON),
        (b'{"arg":{"channel":"\xff"}}', BadFrame.NOT_TEXT),
        *NO_MESSAGES,
    ],
)
def test_frames_that_are_no_messages_are_told_apart(frame: bytes, reason: BadFrame) -> None:
    assert bad(frame) is reason


@given(st.sampled_from([("trades", TRADE), ("tickers", TICKER)]), st.data())
def test_no_value_anywhere_makes_the_reader_raise(
    message: tuple[str, dict[str, Any]], data: st.DataObject
) -> None:
    channel, row = message
    name = data.draw(st.sampled_from(sorted(row)))
    said = read(pushed(channel, {**row, name: data.draw(JSON)}))
    assert isinstance(said, Notice) or all(isinstance(tick, Tick) for tick in said)
