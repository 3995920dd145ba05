"""How old a price is, judged against what its feed should deliver."""

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_tui.model.events import Event, Payload
from rtp_tui.model.feeds import FeedState
from rtp_tui.model.health import Freshness, FreshnessVerdict, MarketSession, SessionState
from rtp_tui.model.market import Quote
from rtp_tui.monitoring.freshness import FreshnessMonitor, judge_freshness
from rtp_tui.scheduling.settings import MarketSettings
from rtp_tui.scheduling.trading_calendar import TradingCalendar
from rtp_tui.state.pipeline_state import PipelineState
from tests.factories import BTC, NOW_MS, a_feed_status, a_quote, an_instrument
from tests.fakes import FakeClock, settle

OPEN = SessionState.OPEN
ORDER = [Freshness.LIVE, Freshness.FRESH, Freshness.AGING, Freshness.STALE]


def judge(age_ms: int, expected_ms: int = 5_000, quote: Quote | None = None) -> Freshness:
    return judge_freshness(quote or a_quote(), expected_ms, True, None, OPEN, age_ms)[0]


@pytest.mark.parametrize(
    ("age_ms", "freshness"),
    [
        (0, Freshness.LIVE),
        (5_000, Freshness.LIVE),
        (5_001, Freshness.FRESH),
        (10_000, Freshness.FRESH),
        (10_001, Freshness.AGING),
        (25_000, Freshness.AGING),
        (25_001, Freshness.STALE),
    ],
)
def test_a_price_ages_in_steps_of_its_cadence(age_ms: int, freshness: Freshness) -> None:
    assert judge(age_ms) is freshness


def test_no_price_is_stale_before_ten_seconds() -> None:
    assert judge(10_000, expected_ms=100) is Freshness.AGING
    assert judge(10_001, expected_ms=100) is Freshness.STALE


def test_a_price_without_a_connection_is_stale_however_new() -> None:
    verdict = judge_freshness(a_quote(), 5_000, False, "refused by peer", OPEN, 0)
    assert verdict == (Freshness.STALE, "no connection: refused by peer")


def test_what_was_never_heard_is_unknown() -> None:
    assert judge_freshness(None, 5_000, True, None, OPEN, 0) == (Freshness.UNKNOWN, "nothing heard yet")


@pytest.mark.parametrize(
    "session",
    [SessionState.CLOSED, SessionState.PRE, SessionState.POST, SessionState.LUNCH, SessionState.HOLIDAY],
)
def test_a_price_of_a_market_out_of_session_is_closed(session: SessionState) -> None:
    assert judge_freshness(a_quote(), 5_000, False, "x", session, 10**9)[0] is Freshness.CLOSED


def test_a_price_of_an_unknown_session_ages_but_is_never_stale() -> None:
    def verdict(age_ms: int, connected: bool = True) -> Freshness:
        return judge_freshness(a_quote(), 5_000, connected, "x", SessionState.UNKNOWN, age_ms)[0]

    assert [verdict(ms) for ms in (0, 10_000, 20_000, 30_000)] == [*ORDER[:3], Freshness.UNKNOWN]
    assert verdict(0, connected=False) is Freshness.UNKNOWN


@given(st.integers(0, 10**6), st.integers(1, 60_000), st.booleans(), st.booleans())
def test_a_stored_price_or_one_from_before_a_jump_is_aging_at_best(
    age_ms: int, expected_ms: int, stored: bool, jumped: bool
) -> None:
    quote = a_quote(stored=stored)
    freshness, _ = judge_freshness(quote, expected_ms, True, None, OPEN, age_ms, precedes_jump=jumped)
    assert freshness in (ORDER[2:] if stored or jumped else ORDER)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 60_000))
def test_growing_older_never_makes_a_price_fresher(one: int, other: int, expected_ms: int) -> None:
    younger, older = sorted((one, other))
    assert ORDER.index(judge(younger, expected_ms)) <= ORDER.index(judge(older, expected_ms))


class Watched:
    """A monitor of one state on a fake clock, and what it announced."""

    def __init__(self, *markets: str, calendar: TradingCalendar | None = None, count: int = 1) -> None:
        self.clock = FakeClock(NOW_MS)
        markets = markets or ("24x7",)
        names = ["BTC", *(f"C{n}" for n in range(1, count))]
        self.state = PipelineState(
            an_instrument(f"crypto:{name}", market=markets[n % len(markets)]) for n, name in enumerate(names)
        )
        self.announced: list[FreshnessVerdict | MarketSession] = []
        calendar = calendar or TradingCalendar({})
        self.monitor = FreshnessMonitor(self.state, calendar, self.clock, self._take)

    def _take(self, payload: FreshnessVerdict | MarketSession) -> None:
        self.announced.append(payload)
        self.apply(payload)

    def apply(self, payload: Payload) -> None:
        self.state.apply(Event(self.state.seq + 1, payload))

    def hear(self, **changes: object) -> None:
        self.apply(a_quote(received_ms=self.clock.now_ms(), **changes))

    def verdicts(self) -> list[Freshness]:
        """Announced since last asked."""
        announced, self.announced = self.announced, []
        return [one.freshness for one in announced if isinstance(one, FreshnessVerdict)]

    def passes(self, seconds: int) -> list[Freshness]:
        for _ in range(seconds):
            self.clock._move_to(self.clock.monotonic() + 1)
            self.monitor.judge_all()
        return self.verdicts()


@pytest.fixture
def watched() -> Watched:
    watched = Watched()
    watched.apply(a_feed_status())
    watched.hear()
    watched.monitor.judge_all()
    return watched


def test_the_first_pass_announces_sessions_and_verdicts(watched: Watched) -> None:
    session, verdict = watched.announced
    assert isinstance(session, MarketSession)
    assert session.market == "24x7"
    assert verdict == FreshnessVerdict(BTC, Freshness.LIVE, "heard within 5 s", NOW_MS, True)


def test_only_changes_are_announced(watched: Watched) -> None:
    watched.verdicts()
    assert watched.passes(4) == []
    assert watched.passes(30) == [Freshness.FRESH, Freshness.AGING, Freshness.STALE]
    watched.hear()
    assert watched.passes(3) == [Freshness.LIVE]


def test_losing_the_connection_shows_at_the_next_pass_and_names_the_feed(watched: Watched) -> None:
    watched.verdicts()
    watched.apply(a_feed_status(state=FeedState.RECONNECTING, error="reset by peer"))
    watched.monitor.judge_all()
    verdict = watched.announced[-1]
    assert isinstance(verdict, FreshnessVerdict)
    assert (verdict.freshness, verdict.connected) == (Freshness.STALE, False)
    assert verdict.reason == "no connection: binance: reset by peer"


def test_the_feed_of_the_quote_decides_and_not_the_first_configured(watched: Watched) -> None:
    watched.apply(a_feed_status(name="coinbase", expected_ms=60_000))
    watched.apply(a_feed_status(state=FeedState.STOPPED))
    watched.hear(source="coinbase:BTC-USD")
    watched.verdicts()
    assert watched.passes(50) == []


def test_an_instrument_that_no_feed_prices_says_so() -> None:
    watched = Watched()
    watched.monitor.judge_all()
    verdict = watched.announced[-1]
    assert isinstance(verdict, FreshnessVerdict)
    assert (verdict.freshness, verdict.reason) == (Freshness.UNKNOWN, "no connection: no feed runs")


def test_a_suspend_brings_no_burst_and_nothing_from_before_it_is_live(watched: Watched) -> None:
    watched.verdicts()
    watched.clock.step(3_600)
    assert watched.passes(3) == [Freshness.AGING]
    watched.hear()
    assert watched.passes(1) == [Freshness.LIVE]


def test_after_a_stop_nothing_from_before_it_is_live_though_its_feed_is_slow(watched: Watched) -> None:
    watched.apply(a_feed_status(expected_ms=60_000))
    watched.hear()
    assert watched.passes(1) == [Freshness.LIVE]
    watched.clock.freeze(20)
    assert watched.passes(3) == [Freshness.AGING]
    watched.hear()
    assert watched.passes(1) == [Freshness.LIVE]


def test_a_wall_clock_set_back_does_not_keep_a_silent_price_live(watched: Watched) -> None:
    watched.clock.step(-3_600)
    watched.passes(1)
    watched.hear()
    assert watched.passes(1) == [Freshness.LIVE]
    assert watched.passes(30) == [Freshness.FRESH, Freshness.AGING, Freshness.STALE]


def test_time_out_of_session_does_not_age_a_price() -> None:
    hours = MarketSettings(open="13:30", close="20:00", weekdays=(0, 1, 2, 3, 4, 5, 6))
    calendar = TradingCalendar({"day": hours})
    watched = Watched("day", calendar=calendar)  # the clock starts at 14:13:20
    watched.apply(a_feed_status())
    to_close_s = (calendar.session("day", NOW_MS).next_close_ms or 0) - NOW_MS
    watched.clock._move_to(watched.clock.monotonic() + to_close_s / 1000 - 1)
    watched.hear()
    watched.monitor.judge_all()
    assert watched.passes(2) == [Freshness.LIVE, Freshness.CLOSED]
    for _ in range(int(17.5 * 900)):
        watched.clock._move_to(watched.clock.monotonic() + 4)
        watched.monitor.judge_all()
    assert watched.verdicts() == [Freshness.LIVE]
    assert watched.passes(30) == [Freshness.FRESH, Freshness.AGING, Freshness.STALE]


async def test_it_judges_once_a_second(watched: Watched) -> None:
    watched.verdicts()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(watched.monitor.run())
        await settle()
        await watched.clock.advance(5.5)
        assert watched.verdicts() == []
        await watched.clock.advance(1)
        assert watched.verdicts() == [Freshness.FRESH]
        task.cancel()


def test_a_pass_over_500_instruments_is_cheap() -> None:
    watched = Watched(count=500)
    watched.apply(a_feed_status())
    for key in watched.state.market.instruments:
        watched.hear(instrument=key)
    watched.monitor.judge_all()
    took_s = []
    for _ in range(20):
        start = time.perf_counter()
        watched.monitor.judge_all()
        took_s.append(time.perf_counter() - start)
    assert min(took_s) < 0.004  # usually under 2 ms; the margin is for machines that are busy
