"""Binance spot: trades, best bid and ask and 24-hour figures over streams; klines and tickers over REST.

Source: https://developers.binance.com/docs/binance-spot-api-docs
"""

from collections.abc import Iterable, Sequence
from functools import partial

import msgspec

from rtp_tui.model.market import Bar, BarOrigin, Tick, TickKind
from rtp_tui.sources.binance_frames import FrameReader
from rtp_tui.sources.binance_rest import BinanceRest, Day, Kline
from rtp_tui.sources.chunks import chunks
from rtp_tui.sources.contract import BadPayload, Endpoint, Notice, Subscription
from rtp_tui.sources.equipment import Equipment
from rtp_tui.sources.figures import figure, known_figure
from rtp_tui.sources.provider_settings import BinanceSettings

STREAMS_PER_CONNECTION = 1024
STREAMS_PER_REQUEST = 200
LONGEST_URL = 2000
LONGEST_MESSAGE = 1 << 20
_MINUTE_MS = 60_000


class BinanceSource:
    """Streams and history of one venue, for one feed; the clock is only read."""

    name = "binance"
    expected_ms = 5_000
    has_contiguous_ids = True
    lifetime_s: float | None = 24 * 3600 - 600
    """The venue closes connections after 24 hours."""
    max_frame_bytes = 16 << 20
    """What a socket takes without ending; what is longer than a message can be is counted and not read."""

    def __init__(self, settings: BinanceSettings, equipment: Equipment) -> None:
        self._settings = settings
        self._clock = equipment.clock
        note_quota = partial(equipment.note_quota, self.name)
        self._rest = BinanceRest(equipment.http_at(settings.rest_url), self._clock, note_quota)
        self._frames = FrameReader(self.name, settings.trades, LONGEST_MESSAGE)

    def endpoints(self, subscriptions: Sequence[Subscription]) -> Sequence[Endpoint]:
        """Split over connections, and from now on read frames about these subscriptions."""
        self._frames.expect(subscriptions)
        per_connection = STREAMS_PER_CONNECTION // len(self._streams(""))
        return [self._endpoint(part) for part in chunks(subscriptions, per_connection)]

    def decode(self, frame: str | bytes, received_ms: int) -> Sequence[Tick] | Notice:
        """Read one frame; never raises for what it holds."""
        return self._frames.read(frame, received_ms)

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        """Prices and 24-hour figures now; symbols that do not exist are left out. Raises SourceError."""
        days = await self._rest.days([wanted.symbol.upper() for wanted in subscriptions])
        received_ms = self._clock.now_ms()
        by_symbol = {day.symbol: day for day in days}
        return [
            self._day_tick(wanted, by_symbol[wanted.symbol.upper()], received_ms)
            for wanted in subscriptions
            if wanted.symbol.upper() in by_symbol
        ]

    async def bars(
        self, subscription: Subscription, timeframe: str, start_ms: int, end_ms: int
    ) -> Sequence[Bar]:
        """Klines of `[start_ms, end_ms)`; the forming one is not closed. Raises SourceError."""
        rows = await self._rest.klines(subscription.symbol.upper(), timeframe, start_ms, end_ms)
        now_ms = self._clock.now_ms()
        return [self._bar(subscription, timeframe, row, now_ms) for row in rows]

    def subscribing(self, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
        """What to send to hear of these too."""
        return self._requests("SUBSCRIBE", subscriptions)

    def unsubscribing(self, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
        """What to send to hear of these no more."""
        return self._requests("UNSUBSCRIBE", subscriptions)

    def _requests(self, method: str, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
        streams = [stream for wanted in subscriptions for stream in self._streams(wanted.symbol)]
        return tuple(
            msgspec.json.encode({"method": method, "params": part, "id": number}).decode()
            for number, part in enumerate(chunks(streams, STREAMS_PER_REQUEST), 1)
        )

    def _streams(self, symbol: str) -> tuple[str, ...]:
        lower = symbol.lower()
        return f"{lower}@{self._settings.trades}", f"{lower}@bookTicker", f"{lower}@miniTicker"

    def _endpoint(self, subscriptions: Sequence[Subscription]) -> Endpoint:
        """Name the streams in the URL, or in requests where the URL would get too long."""
        streams = [stream for wanted in subscriptions for stream in self._streams(wanted.symbol)]
        base = self._settings.ws_url.rstrip("/") + "/stream"
        url = f"{base}?streams={'/'.join(streams)}"
        if len(url) <= LONGEST_URL:
            return Endpoint(url, (), tuple(subscriptions))
        return Endpoint(base, self.subscribing(subscriptions), tuple(subscriptions))

    def _day_tick(self, wanted: Subscription, day: Day, received_ms: int) -> Tick:
        return Tick(
            kind=TickKind.QUOTE,
            instrument=wanted.instrument,
            feed=f"{self.name}:{wanted.symbol}",
            event_ms=day.close_time or None,
            received_ms=received_ms,
            price=known_figure(day.last_price),
            bid=known_figure(day.bid_price),
            ask=known_figure(day.ask_price),
            open_24h=known_figure(day.open_price),
            high_24h=known_figure(day.high_price),
            low_24h=known_figure(day.low_price),
            volume_24h=known_figure(day.quote_volume),
        )

    def _bar(self, wanted: Subscription, timeframe: str, row: Kline, now_ms: int) -> Bar:
        opened, high, low, close = map(figure, (row.open, row.high, row.low, row.close))
        is_a_bar = 0 < low <= min(opened, close) and max(opened, close) <= high
        if not is_a_bar or row.open_ms % _MINUTE_MS or row.trades < 0:
            raise BadPayload("a kline is none")
        return Bar(
            instrument=wanted.instrument,
            timeframe=timeframe,
            open_ms=row.open_ms,
            open=opened,
            high=high,
            low=low,
            close=close,
            volume=figure(row.volume),
            trades=row.trades,
            closed=row.close_ms < now_ms,
            revision=0,
            origin=BarOrigin.BACKFILL,
            source=f"{self.name}:{wanted.symbol}",
        )
