"""Which pages of the store a chart asks for, and in which order."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar
from rtp_tui.tui.chart.loading import BARS_A_SPAN, Loading, Phase
from rtp_tui.tui.chart.series import Series
from tests.factories import NOW_MS, a_bar, a_quote
from tests.frozen_bars import page_of

BTC = InstrumentId("crypto:BTC")
MINUTE_MS = 60_000


def stored(minutes_ago: Iterable[int]) -> tuple[Bar, ...]:
    last_ms = NOW_MS // MINUTE_MS * MINUTE_MS
    return tuple(a_bar(open_ms=last_ms - ago * MINUTE_MS) for ago in sorted(minutes_ago, reverse=True))


def load(
    bars: tuple[Bar, ...], loading: Loading, series: Series, rounds: int = 60, now_ms: int = NOW_MS
) -> int:
    """Answer every question of a chart; how many there were."""
    for asked in range(rounds):
        last = series.last
        query = loading.next_query(last.open_ms if last else None, now_ms, forms=False)
        if query is None:
            return asked
        series.merge(loading.take(query, page_of(query, {BTC: bars})))
    return rounds


def test_the_newest_bars_come_first_and_older_ones_when_they_are_looked_for() -> None:
    bars = stored(range(3 * BARS_A_SPAN))
    loading, series = Loading(BTC, "1m"), Series("1m")
    load(bars, loading, series)
    assert loading.phase is Phase.READY
    assert series.bars[-1] == bars[-1]
    assert BARS_A_SPAN - 2 <= len(series) <= BARS_A_SPAN
    assert not loading.is_whole
    while not loading.is_whole:
        loading.wants_older = True
        load(bars, loading, series)
    assert list(series.bars) == list(bars)


@given(st.sets(st.integers(0, 6_000), min_size=1, max_size=60))
def test_however_many_bars_are_missing_all_that_are_stored_are_found(ages: set[int]) -> None:
    bars = stored(ages)
    loading, series = Loading(BTC, "1m"), Series("1m")
    for _ in range(20):
        load(bars, loading, series)
        loading.wants_older = True
    assert list(series.bars) == list(bars)
    assert loading.is_whole


def test_a_span_is_shown_only_when_all_of_its_pages_have_come() -> None:
    bars = stored(range(500))
    loading, series = Loading(BTC, "1m"), Series("1m")
    first = loading.next_query(None, NOW_MS, forms=False)
    assert first is not None
    loading.take(first, page_of(first, {BTC: bars}))
    span = loading.next_query(None, NOW_MS, forms=False)
    assert span is not None
    page = page_of(span, {BTC: bars})
    half = type(page)(bars=page.bars[:200], next_cursor=str(page.bars[200].open_ms))
    assert loading.take(span, half) == []
    rest = loading.next_query(None, NOW_MS, forms=False)
    assert rest is not None
    assert rest.cursor == half.next_cursor
    series.merge(loading.take(rest, page_of(rest, {BTC: bars})))
    assert len(series) == 500


def test_one_question_at_a_time_and_a_late_answer_to_another_one_is_of_no_use() -> None:
    loading = Loading(BTC, "1m")
    first = loading.next_query(None, NOW_MS, forms=False)
    assert first is not None
    assert loading.next_query(None, NOW_MS, forms=False) is None
    other = Loading(BTC, "5m").next_query(None, NOW_MS, forms=False)
    assert other is not None
    assert loading.take(other, page_of(other, {})) == []
    assert loading.is_busy


def test_what_failed_is_said_and_asked_again_after_a_while() -> None:
    loading = Loading(BTC, "1m")
    query = loading.next_query(None, NOW_MS, forms=False)
    assert query is not None
    loading.fail(query, "no answer within 5 s", NOW_MS)
    assert loading.problem == "no answer within 5 s"
    assert loading.next_query(None, NOW_MS + 1_000, forms=False) is None
    assert loading.next_query(None, NOW_MS + 6_000, forms=False) == query


def test_the_bar_that_forms_is_asked_for_now_and_then_while_it_moves() -> None:
    bars = stored(range(10))
    loading, series = Loading(BTC, "1m"), Series("1m")
    load(bars, loading, series)
    last_ms = bars[-1].open_ms
    assert loading.next_query(last_ms, NOW_MS, forms=False) is None
    tail = loading.next_query(last_ms, NOW_MS, forms=True)
    assert tail is not None
    assert tail.start_ms == last_ms
    loading.take(tail, page_of(tail, {BTC: bars}))
    assert loading.next_query(last_ms, NOW_MS + 1_000, forms=True) is None
    assert loading.next_query(last_ms, NOW_MS + 6_000, forms=True) is not None


@pytest.mark.parametrize("fails", [True, False])
def test_a_clock_that_is_set_back_puts_no_question_off(fails: bool) -> None:
    loading, series = Loading(BTC, "1m"), Series("1m")
    load(stored(range(20)), loading, series)
    assert series.last is not None
    last_ms = series.last.open_ms
    tail = loading.next_query(last_ms, NOW_MS, forms=True)
    assert tail is not None
    if fails:
        loading.fail(tail, "no answer", NOW_MS)
    else:
        loading.take(tail, page_of(tail, {BTC: ()}))
    assert loading.next_query(last_ms, NOW_MS + 1, forms=True) is None
    assert loading.next_query(last_ms, NOW_MS - 60 * MINUTE_MS, forms=True) is not None


def test_bars_that_changed_are_asked_for_from_where_they_changed() -> None:
    bars = stored(range(10))
    loading, series = Loading(BTC, "1m"), Series("1m")
    load(bars, loading, series)
    loading.note_change(bars[4].open_ms)
    query = loading.next_query(bars[-1].open_ms, NOW_MS, forms=False)
    assert query is not None
    assert query.start_ms == bars[4].open_ms


def test_where_nothing_is_stored_the_first_bar_ends_the_waiting() -> None:
    loading, series = Loading(BTC, "1m"), Series("1m")
    load((), loading, series)
    assert loading.phase is Phase.EMPTY
    assert loading.next_query(None, NOW_MS + 60_000, forms=True) is None
    bars = stored(range(1))
    loading.note_change(bars[0].open_ms)
    load(bars, loading, series, now_ms=NOW_MS + 60_000)
    assert list(series.bars) == list(bars)


def test_a_quote_moves_the_bar_that_forms_and_no_other() -> None:
    series = Series("1m")
    series.merge([a_bar(open_ms=NOW_MS // MINUTE_MS * MINUTE_MS, closed=False)])
    assert series.fold(a_quote(price=110.0)) is False
    last = series.last
    assert last is not None
    assert (last.close, last.high, last.low) == (110.0, 110.0, 99.0)
    series.merge([a_bar(open_ms=NOW_MS // MINUTE_MS * MINUTE_MS, closed=True)])
    series.fold(a_quote(price=120.0))
    assert series.last is not None
    assert series.last.high == 102.0


def test_a_quote_after_the_end_of_the_newest_bar_says_that_the_next_has_begun() -> None:
    series = Series("1m")
    series.merge([a_bar(open_ms=NOW_MS // MINUTE_MS * MINUTE_MS)])
    assert series.fold(a_quote(event_ms=NOW_MS + 120_000))


def test_a_revision_takes_the_place_of_the_bar_before_it() -> None:
    series = Series("1m")
    series.merge([a_bar()])
    version = series.version
    assert not series.merge([a_bar()])
    assert series.merge([a_bar(close=101.5, revision=1)])
    assert len(series) == 1
    assert series.version == version + 1
