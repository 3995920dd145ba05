"""What is computed of a chart's bars, as it is asked for and drawn."""

from rtp_tui.model.indicators import IndicatorPage, IndicatorSeries
from rtp_tui.model.levels import Levels
from rtp_tui.model.queries import GetIndicators, GetLevels
from rtp_tui.tui.chart.studies import AGAIN_MS, Studies
from tests.factories import BTC, ETH, NOW_MS
from tests.indicated import a_level, a_zone


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
        a_page("ema(21)", "rsi(14)", *(f"macd(12,26,9).{one}" for one in ("macd", "signal", "hist")))
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
        Levels(
            instrument=BTC, timeframe="5m", bars=9, from_ms=1, to_ms=2, levels=(a_level(),), zones=(a_zone(),)
        )
    )

    assert [(one.price, one.label, one.strength) for one in studies.extras.levels] == [(99.5, "S3", 1.0)]
    assert [(one.low, one.high, one.label) for one in studies.extras.zones] == [(98.0, 98.5, "demand")]


def test_an_answer_about_another_chart_is_not_drawn() -> None:
    studies = Studies()
    studies.turn("averages")
    studies.next_query(ETH, "1m", NOW_MS)
    studies.take(a_page("ema(21)"))

    assert studies.extras.overlays == ()
