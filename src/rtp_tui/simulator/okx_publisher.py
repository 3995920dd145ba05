"""From what happens in the market to events on streams, at the pace at which OKX sends each kind."""

from collections.abc import Callable, Iterable, Mapping

from rtp_tui.simulator import okx
from rtp_tui.simulator.book import Book, BookTop, Trade
from rtp_tui.simulator.pace import Pace

TICKER_MS = 1000
"""The venue tells up to ten a second; nobody who looks needs more."""


class OkxPublisher:
    """Encodes only what somebody listens to."""

    def __init__(
        self, names: Mapping[str, Book], wants: Callable[[str], bool], publish: Callable[[str, str], None]
    ) -> None:
        self._named = {book.listing.symbol: (name, book) for name, book in names.items()}
        self._wants = wants
        self._publish = publish
        self._tickers = Pace(TICKER_MS)
        self._told_ids: dict[str, int] = {}

    def beat(self, happened: Iterable[Trade | BookTop], now_ms: int) -> None:
        """Publish what happened and what is due; the market has already advanced to now."""
        fills: dict[str, list[Trade]] = {}
        tops: dict[str, None] = {}
        for event in happened:
            if event.symbol in self._named:
                if isinstance(event, Trade):
                    fills.setdefault(event.symbol, []).append(event)
                else:
                    tops[event.symbol] = None
        for symbol, of_symbol in fills.items():
            self._publish_trades(symbol, of_symbol)
        for symbol in tops:
            self._publish_top(symbol, now_ms)
        if self._tickers.take(now_ms):
            self._publish_tickers(now_ms)

    def _publish_trades(self, symbol: str, fills: list[Trade]) -> None:
        name, book = self._named[symbol]
        if self._wants(stream := okx.stream("trades", name)):
            for together in _filled_together(fills):
                self._publish(stream, okx.trade(name, together, book.listing.decimals))

    def _publish_top(self, symbol: str, now_ms: int) -> None:
        name, book = self._named[symbol]
        if self._wants(stream := okx.stream("bbo-tbt", name)):
            self._publish(stream, okx.best(name, book, now_ms))

    def _publish_tickers(self, now_ms: int) -> None:
        for name, book in self._named.values():
            is_news = self._told_ids.get(name) != book.next_id
            if is_news and self._wants(stream := okx.stream("tickers", name)):
                self._told_ids[name] = book.next_id
                self._publish(stream, okx.ticker(name, book, now_ms))


def _filled_together(fills: list[Trade]) -> list[list[Trade]]:
    """Successive fills of one side at one price, which the venue tells as one."""
    groups: list[list[Trade]] = []
    for fill in fills:
        last = groups[-1][-1] if groups else None
        if last and (last.price, last.buyer_is_maker) == (fill.price, fill.buyer_is_maker):
            groups[-1].append(fill)
        else:
            groups.append([fill])
    return groups
