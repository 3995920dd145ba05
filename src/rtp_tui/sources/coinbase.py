"""Coinbase Exchange: trades, best bid and ask and 24-hour figures over its feed; candles over REST.

Source: https://docs.cdp.coinbase.com/exchange/websocket-feed/overview
"""

import math
from collections.abc import Iterable, Sequence

import msgspec

from rtp_tui.model.market import Bar, Tick, TickKind
from rtp_tui.sources.backfilled import backfilled_bar, seconds_of
from rtp_tui.sources.chunks import chunks
from rtp_tui.sources.coinbase_frames import FrameReader
from rtp_tui.sources.coinbase_rest import CoinbaseRest, Stats
from rtp_tui.sources.contract import Endpoint, Notice, Subscription, UnknownSymbol
from rtp_tui.sources.equipment import Equipment
from rtp_tui.sources.figures import known_figure
from rtp_tui.sources.provider_settings import CoinbaseSettings

PRODUCTS_PER_CONNECTION = 100
REQUESTS_PER_CONNECTION = 20
"""Five seconds of our pace; the first request comes at once, before the venue loses its patience."""
CHANNELS = ("ticker", "matches", "heartbeat")
HEARTBEAT_S = 1.0
"""Of each product's own channel for that."""
LONGEST_MESSAGE = 1 << 20

CALLS_PER_S = 8.0
"""Of the ten that the venue answers to one address."""


class CoinbaseSource:
    """Feed and history of one venue; the clock is only read."""

    name = "coinbase"
    has_contiguous_ids = True
    expected_ms = 15_000
    """There is a ticker with every trade and none without."""
    lifetime_s: float | None = None
    max_frame_bytes = 16 << 20
    """What a socket takes without ending; what is longer than a message can be is counted and not read."""

    def __init__(self, settings: CoinbaseSettings, equipment: Equipment) -> None:
        self._settings = settings
        self._clock = equipment.clock
        self._rest = CoinbaseRest(equipment.paced(equipment.http_at(settings.rest_url), CALLS_PER_S))
        self._frames = FrameReader(self.name, LONGEST_MESSAGE)

    def endpoints(self, subscriptions: Sequence[Subscription]) -> Sequence[Endpoint]:
        """Split over connections, and from now on read frames about these subscriptions."""
        self._frames.expect(subscriptions)
        return [self._endpoint(part) for part in chunks(subscriptions, PRODUCTS_PER_CONNECTION)]

    def decode(self, frame: str | bytes, received_ms: int) -> Sequence[Tick] | Notice:
        """Read one frame; never raises for what it holds."""
        return self._frames.read(frame, received_ms)

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        """24-hour figures now; products that do not exist are left out. Raises SourceError."""
        ticks = []
        for wanted in subscriptions:
            try:
                stats = await self._rest.stats(wanted.symbol.upper())
            except UnknownSymbol:
                continue
            ticks.append(self._stats_tick(wanted, stats))
        return ticks

    async def bars(
        self, subscription: Subscription, timeframe: str, start_ms: int, end_ms: int
    ) -> Sequence[Bar]:
        """Candles of `[start_ms, end_ms)`; the forming one is not closed. Raises SourceError."""
        length_s = seconds_of(timeframe)
        rows = await self._rest.candles(subscription.symbol.upper(), length_s, start_ms, end_ms)
        feed, now_ms = self._feed(subscription), self._clock.now_ms()
        return [
            backfilled_bar(
                subscription,
                feed,
                timeframe,
                row.open_s * 1000,
                (row.open, row.high, row.low, row.close),
                row.volume,
                now_ms,
            )
            for row in rows
        ]

    def subscribing(self, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
        """What to send to hear of these too."""
        return self._requests("subscribe", subscriptions, 1)

    def unsubscribing(self, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
        """What to send to hear of these no more."""
        return self._requests("unsubscribe", subscriptions, PRODUCTS_PER_CONNECTION)

    def _feed(self, wanted: Subscription) -> str:
        return f"{self.name}:{wanted.symbol}"

    def _endpoint(self, subscriptions: Sequence[Subscription]) -> Endpoint:
        """Few products a request: one that does not exist spoils the whole of it."""
        per_request = math.ceil(len(subscriptions) / REQUESTS_PER_CONNECTION)
        requests = self._requests("subscribe", subscriptions, per_request)
        return Endpoint(self._settings.ws_url, requests, tuple(subscriptions), heartbeat_s=HEARTBEAT_S)

    def _requests(
        self, kind: str, subscriptions: Sequence[Subscription], per_request: int
    ) -> tuple[str, ...]:
        symbols = [wanted.symbol.upper() for wanted in subscriptions]
        return tuple(
            msgspec.json.encode({"type": kind, "product_ids": part, "channels": CHANNELS}).decode()
            for part in chunks(symbols, per_request)
        )

    def _stats_tick(self, wanted: Subscription, stats: Stats) -> Tick:
        return Tick(
            kind=TickKind.QUOTE,
            instrument=wanted.instrument,
            feed=self._feed(wanted),
            event_ms=None,
            received_ms=self._clock.now_ms(),
            price=known_figure(stats.last),
            open_24h=known_figure(stats.open),
            high_24h=known_figure(stats.high),
            low_24h=known_figure(stats.low),
        )
