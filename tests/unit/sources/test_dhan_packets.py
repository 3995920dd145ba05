"""Packets of invented bytes, field by field; the struct layouts are spelled out again on purpose."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.sources.dhan_packets import (
    Address,
    Disconnect,
    Full,
    MarketStatus,
    OpenInterest,
    PreviousClose,
    Quoted,
    Ticker,
    unpacked,
)

HDFC = Address(1, 1333)
TICKER = struct.pack("<BHBIfI", 2, 16, 1, 1333, 1650.0, 1_737_628_200)
QUOTE = struct.pack(
    "<BHBIfHIfIIIffff", 4, 50, 1, 1333,
    1650.5, 7, 1_737_628_200, 1648.25, 4_021_345, 211_000, 198_500, 1641.0, 1642.25, 1655.75, 1636.0,
)  # fmt: skip
FULL = struct.pack(
    "<BHBIfHIfIIIIIIffff", 8, 162, 1, 1333,
    1650.5, 7, 1_737_628_200, 1648.25, 4_021_345, 211_000, 198_500, 3, 4, 5, 1641.0, 1642.25, 1655.75, 1636.0,
) + b"".join(struct.pack("<IIHHff", 10 + n, 20 + n, n, n + 1, 1650.0 - n, 1651.0 + n) for n in range(5))  # fmt: skip


def test_a_ticker_is_a_price_and_a_time() -> None:
    assert unpacked(TICKER).packets == [Ticker(HDFC, 1650.0, 1_737_628_200)]


def test_a_quote_has_the_close_before_the_high() -> None:
    (quote,) = unpacked(QUOTE).packets
    assert quote == Quoted(
        HDFC, 1650.5, 7, 1_737_628_200, 1648.25, 4_021_345, 211_000, 198_500, 1641.0, 1642.25, 1655.75, 1636.0
    )


def test_a_full_packet_is_a_quote_with_open_interest_and_five_levels() -> None:
    (full,) = unpacked(FULL).packets
    assert isinstance(full, Full)
    assert [full.quoted] == unpacked(QUOTE).packets
    assert (full.open_interest, full.open_interest_high, full.open_interest_low) == (3, 4, 5)
    assert len(full.levels) == 5
    first, last = full.levels[0], full.levels[4]
    assert (first.bid_size, first.ask_size, first.bid_orders, first.ask_orders) == (10, 20, 0, 1)
    assert (first.bid, first.ask, last.bid, last.ask) == (1650.0, 1651.0, 1646.0, 1655.0)


def test_the_smaller_packets() -> None:
    frame = (
        struct.pack("<BHBII", 5, 12, 2, 49_081, 1_234_575)
        + struct.pack("<BHBIfI", 6, 16, 1, 1333, 1642.25, 9)
        + struct.pack("<BHBI", 7, 8, 1, 0)
        + struct.pack("<BHBIH", 50, 10, 0, 0, 805)
    )
    assert unpacked(frame).packets == [
        OpenInterest(Address(2, 49_081), 1_234_575),
        PreviousClose(HDFC, 1642.25, 9),
        MarketStatus(Address(1, 0)),
        Disconnect(805),
    ]


def test_the_length_that_a_packet_states_is_not_believed() -> None:
    wrong = TICKER[:1] + b"\xff\xff" + TICKER[3:]
    assert unpacked(wrong + wrong) == unpacked(TICKER + TICKER)


def test_packets_of_another_kind_are_passed_over() -> None:
    nothing = struct.pack("<BHBI", 0, 8, 0, 0)
    longer = struct.pack("<BHBI", 99, 12, 0, 0) + b"abcd"
    found = unpacked(nothing + TICKER + longer + TICKER)
    assert len(found.packets) == 2
    assert not found.is_truncated


@given(cut=st.integers(1, len(QUOTE) - 1))
def test_what_is_whole_is_read_before_a_tail_that_is_not(cut: int) -> None:
    found = unpacked(TICKER + QUOTE[:cut])
    assert (found.packets, found.is_truncated) == (unpacked(TICKER).packets, True)


@given(frame=st.binary(max_size=400))
def test_any_bytes_can_be_read(frame: bytes) -> None:
    found = unpacked(frame)
    assert len(found.packets) <= len(frame) // 8


@given(code=st.sampled_from([0, 2, 4, 5, 6, 7, 8, 50, 200]), rest=st.binary(min_size=7, max_size=400))
def test_any_bytes_behind_a_known_code_can_be_read(code: int, rest: bytes) -> None:
    unpacked(bytes([code]) + rest)
