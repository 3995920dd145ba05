"""From what happens in the market to events on streams, at the pace at which Bybit sends each kind."""

from collections.abc import Callable, Iterable, Mapping

from rtp_tui.simulator import bybit
from rtp_tui.simulator.book import Book, BookTop, Trade
from rtp_tui.simulator.pace import Pace

TICKER_MS = 1000
TOP_REPEATED_MS = 3000
"""The top of a book that does not change is told again after so long."""


class BybitPublisher:
    """Encodes only what somebody listens to."""

    def __init__(
        self, symbols: Mapping[str, Book], wants: Callable[[str], bool], publish: Callable[[str, str], None]
    ) -> None:
        self._symbols = symbols
        self._wants = wants
        self._publish = publish
        self._tickers = Pace(TICKER_MS)
        self._told_ids: dict[str, int] = {}
        self._tops_told_ms: dict[str, int] = {}

    def beat(self, happened: Iterable[Trade | BookTop], now_ms: int) -> None:
        """Publish what happened and what is due; the market has already advanced to now."""
        fills: dict[str, list[Trade]] = {}
        tops: dict[str, None] = {}
        for event in happened:
            if event.symbol in self._symbols:
                if isinstance(event, Trade):
                    fills.setdefault(event.symbol, []).append(event)
                else:
                    tops[event.symbol] = None
        for symbol, of_symbol in fills.items():
            self._publish_trades(symbol, of_symbol, now_ms)
        for symbol in tops:
            self._publish_top(symbol, now_ms)
        if self._tickers.take(now_ms):
            self._publish_figures(now_ms)

    def _publish_trades(self, symbol: str, fills: list[Trade], now_ms: int) -> None:
        if self._wants(stream := bybit.stream("publicTrade", symbol)):
            decimals = self._symbols[symbol].listing.decimals
            self._publish(stream, bybit.trades(symbol, fills, decimals, now_ms))

    def _publish_top(self, symbol: str, now_ms: int) -> None:
        if self._wants(stream := bybit.stream("orderbook.1", symbol)):
            self._tops_told_ms[symbol] = now_ms
            self._publish(stream, bybit.top(self._symbols[symbol], now_ms))

    def _publish_figures(self, now_ms: int) -> None:
        for symbol, book in self._symbols.items():
            is_news = self._told_ids.get(symbol) != book.next_id
            if is_news and self._wants(stream := bybit.stream("tickers", symbol)):
                self._told_ids[symbol] = book.next_id
                self._publish(stream, bybit.ticker(book, now_ms))
            if abs(now_ms - self._tops_told_ms.get(symbol, 0)) >= TOP_REPEATED_MS:
                self._publish_top(symbol, now_ms)
