"""The market as a whole, from the state."""

import pytest

from rtp_tui.api.market_view import MarketViewAnswers
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.events import Event
from rtp_tui.model.health import Freshness
from rtp_tui.model.queries import GetMarketView
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import BTC, ETH, NOW_MS, a_quote, a_verdict, an_instrument
from tests.fakes import FakeClock


def answers(*payloads: object) -> MarketViewAnswers:
    state = PipelineState([an_instrument(BTC), an_instrument(ETH)])
    for seq, payload in enumerate(payloads, 1):
        state.apply(Event(seq=seq, payload=payload))  # type: ignore[arg-type]
    return MarketViewAnswers(state, FakeClock(now_ms=NOW_MS))


async def test_what_is_fresh_counts_and_what_has_no_price_is_left_out() -> None:
    view = await answers(a_quote(change_24h_pct=1.5), a_verdict()).market_view(GetMarketView())

    assert [mover.instrument for mover in view.gainers] == [BTC]
    assert (view.counted, view.left_out, view.at_ms) == (1, 1, NOW_MS)


async def test_what_is_stale_is_left_out() -> None:
    stale = a_verdict(freshness=Freshness.STALE)
    view = await answers(a_quote(change_24h_pct=1.5), stale).market_view(GetMarketView())
    assert (view.counted, view.left_out) == (0, 2)


async def test_a_class_that_nothing_is_of_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadRequest, match="one of crypto"):
        await answers().market_view(GetMarketView(asset_class="bonds"))
