"""A provider's past, asked for once: minutes that are over do not change, and each question costs quota."""

from collections.abc import Iterable, Sequence
from functools import partial

from rtp_tui.cache.cache import Cache
from rtp_tui.clock import Clock
from rtp_tui.model.market import Bar, Tick
from rtp_tui.sources.backfilled import TIMEFRAMES_S
from rtp_tui.sources.contract import HistorySource, Subscription

SETTLED_MS = 120_000
"""A provider may still correct a minute that was over more recently."""
KEPT_MS = 600_000
"""Repair that failed half-way is tried again well within this time."""


class CachedHistory:
    """A HistorySource in front of another: complete answers about settled minutes are kept.

    Their keys begin with the provider's name, so that they are forgotten when its feed came back from a gap.
    """

    def __init__(self, provider: str, history: HistorySource, cache: Cache, clock: Clock) -> None:
        self._provider = provider
        self._history = history
        self._cache = cache
        self._clock = clock

    async def latest(self, subscriptions: Sequence[Subscription]) -> Iterable[Tick]:
        """Prices now, which are never kept. Raises SourceError."""
        return await self._history.latest(subscriptions)

    async def bars(
        self, subscription: Subscription, timeframe: str, start_ms: int, end_ms: int
    ) -> Sequence[Bar]:
        """Bars of `[start_ms, end_ms)`. Raises SourceError."""
        ask = partial(self._history.bars, subscription, timeframe, start_ms, end_ms)
        if end_ms + SETTLED_MS > self._clock.now_ms():
            return await ask()
        key = f"{self._provider}:bars:{subscription.symbol}:{timeframe}:{start_ms}:{end_ms}"
        bars = (await self._cache.get_or_set(key, ask, ttl_ms=KEPT_MS, is_final=True)).value
        if not _is_complete(bars, timeframe, start_ms, end_ms):
            # What is absent may be known to the provider later.
            self._cache.forget(key)
        return bars


def _is_complete(bars: Sequence[Bar], timeframe: str, start_ms: int, end_ms: int) -> bool:
    """Whether there is a bar for all of the time that was asked for."""
    length_ms = TIMEFRAMES_S.get(timeframe, 0) * 1000
    wanted = sum(start_ms <= bar.open_ms < end_ms and bar.closed for bar in bars)
    return wanted * length_ms >= end_ms - start_ms and wanted > 0
