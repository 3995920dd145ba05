"""The chart by its keys and the mouse, on bars that stand still."""

import pytest
from msgspec.structs import replace
from textual import events

from rtp_tui.model.errors import Failed
from rtp_tui.model.indicators import IndicatorCatalogue, IndicatorFunction, IndicatorPage, IndicatorSeries
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import BarsBackfilled
from rtp_tui.model.queries import GetBars, GetIndicatorCatalogue, GetIndicators
from rtp_tui.tui.chart.glyphs import GlyphSet
from rtp_tui.tui.settings import ConsoleSettings
from tests.factories import NOW_MS, a_bar, a_quote
from tests.frozen_bars import AAPL, BTC, bars_of
from tests.frozen_pipeline import FrozenPipeline
from tests.tui.running_console import RunningConsole, running_console

MINUTE_MS = 60_000


async def charted(console: RunningConsole, *keys: str) -> None:
    """Open the chart, let it load, press keys."""
    await console.press("c")
    await later(console)
    for key in keys:
        await console.press(key)
        await later(console, 1)
    await later(console)


async def later(console: RunningConsole, times: int = 4, seconds: float = 0.3) -> None:
    """Let time pass; the engine is heard all the while."""
    for _ in range(times):
        console.api.send(a_quote(instrument=InstrumentId("crypto:ADA"), price=0.45871))
        await console.after(seconds)


def questions(console: RunningConsole) -> list[GetBars]:
    return [order for order in console.api.orders if isinstance(order, GetBars)]


async def test_c_shows_the_chart_of_the_selected_row_and_c_again_goes_back() -> None:
    async with running_console() as console:
        await console.press("down", "up")
        await charted(console)
        assert "c Chart BTC 1m candles" in console.text
        assert "67,830.12" in console.text
        assert "1 Prices" in console.text
        await console.press("c")
        assert "c Chart BTC" not in console.text
        assert console.app.main.active.pane.name == "prices"


async def test_where_one_pane_fits_the_chart_has_the_body_and_escape_goes_back() -> None:
    async with running_console((80, 24)) as console:
        await charted(console)
        assert not console.pane("prices").display
        assert "BTC Bitcoin" in console.text
        await console.press("escape")
        assert console.pane("prices").display


async def test_m_makes_the_chart_a_screen_of_its_own() -> None:
    async with running_console() as console:
        await charted(console, "m")
        assert console.app.main.chart.outer_size.width == 120
        assert not console.pane("prices").display


async def test_full_stop_and_comma_turn_the_timeframe() -> None:
    async with running_console() as console:
        await charted(console, "full_stop", "full_stop")
        assert "c Chart BTC 15m" in console.text
        await console.press("comma")
        assert "c Chart BTC 5m" in console.text
        assert {query.timeframe for query in questions(console)} == {"1m", "15m", "5m"}


async def test_a_click_on_a_timeframe_takes_it() -> None:
    async with running_console() as console:
        await charted(console)
        y = next(y for y, line in enumerate(console.lines) if " 1h " in line)
        await console.pilot.click(offset=(console.lines[y].index(" 1h ") + 1, y))
        await console.after(0.5)
        assert console.app.main.chart.session.timeframe == "1h"


async def test_l_turns_candles_into_a_line_and_back() -> None:
    async with running_console() as console:
        await charted(console, "l")
        assert "c Chart BTC 1m line" in console.text
        assert any("\u2800" <= character <= "\u28ff" for character in console.text)
        await console.press("l")
        assert "candles" in console.text


async def test_plus_and_minus_zoom() -> None:
    async with running_console() as console:
        await charted(console)
        session = console.app.main.chart.session
        before = len(session.sight.shown)
        await console.press("minus")
        assert len(session.sight.shown) > before
        await console.press("plus", "plus")
        assert len(session.sight.shown) < before
        for _ in range(15):
            await console.press("minus")
        assert session.sight.view.zoom.bars == 20


async def test_the_crosshair_tells_everything_of_its_bar() -> None:
    async with running_console((200, 60)) as console:
        await charted(console, *["left"] * 6)
        assert "revision 1" in console.text
        assert "trades 7" in console.text
        assert "binance:BTCUSDT" in console.text
        assert "Sep 21 14:08" in console.text
        await console.press("escape")
        assert "Sep 21 14:08" not in console.text


async def test_paging_left_loads_older_bars_and_end_comes_back() -> None:
    async with running_console() as console:
        await charted(console)
        session = console.app.main.chart.session
        loaded = len(session.series)
        await console.press("home")
        await later(console)
        assert len(session.series) > loaded
        assert session.sight.shown[-1].open_ms < NOW_MS - 100 * MINUTE_MS
        assert "end goes on to now" in console.text
        await console.press("end")
        assert session.sight.view.follows


async def test_panning_to_the_oldest_bar_loads_everything_and_then_asks_no_more() -> None:
    async with running_console() as console:
        await charted(console)
        for _ in range(6):
            await console.press("home")
            await later(console)
        session = console.app.main.chart.session
        assert session.loading is not None
        assert session.loading.is_whole
        assert session.series.bars[0] == console.api.bars[BTC][0]
        asked = sum(query.end_ms is not None for query in questions(console))
        await console.press("home", "pageup")
        await later(console)
        assert sum(query.end_ms is not None for query in questions(console)) == asked


async def test_the_wheel_zooms_a_click_points_and_a_drag_pans() -> None:
    async with running_console() as console:
        await charted(console)
        chart = console.app.main.chart
        before = chart.session.sight.view
        await console.pilot._post_mouse_events([events.MouseScrollUp], "#chart", offset=(30, 8))
        await console.after()
        assert chart.session.sight.view.zoom_index < before.zoom_index
        await console.pilot.click("#chart", offset=(30, 8))
        await console.after()
        assert chart.session.sight.cursor_ms is not None
        await console.pilot.mouse_down("#chart", offset=(20, 8))
        await console.pilot.hover("#chart", offset=(50, 8))
        await console.pilot.mouse_up("#chart", offset=(50, 8))
        await console.after()
        assert not chart.session.sight.view.follows


async def test_down_shows_the_next_instrument_and_what_was_asked_for_is_given_up() -> None:
    async with running_console() as console:
        await charted(console, "down")
        assert "c Chart ETH" in console.text
        assert console.pane("prices").cursor == "crypto:ETH"
        assert questions(console)[-1].instrument == "crypto:ETH"


async def test_an_instrument_without_bars_says_why() -> None:
    async with running_console() as console:
        await charted(console, "down")
        assert "no bars of ETH yet" in console.text


async def test_a_question_that_fails_is_named_and_asked_again() -> None:
    api = FrozenPipeline()
    api.bars_refusal = Failed("the store cannot be read")
    async with running_console(api=api) as console:
        await charted(console)
        assert "no bars: the store cannot be read" in console.text
        api.bars_refusal = None
        await later(console, 8, 1.0)
        assert "cannot be read" not in "\n".join(line[:74] for line in console.lines)
        assert len(console.app.main.chart.session.series)


async def test_the_newest_price_moves_the_bar_that_forms() -> None:
    async with running_console() as console:
        await charted(console)
        console.api.send(a_quote(price=67_999.99))
        await console.after(0.6)
        assert "H 67,999.99" in console.text
        assert "still forms" in console.text


async def test_a_closed_bar_is_fetched_when_the_engine_announces_it() -> None:
    async with running_console() as console:
        await charted(console)
        last = console.api.bars[BTC][1495]
        console.api.bars[BTC] = tuple(
            replace(bar, close=67_900.0, high=68_000.0, revision=3) if bar == last else bar
            for bar in console.api.bars[BTC]
        )
        console.api.send(replace(last, revision=3))
        await later(console, 8, 1.0)
        assert console.app.main.chart.session.series.last is not None
        assert console.app.main.chart.session.series.last.revision == 3


async def test_backfilled_bars_appear_where_there_were_none() -> None:
    async with running_console() as console:
        await charted(console, "down")
        eth = InstrumentId("crypto:ETH")
        console.api.bars[eth] = bars_of(eth, 3_512.44, 30)
        console.api.send(
            BarsBackfilled(
                instrument=eth,
                timeframe="1m",
                bars=30,
                from_ms=NOW_MS - 30 * MINUTE_MS,
                to_ms=NOW_MS,
                closes=(),
            )
        )
        await later(console)
        assert "no bars of ETH" not in console.text
        assert len(console.app.main.chart.session.series) == 30


async def test_the_nights_of_a_share_are_breaks_and_a_closed_market_says_so() -> None:
    api = FrozenPipeline()
    sessions = tuple(
        replace(session, session="closed", next_open_ms=NOW_MS + 3_600_000)
        if session.market == "XNYS"
        else session
        for session in api.snapshot.sessions
    )
    api.send_update(replace(api.snapshot, sessions=sessions))
    async with running_console((200, 60), api) as console:
        console.pane("prices").action_move(15)
        assert console.pane("prices").cursor == AAPL
        await charted(console, *["minus"] * 5)
        assert "XNYS is closed, opens in 60m" in console.text
        assert any(place.is_break for place in console.app.main.chart.session.sight.shown)


async def test_v_hides_the_volume_and_g_turns_the_characters() -> None:
    async with running_console() as console:
        await charted(console)
        assert "vol 1" in console.text
        await console.press("v")
        assert "vol 13" not in console.text
        await console.press("g")
        seen = [console.app.main.chart.session.glyphs]
        await console.press("g")
        seen.append(console.app.main.chart.session.glyphs)
        assert seen == [GlyphSet.BLOCKS, GlyphSet.ASCII]


async def test_y_copies_the_bar_under_the_crosshair() -> None:
    async with running_console() as console:
        await charted(console, "left", "left", "y")
        assert console.app.clipboard.startswith("14:12")
        assert "binance:BTCUSDT" in console.app.clipboard


async def test_ascii_charts_are_ascii() -> None:
    async with running_console((120, 40), settings=ConsoleSettings(ascii_only=True)) as console:
        await charted(console, "left")
        assert console.text.isascii()
        await console.press("l")
        assert console.text.isascii()


async def test_without_colour_shapes_tell_up_from_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with running_console() as console:
        await charted(console)
        assert console.app.main.chart.session.glyphs is GlyphSet.BLOCKS


async def test_a_chart_that_nothing_changes_is_not_drawn_again() -> None:
    async with running_console() as console:
        await charted(console)
        chart, drawn = console.app.main.chart, []
        lines = chart.session.lines

        def counted(*arguments: object) -> object:
            drawn.append(arguments)
            return lines(*arguments)  # type: ignore[arg-type]

        chart.session.lines = counted  # type: ignore[method-assign,assignment]
        for _ in range(5):
            await console.after(0.1)
        assert len(drawn) <= 1


async def test_frozen_the_chart_stands_still() -> None:
    async with running_console() as console:
        await charted(console, "f")
        console.api.send(a_quote(price=67_999.99), a_bar())
        await later(console, 6, 1.0)
        assert "67,999.99" not in console.text
        assert "frozen at" in console.text


@pytest.mark.parametrize(
    "size", [(30, 5), (40, 10), (60, 12), (80, 24), (120, 30), (300, 100), (10, 3), (1, 1)]
)
async def test_a_chart_of_any_size_shows_no_error(size: tuple[int, int]) -> None:
    async with running_console(size) as console:
        await charted(console, "left", "l", "l", "minus", "m")
        assert console.app.main.desk.problems == {}
        await console.pilot.resize_terminal(80, 24)
        await console.after()
        assert "BTC" in console.text


async def test_no_other_key_fails_in_the_chart() -> None:
    async with running_console() as console:
        await charted(console)
        for key in (
            "p",
            "R",
            "r",
            "t",
            "x",
            "d",
            "s",
            "S",
            "F",
            "F",
            "enter",
            "escape",
            "y",
            "M",
            "escape",
            "tab",
        ):
            await console.press(key)
        assert console.app.is_running
        assert console.app.main.desk.problems == {}


# --- indicators by their names

CATALOGUE = IndicatorCatalogue(
    functions=(
        IndicatorFunction(
            name="rsi", group="", title="Relative Strength Index", inputs=(), parameters=(), outputs=()
        ),
    ),
    presets=(),
)


def computed(*names: str) -> IndicatorPage:
    series = tuple(IndicatorSeries(name, tuple(50.0 for _ in bars_of(BTC, 67_000.0, 60))) for name in names)
    opens = tuple(bar.open_ms for bar in bars_of(BTC, 67_000.0, 60))
    return IndicatorPage(instrument=BTC, timeframe="1m", open_ms=opens, series=series)


async def test_the_palette_shows_any_indicator_in_the_chart_and_takes_it_away_again() -> None:
    api = FrozenPipeline()
    api.answers = {GetIndicatorCatalogue: CATALOGUE, GetIndicators: computed("rsi(21)")}
    async with running_console(api=api) as console:
        await console.choose("indicator rsi(21)")
        await later(console)
        assert "c Chart BTC" in console.text
        assert "rsi(21)" in console.text
        await console.choose("indicator rsi(21)")
        await later(console)
        assert "rsi(21)" not in console.text


async def test_an_indicator_that_the_engine_refuses_is_said_and_not_asked_for_again() -> None:
    api = FrozenPipeline()
    api.answers = {GetIndicatorCatalogue: CATALOGUE}
    async with running_console(api=api) as console:
        await console.choose("indicator rsi(21)")
        await later(console)
        asked = [one for one in api.orders if isinstance(one, GetIndicators)]
        assert [one.names for one in asked] == [("rsi(21)",)]
        assert console.app.main.chart.session.studies.named == ()
