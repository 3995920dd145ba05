import json
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BadFrame, Tick, TickKind
from rtp_tui.sources.coinbase_advanced_frames import RENEW_EVERY_MS, FrameReader
from rtp_tui.sources.contract import Notice, Subscription
from rtp_tui.sources.frame_sequences import LONGEST_MEMORY, FrameSequences
from tests.factories import BTC, ETH
from tests.odd_frames import JSON, NO_MESSAGES

RECEIVED_MS = 1_786_309_549_000
DAY: dict[str, Any] = {
    "type": "ticker",
    "product_id": "BTC-USD",
    "price": "65000",
    "volume_24_h": "2867.54532609",
    "low_24_h": "64675.22",
    "high_24_h": "65252.99",
    "low_52_w": "57717.55",
    "high_52_w": "126296",
    "price_percent_chg_24_h": "4",
    "best_bid": "65083.66",
    "best_ask": "65083.67",
    "best_bid_quantity": "0.20371215",
    "best_ask_quantity": "0.24290402",
}
TRADE: dict[str, Any] = {
    "product_id": "BTC-USD",
    "trade_id": "1068572091",
    "price": "65083.67",
    "size": "0.01034361",
    "time": "2026-08-09T21:05:48.167634Z",
    "side": "SELL",
}


def a_reader(*symbols: str) -> FrameReader:
    reader = FrameReader("coinbase", 1 << 20, 3)
    wanted = [Subscription(InstrumentId(f"crypto:{one}"), one) for one in symbols]
    reader.expect(wanted or [Subscription(BTC, "BTC-USD"), Subscription(ETH, "eth-usd")])
    return reader


def frame(channel: str, number: int, *events: object) -> bytes:
    envelope = {
        "channel": channel,
        "timestamp": "2026-08-09T21:05:48.228568804Z",
        "sequence_num": number,
        "events": list(events),
    }
    return json.dumps(envelope).encode()


def days(number: int, *rows: dict[str, Any], kind: str = "update") -> bytes:
    return frame("ticker", number, {"type": kind, "tickers": list(rows)})


def trades(number: int, *rows: dict[str, Any], kind: str = "update") -> bytes:
    return frame("market_trades", number, {"type": kind, "trades": list(rows)})


def numbered(*numbers: int, product: str = "BTC-USD") -> list[dict[str, Any]]:
    return [{**TRADE, "product_id": product, "trade_id": str(number)} for number in numbers]


def acknowledged(number: int, **channels: list[str]) -> bytes:
    return frame("subscriptions", number, {"subscriptions": channels})


def read(data: bytes) -> Any:
    return a_reader().read(data, RECEIVED_MS)


def bad(data: bytes) -> BadFrame | None:
    said = read(data)
    return said.bad if isinstance(said, Notice) else None


def ids(said: Any) -> list[int]:
    return [tick.sequence for tick in said]


def test_a_trade_has_its_own_time_and_a_number_that_was_text() -> None:
    assert list(read(trades(0, TRADE))) == [
        Tick(
            kind=TickKind.TRADE,
            instrument=BTC,
            feed="coinbase:BTC-USD",
            event_ms=1_786_309_548_167,
            received_ms=RECEIVED_MS,
            price=65083.67,
            size=0.01034361,
            sequence=1068572091,
        )
    ]


def test_a_ticker_has_the_time_of_its_envelope_and_no_price() -> None:
    (tick,) = read(days(0, DAY))
    assert (tick.kind, tick.instrument, tick.feed) == (TickKind.QUOTE, BTC, "coinbase:BTC-USD")
    assert (tick.event_ms, tick.price, tick.sequence) == (1_786_309_548_228, None, None)
    assert (tick.bid, tick.ask, tick.high_24h, tick.low_24h) == (65083.66, 65083.67, 65252.99, 64675.22)
    assert tick.open_24h == 62500.0


def test_a_volume_in_units_is_not_taken_for_one_in_money() -> None:
    assert read(days(0, DAY))[0].volume_24h is None


def test_a_batched_ticker_without_bid_and_ask_and_one_without_figures_are_read() -> None:
    (tick,) = read(days(0, {"product_id": "BTC-USD", "price": "0", "best_bid": "", "best_ask": "0"}))
    assert (tick.bid, tick.ask, tick.open_24h, tick.high_24h) == (None, None, None, None)
    (tick,) = read(days(0, {**DAY, "price_percent_chg_24_h": "-100"}))
    assert tick.open_24h is None


def test_trades_of_an_update_are_handed_on_oldest_first() -> None:
    assert ids(read(trades(0, *numbered(7, 6, 5)))) == [5, 6, 7]


def test_of_the_first_snapshot_only_the_newest_trade_counts() -> None:
    assert ids(read(trades(0, *numbered(*range(100, 0, -1)), kind="snapshot"))) == [100]


def test_of_a_later_snapshot_what_was_missed_counts_oldest_first() -> None:
    reader = a_reader()
    reader.read(trades(0, *numbered(10)), 1)
    assert ids(reader.read(trades(0, *numbered(13, 12, 11, 10, 9), kind="snapshot"), 2)) == [10, 11, 12, 13]


def test_what_was_seen_is_known_after_other_products_are_expected() -> None:
    reader = a_reader()
    reader.read(trades(0, *numbered(10)), 1)
    reader.expect([Subscription(BTC, "BTC-USD")])
    assert ids(reader.read(trades(0, *numbered(12, 11, 10), kind="snapshot"), 2)) == [10, 11, 12]


def test_the_dollar_book_prices_its_alias_unless_it_is_wanted_itself() -> None:
    reader = a_reader("BTC-USDC")
    (tick,) = reader.read(trades(0, TRADE), 1)  # type: ignore[misc]
    assert (tick.instrument, tick.feed) == ("crypto:BTC-USDC", "coinbase:BTC-USDC")
    reader = a_reader("BTC-USDC", "BTC-USD")
    (tick,) = reader.read(trades(0, TRADE), 1)  # type: ignore[misc]
    assert tick.feed == "coinbase:BTC-USD"


# --- sequence numbers


def test_a_lost_frame_is_counted_and_asks_for_another_connection() -> None:
    reader = a_reader()
    reader.read(trades(0, *numbered(10)), 1)
    assert reader.read(days(2, DAY), 2) == Notice(bad=BadFrame.OUT_OF_SEQUENCE, closing=True)


def test_what_the_frame_after_a_gap_says_is_handed_on_with_the_next() -> None:
    reader = a_reader()
    reader.read(trades(0, *numbered(10)), 1)
    assert isinstance(reader.read(trades(5, *numbered(15)), 2), Notice)
    heartbeat = {"current_time": "2026-08-09 21:05:48.85 +0000 UTC m=+41691.26", "heartbeat_counter": 4}
    assert reader.read(frame("heartbeats", 6, heartbeat), 3) == Notice(is_heartbeat=True)
    assert ids(reader.read(trades(7, *numbered(16)), 4)) == [15, 16]


def test_what_was_lost_comes_with_the_snapshot_of_the_next_connection() -> None:
    reader = a_reader()
    reader.read(trades(0, *numbered(10)), 1)
    reader.read(trades(3, *numbered(13)), 2)
    reader.read(trades(4, *numbered(14)), 3)
    snapshot = trades(0, *numbered(15, 14, 13, 12, 11, 10, 9), kind="snapshot")
    assert ids(reader.read(snapshot, 4)) == [10, 11, 12, 13, 14, 15]
    assert ids(reader.read(trades(1, *numbered(17, 16, 15), kind="snapshot"), 5)) == [15, 16, 17]


def test_a_connection_that_goes_on_losing_frames_is_not_replaced_all_the_time() -> None:
    reader = a_reader()
    reader.read(frame("heartbeats", 0), 0)
    closings = []
    for second in range(100):
        said = reader.read(frame("heartbeats", 2 * second + 2), second * 1000)
        assert isinstance(said, Notice)
        assert said.bad is BadFrame.OUT_OF_SEQUENCE
        closings.append(said.closing)
    assert closings.count(True) == -(-100_000 // RENEW_EVERY_MS)


def test_frames_that_are_lost_again_and_again_hold_nothing_back_for_long() -> None:
    reader, told = a_reader(), []
    reader.read(trades(0, *numbered(1)), 0)
    for number in range(2, 100):
        said = reader.read(trades(2 * number, *numbered(number)), 0)
        told += [] if isinstance(said, Notice) else ids(said)
    assert told == list(range(2, 100))


def test_channels_that_are_not_ours_are_numbered_too() -> None:
    reader = a_reader()
    reader.read(trades(0, TRADE), 1)
    assert reader.read(frame("l2_data", 1, {"type": "snapshot", "updates": 5}), 1) == ()
    assert reader.read(frame("candles", 2, 5), 1) == ()
    assert ids(reader.read(trades(3, TRADE), 1)) == [1068572091]


def test_connections_are_counted_apart_though_frames_do_not_name_them() -> None:
    sequences = FrameSequences()
    both = [0, 1, 2, 0, 3, 1, 4, 2, 3, 5]
    assert not any(sequences.skips(number) for number in both)
    assert sequences.skips(7)
    assert not sequences.skips(4)
    assert not sequences.skips(8)
    assert not sequences.skips(2), "a late frame is none that is missing"


def test_what_is_remembered_of_connections_is_bounded() -> None:
    sequences = FrameSequences()
    for start in range(10 * LONGEST_MEMORY):
        sequences.skips(0)
        sequences.skips(start + 2)
    assert len(sequences._expected) <= LONGEST_MEMORY


@given(st.sets(st.integers(1, 60), max_size=20))
def test_each_hole_of_one_connection_is_told_once(missing: set[int]) -> None:
    sequences = FrameSequences()
    came = [number for number in range(62) if number not in missing]
    holes = sum(number in missing and number - 1 not in missing for number in range(1, 61))
    assert sum(sequences.skips(number) for number in came) == holes


# --- acknowledgements and refusals


def test_a_product_that_is_absent_from_the_acknowledgement_is_named() -> None:
    reader, number = a_reader("BTC-USD", "btc-usd2", "NO-USD"), count()
    assert reader.read(acknowledged(next(number), heartbeats=["heartbeats"]), 1) == ()
    assert reader.read(acknowledged(next(number), ticker=["BTC-USD"]), 1) == ()
    said = reader.read(acknowledged(next(number), ticker=["BTC-USD"], market_trades=["BTC-USD"]), 1)
    assert said == Notice(refused="not acknowledged: BTC-USD2, NO-USD")


def test_products_of_another_connection_are_not_missed_in_an_acknowledgement() -> None:
    names = [f"C{n}-USD" for n in range(6)]
    reader = a_reader(*names)
    assert reader.read(acknowledged(0, market_trades=names[3:]), 1) == ()
    assert reader.read(acknowledged(0, market_trades=names[:2]), 1) == Notice(
        refused="not acknowledged: C2-USD"
    )


def test_an_alias_is_acknowledged_by_either_name() -> None:
    assert a_reader("BTC-USDC").read(acknowledged(0, market_trades=["BTC-USD"]), 1) == ()


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"type": "error", "message": "authentication failure"}, "authentication failure"),
        ({"type": "error", "message": "slow\x1b[2J down"}, "slow down"),
        ({"type": "error", "message": "x" * 500}, "x" * 160),
    ],
)
def test_an_error_is_a_refusal_in_safe_words(message: object, words: str) -> None:
    assert read(json.dumps(message).encode()) == Notice(refused=words)


@pytest.mark.parametrize(
    "data", [trades(0, {**TRADE, "product_id": "NO-USD"}), days(0, {**DAY, "product_id": "X"})]
)
def test_products_that_nobody_asked_for_are_named_as_such(data: bytes) -> None:
    assert bad(data) is BadFrame.UNKNOWN_SYMBOL


@pytest.mark.parametrize(
    "data",
    [
        trades(0, {**TRADE, "price": "abc"}),
        trades(0, {**TRADE, "price": ""}),
        trades(0, {**TRADE, "price": 65083.67}),
        trades(0, {**TRADE, "trade_id": 5}),
        trades(0, {**TRADE, "trade_id": "-5"}),
        trades(0, {**TRADE, "trade_id": "9" * 30}),
        trades(0, {**TRADE, "trade_id": "a5"}),
        trades(0, {**TRADE, "time": "yesterday"}),
        trades(0, {key: value for key, value in TRADE.items() if key != "size"}),
        days(0, {**DAY, "best_bid": 5}),
        days(0, {**DAY, "best_bid": "abc"}),
        days(0, {**DAY, "price_percent_chg_24_h": "much"}),
        frame("ticker", 0, {"type": "update"}),
        frame("ticker", 0, 5),
        frame("market_trades", -1),
        frame("subscriptions", 0, {"subscriptions": {"ticker": "BTC-USD"}}),
        frame("market_trades", 2**64),
        b'{"channel":"ticker"}',
        b'{"channel":5}',
        b'{"no":"channel"}',
        b"[]",
        b"5",
        b"null",
    ],
)
def test_messages_of_another_shape_are_counted(data: bytes) -> None:
    assert bad(data) is BadFrame.WRONG_SHAPE


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (trades(0, TRADE)[:-9], BadFrame.NOT_JSON),
        (trades(0, TRADE) * 2, BadFrame.NOT_JSON),
        (b'{"channel":"\xff"}', BadFrame.NOT_TEXT),
        *NO_MESSAGES,
    ],
)
def test_frames_that_are_no_messages_are_told_apart(data: bytes, reason: BadFrame) -> None:
    assert bad(data) is reason


@given(st.sampled_from([DAY, TRADE]), st.booleans(), st.data())
def test_no_value_anywhere_makes_the_reader_raise(
    row: dict[str, Any], is_trade: bool, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(row)))
    spoilt = {**row, name: data.draw(JSON)}
    kind = data.draw(st.sampled_from(["snapshot", "update"]))
    said = read((trades if is_trade else days)(data.draw(st.integers(0, 3)), spoilt, kind=kind))
    assert isinstance(said, Notice) or all(isinstance(tick, Tick) for tick in said)
