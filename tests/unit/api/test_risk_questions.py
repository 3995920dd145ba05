"""What is read for a portfolio's risk."""

from collections.abc import Iterable, Mapping, Sequence

import pytest

from rtp_tui.analytics.portfolio_desk import PortfolioDesk
from rtp_tui.analytics.risk_question import RiskQuestion
from rtp_tui.analytics.risk_report import report_risk
from rtp_tui.api.portfolios import PortfolioAnswers
from rtp_tui.api.risk_questions import ReadBars, RiskQuestions
from rtp_tui.model.events import Event
from rtp_tui.model.instrument import InstrumentId
from rtp_tui.model.market import Bar
from rtp_tui.model.portfolios import Portfolio, PortfolioSaved, Position, RiskReport
from rtp_tui.model.queries import BarPage, GetBars, GetPortfolioRisk
from rtp_tui.model.sessions import Span
from rtp_tui.processing.bar_grid import DAY_MS, MINUTE_MS, TIMEFRAMES_MS
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import BTC, NOW_MS, a_bar, a_quote, an_instrument
from tests.fakes import FakeClock

SHARE, PESOS, RUPEES, EUROS = map(InstrumentId, ("stocks:INFY", "fx:USDCOP", "fx:USDINR", "fx:EURUSD"))
TODAY_MS = NOW_MS // DAY_MS * DAY_MS


class Bars:
    """Bars of every timeframe, each as long as it is known; what was asked for."""

    def __init__(self, spans: Mapping[InstrumentId, Span]) -> None:
        self.spans = spans
        self.asked: list[tuple[InstrumentId, str]] = []
        self.looks = 0

    async def told(self, instruments: Iterable[InstrumentId]) -> Mapping[InstrumentId, Span]:
        self.looks += 1
        return {one: self.spans[one] for one in instruments if one in self.spans}

    async def page(self, query: GetBars) -> BarPage:
        self.asked.append((query.instrument, query.timeframe))
        if query.instrument not in self.spans:
            return BarPage(bars=())
        (first_ms, last_ms), length_ms = self.spans[query.instrument], TIMEFRAMES_MS[query.timeframe]
        begins = range(max(first_ms, query.start_ms or 0) // length_ms * length_ms, last_ms + 1, length_ms)
        bars = [self._bar(query, open_ms) for open_ms in begins if open_ms >= (query.start_ms or 0)]
        return BarPage(bars=tuple(bars[: query.limit]))

    @staticmethod
    def _bar(query: GetBars, open_ms: int) -> Bar:
        close = 100.0 + open_ms // TIMEFRAMES_MS[query.timeframe] % 7
        return a_bar(instrument=query.instrument, timeframe=query.timeframe, open_ms=open_ms, close=close)


class Desk:
    """A portfolio of one position, and who measures it."""

    def __init__(
        self,
        bars: Bars,
        *,
        page: ReadBars | None = None,
        positions: Sequence[InstrumentId] = (BTC,),
        base_currency: str = "USD",
    ) -> None:
        clock = FakeClock()
        instruments = [
            an_instrument(BTC),
            an_instrument(SHARE, currency="INR"),
            *(an_instrument(pair) for pair in (PESOS, RUPEES, EUROS)),
        ]
        self.state = PipelineState(instruments)
        for one in instruments:
            self.state.apply(Event(self.state.seq + 1, a_quote(instrument=one.id, price=80.0)))
        held = tuple(Position(one, 1.0) for one in positions)
        self.portfolio = Portfolio("desk", held, base_currency=base_currency)
        self.state.apply(Event(self.state.seq + 1, PortfolioSaved(self.portfolio)))
        self.desk = PortfolioDesk(self.state, lambda _: None, lambda _: None, clock)
        self.questions = RiskQuestions(self.state, page or bars.page, bars.told, clock)
        self.answers = PortfolioAnswers(self.desk, self.state, self.questions, _report)


async def _report(question: RiskQuestion) -> RiskReport:
    return report_risk(question)


@pytest.mark.parametrize(
    ("known_ms", "timeframe"),
    [
        (400 * DAY_MS, "1d"),
        (21 * DAY_MS, "1d"),
        (2 * DAY_MS, "1h"),
        (6 * 3_600_000, "15m"),
        (MINUTE_MS, "1m"),
    ],
)
async def test_bars_of_the_chosen_timeframe_alone_are_read(known_ms: int, timeframe: str) -> None:
    bars = Bars({BTC: (TODAY_MS - known_ms, TODAY_MS - 1)})

    told = await Desk(bars).answers.risk(GetPortfolioRisk(name="desk"))

    assert (told.timeframe, bars.asked, bars.looks) == (timeframe, [(BTC, timeframe)], 1)


async def test_a_shorter_timeframe_follows_where_there_were_pauses() -> None:
    """Known for long enough, but with too few bars of it: what is there decides."""
    bars = Bars({BTC: (TODAY_MS - 25 * DAY_MS, TODAY_MS - 1)})
    whole = bars.page

    async def with_pauses(query: GetBars) -> BarPage:
        page = await whole(query)
        return BarPage(bars=page.bars[-5:]) if query.timeframe == "1d" else page

    told = await Desk(bars, page=with_pauses).answers.risk(GetPortfolioRisk(name="desk"))

    assert (told.timeframe, bars.asked) == ("1h", [(BTC, "1d"), (BTC, "1h")])


async def test_a_timeframe_that_is_asked_for_is_read_without_a_look() -> None:
    bars = Bars({BTC: (TODAY_MS - 400 * DAY_MS, TODAY_MS)})

    told = await Desk(bars).answers.risk(GetPortfolioRisk(name="desk", timeframe="5m"))

    assert (told.timeframe, bars.looks) == ("5m", 0)


async def test_pairs_that_may_lead_to_the_portfolios_currency_are_read_and_no_others() -> None:
    span = (TODAY_MS - 400 * DAY_MS, TODAY_MS - 1)
    bars = Bars(dict.fromkeys((SHARE, PESOS, RUPEES, EUROS), span))

    told = await Desk(bars, positions=(SHARE,)).answers.risk(GetPortfolioRisk(name="desk"))
    assert (bars.asked, told.unknown) == ([(SHARE, "1d"), (RUPEES, "1d")], ())

    bars.asked.clear()
    told = await Desk(bars, positions=(SHARE,), base_currency="EUR").answers.risk(
        GetPortfolioRisk(name="desk")
    )
    assert (bars.asked, told.unknown) == ([(SHARE, "1d"), (RUPEES, "1d"), (EUROS, "1d")], ())


async def test_days_of_markets_meet_whatever_hour_they_begin_at() -> None:
    """Of New York, of crypto, and of currencies, whose Monday begins on Sunday evening."""
    begins = {SHARE: 14 * 60 + 30, BTC: 0, RUPEES: -3 * 60}

    async def page(query: GetBars) -> BarPage:
        shift_ms = begins[query.instrument] * MINUTE_MS
        days = range(TODAY_MS - 30 * DAY_MS, TODAY_MS - DAY_MS, DAY_MS)
        bars = (a_bar(instrument=query.instrument, timeframe="1d", open_ms=day + shift_ms) for day in days)
        return BarPage(bars=tuple(bars))

    desk = Desk(Bars({}), page=page, positions=(SHARE, BTC))
    value = desk.desk.value(desk.portfolio)
    question = await desk.questions.over(desk.portfolio, value, "1d", GetPortfolioRisk(name="desk"))

    dates = [one.opens_ms for one in (*question.closes.values(), *question.pairs.values())]
    assert dates[0] == dates[1] == dates[2]
    assert report_risk(question).periods == 28
