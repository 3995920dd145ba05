"""Portfolios and watchlists: what there are, and what the portfolios are worth from second to second."""

from collections.abc import Callable, Iterable

import msgspec

from rtp_tui.analytics.rates import rates_of
from rtp_tui.analytics.valuation import Priced, Rates, value_portfolio
from rtp_tui.clock import Clock
from rtp_tui.model.documents import Document, DocumentKind
from rtp_tui.model.events import Payload
from rtp_tui.model.health import Freshness
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.portfolios import (
    Portfolio,
    PortfolioRemoved,
    PortfolioSaved,
    PortfolioValue,
    PortfolioValued,
)
from rtp_tui.model.watchlists import Watchlist, WatchlistRemoved, WatchlistSaved
from rtp_tui.state.pipeline_state import PipelineState

EVERY_S = 1.0
_portfolio = msgspec.json.Decoder(Portfolio)
_watchlist = msgspec.json.Decoder(Watchlist)


class PortfolioDesk:
    """Keeps portfolios and watchlists, and announces what the portfolios are worth when that changed."""

    def __init__(
        self,
        state: PipelineState,
        announce: Callable[[Payload], None],
        keep: Callable[[Document], None],
        clock: Clock,
    ) -> None:
        self._state = state
        self._announce = announce
        self._keep = keep
        self._clock = clock

    def restore(self, documents: Iterable[Document]) -> list[str]:
        """Take over what an earlier run kept; the names of what this version cannot read."""
        unread = []
        for document in documents:
            try:
                self._take(document)
            except msgspec.DecodeError:
                unread.append(document.name)
        return unread

    async def run(self) -> None:
        """Part "portfolios": look once a second, until cancelled."""
        while True:
            self.value_all()
            await self._clock.sleep(EVERY_S)

    def value_all(self) -> None:
        """Announce what is worth something else than when it was announced last."""
        kept = self._state.portfolio
        if not kept.portfolios:
            return
        rates = self._rates()
        for portfolio in tuple(kept.portfolios.values()):
            told, value = kept.values.get(portfolio.name), self.value(portfolio, rates)
            if told is None or msgspec.structs.replace(told, at_ms=value.at_ms) != value:
                self._announce(PortfolioValued(value))

    def value(self, portfolio: Portfolio, rates: Rates | None = None) -> PortfolioValue:
        """What it is worth now, at these rates or those of now."""
        known = self._rates() if rates is None else rates
        return value_portfolio(portfolio, self._priced, known, self._clock.now_ms())

    def save(self, portfolio: Portfolio) -> None:
        """Take a portfolio in the place of the one of its name."""
        self._write(DocumentKind.PORTFOLIO, portfolio.name, portfolio)
        self._announce(PortfolioSaved(portfolio))
        self._announce(PortfolioValued(self.value(portfolio)))

    def remove(self, name: str) -> None:
        """Forget a portfolio."""
        self._write(DocumentKind.PORTFOLIO, name, None)
        self._announce(PortfolioRemoved(name))

    def save_watchlist(self, watchlist: Watchlist) -> None:
        """Take a watchlist in the place of the one of its name."""
        self._write(DocumentKind.WATCHLIST, watchlist.name, watchlist)
        self._announce(WatchlistSaved(watchlist))

    def remove_watchlist(self, name: str) -> None:
        """Forget a watchlist."""
        self._write(DocumentKind.WATCHLIST, name, None)
        self._announce(WatchlistRemoved(name))

    def _rates(self) -> Rates:
        market = self._state.market
        return rates_of(market.instruments.values(), market.quotes)

    def _take(self, document: Document) -> None:
        payload = document.payload or ""
        if document.kind is DocumentKind.PORTFOLIO:
            self._announce(PortfolioSaved(_portfolio.decode(payload)))
        elif document.kind is DocumentKind.WATCHLIST:
            self._announce(WatchlistSaved(_watchlist.decode(payload)))

    def _write(self, kind: DocumentKind, name: str, noun: Portfolio | Watchlist | None) -> None:
        payload = None if noun is None else msgspec.json.encode(noun).decode()
        self._keep(Document(kind, name, self._clock.now_ms(), payload))

    def _priced(self, instrument_id: InstrumentId) -> Priced | None:
        instrument = self._state.market.instruments.get(instrument_id)
        if instrument is None:
            return None
        quote = self._state.market.quotes.get(instrument_id)
        verdict = self._state.quality.freshness.get(instrument_id)
        return Priced(
            currency=instrument.currency,
            price=quote.price if quote else None,
            day_change=quote.change_24h if quote else None,
            is_stale=verdict is not None and verdict.freshness is Freshness.STALE,
        )
