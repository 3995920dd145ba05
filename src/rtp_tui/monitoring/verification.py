"""Part "verification": every five minutes the bars of the last five are built again from the trades that are stored."""

import logging
import math
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from rtp_tui.clock import Clock
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, BarOrigin, Tick
from rtp_tui.processing.bar_builder import MINUTE_MS, VOLUME_TOLERANCE, BarBuilder

VERIFY_EVERY_S = 300.0
VERIFIED_MINUTES = 5
SETTLED_MS = 30_000
"""A minute that was over for so long has all its trades, in its bar and in the store."""
MOST_TRADES = 200_000
"""Of one minute, all instruments together; where there are more it is not verified."""

_log = logging.getLogger(__name__)

Rebuilt = Mapping[InstrumentId, Bar]
MadeOfTrades = Callable[[int, int, Callable[[Iterable[Tick]], Rebuilt | None]], Awaitable[Rebuilt | None]]
"""What is made of the stored trades from one moment to another, in a thread."""


def _always() -> None:
    return None


class Counts(Struct):
    """Bars since the start."""

    verified: int = 0
    differing: int = 0
    unverified: int = 0
    verified_of: dict[InstrumentId, int] = field(default_factory=dict)
    differing_of: dict[InstrumentId, int] = field(default_factory=dict)


class BarVerification:
    """Compares, says what differs, and corrects it; `revise` puts a bar in the place of another."""

    def __init__(
        self,
        made_of_trades: MadeOfTrades,
        live_bars: Callable[[int], Iterable[Bar]],
        rows_dropped: Callable[[], int],
        revise: Callable[[Bar], None],
        clock: Clock,
        trades_since_ms: Callable[[], int | None] = _always,
    ) -> None:
        self.counts = Counts()
        self._made_of_trades = made_of_trades
        self._live_bars = live_bars
        self._rows_dropped = rows_dropped
        self._revise = revise
        self._clock = clock
        self._trades_since_ms = trades_since_ms
        self._dropped_before = rows_dropped()

    async def run(self) -> None:
        """Verify every five minutes, until cancelled."""
        while True:
            await self._clock.sleep(VERIFY_EVERY_S)
            await self.verify()

    async def verify(self) -> None:
        """Verify the five newest minutes that are settled."""
        end_ms = (self._clock.now_ms() - SETTLED_MS) // MINUTE_MS * MINUTE_MS
        dropped = self._rows_dropped()
        for open_ms in range(end_ms - VERIFIED_MINUTES * MINUTE_MS, end_ms, MINUTE_MS):
            bars = [bar for bar in self._live_bars(open_ms) if bar.closed and bar.origin is BarOrigin.LIVE]
            if bars:
                await self._verify_minute(open_ms, bars, dropped)
        self._dropped_before = dropped

    async def _verify_minute(self, open_ms: int, bars: Sequence[Bar], dropped: int) -> None:
        rebuilt = await self._made_of_trades(open_ms, open_ms + MINUTE_MS, _rebuilt)
        if rebuilt is None or dropped != self._dropped_before or self._has_lost(open_ms):
            self.counts.unverified += len(bars)
        else:
            self._compare(bars, rebuilt, open_ms)

    def _has_lost(self, open_ms: int) -> bool:
        """Whether a minute's trades may not all be there any more; the venue's clock may be ahead of ours."""
        since_ms = self._trades_since_ms()
        return since_ms is not None and open_ms - MINUTE_MS < since_ms

    def _compare(self, bars: Iterable[Bar], rebuilt: Mapping[InstrumentId, Bar], open_ms: int) -> None:
        now = {bar.instrument: bar for bar in self._live_bars(open_ms)}
        for before in bars:
            bar, other = now.get(before.instrument), rebuilt.get(before.instrument)
            if bar != before:
                continue
            self.counts.verified += 1
            _count(self.counts.verified_of, before.instrument)
            if other is None or not agree(bar, other):
                self._correct(bar, other)

    def _correct(self, bar: Bar, other: Bar | None) -> None:
        """What the trades tell counts, unless some of them are not there."""
        self.counts.differing += 1
        _count(self.counts.differing_of, bar.instrument)
        is_complete = other is not None and other.trades >= bar.trades
        ending = "corrected" if is_complete else "left as it is, since trades are missing"
        _log.warning("%s", f"{bar.instrument} {bar.open_ms}: {difference(bar, other)}: {ending}")
        if other is not None and is_complete:
            self._revise(replace(other, closed=True, source=bar.source))


def _rebuilt(trades: Iterable[Tick]) -> Rebuilt | None:
    """Bars built as they were built live, each trade let go of at once; None of too many."""
    builders: dict[InstrumentId, BarBuilder] = {}
    for number, trade in enumerate(trades, 1):
        if number > MOST_TRADES:
            return None
        builder = builders.get(trade.instrument)
        if builder is None:
            builder = builders[trade.instrument] = BarBuilder(trade.instrument)
        sequence = -1 if trade.sequence is None else trade.sequence
        if trade.price is not None and trade.event_ms is not None:
            builder.add_trade(trade.price, trade.size or 0.0, trade.event_ms, sequence, trade.feed)
    return {instrument: bar for instrument, one in builders.items() for bar in one.recent()}


def _count(counts: dict[InstrumentId, int], instrument: InstrumentId) -> None:
    counts[instrument] = counts.get(instrument, 0) + 1


def agree(bar: Bar, other: Bar) -> bool:
    """Whether two bars tell the same of a minute; volumes are sums and may differ in their last digits."""
    return (
        (bar.open, bar.high, bar.low, bar.close, bar.trades)
        == (other.open, other.high, other.low, other.close, other.trades)
    ) and math.isclose(bar.volume, other.volume, rel_tol=VOLUME_TOLERANCE, abs_tol=1e-12)


def difference(bar: Bar, other: Bar | None) -> str:
    """What differs, in words."""
    if other is None:
        return "a bar of which no trade is stored"
    names = ("open", "high", "low", "close", "volume", "trades")
    told = [
        f"{name} {getattr(bar, name):g}, by its trades {getattr(other, name):g}"
        for name in names
        if getattr(bar, name) != getattr(other, name)
    ]
    return "; ".join(told)
