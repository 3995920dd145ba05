from rtp_tui.model.market import BarOrigin
from rtp_tui.tui.chart.places import MOST_EMPTY, places_of
from tests.factories import a_bar
from tests.tui.chart.charts import MINUTE_MS, START_MS, bars_at

DAY_MS = 86_400_000


def utc_day(at_ms: int) -> int:
    return at_ms // DAY_MS


def test_missing_minutes_are_empty_places() -> None:
    places = places_of(bars_at([0, 1, 4], [1.0, 2.0, 3.0, 4.0]), "1m")
    assert [place.bars for place in places] == [1, 1, 0, 0, 1]
    assert [place.missing for place in places] == [0, 0, 1, 1, 0]


def test_a_long_stretch_without_bars_is_one_break_that_knows_how_many() -> None:
    gone = MOST_EMPTY + 100
    places = places_of(bars_at([0, gone + 1], [1.0, 2.0, 3.0]), "1m")
    assert [(place.is_break, place.missing) for place in places] == [(False, 0), (True, gone), (False, 0)]


def test_the_night_of_a_market_that_closes_is_a_break_and_a_hole_in_the_day_is_not() -> None:
    midday = START_MS // DAY_MS * DAY_MS + 12 * 3_600_000
    moments = (midday, midday + 3 * MINUTE_MS, midday + DAY_MS)
    places = places_of([a_bar(open_ms=moment) for moment in moments], "1m", 1, utc_day)
    assert [place.is_break for place in places] == [False, False, False, False, True, False]


def test_daily_bars_have_no_holes_at_weekends_but_where_a_month_is_missing() -> None:
    friday = START_MS // DAY_MS * DAY_MS
    bars = [a_bar(timeframe="1d", open_ms=friday + days * DAY_MS) for days in (0, 3, 40)]
    assert [place.is_break for place in places_of(bars, "1d", 1, utc_day)] == [False, False, True, False]


def test_several_bars_in_one_place_keep_open_high_low_close_and_sums() -> None:
    bars = bars_at(range(6), [10.0, 12.0, 9.0, 11.0, 15.0, 14.0, 13.0])
    start = next(index for index in range(3) if (bars[index].open_ms // MINUTE_MS) % 3 == 0)
    place = places_of(bars[start : start + 3], "1m", 3)[0]
    group = bars[start : start + 3]
    assert (place.open, place.close) == (group[0].open, group[-1].close)
    assert (place.high, place.low) == (max(bar.high for bar in group), min(bar.low for bar in group))
    assert place.volume == sum(bar.volume for bar in group)
    assert place.bars == 3


def test_a_place_with_one_sampled_bar_is_called_sampled() -> None:
    origins = (BarOrigin.LIVE, BarOrigin.SAMPLED, BarOrigin.LIVE)
    first = START_MS // (3 * MINUTE_MS) * 3 * MINUTE_MS
    bars = [a_bar(open_ms=first + index * MINUTE_MS, origin=origin) for index, origin in enumerate(origins)]
    assert places_of(bars, "1m", 3)[0].origin is BarOrigin.SAMPLED


def test_no_bars_have_no_places() -> None:
    assert places_of([], "1m") == []
