"""Bybit v5 spot: trades, best bid and ask and 24-hour figures over its public socket; candles over REST.

Source: https://bybit-exchange.github.io/docs/v5/ws/connect
"""

import math
from collections.abc import Iterable, Sequence
from functools import partial

import msgspec

from rtp_tui.model.market import Bar, Tick, TickKind
from rtp_tui.sources.backfilled import backfilled_bar, seconds_of
from rtp_tui.sources.bybit_frames import FrameReader
from rtp_tui.sources.bybit_rest import BybitRest, Kline, Ticker
from rtp_tui.sources.chunks import chunks
from rtp_tui.sources.contract import Endpoint, Keepalive, Notice, Subscription
from rtp_tui.sources.equipment import Equipment
from rtp_tui.sources.figures import figure, known_figure
from rtp_tui.sources.provider_settings import BybitSettings

TOPICS = ("tickers", "publicTrade", "orderbook.1")
"""Tickers of spot hold no bid and ask."""
SYMBOLS_PER_CONNECTION = 60
SYMBOLS_PER_REQUEST = 3
"""Their topics are nine; a request takes ten."""
REQUESTS_PER_CONNECTION = SYMBOLS_PER_CONNECTION // SYMBOLS_PER_REQUEST
HEARTBEAT_S = 3.0
"""So soon the top of a book is told again where it did not change."""
LONGEST_MESSAGE = 1 << 20
CALLS_PER_S = 20.0
"""A sixth of what the venue answers to one address."""


class BybitSource:
    """Feed and history of one venue; the clock is only read."""

    name = "bybit"
    expected_ms = 5_000
    has_contiguous_ids = False
    lifetime_s: float | None = None
    max_frame_bytes = 16 << 20
    """What a socket takes without ending; what is longer than a message can be is counted and not read."""
    keepalive = Keepalive('{"op":"ping"}', 20.0)

    def __init__(self, settings: BybitSettings, equipment: Equipment) -> None:
        self._settings = settings
        self._clock = equipment.clock
        http = equipment.paced(equipment.http_at(settings.rest_url), CALLS_PER_S)
        self._rest = BybitRest(http, self._clock, partial(equipment.note_quota, self.name))
        self._frames = FrameReader(self.name, LONGEST_MESSAGE)

    def endpoints(self, subscriptions: Sequence[Subscription]) -> Sequence[Endpoint]:
        """Split over connections, and from now on read frames about these subscriptions."""
        self._frames.expect(subscriptions)
        return [self._endpoint(part) for part in chunks(subscriptions, SYMBOLS_PER_CONNECTION)]

    def decode(self, frame: str | bytes, received_ms: int) -> Sequence[Tick] | Notice:
        """Read one frame; never raises for what it holds."""
        return self._frames.read(frame, received_ms)

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        """Prices and 24-hour figures now; symbols that do not exist are left out. Raises SourceError."""
        rows = await self._rest.tickers([wanted.symbol.upper() for wanted in subscriptions])
        received_ms = self._clock.now_ms()
        by_symbol = {row.symbol: row for row in rows}
        return [
            self._ticker_tick(wanted, by_symbol[wanted.symbol.upper()], received_ms)
            for wanted in subscriptions
            if wanted.symbol.upper() in by_symbol
        ]

    async def bars(
        self, subscription: Subscription, timeframe: str, start_ms: int, end_ms: int
    ) -> Sequence[Bar]:
        """Klines of `[start_ms, end_ms)`; the forming one is not closed. Raises SourceError."""
        length_ms = seconds_of(timeframe) * 1000
        rows = await self._rest.klines(subscription.symbol.upper(), timeframe, length_ms, start_ms, end_ms)
        now_ms = self._clock.now_ms()
        return [self._bar(subscription, timeframe, row, now_ms) for row in rows]

    def subscribing(self, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
        """What to send to hear of these too."""
        return _requests("subscribe", subscriptions, 1)

    def unsubscribing(self, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
        """What to send to hear of these no more."""
        return _requests("unsubscribe", subscriptions, SYMBOLS_PER_REQUEST)

    def _endpoint(self, subscriptions: Sequence[Subscription]) -> Endpoint:
        """Few symbols a request: one that does not exist spoils the whole of it."""
        per_request = math.ceil(len(subscriptions) / REQUESTS_PER_CONNECTION)
        requests = _requests("subscribe", subscriptions, per_request)
        return Endpoint(self._settings.ws_url, requests, tuple(subscriptions), self.keepalive, HEARTBEAT_S)

    def _ticker_tick(self, wanted: Subscription, row: Ticker, received_ms: int) -> Tick:
        return Tick(
            kind=TickKind.QUOTE,
            instrument=wanted.instrument,
            feed=f"{self.name}:{wanted.symbol}",
            event_ms=None,
            received_ms=received_ms,
            price=known_figure(row.last_price),
            bid=known_figure(row.bid1_price),
            ask=known_figure(row.ask1_price),
            open_24h=known_figure(row.prev_price_24h),
            high_24h=known_figure(row.high_price_24h),
            low_24h=known_figure(row.low_price_24h),
            volume_24h=known_figure(row.turnover_24h),
        )

    def _bar(self, wanted: Subscription, timeframe: str, row: Kline, now_ms: int) -> Bar:
        prices = figure(row.open), figure(row.high), figure(row.low), figure(row.close)
        feed = f"{self.name}:{wanted.symbol}"
        return backfilled_bar(wanted, feed, timeframe, row.open_ms, prices, figure(row.volume), now_ms)


def _requests(operation: str, subscriptions: Sequence[Subscription], per_request: int) -> tuple[str, ...]:
    return tuple(_request(operation, part) for part in chunks(subscriptions, per_request))


def _request(operation: str, subscriptions: Iterable[Subscription]) -> str:
    topics = [f"{topic}.{wanted.symbol.upper()}" for wanted in subscriptions for topic in TOPICS]
    return msgspec.json.encode({"op": operation, "args": topics}).decode()
