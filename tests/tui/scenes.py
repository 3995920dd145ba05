"""Scenes with sane defaults: name only what a test is about."""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from rtp_tui.model.events import Event, Payload, Snapshot
from rtp_tui.model.instrument import Instrument
from rtp_tui.model.statistics import CacheStatus
from rtp_tui.state.pipeline_state import PipelineState
from rtp_tui.tui.answers import NOTHING_ASKED, with_answer
from rtp_tui.tui.follower import Connection
from rtp_tui.tui.scene import Scene
from tests.factories import NOW_MS, a_signal
from tests.frozen_alerts import frozen_alerts, frozen_gaps, frozen_quality, frozen_rules, frozen_silences
from tests.frozen_pipeline import a_snapshot
from tests.frozen_portfolios import a_market_view, a_risk, frozen_portfolios, frozen_value, frozen_watchlists
from tests.treasuries import a_treasury_report

WATCHED = frozenset(one for watchlist in frozen_watchlists() for one in watchlist.instruments)


def a_state(*payloads: Payload, instruments: Iterable[Instrument] = ()) -> PipelineState:
    state = PipelineState(instruments)
    for seq, payload in enumerate(payloads, start=1):
        state.apply(Event(seq, payload))
    return state


def a_scene(state: PipelineState | None = None, snapshot: Snapshot | None = None, **changes: Any) -> Scene:
    values: dict[str, Any] = {
        "state": state or PipelineState.of(snapshot or a_snapshot()),
        "now_ms": NOW_MS,
        "connection": Connection.LIVE,
    }
    return Scene(**{**values, **changes})


def an_eventful_scene(**changes: Any) -> Scene:
    """Alerts in every state, a silence, and answers to all that panes ask."""
    snapshot = replace(
        a_snapshot(),
        alerts=frozen_alerts(),
        silences=frozen_silences(),
        signals=(a_signal(),),
        portfolios=frozen_portfolios(),
        portfolio_values=(frozen_value(),),
        risks=(a_risk(),),
        watchlists=frozen_watchlists(),
        cache=CacheStatus(hits=3),
    )
    answers = with_answer(NOTHING_ASKED, "scores", frozen_quality())
    answers = with_answer(answers, "gaps", frozen_gaps())
    answers = with_answer(answers, "market", a_market_view())
    answers = with_answer(answers, "treasury", a_treasury_report())
    answers = with_answer(answers, "rules", frozen_rules())
    return a_scene(
        snapshot=snapshot, **{"answers": answers, "portfolio": "desk", "watched": WATCHED, **changes}
    )
