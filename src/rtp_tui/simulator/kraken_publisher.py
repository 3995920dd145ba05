"""From what happens in the market to messages on streams, at the pace at which Kraken sends each kind."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping

from rtp_tui.simulator import kraken
from rtp_tui.simulator.book import Book, BookTop, Trade
from rtp_tui.simulator.pace import Pace

HEARTBEAT_MS = 1000
HEARTBEATS = "heartbeat"
"""The stream of them; every connection that subscribes to anything has it."""


class KrakenPublisher:
    """Encodes only what somebody listens to, and remembers the newest trades for who comes."""

    def __init__(
        self,
        symbols: Mapping[str, Book],
        wants: Callable[[str], bool],
        publish: Callable[[str, str], None],
    ) -> None:
        self._symbols = symbols
        self._names = {book.listing.symbol: symbol for symbol, book in symbols.items()}
        self._wants = wants
        self._publish = publish
        self._newest: dict[str, deque[Trade]] = {
            symbol: deque([book.last_trade], kraken.LARGEST_SNAPSHOT) for symbol, book in symbols.items()
        }
        self._heartbeats = Pace(HEARTBEAT_MS)

    def beat(self, happened: Iterable[Trade | BookTop], now_ms: int) -> None:
        """Publish what happened and what is due; the market has already advanced to now."""
        traded: dict[str, list[Trade]] = {}
        moved: dict[str, None] = {}
        for event in happened:
            if (symbol := self._names.get(event.symbol)) is None:
                continue
            moved[symbol] = None
            if isinstance(event, Trade):
                traded.setdefault(symbol, []).append(event)
        for symbol, trades in traded.items():
            self._newest[symbol].extend(trades)
            self._publish_trades(symbol, trades)
            self._publish_ticker(symbol, "trades", now_ms)
        for symbol in moved:
            self._publish_ticker(symbol, "bbo", now_ms)
        if self._heartbeats.take(now_ms):
            self._publish(HEARTBEATS, kraken.HEARTBEAT)

    def newest(self, stream: str, now_ms: int) -> str:
        """What a stream begins with: a ticker, or the newest trades."""
        channel, _, symbol = stream.partition("/")
        book = self._symbols[symbol]
        if channel == "trade":
            return kraken.trades("snapshot", symbol, self._newest[symbol], book.listing.decimals)
        return kraken.ticker("snapshot", symbol, book, now_ms)

    def _publish_trades(self, symbol: str, trades: Iterable[Trade]) -> None:
        """Those of one moment are one message."""
        if self._wants(stream := kraken.stream("trade", symbol)):
            decimals = self._symbols[symbol].listing.decimals
            self._publish(stream, kraken.trades("update", symbol, trades, decimals))

    def _publish_ticker(self, symbol: str, trigger: str, now_ms: int) -> None:
        if self._wants(stream := kraken.stream("ticker", symbol, trigger)):
            self._publish(stream, kraken.ticker("update", symbol, self._symbols[symbol], now_ms))
