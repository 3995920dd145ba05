"""The market as a whole, from the quotes of now."""

from rtp_tui.analytics.market_view import Seen, view_market
from rtp_tui.clock import Clock
from rtp_tui.model.errors import BadRequest
from rtp_tui.model.health import Freshness, FreshnessVerdict
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Quote
from rtp_tui.model.market_view import MarketView
from rtp_tui.model.queries import GetMarketView
from rtp_tui.state.pipeline_state import PipelineState

_DO_NOT_COUNT = (Freshness.STALE, Freshness.UNKNOWN)


class MarketViewAnswers:
    """Reads the state; keeps nothing."""

    def __init__(self, state: PipelineState, clock: Clock) -> None:
        self._state = state
        self._clock = clock

    async def market_view(self, query: GetMarketView) -> MarketView:
        """Raises BadRequest for a class that nothing is of."""
        classes = sorted({one.asset_class for one in self._state.market.instruments.values()})
        if query.asset_class is not None and query.asset_class not in classes:
            raise BadRequest(f"class: one of {', '.join(classes)}")
        return view_market(self._seen(), query.asset_class, query.limit, self._clock.now_ms())

    def _seen(self) -> list[Seen]:
        market, verdicts = self._state.market, self._state.quality.freshness
        return [
            Seen(instrument, market.quotes.get(key) or _unpriced(key), is_stale=_is_stale(verdicts.get(key)))
            for key, instrument in market.instruments.items()
        ]


def _unpriced(instrument: InstrumentId) -> Quote:
    return Quote(instrument=instrument, price=None, event_ms=None, received_ms=0, source="")


def _is_stale(verdict: FreshnessVerdict | None) -> bool:
    return verdict is None or verdict.freshness in _DO_NOT_COUNT
