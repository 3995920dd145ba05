"""Bars of a scripted pattern, and a store that answers for them."""

from collections.abc import Sequence

from rtp_tui.analytics.signals.backtest import PastBars
from rtp_tui.analytics.signals.indicator_values import LibraryIndicators
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar
from rtp_tui.model.queries import BarPage, GetBars
from rtp_tui.processing.bar_grid import MINUTE_MS, TIMEFRAMES_MS, BarGrid
from rtp_tui.processing.rollup import rolled_up
from tests.factories import BTC, a_bar
from tests.fakes import FakeClock

START_MS = 1_790_000_000_000 // 3_600_000 * 3_600_000


def minutes(*closes: float, instrument: InstrumentId = BTC, start_ms: int = START_MS) -> tuple[Bar, ...]:
    """A minute for each close, opening at the close before."""
    bars, before = [], closes[0]
    for number, close in enumerate(closes):
        bars.append(
            a_bar(
                instrument=instrument,
                open_ms=start_ms + number * MINUTE_MS,
                open=before,
                high=max(before, close),
                low=min(before, close),
                close=close,
                volume=10.0 + number % 7,
            )
        )
        before = close
    return tuple(bars)


def grid_of(_instrument: InstrumentId, timeframe: str, _at_ms: int) -> BarGrid:
    return BarGrid(TIMEFRAMES_MS[timeframe])


class Stored:
    """Answers what is stored of minutes, and rolls longer bars up from them."""

    def __init__(self, bars: Sequence[Bar] = (), now_ms: int = START_MS) -> None:
        self.bars = list(bars)
        self.now_ms = now_ms

    async def read(self, query: GetBars) -> BarPage:
        mine = [bar for bar in self.bars if bar.instrument == query.instrument]
        if query.timeframe != "1m":
            grid = BarGrid(TIMEFRAMES_MS[query.timeframe])
            mine = rolled_up(mine, query.timeframe, grid, self.now_ms)
        start_ms = max(query.start_ms or 0, int(query.cursor or 0))
        asked = [
            bar
            for bar in mine
            if bar.open_ms >= start_ms and (not query.end_ms or bar.open_ms < query.end_ms)
        ]
        more = asked[query.limit :]
        return BarPage(bars=tuple(asked[: query.limit]), next_cursor=str(more[0].open_ms) if more else None)

    def past(self) -> PastBars:
        return PastBars(
            read=self.read,
            grid_of=grid_of,
            spread_share_of=lambda _: None,
            indicators=LibraryIndicators(),
            clock=FakeClock(self.now_ms),
        )
