"""The past on screen: the band that says so, what is refused in it, and the way back."""

import pytest
from msgspec import structs

from rtp_tui.model.errors import NoHistory
from rtp_tui.model.events import Disconnected
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.queries import Explain, StateAt
from rtp_tui.tui.actions.table import ACTIONS
from rtp_tui.tui.settings import ConsoleSettings
from tests.factories import NOW_MS, a_quote, an_alert
from tests.frozen_pipeline import FrozenPipeline
from tests.tui.running_console import RunningConsole, running_console

BACK, ON, LEAP_BACK = "left_square_bracket", "right_square_bracket", "left_curly_bracket"


def asked(console: RunningConsole) -> list[int]:
    return [query.at_ms for query in console.api.asked if isinstance(query, StateAt)]


@pytest.mark.parametrize("size", [(30, 5), (80, 24), (120, 40), (200, 60)])
async def test_the_past_is_called_so_at_every_size_and_shows_what_was_true(size: tuple[int, int]) -> None:
    async with running_console(size) as console:
        await console.press(BACK)
        assert "PAST" in console.lines[0]
        assert "LIVE" not in console.lines[0]
        assert "67,830.12" not in console.text
        if size[1] > 5:
            assert "60,000.00" in console.text
        await console.press("escape")
        assert "LIVE" in console.lines[0]
        assert "60,000.00" not in console.text


async def test_the_band_tells_the_moment_how_long_ago_it_is_and_what_leads_back() -> None:
    async with running_console((160, 50)) as console:
        await console.press(LEAP_BACK)
        now_ms = console.app.clock.now_ms()
        shown_ms = asked(console)[-1]
        assert 60_000 <= now_ms - shown_ms < 71_000
        assert " PAST " in console.lines[0]
        assert "Z -1m" in console.lines[0]
        assert "esc is now" in console.lines[0]
        assert "now " in console.lines[0]
        assert "═" in console.text, "the frames are others too"
        assert "earlier" in console.lines[-1]
        assert "refresh" not in console.lines[-1]


async def test_prices_say_when_they_were_noted() -> None:
    async with running_console((160, 50)) as console:
        await console.press(BACK)
        assert "prices of " in console.text


async def test_the_present_is_followed_meanwhile_and_is_all_there_on_the_way_back() -> None:
    async with running_console() as console:
        await console.press(BACK)
        console.api.send(a_quote(price=70_000.0), an_alert(id="later", subject="crypto:ETH"))
        await console.after()
        assert "70,000.00" not in console.text
        await console.press("f")
        assert "LIVE" in console.lines[0]
        assert "70,000.00" in console.text
        assert "later" in console.app.follower.state.alert.active


async def test_a_moment_that_is_asked_for_is_told_at_once_and_nothing_of_now_is_called_past() -> None:
    async with running_console((160, 50)) as console:
        console.api.may_recall.clear()
        await console.press(BACK)
        assert "LIVE" in console.lines[0]
        assert "asking for" in console.lines[0]
        assert "67,830.12" in console.text
        console.api.may_recall.set()
        await console.after()
        assert "PAST" in console.lines[0]
        assert "asking for" not in console.lines[0]


async def test_of_keys_that_come_faster_than_answers_only_the_last_is_asked() -> None:
    async with running_console() as console:
        console.api.may_recall.clear()
        await console.press(BACK, BACK, BACK, BACK, BACK)
        assert len(asked(console)) == 1
        console.api.may_recall.set()
        await console.after()
        first, last = asked(console)
        assert first - last == 40_000
        assert console.app.lens.scrub.shown is not None
        assert console.app.lens.scrub.shown.at_ms == last


async def test_going_back_to_now_does_not_wait_for_an_answer() -> None:
    async with running_console() as console:
        console.api.may_recall.clear()
        await console.press(BACK, "escape")
        assert "asking for" not in console.text
        console.api.may_recall.set()
        await console.after()
        assert "LIVE" in console.lines[0]


async def test_a_moment_that_is_not_kept_is_refused_with_words_and_the_screen_stays() -> None:
    async with running_console() as console:
        console.api.past_refusal = NoHistory(
            "the state is kept since 2026-11-22 10:00:00Z, not for that moment"
        )
        await console.press(BACK)
        assert any("kept since 2026-11-22 10:00:00Z" in toast for toast in console.toasts)
        assert "LIVE" in console.lines[0]


async def test_an_answer_that_does_not_come_is_given_up_with_words() -> None:
    async with running_console() as console:
        console.api.may_recall.clear()
        await console.press(BACK)
        await console.after(6.0)
        assert any("no answer within 5 s" in toast for toast in console.toasts)
        assert "asking for" not in console.lines[0]


async def test_nothing_is_changed_from_the_past() -> None:
    async with running_console() as console:
        await console.press(BACK)
        for pane, key in (
            ("1", "r"),
            ("2", "t"),
            ("2", "p"),
            ("4", "o"),
            ("exclamation_mark", "a"),
            ("1", "A"),
        ):
            told = len(console.toasts)
            await console.press(pane, key)
            assert any("this is the past" in toast for toast in console.toasts[told:]), (pane, key)
            assert console.api.orders == [], (pane, key)


async def test_words_of_the_palette_change_nothing_from_the_past() -> None:
    async with running_console() as console:
        await console.press(BACK)
        await console.choose("mute 1h")
        assert any("this is the past" in toast for toast in console.toasts)
        assert console.api.orders == []


async def test_a_loss_of_the_engine_is_told_in_the_past_too() -> None:
    async with running_console((160, 50)) as console:
        await console.press(BACK)
        console.api.send_update(Disconnected(at_ms=NOW_MS, reason="gone", attempt=1, retry_in_ms=1000))
        await console.after()
        assert "PAST" in console.lines[0]
        assert "the engine is offline now" in console.lines[0]


async def test_an_engine_that_was_not_running_then_is_no_news_of_prices() -> None:
    async with running_console((160, 50)) as console:
        past = console.api.past

        async def long_ago(query: StateAt) -> object:
            return structs.replace(past, at_ms=query.at_ms, prices_ms=query.at_ms - 7_200_000)

        console.api._recall = long_ago  # type: ignore[assignment,method-assign]
        await console.press(BACK)
        assert "nothing kept after" in console.lines[0]


async def test_every_pane_can_be_looked_at_in_the_past() -> None:
    async with running_console((160, 50)) as console:
        await console.press(BACK)
        for action in ACTIONS:
            if action.id == "show_pane":
                await console.press(action.keys[0])
                assert "PAST" in console.lines[0]
                assert console.app.main.desk.problems == {}
        await console.press("Q")
        assert "not kept of the past" in console.text
        await console.press("exclamation_mark")
        assert "crypto:BTC" in console.pane("alerts").keys[0] or console.pane("alerts").keys


async def test_enter_in_the_past_tells_of_then_and_asks_nobody() -> None:
    async with running_console((160, 50)) as console:
        await console.press(BACK, "enter")
        assert "60,000.00" in console.text
        assert "not kept" in console.text
        assert not any(isinstance(order, Explain) for order in console.api.orders)


async def test_at_leads_to_a_moment_by_words_and_at_now_leads_back() -> None:
    async with running_console((160, 50)) as console:
        await console.choose("at -15m")
        assert console.app.clock.now_ms() - asked(console)[-1] < 905_000
        assert "-15m0" in console.lines[0]
        await console.choose("at now")
        assert "LIVE" in console.lines[0]


async def test_at_with_an_instrument_opens_its_chart_with_the_crosshair_on_that_minute() -> None:
    async with running_console((160, 50)) as console:
        await console.choose("at -20m btc")
        for _ in range(5):
            await console.after()
        chart = console.app.main.chart
        assert chart.display
        assert chart.session.instrument == "crypto:BTC"
        at_ms = asked(console)[-1]
        assert chart.session.sight.cursor_ms == at_ms // 60_000 * 60_000
        assert all(bar.open_ms <= at_ms for bar in chart.session.series.bars)
        assert chart.session.sight.place is not None
        assert f"C {chart.session.sight.place.close:,.2f}" in console.text
        await console.press("escape")
        assert chart.session.sight.cursor_ms is None
        assert chart.session.series.bars[-1].open_ms > at_ms


async def test_at_with_what_nobody_prices_says_so_and_stays_where_it_is() -> None:
    async with running_console((160, 50)) as console:
        await console.choose("at -20m [/nope]")
        assert console.toasts[-1] == "no instrument [/nope]"
        assert "LIVE" in console.lines[0]


async def test_a_chart_shows_the_bar_of_a_moment_of_which_no_state_is_kept() -> None:
    async with running_console((160, 50)) as console:
        console.api.past_refusal = NoHistory("the state is kept since 10:00, not for that moment")
        await console.choose("at -20m btc")
        for _ in range(5):
            await console.after()
        assert any("the chart shows its bar" in toast for toast in console.toasts)
        wanted_ms = asked(console)[-1] // 60_000 * 60_000
        assert console.app.main.chart.session.sight.cursor_ms == wanted_ms
        assert "LIVE" in console.lines[0]


async def test_a_read_only_console_may_look_back() -> None:
    async with running_console(settings=ConsoleSettings(name="x", read_only=True)) as console:
        await console.press(BACK)
        assert "PAST" in console.lines[0]


async def test_a_step_from_a_frozen_screen_thaws_it() -> None:
    async with running_console() as console:
        await console.press("f", BACK)
        assert "PAST" in console.lines[0]
        await console.press(ON, ON)
        assert "LIVE" in console.lines[0]


def test_the_frozen_past_differs_from_the_present() -> None:
    api = FrozenPipeline()
    prices = {view.instrument.id: view.quote.price for view in api.past.instruments if view.quote is not None}
    assert prices[InstrumentId("crypto:BTC")] == 60_000.0
