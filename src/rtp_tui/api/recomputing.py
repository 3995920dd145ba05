"""Minutes built again from the trades that are stored, on request."""

from collections.abc import Awaitable, Callable, Sequence

from msgspec.structs import replace

from rtp_tui.api.answers import Answers
from rtp_tui.clock import Clock
from rtp_tui.model.commands import Done, RecomputeBars
from rtp_tui.model.errors import BadRequest, Failed
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar, BarOrigin, Tick
from rtp_tui.model.queries import GetBars
from rtp_tui.monitoring.verification import MOST_TRADES, SETTLED_MS, agree
from rtp_tui.pipeline import Pipeline
from rtp_tui.processing.bar_builder import MINUTE_MS, BarBuilder
from rtp_tui.processing.bar_grid import TIMEFRAMES_MS
from rtp_tui.storage.contract import History, StoreUnusable
from rtp_tui.storage.rollups import LONG_TIMEFRAMES

HOUR_MS = 3_600_000
MOST_MINUTES = 1440


Redo = Callable[[InstrumentId, int], Awaitable[int]]
"""Makes stored hours and days again from a moment on; how many."""


async def nothing_stored(_instrument: InstrumentId, _from_ms: int) -> int:
    """Where no longer bars are stored."""
    return 0


class Recomputing:
    """A minute that its trades contradict is replaced, whichever feed it is of; it stays where they are not all stored.

    Longer bars follow by themselves: they are rolled up when somebody asks, and stored hours and days once a minute
    that they are made of has changed.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        history: History,
        answers: Answers,
        clock: Clock,
        redo: Redo = nothing_stored,
    ) -> None:
        self._redo = redo
        self._pipeline = pipeline
        self._history = history
        self._answers = answers
        self._clock = clock

    async def recompute(self, command: RecomputeBars) -> Done:
        """Raises UnknownInstrument, Failed, and BadRequest for more than a day or a timeframe without bars."""
        if command.timeframe not in TIMEFRAMES_MS:
            raise BadRequest(f"timeframe: one of {', '.join(TIMEFRAMES_MS)}")
        if command.timeframe in LONG_TIMEFRAMES:
            return await self._roll_up(command)
        settled_ms = (self._clock.now_ms() - SETTLED_MS) // MINUTE_MS * MINUTE_MS
        end_ms = settled_ms if command.end_ms is None else min(settled_ms, command.end_ms)
        start_ms = end_ms - HOUR_MS if command.start_ms is None else command.start_ms
        start_ms -= start_ms % MINUTE_MS
        if end_ms - start_ms > MOST_MINUTES * MINUTE_MS:
            raise BadRequest(
                f"start and end: {MOST_MINUTES} minutes at most, since trades are kept for a day"
            )
        query = GetBars(instrument=command.instrument, start_ms=start_ms, end_ms=end_ms, limit=MOST_MINUTES)
        bars = (await self._answers.bars(query)).bars
        rebuilt = [(bar, again) for bar in bars if (again := await self._again(bar)) is not None]
        wrong = [again for bar, again in rebuilt if not agree(bar, again)]
        self._put(wrong)
        left = len(bars) - len(rebuilt)
        ending = f", {left} left as before for want of trades" if left else ""
        return Done(
            message=f"{command.instrument}: {len(bars)} minutes looked at, {len(wrong)} built anew{ending}",
            affected=tuple(str(bar.open_ms) for bar in wrong[:100]),
        )

    async def _roll_up(self, command: RecomputeBars) -> Done:
        # Asks of what is not known, which is refused.
        await self._answers.bars(GetBars(instrument=command.instrument, limit=1))
        try:
            count = await self._redo(command.instrument, command.start_ms or 0)
        except StoreUnusable as error:
            raise Failed(str(error)) from error
        return Done(message=f"{command.instrument}: {count} hours and days rolled up again from its minutes")

    async def _again(self, bar: Bar) -> Bar | None:
        """A minute as its trades tell it; None where they are not all there."""
        if not bar.closed or bar.origin is not BarOrigin.LIVE:
            return None
        try:
            trades = await self._history.trades(bar.open_ms, bar.open_ms + MINUTE_MS, MOST_TRADES + 1)
        except StoreUnusable as error:
            raise Failed(str(error)) from error
        rebuilt = _rebuilt([trade for trade in trades if trade.instrument == bar.instrument], bar)
        is_whole = len(trades) <= MOST_TRADES and rebuilt is not None and rebuilt.trades >= bar.trades
        return rebuilt if is_whole else None

    def _put(self, bars: Sequence[Bar]) -> None:
        """Those that are held in memory are revised there, older ones in the store."""
        older = []
        for bar in bars:
            revised = self._pipeline.processor.revise(bar)
            if revised is None:
                older.append(bar)
            else:
                self._pipeline.announce(revised)
        if older:
            self._pipeline.keep_rebuilt(older)


def _rebuilt(trades: Sequence[Tick], bar: Bar) -> Bar | None:
    builder = BarBuilder(bar.instrument)
    for trade in trades:
        if trade.price is not None and trade.event_ms is not None:
            number = -1 if trade.sequence is None else trade.sequence
            builder.add_trade(trade.price, trade.size or 0.0, trade.event_ms, number, trade.feed)
    built = builder.recent()
    return replace(built[0], closed=True, source=bar.source, revision=bar.revision + 1) if built else None
