"""From what happens in the market to events on streams, at the pace at which Coinbase sends each kind."""

from collections.abc import Callable, Iterable, Mapping

from rtp_tui.simulator import coinbase
from rtp_tui.simulator.book import Book, BookTop, Trade
from rtp_tui.simulator.pace import Pace

HEARTBEAT_MS = 1000
BATCH_MS = 5000


class CoinbasePublisher:
    """Encodes only what somebody listens to."""

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
        self._tops: dict[str, BookTop] = {}
        self._heartbeats = Pace(HEARTBEAT_MS)
        self._batches = Pace(BATCH_MS)
        self._told_ids: dict[str, int] = {}

    def beat(self, happened: Iterable[Trade | BookTop], now_ms: int) -> None:
        """Publish what happened and what is due; the market has already advanced to now."""
        for event in happened:
            if (product := self._names.get(event.symbol)) is None:
                continue
            if isinstance(event, BookTop):
                self._tops[product] = event
            else:
                self._publish_trade(product, event)
        if self._heartbeats.take(now_ms):
            self._publish_heartbeats(now_ms)
        if self._batches.take(now_ms):
            self._publish_batches()

    def _publish_trade(self, product: str, trade: Trade) -> None:
        book = self._products[product]
        top = self._tops.get(product, book.top)
        if self._wants(stream := coinbase.stream("matches", product)):
            text = coinbase.match("match", product, trade, top.update_id, book.listing.decimals)
            self._publish(stream, text)
        if self._wants(stream := coinbase.stream("ticker", product)):
            self._publish(stream, coinbase.ticker(product, book, trade, top))

    def _publish_heartbeats(self, now_ms: int) -> None:
        for product, book in self._products.items():
            if self._wants(stream := coinbase.stream("heartbeat", product)):
                self._publish(stream, coinbase.heartbeat(product, book, now_ms))

    def _publish_batches(self) -> None:
        for product, book in self._products.items():
            is_news = self._told_ids.get(product) != book.last_trade.id
            if is_news and self._wants(stream := coinbase.stream("ticker_batch", product)):
                self._told_ids[product] = book.last_trade.id
                self._publish(stream, coinbase.ticker(product, book, book.last_trade, book.top))
