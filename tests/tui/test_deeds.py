"""Commands typed after a colon."""

import pytest
from textual.command import CommandInput

from rtp_tui.model.commands import (
    ControlBreaker,
    ControlJob,
    JobAction,
    Refresh,
    SaveWatchlist,
    TriggerJob,
)
from rtp_tui.tui.deed_words import MOST, deeds_for
from rtp_tui.tui.layout import Preset
from rtp_tui.tui.proposals import Nothing, Proposal
from rtp_tui.tui.screens.sheet import Question
from tests.tui.running_console import running_console
from tests.tui.scenes import a_scene


def words(typed: str) -> list[str]:
    return [deed.words for deed in deeds_for(typed, a_scene(), "desk")]


def test_a_verb_offers_the_rows_that_it_is_for_and_an_instrument_is_found_by_its_symbol() -> None:
    assert words("trigger crypto-p") == ["trigger crypto-prices"]
    assert "watch stocks:AAPL" in words("watch AAPL")
    assert words("chart btc") == ["chart crypto:BTC"]
    assert len(words("refresh ")) <= MOST
    assert words("trigger nothing-such") == []
    assert words("") == []


@pytest.mark.parametrize(
    "typed", ["jobs", "prices /btc", "preset market", "hide log", "show log", "chart AAPL"]
)
def test_what_is_typed_whole_comes_first(typed: str) -> None:
    deed, *_ = deeds_for(typed, a_scene(), "desk")
    assert deed.is_whole


def test_a_verb_alone_names_no_row() -> None:
    assert not any(deed.is_whole for deed in deeds_for("trigger", a_scene(), "desk"))


@pytest.mark.parametrize(
    "typed", ["pause daily-report", "resume backup", "disable warmup", "enable backup", "resume binance"]
)
def test_a_verb_never_does_its_opposite(typed: str) -> None:
    deed, *_ = deeds_for(typed, a_scene(), "desk")
    assert deed.is_whole
    verb, _, key = typed.partition(" ")
    assert isinstance(deed.proposed, Nothing)
    assert deed.proposed.words.startswith(f"nothing to {verb}: {key} is ")


@pytest.mark.parametrize(
    ("typed", "action"),
    [
        ("pause backup", JobAction.PAUSE),
        ("resume daily-report", JobAction.RESUME),
        ("disable backup", JobAction.DISABLE),
        ("enable warmup", JobAction.ENABLE),
    ],
)
def test_a_verb_does_what_it_says(typed: str, action: JobAction) -> None:
    deed, *_ = deeds_for(typed, a_scene(), "desk")
    assert isinstance(deed.proposed, Proposal)
    assert deed.proposed.command == ControlJob(job=typed.partition(" ")[2], action=action)


async def test_a_pane_is_gone_to_with_a_filter() -> None:
    async with running_console() as console:
        await console.choose("jobs")
        assert console.app.main.active.pane.name == "jobs"
        await console.choose("prices /coin")
        assert console.symbols == ["BTC", "DOGE", "LTC", "TON"]


async def test_a_job_is_triggered_and_a_dangerous_command_asks() -> None:
    async with running_console() as console:
        await console.choose("trigger crypto-prices")
        assert console.api.orders == [TriggerJob(job="crypto-prices")]
        await console.choose("open binance/klines")
        assert isinstance(console.app.screen, Question)
        await console.press("y")
        assert isinstance(console.api.orders[-1], ControlBreaker)


async def test_instruments_are_fetched_watched_and_charted_by_their_symbols() -> None:
    async with running_console() as console:
        await console.choose("refresh AAPL")
        assert isinstance(console.api.orders[-1], Refresh)
        await console.choose("watch AAPL")
        assert isinstance(console.api.orders[-1], SaveWatchlist)
        await console.choose("chart AAPL")
        assert console.app.main.chart.display
        assert console.app.main.chart.session.instrument == "stocks:AAPL"


async def test_sets_of_panes_are_chosen_and_panes_hidden_and_shown() -> None:
    async with running_console() as console:
        await console.choose("preset on-call")
        assert console.app.main.placing.preset is Preset.ON_CALL
        await console.choose("hide log")
        assert not console.pane("log").display
        await console.choose("show log")
        assert console.pane("log").display


async def test_tab_completes_and_up_brings_back_what_was_given() -> None:
    async with running_console() as console:
        await console.choose("preset market")
        await console.press("colon")
        await console.type("trigger crypto-p")
        await console.pilot.pause(0.5)
        await console.press("tab")
        assert console.app.screen.query_one(CommandInput).value == "trigger crypto-prices "
        await console.press("escape", "colon", "up")
        assert console.app.screen.query_one(CommandInput).value == "preset market"
