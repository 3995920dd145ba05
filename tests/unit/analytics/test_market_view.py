"""The market as a whole, from quotes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.analytics.market_view import Seen, mood_of, sentiment_of, sentiment_terms, view_market
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Quote
from rtp_tui.model.market_view import Mood
from tests.factories import NOW_MS, an_instrument


def seen(
    symbol: str,
    change_pct: float | None,
    *,
    asset_class: str = "stocks",
    volume: float | None = None,
    currency: str = "USD",
    is_stale: bool = False,
    range_: tuple[float, float] | None = None,
) -> Seen:
    key = InstrumentId(f"{asset_class}:{symbol}")
    low, high = range_ or (None, None)
    quote = Quote(
        key,
        100.0,
        NOW_MS,
        NOW_MS,
        "a:b",
        change_24h_pct=change_pct,
        volume_24h=volume,
        day_low=low,
        day_high=high,
    )
    return Seen(an_instrument(key, currency=currency), quote, is_stale)


def test_gainers_and_losers_are_ranked_and_the_unchanged_are_neither() -> None:
    view = view_market([seen("A", 1.0), seen("B", -2.0), seen("C", 3.0), seen("D", 0.0)], None, 10, NOW_MS)

    assert [mover.instrument for mover in view.gainers] == ["stocks:C", "stocks:A"]
    assert [mover.instrument for mover in view.losers] == ["stocks:B"]
    assert (view.advancing, view.declining, view.unchanged) == (2, 1, 1)
    assert view.changes is not None
    assert (view.changes.mean_pct, view.changes.median_pct) == (0.5, 0.5)
    assert view.changes.deviation_pct == pytest.approx(2.0816660)


def test_what_is_stale_or_has_no_change_is_only_counted() -> None:
    view = view_market([seen("A", 1.0), seen("B", 50.0, is_stale=True), seen("C", None)], None, 10, NOW_MS)

    assert (view.counted, view.left_out) == (1, 2)
    assert [mover.instrument for mover in view.gainers] == ["stocks:A"]


def test_a_class_is_looked_at_alone() -> None:
    view = view_market([seen("A", 1.0), seen("BTC", 2.0, asset_class="crypto")], "crypto", 10, NOW_MS)
    assert [mover.instrument for mover in view.gainers] == ["crypto:BTC"]


def test_volumes_of_other_currencies_are_not_compared() -> None:
    view = view_market(
        [
            seen("A", 1.0, volume=10.0),
            seen("B", 1.0, volume=20.0),
            seen("C", 1.0, volume=900.0, currency="INR"),
        ],
        None,
        10,
        NOW_MS,
    )
    assert [mover.instrument for mover in view.busiest] == ["stocks:B", "stocks:A"]


def test_those_at_the_ends_of_their_day_are_counted() -> None:
    view = view_market(
        [seen("A", 1.0, range_=(90.0, 100.0)), seen("B", -1.0, range_=(100.0, 110.0))], None, 10, NOW_MS
    )
    assert (view.at_high, view.at_low) == (1, 1)


def test_nothing_known_has_no_sentiment() -> None:
    view = view_market([seen("A", None)], None, 10, NOW_MS)
    assert (view.sentiment, view.mood, view.changes, view.gainers) == (None, None, None, ())


def test_sentiment_is_that_of_the_formula() -> None:
    # Breadth (2 - 1) / 3; the median of changes is a typical day: tanh(1) = 0.761594; position 2 x 0.75 - 1 = 0.5.
    every = [seen("A", 1.0), seen("B", 2.0), seen("C", -1.0)]
    terms = sentiment_terms(every, [1.0, 2.0, -1.0], [1.0, 0.5])
    assert [term.value for term in terms] == pytest.approx([1 / 3, 0.7615942, 0.5])
    assert sentiment_of(terms) == pytest.approx(50 + 50 * (0.5 / 3 + 0.3 * 0.7615942 + 0.2 * 0.5))


def test_a_typical_day_of_a_coin_is_wilder_than_that_of_a_currency() -> None:
    coin, currency = seen("BTC", 0.3, asset_class="crypto"), seen("EURUSD", 0.3, asset_class="fx")
    assert sentiment_of(sentiment_terms([coin], [0.3], [])) < sentiment_of(
        sentiment_terms([currency], [0.3], [])
    )


@pytest.mark.parametrize(
    ("sentiment", "mood"),
    [
        (0, Mood.FEARFUL),
        (20, Mood.CAUTIOUS),
        (40, Mood.NEUTRAL),
        (60, Mood.NEUTRAL),
        (80, Mood.HOPEFUL),
        (81, Mood.GREEDY),
    ],
)
def test_moods_begin_at_their_bounds(sentiment: float, mood: Mood) -> None:
    assert mood_of(sentiment) is mood


@given(st.lists(st.floats(-99, 1e4), min_size=1, max_size=40), st.lists(st.floats(0, 1), max_size=40))
def test_sentiment_stays_between_0_and_100(changes: list[float], positions: list[float]) -> None:
    every = [seen(f"S{number}", change) for number, change in enumerate(changes)]
    assert 0 <= sentiment_of(sentiment_terms(every, changes, positions)) <= 100
