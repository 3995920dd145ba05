import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BadFrame, Tick, TickKind
from rtp_tui.sources.contract import Notice, Subscription
from rtp_tui.sources.dhan_frames import FrameReader, price_of
from rtp_tui.sources.dhan_securities import Security, SecurityIds

NOW_MS = 1_737_608_401_000
HDFC = Subscription(InstrumentId("stocks:HDFCBANK"), "HDFCBANK")
MM = Subscription(InstrumentId("stocks:M&M"), "M&M")
NIFTY = Subscription(InstrumentId("index:NIFTY"), "IDX_I/13")
UNKNOWN = Subscription(InstrumentId("stocks:GONE"), "GONE")
IDS = SecurityIds({"HDFCBANK": Security("NSE_EQ", 1333), "M&M": Security("NSE_EQ", 2031)})
TRADED_S = 1_737_628_200
"""2025-01-23 10:30 in India, as packets write it."""
DAY_S = 86_400


def quote(price: float = 1650.05, volume: int = 100, security: int = 1333, at_s: int = TRADED_S) -> bytes:
    figures = (price, 7, at_s, 1648.0, volume, 2, 3, 1641.0, 1642.2, 1655.9, 1636.0)
    return struct.pack("<BHBIfHIfIIIffff", 4, 50, 1, security, *figures)


def ticker(price: float = 1650.0, segment: int = 1, security: int = 1333, at_s: int = TRADED_S) -> bytes:
    return struct.pack("<BHBIfI", 2, 16, segment, security, price, at_s)


def previous_close(price: float, security: int = 1333) -> bytes:
    return struct.pack("<BHBIfI", 6, 16, 1, security, price, 0)


def disconnect(reason: int) -> bytes:
    return struct.pack("<BHBIH", 50, 10, 0, 0, reason)


@pytest.fixture
def reader() -> FrameReader:
    reader = FrameReader("dhan", 1_000, IDS)
    reader.expect([HDFC, MM, NIFTY])
    reader.begin()
    return reader


def ticks(reader: FrameReader, frame: bytes) -> list[Tick]:
    said = reader.read(frame, NOW_MS)
    assert not isinstance(said, Notice), said
    return list(said)


def notice(reader: FrameReader, frame: str | bytes) -> Notice:
    said = reader.read(frame, NOW_MS)
    assert isinstance(said, Notice), said
    return said


def test_times_are_the_wall_clock_of_india_and_become_utc(reader: FrameReader) -> None:
    (tick,) = ticks(reader, quote())
    assert tick.event_ms == 1_737_608_400_000  # 2025-01-23T05:00:00Z


def test_a_quote_tells_price_range_and_turnover(reader: FrameReader) -> None:
    (tick,) = ticks(reader, quote())
    assert (tick.instrument, tick.feed, tick.price) == (HDFC.instrument, "dhan:HDFCBANK", 1650.05)
    assert (tick.high_24h, tick.low_24h, tick.volume_24h) == (1655.9, 1636.0, 100 * 1648.0)


def test_the_first_quote_repeats_what_was_and_later_ones_trade_what_the_days_volume_grew(
    reader: FrameReader,
) -> None:
    told = [
        *ticks(reader, quote(volume=100)),
        *ticks(reader, quote(volume=130)),
        *ticks(reader, quote(volume=130)),
    ]
    assert [(tick.kind, tick.size) for tick in told] == [
        (TickKind.QUOTE, None),
        (TickKind.TRADE, 30.0),
        (TickKind.QUOTE, None),
    ]


def test_a_new_day_counts_from_nothing(reader: FrameReader) -> None:
    ticks(reader, quote(volume=4_000))
    (tick,) = ticks(reader, quote(volume=25, at_s=TRADED_S + DAY_S))
    assert (tick.kind, tick.size) == (TickKind.TRADE, 25.0)


def test_a_new_day_that_is_first_heard_of_late_counts_from_nothing_too(reader: FrameReader) -> None:
    ticks(reader, quote(volume=4_000))
    (tick,) = ticks(reader, quote(volume=4_100, at_s=TRADED_S + DAY_S))
    assert (tick.kind, tick.size) == (TickKind.TRADE, 4_100.0)


def test_a_smaller_volume_of_the_same_day_is_late_and_nothing_of_it_is_counted_twice(
    reader: FrameReader,
) -> None:
    """While one connection takes over from another both are read, and one of them lags."""
    told = [tick for volume in (1_000, 995, 1_000, 1_010) for tick in ticks(reader, quote(volume=volume))]
    assert [tick.size for tick in told] == [None, None, None, 10.0]


def test_after_a_reconnect_volume_is_not_taken_for_one_trade(reader: FrameReader) -> None:
    ticks(reader, quote(volume=100))
    reader.begin()
    (tick,) = ticks(reader, quote(volume=9_000))
    assert tick.kind is TickKind.QUOTE


def test_what_was_counted_is_kept_when_more_is_expected(reader: FrameReader) -> None:
    ticks(reader, quote(volume=100))
    reader.expect([HDFC])
    (tick,) = ticks(reader, quote(volume=110))
    assert tick.size == 10.0


def test_a_ticker_is_a_sample_after_the_first(reader: FrameReader) -> None:
    told = [*ticks(reader, ticker(1650.0)), *ticks(reader, ticker(1651.0))]
    assert [(tick.kind, tick.price) for tick in told] == [(TickKind.QUOTE, 1650.0), (TickKind.POLL, 1651.0)]


def test_an_index_has_no_time_of_its_own(reader: FrameReader) -> None:
    (tick,) = ticks(reader, ticker(23_205.35, segment=0, security=13, at_s=5))
    assert (tick.instrument, tick.price, tick.event_ms) == (NIFTY.instrument, 23_205.35, None)


def test_the_last_snapshot_replayed_on_a_weekend_keeps_its_old_time(reader: FrameReader) -> None:
    said = reader.read(quote(), NOW_MS + 3 * 86_400_000)
    assert not isinstance(said, Notice)
    (tick,) = said
    assert tick.kind is TickKind.QUOTE
    assert (tick.event_ms, tick.received_ms) == (1_737_608_400_000, NOW_MS + 3 * 86_400_000)


@pytest.mark.parametrize("frame", [quote(0.0), ticker(0.0), previous_close(0.0)])
def test_a_price_of_zero_is_none(reader: FrameReader, frame: bytes) -> None:
    assert ticks(reader, frame) == []


def test_a_time_of_zero_is_none(reader: FrameReader) -> None:
    (tick,) = ticks(reader, ticker(at_s=0))
    assert tick.event_ms is None


def test_the_close_before_comes_by_itself(reader: FrameReader) -> None:
    (tick,) = ticks(reader, previous_close(1642.2))
    assert (tick.price, tick.previous_close, tick.event_ms) == (None, 1642.2, None)


def test_a_symbol_with_an_ampersand_is_one_like_others(reader: FrameReader) -> None:
    (tick,) = ticks(reader, quote(3_340.15, security=2031))
    assert (tick.instrument, tick.feed, tick.price) == (MM.instrument, "dhan:M&M", 3_340.15)


@pytest.mark.parametrize(
    "price", [0.05, 1.1, 99.95, 418.35, 1_650.05, 16_499.99, 99_999.95, 130_999.99, 131_072.05, 145_678.95]
)
def test_the_noise_of_32_bits_is_rounded_away(price: float) -> None:
    (noisy,) = struct.unpack("<f", struct.pack("<f", price))
    assert price_of(noisy) == price


def test_rates_of_currencies_keep_finer_steps() -> None:
    (noisy,) = struct.unpack("<f", struct.pack("<f", 84.2025))
    assert price_of(noisy, 4) == 84.2025


def test_figures_that_are_none_are_left_to_who_judges_observations(reader: FrameReader) -> None:
    (tick,) = ticks(reader, quote(math.nan))
    assert tick.price is not None
    assert math.isnan(tick.price)
    assert price_of(math.inf) == math.inf


def test_several_packets_of_a_frame_are_all_read(reader: FrameReader) -> None:
    told = ticks(reader, quote() + previous_close(1642.2) + quote(3_340.0, security=2031))
    assert [tick.instrument for tick in told] == [HDFC.instrument, HDFC.instrument, MM.instrument]


def test_a_truncated_tail_is_counted_and_what_came_before_it_is_kept(reader: FrameReader) -> None:
    assert notice(reader, quote() + quote()[:20]) == Notice(bad=BadFrame.WRONG_SHAPE)
    told = ticks(reader, quote(3_340.0, security=2031))
    assert [tick.instrument for tick in told] == [HDFC.instrument, MM.instrument]


def test_a_packet_nobody_asked_for_is_counted(reader: FrameReader) -> None:
    assert notice(reader, quote(security=77)).bad is BadFrame.UNKNOWN_SYMBOL
    assert notice(reader, ticker(segment=6)).bad is BadFrame.UNKNOWN_SYMBOL


def test_text_and_frames_without_end_are_counted(reader: FrameReader) -> None:
    assert notice(reader, "{}").bad is BadFrame.WRONG_SHAPE
    assert notice(reader, b"\0" * 1_001).bad is BadFrame.TOO_BIG


def test_a_status_of_the_market_is_no_observation(reader: FrameReader) -> None:
    assert ticks(reader, struct.pack("<BHBI", 7, 8, 1, 0)) == []


@pytest.mark.parametrize(("reason", "closing"), [(805, False), (807, True), (806, True), (999, True)])
def test_a_farewell_says_why_and_one_of_too_many_is_not_replaced_at_once(
    reader: FrameReader, reason: int, closing: bool
) -> None:
    said = notice(reader, disconnect(reason))
    assert said.refused is not None
    assert said.refused.startswith(f"{reason}: ")
    assert said.closing is closing
    assert reader.ended_by == reason


def test_symbols_without_a_number_are_named_on_each_connection_and_others_go_on() -> None:
    reader = FrameReader("dhan", 1_000, IDS)
    reader.expect([UNKNOWN, HDFC])
    for _ in range(2):
        reader.begin()
        said = notice(reader, quote())
        assert said.refused is not None
        assert "GONE" in said.refused
        assert "security_ids_file" in said.refused
        assert [tick.instrument for tick in ticks(reader, b"")] == [HDFC.instrument]


def test_many_symbols_without_a_number_are_named_in_part() -> None:
    reader = FrameReader("dhan", 1_000, SecurityIds(problem="ids.csv cannot be read: no such file"))
    reader.expect([Subscription(InstrumentId(f"stocks:S{n}"), f"S{n}") for n in range(9)])
    assert reader.is_deaf
    assert "S4 and 4 more: ids.csv cannot be read" in reader.unknown


@given(frames=st.lists(st.one_of(st.binary(max_size=200), st.binary(max_size=100).map(quote().__add__))))
def test_any_bytes_make_observations_or_a_notice(frames: list[bytes]) -> None:
    reader = FrameReader("dhan", 1_000, IDS)
    reader.expect([HDFC, MM, UNKNOWN])
    reader.begin()
    for frame in frames:
        said = reader.read(frame, NOW_MS)
        assert isinstance(said, Notice) or all(isinstance(tick, Tick) for tick in said)
