"""Kraken: trades, best bid and ask and 24-hour figures over version 2 of its socket; candles over REST.

Source: https://docs.kraken.com/api/docs/guides/spot-ws-intro
"""

from collections.abc import Iterable, Sequence

import msgspec

from rtp_tui.model.market import Bar, Tick, TickKind
from rtp_tui.sources.backfilled import backfilled_bar, seconds_of
from rtp_tui.sources.chunks import chunks
from rtp_tui.sources.contract import Endpoint, Keepalive, Notice, Subscription
from rtp_tui.sources.equipment import Equipment
from rtp_tui.sources.figures import figure, known_figure
from rtp_tui.sources.kraken_frames import FrameReader
from rtp_tui.sources.kraken_rest import PAIRS_PER_REQUEST, Candle, Day, KrakenRest
from rtp_tui.sources.provider_settings import KrakenSettings

SYMBOLS_PER_CONNECTION = 200
SYMBOLS_PER_REQUEST = 50
LONGEST_MESSAGE = 1 << 20
HEARTBEAT_S = 1.0
"""There is one where there is nothing else."""
CALLS_PER_S = 1.0
"""What the venue answers to one address."""
Params = dict[str, str | bool | list[str]]

_PING = Keepalive('{"method":"ping"}', 20.0)
"""A connection without traffic is closed after a minute."""


class KrakenSource:
    """Feed and history of one venue; the clock is only read."""

    name = "kraken"
    has_contiguous_ids = True
    expected_ms = 15_000
    """There is a ticker with every change of the best bid or ask, and a trade with every trade."""
    lifetime_s: float | None = None
    max_frame_bytes = LONGEST_MESSAGE

    def __init__(self, settings: KrakenSettings, equipment: Equipment) -> None:
        self._settings = settings
        self._clock = equipment.clock
        self._rest = KrakenRest(equipment.paced(equipment.http_at(settings.rest_url), CALLS_PER_S))
        self._frames = FrameReader(self.name, LONGEST_MESSAGE)

    def endpoints(self, subscriptions: Sequence[Subscription]) -> Sequence[Endpoint]:
        """Split over connections, and from now on read frames about these subscriptions."""
        self._frames.expect(subscriptions)
        return [
            Endpoint(self._settings.ws_url, self.subscribing(part), tuple(part), _PING, HEARTBEAT_S)
            for part in chunks(subscriptions, SYMBOLS_PER_CONNECTION)
        ]

    def subscribing(self, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
        """What to send to hear of these too."""
        return self._requests("subscribe", subscriptions, {"snapshot": True})

    def unsubscribing(self, subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
        """What to send to hear of these no more."""
        return self._requests("unsubscribe", subscriptions, {})

    def decode(self, frame: str | bytes, received_ms: int) -> Sequence[Tick] | Notice:
        """Read one frame; never raises for what it holds."""
        return self._frames.read(frame, received_ms)

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        """24-hour figures now; pairs that do not exist are left out. Raises SourceError."""
        ticks: list[Tick] = []
        for part in chunks(subscriptions, PAIRS_PER_REQUEST):
            days = await self._rest.days([wanted.symbol for wanted in part])
            ticks += [self._day_tick(one, days[one.symbol]) for one in part if one.symbol in days]
        return ticks

    async def bars(
        self, subscription: Subscription, timeframe: str, start_ms: int, end_ms: int
    ) -> Sequence[Bar]:
        """Candles of `[start_ms, end_ms)`; the forming one is not closed. Raises SourceError."""
        minutes = seconds_of(timeframe) // 60
        rows = await self._rest.candles(subscription.symbol, minutes, start_ms, end_ms)
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

    def _feed(self, wanted: Subscription) -> str:
        return f"{self.name}:{wanted.symbol}"

    def _requests(self, method: str, subscriptions: Sequence[Subscription], wish: Params) -> tuple[str, ...]:
        """Each symbol is answered by itself, so that one that does not exist spoils no other."""
        symbols = list(dict.fromkeys(wanted.symbol for wanted in subscriptions))
        channels: tuple[Params, ...] = (
            {"channel": "ticker", "event_trigger": self._settings.event_trigger, **wish},
            {"channel": "trade", **wish},
        )
        return tuple(
            _request(method, {**channel, "symbol": list(part)})
            for part in chunks(symbols, SYMBOLS_PER_REQUEST)
            for channel in channels
        )

    def _day_tick(self, wanted: Subscription, day: Day) -> Tick:
        mean, volume = known_figure(_nth(day.p, 1)), known_figure(_nth(day.v, 1))
        return Tick(
            kind=TickKind.QUOTE,
            instrument=wanted.instrument,
            feed=self._feed(wanted),
            event_ms=None,
            received_ms=self._clock.now_ms(),
            price=known_figure(_nth(day.c, 0)),
            bid=known_figure(_nth(day.b, 0)),
            ask=known_figure(_nth(day.a, 0)),
            high_24h=known_figure(_nth(day.h, 1)),
            low_24h=known_figure(_nth(day.l, 1)),
            volume_24h=mean * volume if mean is not None and volume is not None else None,
        )


def _request(method: str, params: Params) -> str:
    return msgspec.json.encode({"method": method, "params": params}).decode()


def _nth(figures: Sequence[str], index: int) -> str:
    return figures[index] if index < len(figures) else ""
