"""Coinbase Advanced Trade: the other feed of the same venue, and candles over its public interface.

Source: https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-overview
"""

from collections.abc import Iterable, Sequence

import msgspec

from rtp_tui.model.market import Bar, Tick, TickKind
from rtp_tui.sources.backfilled import backfilled_bar, seconds_of
from rtp_tui.sources.chunks import chunks
from rtp_tui.sources.coinbase_advanced_frames import FrameReader
from rtp_tui.sources.coinbase_advanced_rest import Candle, CoinbaseAdvancedRest, Product
from rtp_tui.sources.coinbase_advanced_ticks import opening_price
from rtp_tui.sources.contract import BadPayload, Endpoint, Notice, Subscription, UnknownSymbol
from rtp_tui.sources.equipment import Equipment
from rtp_tui.sources.figures import figure, known_figure
from rtp_tui.sources.provider_settings import CoinbaseSettings

PRODUCTS_PER_CONNECTION = 100
LONGEST_MESSAGE = 1 << 20
HEARTBEAT_S = 1.0
CALLS_PER_S = 8.0
"""Of the ten that the venue answers to one address."""
_CHANNELS = ("ticker", "market_trades")
_HEARTBEATS = '{"type":"subscribe","channel":"heartbeats"}'
"""Without them a connection of quiet products is closed."""


class CoinbaseAdvancedSource:
    """Feed and history of one venue; the clock is only read."""

    name = "coinbase"
    has_contiguous_ids = True
    expected_ms = 15_000
    """There is a ticker with every change of price, best bid or ask."""
    lifetime_s: float | None = None
    max_frame_bytes = 16 << 20
    """What a socket takes without ending; what is longer than a message can be is counted and not read."""

    def __init__(self, settings: CoinbaseSettings, equipment: Equipment) -> None:
        self._settings = settings
        self._clock = equipment.clock
        http = equipment.http_at(settings.advanced_rest_url)
        self._rest = CoinbaseAdvancedRest(equipment.paced(http, CALLS_PER_S))
        self._frames = FrameReader(self.name, LONGEST_MESSAGE, PRODUCTS_PER_CONNECTION)

    def endpoints(self, subscriptions: Sequence[Subscription]) -> Sequence[Endpoint]:
        """Split over connections, and from now on read frames about these subscriptions."""
        self._frames.expect(subscriptions)
        return [
            Endpoint(
                self._settings.advanced_ws_url,
                (_HEARTBEATS, *self.subscribing(part)),
                tuple(part),
                heartbeat_s=HEARTBEAT_S,
            )
            for part in chunks(subscriptions, PRODUCTS_PER_CONNECTION)
        ]

    def subscribing(self, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
        """What to send to hear of these too."""
        return _requests("subscribe", subscriptions)

    def unsubscribing(self, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
        """What to send to hear of these no more."""
        return _requests("unsubscribe", subscriptions)

    def decode(self, frame: str | bytes, received_ms: int) -> Sequence[Tick] | Notice:
        """Read one frame; never raises for what it holds."""
        return self._frames.read(frame, received_ms)

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        """24-hour figures now; products that do not exist any more are left out. Raises SourceError."""
        ticks = []
        for wanted in subscriptions:
            try:
                product = await self._rest.product(wanted.symbol.upper())
            except UnknownSymbol:
                continue
            if product.status != "delisted":
                ticks.append(self._product_tick(wanted, product))
        return ticks

    async def bars(
        self, subscription: Subscription, timeframe: str, start_ms: int, end_ms: int
    ) -> Sequence[Bar]:
        """Candles of `[start_ms, end_ms)`; the forming one is not closed. Raises SourceError."""
        length_s = seconds_of(timeframe)
        rows = await self._rest.candles(subscription.symbol.upper(), length_s, start_ms, end_ms)
        return [self._bar(subscription, timeframe, row) for row in rows]

    def _bar(self, wanted: Subscription, timeframe: str, row: Candle) -> Bar:
        prices = figure(row.open), figure(row.high), figure(row.low), figure(row.close)
        return backfilled_bar(
            wanted,
            self._feed(wanted),
            timeframe,
            row.open_s * 1000,
            prices,
            figure(row.volume),
            self._clock.now_ms(),
        )

    def _product_tick(self, wanted: Subscription, product: Product) -> Tick:
        price = known_figure(product.price)
        try:
            opened = opening_price(price, product.price_percentage_change_24h)
        except ValueError as error:
            raise BadPayload("a figure is not a number") from error
        return Tick(
            kind=TickKind.QUOTE,
            instrument=wanted.instrument,
            feed=self._feed(wanted),
            event_ms=None,
            received_ms=self._clock.now_ms(),
            price=price,
            bid=known_figure(product.best_bid_price),
            ask=known_figure(product.best_ask_price),
            open_24h=opened,
            high_24h=known_figure(product.high_24h),
            low_24h=known_figure(product.low_24h),
            volume_24h=known_figure(product.approximate_quote_24h_volume),
        )

    def _feed(self, wanted: Subscription) -> str:
        return f"{self.name}:{wanted.symbol}"


def _requests(kind: str, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
    """One a channel: a message can name no more."""
    products = list(dict.fromkeys(wanted.symbol.upper() for wanted in subscriptions))
    return tuple(
        msgspec.json.encode({"type": kind, "product_ids": products, "channel": channel}).decode()
        for channel in _CHANNELS
    )
