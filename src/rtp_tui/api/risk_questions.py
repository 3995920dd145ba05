"""Reads what a report of a portfolio's risk is made of: the closes of what it holds, and what its currencies cost."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from msgspec.structs import replace

from rtp_tui.analytics.rates import pair_of, pairs_between
from rtp_tui.analytics.risk_question import LEAST_PERIODS, Closes, RiskQuestion
from rtp_tui.clock import Clock
from rtp_tui.model.instrument import Instrument, InstrumentId
from rtp_tui.model.market import Bar
from rtp_tui.model.portfolios import Portfolio, PortfolioValue
from rtp_tui.model.queries import BarPage, GetBars, GetPortfolioRisk
from rtp_tui.model.sessions import Span
from rtp_tui.processing.bar_grid import DAY_MS, TIMEFRAMES_MS
from rtp_tui.scheduling.trading_calendar import ALWAYS_OPEN
from rtp_tui.state.pipeline_state import PipelineState

MOST_BARS = 400
LONGEST_FIRST = tuple(sorted(TIMEFRAMES_MS, key=lambda name: -TIMEFRAMES_MS[name]))
_OPEN_SHARE = 6.5 / 24
"""Of the hours of its days a stock exchange is open."""
_EVENING_MS = 3 * 3_600_000
"""A market's day that begins so late in the day of UTC is that of the next date: currencies, New Zealand, Australia."""

ReadBars = Callable[[GetBars], Awaitable[BarPage]]
ReadSpans = Callable[[Iterable[InstrumentId]], Awaitable[Mapping[InstrumentId, Span]]]
"""When the first and the last bar begins of each instrument that has some."""


class RiskQuestions:
    """Asks the state and the bars; of the bars first for how long there are some."""

    def __init__(self, state: PipelineState, bars: ReadBars, spans: ReadSpans, clock: Clock) -> None:
        self._state = state
        self._bars = bars
        self._spans = spans
        self._clock = clock

    async def timeframes(self, portfolio: Portfolio, query: GetPortfolioRisk) -> Sequence[str]:
        """Those whose bars may be enough, the longest first: what is held has to be known for so long. One at least."""
        if query.timeframe is not None:
            return (query.timeframe,)
        spans = await self._spans(position.instrument for position in portfolio.positions)
        longest_ms = max((_length_ms(span, query) for span in spans.values()), default=0)
        # One period less than there have to be, for days of 23 hours.
        enough = [one for one in LONGEST_FIRST if longest_ms >= (LEAST_PERIODS - 1) * TIMEFRAMES_MS[one]]
        return enough or LONGEST_FIRST[-1:]

    async def over(
        self, portfolio: Portfolio, value: PortfolioValue, timeframe: str, query: GetPortfolioRisk
    ) -> RiskQuestion:
        """What a report over one timeframe is made of."""
        known, base = self._state.market.instruments, portfolio.base_currency
        named = dict.fromkeys(position.instrument for position in portfolio.positions)
        if portfolio.benchmark:
            named[portfolio.benchmark] = None
        held = [known[one] for one in named if one in known]
        foreign = {one.id: one.currency for one in held if one.currency != base}
        pairs = pairs_between(set(foreign.values()), base, known.values()) if foreign else []
        return RiskQuestion(
            value=value,
            timeframe=timeframe,
            closes={one.id: await self._closes(one, timeframe, query) for one in held},
            periods_a_year=periods_a_year(timeframe, held),
            periods_a_day=periods_a_day(timeframe, held),
            benchmark=portfolio.benchmark,
            risk_free=query.risk_free,
            currencies=foreign,
            pairs={
                pair: await self._closes(one, timeframe, query)
                for one in pairs
                if (pair := pair_of(one)) is not None
            },
        )

    async def _closes(self, instrument: Instrument, timeframe: str, query: GetPortfolioRisk) -> Closes:
        end_ms = self._clock.now_ms() if query.end_ms is None else query.end_ms
        # Twice as long, for the hours and days on which a market is closed.
        start_ms = max(query.start_ms or 0, end_ms - 2 * MOST_BARS * TIMEFRAMES_MS[timeframe])
        asked = GetBars(
            instrument=instrument.id,
            timeframe=timeframe,
            start_ms=start_ms,
            end_ms=end_ms,
            limit=2 * MOST_BARS,
        )
        closed = [bar for bar in await self._every(asked) if bar.closed][-MOST_BARS:]
        # Sessions begin at different hours of one day, which shall meet.
        begins = {(_date_ms(bar.open_ms) if timeframe == "1d" else bar.open_ms): bar.close for bar in closed}
        return Closes(tuple(begins), tuple(begins.values()))

    async def _every(self, query: GetBars) -> Sequence[Bar]:
        page = await self._bars(query)
        bars = [*page.bars]
        while page.next_cursor is not None:
            page = await self._bars(replace(query, cursor=page.next_cursor))
            bars += page.bars
        return bars


def periods_a_day(timeframe: str, held: Iterable[Instrument]) -> float:
    """How many bars a day of the markets has, that of the one that is open the least."""
    is_always_open = all(one.market == ALWAYS_OPEN for one in held)
    share = 1.0 if is_always_open or timeframe == "1d" else _OPEN_SHARE
    return max(1.0, DAY_MS * share / TIMEFRAMES_MS[timeframe])


def periods_a_year(timeframe: str, held: Iterable[Instrument]) -> float:
    """365 days of a year where everything is always open, else 252."""
    every = tuple(held)
    days = 365 if all(one.market == ALWAYS_OPEN for one in every) else 252
    return days * periods_a_day(timeframe, every)


def _length_ms(span: Span, query: GetPortfolioRisk) -> int:
    first_ms, last_ms = span
    start_ms = first_ms if query.start_ms is None else max(first_ms, query.start_ms)
    return (last_ms if query.end_ms is None else min(last_ms, query.end_ms)) - start_ms


def _date_ms(open_ms: int) -> int:
    return (open_ms + _EVENING_MS) // DAY_MS * DAY_MS
