"""OKX spot: trades, best bid and ask and 24-hour figures over its public socket; candles over REST.

Source: https://www.okx.com/docs-v5/en/
"""

from collections.abc import Iterable, Sequence

import msgspec

from rtp_tui.model.market import Bar, Tick, TickKind
from rtp_tui.sources.backfilled import backfilled_bar, seconds_of
from rtp_tui.sources.chunks import chunks
from rtp_tui.sources.contract import Endpoint, Keepalive, Notice, Subscription
from rtp_tui.sources.equipment import Equipment
from rtp_tui.sources.figures import figure, known_figure
from rtp_tui.sources.okx_frames import FrameReader
from rtp_tui.sources.okx_rest import Candle, OkxRest, Ticker
from rtp_tui.sources.okx_symbols import is_spot
from rtp_tui.sources.provider_settings import OkxSettings

CHANNELS = ("tickers", "trades")
INSTRUMENTS_PER_CONNECTION = 300
"""The names of all channels of a connection stay below the venue's 64 KiB."""
INSTRUMENTS_PER_REQUEST = 50
"""So does every message, with room for the longest names; 480 of them an hour are let through."""
LONGEST_MESSAGE = 1 << 20
CALLS_PER_S = 8.0
"""Of the ten that the venue answers to one address."""


class OkxSource:
    """Feed and history of one venue; the clock is only read."""

    name = "okx"
    expected_ms = 10_000
    """There is a ticker with every change, at most ten a second, and none without."""
    has_contiguous_ids = False
    """A trade may stand for several fills, each of which has a number."""
    lifetime_s: float | None = None
    max_frame_bytes = 16 << 20
    """What a socket takes without ending; what is longer than a message can be is counted and not read."""
    keepalive = Keepalive("ping", 20.0)
    """A connection on which nothing is said for 30 seconds is closed."""

    def __init__(self, settings: OkxSettings, equipment: Equipment) -> None:
        self._settings = settings
        self._clock = equipment.clock
        http = equipment.paced(equipment.http_at(settings.rest_url), CALLS_PER_S)
        self._rest = OkxRest(http, self._clock)
        self._frames = FrameReader(self.name, LONGEST_MESSAGE)

    def endpoints(self, subscriptions: Sequence[Subscription]) -> Sequence[Endpoint]:
        """Split over connections, and from now on read frames about these subscriptions."""
        self._frames.expect(subscriptions)
        return [self._endpoint(part) for part in chunks(subscriptions, INSTRUMENTS_PER_CONNECTION)]

    def decode(self, frame: str | bytes, received_ms: int) -> Sequence[Tick] | Notice:
        """Read one frame; never raises for what it holds."""
        return self._frames.read(frame, received_ms)

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        """Prices and 24-hour figures now; instruments that do not exist are left out. Raises SourceError."""
        rows = await self._rest.tickers([wanted.symbol.upper() for wanted in subscriptions])
        received_ms = self._clock.now_ms()
        by_name = {row.name: row for row in rows}
        return [
            self._ticker_tick(wanted, by_name[wanted.symbol.upper()], received_ms)
            for wanted in subscriptions
            if wanted.symbol.upper() in by_name
        ]

    async def bars(
        self, subscription: Subscription, timeframe: str, start_ms: int, end_ms: int
    ) -> Sequence[Bar]:
        """Candles of `[start_ms, end_ms)`; those that the venue does not confirm are not closed. Raises SourceError."""
        length_ms = seconds_of(timeframe) * 1000
        rows = await self._rest.candles(subscription.symbol.upper(), timeframe, length_ms, start_ms, end_ms)
        now_ms = self._clock.now_ms()
        return [self._bar(subscription, timeframe, row, now_ms) for row in rows]

    def subscribing(self, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
        """What to send to hear of these too."""
        return _requests("subscribe", subscriptions)

    def unsubscribing(self, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
        """What to send to hear of these no more."""
        return _requests("unsubscribe", subscriptions)

    def _endpoint(self, subscriptions: Sequence[Subscription]) -> Endpoint:
        requests = self.subscribing(subscriptions)
        return Endpoint(self._settings.ws_url, requests, tuple(subscriptions), self.keepalive)

    def _ticker_tick(self, wanted: Subscription, row: Ticker, received_ms: int) -> Tick:
        return Tick(
            kind=TickKind.QUOTE,
            instrument=wanted.instrument,
            feed=f"{self.name}:{wanted.symbol}",
            event_ms=int(row.ts) if row.ts.isdecimal() else None,
            received_ms=received_ms,
            price=known_figure(row.last),
            bid=known_figure(row.bid),
            ask=known_figure(row.ask),
            open_24h=known_figure(row.open_24h),
            high_24h=known_figure(row.high_24h),
            low_24h=known_figure(row.low_24h),
            volume_24h=known_figure(row.quote_volume),
        )

    def _bar(self, wanted: Subscription, timeframe: str, row: Candle, now_ms: int) -> Bar:
        prices = figure(row.open), figure(row.high), figure(row.low), figure(row.close)
        volume = figure(row.volume if is_spot(wanted.symbol) else row.currency_volume)
        feed = f"{self.name}:{wanted.symbol}"
        bar = backfilled_bar(wanted, feed, timeframe, row.open_ms, prices, volume, now_ms)
        return bar if row.is_closed is None else msgspec.structs.replace(bar, closed=row.is_closed)


def _requests(operation: str, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
    return tuple(_request(operation, part) for part in chunks(subscriptions, INSTRUMENTS_PER_REQUEST))


def _request(operation: str, subscriptions: Iterable[Subscription]) -> str:
    arguments = [
        {"channel": channel, "instId": wanted.symbol.upper()}
        for wanted in subscriptions
        for channel in CHANNELS
    ]
    return msgspec.json.encode({"op": operation, "args": arguments}).decode()
