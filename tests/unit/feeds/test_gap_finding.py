from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.feeds.interruptions import Interruptions
from rtp_tui.feeds.minute_grid import Cadence, missing_spans, open_minutes, spans_of
from rtp_tui.feeds.missed import Miss, Misses
from rtp_tui.feeds.trade_numbers import TradeNumbers
from rtp_tui.model.gaps import GapCause
from rtp_tui.processing.deduplication import Jump
from tests.factories import BTC, NOW_MS

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
FEED = "binance:BTCUSDT"
FAST = Cadence(5_000)


def always(start_ms: int, end_ms: int) -> int:
    return end_ms - start_ms


def within(first_ms: int, last_ms: int) -> Callable[[int, int], int]:
    return lambda start_ms, end_ms: max(0, min(end_ms, last_ms) - max(start_ms, first_ms))


def test_minutes_without_a_bar_are_missing() -> None:
    known = {0, MINUTE, 4 * MINUTE}
    assert missing_spans(0, 6 * MINUTE, known, always, FAST) == [
        (2 * MINUTE, 4 * MINUTE),
        (5 * MINUTE, 6 * MINUTE),
    ]


def test_nothing_is_missing_while_a_market_is_closed_or_opens_within_a_minute() -> None:
    session = within(2 * MINUTE + 1, 5 * MINUTE)
    assert missing_spans(0, 9 * MINUTE, set(), session, FAST) == [(3 * MINUTE, 5 * MINUTE)]


def test_a_feed_that_is_asked_every_minute_may_miss_one_and_not_two() -> None:
    slow = Cadence(60_000)
    known = {0, 2 * MINUTE, 5 * MINUTE}
    assert missing_spans(0, 6 * MINUTE, known, always, slow) == [(3 * MINUTE, 5 * MINUTE)]


def test_a_feed_that_speaks_more_seldom_owes_no_bar_a_minute() -> None:
    assert missing_spans(0, 60 * MINUTE, {0}, always, Cadence(90_000)) == []


def test_prices_that_are_told_late_are_not_missing_yet() -> None:
    polled = Cadence(30_000, is_polled=True)
    assert missing_spans(0, 30 * MINUTE, {0, 3 * MINUTE}, always, polled) == [(MINUTE, 3 * MINUTE)]


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 90)), max_size=5), st.integers(0, 400))
def test_open_minutes_are_those_that_lie_within_a_session(sessions: list[tuple[int, int]], end: int) -> None:
    minutes = {minute for start, length in sessions for minute in range(start, start + length)}

    def open_ms(start_ms: int, end_ms: int) -> int:
        return MINUTE * sum(start_ms <= minute * MINUTE < end_ms for minute in minutes)

    expected = [minute * MINUTE for minute in sorted(minutes) if minute < end]
    assert list(open_minutes(0, end * MINUTE, open_ms)) == expected
    assert [m for start, stop in spans_of(expected) for m in range(start, stop, MINUTE)] == expected


def a_jump(low: int = 5, high: int = 7, feed: str = FEED, received_ms: int = NOW_MS) -> Jump:
    return Jump(BTC, feed, low, high, received_ms - 900, received_ms - 50, received_ms - 850, received_ms)


class Numbers:
    """Suspects, of which those in `missing` never come."""

    def __init__(self) -> None:
        self.missing: set[int] = set()
        self.numbers = TradeNumbers(
            lambda feed: feed == FEED,
            lambda jump: any(number in self.missing for number in range(jump.low, jump.high + 1)),
        )


def test_numbers_that_never_come_are_told_after_their_grace_and_once() -> None:
    bench = Numbers()
    bench.missing = {6}
    bench.numbers.note([a_jump()])
    assert bench.numbers.due(NOW_MS + 4_999) == []
    assert bench.numbers.due(NOW_MS + 5_000) == [a_jump()]
    assert bench.numbers.due(NOW_MS + 9_000) == []


def test_trades_that_were_only_late_are_no_gap() -> None:
    bench = Numbers()
    bench.numbers.note([a_jump()])
    assert bench.numbers.due(NOW_MS + 60_000) == []


def test_numbers_of_a_venue_that_leaves_some_out_say_nothing() -> None:
    bench = Numbers()
    bench.missing = {6}
    bench.numbers.note([a_jump(feed="other:BTC")])
    assert bench.numbers.due(NOW_MS + 60_000) == []


def test_a_venue_that_counts_anew_left_nothing_out() -> None:
    bench = Numbers()
    bench.missing = {6}
    bench.numbers.note([a_jump(high=2_000_000)])
    assert bench.numbers.due(NOW_MS + 60_000) == []


def test_what_was_traded_while_the_feed_was_cut_off_is_not_told_twice() -> None:
    bench = Numbers()
    bench.missing = {6}
    bench.numbers.note([a_jump(), a_jump(received_ms=NOW_MS + 3_000)])
    bench.numbers.note_cut(Miss(BTC, FEED, NOW_MS - 850, NOW_MS - 100))
    assert bench.numbers.due(NOW_MS + 60_000) == [a_jump(received_ms=NOW_MS + 3_000)]


def test_a_look_that_comes_late_shows_that_we_did_not_run() -> None:
    seen = Interruptions()
    assert seen.look(NOW_MS, 100) is None
    assert seen.look(NOW_MS + 1_000, 101) is None
    assert seen.look(NOW_MS + 61_000, 161) == (NOW_MS + 1_000, NOW_MS + 61_000)
    assert seen.cause("binance", NOW_MS, NOW_MS + MINUTE) is GapCause.CLOCK


@pytest.mark.parametrize("step_ms", [-DAY, 3_600_000, DAY])
def test_a_clock_that_is_set_is_no_pause(step_ms: int) -> None:
    seen = Interruptions()
    seen.look(NOW_MS, 100)
    assert seen.look(NOW_MS + step_ms, 101) is None
    assert seen.look(NOW_MS + step_ms + 1_000, 102) is None
    assert seen.cause("binance", NOW_MS - MINUTE, NOW_MS) is GapCause.UNKNOWN


def test_minutes_while_the_feed_was_down_are_a_disconnect() -> None:
    seen = Interruptions()
    seen.note_feed("binance", NOW_MS, is_up=True)
    seen.note_feed("binance", NOW_MS + MINUTE, is_up=False)
    assert seen.cause("binance", NOW_MS, NOW_MS + MINUTE) is GapCause.UNKNOWN
    assert seen.cause("binance", NOW_MS, NOW_MS + 2 * MINUTE) is GapCause.DISCONNECT
    seen.note_feed("binance", NOW_MS + 3 * MINUTE, is_up=True)
    assert seen.cause("binance", NOW_MS + 2 * MINUTE, NOW_MS + 3 * MINUTE) is GapCause.DISCONNECT
    assert seen.cause("binance", NOW_MS + 3 * MINUTE, NOW_MS + 4 * MINUTE) is GapCause.UNKNOWN
    assert seen.cause("other", NOW_MS + 2 * MINUTE, NOW_MS + 3 * MINUTE) is GapCause.UNKNOWN


def test_of_too_many_notes_the_oldest_are_given_up() -> None:
    misses = Misses(limit=2)
    for number in range(3):
        misses.note(Miss(BTC, FEED, number, NOW_MS))
    assert [miss.since_ms for miss in misses.take()] == [1, 2]
    assert (misses.take(), misses.dropped) == ([], 1)
