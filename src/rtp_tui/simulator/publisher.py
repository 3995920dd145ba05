"""From what happens in the market to events on streams, at the pace at which Binance sends each kind."""

from collections.abc import Callable, Iterable

from rtp_tui.simulator import binance
from rtp_tui.simulator.book import Book, BookTop, Trade
from rtp_tui.simulator.market import SimulatedMarket
from rtp_tui.simulator.minutes import MINUTE_MS
from rtp_tui.simulator.pace import Pace

TICKER_MS = 1000
KLINE_MS = 2000


class Publisher:
    """Encodes only what somebody listens to."""

    def __init__(
        self, market: SimulatedMarket, wants: Callable[[str], bool], publish: Callable[[str, str], None]
    ) -> None:
        self._market = market
        self._wants = wants
        self._publish = publish
        self._trade_streams = {symbol: binance.stream(symbol, "trade") for symbol in market.books}
        self._agg_streams = {symbol: binance.stream(symbol, "aggTrade") for symbol in market.books}
        self._top_streams = {symbol: binance.stream(symbol, "bookTicker") for symbol in market.books}
        self._tickers = Pace(TICKER_MS)
        self._klines = Pace(KLINE_MS)
        self._told_ids: dict[str, int] = {}
        self._told_minutes: dict[str, int] = {}

    def beat(self, happened: Iterable[Trade | BookTop], now_ms: int) -> None:
        """Publish what happened and what is due; the market has already advanced to now."""
        for event in happened:
            if isinstance(event, Trade):
                self._publish_trade(event, now_ms)
            elif self._wants(stream := self._top_streams[event.symbol]):
                self._publish(stream, binance.book_ticker(event))
        if self._tickers.take(now_ms):
            self._publish_tickers(now_ms)
        if self._klines.take(now_ms):
            self._publish_klines(now_ms)

    def _publish_trade(self, trade: Trade, now_ms: int) -> None:
        if self._wants(stream := self._trade_streams[trade.symbol]):
            self._publish(stream, binance.trade(trade, now_ms))
        if self._wants(stream := self._agg_streams[trade.symbol]):
            self._publish(stream, binance.agg_trade(trade, now_ms))

    def _publish_tickers(self, now_ms: int) -> None:
        changed = [
            book for symbol, book in self._market.books.items() if self._told_ids.get(symbol) != book.next_id
        ]
        for book in changed:
            self._told_ids[book.listing.symbol] = book.next_id
            if self._wants(stream := binance.stream(book.listing.symbol, "miniTicker")):
                self._publish(stream, binance.mini_ticker(book, now_ms))
            if self._wants(stream := binance.stream(book.listing.symbol, "ticker")):
                self._publish(stream, binance.ticker(book, now_ms))
        if changed and self._wants(binance.ALL_MINI_TICKERS):
            rows = ",".join(binance.mini_ticker(book, now_ms) for book in changed)
            self._publish(binance.ALL_MINI_TICKERS, f"[{rows}]")

    def _publish_klines(self, now_ms: int) -> None:
        """The forming minute; once, right after its end, the finished one (a minute ends when klines are due)."""
        minute_ms = now_ms - now_ms % MINUTE_MS
        for symbol, book in self._market.books.items():
            if self._wants(stream := binance.stream(symbol, "kline_1m")):
                self._publish_finished(stream, book, minute_ms, now_ms)
                self._publish_forming(stream, book, minute_ms, now_ms)

    def _publish_finished(self, stream: str, book: Book, minute_ms: int, now_ms: int) -> None:
        told_ms = self._told_minutes.pop(book.listing.symbol, minute_ms)
        if told_ms < minute_ms:
            for minute in book.minutes(told_ms, told_ms + MINUTE_MS):
                next_id = book.next_id - (book.forming.trades if book.forming is not minute else 0)
                text = binance.kline(book.listing.symbol, minute, next_id, now_ms, closed=True)
                self._publish(stream, text)

    def _publish_forming(self, stream: str, book: Book, minute_ms: int, now_ms: int) -> None:
        minute = book.forming
        if minute.open_ms == minute_ms and minute.trades:
            self._told_minutes[book.listing.symbol] = minute_ms
            self._publish(
                stream, binance.kline(book.listing.symbol, minute, book.next_id, now_ms, closed=False)
            )
