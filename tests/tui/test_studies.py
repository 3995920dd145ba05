"""What is computed of a chart's bars, as it is asked for and drawn."""

import pytest

from rtp_tui.model.indicators import IndicatorFunction, IndicatorPage, IndicatorSeries
from rtp_tui.model.levels import Levels
from rtp_tui.model.queries import GetIndicators, GetLevels
from rtp_tui.tui.chart.named_studies import MOST_NAMED
from rtp_tui.tui.chart.studies import AGAIN_MS, Studies
from rtp_tui.tui.indicator_commands import offered
from tests.factories import BTC, ETH, NOW_MS
from tests.indicated import a_level, a_zone

ASKED = GetIndicators(instrument=BTC, names=())


def a_page(*names: str) -> IndicatorPage:
    series = tuple(IndicatorSeries(name, (None, 50.0)) for name in names)
    return IndicatorPage(instrument=BTC, timeframe="1m", open_ms=(1, 2), series=series)


def test_nothing_is_asked_until_somebody_wants_to_see_it() -> None:
    assert Studies().next_query(BTC, "1m", NOW_MS) is None


def test_averages_are_asked_for_and_again_after_a_while() -> None:
    studies = Studies()
    studies.next_query(BTC, "1m", NOW_MS)
    studies.turn("averages")
    query = studies.next_query(BTC, "1m", NOW_MS)

    assert isinstance(query, GetIndicators)
    assert "ema(21)" in query.names
    assert studies.next_query(BTC, "1m", NOW_MS + 1) is None
    assert studies.next_query(BTC, "1m", NOW_MS + AGAIN_MS) == query


def test_what_is_known_is_drawn_and_no_more_once_it_is_turned_off() -> None:
    studies = Studies()
    studies.turn("averages")
    studies.turn("panels")
    studies.next_query(BTC, "1m", NOW_MS)
    studies.take(
        ASKED, a_page("ema(21)", "rsi(14)", *(f"macd(12,26,9).{one}" for one in ("macd", "signal", "hist")))
    )

    assert [(one.name, one.values) for one in studies.extras.overlays] == [("EMA 21", {2: 50.0})]
    assert [panel.name for panel in studies.extras.panels] == ["RSI 14", "MACD"]
    studies.turn("averages")
    assert studies.extras.overlays == ()


def test_levels_and_zones_are_drawn() -> None:
    studies = Studies()
    studies.turn("levels")
    query = studies.next_query(BTC, "5m", NOW_MS)
    assert query == GetLevels(instrument=BTC, timeframe="5m")
    studies.take(
        ASKED,
        Levels(
            instrument=BTC, timeframe="5m", bars=9, from_ms=1, to_ms=2, levels=(a_level(),), zones=(a_zone(),)
        ),
    )

    assert [(one.price, one.label, one.strength) for one in studies.extras.levels] == [(99.5, "S3", 1.0)]
    assert [(one.low, one.high, one.label) for one in studies.extras.zones] == [(98.0, 98.5, "demand")]


def test_an_answer_about_another_chart_is_not_drawn() -> None:
    studies = Studies()
    studies.turn("averages")
    studies.next_query(ETH, "1m", NOW_MS)
    studies.take(ASKED, a_page("ema(21)"))

    assert studies.extras.overlays == ()


def test_any_indicator_is_drawn_by_its_name_over_the_price_or_in_a_panel() -> None:
    studies = Studies()
    studies.turn_named("kama(30)")
    studies.turn_named("aroon(14)")
    queries = [studies.next_query(BTC, "1m", NOW_MS) for _ in range(3)]
    assert [query.names for query in queries[:2] if isinstance(query, GetIndicators)] == [
        ("kama(30)",),
        ("aroon(14)",),
    ]
    assert queries[2] is None

    for query, results in zip(queries[:2], (("kama(30)",), ("aroon(14).down", "aroon(14).up")), strict=True):
        assert query is not None
        studies.take(query, a_page(*results))

    assert [(one.name, one.values) for one in studies.extras.overlays] == [("kama(30)", {2: 50.0})]
    (panel,) = studies.extras.panels
    assert (panel.name, [one.name for one in panel.series]) == ("aroon(14)", ["down", "up"])
    studies.turn_named("kama(30)")
    assert studies.extras.overlays == ()


def test_an_indicator_that_cannot_be_is_not_asked_for_again() -> None:
    studies = Studies()
    studies.turn_named("rsy(14)")
    query = studies.next_query(BTC, "1m", NOW_MS)
    assert query is not None
    assert studies.refuse(query)
    assert (studies.named, studies.next_query(BTC, "1m", NOW_MS)) == ((), None)
    assert not studies.refuse(GetLevels(instrument=BTC))


def test_of_too_many_named_the_oldest_goes() -> None:
    studies = Studies()
    for number in range(2, MOST_NAMED + 3):
        studies.turn_named(f"sma({number})")
    assert studies.named[0] == "sma(3)"
    assert len(studies.named) == MOST_NAMED


def test_another_instrument_shows_the_same_indicators_of_its_own() -> None:
    studies = Studies()
    studies.turn_named("rsi(21)")
    query = studies.next_query(BTC, "1m", NOW_MS)
    assert query is not None
    studies.take(query, a_page("rsi(21)"))
    again = studies.next_query(ETH, "1m", NOW_MS + 1)
    assert isinstance(again, GetIndicators)
    assert (again.instrument, again.names, studies.extras.panels) == (ETH, ("rsi(21)",), ())


FUNCTIONS = tuple(
    IndicatorFunction(name=name, group="", title=title, inputs=(), parameters=(), outputs=())
    for name, title in (
        ("rsi", "Relative Strength Index"),
        ("stochrsi", "Stochastic RSI"),
        ("sma", "Simple Moving Average"),
    )
)


@pytest.mark.parametrize(
    ("typed", "offers"),
    [
        ("", ["rsi", "sma", "stochrsi"]),
        ("rs", ["rsi", "stochrsi"]),
        ("rsi(21)", ["rsi(21)", "rsi", "stochrsi"]),
        ("average", ["sma"]),
        ("nothing", []),
    ],
)
def test_functions_are_offered_by_name_and_title_and_what_is_typed_whole_first(
    typed: str, offers: list[str]
) -> None:
    assert offered(typed, FUNCTIONS) == offers
