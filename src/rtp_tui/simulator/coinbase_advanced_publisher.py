"""From what happens in the market to events on streams, at the pace at which Advanced Trade sends each kind."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping

from rtp_tui.simulator import coinbase_advanced
from rtp_tui.simulator.book import Book, BookTop, Trade
from rtp_tui.simulator.coinbase import stream
from rtp_tui.simulator.coinbase_advanced_control import HEARTBEATS
from rtp_tui.simulator.pace import Pace

HEARTBEAT_MS = 1000


class CoinbaseAdvancedPublisher:
    """Encodes only what somebody listens to, and remembers the newest trades for who comes."""

    def __init__(
        self,
        products: Mapping[str, Book],
        wants: Callable[[str], bool],
        publish: Callable[[str, str], None],
    ) -> None:
        self._products = products
        self._names = {book.listing.symbol: product for product, book in products.items()}
        self._wants = wants
        self._publish = publish
        self._newest: dict[str, deque[Trade]] = {
            product: deque([book.last_trade], coinbase_advanced.LARGEST_SNAPSHOT)
            for product, book in products.items()
        }
        self._heartbeat_turns = Pace(HEARTBEAT_MS)
        self._heartbeats = 0

    def beat(self, happened: Iterable[Trade | BookTop], now_ms: int) -> None:
        """Publish what happened and what is due; the market has already advanced to now."""
        traded: dict[str, list[Trade]] = {}
        moved: dict[str, None] = {}
        for event in happened:
            if (product := self._names.get(event.symbol)) is None:
                continue
            moved[product] = None
            if isinstance(event, Trade):
                traded.setdefault(product, []).append(event)
        for product, trades in traded.items():
            self._newest[product].extend(trades)
            if self._wants(name := stream("market_trades", product)):
                self._publish(name, self._trades("update", product, reversed(trades), now_ms))
        for product in moved:
            if self._wants(name := stream("ticker", product)):
                book = self._products[product]
                self._publish(name, coinbase_advanced.ticker("update", product, book, now_ms))
        if self._heartbeat_turns.take(now_ms):
            self._heartbeats += 1
            self._publish(
                stream(HEARTBEATS, HEARTBEATS), coinbase_advanced.heartbeat(self._heartbeats, now_ms)
            )

    def newest(self, name: str, now_ms: int) -> str | None:
        """What a stream begins with: a ticker, or the newest trades; None where it begins with nothing."""
        channel, _, product = name.partition("/")
        if channel == "ticker":
            return coinbase_advanced.ticker("snapshot", product, self._products[product], now_ms)
        if channel == "market_trades":
            return self._trades("snapshot", product, reversed(self._newest[product]), now_ms)
        return None

    def _trades(self, kind: str, product: str, newest_first: Iterable[Trade], now_ms: int) -> str:
        decimals = self._products[product].listing.decimals
        return coinbase_advanced.trades(kind, product, newest_first, decimals, now_ms)
