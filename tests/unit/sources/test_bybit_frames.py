import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.market import BadFrame, Tick, TickKind
from rtp_tui.sources.bybit_frames import FrameReader
from rtp_tui.sources.contract import Notice, Subscription
from tests.factories import BTC, ETH
from tests.odd_frames import JSON, NO_MESSAGES

RECEIVED_MS = 1_786_310_822_000
AT_MS = 1_786_310_821_917
FILL: dict[str, Any] = {
    "i": "2280000001739247417", "T": AT_MS, "p": "1923.28", "v": "0.04537", "S": "Sell",
    "seq": 178477362706, "s": "BTCUSDT", "BT": False, "RPI": False,
}  # fmt: skip
FIGURES = {
    "symbol": "BTCUSDT", "lastPrice": "65140.5", "highPrice24h": "65305.6", "lowPrice24h": "64727.9",
    "prevPrice24h": "65045.3", "volume24h": "2953.83", "turnover24h": "191907024.69",
    "price24hPcnt": "0.0015", "usdIndexPrice": "65091.45",
}  # fmt: skip
TOP = {"s": "BTCUSDT", "b": [["65140.4", "0.88"]], "a": [["65140.5", "0.31"]], "u": 62505425, "seq": 5}


def a_reader() -> FrameReader:
    reader = FrameReader("bybit", 1 << 20)
    reader.expect([Subscription(BTC, "BTCUSDT"), Subscription(ETH, "ethusdt")])
    return reader


def pushed(topic: str, data: object, kind: str = "snapshot", at_ms: object = AT_MS) -> bytes:
    return raw({"topic": topic, "ts": at_ms, "type": kind, "data": data})


def raw(message: object) -> bytes:
    return json.dumps(message).encode()


def read(frame: str | bytes) -> Any:
    return a_reader().read(frame, RECEIVED_MS)


def bad(frame: str | bytes) -> BadFrame | None:
    said = read(frame)
    return said.bad if isinstance(said, Notice) else None


def test_a_trade_has_its_own_time_and_number() -> None:
    assert list(read(pushed("publicTrade.BTCUSDT", [FILL]))) == [
        Tick(
            kind=TickKind.TRADE,
            instrument=BTC,
            feed="bybit:BTCUSDT",
            event_ms=AT_MS,
            received_ms=RECEIVED_MS,
            price=1923.28,
            size=0.04537,
            sequence=2_280_000_001_739_247_417,
        )
    ]


def test_all_fills_of_a_frame_are_read_though_they_share_a_cross_sequence() -> None:
    fills = [{**FILL, "i": str(number), "v": f"{number}"} for number in range(1, 47)]
    ticks = read(pushed("publicTrade.BTCUSDT", fills))
    assert [(tick.sequence, tick.size) for tick in ticks] == [(n, float(n)) for n in range(1, 47)]


def test_a_fill_of_a_contract_has_a_name_and_no_number() -> None:
    (tick,) = read(pushed("publicTrade.BTCUSDT", [{**FILL, "i": "a9188a0a-82bc-50de-be60-03eedbe3cdd7"}]))
    assert (tick.price, tick.sequence) == (1923.28, None)


def test_a_ticker_of_spot_gives_figures_of_24_hours_in_money_and_neither_price_nor_spread() -> None:
    (tick,) = read(pushed("tickers.BTCUSDT", FIGURES))
    assert (tick.kind, tick.instrument, tick.feed, tick.event_ms) == (
        TickKind.QUOTE,
        BTC,
        "bybit:BTCUSDT",
        AT_MS,
    )
    assert (tick.open_24h, tick.high_24h, tick.low_24h) == (65045.3, 65305.6, 64727.9)
    assert tick.volume_24h == 191907024.69
    assert (tick.price, tick.bid, tick.ask) == (None, None, None)


def test_a_delta_changes_one_side_of_the_spread_and_a_snapshot_forgets_both() -> None:
    reader = a_reader()

    def spread_after(kind: str, **changed: str) -> tuple[float | None, float | None]:
        (tick,) = reader.read(pushed("tickers.BTCUSDT", changed, kind), 1)  # type: ignore[misc]
        return tick.bid, tick.ask

    assert spread_after("snapshot", bid1Price="100", ask1Price="102", prevPrice24h="90") == (100.0, 102.0)
    assert spread_after("delta", bid1Price="101") == (101.0, 102.0)
    assert spread_after("delta", turnover24h="7") == (101.0, 102.0)
    assert spread_after("snapshot", ask1Price="103") == (None, 103.0)
    reader.expect([Subscription(BTC, "BTCUSDT")])
    assert spread_after("delta", bid1Price="99") == (99.0, None)


def test_a_delta_tells_no_figures_that_did_not_change() -> None:
    delta = {"symbol": "BTCUSDT", "bid1Price": "65114.20", "bid1Size": "6.054"}
    (tick,) = read(pushed("tickers.BTCUSDT", delta, "delta"))
    assert (tick.bid, tick.open_24h, tick.volume_24h) == (65114.2, None, None)


def test_a_delta_of_what_we_do_not_show_is_no_observation() -> None:
    assert read(pushed("tickers.BTCUSDT", {"symbol": "BTCUSDT", "markPrice": "61875.06"}, "delta")) == ()


def test_the_top_of_the_book_gives_the_spread() -> None:
    (tick,) = read(pushed("orderbook.1.BTCUSDT", TOP))
    assert (tick.kind, tick.event_ms, tick.bid, tick.ask) == (TickKind.QUOTE, AT_MS, 65140.4, 65140.5)
    assert tick.price is None


@pytest.mark.parametrize("zero", ["0", ""])
def test_a_zero_and_an_empty_text_are_no_value(zero: str) -> None:
    (tick,) = read(pushed("orderbook.1.BTCUSDT", {**TOP, "b": [[zero, "0"]]}))
    assert (tick.bid, tick.ask) == (None, 65140.5)
    (tick,) = read(pushed("tickers.BTCUSDT", {**FIGURES, "turnover24h": zero}))
    assert tick.volume_24h is None


@pytest.mark.parametrize(("side", "spread"), [("b", (None, 65140.5)), ("a", (65140.4, None))])
def test_an_empty_side_of_the_book_is_not_known(side: str, spread: tuple[float | None, float | None]) -> None:
    (tick,) = read(pushed("orderbook.1.BTCUSDT", {**TOP, side: []}))
    assert (tick.bid, tick.ask) == spread


def test_the_symbol_of_a_setting_may_be_written_small() -> None:
    (tick,) = read(pushed("publicTrade.ETHUSDT", [FILL]))
    assert (tick.instrument, tick.feed) == (ETH, "bybit:ethusdt")


@pytest.mark.parametrize(
    "message",
    [
        {"success": True, "ret_msg": "pong", "conn_id": "d9", "op": "ping"},
        {"success": True, "ret_msg": "pong", "conn_id": "d9", "req_id": "", "op": "pong"},
        {"op": "pong", "args": ["1675418560633"], "conn_id": "d9"},
    ],
)
def test_the_answer_to_our_ping_is_a_sign_of_life_in_all_its_forms(message: object) -> None:
    assert read(raw(message)) == Notice(is_heartbeat=True)


@pytest.mark.parametrize("words", ["", "subscribe"])
def test_an_acknowledgement_says_nothing_more(words: str) -> None:
    assert read(raw({"success": True, "ret_msg": words, "conn_id": "d9", "op": "subscribe"})) == ()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Invalid symbol :[tickers.NOPE]", "Invalid symbol :[tickers.NOPE]"),
        ("error:handler not found,topic:gossip.BTCUSDT", "error:handler not found,topic:gossip.BTCUSDT"),
        ("args size >10", "args size >10"),
        ("slow\x1b[2J down", "slow down"),
        ("x" * 500, "x" * 160),
        ("", "a subscription"),
    ],
)
def test_what_does_not_succeed_is_a_refusal_in_safe_words(words: str, told: str) -> None:
    message = {"success": False, "ret_msg": words, "conn_id": "d9", "op": "subscribe"}
    assert read(raw(message)) == Notice(refused=told)


def test_a_partial_acknowledgement_names_what_failed() -> None:
    data = {"failTopics": ["tickers.NO", "tickers.NOPE"], "successTopics": ["tickers.BTCUSDT"]}
    message = {"success": True, "conn_id": "d9", "data": data, "type": "COMMAND_RESP"}
    assert read(raw(message)) == Notice(refused="tickers.NO, tickers.NOPE")
    assert read(raw({**message, "data": {**data, "failTopics": []}})) == ()


@pytest.mark.parametrize(
    "message",
    [
        {"topic": "kline.1.BTCUSDT", "type": "snapshot", "ts": 1, "data": [{"start": 1, "confirm": False}]},
        {"topic": "orderbook.200.BTCUSDT", "type": "delta", "ts": 1, "data": {"b": [], "a": []}},
        {"topic": "liquidation.BTCUSDT", "ts": "soon", "data": "none"},
    ],
)
def test_what_is_not_ours_is_ignored_whatever_its_shape(message: object) -> None:
    assert read(raw(message)) == ()


@pytest.mark.parametrize("symbol", ["NOUSDT", "btcusdt", "BTC-USDT"])
def test_symbols_that_nobody_asked_for_are_named_as_such(symbol: str) -> None:
    assert bad(pushed(f"publicTrade.{symbol}", [FILL])) is BadFrame.UNKNOWN_SYMBOL
    assert bad(pushed(f"tickers.{symbol}", FIGURES)) is BadFrame.UNKNOWN_SYMBOL
    assert bad(pushed(f"orderbook.1.{symbol}", TOP)) is BadFrame.UNKNOWN_SYMBOL


@pytest.mark.parametrize(
    "frame",
    [
        *[
            pushed("publicTrade.BTCUSDT", [{**FILL, **change}])
            for change in (
                {"p": "abc"}, {"p": ""}, {"p": None},  {"v": ""}, {"T": "soon"}, {"T": -1},
                {"T": 2**63}, {"i": ""}, {"i": 5},
            )
        ],
        pushed("publicTrade.BTCUSDT", [{name: FILL[name] for name in ("i", "p", "v")}]),
        pushed("publicTrade.BTCUSDT", FILL),
        pushed("publicTrade.BTCUSDT", None),
        pushed("tickers.BTCUSDT", [FILL]),
        pushed("tickers.BTCUSDT", {**FIGURES, "turnover24h": "much"}),
        pushed("tickers.BTCUSDT", FIGURES, at_ms="soon"),
        pushed("orderbook.1.BTCUSDT", {**TOP, "b": [["x", "1"]]}),
        pushed("orderbook.1.BTCUSDT", {**TOP, "b": [["1"]]}),
        pushed("orderbook.1.BTCUSDT", {"s": "BTCUSDT"}),
        pushed("orderbook.1.BTCUSDT", TOP, "delta"),
        raw({"topic": 5}),
        raw({"success": "yes"}),
        raw({"ret_msg": "hello"}),
        raw({}),
        raw([]),
        raw(5),
        raw(None),
    ],
)  # fmt: skip
def test_messages_of_another_shape_are_counted(frame: bytes) -> None:
    assert bad(frame) is BadFrame.WRONG_SHAPE


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (pushed("tickers.BTCUSDT", FIGURES)[:-9], BadFrame.NOT_JSON),
        (pushed("tickers.BTCUSDT", FIGURES) * 2, BadFrame.NOT_JSON),
        (b'{"topic":"\xff"}', BadFrame.NOT_TEXT),
        *NO_MESSAGES,
    ],
)
def test_frames_that_are_no_messages_are_told_apart(frame: bytes, reason: BadFrame) -> None:
    assert bad(frame) is reason


@given(st.sampled_from([("publicTrade", FILL), ("tickers", FIGURES), ("orderbook.1", TOP)]), st.data())
def test_no_value_anywhere_makes_the_reader_raise(
    message: tuple[str, dict[str, Any]], data: st.DataObject
) -> None:
    topic, row = message
    name = data.draw(st.sampled_from(sorted(row)))
    changed = {**row, name: data.draw(JSON)}
    said = read(pushed(f"{topic}.BTCUSDT", [changed] if topic == "publicTrade" else changed))
    assert isinstance(said, Notice) or all(isinstance(tick, Tick) for tick in said)
