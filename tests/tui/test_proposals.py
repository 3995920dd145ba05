"""What a key means for a row, and what is asked before it."""

from typing import Any

import pytest

from rtp_tui.model.breakers import BreakerState
from rtp_tui.model.commands import ControlBreaker, ControlFeed, ControlJob, Refresh, TriggerJob
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.jobs import JobState, Progress, RunDurations
from rtp_tui.tui.actions.table import ACTIONS
from rtp_tui.tui.proposals import Nothing, Proposal, proposal
from rtp_tui.tui.scene import Scene
from tests.factories import NOW_MS, a_breaker, a_feed_status, a_job, an_instrument
from tests.tui.scenes import a_scene, a_state, an_eventful_scene


def proposed(action: str, pane: str, scene: Scene, key: str) -> Proposal:
    found = proposal(action, pane, scene, key)
    assert isinstance(found, Proposal), found
    return found


def for_job(action: str, **changes: Any) -> Proposal:
    return proposed(action, "jobs", a_scene(a_state(a_job(**changes))), "crypto-prices")


def test_a_trigger_waits_as_long_as_the_job_may_take_and_a_little_more() -> None:
    assert for_job("trigger_job", timeout_ms=90_000).deadline_s == 95.0
    assert for_job("trigger_job").deadline_s == 65.0
    assert for_job("trigger_job").command == TriggerJob(job="crypto-prices")


@pytest.mark.parametrize(
    ("state", "action"),
    [(JobState.PAUSED, "resume"), (JobState.IDLE, "pause"), (JobState.RUNNING, "pause")],
)
def test_pause_is_resume_where_a_job_is_paused(state: JobState, action: str) -> None:
    command = for_job("pause", state=state).command
    assert isinstance(command, ControlJob)
    assert command.action == action


def test_restarting_a_job_tells_what_it_touches() -> None:
    state = a_state(
        a_job(
            state=JobState.RUNNING,
            progress=Progress(312, 500),
            instruments=("crypto:*", "stocks:AAPL"),
            duration_ms=RunDurations(last=420.0),
            next_run_ms=NOW_MS + 12_000,
        ),
        instruments=[
            an_instrument(key) for key in ("crypto:BTC", "crypto:ETH", "stocks:AAPL", "stocks:MSFT")
        ],
    )
    restart = proposed("restart", "jobs", a_scene(state), "crypto-prices")
    assert restart.command == TriggerJob(job="crypto-prices", restart=True)
    assert restart.question == "Restart crypto-prices?"
    assert restart.touches == (
        "crypto-prices is running 312/500: that run is cancelled.",
        "It is run from its beginning, now.",
        "It is for 3 instruments.",
        "Its last run took 420ms.",
        "Its next run is in 12s.",
    )


def test_only_a_run_that_goes_on_can_be_cancelled() -> None:
    assert proposal("cancel_run", "jobs", a_scene(), "crypto-prices") == Nothing("crypto-prices does not run")
    command = proposed("cancel_run", "jobs", a_scene(), "stock-prices").command
    assert isinstance(command, ControlJob)
    assert command.action == "cancel"


def test_disabling_asks_and_enabling_does_not() -> None:
    assert for_job("switch_job").question == "Disable crypto-prices?"
    enabling = for_job("switch_job", state=JobState.DISABLED, enabled=False)
    assert (enabling.question, enabling.command) == ("", ControlJob(job="crypto-prices", action="enable"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("action", "order", "asks"),
    [("reset_breaker", "reset", False), ("open_breaker", "open", True), ("close_breaker", "close", True)],
)
def test_forcing_a_breaker_asks_and_resetting_does_not(action: str, order: str, asks: bool) -> None:
    found = proposed(action, "breakers", a_scene(), "twelvedata/price")
    assert isinstance(found.command, ControlBreaker)
    assert found.command.action == order
    assert bool(found.question) is asks
    if asks:
        assert found.touches[1:] == ("It is closed.", "1 instrument is priced by twelvedata.")


def test_a_provider_without_feeds_leaves_only_the_state_to_tell() -> None:
    scene = a_scene(a_state(a_breaker(state=BreakerState.OPEN, next_probe_ms=NOW_MS + 23_000)))
    assert proposed("open_breaker", "breakers", scene, "coingecko/prices").touches[1:] == (
        "It is open, probe in 23s.",
    )


def test_a_feed_is_refreshed_paused_and_restarted() -> None:
    scene = a_scene(a_state(a_feed_status(state=FeedState.PAUSED)))
    instruments = scene.state.feed.feeds["binance"].instruments
    assert proposed("refresh_selected", "feeds", scene, "binance").command == Refresh(instruments=instruments)
    pausing = proposed("pause", "feeds", scene, "binance").command
    assert isinstance(pausing, ControlFeed)
    assert pausing.action == "resume"
    assert proposed("restart", "feeds", scene, "binance").question == "Restart binance?"


def test_a_price_is_refreshed_and_its_feed_restarted() -> None:
    key = InstrumentId("crypto:ATOM")
    assert proposed("refresh_selected", "prices", a_scene(), key).command == Refresh(instruments=(key,))
    assert proposed("restart", "prices", a_scene(), key).question == "Restart kraken?"


@pytest.mark.parametrize("pane", ["jobs", "breakers", "feeds", "clients"])
def test_what_has_gone_is_said_to_be_gone(pane: str) -> None:
    action = {
        "jobs": "restart",
        "breakers": "reset_breaker",
        "feeds": "restart",
        "clients": "disconnect_client",
    }[pane]
    assert isinstance(proposal(action, pane, a_scene(a_state()), "gone"), Nothing)


ASK_FIRST = {"acknowledge", "silence", "end_silence", "alert_here", "hold", "new_portfolio", "watch_this"}
"""What needs to be typed before there is a command; see the tests of keys of alerts and portfolios."""
HELD = {"portfolios", "positions"}
"""Tried in the tests of portfolios."""


@pytest.mark.parametrize(
    "action",
    [action for action in ACTIONS if action.is_dangerous and action.id not in ASK_FIRST],
    ids=lambda action: str(action.id),
)
def test_every_command_of_the_table_means_something_in_each_of_its_panes(action: Any) -> None:
    scene = an_eventful_scene()
    rows = {
        "jobs": "stock-prices",
        "breakers": "yahoo/chart",
        "feeds": "kraken",
        "prices": "crypto:BTC",
        "clients": "3",
        "rules": "crypto-btc-price-above-70000",
    }
    for pane in action.panes - HELD:
        assert isinstance(proposal(action.id, pane, scene, rows[pane]), Proposal)
