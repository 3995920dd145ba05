"""Whether what an engine says is worth something."""

from rtp_tui.model.health import Freshness
from rtp_tui.model.parts import PartState, PartStatus
from rtp_tui.server.readiness import Check, readiness
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import BTC, NOW_MS, a_verdict, an_instrument


def prices(state: PipelineState) -> Check:
    return next(check for check in readiness(state) if check.name == "prices")


def a_state(*parts: str) -> PipelineState:
    state = PipelineState([an_instrument()])
    for name in parts:
        state.part.parts[name] = PartStatus(name=name, state=PartState.OK, since_ms=NOW_MS)
    return state


def test_prices_are_ready_once_one_of_them_is_fresh() -> None:
    state = a_state("store", "freshness")
    assert not prices(state).ok
    state.quality.freshness[BTC] = a_verdict(freshness=Freshness.STALE)
    assert not prices(state).ok
    state.quality.freshness[BTC] = a_verdict()
    assert prices(state).ok


def test_prices_do_not_keep_an_engine_from_being_ready_that_judges_none() -> None:
    assert prices(a_state("store")).ok
    assert not prices(a_state()).ok
